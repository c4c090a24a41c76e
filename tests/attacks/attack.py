"""An attack: cells of a notebook, and what must not happen."""

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from grader.evidence import RunOutcome, RunRecord
from grader.serializing import to_json
from grader.submission import OutputKind
from tests.attacks.trap import Trap

FINISHED = (RunOutcome.FINISHED,)


class Verdict(StrEnum):
    """How an attack that did no harm was met. One that did harm raises ``AssertionError``."""

    STOPPED = "stopped"
    FOUND_OUT = "found out"


def refused(record: RunRecord, trap: Trap) -> Verdict:
    """Every attempt was made, and every attempt failed."""
    told = said(record)
    assert "ESCAPED" not in printed(record), told[:2000]
    attempts = sum("REFUSED" in _text(cell.cell, record) for cell in record.cells)
    assert attempts == len(record.cells), f"an attempt was not made: {told[:2000]}"
    assert trap.secret not in to_json(record)
    return Verdict.STOPPED


def harmless(record: RunRecord, trap: Trap) -> Verdict:
    """Nothing was reached, whatever the notebook said."""
    assert "ESCAPED" not in printed(record), said(record)[:2000]
    assert trap.secret not in to_json(record)
    return Verdict.STOPPED


def found_out(record: RunRecord, _trap: Trap) -> Verdict:
    """No box can stop it, but the report asks a person to look, and says why."""
    assert record.tampering, "nothing was noticed"
    return Verdict.FOUND_OUT


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One way to attack the grader from within a notebook.

    Attributes:
        must_not: what must not happen, as a half-sentence.
        cells: ``{canary}`` and the other names of the trap stand for what was planted.
        verdict: looks at what was recorded.
        ends: how the run may end; never as the grader's failure, and with a limit's name where one was hit.
        limits: those that differ from the default.
        quick: whether it stands for its family in the default test run.
    """

    name: str
    must_not: str
    cells: tuple[str, ...]
    verdict: Callable[[RunRecord, Trap], Verdict] = refused
    ends: tuple[RunOutcome, ...] = FINISHED
    limits: Mapping[str, float] = field(default_factory=dict)
    quick: bool = False


def attempt(code: str) -> str:
    """A cell that tries something and says whether it worked."""
    body = textwrap.indent(textwrap.dedent(code).strip(), "    ")
    failed = "except Exception as error:\n    print('REFUSED', type(error).__name__, error)"
    return f"try:\n{body}\n{failed}\nelse:\n    print('ESCAPED')\n"


def cell(code: str) -> str:
    """A cell, written with the indentation of the module that it stands in."""
    return textwrap.dedent(code).strip()


def planted(attack: Attack, trap: Trap) -> tuple[str, ...]:
    """The cells, with the names of the trap filled in."""
    cells = []
    for source in attack.cells:
        for name, value in trap.names.items():
            source = source.replace("{" + name + "}", value)
        cells.append(source)
    return tuple(cells)


def printed(record: RunRecord) -> str:
    """What was printed; tracebacks, which quote the attack, are not."""
    return "".join(out.text for run in record.cells for out in run.outputs if out.kind is OutputKind.STDOUT)


def said(record: RunRecord) -> str:
    """All that the notebook put out."""
    return "\n".join(_text(cell.cell, record) for cell in record.cells)


def _text(index: int, record: RunRecord) -> str:
    run = record.cell_run(index)
    if run is None:
        return ""
    error = f"{run.error.name}: {run.error.message}" if run.error else ""
    return "\n".join([*(output.text for output in run.outputs), error])
