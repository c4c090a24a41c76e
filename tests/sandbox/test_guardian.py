"""Nothing that a command has started is left when its guardian ends."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.sandbox.confined import INSIDE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="subreapers exist on Linux only")

GUARDIAN = [sys.executable, "-I", "-S", str(INSIDE / "guardian.py")]
NOTE = """
import os, signal, sys, time
def note():
    with open(sys.argv[1], "a") as file:
        file.write(f"{os.getpid()}\\n")
"""


def start(code: str, file: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*GUARDIAN, sys.executable, "-c", NOTE + code, str(file)])


def noted(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()]


def alive(processes: list[int]) -> list[int]:
    return [process for process in processes if Path(f"/proc/{process}").exists()]


@pytest.mark.parametrize(("code", "status"), [("", 0), ("sys.exit(7)", 7), ("os.kill(os.getpid(), 9)", 137)])
def test_it_ends_as_its_command_ended(code, status, tmp_path):
    assert start(code, tmp_path / "pids").wait(60) == status


def test_a_command_that_does_not_exist_is_told_of():
    done = subprocess.run([*GUARDIAN, "/does/not/exist"], capture_output=True, timeout=60, check=False)
    assert done.returncode == 127
    assert b"/does/not/exist" in done.stderr


def test_input_and_output_are_the_commands():
    done = subprocess.run([*GUARDIAN, "cat"], input=b"through", capture_output=True, timeout=60, check=False)
    assert done.stdout == b"through"


def test_daemons_that_ignore_signals_are_ended(tmp_path):
    daemon = """
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        note()
        time.sleep(600)
    os._exit(0)
while not os.path.exists(sys.argv[1]):
    time.sleep(0.01)
"""
    assert start(daemon, tmp_path / "pids").wait(60) == 0
    assert len(noted(tmp_path / "pids")) == 1
    assert alive(noted(tmp_path / "pids")) == []


def test_a_bounded_fork_bomb_is_ended(tmp_path):
    bomb = """
for _ in range(6):
    os.fork()
note()
os.setsid() if os.getpgid(0) != os.getpid() else None
time.sleep(600)
"""
    guardian = start(bomb, tmp_path / "pids")
    wait_for(lambda: (tmp_path / "pids").exists() and len(noted(tmp_path / "pids")) == 64)
    guardian.terminate()
    assert guardian.wait(60) == 128 + signal.SIGTERM
    assert alive(noted(tmp_path / "pids")) == []


def test_a_process_that_changes_its_number_all_the_time_is_ended(tmp_path):
    runner = """
end = time.monotonic() + 60
note()
while time.monotonic() < end:
    if os.fork():
        os._exit(0)
"""
    guardian = start(runner, tmp_path / "pids")
    assert guardian.wait(60) == 0
    assert not marked(str(tmp_path / "pids"))


def test_it_ends_all_when_whoever_started_it_is_killed(tmp_path):
    parent = (
        "import subprocess, sys, time; subprocess.Popen(sys.argv[1:]); time.sleep(600)",
        *GUARDIAN, sys.executable, "-c", NOTE + "note(); time.sleep(600)", str(tmp_path / "pids"),
    )  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", *parent]) as process:
        wait_for(lambda: (tmp_path / "pids").exists() and noted(tmp_path / "pids"))
        process.kill()
    wait_for(lambda: not marked(str(tmp_path / "pids")))


def wait_for(condition) -> None:
    """Until it is so; a test that waits in vain fails after a minute."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def marked(mark: str) -> list[str]:
    """The processes with this argument, zombies excepted: they have no arguments any more."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if mark.encode() in arguments:
            found.append(process.name)
    return found
