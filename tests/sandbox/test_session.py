"""Notebooks in a real kernel: how runs end, and what is kept of them."""

import os
import threading
import time
from pathlib import Path

import pytest

from grader import registry
from grader.evidence import Cause, CellOutcome, RunOutcome
from grader.sandbox import bubblewrap, unboxed
from grader.sandbox.box import Setup
from grader.sandbox.session import run
from tests.kernels import QUICK, best_box, execute, submission

pytestmark = pytest.mark.kernel

needs_a_box = pytest.mark.skipif(best_box() is unboxed, reason="this machine has no box")
needs_bubblewrap = pytest.mark.skipif(bool(bubblewrap.missing()), reason=bubblewrap.missing() or "bubblewrap works")


def test_a_notebook_that_works_is_finished_and_its_outputs_are_kept(tmp_path: Path) -> None:
    record = execute("x = 20", "print(x + 1)\nx + 2", data=tmp_path)
    assert record.outcome is RunOutcome.FINISHED
    assert [output.text for output in record.cells[1].outputs] == ["21\n", "22"]


def test_both_kinds_of_box_run_the_same_notebook_alike(tmp_path: Path) -> None:
    cells = ("import math", "print(math.pi)", "1/0")
    boxed = execute(*cells, data=tmp_path)
    plain = execute(*cells, data=tmp_path, box=unboxed)
    assert [(c.cell, c.outcome, c.outputs[:1]) for c in boxed.cells[:2]] == [
        (c.cell, c.outcome, c.outputs[:1]) for c in plain.cells[:2]
    ]
    assert boxed.outcome is plain.outcome is RunOutcome.STUDENT_ERROR


def test_the_cells_after_a_failing_one_run_too(tmp_path: Path) -> None:
    record = execute("a = 1", "b = 1\nb / 0", "print(a)", data=tmp_path)
    assert [cell.outcome for cell in record.cells] == [CellOutcome.OK, CellOutcome.ERROR, CellOutcome.OK]
    assert record.cell == 1
    error = record.cells[1].error
    assert error is not None
    assert (error.name, error.line, error.cause) == ("ZeroDivisionError", 2, Cause.STUDENT)


def test_an_error_that_follows_from_an_earlier_one_names_its_root(tmp_path: Path) -> None:
    record = execute("import a_package_nobody_has\ny = 1", "print(y)", data=tmp_path)
    assert record.outcome is RunOutcome.ENVIRONMENT
    second = record.cells[1].error
    assert second is not None
    assert (second.cause, second.root) == (Cause.CONSEQUENCE, 0)


def test_a_warning_on_stderr_is_kept_and_is_no_error(tmp_path: Path) -> None:
    record = execute("import sys; sys.stderr.write('careful\\n'); print('done')", data=tmp_path)
    assert record.outcome is RunOutcome.FINISHED
    assert sorted(output.kind for output in record.cells[0].outputs) == ["stderr", "stdout"]


def test_a_cell_that_takes_too_long_is_interrupted_and_the_next_one_runs(tmp_path: Path) -> None:
    record = execute("import time\nprint('begun')\ntime.sleep(100)", "print('next')", data=tmp_path, cell_seconds=1.0)
    assert record.outcome is RunOutcome.TIME_LIMIT
    assert record.cell == 0
    assert [cell.outcome for cell in record.cells] == [CellOutcome.TIME_LIMIT, CellOutcome.OK]
    assert record.cells[0].outputs[0].text == "begun\n"
    assert "1 seconds" in record.reason


def test_a_notebook_that_takes_too_long_in_all_ends_with_what_it_did(tmp_path: Path) -> None:
    record = execute(
        "print('first')", "import time; time.sleep(100)", "print('never')", data=tmp_path, total_seconds=3.0
    )
    assert record.outcome is RunOutcome.TIME_LIMIT
    assert [cell.outcome for cell in record.cells] == [
        CellOutcome.OK,
        CellOutcome.TIME_LIMIT,
        CellOutcome.NOT_REACHED,
    ]


def test_a_kernel_that_ends_itself_is_a_result_with_a_reason(tmp_path: Path) -> None:
    record = execute("print('before')", "import os; os._exit(3)", "print('after')", data=tmp_path)
    assert record.outcome is RunOutcome.KILLED
    assert record.cell == 1
    assert "exit status 3" in record.reason
    assert [cell.outcome for cell in record.cells] == [CellOutcome.OK, CellOutcome.KILLED, CellOutcome.NOT_REACHED]


