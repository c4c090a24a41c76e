"""The trainer's process: it ends with its use, and what it finished before is not lost."""

import os
import sys
import threading
import time

import psutil
import pytest

from grader.baseline.process import Process
from grader.baseline.training import Backend, Device, train
from grader.errors import BaselineError
from tests.baseline.learnable import save, specification

SLEEPER = "import subprocess, sys; subprocess.Popen(['sleep', '600']); print(sys.stdin.readline(), flush=True); sys.stdin.read()"


def started(folder, program=SLEEPER):
    return Process([sys.executable, "-c", program], "hello\n", folder=folder, environment=dict(os.environ))


def gone(processes):
    return not psutil.wait_procs(processes, timeout=10)[1]


def test_leaving_ends_the_program_and_what_it_started(tmp_path):
    others = set(psutil.Process().children(recursive=True))
    with started(tmp_path) as program:
        first = next(program.lines(until=None, cancelled=threading.Event()))
        family = set(psutil.Process().children(recursive=True)) - others
    assert first == b"hello\n"
    assert len(family) >= 2
    assert gone(family)


def test_cancelling_ends_the_lines(tmp_path):
    cancelled = threading.Event()
    with started(tmp_path) as program:
        lines = program.lines(until=None, cancelled=cancelled)
        next(lines)
        cancelled.set()
        assert list(lines) == []


def test_a_program_that_is_late_is_an_error(tmp_path):
    with started(tmp_path) as program, pytest.raises(BaselineError, match="not done in the time allowed"):
        list(program.lines(until=time.monotonic() + 0.2, cancelled=threading.Event()))


def test_what_a_crash_said_is_kept(tmp_path):
    with started(tmp_path, "raise SystemExit('no such thing')") as program:
        assert list(program.lines(until=None, cancelled=threading.Event())) == []
        assert program.status() == 1
        assert "no such thing" in program.complaints()


@pytest.mark.slow
def test_a_trainer_that_is_killed_leaves_the_batches_it_finished(tmp_path):
    pytest.importorskip("jax")
    batches = train(
        specification(epochs=100), data=save(tmp_path / "digits.npz"), seeds=range(20), at_once=1,
        device=Device.CPU, backend=Backend.JAX,
    )  # fmt: skip
    finished = [next(batches)]
    for child in psutil.Process().children():
        child.kill()
    with pytest.raises(BaselineError, match=r"was killed, most likely for lack of memory"):
        finished.extend(batches)
    assert 1 <= len(finished) < 20
    assert all(len(run.curves["loss"]) == 100 for batch in finished for run in batch.runs)


@pytest.mark.slow
def test_a_trainer_does_not_outlive_its_iterator(tmp_path):
    pytest.importorskip("jax")
    batches = train(specification(), data=save(tmp_path / "digits.npz"), seeds=range(4), at_once=1, backend=Backend.JAX)
    next(batches)
    children = psutil.Process().children(recursive=True)
    batches.close()
    assert children
    assert gone(children)
