"""From plain records: what is rebuilt, and what is refused with which reason."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from grader.architecture.named import PLACEMENTS, architecture, layer
from grader.architecture.sound import sound
from grader.evidence import (
    DataRecord,
    DatasetRecord,
    FitRecord,
    ModelRecord,
    RunRecord,
    Served,
    ValidationSource,
    Weights,
)
from grader.graph import Edge, Layer, LayerGraph, LayerKind, Placement, chain
from grader.matching.rebuilding import partner, rebuilt
from grader.specification import LayerSpecification, Specification
from tests.evidence_builders import fit, model

DIGEST = "d" * 64
MNIST = DataRecord(samples=60_000, shape=(28, 28), dtype="uint8", minimum=0.0, maximum=255.0, mean=33.318)
FASHION = replace(MNIST, mean=72.940)
SERVED = DatasetRecord(name="mnist", served=Served.ORIGINAL, digest=DIGEST, images=MNIST)
SCALED = DataRecord(samples=60_000, shape=(784,), dtype="float32", minimum=0.0, maximum=1.0, mean=0.1307)
ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "amsgrad": False}
KINDS = {
    "Dense": LayerKind.DENSE,
    "Conv2D": LayerKind.CONV,
    "Activation": LayerKind.ACTIVATION,
    "BatchNormalization": LayerKind.NORMALIZATION,
    "Dropout": LayerKind.DROPOUT,
    "MaxPooling2D": LayerKind.POOLING,
    "Flatten": LayerKind.FLATTEN,
}


def seen(number: int, made: LayerSpecification) -> Layer:
    """The record of a layer of a specification."""
    settings = dict(made.settings)
    facts = {
        "units": settings.pop("units", settings.pop("filters", None)),
        "initializer": settings.pop("kernel_initializer", None),
        "axis": (-1,) if made.layer == "BatchNormalization" else None,
    }
    kind = KINDS.get(made.layer, LayerKind.OTHER)
    return Layer(id=f"{made.layer}_{number}", kind=kind, class_name=made.layer, **facts, **settings)  # type: ignore[arg-type]


def specification(layers: tuple[LayerSpecification, ...], **facts: Any) -> Specification:
    given = {"dataset": "mnist", "digest": DIGEST, "samples": 60_000, "input_shape": (784,), "epochs": 3}
    return sound(Specification(layers=layers, **(given | facts)))


PLAIN = specification(architecture("mlp", None))


def recorded(made: Specification = PLAIN) -> LayerGraph:
    return chain(tuple(seen(number, each) for number, each in enumerate(made.layers)))


def training(**facts: Any) -> FitRecord:
    given = {"data": SCALED, "optimizer_settings": ADAM, "from_logits": False}
    return fit(0, 0, **(given | facts))


def run(graph: LayerGraph | None, *datasets: DatasetRecord) -> RunRecord:
    return RunRecord(models=(model(0, graph),), datasets=datasets or (SERVED,))


def found(graph: LayerGraph | None = None, **facts: Any) -> Specification | str:
    return rebuilt(run(graph or recorded()), training(**facts))


def with_layer(number: int, **facts: Any) -> LayerGraph:
    """The plain network with one layer recorded in another way."""
    graph = recorded()
    layers = list(graph.layers)
    layers[number] = replace(layers[number], **facts)
    return replace(graph, layers=tuple(layers))


@pytest.mark.parametrize("name", ["mlp", "mlp-300-100", "cnn"])
@pytest.mark.parametrize("placement", [None, *PLACEMENTS])
def test_the_records_of_a_named_network_give_it_back(name: str, placement: Placement | None) -> None:
    shape = (784,) if name.startswith("mlp") else (28, 28, 1)
    made = specification(architecture(name, placement), input_shape=shape)
    assert found(recorded(made), data=replace(SCALED, shape=shape)) == made


def test_fused_activations_and_layers_that_take_no_part_make_no_difference() -> None:
    graph = recorded()
    fused = [replace(each, activation="relu") for each in (graph.layers[0], graph.layers[2])]
    last = replace(graph.layers[4], activation="softmax")
    idle = Layer(id="idle", kind=LayerKind.OTHER, class_name="Lambda", unusual=("the class Lambda",))
    whole = chain((*fused, last))
    assert found(replace(whole, layers=(*whole.layers, idle))) == PLAIN


def test_a_network_that_scales_by_itself_is_the_same_as_scaled_data() -> None:
    graph = recorded()
    scaling = Layer(id="s", kind=LayerKind.OTHER, class_name="Rescaling", factor=1 / 255, offset=0.0)
    flat = Layer(id="f", kind=LayerKind.FLATTEN, class_name="Flatten")
    assert found(chain((flat, scaling, *graph.layers)), data=replace(MNIST, shape=(28, 28))) == PLAIN


def test_a_split_takes_its_images_from_the_end() -> None:
    split = found(validation_source=ValidationSource.SPLIT, validation_split=0.1, validation=None)
    assert isinstance(split, Specification)
    assert (split.samples, split.validation) == (54_000, 6_000)


@pytest.mark.parametrize(("trained", "held", "validation"), [(50_000, 10_000, 10_000), (60_000, 10_000, 0)])
def test_data_handed_in_are_training_images_where_they_make_the_number_full(
    trained: int, held: int, validation: int
) -> None:
    made = found(data=replace(SCALED, samples=trained), validation=replace(SCALED, samples=held))
    assert isinstance(made, Specification)
    assert (made.samples, made.validation) == (trained, validation)


@pytest.mark.parametrize(
    ("minimum", "maximum", "mean"), [(0.0, 255.0, 33.3), (-1.0, 1.0, -0.7387), (-0.4242, 2.8215, 0.0)]
)
def test_any_line_from_black_to_white_is_known(minimum: float, maximum: float, mean: float) -> None:
    made = found(data=replace(SCALED, minimum=minimum, maximum=maximum, mean=mean))
    assert isinstance(made, Specification)
    assert (made.low, made.high) == (minimum, maximum)


@pytest.mark.parametrize(
    ("minimum", "maximum", "mean"),
    [(-1.27, 244.9, 0.0), (0.0, 1.0, 0.04), (0.0, 1.0, 0.869), (0.5, 0.5, 0.5), (0.0, 1.0, None)],
)
def test_other_ways_of_scaling_are_refused(minimum: float, maximum: float, mean: float | None) -> None:
    assert isinstance(found(data=replace(SCALED, minimum=minimum, maximum=maximum, mean=mean)), str)


def test_of_two_data_sets_the_mean_tells_which_was_trained_on() -> None:
    other = replace(SERVED, name="fashion_mnist", digest="f" * 64, images=FASHION)
    made = rebuilt(run(recorded(), SERVED, other), training(data=replace(SCALED, mean=0.2860)))
    assert isinstance(made, Specification)
    assert made.dataset == "fashion_mnist"
    unknown = [replace(each, images=DataRecord()) for each in (SERVED, other)]
    assert "which data set" in str(rebuilt(run(recorded(), *unknown), training()))


def test_a_softmax_is_no_logit_whatever_the_loss_was_told() -> None:
    assert found(from_logits=True) == PLAIN


def test_a_seeded_training_keeps_its_order() -> None:
    assert found(seeded=True) == replace(PLAIN, same_order=True)


def refused() -> Iterator[tuple[str, LayerGraph | None, dict[str, Any]]]:
    graph = recorded()
    yield "loop of the notebook's own", None, {"loop": "custom"}
    yield "fresh weights", None, {"weights": Weights.TRAINED}
    yield "fresh weights", None, {"weights": Weights.UNKNOWN}
    yield "finish an epoch", None, {"epochs_done": 0}
    yield "class_weight", None, {"unusual": ("class_weight",)}
    yield "by hand", None, {"steps": 10}
    yield "Lion", None, {"optimizer": "Lion"}
    yield "learning rate", None, {"learning_rate": None}
    yield "batch size", None, {"batch_size": None}
    yield "beta_1", None, {"optimizer_settings": {}}
    yield "weight_decay", None, {"optimizer_settings": {**ADAM, "weight_decay": 0.01}}
    yield "mean_squared_error", None, {"loss": "mean_squared_error"}
    yield "logits", None, {"from_logits": None}
    yield "size", None, {"data": DataRecord(shape=(784,))}
    yield "not those of mnist", None, {"data": replace(SCALED, shape=(3072,))}
    yield "not those of mnist", None, {"data": replace(SCALED, samples=70_000)}
    yield "split off", None, {"validation_source": ValidationSource.SPLIT, "validation_split": None}
    yield "kernel_regularizer", with_layer(0, unusual=("kernel_regularizer",)), {}
    yield "does not learn", with_layer(0, trainable=False), {}
    yield "use_bias", with_layer(0, use_bias=None), {}
    yield "would give 128", with_layer(0, output_shape=(100,)), {}
    yield "not one that references", with_layer(0, class_name="EinsumDense"), {}
    yield "prelu", with_layer(1, activation="prelu"), {}
    yield "twice", replace(graph, layers=tuple(replace(each, name="d") for each in graph.layers)), {}
    yield "not a chain", replace(graph, edges=(*graph.edges, Edge(source="Dense_0", target="Dense_4"))), {}
    yield "not a chain", replace(graph, edges=(*graph.edges, Edge(source="Activation_5", target="Dense_0"))), {}
    yield "not a chain", replace(graph, edges=graph.edges[:2] + graph.edges[3:]), {}
    yield "10 classes", chain(graph.layers[:4]), {}


@pytest.mark.parametrize(("reason", "graph", "facts"), list(refused()))
def test_what_is_not_known_in_full_is_a_reason(reason: str, graph: LayerGraph | None, facts: dict[str, Any]) -> None:
    made = found(graph, **facts)
    assert isinstance(made, str)
    assert reason in made
    assert made.endswith(".")


@pytest.mark.parametrize(
    ("datasets", "reason"),
    [
        ((replace(SERVED, served=Served.MISSING),), "No data set"),
        ((replace(SERVED, digest=""),), "not recorded"),
    ],
)
def test_a_data_set_must_be_known(datasets: tuple[DatasetRecord, ...], reason: str) -> None:
    assert reason in str(rebuilt(run(recorded(), *datasets), training()))


def test_networks_of_other_frameworks_or_without_layers_are_refused() -> None:
    torch = ModelRecord(id=0, framework="torch", style="module", class_name="Net", graph=recorded())
    assert "Keras" in str(rebuilt(RunRecord(models=(torch,), datasets=(SERVED,)), training()))
    assert "not seen" in str(rebuilt(run(None), training()))
    assert "not seen" in str(rebuilt(run(LayerGraph(layers=())), training()))


def test_partners_differ_in_bn_alone() -> None:
    for name, shape in (("mlp", (784,)), ("cnn", (28, 28, 1))):
        plain, before, after = (
            specification(architecture(name, each), input_shape=shape) for each in (None, *PLACEMENTS)
        )
        assert partner(plain) == before
        assert partner(before) == plain
        assert partner(after) == plain


def test_a_bias_left_out_for_bn_comes_back_without_it() -> None:
    head = layer("Dense", units=10), layer("Activation", activation="softmax")
    bare = layer("Dense", units=8, use_bias=False)
    relu = layer("Activation", activation="relu")
    normal = specification((bare, layer("BatchNormalization"), relu, *head))
    assert partner(normal) == specification((layer("Dense", units=8), relu, *head))
    no_offset = specification((bare, layer("BatchNormalization", center=False), relu, *head))
    assert partner(no_offset) == specification((bare, relu, *head))


def test_a_network_without_a_hidden_layer_has_no_partner() -> None:
    assert partner(specification((layer("Dense", units=10),))) is None
