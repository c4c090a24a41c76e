"""`grader baseline` as a person meets it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.baseline.store import Store, read
from grader.reference import Baseline

EXAMPLES = Path(__file__).parents[2] / "examples"
SMALL = ("--samples", 1500, "--epochs", 2, "--batch-size", 64, "--seeds", 3, "--offline")


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "grader", *map(str, words)]


def environment(home: Path) -> dict[str, str]:
    """Without data sets or baselines of the user's own: stand-in data, and an empty cache."""
    return {
        **os.environ, "COLUMNS": "200", "TERM": "dumb", "XDG_CACHE_HOME": str(home), "KERAS_HOME": str(home), "GRADER_DATA": ""
    }  # fmt: skip


def grader(home: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), capture_output=True, text=True, env=environment(home), timeout=500, check=False
    )


def kept(folder: Path) -> list[Baseline]:
    return [read(path) for path in sorted(folder.glob("*.json"))]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("mlp-9000",), "units is 9000; it must be a whole number from 1 to 8,192"),
        (("rnn",), "There is no network named 'rnn'"),
        (("cnn-64",), "the last is the dense layer"),
        (("mlp", "--learning-rate", "nan"), "learning_rate is nan"),
        (("mlp", "--epochs", 0), "epochs is 0"),
        (("mlp", "--batch-size", -1), "batch_size is -1"),
        (("mlp", "--samples", 0), "samples is 0"),
        (("mlp", "--optimizer", "Lion"), "optimizers that references are made of: SGD, Adam"),
        (("mlp", "--placement", "output"), "one of pre-activation, post-activation"),
        (("mlp", "--dataset", "imagenet"), "there are mnist, fashion_mnist, cifar10"),
        (("mlp", "--device", "tpu"), "one of auto, gpu, cpu"),
        (("mlp", "--backend", "torch"), "one of auto, jax, tensorflow"),
        (("nowhere.yaml",), "nowhere.yaml"),
        (("--for", "."), "no stored run"),
    ],
    ids=lambda words: " ".join(map(str, words))[:30] if isinstance(words, tuple) else None,
)
def test_what_cannot_be_trained_is_refused_with_a_sentence(
    tmp_path: Path, words: tuple[object, ...], told: str
) -> None:
    done = grader(tmp_path, "baseline", *words, "--offline")
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_baseline_is_trained_once_and_grows_by_seeds(tmp_path: Path) -> None:
    cache = tmp_path / "own"
    first = grader(tmp_path, "baseline", "mlp-16", *SMALL, "--cache", cache, "--without", 0.5, "--with", 0.5)
    assert first.returncode == 0, first.stderr
    assert "784-16-10 with BN" in first.stdout
    assert "Over 3 pairs of trainings" in first.stdout
    assert "Claimed for 784-16-10: 0.5000" in first.stdout
    before = kept(cache)
    again = grader(tmp_path, "baseline", "mlp-16", *SMALL, "--cache", cache)
    assert again.returncode == 0
    assert kept(cache) == before
    more = grader(tmp_path, "baseline", "mlp-16", *SMALL, "--seeds", 5, "--cache", cache)
    assert more.returncode == 0
    assert [[run.seed for run in each.runs] for each in kept(cache)] == [[0, 1, 2, 3, 4]] * 2
    assert [each.runs[:3] for each in kept(cache)] == [each.runs for each in before]


@pytest.mark.slow
def test_what_was_used_is_in_the_result(tmp_path: Path) -> None:
    done = grader(tmp_path, "baseline", "mlp-16", *SMALL, "--device", "cpu", "--cache", tmp_path / "own")
    assert done.returncode == 0, done.stderr
    for each in kept(tmp_path / "own"):
        assert [(made.device, made.seeds) for made in each.makings] == [("cpu", (0, 1, 2))]
        assert {"python", "keras", "numpy"} <= set(each.makings[0].versions)
        assert each.makings[0].samples_per_second > 0


@pytest.mark.slow
def test_an_interrupted_run_keeps_every_batch_of_seeds_that_was_done_and_goes_on(tmp_path: Path) -> None:
    cache = tmp_path / "own"
    words = ("baseline", "mlp-16", *SMALL, "--seeds", 40, "--at-once", 2, "--cache", cache)
    running = subprocess.Popen(
        command(*words), env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not list(cache.glob("mnist-*.json")):
        time.sleep(0.05)
        assert running.poll() is None, running.communicate()
    running.send_signal(signal.SIGINT)
    told, _ = running.communicate(timeout=60)
    assert running.returncode == 130, told
    (done,) = kept(cache)
    assert 2 <= len(done.runs) < 40
    assert len(done.runs) % 2 == 0
    resumed = grader(tmp_path, *words[:-6], "--seeds", len(done.runs) + 2, "--at-once", 2, "--cache", cache)
    assert resumed.returncode == 0
    assert kept(cache)[0].runs[: len(done.runs)] == done.runs


@pytest.mark.slow
@pytest.mark.kernel
def test_what_a_grading_run_lacked_is_trained_afterwards_and_judged_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    notebook = EXAMPLES / "submissions" / "sam-whitfield.ipynb"
    empty = ("--baseline-minutes", 0, "--offline", "--trust-code")
    assert grader(tmp_path, "grade", notebook, "--out", out, *empty).returncode == 0
    lacked = grader(tmp_path, "baseline", "--for", out, "--seeds", 3, "--offline")
    assert lacked.returncode == 0, lacked.stdout + lacked.stderr
    stored = Store.here(tmp_path / "nowhere", tmp_path / "grader" / "baselines").usable()
    shipped_already = "Nothing is lacking" in lacked.stdout
    assert shipped_already or stored
    assert grader(tmp_path, "regrade", out).returncode == 0
    grade = json.loads((out / "sam-whitfield" / "grade.json").read_text())
    (band,) = (each for each in grade["scores"] if each["criterion"] == "accuracy-in-band")
    assert re.search(r"this very network ends after \d+ epochs", band["finding"]["seen"])
