"""``grader grade``: a folder of notebooks becomes a folder of reports."""

import threading
from collections.abc import Collection
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from grader.cli._exit import Exit
from grader.cli._options import (
    DEFAULT_RUBRIC,
    BoxOption,
    DataOption,
    JobsOption,
    OfflineOption,
    RubricOption,
    TrustOption,
)

if TYPE_CHECKING:
    from grader.cli._progress import Cells
    from grader.cli._publish import Publisher
    from grader.evidence import Evidence
    from grader.pipeline import Plan
    from grader.reference import Baseline
    from grader.submission import Rejection, Submission


def command(
    paths: Annotated[list[Path], typer.Argument(help="Notebooks, scripts, folders or .zip archives.")],
    rubric: RubricOption = DEFAULT_RUBRIC,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for reports; made if it is not there.")] = Path(
        "out"
    ),
    data: DataOption = None,
    jobs: JobsOption = None,
    static: Annotated[bool, typer.Option("--static", help="Only read the notebooks; run nothing.")] = False,
    offline: OfflineOption = False,
    trust_code: TrustOption = False,
    box: BoxOption = "auto",
    baseline_minutes: Annotated[
        float,
        typer.Option(
            "--baseline-minutes",
            min=0.0,
            help="Time to train the students' own networks as references, once all notebooks have run. 0: use what "
            "is stored.",
        ),
    ] = 10.0,
) -> None:
    """Grade notebooks and write a report for each, an index, and a table of grades.

    Results are written as they come. Press Ctrl-C to stop: finished work stays on disk. At the end, networks for which
    no baseline is stored are trained several times, and what was compared with them is judged again.
    """
    from grader.cli._box import box_for
    from grader.cli._interrupt import interruptible
    from grader.cli._progress import cells_bar
    from grader.cli._publish import Publisher
    from grader.cli._references import stored, tell_damaged
    from grader.cli._second_look import second_look
    from grader.cli._setup import find_rubric, plan_for, refuse_missing
    from grader.executors import local

    console = Console()
    refuse_missing(paths, data)
    known = find_rubric(rubric)
    chosen = None if static else box_for(console, trust_code=trust_code, named=box)
    publisher = Publisher.opened(out, known)
    submissions, rejections = _collected(paths)
    for rejection in rejections:
        publisher.rejected(rejection)
    store = stored()
    tell_damaged(store, console)
    baselines = store.usable()
    cancelled = threading.Event()
    with ExitStack() as stack, interruptible(cancelled, console):
        plan = plan_for(submissions, known, chosen, data, stack, console, offline=offline)
        bar = stack.enter_context(cells_bar(console, submissions))
        work = [partial(_observed, submission, plan, bar, cancelled) for submission in submissions]
        results = local.run(work, at_once=jobs or local.jobs(), cancelled=cancelled)
        for position, result in results:
            _publish(submissions[position], result, publisher, plan, baselines, cancelled)
        second_look(publisher, plan, store, console, cancelled, data=data, offline=offline, minutes=baseline_minutes)
    publisher.finish(console, planned=len(submissions) + len(rejections), interrupted=cancelled.is_set())
    raise typer.Exit(_exit_code(publisher, interrupted=cancelled.is_set()))


def _collected(paths: list[Path]) -> "tuple[list[Submission], list[Rejection]]":
    from grader import registry
    from grader.loaders.collect import collect, told_apart
    from grader.submission import Submission

    submissions: list[Submission] = []
    rejections = []
    for found in collect(paths, registry.having("loaders", "SUFFIXES", "load")):
        if isinstance(found, Submission):
            submissions.append(found)
        else:
            rejections.append(found)
    if not submissions and not rejections:
        names = ", ".join(str(path) for path in paths)
        typer.echo(f"grader: there is no notebook in {names}.", err=True)
        raise typer.Exit(Exit.WRONG_INPUT)
    return told_apart(submissions), rejections


def _observed(submission: "Submission", plan: "Plan", bar: "Cells", cancelled: threading.Event) -> "Evidence":
    from grader.pipeline import observe

    evidence = observe(submission, plan, progress=bar.of(submission), cancelled=cancelled)
    bar.done(submission)
    return evidence


def _publish(
    submission: "Submission",
    result: "Evidence | BaseException",
    publisher: "Publisher",
    plan: "Plan",
    baselines: "Collection[Baseline]",
    cancelled: threading.Event,
) -> None:
    from grader.pipeline import assess, compared_with

    if cancelled.is_set():
        return
    if isinstance(result, BaseException):
        publisher.failed(submission, result)
    else:
        reference = compared_with(result, plan.rubric, baselines)
        publisher.graded(result, assess(result, plan.rubric, plan.checks, reference), reference)


def _exit_code(publisher: "Publisher", *, interrupted: bool) -> int:
    if interrupted:
        return Exit.INTERRUPTED
    return Exit.INCOMPLETE if publisher.incomplete else Exit.DONE
