"""The reference networks by name."""

import pytest

from grader.architecture.named import PLACEMENTS, SHAPES, architecture, cnn, mlp
from grader.architecture.sound import sound
from grader.errors import SpecificationError
from grader.graph import Placement
from tests.architecture.specifications import changed


def names(*args: object) -> list[str]:
    return [str(each.settings.get("activation", each.layer)) for each in architecture(*args)]  # type: ignore[arg-type]


def test_a_name_alone_is_the_network_of_the_assignment() -> None:
    assert architecture("mlp", None) == mlp((128, 64))
    assert architecture("cnn", None) == cnn((16, 32), 64)


def test_widths_may_be_named() -> None:
    assert architecture("mlp-300-100", None) == mlp((300, 100))
    assert architecture("cnn-8-16-32", Placement.PRE_ACTIVATION) == cnn((8, 16), 32, Placement.PRE_ACTIVATION)


def test_batch_normalization_stands_where_the_placement_says() -> None:
    assert names("mlp-8", Placement.PRE_ACTIVATION)[1:4] == ["Dense", "BatchNormalization", "relu"]
    assert names("mlp-8", Placement.POST_ACTIVATION)[1:4] == ["Dense", "relu", "BatchNormalization"]


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_without_its_batch_normalization_a_network_is_the_plain_one(name: str) -> None:
    for placement in PLACEMENTS:
        kept = tuple(each for each in architecture(name, placement) if each.layer != "BatchNormalization")
        assert kept == architecture(name, None)


@pytest.mark.parametrize(("name", "shape"), [(name, shape) for name, shapes in SHAPES.items() for shape in shapes])
def test_every_network_is_sound_on_the_images_that_are_named_for_it(name: str, shape: tuple[int, ...]) -> None:
    for placement in (None, *PLACEMENTS):
        assert sound(changed(layers=architecture(name, placement), input_shape=shape)).has_batch_norm == bool(placement)


@pytest.mark.parametrize(
    "name", ["", "resnet", "mlp-", "mlp-a", "mlp--1", "mlp-1.5", "mlp-²", "cnn-16", "mlp-" + "9" * 5000, "x" * 10**6]
)
def test_a_name_that_is_none_is_refused_and_says_which_there_are(name: str) -> None:
    with pytest.raises(SpecificationError, match="There is no network named") as refused:
        architecture(name, None)
    assert "cnn-16-32-64" in refused.value.advice
    assert len(refused.value.message) < 200
