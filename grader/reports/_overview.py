"""What the instructor's page shows of a whole class, computed from its grades."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from grader.grade import Grade, Score
from grader.reports._row import Row
from grader.rubric import Rubric
from grader.submission import Rejection

BINS = 10

SORTS: Mapping[str, str] = {
    "name": "name",
    "score": "score, best first",
    "low": "score, lowest first",
    "open": "open points",
    "review": "items to review",
    "ending": "how the run ended",
    "seconds": "longest run",
}
"""The orders of the table of submissions, by the name of their custom property."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A class in numbers; percentages of the points that were certain."""

    count: int
    mean: float
    median: float
    passed: int
    waiting: int
    not_passed: int
    outcomes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A row of the table, with its rank in every order: ``ranks`` has the keys of `SORTS`."""

    row: Row
    ranks: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Students by percentage: those whose grade is final, and those who have open points."""

    low: int
    high: int
    final: int
    waiting: int

    @property
    def total(self) -> int:
        """Everybody in this bin."""
        return self.final + self.waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Student:
    """A row of the heat map."""

    row: Row
    grade: Grade
    scores: tuple[Score | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A criterion over the whole class: the mean share of its points (0 to 1) among those it was decided for."""

    id: str
    title: str
    question: str
    points: float
    share: float | None
    undecided: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One reason for a review and the students it holds for."""

    reason: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits for a person about one criterion, or (``criterion`` empty) about whole runs."""

    criterion: str
    title: str
    count: int
    items: tuple[Reviewed, ...]


def percent(grade: Grade) -> float:
    """Certain points of all points, 0 to 100."""
    return 100 * grade.earned / grade.points if grade.points else 0.0


def summary(grades: Sequence[Grade], outcomes: Sequence[str]) -> Summary:
    """The class in numbers; zeros for an empty one."""
    scores = [percent(grade) for grade in grades]
    passed = Counter(grade.passed for grade in grades)
    return Summary(
        count=len(grades),
        mean=fmean(scores) if scores else 0.0,
        median=median(scores) if scores else 0.0,
        passed=passed[True],
        waiting=passed[None],
        not_passed=passed[False],
        outcomes=tuple(sorted(Counter(outcomes).items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def roster(rows: Sequence[Row]) -> tuple[Listed, ...]:
    """Every file by name, with its place in each order; rejected files come last in the orders by numbers."""
    named = sorted(rows, key=_name)
    ranks: list[dict[str, int]] = [{} for _ in named]
    keys = [_keys(row) for row in named]
    for sort in SORTS:
        for rank, number in enumerate(sorted(range(len(named)), key=[each[sort] for each in keys].__getitem__)):
            ranks[number][sort] = rank
    return tuple(Listed(row=row, ranks=rank) for row, rank in zip(named, ranks, strict=True))


def _name(row: Row) -> tuple[str, str]:
    return row.result.student.casefold(), row.result.path


def _keys(row: Row) -> Mapping[str, tuple[float, str]]:
    """What each order sorts a row by; rows that are equal stay in the order of their names."""
    grade = None if isinstance(row.result, Rejection) else row.result
    last = float("inf")
    return {
        "name": (0.0, ""),
        "score": (-percent(grade) if grade else last, ""),
        "low": (percent(grade) if grade else last, ""),
        "open": (-grade.open if grade else last, ""),
        "review": (-len(grade.review) if grade else last, ""),
        "ending": (0.0 if grade else last, row.outcome),
        "seconds": (-row.seconds if grade else last, ""),
    }


def distribution(grades: Sequence[Grade]) -> tuple[Bin, ...]:
    """Ten bins of ten percent; 100 % belongs to the last."""
    places = [(min(BINS - 1, int(percent(grade) * BINS / 100 + 1e-9)), grade.open > 0) for grade in grades]
    counts = Counter(places)
    width = 100 // BINS
    return tuple(
        Bin(low=n * width, high=(n + 1) * width, final=counts[n, False], waiting=counts[n, True]) for n in range(BINS)
    )


def students(graded: Sequence[tuple[Row, Grade]], rubric: Rubric) -> tuple[Student, ...]:
    """The rows of the heat map, by name; a criterion that an older grade lacks is ``None``."""
    made = []
    for row, grade in sorted(graded, key=lambda pair: _name(pair[0])):
        scores = {score.criterion: score for score in grade.scores}
        made.append(Student(row=row, grade=grade, scores=tuple(scores.get(c.id) for c in rubric.criteria)))
    return tuple(made)


def columns(grades: Sequence[Grade], rubric: Rubric) -> tuple[Column, ...]:
    """How each criterion did over the class."""
    made = []
    for criterion in rubric.criteria:
        scores = [score for grade in grades for score in grade.scores if score.criterion == criterion.id]
        shares = [score.finding.share for score in scores if score.outcome.is_verdict]
        made.append(
            Column(
                id=criterion.id,
                title=criterion.title,
                question=criterion.question,
                points=criterion.points,
                share=fmean(shares) if shares else None,
                undecided=len(scores) - len(shares),
            )
        )
    return tuple(made)


def queue(graded: Sequence[tuple[Row, Grade]], rubric: Rubric) -> tuple[Queue, ...]:
    """What waits for a person: about whole runs first, then by criterion; equal reasons together."""
    found: dict[str, dict[str, list[Row]]] = {name: {} for name in ("", *(each.id for each in rubric.criteria))}
    for row, grade in sorted(graded, key=lambda pair: _name(pair[0])):
        for item in grade.review:
            found.setdefault(item.criterion, {}).setdefault(item.reason, []).append(row)
    titles = {criterion.id: criterion.title for criterion in rubric.criteria} | {"": "The run as a whole"}
    return tuple(
        Queue(
            criterion=criterion,
            title=titles.get(criterion, criterion),
            count=sum(map(len, reasons.values())),
            items=tuple(Reviewed(reason=reason, rows=tuple(rows)) for reason, rows in _frequent(reasons)),
        )
        for criterion, reasons in found.items()
        if reasons
    )


def _frequent(reasons: Mapping[str, list[Row]]) -> list[tuple[str, list[Row]]]:
    return sorted(reasons.items(), key=lambda pair: -len(pair[1]))
