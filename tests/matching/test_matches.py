"""Which baseline belongs to a submission's trainings."""

from dataclasses import replace

import pytest

from grader.evidence import DatasetRecord, Evidence, FitRecord, Served, Weights
from grader.graph import LayerGraph, LayerKind
from grader.matching.matches import stale, wanted, with_baselines
from grader.matching.rebuilding import rebuilt
from grader.reference import TRAINER, Baseline, Making, Match, Reference, SeedRun
from grader.specification import Specification
from tests.evidence_builders import DIGITS, HELD_BACK, NORMALIZED, PLAIN, evidence, fit, model

MNIST = DatasetRecord(name="mnist", served=Served.ORIGINAL, digest="d" * 64)
ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "amsgrad": False}
SETTINGS = {"from_logits": False, "optimizer_settings": ADAM}
MADE = Making(backend="jax", device="cpu", versions={"keras": "3.15.1"})


FACTS = {
    LayerKind.DENSE: {"use_bias": True, "initializer": "GlorotUniform", "trainable": True},
    LayerKind.NORMALIZATION: {"axis": (-1,), "momentum": 0.99, "epsilon": 0.001, "center": True, "scale": True},
}


def observed(graph: LayerGraph) -> LayerGraph:
    """The graph with the settings that a run records."""
    return replace(graph, layers=tuple(replace(each, **FACTS.get(each.kind, {})) for each in graph.layers))


def submitted(**facts) -> Evidence:
    return evidence(
        models=(model(0, observed(PLAIN), name="plain"), model(1, observed(NORMALIZED), name="normalized")),
        fits=(fit(0, 0, **(SETTINGS | facts)), fit(1, 1, **(SETTINGS | facts))),
        datasets=(MNIST,),
        versions={"keras": "3.14.0"},
    )


def specification(found: Evidence, number: int) -> Specification:
    spec = rebuilt(found.run, found.run.fits[number])
    assert isinstance(spec, Specification), spec
    return spec


def baseline(spec: Specification, *, seeds: int = 5, epochs: int = 10, made: Making = MADE) -> Baseline:
    curves = {name: tuple(0.9 for _ in range(epochs)) for name in ("accuracy", "val_accuracy")}
    runs = tuple(SeedRun(seed=seed, curves=curves) for seed in range(seeds))
    return Baseline(specification=spec.for_epochs(epochs), runs=runs, makings=(made,))


def matched(found: Evidence, *baselines: Baseline) -> Match:
    match = with_baselines(Reference(), found.run, baselines).plain
    assert match is not None
    return match


def test_a_training_meets_the_baseline_of_its_own_specification_cut_to_its_epochs() -> None:
    found = submitted()
    reference = with_baselines(
        Reference(), found.run, [baseline(specification(found, 0)), baseline(specification(found, 1))]
    )
    assert reference.plain is not None
    assert reference.normalized is not None
    assert (reference.plain.exact, reference.normalized.exact) == (True, True)
    assert (reference.plain.fit, reference.normalized.fit) == (0, 1)
    assert reference.plain.baseline is not None
    assert reference.plain.baseline.epochs == 3


def test_a_baseline_with_fewer_epochs_is_not_its_own() -> None:
    found = submitted()
    assert matched(found, baseline(specification(found, 0), epochs=2)).baseline is None


def test_two_runs_are_no_baseline() -> None:
    found = submitted()
    assert matched(found, baseline(specification(found, 0), seeds=2)).baseline is None


def test_what_is_stale_is_not_used_and_the_note_says_why() -> None:
    found = submitted()
    old = replace(MADE, versions={"keras": "2.15.0"})
    match = matched(found, baseline(specification(found, 0), made=old))
    assert match.baseline is None
    assert "Keras 2.15.0" in match.note


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ((replace(MADE, trainer=TRAINER - 1),), "older version of this grader"),
        ((replace(MADE, versions={}),), "unknown version"),
        ((), "does not say how it was made"),
    ],
)
def test_a_baseline_that_cannot_be_trusted_is_stale(made: tuple[Making, ...], told: str) -> None:
    spec = specification(submitted(), 0)
    assert told in stale(replace(baseline(spec), makings=made), "3.15.1")


