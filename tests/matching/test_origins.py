"""Whether a baseline saw the images that a submission was trained and validated on."""

from dataclasses import replace

import pytest

from grader.evidence import DataRecord, DatasetRecord, FitRecord, OriginRecord, Served, ValidationSource
from grader.matching._origins import refuse_others, same_images, validated
from grader.matching._refusal import RefusalError
from grader.reference import Validated
from tests.evidence_builders import fit

MNIST = DatasetRecord(name="mnist", served=Served.ORIGINAL, images=DataRecord(samples=60_000, shape=(28, 28)))


def images(samples: int, part: str = "train", first: int | None = 0, **facts: object) -> DataRecord:
    origin = OriginRecord(**({"part": part, "rows": 200, "found": 200, "distinct": 200, "first": first} | facts))  # type: ignore[arg-type]
    return DataRecord(samples=samples, shape=(784,), digest=f"{part}-{first}-{samples}", origin=origin)


def trained(data: DataRecord, held: DataRecord | None = None, split: float | None = None) -> FitRecord:
    source = ValidationSource.SPLIT if split else ValidationSource.DATA if held else ValidationSource.NONE
    return fit(0, 0, data=data, validation=held, validation_source=source, validation_split=split)


@pytest.mark.parametrize(
    ("made", "validation", "where"),
    [
        (trained(images(60_000), images(10_000, "test")), 0, Validated.SAME),
        (trained(images(60_000), images(2_000, "test")), 0, Validated.OTHER),
        (trained(images(50_000), images(10_000, "train", 50_000)), 10_000, Validated.SAME),
        (trained(images(50_000, first=10_000), images(10_000)), 10_000, Validated.OTHER),
        (trained(images(60_000), images(10_000)), 0, Validated.TRAINED_ON),
        (trained(images(4_000), images(4_000)), 0, Validated.TRAINED_ON),
        (trained(images(4_000), images(1_000, first=3_500)), 0, Validated.TRAINED_ON),
        (trained(images(4_000), images(1_000, first=4_000)), 0, Validated.OTHER),
        (trained(images(50_000, first=None), images(10_000, first=None)), 10_000, Validated.OTHER),
        (trained(images(60_000), split=0.1), 6_000, Validated.SAME),
        (trained(images(60_000, first=None), split=0.1), 6_000, Validated.OTHER),
        (trained(images(4_000), split=0.1), 400, Validated.OTHER),
        (trained(images(60_000)), 0, Validated.OTHER),
        (trained(images(60_000), images(10_000, "test", found=20)), 0, Validated.OTHER),
        (trained(replace(images(60_000), origin=None), split=0.1), 6_000, Validated.OTHER),
    ],
)
def test_what_was_validated_on_is_told_from_where_the_images_stand(
    made: FitRecord, validation: int, where: Validated
) -> None:
    assert validated(MNIST, made, validation) is where


@pytest.mark.parametrize(
    ("data", "same"),
    [
        (images(60_000), True),
        (images(60_000, first=None), True),
        (images(4_000), True),
        (images(4_000, first=None), False),
        (images(50_000, first=10_000), False),
        (replace(images(4_000), origin=None), False),
    ],
)
def test_the_first_images_are_the_baselines_own(data: DataRecord, same: bool) -> None:
    assert same_images(MNIST, trained(data), data.samples or 0) is same


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (images(30_000, first=None, classes=5), "labels of 5 classes"),
        (images(60_000, found=10), "Of 200 images looked at, 10 are"),
        (images(60_000, part="test"), "as they are"),
        (images(3_000, first=None, distinct=140), "few, repeated"),
    ],
)
def test_images_that_are_not_those_of_the_data_set_have_no_baseline(data: DataRecord, told: str) -> None:
    with pytest.raises(RefusalError, match=told):
        refuse_others(MNIST, trained(data))


def test_all_images_with_all_classes_in_whatever_order_are_the_data_set() -> None:
    refuse_others(MNIST, trained(images(60_000, first=None, classes=10)))
    refuse_others(MNIST, trained(replace(images(60_000), origin=None)))