def test_a_notebook_that_takes_too_much_memory_is_ended(tmp_path: Path) -> None:
    record = execute("kept = []\nwhile True: kept.append(bytearray(b'x' * 20_000_000))", data=tmp_path, memory_mb=600.0)
    assert record.outcome is RunOutcome.MEMORY_LIMIT
    assert "600 MB" in record.reason


def test_much_output_of_one_cell_is_cut_and_the_notebook_goes_on(tmp_path: Path) -> None:
    record = execute("for _ in range(700): print('x' * 2000)", "print('next')", data=tmp_path, output_mb=2.0)
    assert record.outcome is RunOutcome.FINISHED
    assert sum(len(output.text) for output in record.cells[0].outputs) < 1_000_000
    assert "cut" in record.cells[0].outputs[-1].text
    assert record.cells[1].outputs[0].text == "next\n"


def test_a_flood_of_output_ends_the_run_by_the_name_of_its_limit(tmp_path: Path) -> None:
    record = execute("while True: print('x' * 2000)", "print('never')", data=tmp_path, output_mb=2.0)
    assert (record.outcome, record.cell) == (RunOutcome.OUTPUT_LIMIT, 0)
    assert "2 MB" in record.reason
    assert record.cells[1].outcome is CellOutcome.NOT_REACHED


def test_one_huge_display_is_dropped(tmp_path: Path) -> None:
    huge = "from IPython.display import display; display({'text/html': 'x' * 900_000, 'text/plain': 'small'}, raw=True)"
    record = execute(huge, "print('next')", data=tmp_path, output_mb=2.0)
    assert record.outcome is RunOutcome.FINISHED
    assert sum(len(output.text) for output in record.cells[0].outputs) < 1000


def test_more_processes_than_allowed_end_the_run(tmp_path: Path) -> None:
    forks = (
        "import os, time\n"
        "for _ in range(150):\n"
        "    if os.fork() == 0:\n"
        "        time.sleep(20); os._exit(0)\n"
        "time.sleep(20)"
    )
    record = execute(forks, data=tmp_path, processes=100)
    assert (record.outcome, record.cell) == (RunOutcome.PROCESS_LIMIT, 0)
    assert "100 processes" in record.reason


def test_more_files_than_the_disk_may_hold_end_the_run(tmp_path: Path) -> None:
    writes = (
        "import time\n"
        "try:\n"
        "    with open('big', 'wb') as f:\n"
        "        for _ in range(30): f.write(b'x' * 1_000_000); f.flush()\n"
        "except OSError as error: print(error)\n"
        "try:\n"
        "    open('more', 'wb').write(b'x' * 5_000_000)\n"
        "except OSError as error: print(error)\n"
        "time.sleep(10)"
    )
    record = execute(writes, data=tmp_path, disk_mb=20.0)
    assert (record.outcome, record.cell) == (RunOutcome.DISK_LIMIT, 0)
    assert "20 MB" in record.reason


@needs_a_box
def test_memory_of_all_processes_counts_together(tmp_path: Path) -> None:
    many = (
        "import os, time\n"
        "for _ in range(4):\n"
        "    if os.fork() == 0:\n"
        "        kept = bytearray(b'x' * 200_000_000); time.sleep(20); os._exit(0)\n"
        "time.sleep(20)"
    )
    record = execute(many, data=tmp_path, memory_mb=500.0)
    assert (record.outcome, record.cell) == (RunOutcome.MEMORY_LIMIT, 0)


@needs_a_box
def test_memory_that_processes_share_counts_too(tmp_path: Path) -> None:
    shares = "import mmap, time\nkept = mmap.mmap(-1, 700_000_000)\nkept.write(b'x' * 700_000_000)\ntime.sleep(20)"
    record = execute(shares, data=tmp_path, memory_mb=500.0)
    assert (record.outcome, record.cell) == (RunOutcome.MEMORY_LIMIT, 0)


@needs_a_box
def test_memory_that_forked_processes_share_is_counted_once(tmp_path: Path) -> None:
    shares = (
        "import os, time\n"
        "kept = bytearray(b'x' * 150_000_000)\n"
        "children = [os.fork() for _ in range(1)]\n"
        "if children[0] == 0:\n"
        "    os.fork(); os.fork(); time.sleep(2); os._exit(0)\n"
        "os.waitpid(children[0], 0); print('done')"
    )
    record = execute(shares, data=tmp_path, memory_mb=500.0)
    assert record.outcome is RunOutcome.FINISHED, record.reason


