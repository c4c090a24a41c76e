"""Fuzzes the way from a box's bytes to a stored record: coverage-guided with atheris, else with hypothesis.

    python -m tests.fuzz.fuzz_intake [--inputs 200000]

Ends with status 0 when that many inputs did no harm. What did harm is left as a file ``crash-…`` (atheris) or printed
(hypothesis).
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

LONGEST = 1024  # bytes of one input: some twenty messages
MOST_MEMORY_MB = 2048
LONGEST_SECONDS = 25

SEEDS = (
    [
        {"type": "started", "versions": {"python": "3.11.7", "keras": "3.15.0"}},
        {"type": "cell", "cell": 0},
        {
            "type": "event",
            "event": {"n": 0, "event": "dataset", "name": "mnist", "served": "original", "count": 1, "line": 1},
        },
        {"type": "event", "event": {"n": 1, "event": "built", "model": 0, "count": 1, "line": 2}},
        {"type": "done", "cell": 0, "outcome": "ok", "seconds": 0.1, "outputs": [], "error": None},
        {"type": "cell", "cell": 2},
        {"type": "done", "cell": 2, "outcome": "ok", "outputs": [{"kind": "stdout", "text": "accuracy: 0.97\n"}]},
        {"type": "cells_ended"},
        {
            "type": "event",
            "event": {
                "n": 2,
                "event": "answer",
                "model": 0,
                "dataset": "mnist",
                "shape": [3, 2],
                "outputs": "AACAPwAAAAAAAIA/AAAAAAAAgD8AAAAA",
            },
        },
        {"type": "end", "outcome": "finished", "cell": None, "reason": ""},
    ],
    [
        {"type": "cell", "cell": 1},
        {"type": "event", "event": {"n": 0, "event": "fit", "fit": 0, "model": 0, "epochs": 2, "count": 1}},
        {"type": "event", "event": {"n": 1, "event": "epoch", "fit": 0, "logs": {"accuracy": 0.5}}},
        {"type": "event", "event": {"n": 2, "event": "fit_end", "fit": 0, "finished": True, "seconds": 1.5}},
        {
            "type": "done",
            "cell": 1,
            "outcome": "error",
            "outputs": [{"kind": "error", "text": "x", "error_name": "E", "error_value": "v"}],
            "error": {"name": "NameError", "message": "name 'x' is not defined", "line": 1},
        },
        {"type": "end", "outcome": "killed", "cell": 1, "reason": "the kernel ended; signal 9"},
    ],
)
"""Two transcripts as the worker writes them, to begin with."""


def corpus(folder: Path) -> None:
    """Write the seeds: the transcripts as they are, and decisions that reach every kind of message."""
    for number, messages in enumerate(SEEDS):
        text = "\n".join(json.dumps(message) for message in messages)
        (folder / f"lines-{number}").write_bytes(b"\xff" + text.encode())
    for number in range(16):
        (folder / f"decisions-{number}").write_bytes(bytes([0, *((number + step * 7) % 256 for step in range(300))]))


def side_by_side(inputs: int) -> int:
    """A share of the inputs in a process for each core, each with chances of its own; the worst exit status."""
    cores = os.cpu_count() or 1
    share = -(-inputs // cores)
    command = [sys.executable, "-m", "tests.fuzz.fuzz_intake", "--inputs", str(share), "--seed"]
    running = [subprocess.Popen([*command, str(1 + number)]) for number in range(cores)]
    return max(abs(process.wait()) for process in running)


def with_atheris(inputs: int, seed: int) -> None:
    """Guided by what code each input reaches."""
    import atheris

    with atheris.instrument_imports(include=["grader.sandbox", "grader.serializing", "grader.consistency"]):
        from tests.fuzz.target import try_one
    with tempfile.TemporaryDirectory() as folder:
        corpus(Path(folder))
        options = [f"-runs={inputs}", f"-seed={seed}", f"-max_len={LONGEST}", f"-rss_limit_mb={MOST_MEMORY_MB}"]
        options += [f"-timeout={LONGEST_SECONDS}", "-print_final_stats=1", "-verbosity=0"]
        atheris.Setup([sys.argv[0], *options, folder], try_one)
        atheris.Fuzz()


def with_hypothesis(inputs: int) -> None:
    """The same target, with inputs drawn blindly and made small where they do harm."""
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    from tests.fuzz.target import try_one

    every = settings(max_examples=inputs, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    run: Callable[[], None] = every(given(st.binary(max_size=LONGEST))(try_one))
    run()
    sys.stdout.write(f"hypothesis: {inputs} inputs did no harm.\n")


def main() -> None:
    """Fuzz with what is installed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--seed", type=int, help="one process with these chances, and not one for each core")
    asked = parser.parse_args()
    if not importlib.util.find_spec("atheris"):
        sys.stdout.write("atheris is not installed: hypothesis draws the inputs, without guidance by coverage.\n")
        with_hypothesis(asked.inputs)
    elif asked.seed is None:
        sys.exit(side_by_side(asked.inputs))
    else:
        with_atheris(asked.inputs, asked.seed)


if __name__ == "__main__":
    main()
