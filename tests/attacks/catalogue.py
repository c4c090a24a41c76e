"""All attacks by family, the boxes that they are carried out in, and how."""

from collections.abc import Mapping
from dataclasses import replace

from grader import registry
from grader.datasets.holding_back import hold_back
from grader.evidence import RunOutcome, RunRecord
from grader.holdout import Holdout
from grader.sandbox import bubblewrap, container, landlocked
from grader.sandbox.box import Box
from grader.sandbox.session import run
from tests.attacks import (
    beneath,
    deceiving,
    ending,
    endless,
    environment,
    files,
    forging,
    leftovers,
    messages,
    network,
    observations,
    resources,
    survivors,
    syscalls,
)
from tests.attacks.attack import Attack, Verdict, planted
from tests.attacks.trap import Trap
from tests.kernels import QUICK as QUICK_LIMITS
from tests.kernels import submission, toy_data

FAMILIES: Mapping[str, tuple[Attack, ...]] = {
    "files": files.ATTACKS,
    "network": network.ATTACKS,
    "what the grader knows": environment.ATTACKS,
    "what the machine has": resources.ATTACKS,
    "time and output": endless.ATTACKS,
    "outliving the box": survivors.ATTACKS,
    "system calls": syscalls.ATTACKS,
    "what the grader believes": (*messages.ATTACKS, *observations.ATTACKS, *forging.ATTACKS),
    "how it ends": ending.ATTACKS,
    "what is left behind": leftovers.ATTACKS,
    "numbers, with TensorFlow": (*deceiving.ATTACKS, *beneath.ATTACKS),
}
ATTACKS = {attack.name: attack for family in FAMILIES.values() for attack in family}
HEAVY = {attack.name for attack in (*deceiving.ATTACKS, *beneath.ATTACKS)}
A_FEW = Holdout(name="mnist", shape=(1, 1), pixels=b"\0\1\2\3", labels=(0, 1, 2, 3), altered=(False,) * 4)
"""Held-back images for attacks on the asking itself; sent only to a notebook that asked for the data set."""

LIMITS = (
    RunOutcome.TIME_LIMIT,
    RunOutcome.MEMORY_LIMIT,
    RunOutcome.PROCESS_LIMIT,
    RunOutcome.DISK_LIMIT,
    RunOutcome.OUTPUT_LIMIT,
    RunOutcome.KILLED,
)


def boxes() -> list[Box]:
    """Every box that this machine offers, the best first; ``none`` is no box."""
    every: list[Box] = [bubblewrap, container.DOCKER, container.PODMAN, landlocked]
    return [box for box in every if not box.missing()]


def carry_out(attack: Attack, box: Box) -> str:
    """Attack a box; what met the attack, in a word or two.

    Raises:
        AssertionError: the attack worked, or the run ended as something that it was not.
    """
    with Trap() as trap:
        record = _attacked(attack, box, trap)
        assert not (sprung := trap.sprung()), sprung
        assert record.outcome in attack.ends, f"{record.outcome}: {record.reason} {record.notes}"
        verdict = attack.verdict(record, trap)
    if verdict is Verdict.FOUND_OUT or record.outcome not in LIMITS:
        return str(verdict)
    return str(record.outcome)


def _attacked(attack: Attack, box: Box, trap: Trap) -> RunRecord:
    holdouts = {"mnist": A_FEW}
    if attack.name in HEAVY:
        toy_data(trap.data)
        holdouts = {"mnist": hold_back("mnist", trap.data / "mnist.npz", seed=1)}
        trap.served = {path.name for path in trap.data.iterdir()}
    return run(
        submission(*planted(attack, trap)),
        box=box,
        guests=registry.guests(),
        data=trap.data,
        limits=replace(QUICK_LIMITS, **attack.limits),
        holdouts=holdouts,
    )