@needs_a_box
def test_a_notebook_can_end_neither_its_worker_nor_everything(tmp_path: Path) -> None:
    record = execute(
        "import os, signal\nfor target in (os.getppid(), -1, -os.getpgid(os.getppid())):\n"
        "    try: os.kill(target, signal.SIGKILL)\n    except OSError: print('refused')",
        data=tmp_path,
    )
    assert record.outcome is RunOutcome.FINISHED
    assert record.cells[0].outputs[0].text == "refused\n" * 3


def test_a_segmentation_fault_is_told_by_its_signal(tmp_path: Path) -> None:
    record = execute("import ctypes; ctypes.string_at(0)", data=tmp_path)
    assert record.outcome is RunOutcome.KILLED
    assert "signal 11" in record.reason


def test_a_failing_cell_fails_although_its_error_is_not_shown(tmp_path: Path) -> None:
    record = execute(
        "raise ValueError('x\\ud800y')",
        "class E(Exception):\n    def _render_traceback_(self): return ['Cell In[1], line ' + '9' * 5000]\nraise E('x')",
        "get_ipython().showtraceback = lambda *a, **k: None\n1 / 0",
        data=tmp_path,
    )
    assert [cell.outcome for cell in record.cells] == [CellOutcome.ERROR] * 3
    assert [cell.error.name for cell in record.cells if cell.error] == ["UnicodeEncodeError", "E", "ZeroDivisionError"]
    assert (record.outcome, record.attempts) == (RunOutcome.STUDENT_ERROR, 1)


def test_a_flood_of_observations_ends_with_the_limit_and_is_flagged(tmp_path: Path) -> None:
    flood = (
        "import os\n"
        "path = next(p for p in (os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd')"
        " if os.path.exists(f'/proc/self/fd/{n}')) if p.endswith('transcript.jsonl'))\n"
        "with open(path, 'a') as f:\n"
        '    f.write(\'{"event": "epoch", "fit": 0, "logs": {"a": 1}}\\n\' * 100_000)'
    )
    record = execute(flood, data=tmp_path, events=100)
    assert record.outcome is RunOutcome.FINISHED
    assert any("More was written into the recording" in found.what for found in record.tampering)


def test_a_kernel_that_sends_nonsense_is_the_students_doing(tmp_path: Path) -> None:
    record = execute(
        "k = get_ipython().kernel\n"
        "k.session.send(k.iopub_socket, 'stream', content={}, parent=k.get_parent(), ident=b'stream')\n"
        "import time; time.sleep(1)",
        "1",
        data=tmp_path,
    )
    assert not record.outcome.blames_nobody
    assert record.attempts == 1


def test_colours_of_a_traceback_do_not_come_out(tmp_path: Path) -> None:
    record = execute("print('\\x1b[31mred\\x1b[0m')\nundefined", data=tmp_path)
    assert all("\x1b" not in output.text for output in record.cells[0].outputs)
    assert record.cells[0].outputs[0].text == "red\n"


def test_cancelling_ends_a_run_soon(tmp_path: Path) -> None:
    cancelled = threading.Event()
    threading.Timer(2.0, cancelled.set).start()
    record = run(
        submission("import time; time.sleep(50)", "print('never')"),
        box=best_box(),
        guests=registry.guests(),
        data=tmp_path,
        limits=QUICK,
        cancelled=cancelled,
    )
    assert record.outcome is RunOutcome.HARNESS_FAILURE
    assert "interrupted" in record.reason
    assert record.cells[-1].outcome is CellOutcome.NOT_REACHED


