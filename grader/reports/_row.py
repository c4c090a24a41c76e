"""One file of a class, as the instructor's page and the terminal list it."""

from dataclasses import dataclass

from grader.grade import Grade
from grader.submission import Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One file, graded or rejected.

    Attributes:
        outcome: how the run ended (a ``RunOutcome``'s value), ``""`` for a rejected file.
        reason: why, in a sentence.
        told: how it ended and why, for whoever grades it.
        seconds: that the run took.
        served: what data sets the notebook got, in words (``mnist: stand-in``).
        link: the student's page as seen from the index, ``""`` when there is none.
    """

    result: Grade | Rejection
    outcome: str = ""
    reason: str = ""
    told: str = ""
    seconds: float = 0.0
    served: str = ""
    link: str = ""
