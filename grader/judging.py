"""Rubric x Evidence x Reference -> Judgements: pure, without clock, disk, network, randomness or framework."""

from collections.abc import Mapping
from dataclasses import replace

from grader.check import Check, Trust
from grader.evidence import Cause, Evidence, RunOutcome, Where
from grader.finding import Finding, Judgement, Outcome
from grader.reference import Reference
from grader.rubric import Criterion, Rubric

WATCHED_FRAMEWORKS = frozenset({"keras", "tensorflow"})
"""Frameworks that a run can observe; what any other one does goes unseen, which is no fault of the student."""


def judge(
    rubric: Rubric, evidence: Evidence, reference: Reference, checks: Mapping[str, Check]
) -> tuple[Judgement, ...]:
    """Decide every criterion of a rubric, in its order.

    A check that raises gives an ERRORED finding and the others go on. A criterion is SKIPPED when one that it needs
    was not met at all, and UNDECIDED when one that it needs was not decided. A verdict against the student that rests
    on what was seen is withheld where the run could not see everything by nobody's fault.
    """
    blind_spot = unseen_because(evidence)
    findings: dict[str, Finding] = {}
    for criterion in _in_order_of_need(rubric):
        held_up = _held_up(criterion, rubric, findings)
        findings[criterion.id] = held_up or _decide(criterion, evidence, reference, checks, blind_spot)
    return tuple(Judgement(criterion=criterion.id, finding=findings[criterion.id]) for criterion in rubric.criteria)


def unseen_because(evidence: Evidence) -> str:
    """Why the run did not see everything although nobody is to blame, in a sentence; ``""`` when it could."""
    run = evidence.run
    if run.outcome.blames_nobody:
        return _nobody_to_blame(evidence)
    for cell in run.cells:
        if cell.error is not None and cell.error.cause is Cause.ENVIRONMENT:
            reason = cell.error.reason or f"{cell.error.name}: {cell.error.message}"
            return f"Cell {cell.cell} failed for a reason that is not the student's: {reason}"
    foreign = _foreign_frameworks(evidence)
    if foreign and not run.models:
        return f"The notebook works with {', '.join(foreign)}, which is not supported yet: its networks cannot be seen."
    return ""


def _nobody_to_blame(evidence: Evidence) -> str:
    run = evidence.run
    if run.outcome is RunOutcome.NOT_RUN:
        return run.reason or "The notebook was not run."
    if run.outcome is RunOutcome.ENVIRONMENT:
        return run.reason or "The environment, and not the student, kept things from running."
    at = "" if run.cell is None else f" at cell {run.cell}"
    return f"The grader itself failed{at}. {run.reason}".strip()


def _foreign_frameworks(evidence: Evidence) -> list[str]:
    imported = {record.module.partition(".")[0] for record in evidence.source.imports if record.where is Where.CODE}
    return [name for name in evidence.source.frameworks if name not in WATCHED_FRAMEWORKS and name in imported]


def _in_order_of_need(rubric: Rubric) -> tuple[Criterion, ...]:
    """The criteria so that each comes after those it needs; the loader has refused cycles."""
    ordered: dict[str, Criterion] = {}
    known = {criterion.id: criterion for criterion in rubric.criteria}

    def place(criterion: Criterion, above: frozenset[str]) -> None:
        for needed in criterion.needs:
            if needed in known and needed not in ordered and needed not in above:
                place(known[needed], above | {criterion.id})
        ordered.setdefault(criterion.id, criterion)

    for criterion in rubric.criteria:
        place(criterion, frozenset())
    return tuple(ordered.values())


def _held_up(criterion: Criterion, rubric: Rubric, findings: Mapping[str, Finding]) -> Finding | None:
    """Why this criterion cannot be judged before another one, if so. Never a loss of points in silence."""
    needed = [(rubric.criterion(name), findings[name]) for name in criterion.needs if name in findings]
    for other, finding in needed:
        if finding.outcome in {Outcome.UNDECIDED, Outcome.ERRORED}:
            seen = f"Not decided, because '{other.title}' was not decided: {finding.seen}"
            return _no_verdict(Outcome.UNDECIDED, seen, finding)
    for other, finding in needed:
        if finding.outcome in {Outcome.UNMET, Outcome.SKIPPED}:
            seen = f"Not judged, because '{other.title}' comes first and was not met: {finding.seen}"
            return _no_verdict(Outcome.SKIPPED, seen, finding)
    return None


def _no_verdict(outcome: Outcome, seen: str, cause: Finding) -> Finding:
    return Finding(outcome=outcome, share=0.0, seen=seen, advice=cause.advice, places=cause.places)


def _decide(
    criterion: Criterion, evidence: Evidence, reference: Reference, checks: Mapping[str, Check], blind_spot: str
) -> Finding:
    check = checks.get(criterion.check)
    if check is None:
        return _errored(f"There is no check named '{criterion.check}'.")
    try:
        finding = check.function(evidence, reference, **criterion.options)
    except Exception as error:  # noqa: BLE001 - whatever a check raises is our fault, and the others go on
        return _errored(f"The check '{criterion.check}' failed with {type(error).__name__}: {error}")
    if not isinstance(finding, Finding):
        return _errored(f"The check '{criterion.check}' gave {type(finding).__name__} instead of a finding.")
    return _withheld(finding, check, blind_spot)


def _withheld(finding: Finding, check: Check, blind_spot: str) -> Finding:
    """What could not be seen is no evidence of absence: no verdict, with the reason and what was seen."""
    against = finding.outcome in {Outcome.UNMET, Outcome.PARTIAL}
    if not (blind_spot and against and check.trusts is Trust.SEEN):
        return finding
    seen = f"{finding.seen} Not decided: {blind_spot}"
    return replace(finding, outcome=Outcome.UNDECIDED, share=0.0, seen=seen, advice="")


def _errored(message: str) -> Finding:
    return Finding(
        outcome=Outcome.ERRORED,
        share=0.0,
        seen=message,
        advice="This is a fault of the grader; no points are lost to it, and a person decides.",
    )