def test_progress_is_told_for_each_code_cell(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    run(
        submission("1", "2"),
        box=best_box(),
        guests=registry.guests(),
        data=tmp_path,
        limits=QUICK,
        progress=lambda begun, planned: told.append((begun, planned)),
    )
    assert told == [(1, 2), (2, 2)]


def test_observing_changes_nothing_that_the_notebook_can_print(tmp_path: Path) -> None:
    looks = "print(sorted(n for n in dir() if not n.startswith('_')), In[1:2], __import__('os').listdir())"
    record = execute(looks, data=tmp_path)
    text = record.cells[0].outputs[0].text
    assert "observ" not in text
    assert "_install" not in text
    assert text.rstrip().endswith("[]")


def test_the_environment_of_the_grader_does_not_reach_the_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_TEST_SECRET", "hunter2")
    record = execute("import os; print(os.environ.get('GRADER_TEST_SECRET'))", data=tmp_path)
    assert record.cells[0].outputs[0].text == "None\n"


@needs_bubblewrap
def test_the_box_has_no_network_no_home_and_no_other_processes(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary")
    record = execute(
        f"import os; print(os.path.exists({str(secret)!r}), os.path.exists({str(Path.home() / '.bashrc')!r}))",
        "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 80), 2); print('open')\n"
        "except OSError as e: print('closed')",
        f"print({os.getpid()} in [int(p) for p in os.listdir('/proc') if p.isdigit()] and "
        f"open('/proc/{os.getpid()}/cmdline').read())",
        "print(os.getuid() != 0)",
        "try:\n    open('/usr/canary', 'w'); print('written')\nexcept OSError: print('read-only')",
        data=tmp_path,
    )
    told = [cell.outputs[0].text.strip() for cell in record.cells if cell.outputs]
    assert told[0] == "False False"
    assert told[1] == "closed"
    assert "pytest" not in told[2]
    assert told[3] == "True"
    assert told[4] == "read-only"


@needs_bubblewrap
def test_nothing_survives_the_box(tmp_path: Path) -> None:
    mark = f"grader-survivor-{os.getpid()}"
    execute(
        f"import subprocess, sys\n"
        f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', {mark!r}], start_new_session=True)",
        data=tmp_path,
    )
    time.sleep(0.5)
    alive = [p for p in Path("/proc").glob("[0-9]*/cmdline") if mark.encode() in _read(p)]
    assert alive == []


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


class Failing:
    """A box that does not start, or not the first time."""

    name = "failing"
    fenced = False
    setup = staticmethod(unboxed.setup)
    confinement = staticmethod(unboxed.confinement)
    full = staticmethod(unboxed.full)
    remove = staticmethod(unboxed.remove)

    def __init__(self, failures: int) -> None:
        self.failures = failures

    def argv(self, setup: Setup) -> list[str]:
        self.failures -= 1
        return ["/nonexistent/program"] if self.failures >= 0 else unboxed.argv(setup)


def test_a_box_that_cannot_be_started_is_our_failure_and_is_tried_twice(tmp_path: Path) -> None:
    record = execute("1", data=tmp_path, box=Failing(9))  # type: ignore[arg-type]
    assert (record.outcome, record.attempts) == (RunOutcome.HARNESS_FAILURE, 2)
    assert record.outcome.blames_nobody
    assert "/nonexistent/program" in record.reason


def test_a_failure_of_ours_that_does_not_repeat_is_forgotten(tmp_path: Path) -> None:
    record = execute("print(1)", data=tmp_path, box=Failing(1))  # type: ignore[arg-type]
    assert (record.outcome, record.attempts) == (RunOutcome.FINISHED, 2)


def test_the_versions_and_limits_of_a_run_are_recorded(tmp_path: Path) -> None:
    record = execute("1", data=tmp_path)
    assert set(record.versions) >= {"python", "ipykernel", "nbclient"}
    assert record.limits["cell_seconds"] == QUICK.cell_seconds


def test_one_very_long_line_takes_no_time_and_is_cut(tmp_path: Path) -> None:
    record = execute("print('z' * 5_000_000)", "print('next')", data=tmp_path, cell_seconds=20.0, total_seconds=30.0)
    assert record.outcome is RunOutcome.FINISHED
    assert len(record.cells[0].outputs[0].text) < 200_000
    assert record.cells[1].outputs[0].text == "next\n"


def test_a_progress_bar_is_kept_in_its_last_state(tmp_path: Path) -> None:
    record = execute(
        "import sys\nfor i in range(50): sys.stdout.write(f'\\r{i}/50'); sys.stdout.flush()\nprint('\\nab\\b\\bcd')",
        "!printf 'one\\r\\ntwo\\r\\n'",
        data=tmp_path,
    )
    assert record.cells[0].outputs[0].text == "49/50\ncd\n"
    assert record.cells[1].outputs[0].text == "one\ntwo\n"


def test_asking_for_input_is_told_in_words_that_help(tmp_path: Path) -> None:
    record = execute("name = input()", data=tmp_path)
    assert record.outcome is RunOutcome.STUDENT_ERROR
    assert "Nobody can type" in record.reason


def test_a_syntax_error_is_told_without_the_kernels_name_for_the_cell(tmp_path: Path) -> None:
    record = execute("x = = 1", data=tmp_path)
    error = record.cells[0].error
    assert error is not None
    assert error.name == "SyntaxError"
    assert ".py" not in error.message


def test_of_two_streams_side_by_side_stdout_stands_first(tmp_path: Path) -> None:
    record = execute(
        "import sys; sys.stderr.write('e'); sys.stderr.flush(); print('o'); _ = sys.stderr.write('e')", data=tmp_path
    )
    assert [(output.kind, output.text) for output in record.cells[0].outputs] == [("stdout", "o\n"), ("stderr", "ee")]
