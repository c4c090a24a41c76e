"""docker and podman as boxes: the command line, why they are not to be had, and a real engine where there is one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.errors import SandboxError
from grader.evidence import RunOutcome
from grader.rubric import Limits
from grader.sandbox import container, probe
from grader.sandbox.container import DOCKER, PODMAN, Container
from tests.kernels import execute
from tests.sandbox import local_image

IMAGE = f"localhost/grader-test-{os.getpid()}"  # another test run may be at work on this machine
both = pytest.mark.parametrize("box", [DOCKER, PODMAN], ids=lambda box: box.name)


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    container._missing.cache_clear()
    yield
    container._missing.cache_clear()


def argv(box: Container, tmp_path: Path, limits: Limits | None = None) -> list[str]:
    return box.argv(box.setup(tmp_path, tmp_path / "data", limits or Limits()))


def program(folder: Path, name: str, script: str) -> None:
    """A program of that name; stands in for a container engine, which is not ours."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@both
def test_a_container_has_no_network_no_rights_and_nothing_to_write_to_but_scratch(
    box: Container, tmp_path: Path
) -> None:
    line = " ".join(argv(box, tmp_path))
    assert line.startswith(f"{box.name} run ")
    for option in (
        "--network none", "--read-only", "--cap-drop ALL", "--security-opt no-new-privileges", "--user 1000:1000",
        "--rm", "--pull never", "--log-driver none", "--ipc private",
    ):  # fmt: skip
        assert f" {option} " in line
    assert "--privileged" not in line
    mounts = [word for word in argv(box, tmp_path) if word.startswith("type=bind")]
    assert len(mounts) == 2
    assert all(mount.endswith(",readonly") for mount in mounts)


@both
def test_the_rubrics_limits_become_the_engines(box: Container, tmp_path: Path) -> None:
    words = argv(box, tmp_path, Limits(memory_mb=500, disk_mb=100, processes=70))
    assert words[words.index("--memory") + 1] == "600000000b"
    assert words[words.index("--memory-swap") + 1] == "600000000b"
    assert words[words.index("--pids-limit") + 1] == "70"
    scratch = [words[i + 1] for i, word in enumerate(words) if word == "--tmpfs"]
    assert len(scratch) == 3
    assert all("size=" in each for each in scratch)


def test_only_docker_can_be_told_how_many_files_there_may_be(tmp_path: Path) -> None:
    assert "nr_inodes=" in " ".join(argv(DOCKER, tmp_path))
    assert "nr_inodes=" not in " ".join(argv(PODMAN, tmp_path))


def test_podman_is_kept_from_passing_proxies_and_folders_without_a_size(tmp_path: Path) -> None:
    assert {"--http-proxy=false", "--read-only-tmpfs=false"} <= set(argv(PODMAN, tmp_path))
    assert not {"--http-proxy=false", "--read-only-tmpfs=false"} & set(argv(DOCKER, tmp_path))


@both
def test_every_variable_is_set_inside_and_none_is_taken_over(box: Container, tmp_path: Path) -> None:
    words = argv(box, tmp_path)
    assert not {"-e", "--env", "--env-file"} & set(words)
    inside = words[words.index("--entrypoint") :]
    assert inside[1] == "/usr/bin/env"
    assert inside[3] == "-i"
    assert "PATH=/usr/local/bin:/usr/bin:/bin" in inside
    assert str(Path(sys.executable).parent) not in " ".join(inside)


def test_two_containers_have_two_names_and_each_is_removed_by_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "docker", f'echo "$@" >> {tmp_path}/log')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    setups = [DOCKER.setup(tmp_path, tmp_path, Limits()) for _ in range(2)]
    names = [words[words.index("--name") + 1] for words in map(DOCKER.argv, setups)]
    assert len(set(names)) == 2
    DOCKER.remove(setups[1])
    assert (tmp_path / "log").read_text().split() == ["rm", "--force", names[1]]


def test_an_engine_that_is_not_installed_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert DOCKER.missing() == "docker is not installed."
    assert PODMAN.missing() == "podman is not installed."


