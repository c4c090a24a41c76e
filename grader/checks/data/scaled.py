"""Whether the values that went into training were scaled."""

from collections.abc import Iterator
from itertools import takewhile

from grader.check import Trust, check
from grader.checks._networks import has_trained, is_network
from grader.checks._trainings import pair
from grader.checks._words import at_cells, known, number, sentences, stop_places, stopped
from grader.evidence import DataRecord, Evidence, FitRecord, RunRecord, Served
from grader.finding import Finding, met, partial, undecided, unmet
from grader.graph import AFFINE, Layer, LayerGraph, LayerKind
from grader.reference import Reference

UNSCALED_FROM = 20.0
"""Largest absolute value that still counts as scaled: standardised pixels stay below, 0 to 255 does not."""

SHRUNK_BELOW = 0.05
"""Largest value below which non-negative data was scaled twice (1/255 is 0.004)."""

APART = 5.0
"""Ratio of the largest values of training and validation data from which they were scaled differently."""

_SCALING_LAYERS = frozenset({"Rescaling", "Normalization", "Embedding", "TrueDivide", "Divide", "Multiply"})
_KEEPS_VALUES = ("Random", "Gaussian", "Resizing", "CenterCrop", "Cropping", "ZeroPadding", "Permute")
"""How layers are called that may stand before the first dense or convolutional one without scaling anything."""
_WHY = (
    "With pixels of 0 to 255 a plain network learns badly, and batch normalization repairs just that: "
    "what looks like its gain is then an artefact of the missing preprocessing."
)
_EXPECTED = (
    "Inputs scaled to about 0 to 1 (or -1 to 1, or mean 0 and variance 1), the same for training and validation."
)
_ADVICE = 'Scale right after loading, for example x_train = x_train.astype("float32") / 255, and x_test the same way.'


@check(title="Data loaded and scaled", trusts=Trust.SEEN)
def scaled(evidence: Evidence, reference: Reference, /) -> Finding:
    """A data set is loaded, and what goes into training is scaled.

    Judged by the range of the values that ``fit`` received, so it does not matter how they were scaled: by hand, in
    a pipeline or with a ``Rescaling`` layer. Validation and test data have to be scaled like the training data. BN on
    the input does not count as scaling: it would help one of the two networks only.

    Met:
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
        x_train, x_test = x_train / 255, x_test / 255

    Not met:
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
        model.fit(x_train, y_train)
    """
    fits = _fits(evidence.run)
    if not fits:
        return _nothing_trained(evidence)
    outside = [fit for fit in fits if not _scales_itself(evidence.run, fit)]
    places = known(fit.place for fit in fits)
    if not outside:
        return met("The networks begin with a layer that scales or embeds their input.", places=places)
    doubtful = [fit for fit in outside if _is_unscaled(fit.data) and _may_scale_itself(evidence.run, fit)]
    if doubtful and len(doubtful) == sum(1 for fit in outside if _is_unscaled(fit.data)):
        return _in_the_network(doubtful)
    return _ranges(evidence.run, outside)


def _in_the_network(fits: list[FitRecord]) -> Finding:
    places = known(fit.place for fit in fits)
    return undecided(
        f"The values that went into training at {at_cells(places)} lie between {_range(fits[0].data)}, but the network "
        "begins with a layer of the student's own, and what that does to them could not be seen.",
        advice="Look at the first layers of the network: do they scale the input?",
        places=places,
    )


def _fits(run: RunRecord) -> list[FitRecord]:
    """The trainings of the comparison; without any, whatever was trained, even if it did not get far."""
    main = [fit for side in pair(run).trained() for fit in side.fits]
    return main or [fit for fit in run.fits if has_trained(fit)] or list(run.fits)


def _ranges(run: RunRecord, fits: list[FitRecord]) -> Finding:
    first = next((fit for fit in fits if _is_unscaled(fit.data)), fits[0])
    if first.data.minimum is None or first.data.maximum is None:
        return undecided(
            f"The range of the values that went into training at {at_cells([first.place])} could not be read.",
            advice="Look at how the data is prepared: is it scaled before it goes into the network?",
            places=known([first.place]),
        )
    seen = f"The values that went into training at {at_cells([first.place])} lie between {_range(first.data)}"
    facts = {"minimum": number(first.data.minimum), "maximum": number(first.data.maximum)}
    places = known(fit.place for fit in fits)
    share, told, advice = _verdict(run, fits, first)
    if share is None:
        return met(f"{seen}.", why=_WHY, places=places, facts=facts)
    return partial(
        share, sentences([seen, told]), expected=_EXPECTED, why=_WHY, advice=advice, places=places, facts=facts
    )


