"""What the attacks on the grader's beliefs share: messages, observations and replies that the notebook writes itself.

No box can keep a kernel from lying about itself. So these are stopped where the lie is not the kernel's to tell (what
other cells did, how the run ended), and found out where it is.
"""

import json
from dataclasses import replace

from grader.evidence import CellOutcome, RunOutcome, RunRecord, TamperKind
from grader.serializing import to_json
from tests.attacks.attack import Verdict, found_out, harmless, said
from tests.attacks.rendering import graded
from tests.attacks.trap import Trap
from tests.kernels import submission

RAN = (RunOutcome.FINISHED, RunOutcome.STUDENT_ERROR)
BROKEN = (*RAN, RunOutcome.KILLED, RunOutcome.TIME_LIMIT)

OBSERVER = """
import gc, os
observer = next(each for each in gc.get_objects() if type(each).__name__ == "Observer")
"""
EVENTS = """
forged = [
    {"event": "built", "model": 0, "count": 1, "line": 1},
    {"event": "model", "model": 0, "framework": "keras", "style": "sequential", "class_name": "Sequential"},
    {"event": "fit", "fit": 0, "model": 0, "epochs": 3, "count": 1, "line": 1},
    {"event": "epoch", "fit": 0, "logs": {"accuracy": 0.99}, "count": 1},
    {"event": "fit_end", "fit": 0, "finished": True, "seconds": 60.0, "count": 1},
    {"event": "evaluate", "model": 0, "results": {"accuracy": 0.99}, "count": 1},
]
"""


def not_believed(record: RunRecord, trap: Trap) -> Verdict:
    """Nothing of what was forged stands in the record, unless as something that the notebook printed."""
    assert "forged" not in to_json(replace(record, cells=()))
    return harmless(record, trap)


def every_cell_was_run(record: RunRecord, trap: Trap) -> Verdict:
    """A forged reply did not make a cell count that never ran."""
    assert record.cells[-1].outcome is CellOutcome.OK
    assert "the last cell ran" in said(record), "a cell counts as executed that was not"
    return harmless(record, trap)


def order_is_kept(record: RunRecord, trap: Trap) -> Verdict:
    """Each cell is told once, in order, whatever the kernel sent."""
    assert [each.cell for each in record.cells] == sorted({each.cell for each in record.cells})
    return harmless(record, trap)


def soon_over(record: RunRecord, trap: Trap) -> Verdict:
    """Far from what the grader would wait at most: these notebooks do nothing that takes time."""
    assert record.seconds < 60.0, record.seconds
    return harmless(record, trap)


def hook_found(record: RunRecord, trap: Trap) -> Verdict:
    """Told as a hook of the kernel."""
    assert TamperKind.HOOK in {each.kind for each in record.tampering}, record.tampering
    return found_out(record, trap)


def no_number_is_believed(record: RunRecord, trap: Trap) -> Verdict:
    """The record is strict JSON, without NaN, and what was written past the grader is told."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} stands in the record")

    json.loads(to_json(record), parse_constant=refuse)
    _, grade = graded(submission(*["x"] * len(record.cells)), record)
    json.loads(to_json(grade), parse_constant=refuse)
    assert 0.0 <= grade.earned <= grade.points
    return found_out(record, trap)
