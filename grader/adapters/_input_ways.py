"""The ways in which students put images into a network: the layouts, the scales, and which of them fits best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ._input_profiles import Profile, strided

Change = Callable[[Any], Any]
Way = tuple[str, Change]
"""In words, and as a function of an array of images."""

CLOSE = 0.25
ALIKE = 0.6
ENOUGH_ROWS = 500
MOST_WAYS = 3
_CHUNK = 5_000


class Served:
    """The training images of one data set as the notebook got them.

    Attributes:
        shape: of one image.
        classes: how many there are.
        rows: some of the images, spread over the whole.
        mean: of each pixel, over all of them; ``deviation`` likewise.
    """

    def __init__(self, path: Any) -> None:
        import numpy

        with numpy.load(path, allow_pickle=False) as arrays:
            images = arrays["x_train"]
            self.classes = int(arrays["y_train"].max()) + 1
        self.shape = tuple(images.shape[1:])
        self.rows = strided(images).astype(numpy.float32)
        total: Any = 0.0
        squares: Any = 0.0
        for start in range(0, len(images), _CHUNK):
            part = images[start : start + _CHUNK].astype(numpy.float64)
            total, squares = total + part.sum(axis=0), squares + (part**2).sum(axis=0)
        self.mean = total / len(images)
        self.deviation = numpy.sqrt(numpy.maximum(squares / len(images) - self.mean**2, 0.0))
        self.whole_mean = float(self.mean.mean())
        self.whole_deviation = float(numpy.sqrt(squares.mean() / len(images) - self.whole_mean**2)) or 1.0


def layouts(image: tuple[int, ...], wanted: Sequence[int | None]) -> list[Way]:
    """How images can be laid out to get the shape that a model wants; unknown lengths fit everything."""
    import numpy

    name = "×".join(map(str, image))
    size = int(numpy.prod(image))
    known: list[tuple[str, tuple[int, ...], Change]] = [
        (f"{name} values", image, lambda x: x),
        (f"{size} values in a row", (size,), lambda x: x.reshape(len(x), -1)),
    ]
    if len(image) == 2:
        known += [
            (f"{name}×1 values", (*image, 1), lambda x: x[..., None]),
            (f"1×{name} values", (1, *image), lambda x: x[:, None]),
            (f"{name}×3 values, three times the same", (*image, 3), lambda x: numpy.repeat(x[..., None], 3, -1)),
        ]
    else:
        first = (image[-1], *image[:-1])
        known.append(("channels first, " + "×".join(map(str, first)), first, lambda x: numpy.moveaxis(x, -1, 1)))
    found = [(words, change) for words, shape, change in known if _fits(shape, wanted)]
    exact = [length for length in wanted if length is not None]
    if not found and len(exact) == len(wanted) and int(numpy.prod(exact)) == size:
        found = [("×".join(map(str, exact)) + " values", lambda x: x.reshape(len(x), *exact))]
    return found


def _fits(shape: Sequence[int], wanted: Sequence[int | None]) -> bool:
    return len(shape) == len(wanted) and all(w is None or s == w for s, w in zip(shape, wanted, strict=True))


def usual_scales(served: Served) -> list[Way]:
    """What most people do to pixel values, the most usual first."""
    spread = _positive(served.deviation)
    return [
        ("divided by 255", lambda x: x / 255.0),
        ("as they are", lambda x: x),
        ("standardised", lambda x: (x - served.whole_mean) / served.whole_deviation),
        ("from -1 to 1", lambda x: x / 127.5 - 1.0),
        ("standardised for each pixel", lambda x: (x - served.mean) / spread),
    ]


def _rare_scales(served: Served) -> list[Way]:
    scales: list[Way] = [
        ("each image standardised", _each_standardised),
        ("normalised along their rows", lambda x: x / _length(x, 1)),
        ("normalised along their columns", lambda x: x / _length(x, 2)),
        ("each image normalised", lambda x: x / _length(x, tuple(range(1, x.ndim)))),
        ("divided by 255, less the mean image", lambda x: (x - served.mean) / 255.0),
        ("less the mean image", lambda x: x - served.mean),
        ("black and white", lambda x: (x > 127) * 1.0),
        ("inverted and divided by 255", lambda x: 1.0 - x / 255.0),
    ]
    if len(served.shape) == 3:
        mean, spread = served.mean.mean(axis=(0, 1)), _positive(served.rows.std(axis=(0, 1, 2)))
        scales.append(("standardised for each channel", lambda x: (x - mean) / spread))
    return scales


def _positive(deviation: Any) -> Any:
    import numpy

    return numpy.where(deviation > 1e-6, deviation, 1.0)


def _each_standardised(images: Any) -> Any:
    axes = tuple(range(1, images.ndim))
    spread = images.std(axis=axes, keepdims=True).clip(images[0].size ** -0.5)
    return (images - images.mean(axis=axes, keepdims=True)) / spread


def _length(images: Any, axis: Any) -> Any:
    return _positive(((images**2).sum(axis=axis, keepdims=True)) ** 0.5)


def _fitted_scales(served: Served, layout: Change, profile: Profile) -> list[Way]:
    """A factor and an offset that nobody names: from the extreme values, and from the means of the features."""
    import numpy

    low, high = float(served.rows.min()), float(served.rows.max())
    factor = (profile.maximum - profile.minimum) / ((high - low) or 1.0)
    found = [(factor, profile.minimum - factor * low)]
    means = layout(served.rows).reshape(len(served.rows), -1).mean(axis=0)
    if means.shape == profile.mean.shape and means.var() > 0:
        slope = float(numpy.cov(means, profile.mean, bias=True)[0, 1] / means.var())
        found.append((slope, float(profile.mean.mean() - slope * means.mean())))
    return [(f"times {a:.4g}, plus {b:.4g}", _line(a, b)) for a, b in found]


def _line(factor: float, offset: float) -> Change:
    return lambda images: factor * images + offset


def ranked(served: Served, layout: Way, profile: Profile) -> list[tuple[float, Way]]:
    """The scales by how well they explain what a model was given, the best first; of equals the more usual one."""
    words, arrange = layout
    scales = usual_scales(served) + _rare_scales(served) + _fitted_scales(served, arrange, profile)
    weights = arrange(served.rows).reshape(len(served.rows), -1).var(axis=0)
    found = []
    for place, (scale, change) in enumerate(scales):
        distance = _distance(arrange(change(served.rows)), weights, profile)
        found.append((round(distance * 50) / 50, place, distance, (f"{words}, {scale}", _both(change, arrange))))
    found.sort(key=lambda each: each[:2])
    return [(distance, way) for _, _, distance, way in found]


def guessed(served: Served, layout: Way) -> list[Way]:
    """The usual scales, where nothing is known of what a model was given."""
    words, arrange = layout
    return [(f"{words}, {scale}", _both(change, arrange)) for scale, change in usual_scales(served)]


def _both(change: Change, arrange: Change) -> Change:
    return lambda images: arrange(change(images))


def _distance(rows: Any, weights: Any, profile: Profile) -> float:
    """How far means and deviations are from a profile, in units of its spread. Pixels that hardly vary do not count."""
    import numpy

    flat = rows.reshape(len(rows), -1)
    if flat.shape[1:] != profile.mean.shape or not weights.sum():
        return float("inf")
    share = weights / weights.sum()
    spread = float(numpy.sqrt((share * profile.deviation**2).sum())) or 1e-9
    means = float(numpy.sqrt((share * (flat.mean(axis=0) - profile.mean) ** 2).sum()))
    deviations = float(numpy.sqrt((share * (flat.std(axis=0) - profile.deviation) ** 2).sum()))
    return (means + deviations) / spread
