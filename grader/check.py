"""What a check is: a pure function of evidence, with its documentation. Declares; registers nothing."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from grader.evidence import Evidence
from grader.finding import Finding
from grader.reference import Reference


class Trust(StrEnum):
    """Which half of the evidence a check's verdict rests on.

    A verdict against the student that rests on what was ``SEEN`` is withheld when the run ended by nobody's fault:
    what could not be seen is then not evidence of absence.
    """

    SEEN = "seen"
    WRITTEN = "written"


class CheckFunction(Protocol):
    """A check's function: pure, without clock, disk, network, randomness or framework."""

    __name__: str
    __module__: str
    __doc__: str | None

    def __call__(self, evidence: Evidence, reference: Reference, /, **options: object) -> Finding:
        """Look at the evidence and say what was found."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that can be looked for in a submission.

    Attributes:
        title: a few words for tables.
        trusts: which half of the evidence its verdict rests on.
        function: ``(evidence, reference, *, options) -> Finding``.
    """

    title: str
    trusts: Trust
    function: CheckFunction

    @property
    def id(self) -> str:
        """Its path below ``checks``: ``family.name``. The module is the plug-in."""
        return ".".join(self.function.__module__.split(".")[-2:])

    @property
    def documentation(self) -> str:
        """The function's docstring as Markdown: what is checked and why, a snippet that is met and one that is not."""
        return re.sub(r"(?m)^(Met|Not met):\n+", r"**\1:**\n\n", inspect.getdoc(self.function) or "")

    @property
    def options(self) -> Mapping[str, inspect.Parameter]:
        """The keyword-only parameters: what a rubric may set."""
        parameters = inspect.signature(self.function).parameters
        return {name: p for name, p in parameters.items() if p.kind is inspect.Parameter.KEYWORD_ONLY}


def check(*, title: str, trusts: Trust) -> Callable[[Callable[..., Finding]], Check]:
    """Declare that a function is a check."""

    def declare(function: Callable[..., Finding]) -> Check:
        return Check(title=title, trusts=trusts, function=function)

    return declare