def test_another_minor_version_is_not_stale() -> None:
    assert stale(baseline(specification(submitted(), 0)), "3.99.0") == ""


def test_without_its_own_the_nearest_serves_and_the_difference_is_told() -> None:
    found = submitted(batch_size=64)
    near = baseline(specification(submitted(batch_size=32), 0))
    far = baseline(specification(submitted(batch_size=128), 0))
    match = matched(found, far, near)
    assert not match.exact
    assert match.specification == specification(found, 0)
    assert match.baseline is not None
    assert "32 images instead of 64" in match.note or "128 images instead of 64" in match.note


@pytest.mark.parametrize(
    "other",
    [
        {"data": replace(DIGITS, samples=60_000)},
        {"optimizer": "Adagrad", "optimizer_settings": {"initial_accumulator_value": 0.1, "epsilon": 1e-7}},
        {"learning_rate": 0.01},
        {"batch_size": 512},
        {"epochs": 30},
    ],
    ids=lambda facts: next(iter(facts)),
)
def test_another_budget_is_not_near(other: dict[str, object]) -> None:
    stored = baseline(specification(submitted(), 0))
    match = matched(submitted(**other), stored)
    assert match.baseline is None
    assert "None of the stored baselines is near" in match.note


def test_other_data_of_the_same_name_are_not_near() -> None:
    found = submitted()
    stored = baseline(replace(specification(found, 0), digest="e" * 64))
    assert matched(found, stored).baseline is None


def test_a_network_without_bn_is_not_near_one_with_it() -> None:
    found = submitted(batch_size=64)
    assert matched(found, baseline(specification(submitted(), 1))).baseline is None


def test_a_network_that_cannot_be_rebuilt_has_the_nearest_and_the_reason() -> None:
    found = submitted(unusual=("class_weight",))
    match = matched(found, baseline(specification(submitted(), 0)))
    assert match.specification is None
    assert match.baseline is not None
    assert "class_weight" in match.note


def test_a_training_that_went_on_from_trained_weights_is_compared_with_nothing() -> None:
    found = submitted(weights=Weights.TRAINED)
    match = matched(found, baseline(specification(submitted(), 0)))
    assert match.baseline is None
    assert "fresh weights" in match.note


def test_a_network_that_was_not_trained_has_no_match() -> None:
    found = evidence(models=(model(0, PLAIN),), datasets=(MNIST,))
    assert with_baselines(Reference(), found.run, []).plain is None


def test_what_is_lacking_is_what_can_be_rebuilt_and_has_no_baseline_of_its_own() -> None:
    found = submitted()
    reference = with_baselines(Reference(), found.run, [baseline(specification(found, 0))])
    assert list(wanted(reference)) == [specification(found, 1)]


def test_a_submission_whose_data_are_unknown_lacks_nothing_that_could_be_trained() -> None:
    found = submitted()
    run = replace(found.run, datasets=())
    assert list(wanted(with_baselines(Reference(), run, []))) == []


def test_given_validation_data_count_as_the_test_images() -> None:
    fitted: FitRecord = submitted().run.fits[0]
    assert fitted.validation == HELD_BACK
    assert specification(submitted(), 0).validation == 0


def test_who_trained_only_one_network_is_shown_the_other_one_too() -> None:
    found = submitted()
    alone = replace(found.run, models=found.run.models[:1], fits=found.run.fits[:1])
    other = specification(found, 1)
    reference = with_baselines(Reference(), alone, [baseline(other)])
    assert reference.normalized is not None
    assert reference.normalized.fit is None
    assert reference.normalized.specification == other
    assert reference.normalized.baseline == baseline(other).at(3)
    assert "trained no network with batch normalization" in reference.normalized.note


def test_the_other_network_is_lacking_too() -> None:
    found = submitted()
    alone = replace(found.run, models=found.run.models[:1], fits=found.run.fits[:1])
    lacking = list(wanted(with_baselines(Reference(), alone, [])))
    assert lacking == [specification(found, 0), specification(found, 1)]
