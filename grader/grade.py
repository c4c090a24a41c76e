"""What a submission earned, and what a person must look at before it is final."""

from dataclasses import dataclass

from grader.finding import Finding, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The points of one criterion.

    Attributes:
        earned: points given; 0 where there is no verdict, and then ``open`` says so.
        points: the most that could be earned.
    """

    criterion: str
    title: str
    question: str
    points: float
    earned: float
    finding: Finding

    @property
    def outcome(self) -> Outcome:
        """The outcome of the criterion's check."""
        return self.finding.outcome

    @property
    def open(self) -> float:
        """Points that nothing was decided about."""
        return 0.0 if self.outcome.is_verdict else self.points


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """One thing that a person must decide.

    Attributes:
        criterion: the criterion's id, or ``""`` when it is about the whole submission.
    """

    criterion: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """What a submission earned under a rubric.

    ``earned`` points are certain; ``open`` points wait for a person; the rest of ``points`` was lost.

    Attributes:
        fix_first: where to begin: of the questions with most to gain, the first criterion that lost points; at most
            three.
        passed: ``None`` while the open points could still decide it.
    """

    submission: str
    student: str
    path: str
    rubric: str
    rubric_version: str
    scores: tuple[Score, ...]
    fix_first: tuple[str, ...]
    review: tuple[ReviewItem, ...]
    passed: bool | None

    @property
    def points(self) -> float:
        """The most that could be earned."""
        return sum(score.points for score in self.scores)

    @property
    def earned(self) -> float:
        """Points that are certain."""
        return sum(score.earned for score in self.scores)

    @property
    def open(self) -> float:
        """Points that nothing was decided about; never counted as lost."""
        return sum(score.open for score in self.scores)

    def score(self, criterion_id: str) -> Score:
        """The score of a criterion; raises ``KeyError`` for an unknown one."""
        for score in self.scores:
            if score.criterion == criterion_id:
                return score
        raise KeyError(criterion_id)
