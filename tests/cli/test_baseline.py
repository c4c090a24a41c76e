"""`grader baseline` as a person meets it."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from grader.architecture.named import PLACEMENTS, architecture
from grader.baseline.store import Store, read
from grader.cli._references import most_shared
from grader.cli._rounds import rounds
from grader.cli._tables import Claims, show
from grader.loaders.specification_yaml import load
from grader.reference import Baseline, Making, SeedRun
from grader.specification import UNKNOWN, Specification

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


def made_up(width: int, finals: Sequence[float], speeds: Sequence[float] = (100.0,)) -> tuple[Baseline, ...]:
    """A pair that nobody trained; both end with these accuracies."""
    curves = [{"accuracy": (each,), "val_accuracy": (each,)} for each in finals]
    runs = tuple(SeedRun(seed=seed, curves=curve) for seed, curve in enumerate(curves))
    makings = tuple(Making(backend="jax", device="cpu", seeds=(0,), samples_per_second=speed) for speed in speeds)
    specs = [
        Specification(
            dataset="mnist", digest=UNKNOWN, samples=60_000, input_shape=(784,), epochs=1,
            layers=architecture(f"mlp-{width}", placement),
        )
        for placement in (None, PLACEMENTS[0])
    ]  # fmt: skip
    return tuple(Baseline(specification=spec, runs=runs, makings=makings) for spec in specs)


def shown(groups: Sequence[Sequence[Baseline]], claims: Claims = (None, None)) -> str:
    console = Console(file=io.StringIO(), width=250)
    show(console, groups, claims=claims)
    return console.file.getvalue()


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
        (("nowhere.yaml",), "There is no file nowhere.yaml."),
        (("mlp", "--with", "nan"), "--with is nan; an accuracy is a number from 0 to 1: 0.977, not 97.7"),
        (("mlp", "--without", 97.7), "--without is 97.7; an accuracy is a number from 0 to 1"),
        (("mlp", "--minutes", "nan"), "greater than or equal to 0"),
        (("mlp", "--seeds", 2), "greater than or equal to 3"),
        (("cnn", "--for", ".", "--batch-size", 32), "do not go with it: a network, --batch-size"),
        (("mlp", "--cache", __file__), "is a file; baselines are kept in a folder"),
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


def test_rounds_double_the_seeds_that_are_there() -> None:
    assert [rounds(seeds) for seeds in (3, 5, 8, 18)] == [[3], [5], [4, 8], [4, 8, 18]]


def test_networks_that_belong_together_stay_together_and_the_most_shared_come_first() -> None:
    pair = load(EXAMPLES / "specifications" / "mnist-mlp-adam.yaml")
    other = load(EXAMPLES / "specifications" / "mnist-mlp-momentum.yaml")
    longer = pair.plain.for_epochs(50)
    assert most_shared([other.both(), pair.both(), pair.both(), (longer,)]) == [
        (longer, pair.normalized),
        other.both(),
    ]


def test_the_difference_of_each_of_several_pairs_says_whose_it_is() -> None:
    told = shown([made_up(width, (0.90, 0.91, 0.92)) for width in (16, 32)])
    for width in (16, 32):
        assert re.search(rf"784-{width}-10, .*: Over 3 pairs", told)


def test_batches_of_seeds_that_were_made_in_one_way_are_told_in_one_line() -> None:
    told = shown([made_up(16, (0.90, 0.91, 0.92), speeds=(100.0, 300.0, 200.0))])
    assert told.count("Trained with") == 1
    assert "200 images a second" in told


def test_nothing_is_said_of_a_claim_where_there_are_too_few_seeds() -> None:
    told = shown([made_up(16, (0.90, 0.91))], claims=(0.90, 0.91))
    assert told.count("is compared with nothing: that takes 3 trainings at least") == 2
    assert "lies" not in told


def test_a_refusal_is_told_once_for_both_networks(tmp_path: Path) -> None:
    done = grader(tmp_path, "baseline", "mlp-16", "--samples", 59_999, "--validation", 59_999, "--offline")
    assert done.returncode == 3, done.stderr
    assert done.stdout.count("are more than the") == 1
    assert "2 reference networks have fewer than 16 seeds yet." in done.stdout


@pytest.mark.slow
def test_both_networks_of_a_pair_are_trained_in_turn(tmp_path: Path) -> None:
    cache = tmp_path / "own"
    words = ("baseline", "mlp-16", *SMALL, "--seeds", 200, "--at-once", 4, "--cache", cache)
    running = subprocess.Popen(command(*words), env=environment(tmp_path), stdout=subprocess.PIPE, text=True)
    while len(list(cache.glob("mnist-*.json"))) < 2:
        time.sleep(0.05)
        assert running.poll() is None, running.communicate()
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    plain, normalized = kept(cache)
    assert [run.seed for run in plain.runs][:4] == [run.seed for run in normalized.runs][:4] == [0, 1, 2, 3]
    assert len(plain.runs) < 200


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
