"""What an assignment asks for: criteria with points, and the limits that a run gets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Scalar = str | int | float | bool | None
OptionValue = Scalar | tuple[Scalar, ...]
"""What a check's option may be in a rubric file; a YAML list arrives as a tuple."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a run may use. Seconds are wall-clock time, sizes are in megabytes (10^6 bytes).

    Attributes:
        memory_mb: of all processes of the box together.
        processes: number of processes and threads at the same time.
        disk_mb: of all files that the notebook keeps at the same time.
        output_mb: of all outputs of a notebook; of one cell, a quarter of it is kept.
        events: number of recorded observations; what comes after them is counted, not kept.
    """

    cell_seconds: float = 600.0
    total_seconds: float = 1800.0
    memory_mb: float = 6000.0
    processes: int = 512
    disk_mb: float = 2000.0
    output_mb: float = 40.0
    events: int = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing that points are given for.

    Attributes:
        id: unique in the rubric; other criteria name it under ``needs``.
        question: the label of the assignment's question that it belongs to (``Q2.4``).
        check: the id of the check that decides it (``models.with_batch_norm``).
        options: keyword arguments of the check.
        needs: criteria that must be met or partly met, else this one is skipped.
    """

    id: str
    title: str
    question: str
    points: float
    check: str
    options: Mapping[str, OptionValue] = field(default_factory=dict)
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """One assignment.

    Attributes:
        questions: the text of each question by its label, as students were given it.
        pass_share: share of the points (0 to 1) from which a submission counts as passed.
    """

    id: str
    title: str
    description: str
    version: str
    questions: Mapping[str, str]
    criteria: tuple[Criterion, ...]
    limits: Limits = field(default_factory=Limits)
    pass_share: float = 0.5

    @property
    def points(self) -> float:
        """The sum of all criteria's points."""
        return sum(criterion.points for criterion in self.criteria)

    def criterion(self, criterion_id: str) -> Criterion:
        """The criterion with this id; raises ``KeyError`` for an unknown one."""
        for criterion in self.criteria:
            if criterion.id == criterion_id:
                return criterion
        raise KeyError(criterion_id)