def test_an_engine_that_refuses_to_answer_is_told_with_its_own_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(tmp_path, "docker", "echo 'Cannot connect to the daemon.' >&2; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert DOCKER.missing() == "docker is installed but its engine does not answer: Cannot connect to the daemon."


def test_an_engine_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path, "docker", "exec sleep 60")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(container, "ANSWER_SECONDS", 0.2)
    assert DOCKER.missing() == "docker is installed but does not answer within 0.2 seconds."


def test_an_image_that_is_not_built_is_named_and_the_command_builds_it_from_what_is_shipped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(tmp_path, "podman", '[ "$1" = version ]')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("GRADER_IMAGE", "course:2026")
    assert "course:2026 is not built in podman" in PODMAN.missing()
    command = PODMAN.building(tmp_path)
    assert command[:4] == ["podman", "build", "--tag", "course:2026"]
    assert Path(command[command.index("--file") + 1]).is_file()


def test_the_image_has_no_rights_and_asks_no_index_of_its_own() -> None:
    lines = container.DOCKERFILE.read_text(encoding="utf-8").splitlines()
    assert "USER 1000:1000" in lines
    assert not [line for line in lines if "index-url" in line or "http" in line]


def test_an_image_that_is_there_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path, "docker", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert DOCKER.missing() == ""


def test_the_environment_may_name_one_engine_and_no_other_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_CONTAINER_ENGINE", "podman")
    assert container.engines() == [PODMAN]
    monkeypatch.setenv("GRADER_CONTAINER_ENGINE", "/tmp/evil")
    with pytest.raises(SandboxError, match="docker or podman"):
        container.engines()


@pytest.fixture(scope="module", params=[DOCKER, PODMAN], ids=lambda box: box.name)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """A real engine with an image of this machine's own Python."""
    box: Container = request.param
    program_path = shutil.which(box.name)
    if sys.platform != "linux" or program_path is None:
        pytest.skip(f"{box.name} is not installed")
    if subprocess.run([program_path, "info"], capture_output=True, timeout=30, check=False).returncode:
        pytest.skip(f"the engine of {box.name} does not answer")
    archive = tmp_path_factory.mktemp("image") / "image.tar"
    local_image.write(archive, packages=True)
    done = subprocess.run([program_path, "import", str(archive), IMAGE], capture_output=True, timeout=120, check=False)
    archive.unlink()
    if done.returncode:
        pytest.skip(f"{box.name} imports no image here: {done.stderr.decode(errors='replace').strip()[-200:]}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_IMAGE", IMAGE)
        container._missing.cache_clear()
        trial = subprocess.run([program_path, "run", "--rm", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024",
                                "--network", "none", IMAGE, "/usr/local/bin/python", "-c", ""],
                               capture_output=True, timeout=60, check=False)  # fmt: skip
        if trial.returncode:
            pytest.skip(f"{box.name} starts no container here: {trial.stderr.decode(errors='replace').strip()[-200:]}")
        yield box
    subprocess.run([program_path, "rmi", "--force", IMAGE], capture_output=True, timeout=60, check=False)


@pytest.mark.kernel
def test_a_notebook_runs_in_a_real_container(engine: Container, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    record = execute("import os\nopen('mine', 'w').close()\nprint(os.getcwd(), os.getuid())", data=tmp_path, box=engine)
    assert record.outcome is RunOutcome.FINISHED, record.reason
    assert record.cells[0].outputs[0].text.split() == [container.HOME, "1000"]


@pytest.mark.kernel
def test_a_real_container_holds_against_the_probe(engine: Container) -> None:
    label = probe.measure(engine)
    assert label.measured
    assert label.box == engine.name
    assert label.not_enforced == ()


@pytest.mark.kernel
def test_no_container_is_left_behind(engine: Container, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    record = execute("import time\ntime.sleep(60)", data=tmp_path, box=engine, cell_seconds=1.0, total_seconds=1.0)
    assert record.outcome is RunOutcome.TIME_LIMIT, record.reason
    told = subprocess.run(
        [engine.name, "ps", "--all", "--quiet", "--filter", f"ancestor={IMAGE}"], capture_output=True, check=True
    )
    assert told.stdout.strip() == b""
