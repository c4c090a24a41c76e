"""Commands in notebooks work in every box."""

from pathlib import Path

import pytest

from grader.evidence import RunOutcome
from grader.sandbox import bubblewrap, landlocked, unboxed
from grader.sandbox.box import Box
from tests.kernels import execute

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize("box", [bubblewrap, landlocked, unboxed], ids=lambda box: box.name)
def test_a_command_shows_what_it_says_and_its_result_can_be_used(box: Box, tmp_path: Path) -> None:
    if box.missing():
        pytest.skip(box.missing())
    record = execute(
        "word = 'hello'",
        "!echo {word} $word; exit 3",
        "print(_exit_code)",
        "lines = !printf 'a\\nb\\n'\nprint(lines)",
        data=tmp_path,
        box=box,
    )
    assert record.outcome is RunOutcome.FINISHED, record.reason
    told = [cell.outputs[0].text.strip() for cell in record.cells[1:]]
    assert told == ["hello hello", "3", "['a', 'b']"]
