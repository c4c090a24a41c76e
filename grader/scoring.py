"""Judgements x Rubric x Evidence -> Grade: pure arithmetic, and the list of what needs a person."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from grader.consistency import doubts
from grader.evidence import Evidence, RunOutcome, RunRecord
from grader.finding import Finding, Judgement, Outcome
from grader.grade import Grade, ReviewItem, Score
from grader.outcomes import for_instructor
from grader.rubric import Criterion, Rubric

FIX_FIRST = 3
"""How many criteria a student is told to mend first; a longer list is not read."""

_TOLERANCE = 1e-9


def score(rubric: Rubric, judgements: Sequence[Judgement], evidence: Evidence) -> Grade:
    """The grade of one submission: ``points * share`` for every verdict, rounded to two decimals.

    A share that is not a number between 0 and 1, or that contradicts its outcome, is a fault of the check: it counts
    as ERRORED and gives no points, and takes none. A criterion without a judgement is ERRORED too.
    """
    found = {judgement.criterion: judgement.finding for judgement in judgements}
    scores = tuple(_score(criterion, found) for criterion in rubric.criteria)
    return Grade(
        submission=evidence.submission.id,
        student=evidence.submission.student,
        path=evidence.submission.path,
        rubric=rubric.id,
        rubric_version=rubric.version,
        scores=scores,
        fix_first=_fix_first(scores, evidence.run.cell),
        review=(*_about_the_run(evidence), *_about_criteria(scores)),
        passed=_passed(scores, rubric.pass_share),
    )


def _score(criterion: Criterion, found: Mapping[str, Finding]) -> Score:
    finding = _sound(found.get(criterion.id))
    return Score(
        criterion=criterion.id,
        title=criterion.title,
        question=criterion.question,
        points=criterion.points,
        earned=round(criterion.points * finding.share, 2) if finding.outcome.is_verdict else 0.0,
        finding=finding,
    )


def _sound(finding: Finding | None) -> Finding:
    """The finding itself, or an ERRORED one in its place when its numbers cannot be trusted."""
    if finding is None:
        return Finding(outcome=Outcome.ERRORED, share=0.0, seen="This criterion was not judged.")
    if not finding.outcome.is_verdict or _share_fits(finding):
        return finding
    seen = (
        f"The check gave a share of {finding.share} for an outcome of '{finding.outcome}'. It had seen: {finding.seen}"
    )
    return replace(finding, outcome=Outcome.ERRORED, share=0.0, seen=seen)


def _share_fits(finding: Finding) -> bool:
    share = finding.share
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not math.isfinite(share):
        return False
    if finding.outcome is Outcome.MET:
        return share == 1.0
    return share == 0.0 if finding.outcome is Outcome.UNMET else 0.0 < share < 1.0


def _fix_first(scores: Sequence[Score], failing: int | None) -> tuple[str, ...]:
    """Where to begin: of the questions with most to gain, the first criterion that lost points.

    A question's criteria follow from one another (a network must be there before its layers can stand right), so the
    later ones are no place to begin. Where the run ended early, the first criterion that speaks of the failing cell
    comes before all: much of the rest follows from it. Ties stay in the order of the rubric.
    """
    lost: dict[str, list[Score]] = {}
    for each in scores:
        if each.outcome in {Outcome.UNMET, Outcome.PARTIAL} and each.points - each.earned > _TOLERANCE:
            lost.setdefault(each.question, []).append(each)
    ranked = sorted(lost.values(), key=lambda group: -sum(each.points - each.earned for each in group))
    firsts = [group[0].criterion for group in ranked]
    root = next((each.criterion for group in lost.values() for each in group if _speaks_of(each, failing)), None)
    return tuple(dict.fromkeys([root, *firsts] if root else firsts))[:FIX_FIRST]


def _speaks_of(score: Score, cell: int | None) -> bool:
    return cell is not None and any(place.cell == cell for place in score.finding.places)


def _passed(scores: Sequence[Score], share: float) -> bool | None:
    needed = share * sum(each.points for each in scores) - _TOLERANCE
    earned = sum(each.earned for each in scores)
    if earned >= needed:
        return True
    return None if earned + sum(each.open for each in scores) >= needed else False


def _about_criteria(scores: Sequence[Score]) -> Iterator[ReviewItem]:
    """What a person has to decide, and what they should look at although nothing hangs on it: a finding's doubt."""
    for each in scores:
        if each.open or each.outcome is Outcome.ERRORED:
            yield ReviewItem(criterion=each.criterion, reason=f"{_OPEN[each.outcome]} {each.finding.seen}".strip())
        elif each.finding.doubt:
            yield ReviewItem(criterion=each.criterion, reason=each.finding.doubt)


_OPEN = {
    Outcome.SKIPPED: "Skipped.",
    Outcome.UNDECIDED: "Undecided.",
    Outcome.ERRORED: "The grader failed here.",
}


def _about_the_run(evidence: Evidence) -> Iterator[ReviewItem]:
    for reason in (_ending(evidence.run), *doubts(evidence), _cut(evidence), _gaps(evidence)):
        if reason:
            yield ReviewItem(criterion="", reason=reason)


def _ending(run: RunRecord) -> str:
    return "" if run.outcome is RunOutcome.FINISHED else f"{for_instructor(run)} {run.reason}".strip()


def _cut(evidence: Evidence) -> str:
    if not evidence.run.notes:
        return ""
    return f"Not everything could be recorded: {' '.join(evidence.run.notes[:3])}"


def _gaps(evidence: Evidence) -> str:
    if not evidence.source.unread:
        return ""
    return f"Not all of the source could be read: {' '.join(evidence.source.unread[:3])}"
