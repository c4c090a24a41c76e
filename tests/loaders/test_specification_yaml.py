"""Specifications from YAML: what instructors write, and what is refused."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from grader.architecture.words import network
from grader.errors import SpecificationError
from grader.loaders.specification_yaml import load

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "specifications").glob("*.yaml"))
SMALL = {
    "dataset": "mnist",
    "samples": 1000,
    "input_shape": [784],
    "without": [{"Dense": {"units": 10}}],
    "with": ["BatchNormalization", {"Dense": {"units": 10}}],
}


def written(folder: Path, **changes: object) -> Path:
    path = folder / "networks.yaml"
    content = {name: value for name, value in (SMALL | changes).items() if value is not None}
    YAML().dump(content, path)
    return path


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_a_pair_of_one_budget(path: Path) -> None:
    pair = load(path)
    assert (pair.plain.has_batch_norm, pair.normalized.has_batch_norm) == (False, True)
    assert pair.plain.learning_rate == pair.normalized.learning_rate


def test_layers_may_be_names_or_names_with_settings(tmp_path: Path) -> None:
    pair = load(written(tmp_path))
    assert [network(each) for each in pair.both()] == ["784-10", "784-10 with BN"]
    assert pair.plain.epochs == 5


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"learning_rate": "fast"}, "learning_rate"),
        ({"samples": None}, "'samples' is missing"),
        ({"sample": 5}, "no 'sample' here"),
        ({"without": [{"Dense": {"units": 10**9}}]}, "units is 1000000000"),
        ({"without": [{"Dense": {"units": "ten"}}]}, "units is 'ten'"),
        ({"without": [{"Dense": {"units": 10, "regularizer": "l2"}}]}, "no setting 'regularizer'"),
        ({"without": [{"Lambda": {"function": "print"}}]}, "'Lambda' is not among the layers"),
        ({"without": ["BatchNormalization", {"Dense": {"units": 10}}]}, "'without' must have no"),
        ({"with": [{"Dense": {"units": 10}}]}, "'with' at least one"),
        ({"without": "Dense"}, "must be a list"),
        ({"without": []}, "1 to 60 layers"),
        ({"without": [3]}, "a layer is a name"),
        ({"optimizer": "Lion"}, "'Lion' is not among the optimizers"),
        ({"optimizer_settings": {"momentum": 0.9}}, "no setting 'momentum'"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else None,
)
def test_what_cannot_be_trained_is_refused_with_the_file_and_the_reason(
    tmp_path: Path, changes: dict[str, object], told: str
) -> None:
    path = written(tmp_path, **changes)
    with pytest.raises(SpecificationError) as refused:
        load(path)
    assert told in refused.value.message
    assert str(path) in refused.value.message


@pytest.mark.parametrize("text", ["", "- a list", "{", "a: &x [*x]", "!!python/object/apply:os.system ['true']"])
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "networks.yaml"
    path.write_text(text)
    with pytest.raises(SpecificationError):
        load(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecificationError, match=r"There is no file .*nowhere\.yaml\."):
        load(tmp_path / "nowhere.yaml")
