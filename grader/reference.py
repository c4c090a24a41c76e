"""What a check may compare a submission with."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What the assignment itself says, for checks to compare with.

    Attributes:
        questions: the text of each question by its label (``Q1.1``): a pasted question is not an answer.
    """

    questions: Mapping[str, str] = field(default_factory=dict)
