"""``grader rubrics``: what can be graded."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table


def command(
    name: Annotated[
        str | None, typer.Argument(help="Print this rubric, to be changed and used by --rubric FILE.")
    ] = None,
) -> None:
    """List the rubrics that come with the grader, or print one: grader rubrics batch-normalization > mine.yaml."""
    from grader import registry
    from grader.cli._setup import rubric_file
    from grader.loaders.rubric_yaml import load

    if name is not None:
        typer.echo(rubric_file(name).read_text(encoding="utf-8"), nl=False)
        return
    table = Table(box=None)
    for heading in ("name", "points", "criteria", "assignment"):
        table.add_column(heading, overflow="fold")
    for name, path in registry.rubric_files().items():
        rubric = load(path, registry.checks())
        table.add_row(name, f"{rubric.points:g}", str(len(rubric.criteria)), rubric.title)
    Console().print(table)
