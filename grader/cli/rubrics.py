"""``grader rubrics``: what can be graded."""

from rich.console import Console
from rich.table import Table


def command() -> None:
    """List the rubrics that come with the grader."""
    from grader import registry
    from grader.loaders.rubric_yaml import load

    table = Table(box=None)
    for heading in ("name", "points", "criteria", "assignment"):
        table.add_column(heading, overflow="fold")
    for name, path in registry.rubric_files().items():
        rubric = load(path, registry.checks())
        table.add_row(name, f"{rubric.points:g}", str(len(rubric.criteria)), rubric.title)
    Console().print(table)
