"""The command line: a module with a function ``command`` is a command, named like the module.

Only light modules are imported before a command runs, so that ``--help`` is there at once.
"""

import sys
from importlib import metadata
from typing import Annotated

import typer

from grader.cli._exit import EXIT_CODES, Exit
from grader.errors import GraderError
from grader.registry import having

ABOUT = """Grade deep-learning notebooks.

Runs each notebook in a box, sees which networks were built and how they were trained, judges that by a rubric, and
writes reports that a student learns from and an instructor can defend.
"""


def app() -> typer.Typer:
    """All commands, found by walking this package."""
    made = typer.Typer(
        help=ABOUT, epilog=EXIT_CODES, no_args_is_help=True, rich_markup_mode="rich", add_completion=False,
        pretty_exceptions_enable=False,
    )  # fmt: skip
    made.callback(help=ABOUT, epilog=EXIT_CODES, no_args_is_help=True)(_options)
    for name, module in having("cli", "command").items():
        made.command(name)(module.command)
    return made


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(metadata.version("grader"))
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Options of the program itself."""


def main() -> None:
    """Run the command that was asked for; a known error is a sentence, not a traceback."""
    try:
        app()()
    except GraderError as error:
        sys.stderr.write(f"grader: {error.message}\n")
        if error.advice:
            sys.stderr.write(f"        {error.advice}\n")
        sys.exit(Exit.WRONG_INPUT)
