"""``grader check``: a student's own check, before the deadline."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from grader.cli._exit import Exit
from grader.cli._options import DEFAULT_RUBRIC, BoxOption, DataOption, OfflineOption, RubricOption

if TYPE_CHECKING:
    from grader.grade import Grade
    from grader.submission import Submission


def command(
    notebook: Annotated[Path, typer.Argument(help="The notebook (.ipynb) or script (.py) to check.")],
    rubric: RubricOption = DEFAULT_RUBRIC,
    static: Annotated[
        bool, typer.Option("--static", help="Only read the notebook; takes about a second and runs nothing.")
    ] = False,
    data: DataOption = None,
    offline: OfflineOption = False,
    box: BoxOption = "auto",
) -> None:
    """Check one notebook as it will be graded, and say what to fix first.

    Your own code runs on your own machine, in a box where there is one. The exit code is 0 when nothing is left to
    fix, and 1 otherwise.
    """
    from grader.cli._box import box_for
    from grader.cli._progress import cells_bar
    from grader.cli._references import stored
    from grader.cli._setup import find_rubric, plan_for, refuse_missing
    from grader.pipeline import assess, compared_with, observe
    from grader.reports.terminal import feedback, hints

    console = Console()
    refuse_missing([notebook], data)
    known = find_rubric(rubric)
    submission = _one(notebook)
    with ExitStack() as stack:
        chosen = None if static else box_for(console, trust_code=True, named=box)
        plan = plan_for([submission], known, chosen, data, stack, console, offline=offline)
        with cells_bar(console, [submission] if chosen else []) as bar:
            evidence = observe(submission, plan, progress=bar.of(submission)) if chosen else observe(submission, plan)
    grade = assess(evidence, known, plan.checks, compared_with(evidence, known, stored().usable()))
    console.print(feedback(evidence, grade, known))
    if _left_to_fix(grade) or hints(evidence):
        raise typer.Exit(Exit.TO_FIX)


def _one(path: Path) -> "Submission":
    from grader import registry
    from grader.loaders.collect import collect
    from grader.submission import Rejection

    found = list(collect([path], registry.having("loaders", "SUFFIXES", "load")))
    if len(found) == 1 and not isinstance(found[0], Rejection):
        return found[0]
    if len(found) == 1 and isinstance(found[0], Rejection):
        typer.echo(f"grader: {found[0].path}: {found[0].reason}\n        {found[0].advice}", err=True)
    else:
        typer.echo(f"grader: {path}: check takes one notebook, and there are {len(found)} here.", err=True)
    raise typer.Exit(Exit.WRONG_INPUT)


def _left_to_fix(grade: "Grade") -> bool:
    from grader.finding import Outcome

    return any(score.outcome in {Outcome.UNMET, Outcome.PARTIAL} for score in grade.scores)