def _verdict(run: RunRecord, fits: list[FitRecord], first: FitRecord) -> tuple[float | None, str, str]:
    """The share of the points (``None`` for all), what is wrong and what to do about it."""
    if _is_unscaled(first.data):
        return 0.3, "they were loaded, but not scaled", _ADVICE
    if first.data.minimum == 0.0 and 0.0 < (first.data.maximum or 0.0) < SHRUNK_BELOW:
        return 0.5, "that is tiny: they look as if they were divided twice", "Divide by 255 once only."
    for other in _others(run, fits):
        ratio = _ratio(first.data, other)
        if ratio is not None and not 1.0 / APART <= ratio <= APART:
            told = f"the validation or test data lies between {_range(other)}: it was scaled differently"
            return (
                0.4,
                told,
                "Do the same to training, validation and test data, with numbers taken from the training data.",
            )
    return None, "", ""


def _others(run: RunRecord, fits: list[FitRecord]) -> Iterator[DataRecord]:
    models = {fit.model for fit in fits}
    yield from (fit.validation for fit in fits if fit.validation is not None)
    yield from (evaluation.data for evaluation in run.evaluations if evaluation.model in models)


def _ratio(one: DataRecord, other: DataRecord) -> float | None:
    if _is_centred(one) and _is_centred(other):
        return None  # a rare pixel, standardised, may be ten times larger in the one than in the other
    sizes = [_size(one), _size(other)]
    if sizes[0] is None or sizes[1] is None or sizes[0] == 0.0 or sizes[1] == 0.0:
        return None
    return sizes[1] / sizes[0]


def _size(data: DataRecord) -> float | None:
    if data.minimum is None or data.maximum is None:
        return None
    return max(abs(data.minimum), abs(data.maximum))


def _is_unscaled(data: DataRecord) -> bool:
    size = _size(data)
    return size is not None and size > UNSCALED_FROM and not _is_centred(data)


def _is_centred(data: DataRecord) -> bool:
    return data.mean is not None and abs(data.mean) < 0.5 and (data.minimum or 0.0) < 0.0


def _range(data: DataRecord) -> str:
    mean = "" if data.mean is None else f" (mean {number(data.mean)})"
    return f"{number(data.minimum)} and {number(data.maximum)}{mean}"


def _scales_itself(run: RunRecord, fit: FitRecord) -> bool:
    model = run.model(fit.model)
    return model is not None and is_network(model.graph) and _begins_scaling(model.graph)


def _begins_scaling(graph: LayerGraph | None) -> bool:
    return any(layer.class_name in _SCALING_LAYERS for layer in _first_layers(graph))


def _may_scale_itself(run: RunRecord, fit: FitRecord) -> bool:
    """Whether something of which nobody knows what it does stands before the first layer that learns."""
    model = run.model(fit.model)
    first = _first_layers(model.graph) if model else ()
    return any(
        layer.class_name == "Lambda"
        or (layer.kind is LayerKind.OTHER and not layer.class_name.startswith(_KEEPS_VALUES))
        for layer in first
    )


def _first_layers(graph: LayerGraph | None) -> tuple[Layer, ...]:
    """What stands before the first dense or convolutional layer."""
    layers = graph.layers if graph else ()
    return tuple(takewhile(lambda layer: layer.kind not in AFFINE, layers))


def _nothing_trained(evidence: Evidence) -> Finding:
    run = evidence.run
    loaded = [each for each in run.datasets if each.served is not Served.MISSING]
    written = [call for call in evidence.source.calls if call.name.endswith("load_data")]
    places = known([*(each.place for each in loaded), *(call.place for call in written[:1]), *stop_places(run)])
    if loaded:
        return partial(
            0.3,
            sentences(
                [
                    f"The data set {loaded[0].name} was loaded",
                    "No network was trained, so no scaled data was seen",
                    stopped(run),
                ]
            ),
            expected=_EXPECTED,
            why=_WHY,
            advice=f"{_ADVICE} Then train on it.",
            places=places,
        )
    only = f"load_data stands at cell {written[0].place.cell}, but nothing was loaded" if written else ""
    return unmet(
        sentences(["No data was seen going into a network", only, stopped(run)]),
        expected=_EXPECTED,
        why=_WHY,
        advice="Load a data set such as MNIST in a code cell, scale it, and train on it.",
        places=places,
    )
