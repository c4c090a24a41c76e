"""Settings that a box tells of layers and trainings are bounded, whatever it says."""

from typing import Any

from grader.evidence import Evidence, FitRecord, RunRecord
from grader.sandbox.observations import Observations
from grader.serializing import evidence_from_json, structure, to_json
from tests.evidence_builders import submission

LONG = "x" * 10_000


def taken(*events: dict[str, Any]) -> Observations:
    seen = Observations()
    for event in events:
        seen.take(event, {1: 0})
    return seen


def test_settings_of_a_training_are_few_finite_and_short() -> None:
    settings = {"momentum": 0.9, "nesterov": True, "rho": float("inf"), "epsilon": "small", LONG: 1.0}
    many = settings | {f"s{number}": 1.0 for number in range(1000)}
    event = {"event": "fit", "fit": 0, "model": 0, "optimizer_settings": many, "unusual": [LONG, 7] * 1000}
    (fit,) = taken({**event, "seeded": "yes", "from_logits": True}).fits
    assert fit.optimizer_settings["momentum"] == 0.9
    assert fit.optimizer_settings["nesterov"] is True
    assert not {"rho", "epsilon"} & set(fit.optimizer_settings)
    assert len(fit.optimizer_settings) <= 20
    assert max(map(len, fit.optimizer_settings)) <= 100
    assert len(fit.unusual) <= 20
    assert set(fit.unusual) == {"x" * 100, "something"}
    assert (fit.seeded, fit.from_logits) == (False, True)


def test_settings_of_layers_are_short_and_what_is_said_in_another_way_is_unusual() -> None:
    layer = {"id": "a", "kind": "conv", "class_name": "Conv2D", "strides": [1] * 1000, "padding": LONG}
    graph = {"layers": [{**layer, "unusual": {"no": "list"}}, {**layer, "unusual": [LONG] * 1000}]}
    event = {"event": "model", "model": 0, "framework": "keras", "style": "sequential", "class_name": "Sequential"}
    (model,) = taken({**event, "graph": graph}).models
    assert model.graph is not None
    first, second = model.graph.layers
    assert (len(first.strides or ()), len(first.padding or "")) == (8, 100)
    assert first.unusual == ("something",)
    assert second.unusual == ("x" * 100,) * 20


def test_a_graph_that_is_none_is_dropped_with_a_note() -> None:
    seen = taken({"event": "model", "model": 0, "framework": "", "style": "", "class_name": "", "graph": "?"})
    assert seen.models == ()
    assert len(seen.notes) == 1


def test_what_was_stored_before_settings_were_recorded_is_still_read() -> None:
    old = structure(FitRecord, {"id": 0, "model": 0, "optimizer": "Adam"})
    assert (old.optimizer_settings, old.from_logits, old.seeded, old.unusual) == ({}, None, False, ())


def test_recorded_settings_survive_storage() -> None:
    fit = FitRecord(id=0, model=0, optimizer_settings={"nesterov": True, "momentum": 1.0}, unusual=("shuffle=False",))
    evidence = Evidence(submission=submission("pass"), run=RunRecord(fits=(fit,)))
    assert evidence_from_json(to_json(evidence)) == evidence
