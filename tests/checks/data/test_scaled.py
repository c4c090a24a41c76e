from dataclasses import replace

import pytest

from grader.evidence import CallRecord, DataRecord, DatasetRecord, Served, SourceRecord
from grader.finding import Finding, Outcome
from grader.graph import Layer, LayerKind, chain
from grader.submission import Place
from tests.evidence_builders import (
    DIGITS,
    HELD_BACK,
    NORMALIZED,
    PLAIN,
    evaluation,
    evidence,
    fit,
    look,
    model,
    network,
)


def trained_on(low: float | None, high: float | None, mean: float | None = None, **more: object) -> Finding:
    data = replace(DIGITS, minimum=low, maximum=high, mean=mean)
    held = replace(HELD_BACK, minimum=low, maximum=high, mean=mean)
    fits = (fit(0, 0, data=data, validation=held), fit(1, 1, data=data, validation=held))
    return look("data.scaled", evidence(models=(model(0, PLAIN), model(1, NORMALIZED)), fits=fits, **more))


@pytest.mark.parametrize(
    ("low", "high", "mean"), [(0, 1, 0.13), (-1, 1, -0.7), (-0.42, 2.82, 0.0), (-9.1, 244.0, 0.0), (0, 0.957, 0.2)]
)
def test_values_scaled_to_a_small_range_or_standardised_are_right(low: float, high: float, mean: float):
    assert trained_on(low, high, mean).outcome is Outcome.MET


def test_raw_pixels_get_a_part_with_the_numbers_and_the_reason():
    finding = trained_on(0, 255, 33.3)
    assert finding.outcome is Outcome.PARTIAL
    assert "between 0 and 255" in finding.seen
    assert "artefact" in finding.why
    assert finding.facts == {"minimum": "0", "maximum": "255"}


def test_values_that_were_divided_twice_are_told():
    finding = trained_on(0, 1 / 255, 0.0005)
    assert finding.outcome is Outcome.PARTIAL
    assert "divided twice" in finding.seen


def test_a_range_that_could_not_be_read_is_undecided():
    assert trained_on(None, None).outcome is Outcome.UNDECIDED


def test_a_scaling_layer_in_the_networks_does_the_scaling():
    raw = DataRecord(minimum=0, maximum=255, mean=33)
    models = (
        model(0, network("rescaling", "dense8:relu", "dense3")),
        model(1, network("rescaling", "dense8", "bn", "relu", "dense3")),
    )
    fits = (fit(0, 0, data=raw), fit(1, 1, data=raw))
    assert look("data.scaled", evidence(models=models, fits=fits)).outcome is Outcome.MET


def test_a_scaling_layer_in_one_of_the_networks_is_not_enough():
    raw = DataRecord(minimum=0, maximum=255, mean=33)
    models = (model(0, PLAIN), model(1, network("rescaling", "dense8", "bn", "relu", "dense3")))
    fits = (fit(0, 0, data=raw), fit(1, 1, data=raw))
    assert look("data.scaled", evidence(models=models, fits=fits)).outcome is Outcome.PARTIAL


def test_test_data_that_was_scaled_differently_is_found():
    raw = replace(HELD_BACK, maximum=255.0)
    finding = trained_on(0, 1, 0.13, evaluations=(evaluation(0, 0.5, data=raw),))
    assert finding.outcome is Outcome.PARTIAL
    assert "scaled differently" in finding.seen


def test_data_that_was_loaded_and_never_used_gets_a_part():
    loaded = DatasetRecord(name="mnist", served=Served.ORIGINAL, place=Place(cell=2))
    finding = look("data.scaled", evidence(datasets=(loaded,)))
    assert finding.outcome is Outcome.PARTIAL
    assert "mnist was loaded" in finding.seen


def test_data_that_is_only_loaded_in_a_comment_gets_nothing():
    call = CallRecord(name="mnist.load_data", arguments={}, place=Place(cell=1, line=7))
    finding = look("data.scaled", evidence(source=SourceRecord(calls=(call,))))
    assert finding.outcome is Outcome.UNMET
    assert "cell 1" in finding.seen


def raw_into(first: Layer) -> Finding:
    raw = DataRecord(minimum=0, maximum=255, mean=33)
    models = tuple(model(n, chain((first, *graph.layers))) for n, graph in enumerate((PLAIN, NORMALIZED)))
    return look("data.scaled", evidence(models=models, fits=(fit(0, 0, data=raw), fit(1, 1, data=raw))))


@pytest.mark.parametrize("name", ["TrueDivide", "Divide", "Multiply"])
def test_a_division_in_the_networks_does_the_scaling(name: str):
    assert raw_into(Layer(id="first", kind=LayerKind.OTHER, class_name=name)).outcome is Outcome.MET


@pytest.mark.parametrize(
    ("name", "kind"), [("Lambda", LayerKind.OTHER), ("Lambda", LayerKind.ACTIVATION), ("Scale", LayerKind.OTHER)]
)
def test_a_first_layer_of_the_students_own_leaves_it_undecided(name: str, kind: LayerKind):
    finding = raw_into(Layer(id="first", kind=kind, class_name=name))
    assert finding.outcome is Outcome.UNDECIDED
    assert "layer of the student's own" in finding.seen


def test_a_layer_that_turns_pictures_scales_nothing():
    finding = raw_into(Layer(id="first", kind=LayerKind.OTHER, class_name="RandomFlip"))
    assert finding.outcome is Outcome.PARTIAL


def test_a_rare_pixel_of_standardised_test_data_is_not_scaled_differently():
    train = replace(DIGITS, minimum=-1.3, maximum=44.7, mean=0.0)
    test = replace(HELD_BACK, minimum=-1.3, maximum=501.0, mean=0.01)
    fits = (fit(0, 0, data=train, validation=test), fit(1, 1, data=train, validation=test))
    finding = look("data.scaled", evidence(models=(model(0, PLAIN), model(1, NORMALIZED)), fits=fits))
    assert finding.outcome is Outcome.MET
