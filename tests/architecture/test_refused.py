"""What is not sound is refused with a sentence, whatever its values are, before anything is built."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.architecture.allowed import LAYERS
from grader.architecture.named import architecture, layer
from grader.architecture.sound import sound
from grader.errors import SpecificationError
from grader.specification import LayerSpecification, Specification
from tests.architecture.specifications import changed, network

FLATTEN, RELU, ANSWER = layer("Flatten"), layer("Activation", activation="relu"), layer("Dense", units=10)
CONV = layer("Conv2D", filters=4, kernel_size=(3, 3))
BIG = 10**6000
HOSTILE: dict[str, tuple[Specification, str]] = {
    "a billion units": (network(layer("Dense", units=10**9)), "units is 1000000000; it must be a whole number"),
    "a size of thousands of digits": (network(layer("Dense", units=BIG)), "units is too long to be written"),
    "a size that is true": (network(layer("Dense", units=True)), "units is True"),
    "a size in quotation marks": (network(layer("Dense", units="128")), "units is '128'"),
    "a size that is no whole number": (network(layer("Dense", units=12.5)), "units is 12.5"),
    "no units": (network(layer("Dense", units=0)), "units is 0"),
    "negative filters": (network(layer("Conv2D", filters=-3, kernel_size=(3, 3))), "filters is -3"),
    "a learning rate that is NaN": (changed(learning_rate=float("nan")), "learning_rate is nan"),
    "an infinite learning rate": (changed(learning_rate=float("inf")), "learning_rate is inf"),
    "a negative learning rate": (changed(learning_rate=-0.1), "learning_rate is -0.1"),
    "a learning rate of nothing": (changed(learning_rate=0), "learning_rate is 0"),
    "a learning rate of thousands of digits": (changed(learning_rate=BIG), "learning_rate is too long"),
    "a learning rate in quotation marks": (changed(learning_rate="0.1"), "learning_rate is '0.1'"),
    "a learning rate that is true": (changed(learning_rate=True), "learning_rate is True"),
    "no learning rate": (changed(learning_rate=None), "learning_rate is None"),
    "a setting of the optimizer that is NaN": (
        changed(optimizer_settings={"beta_1": float("nan")}),
        "The optimizer Adam: beta_1 is nan",
    ),
    "a rate of thousands of digits": (network(layer("Dropout", rate=BIG)), "rate is too long to be written"),
    "a rate of dropout that leaves nothing": (network(layer("Dropout", rate=1.0)), "rate is 1.0"),
    "an unknown layer": (network(layer("Lambda")), "Layer 1, 'Lambda' is not among the layers"),
    "an unknown setting": (network(layer("Dense", units=3, activity="l2")), "Dense has no setting 'activity'"),
    "an activation fused into a layer": (network(layer("Dense", units=3, activation="linear")), "no setting 'activation'"),
    "an unknown setting of a layer that does nothing": (
        network(layer("Flatten", data_format="channels_first")),
        "Layer 1, Flatten has no setting 'data_format'",
    ),
    "a shape hidden in another layer": (
        network(layer("Dense", units=3, target_shape=(784,)), shape=(784,)),
        "no setting 'target_shape'",
    ),
    "a missing setting": (network(layer("Dense")), "Dense lacks units"),
    "an unknown activation": (network(layer("Activation", activation="swoosh")), "activation is 'swoosh'"),
    "an unknown initializer": (network(layer("Dense", units=3, kernel_initializer="Zeros")), "kernel_initializer is"),
    "an unknown optimizer": (changed(optimizer="Lion"), "The optimizer 'Lion' is not among the optimizers"),
    "an unknown setting of an optimizer": (changed(optimizer_settings={"clipnorm": 1.0}), "has no setting 'clipnorm'"),
    "zero epochs": (changed(epochs=0), "epochs is 0"),
    "epochs without end": (changed(epochs=10**9), "epochs is 1000000000"),
    "a batch of nothing": (changed(batch_size=0), "batch_size is 0"),
    "no images": (changed(samples=0), "samples is 0"),
    "fewer than no images to validate on": (changed(validation=-1), "validation is -1"),
    "pixels that are NaN": (changed(low=float("nan")), "low is nan"),
    "all pixels alike": (changed(low=1.0, high=1.0), "every image would be the same"),
    "logits that are neither yes nor no": (changed(from_logits="maybe"), "from_logits is 'maybe'"),
    "an order that is a number": (changed(same_order=1), "same_order is 1"),
    "a kernel larger than the image": (
        network(layer("Conv2D", filters=2, kernel_size=(29, 3))),
        "slides a window of 29×3 over an image of only 28×28×1",
    ),
    "images that shrink to nothing": (network(*[layer("MaxPooling2D")] * 5), "slides a window of 2×2"),
    "a convolution on flat images": (network(CONV, shape=(784,)), "Conv2D needs height, width and channels"),
    "pooling of flat images": (network(layer("GlobalAveragePooling2D"), shape=(784,)), "needs height, width"),
    "a shape of another number of values": (
        network(layer("Reshape", target_shape=(28, 29))),
        "Reshape makes 28×29 out of 28×28×1",
    ),
    "no input shape": (changed(input_shape=()), "input_shape is ()"),
    "an input shape of nothing": (changed(input_shape=(0, 28)), "input_shape is (0, 28)"),
    "an input shape of thousands of digits": (changed(input_shape=(BIG,)), "input_shape is too long"),
    "an input shape of words": (changed(input_shape=("a",)), "input_shape is ('a',)"),
    "nine classes": (changed(layers=(FLATTEN, layer("Dense", units=9))), "gives 9 numbers for an image; there are 10"),
    "an answer for each row": (changed(layers=(layer("Dense", units=10),)), "gives 28×10 numbers"),
    "too many weights": (
        network(FLATTEN, layer("Dense", units=8192), layer("Dense", units=8192)),
        "weights; 10,000,000 are trained at most",
    ),
    "too much work": (
        changed(samples=10**6, epochs=200, layers=(FLATTEN, layer("Dense", units=8192), ANSWER)),
        "multiplications; 1e+15 are allowed",
    ),
    "too much memory for one batch": (
        changed(samples=60_000, batch_size=60_000, input_shape=(28, 28, 1), layers=architecture("cnn", None)),
        "numbers for one batch; 500,000,000 fit into memory",
    ),
    "nothing that learns": (changed(input_shape=(10,), layers=(RELU,)), "no layer that learns"),
    "no layers": (changed(layers=()), "A network has 1 to 60 layers that do something, not 0."),
    "only layers that do nothing": (changed(layers=(FLATTEN,)), "not 0."),
    "a million layers": (changed(layers=(RELU,) * 10**6), "not 1,000,000."),
    "more layers than are allowed": (changed(layers=(*[RELU] * 60, FLATTEN, ANSWER)), "not 62."),
    "a data set outside of its folder": (changed(dataset="../../etc/passwd"), "dataset is '../../etc/passwd'"),
    "a data set with a line break": (changed(dataset="mnist\n"), "dataset is 'mnist\\n'"),
    "a digest that is none": (changed(digest=""), "digest is ''"),
    "a digest that is a path": (changed(digest="../" * 30), "digest is '../"),
    "a name with a control character": (network(layer("Dense\x1b[2J")), "Layer 1, 'Dense\\x1b[2J' is not among"),
    "a setting with a control character": (network(LayerSpecification(layer="Flatten", settings={"\x07": 1})), r"'\x07'"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_sound_is_refused_with_a_sentence(name: str) -> None:
    specification, told = HOSTILE[name]
    with pytest.raises(SpecificationError) as refused:
        sound(specification)
    assert told in refused.value.message
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize("name", ["x" * 10**6, "layer\n" * 1000, "‮Dense", "<b>Dense</b>", ""])
def test_a_name_of_any_length_and_any_characters_is_told_in_one_short_line(name: str) -> None:
    for specification in (network(layer(name)), changed(optimizer=name), changed(dataset=name)):
        with pytest.raises(SpecificationError) as refused:
            sound(specification)
        assert len(refused.value.message) < 500
        assert refused.value.message.isprintable()


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
    st.tuples(st.integers(), st.integers()), st.sampled_from([BIG, -BIG, (BIG, BIG), (), (1,)]),
)  # fmt: skip
SETTINGS = st.dictionaries(st.sampled_from(sorted({each for one in LAYERS.values() for each in one})), ODD, max_size=4)
ODD_LAYERS = st.builds(LayerSpecification, layer=st.sampled_from([*LAYERS, "Other"]), settings=SETTINGS)


@given(layers=st.lists(ODD_LAYERS, max_size=6), rate=ODD, samples=ODD, logits=ODD)
def test_whatever_the_values_a_specification_is_sound_or_refused(
    layers: list[LayerSpecification], rate: object, samples: object, logits: object
) -> None:
    for facts in ({"layers": tuple(layers)}, {"learning_rate": rate}, {"samples": samples}, {"from_logits": logits}):
        try:
            once = sound(changed(**facts))
        except SpecificationError:
            continue
        assert sound(once) == once
