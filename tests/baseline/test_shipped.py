"""The baselines that come with the grader, and what they say about claims that real students made."""

import re
from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest

from grader import registry
from grader.architecture.named import architecture
from grader.architecture.sound import sound
from grader.baseline.store import filename, read
from grader.datasets.catalogue import CATALOGUE
from grader.graph import Placement
from grader.loaders.specification_yaml import load
from grader.matching.matches import FEWEST_RUNS, stale
from grader.reference import CURVES, Baseline
from grader.specification import Specification, SpecificationPair
from grader.statistics.effect import Support, effect, judged
from grader.statistics.standing import Standing, placed

FOLDER = registry.shipped("reference") / "baselines"
FILES = sorted(FOLDER.glob("*.json"))
EXAMPLES = Path(__file__).parents[2] / "examples" / "specifications"
PINNED = Path(__file__).parents[2] / "requirements" / "notebooks.txt"
RATES = {"Adam": 0.001, "SGD": 0.01}
LARGEST = 20_000  # bytes of a file: small enough to be read in a diff


@pytest.fixture(scope="module")
def shipped() -> Mapping[str, Baseline]:
    return {baseline.specification.key: baseline for baseline in map(read, FILES)}


def usual(network: str, dataset: str, optimizer: str, batch_size: int, placement: Placement | None) -> Specification:
    image = CATALOGUE[dataset].image
    return sound(
        Specification(
            dataset=dataset,
            digest=CATALOGUE[dataset].content or "",
            samples=60_000,
            input_shape=(*image, 1),
            layers=architecture(network, placement),
            optimizer=optimizer,
            learning_rate=RATES[optimizer],
            batch_size=batch_size,
        )
    )


def claimed(shipped: Mapping[str, Baseline], name: str) -> tuple[Baseline, Baseline]:
    """The baselines of an example's two networks, on the published data."""
    pair: SpecificationPair = load(EXAMPLES / f"{name}.yaml")
    plain, normalized = pair.on(CATALOGUE[pair.plain.dataset].content or "").both()
    return shipped[plain.key], shipped[normalized.key]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem[:60])
def test_every_file_is_small_sound_fresh_and_complete(path: Path) -> None:
    baseline = read(path)
    keras = re.search(r"(?m)^keras==(.+)$", PINNED.read_text())
    assert keras is not None
    assert stale(baseline, keras[1]) == ""
    assert path.name == filename(baseline.specification)
    assert path.stat().st_size < LARGEST
    assert len(baseline.runs) >= FEWEST_RUNS
    for run in baseline.runs:
        assert set(run.curves) == set(CURVES)
        assert {len(curve) for curve in run.curves.values()} == {baseline.specification.epochs}
    assert {seed for making in baseline.makings for seed in making.seeds} >= {run.seed for run in baseline.runs}


@pytest.mark.parametrize(
    ("network", "dataset", "optimizer", "batch_size"),
    list(product(("mlp", "cnn"), ("mnist", "fashion_mnist"), ("Adam", "SGD"), (32, 128))),
)
def test_the_assignments_usual_settings_have_baselines_of_ten_epochs(
    shipped: Mapping[str, Baseline], network: str, dataset: str, optimizer: str, batch_size: int
) -> None:
    for placement in (None, Placement.PRE_ACTIVATION):
        spec = usual(network, dataset, optimizer, batch_size, placement)
        assert shipped[spec.key].epochs >= 10
        assert shipped[spec.key].at(5).epochs == 5


def test_a_training_accuracy_of_0943_is_out_of_reach_of_ten_epochs_with_small_steps(
    shipped: Mapping[str, Baseline],
) -> None:
    _, normalized = claimed(shipped, "fashion-mlp-sgd")
    stands = placed(normalized, "accuracy", 0.9430)
    assert stands is not None
    assert stands.standing is Standing.ABOVE
    assert stands.beyond > 0.01


def test_09781_with_against_09770_without_bn_is_within_noise(shipped: Mapping[str, Baseline]) -> None:
    plain, normalized = claimed(shipped, "mnist-mlp-adam")
    found = effect(plain, normalized)
    assert found is not None
    assert judged(found, 0.9781 - 0.9770) is Support.WITHIN_NOISE
    for baseline, claim in ((plain, 0.9770), (normalized, 0.9781)):
        stands = placed(baseline, "val_accuracy", claim)
        assert stands is not None
        assert stands.standing is Standing.WITHIN


def test_stand_in_data_have_baselines_of_their_own(shipped: Mapping[str, Baseline]) -> None:
    digests = {each.specification.digest for each in shipped.values()}
    assert digests > {entry.content for entry in CATALOGUE.values() if entry.content}
