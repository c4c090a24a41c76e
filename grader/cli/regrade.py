"""``grader regrade``: stored evidence, another rubric; nothing is run."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from grader.cli._exit import Exit
from grader.cli._options import DEFAULT_RUBRIC, RubricOption


def command(
    run: Annotated[Path, typer.Argument(help="Folder that `grader grade` has written.")],
    rubric: RubricOption = DEFAULT_RUBRIC,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the new reports. Default: the same, renewed.")
    ] = None,
) -> None:
    """Judge stored evidence again, by another or a newer rubric, or with new baselines. Runs nothing."""
    from grader import registry
    from grader.cli._publish import Publisher
    from grader.cli._references import stored, tell_damaged
    from grader.cli._setup import find_rubric
    from grader.errors import EvidenceError
    from grader.gradebook.folder import RunFolder
    from grader.pipeline import assess, compared_with

    console = Console()
    known = find_rubric(rubric)
    source = RunFolder.open(run)
    publisher = Publisher.opened(out or run, known, anew=True)
    names = list(source.submissions())
    store = stored()
    tell_damaged(store, console)
    baselines = store.usable()
    for name in track(names, description="judging", console=console, transient=True, disable=not console.is_terminal):
        try:
            evidence = source.evidence(name)
        except EvidenceError as error:
            console.print(f"left out: {error}", style="red", markup=False, highlight=False)
            publisher.incomplete = True
            continue
        reference = compared_with(evidence, known, baselines)
        publisher.graded(evidence, assess(evidence, known, registry.checks(), reference), reference)
    for name in list(source.rejected()):
        publisher.rejected(source.rejection(name))
    publisher.finish(console, planned=len(names), interrupted=False)
    raise typer.Exit(Exit.INCOMPLETE if publisher.incomplete else Exit.DONE)
