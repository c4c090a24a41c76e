"""Baselines on disk."""

import json
import multiprocessing
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from grader.architecture.named import architecture
from grader.architecture.sound import sound
from grader.baseline import lock
from grader.baseline.merging import merged
from grader.baseline.store import Store, filename, read, write
from grader.errors import BaselineError, GraderError
from grader.reference import TRAINER, Baseline, Making, SeedRun
from grader.specification import Specification

SPEC = sound(
    Specification(
        dataset="mnist", digest="d" * 64, samples=4000, input_shape=(28, 28), layers=architecture("mlp", None), epochs=3
    )
)
MADE = Making(backend="jax", device="cpu", seeds=(0, 1, 2), versions={"keras": "3.15.1", "jax": "0.10.2"})


def run(seed: int, epochs: int = 3) -> SeedRun:
    return SeedRun(seed=seed, curves={"accuracy": tuple(0.9 + 0.01 * n + 0.001 * seed for n in range(epochs))})


def trained(*seeds: int, epochs: int = 3, made: Making = MADE) -> Baseline:
    runs = tuple(run(seed, epochs) for seed in seeds)
    return Baseline(specification=SPEC.for_epochs(epochs), runs=runs, makings=(replace(made, seeds=seeds),))


def kept(store: Store, baseline: Baseline) -> Path:
    store.keep(baseline)
    return store.cache / filename(baseline.specification)


def kept_one_by_one(store: Store, seeds: Sequence[int]) -> None:
    for seed in seeds:
        store.keep(trained(seed))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(shipped=tmp_path / "shipped", cache=tmp_path / "cache")


def test_what_is_kept_is_found_again_as_it_was(store: Store) -> None:
    baseline = merged(SPEC, trained(0, 1, 2))
    store.keep(baseline)
    assert store.find(SPEC, "3.15.1") == baseline


def test_a_file_says_in_its_name_what_it_is(store: Store) -> None:
    assert kept(store, trained(0)).name == f"mnist-784-128-64-10-adam-32-e3-{SPEC.key}.json"


def test_a_run_takes_one_line_of_its_file(store: Store) -> None:
    lines = kept(store, trained(0, 1, 2)).read_text().splitlines()
    assert sum('"seed":' in line for line in lines) == 3


def test_nothing_is_found_for_another_budget(store: Store) -> None:
    kept(store, trained(0, 1, 2))
    assert store.find(sound(replace(SPEC, batch_size=64)), "3.15.1") is None


def test_nothing_is_found_for_the_same_data_set_with_other_contents(store: Store) -> None:
    kept(store, trained(0, 1, 2))
    assert store.find(replace(SPEC, digest="e" * 64), "3.15.1") is None


def test_more_epochs_serve_fewer(store: Store) -> None:
    kept(store, trained(0, 1, 2, epochs=3))
    found = store.find(SPEC.for_epochs(2), "3.15.1")
    assert found is not None
    assert found.at(2).epochs == 2


def test_fewer_epochs_do_not_serve_more(store: Store) -> None:
    kept(store, trained(0, 1, 2, epochs=2))
    assert store.find(SPEC.for_epochs(3), "3.15.1") is None


def test_training_for_more_epochs_leaves_what_was_trained_for_fewer(store: Store) -> None:
    kept(store, trained(0, 1, 2, 3, epochs=2))
    kept(store, trained(0, epochs=3))
    short, long = (store.find(SPEC.for_epochs(epochs), "3.15.1") for epochs in (2, 3))
    assert short is not None
    assert long is not None
    assert (len(short.runs), len(long.runs)) == (4, 1)


def test_a_baseline_of_another_major_version_of_keras_is_not_found(store: Store) -> None:
    kept(store, trained(0, 1, 2))
    assert store.find(SPEC, "4.0.0") is None


def test_a_baseline_of_an_older_trainer_is_not_found(store: Store) -> None:
    kept(store, trained(0, 1, 2, made=replace(MADE, trainer=TRAINER - 1)))
    assert store.find(SPEC, "3.15.1") is None


def test_seeds_that_are_trained_later_join_those_that_are_there() -> None:
    both = merged(SPEC, trained(0, 2), trained(1, 3))
    assert [each.seed for each in both.runs] == [0, 1, 2, 3]


def test_makings_that_differ_in_seeds_and_times_are_one() -> None:
    slow = replace(MADE, seconds=3.0, compile_seconds=1.0, samples_per_second=100.0)
    fast = replace(MADE, seconds=1.0, samples_per_second=500.0)
    (made,) = merged(SPEC, trained(0, 2, made=slow), trained(1, 3, made=fast)).makings
    assert made == replace(MADE, seeds=(0, 1, 2, 3), seconds=4.0, compile_seconds=1.0, samples_per_second=200.0)


