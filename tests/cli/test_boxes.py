"""What the command line says about boxes, and the one that it is told to take."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.sandbox import bubblewrap, landlocked
from tests.cli.test_commands import GRADER, grader, notebook


def test_doctor_tells_of_every_box_and_of_what_boxes_are_made(tmp_path: Path) -> None:
    told = grader("doctor", "--offline")
    assert told.returncode == 0
    for word in ("bubblewrap", "docker", "podman", "landlock", "none", "control groups", "Landlock", "seccomp"):
        assert word in told.stdout


def test_doctor_prints_the_command_that_builds_the_image(tmp_path: Path) -> None:
    engine = tmp_path / "docker"
    engine.write_text('#!/bin/sh\n[ "$1" = version ]\n')
    engine.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    told = subprocess.run(
        [*GRADER, "doctor", "--offline"], capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": path, "COLUMNS": "400", "TERM": "dumb"},
    )  # fmt: skip
    assert "docker build --tag grader-notebooks --file" in told.stdout


@pytest.mark.skipif(sys.platform != "linux" or bool(bubblewrap.missing()), reason="bubblewrap does not start here")
def test_doctor_says_what_the_probe_inside_could_not_do() -> None:
    told = grader("doctor", "--offline")
    assert "stopped" in told.stdout
    assert "the network" in told.stdout


def test_an_unknown_box_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    notebook(tmp_path / "n.ipynb", "1")
    told = grader("grade", tmp_path, "--box", "chroot", "--out", tmp_path / "out")
    assert told.returncode == 2
    assert "bubblewrap" in told.stderr
    assert not (tmp_path / "out").exists()


def test_no_box_is_refused_for_code_that_nobody_vouched_for(tmp_path: Path) -> None:
    notebook(tmp_path / "n.ipynb", "1")
    told = grader("grade", tmp_path, "--box", "none", "--out", tmp_path / "out")
    assert told.returncode == 2
    assert "--trust-code" in told.stderr


@pytest.mark.kernel
def test_a_run_without_a_box_says_so(tmp_path: Path) -> None:
    notebook(tmp_path / "n.ipynb", "1")
    told = grader("grade", tmp_path, "--box", "none", "--trust-code", "--offline", "--out", tmp_path / "out")
    assert "without a box" in told.stdout
    assert "your own rights" in told.stdout


@pytest.mark.kernel
@pytest.mark.skipif(bool(landlocked.missing()), reason="Landlock is not to be had here")
def test_what_was_found_open_is_said_in_one_line(tmp_path: Path) -> None:
    notebook(tmp_path / "n.ipynb", "1")
    told = grader("grade", tmp_path, "--box", "landlock", "--offline", "--out", tmp_path / "out")
    assert "not kept from: names and sizes of files" in " ".join(told.stdout.split())
    assert '"measured": true' in (tmp_path / "out" / "n" / "evidence.json").read_text(encoding="utf-8")
