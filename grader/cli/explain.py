"""``grader explain``: what a check or a criterion looks for, and why."""

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal, get_args, get_origin, get_type_hints

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
    types = get_type_hints(check.function)
    for option, parameter in check.options.items():
        allowed = [str(value) for value in _allowed(types[option])]
        told = f" (any of: {', '.join(allowed)})" if allowed else ""
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        console.print(f"  option {option}{default}{told}", markup=False, highlight=False)


def _allowed(kind: object) -> tuple[object, ...]:
    """The values that a type lists, itself or for the items of a tuple; none where it leaves them open."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    return next((found for inner in get_args(kind) if (found := _allowed(inner))), ())


def _all(criteria: Iterable[str], checks: Iterable[str]) -> str:
    return f"        Criteria: {', '.join(criteria)}. Checks: {', '.join(checks)}."
