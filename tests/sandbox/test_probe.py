"""The measured label: what holds is said to hold, and a hole that was made on purpose is found."""

import os
import tempfile
from pathlib import Path
from typing import Any

import psutil
import pytest

from grader.errors import SandboxError
from grader.sandbox import bubblewrap, landlocked, probe, unboxed
from grader.sandbox.bait import VARIABLE
from grader.sandbox.box import Box, Setup

REAL = [bubblewrap, landlocked]
OWN = "files of this machine", "the network", "sockets of other programs", "other processes' command lines"
ALSO = "the grader's environment variables", "writing outside its own folders", "ending other processes"


def available(box: Box) -> Box:
    if reason := box.missing():
        pytest.skip(reason)
    return box


class Leaky:
    """A bubblewrap with some of its options taken away or replaced."""

    fenced = True
    missing = staticmethod(bubblewrap.missing)
    setup = staticmethod(bubblewrap.setup)
    confinement = staticmethod(bubblewrap.confinement)
    full = staticmethod(bubblewrap.full)
    remove = staticmethod(bubblewrap.remove)

    def __init__(self, name: str, options: list[str], instead: list[str]) -> None:
        self.name = name
        self.options = options
        self.instead = instead

    def argv(self, setup: Setup) -> list[str]:
        words, length = bubblewrap.argv(setup), len(self.options)
        here = next(i for i in range(len(words)) if words[i : i + length] == self.options)
        return [*words[:here], *self.instead, *words[here + length :]]


class Ending:
    """A box whose program ends before it has said a word."""

    name = "ending"
    fenced = False
    missing = staticmethod(unboxed.missing)
    setup = staticmethod(unboxed.setup)
    confinement = staticmethod(unboxed.confinement)
    full = staticmethod(unboxed.full)
    remove = staticmethod(unboxed.remove)

    def argv(self, _: Setup) -> list[str]:
        return ["sh", "-c", "echo no room >&2; exit 1"]


@pytest.mark.kernel
@pytest.mark.parametrize("box", REAL, ids=lambda box: box.name)
def test_a_real_box_is_measured_to_keep_the_machine_from_the_notebook(box: Box) -> None:
    label = probe.measure(available(box))
    assert label.measured
    assert label.box == box.name
    assert {*OWN, *ALSO, "processes that outlive the box", "dangerous system calls"} <= set(label.enforced)


@pytest.mark.kernel
@pytest.mark.parametrize("box", REAL, ids=lambda box: box.name)
def test_every_attempt_has_one_answer(box: Box) -> None:
    label = probe.measure(available(box))
    told = [*label.enforced, *(each.partition(" (")[0] for each in label.not_enforced)]
    assert sorted(told) == sorted(probe.PHRASES.values())
    assert not [each for each in label.not_enforced if "not measured" in each]


@pytest.mark.kernel
def test_a_box_that_shares_the_network_is_found_out() -> None:
    available(bubblewrap)
    label = probe.measure(Leaky("shared network", ["--unshare-net"], []))
    assert any(each.startswith("the network (TCP to this machine") for each in label.not_enforced)


@pytest.mark.kernel
def test_a_box_that_shows_files_is_found_out() -> None:
    available(bubblewrap)
    shown = tempfile.gettempdir()
    label = probe.measure(Leaky("files", ["--symlink", "home/tmp", "/tmp"], ["--ro-bind", shown, shown]))
    assert any(each.startswith("files of this machine (by path") for each in label.not_enforced)
    assert "writing outside its own folders" in label.enforced


@pytest.mark.kernel
def test_a_box_that_passes_variables_on_is_found_out() -> None:
    available(bubblewrap)
    label = probe.measure(Leaky("variables", ["--clearenv"], []))
    assert any(each.startswith("the grader's environment variables (inherited") for each in label.not_enforced)


@pytest.mark.kernel
def test_without_a_box_files_and_network_are_open_and_nothing_is_left_behind(capfd: pytest.CaptureFixture[str]) -> None:
    label = probe.measure(unboxed)
    opened = " ".join(label.not_enforced)
    assert "files of this machine (by path" in opened
    assert "the network (TCP to this machine" in opened
    left = [path for folder in ("/usr", "/etc", "/dev/shm") for path in Path(folder).glob("grader-probe-*")]
    assert left == []
    assert VARIABLE not in os.environ
    lines = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    assert not [line for line in lines if "bystander-" in line or "survivor-" in line]


@pytest.mark.kernel
@pytest.mark.parametrize("box", REAL, ids=lambda box: box.name)
def test_a_box_is_measured_once_in_the_life_of_a_process(box: Box) -> None:
    assert probe.measure(available(box)) is probe.measure(box)


def test_a_box_that_does_not_start_has_no_label_but_an_error_with_its_reason() -> None:
    with pytest.raises(SandboxError, match="no room"):
        probe.measure(Ending())


@pytest.mark.parametrize(
    "told",
    [
        {"type": "probed", "attempt": "anything", "reached": []},
        {"type": "probed", "attempt": ["files"], "reached": []},
        {"type": "event", "attempt": "files", "reached": []},
        {},
    ],
)
def test_what_does_not_belong_to_the_probe_is_not_taken_for_an_answer(told: dict[str, Any]) -> None:
    answered: dict[str, Any] = {}
    probe._take(told, ["files"], answered, "", "")
    assert answered == {}


def test_an_answer_is_bounded() -> None:
    answered: dict[str, Any] = {}
    probe._take({"type": "probed", "attempt": "files", "reached": ["x" * 10_000] * 1000}, ["files"], answered, "", "")
    assert len(answered["files"]) <= 10
    assert all(len(each) <= 100 for each in answered["files"])