def test_makings_on_other_devices_stay_apart() -> None:
    both = merged(SPEC, trained(0, 1), trained(2, 3, made=replace(MADE, device="gpu")))
    assert [(each.device, each.seeds) for each in both.makings] == [("cpu", (0, 1)), ("gpu", (2, 3))]


def test_the_time_of_seeds_that_are_there_already_is_not_counted_twice() -> None:
    made = replace(MADE, seconds=4.0, samples_per_second=100.0)
    (joined,) = merged(SPEC, trained(0, 1, made=made), trained(0, 1, 2, 3, made=made)).makings
    assert (joined.seeds, joined.seconds, joined.samples_per_second) == ((0, 1, 2, 3), 6.0, 100.0)


@pytest.mark.parametrize("pool", ["processes", "threads"])
def test_of_two_that_write_at_once_no_seed_is_lost(store: Store, pool: str) -> None:
    spawned = multiprocessing.get_context("spawn")
    made = ProcessPoolExecutor(2, mp_context=spawned) if pool == "processes" else ThreadPoolExecutor(2)
    with made as writers:
        list(writers.map(kept_one_by_one, [store, store], [range(0, 60, 2), range(1, 60, 2)]))
    found = store.find(SPEC, "3.15.1")
    assert found is not None
    assert [each.seed for each in found.runs] == list(range(60))


def test_where_the_system_has_no_locks_a_file_serves(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_by_system", lambda *_: False)
    with ThreadPoolExecutor(2) as writers:
        list(writers.map(kept_one_by_one, [store, store], [range(0, 20, 2), range(1, 20, 2)]))
    (only,) = store.cache.iterdir()
    assert len(read(only).runs) == 20


def test_a_lock_file_that_somebody_left_long_ago_does_not_stop_the_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_by_system", lambda *_: False)
    store.check()
    left = store.cache / lock.NAME
    left.touch()
    long_ago = time.time() - 2 * lock.PATIENCE
    os.utime(left, (long_ago, long_ago))
    assert read(kept(store, trained(0))).runs


def test_what_was_made_by_another_major_version_of_keras_is_replaced(store: Store) -> None:
    kept(store, trained(0, 1, made=replace(MADE, versions={"keras": "2.15.0"})))
    assert [run.seed for run in store.keep(trained(2)).runs] == [2]


def test_a_cache_that_cannot_be_a_folder_is_refused(store: Store) -> None:
    store.cache.write_text("")
    with pytest.raises(GraderError, match="is a file"):
        store.check()
    with pytest.raises(GraderError, match="cannot be kept"):
        store.keep(trained(0))


def test_of_equal_seeds_the_first_stays() -> None:
    other = replace(trained(0), runs=(SeedRun(seed=0, curves={"accuracy": (0.1, 0.1, 0.1)}),))
    assert merged(SPEC, trained(0), other) == merged(SPEC, trained(0))


def test_the_users_own_baseline_comes_before_the_shipped_one_of_equal_size(store: Store) -> None:
    write(store.shipped / filename(SPEC), merged(SPEC, trained(0, 1)))
    kept(store, trained(3, 4))
    found = store.find(SPEC, "3.15.1")
    assert found is not None
    assert [each.seed for each in found.runs] == [3, 4]


def test_numbers_that_are_not_finite_stay_apart_from_zero(store: Store) -> None:
    diverged = replace(trained(0), runs=(SeedRun(seed=0, curves={"accuracy": (0.1, None, None)}),))
    path = kept(store, diverged)
    assert read(path).runs[0].curves["accuracy"] == (0.1, None, None)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda content: content | {"schema": 99}, "no baseline of schema"),
        (lambda content: content | {"key": "0" * 20}, "do not belong to its key"),
        (lambda content: content | {"specification": content["specification"] | {"epochs": 10**9}}, "epochs is"),
        (lambda content: content | {"specification": content["specification"] | {"batch_size": 64}}, "its key"),
        (lambda content: {key: value for key, value in content.items() if key != "runs"}, "cannot be read"),
        (lambda content: [content], "no baseline"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_told_of_and_never_used(store: Store, spoil, told: str) -> None:
    path = kept(store, trained(0, 1, 2))
    path.write_text(json.dumps(spoil(json.loads(path.read_text()))))
    (error,) = store.every()
    assert isinstance(error, BaselineError)
    assert told in str(error)
    assert str(path) in str(error)
    assert store.find(SPEC, "3.15.1") is None


def test_a_file_that_is_no_json_does_not_stop_the_others(store: Store) -> None:
    kept(store, trained(0, 1, 2))
    (store.cache / "broken.json").write_bytes(b"\xff\xfe{")
    assert len(store.usable()) == 1


def test_an_interrupted_write_leaves_what_was_there(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    path = kept(store, trained(0))
    before = path.read_bytes()
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        kept(store, trained(0, 1))
    assert [each.name for each in store.cache.iterdir()] == [path.name]
    assert path.read_bytes() == before
