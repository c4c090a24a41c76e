"""``grader explain``: what a check or a criterion looks for, and why."""

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from grader.cli._exit import Exit
from grader.cli._options import DEFAULT_RUBRIC, RubricOption

if TYPE_CHECKING:
    from grader.check import Check
    from grader.rubric import Criterion


def command(
    name: Annotated[str, typer.Argument(help="A check (models.with_batch_norm) or a criterion of the rubric.")],
    rubric: RubricOption = DEFAULT_RUBRIC,
) -> None:
    """Say what a check or a criterion looks for, with an example that is met and one that is not."""
    from grader import registry
    from grader.cli._setup import find_rubric

    console = Console()
    checks, known = registry.checks(), find_rubric(rubric)
    criteria = {criterion.id: criterion for criterion in known.criteria}
    if name in criteria:
        _criterion(console, criteria[name])
        _check(console, checks[criteria[name].check])
    elif name in checks:
        _check(console, checks[name])
        users = [criterion.id for criterion in known.criteria if criterion.check == name]
        console.print(f"Used in {known.id} by: {', '.join(users) or 'no criterion'}.", highlight=False)
    else:
        close = difflib.get_close_matches(name, [*criteria, *checks], n=3, cutoff=0.4)
        typer.echo(f"grader: there is no check and no criterion {name!r} in the rubric {known.id}.", err=True)
        typer.echo(f"        Did you mean: {', '.join(close)}?" if close else _all(criteria, checks), err=True)
        raise typer.Exit(Exit.WRONG_INPUT)


def _criterion(console: Console, criterion: "Criterion") -> None:
    console.print(f"[bold]{criterion.title}[/]  ({criterion.id}, {criterion.question}, {criterion.points:g} points)")
    for option, value in criterion.options.items():
        console.print(f"  {option} = {value!r}", highlight=False)
    if criterion.needs:
        console.print(f"  judged only after: {', '.join(criterion.needs)}", highlight=False)
    console.print()


def _check(console: Console, check: "Check") -> None:
    console.print(f"[bold]{check.title}[/]  (check {check.id}, trusts what was {check.trusts})")
    console.print(Markdown(check.documentation))
    for option, parameter in check.options.items():
        console.print(f"  option {parameter}" if parameter.default is not parameter.empty else f"  option {option}")


def _all(criteria: Iterable[str], checks: Iterable[str]) -> str:
    return f"        Criteria: {', '.join(criteria)}. Checks: {', '.join(checks)}."
