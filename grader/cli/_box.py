"""Choosing a box for a command: which one, measured, and all of it said."""

from rich.console import Console

from grader.evidence import IsolationRecord
from grader.sandbox.box import Box
from grader.sandbox.choosing import AUTO, choose, second_best
from grader.sandbox.probe import measure


def box_for(console: Console, *, trust_code: bool, named: str) -> Box:
    """The box to run in; says so where it is not the best there could be, and what was found open.

    Raises:
        SandboxError: there is none, or it does not start.
    """
    box = choose(trust_code=trust_code, box=named)
    told = second_best(box) if named == AUTO else ""
    label = isolation(box)
    if not label.measured:
        told = f"{told or 'Notebooks run without a box.'} They have your own rights."
    if told:
        console.print(told, style="yellow", markup=False, highlight=False)
    if label.not_enforced:
        console.print(opened(label), style="yellow", markup=False, highlight=False)
    return box


def isolation(box: Box) -> IsolationRecord:
    """What the box was measured to stop; where there is none, nothing is promised and nothing tried.

    Raises:
        SandboxError: the box does not start.
    """
    return IsolationRecord(box=box.name) if box.name == "none" else measure(box)


def opened(label: IsolationRecord) -> str:
    """One line with what a probe inside could do."""
    return f"A probe inside the box “{label.box}” was not kept from: {'; '.join(label.not_enforced)}."
