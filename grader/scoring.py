"""Judgements x Rubric x Evidence -> Grade: pure arithmetic, and the list of what needs a person."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from grader.evidence import Evidence, RunOutcome, Where
from grader.finding import Finding, Judgement, Outcome
from grader.grade import Grade, ReviewItem, Score
from grader.graph import LayerGraph
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
    for each in scores:
        if not each.outcome.is_verdict:
            yield ReviewItem(criterion=each.criterion, reason=f"{_OPEN[each.outcome]} {each.finding.seen}".strip())


_OPEN = {
    Outcome.SKIPPED: "Skipped.",
    Outcome.UNDECIDED: "Undecided.",
    Outcome.ERRORED: "The grader failed here.",
}


def _about_the_run(evidence: Evidence) -> Iterator[ReviewItem]:
    for reason in (_ending(evidence), _contradiction(evidence), _cut(evidence)):
        if reason:
            yield ReviewItem(criterion="", reason=reason)


_ENDINGS = {
    RunOutcome.STUDENT_ERROR: "The run met an error{at}; what could still run was graded.",
    RunOutcome.TIME_LIMIT: "The run reached its time limit{at}; what was seen until then was graded.",
    RunOutcome.MEMORY_LIMIT: "The run reached its memory limit{at}; what was seen until then was graded.",
    RunOutcome.KILLED: "The kernel ended{at}; what was seen until then was graded.",
    RunOutcome.ENVIRONMENT: "The environment lacks something that the notebook asks for{at}; no point is lost to that.",
    RunOutcome.HARNESS_FAILURE: "The grader itself failed while it ran the notebook{at}; no point is lost to that.",
    RunOutcome.NOT_RUN: "The notebook was not run.",
}


def _ending(evidence: Evidence) -> str:
    run = evidence.run
    at = "" if run.cell is None else f" at cell {run.cell}"
    told = _ENDINGS.get(run.outcome, "").format(at=at)
    return f"{told} {run.reason}".strip() if told else ""


def _contradiction(evidence: Evidence) -> str:
    """Where what is written and what was seen disagree although the run finished."""
    if evidence.run.outcome is not RunOutcome.FINISHED:
        return ""
    written = [model for model in evidence.source.models if model.where is Where.CODE and _has_batch_norm(model.graph)]
    if not written or any(_has_batch_norm(model.graph) for model in evidence.run.models):
        return ""
    model = written[0]
    return (
        f"Written and seen disagree: the code at cell {model.place.cell} spells out a network with batch normalization "
        f"('{model.name}'), but none was built although the run finished."
    )


def _has_batch_norm(graph: LayerGraph | None) -> bool:
    return graph is not None and any(layer.id in graph.attached for layer in graph.batch_norms)


def _cut(evidence: Evidence) -> str:
    if not evidence.run.notes:
        return ""
    return f"Not everything could be recorded: {' '.join(evidence.run.notes[:3])}"
