"""Files that attack the grader's own process: read within bounds, or rejected with a reason."""

import resource
import sys
from pathlib import Path

import pytest

from tests.attacks.submitted import ATTACKS, RUBRICS, carry_out, refuse_rubric

MOST_MEMORY = 700_000_000  # bytes that loading one file may add to the process
UNIT = 1 if sys.platform == "darwin" else 1024
HEAVY = {
    "zip bomb",
    "zip that lies about its sizes",
    "zip of overlapping members",
    "zip of too many members",
    "a hundred thousand cells",
}


@pytest.mark.parametrize(
    "attack",
    [pytest.param(a, id=a.name, marks=[pytest.mark.slow] if a.name in HEAVY else []) for a in ATTACKS],
)
def test_what_is_handed_in_does_no_harm(attack, tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    carry_out(attack, tmp_path)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * UNIT < MOST_MEMORY


@pytest.mark.parametrize("content", RUBRICS.values(), ids=RUBRICS)
def test_a_hostile_rubric_is_refused(content: str, tmp_path: Path) -> None:
    refuse_rubric(content, tmp_path)
