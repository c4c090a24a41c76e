"""Control groups: what all processes of a box use together is bounded, told, and ended. On whatever is to be had here."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.rubric import Limits
from grader.sandbox import cgroup, scope
from grader.sandbox.cgroup import Fence, fence
from grader.sandbox.gauge import Gauge, take_away
from grader.sandbox.hierarchy import parents

SMALL = Limits(memory_mb=200.0, processes=24)
needed = pytest.mark.skipif(not cgroup.kind(), reason="no control group can be made here")
own = pytest.mark.skipif(parents() is None, reason="no control group of our own making is to be had here")


@pytest.fixture
def small() -> Iterator[Fence]:
    made = fence(SMALL)
    assert made is not None
    yield made
    made.remove()


def python(fence: Fence, code: str) -> subprocess.CompletedProcess[str]:
    command = fence.wrap([sys.executable, "-c", code])
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def folders(name: str = "grader-*") -> set[Path]:
    """The groups that exist where ours are made, without those of other graders at work."""
    places = parents()
    found = {path for place in (places.memory, places.tasks) for path in place.glob(name)} if places else set()
    return {path for path in found if path.name.startswith(f"grader-{os.getpid()}-")}


@needed
def test_every_argument_arrives_as_it_was(small):
    arguments = ["a b", "$HOME", "`id`", "'", '"', "", "-n", "ü\n"]
    code = "import json, sys; print(json.dumps(sys.argv[1:]))"
    done = subprocess.run(
        small.wrap([sys.executable, "-c", code, *arguments]), capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == arguments


@needed
def test_status_and_input_are_those_of_the_command(small):
    command = small.wrap(["/bin/sh", "-c", "cat; exit 7"])
    done = subprocess.run(command, input="through", capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (7, "through")


@needed
def test_memory_of_several_processes_together_is_bounded(small):
    several = """
import subprocess, sys
child = "x = bytearray(80_000_000); print(flush=True); import time; time.sleep(600)"
children = [subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.PIPE) for _ in range(5)]
print(sum(process.stdout.readline() == b"" for process in children))
for process in children: process.kill()
"""
    done = python(small, several)
    assert small.memory_hits() >= 1
    assert done.returncode != 0 or int(done.stdout) >= 1


@needed
def test_one_process_that_fits_is_left_alone(small):
    done = python(small, "x = bytearray(100_000_000); print(len(x))")
    assert done.stdout == "100000000\n"
    assert small.memory_hits() == 0


@own
def test_what_was_used_is_told(small):
    with subprocess.Popen(
        small.wrap([sys.executable, "-c", "x = bytearray(100_000_000); print(flush=True); input()"]),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        assert small.tasks() == 1
        assert (small.memory_peak() or 0) >= 100_000_000
        wait_for(lambda: (small.used() or 0) >= 100_000_000)
        small.kill()


@needed
def test_the_number_of_processes_is_bounded(small):
    many = """
import subprocess
started = []
try:
    for _ in range(100): started.append(subprocess.Popen(["sleep", "600"]))
except OSError:
    print("refused", len(started) < 24)
for process in started: process.kill()
"""
    assert python(small, many).stdout == "refused True\n"
    assert small.task_hits() >= 1


@own
def test_killing_leaves_nothing_and_counts_nothing(small, tmp_path):
    bomb = f"""
import os, time
os.setsid()
for _ in range(4): os.fork()
open({str(tmp_path / "pids")!r}, "a").write(f"{{os.getpid()}}\\n")
time.sleep(600)
"""
    with subprocess.Popen(small.wrap([sys.executable, "-c", bomb])):
        wait_for(lambda: (small.tasks() or 0) == 16 and len((tmp_path / "pids").read_text().split()) == 16)
        small.kill()
    pids = (tmp_path / "pids").read_text().split()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
    assert small.task_hits() == 0


@own
def test_an_endless_fork_bomb_is_killed(small):
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    with subprocess.Popen(small.wrap([sys.executable, "-c", bomb])) as process:
        wait_for(lambda: small.task_hits() > 0)
        small.kill()
        assert process.wait(60) != 0
    wait_for(lambda: small.tasks() == 0)


@own
def test_a_group_is_removed_with_all_that_runs_in_it():
    made = fence(SMALL)
    assert made is not None
    with subprocess.Popen(made.wrap(["sleep", "600"])) as process:
        wait_for(lambda: made.tasks() == 1)
        made.remove()
        assert process.wait(60) != 0
    made.remove()
    assert folders() == set()


@own
def test_a_group_that_is_forgotten_is_removed_as_well():
    made = fence(SMALL)
    assert len(folders()) in {1, 2}
    del made
    assert folders() == set()


@own
def test_every_group_has_a_name_of_its_own():
    made = [fence(SMALL) for _ in range(5)]
    assert len({path.name for path in folders()}) == 5
    assert len(made) == 5


@own
def test_a_command_never_runs_outside():
    made = fence(SMALL)
    assert made is not None
    made.remove()
    done = subprocess.run(made.wrap(["echo", "outside"]), capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) != (0, "outside\n")
    assert "outside\n" not in done.stdout


@own
def test_limits_that_cannot_be_set_leave_no_group_behind():
    assert fence(Limits(memory_mb=-5.0, processes=-5)) is None
    assert folders() == set()


def test_a_group_that_is_gone_has_nothing_to_tell(tmp_path):
    for version in (1, 2):
        gauge = Gauge(version=version, memory=tmp_path / "gone", tasks=tmp_path / "gone")
        gauge.kill()
        take_away([tmp_path / "gone"])
        assert (gauge.used(), gauge.peak(), gauge.count()) == (None, None, None)
        assert (gauge.memory_hits(), gauge.task_hits()) == (0, 0)


@pytest.fixture
def second(tmp_path) -> Gauge:
    """A group of version 2 as its files look, for machines that have version 1 only."""
    texts = {
        "memory.max": "", "memory.swap.max": "", "memory.peak": "7000", "pids.max": "", "pids.current": "3",
        "memory.stat": "anon 5000\nfile 900\nkernel 1\nshmem 400", "memory.events": "low 0\nmax 9\noom 2\noom_kill 2",
        "pids.events": "max 4", "cgroup.procs": "", "cgroup.kill": "",
    }  # fmt: skip
    for name, text in texts.items():
        (tmp_path / name).write_text(text + "\n")
    return Gauge(version=2, memory=tmp_path, tasks=tmp_path)


def test_version_2_is_read_as_it_is_written(second):
    assert (second.used(), second.peak(), second.count()) == (5400, 7000, 3)
    assert (second.memory_hits(), second.task_hits()) == (2, 4)


def test_version_2_is_limited_without_swap(second):
    second.limit(Limits(memory_mb=1.5, processes=9))
    told = {
        name: (second.memory / name).read_text().split()[0] for name in ("memory.max", "memory.swap.max", "pids.max")
    }
    assert told == {"memory.max": "1500000", "memory.swap.max": "0", "pids.max": "9"}


def test_version_2_is_ended_in_one_go(second):
    second.kill()
    assert (second.memory / "cgroup.kill").read_text().strip() == "1"


def test_people_are_told_what_is_used():
    assert cgroup.kind() in {"", "control groups v1", "control groups v2", scope.KIND}


def wait_for(condition) -> None:
    """Until it is so; a test that waits in vain fails after a minute."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
