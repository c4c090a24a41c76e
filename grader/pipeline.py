"""load -> read -> run -> judge -> score: the way of one submission, and nothing else."""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.check import Check
from grader.evidence import Evidence, IsolationRecord, RunOutcome, RunRecord, SourceRecord
from grader.grade import Grade
from grader.holdout import Holdout
from grader.judging import WATCHED_FRAMEWORKS, judge
from grader.matching.matches import with_baselines
from grader.reading.read import read
from grader.reference import Baseline, Reference
from grader.rubric import Rubric
from grader.sandbox.box import Box
from grader.sandbox.session import run
from grader.scoring import score
from grader.submission import Submission

Progress = Callable[[int, int], None]
"""Called with the number of code cells begun and the number there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How submissions are graded in one grading run.

    Attributes:
        box: where notebooks are executed, or ``None`` to read them only.
        guests: sources of the adapters, by module name.
        data: the folder of data sets that the box is served.
        holdouts: images that are kept out of that folder, to ask trained networks about, by data set.
        isolation: the label of the box, as it was measured.
    """

    rubric: Rubric
    checks: Mapping[str, Check]
    box: Box | None
    guests: Mapping[str, str]
    data: Path
    holdouts: Mapping[str, Holdout] = field(default_factory=dict)
    isolation: IsolationRecord | None = None


def observe(
    submission: Submission,
    plan: Plan,
    *,
    progress: Progress = lambda _begun, _all: None,
    cancelled: threading.Event | None = None,
) -> Evidence:
    """Read a submission and, where there is a box, run it."""
    source = read(submission)
    unsupported = _unsupported(source)
    if plan.box is None:
        seen = RunRecord(outcome=RunOutcome.NOT_RUN, reason="The notebook was only read; nothing was executed.")
    elif unsupported:
        seen = RunRecord(outcome=RunOutcome.ENVIRONMENT, reason=unsupported)
    else:
        seen = run(
            submission,
            box=plan.box,
            guests=plan.guests,
            data=plan.data,
            limits=plan.rubric.limits,
            holdouts=plan.holdouts,
            isolation=plan.isolation,
            progress=progress,
            cancelled=cancelled,
        )
    return Evidence(submission=submission, source=source, run=seen)


def compared_with(evidence: Evidence, rubric: Rubric, baselines: Collection[Baseline]) -> Reference:
    """What a submission is compared with: the assignment's questions, and the baselines of its own two networks."""
    return with_baselines(Reference(questions=rubric.questions), evidence.run, baselines)


def assess(evidence: Evidence, rubric: Rubric, checks: Mapping[str, Check], reference: Reference) -> Grade:
    """Judge and score what is known about a submission; pure, so that it can be done again at any time."""
    return score(rubric, judge(rubric, evidence, reference, checks), evidence)


def _unsupported(source: SourceRecord) -> str:
    """Why a notebook is not run: it trains with a framework whose training cannot be observed yet."""
    if not source.frameworks or WATCHED_FRAMEWORKS & set(source.frameworks):
        return ""
    name = {"torch": "PyTorch"}.get(source.frameworks[0], source.frameworks[0])
    return f"This notebook uses {name}, which is not supported yet: it was read but not run. A person must look at it."
