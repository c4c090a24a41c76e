"""The layers and optimisers that references are made of, with the range of every setting.

Names and defaults are those of Keras 3 (``keras.layers``, ``keras.optimizers``).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from grader.specification import Setting

ACTIVATIONS = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "sigmoid", "tanh", "softmax"),
    *("hard_sigmoid", "exponential", "softsign", "mish"),
)
INITIALIZERS = (
    *("GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal"),
    *("RandomNormal", "RandomUniform", "TruncatedNormal"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole number."""

    low: int
    high: int
    default: int | None = None

    def fits(self, value: object) -> bool:
        """Whether a value is allowed."""
        return isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high

    def __str__(self) -> str:
        return f"a whole number from {self.low} to {self.high:,}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """A finite number."""

    low: float
    high: float
    default: float | None = None

    def fits(self, value: object) -> bool:
        """Whether a value is allowed."""
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and self.low <= value <= self.high  # type: ignore[operator]  # NaN compares as false

    def __str__(self) -> str:
        return f"a number from {self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Two whole numbers: height and width."""

    low: int
    high: int
    default: tuple[int, ...] | None = None

    def fits(self, value: object) -> bool:
        """Whether a value is allowed."""
        return isinstance(value, tuple) and len(value) == 2 and all(_within(each, self) for each in value)

    def __str__(self) -> str:
        return f"two whole numbers from {self.low} to {self.high}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The shape of one example."""

    default: tuple[int, ...] | None = None

    def fits(self, value: object) -> bool:
        """Whether a value is allowed."""
        whole = Whole(low=1, high=100_000)
        return isinstance(value, tuple) and 1 <= len(value) <= 3 and all(whole.fits(each) for each in value)

    def __str__(self) -> str:
        return "one to three lengths"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of several words."""

    names: tuple[str, ...]
    default: str | None = None

    def fits(self, value: object) -> bool:
        """Whether a value is allowed."""
        return isinstance(value, str) and value in self.names

    def __str__(self) -> str:
        return f"one of {', '.join(self.names)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Yes or no."""

    default: bool

    def fits(self, value: object) -> bool:
        """Whether a value is allowed."""
        return isinstance(value, bool)

    def __str__(self) -> str:
        return "true or false"


Range = Whole | Real | Sizes | Shape | Choice | Switch


def _within(value: object, sizes: Sizes) -> bool:
    return Whole(low=sizes.low, high=sizes.high).fits(value)


_INITIALIZER = Choice(names=INITIALIZERS, default="GlorotUniform")
_PADDING = Choice(names=("valid", "same"), default="valid")
_POOLING: Mapping[str, Range] = {
    "pool_size": Sizes(low=1, high=64, default=(2, 2)),
    "strides": Sizes(low=1, high=64, default=(2, 2)),
    "padding": _PADDING,
}

LAYERS: Mapping[str, Mapping[str, Range]] = {
    "Flatten": {},
    "Reshape": {"target_shape": Shape()},
    "Dense": {
        "units": Whole(low=1, high=8192),
        "use_bias": Switch(default=True),
        "kernel_initializer": _INITIALIZER,
    },
    "Conv2D": {
        "filters": Whole(low=1, high=1024),
        "kernel_size": Sizes(low=1, high=31),
        "strides": Sizes(low=1, high=16, default=(1, 1)),
        "padding": _PADDING,
        "use_bias": Switch(default=True),
        "kernel_initializer": _INITIALIZER,
    },
    "MaxPooling2D": _POOLING,
    "AveragePooling2D": _POOLING,
    "GlobalAveragePooling2D": {},
    "GlobalMaxPooling2D": {},
    "Activation": {"activation": Choice(names=ACTIVATIONS)},
    "LeakyReLU": {"negative_slope": Real(low=0.0, high=1.0, default=0.3)},
    "ELU": {"alpha": Real(low=0.0, high=10.0, default=1.0)},
    "Dropout": {"rate": Real(low=0.0, high=0.95)},
    "BatchNormalization": {
        "momentum": Real(low=0.0, high=1.0, default=0.99),
        "epsilon": Real(low=0.0, high=1.0, default=0.001),
        "center": Switch(default=True),
        "scale": Switch(default=True),
    },
}

_SHARE = {"low": 0.0, "high": 1.0}
_EPSILON = Real(low=0.0, high=1.0, default=1e-7)
_ADAM: Mapping[str, Range] = {
    "beta_1": Real(**_SHARE, default=0.9),
    "beta_2": Real(**_SHARE, default=0.999),
    "epsilon": _EPSILON,
}

OPTIMIZERS: Mapping[str, Mapping[str, Range]] = {
    "SGD": {"momentum": Real(**_SHARE, default=0.0), "nesterov": Switch(default=False)},
    "Adam": {**_ADAM, "amsgrad": Switch(default=False)},
    "AdamW": {**_ADAM, "amsgrad": Switch(default=False), "weight_decay": Real(**_SHARE, default=0.004)},
    "Nadam": _ADAM,
    "Adamax": _ADAM,
    "RMSprop": {
        "rho": Real(**_SHARE, default=0.9),
        "momentum": Real(**_SHARE, default=0.0),
        "epsilon": _EPSILON,
        "centered": Switch(default=False),
    },
    "Adagrad": {"initial_accumulator_value": Real(**_SHARE, default=0.1), "epsilon": _EPSILON},
}

LEARNING_RATE = Real(low=1e-8, high=100.0)
EPOCHS = Whole(low=1, high=200)
MOST_LAYERS = 60
MOST_PARAMETERS = 10_000_000
MOST_OPERATIONS = 10**15
"""Multiplications of one training: about a day of one processor core."""
MOST_VALUES = 500_000_000
"""Numbers that all layers together give for one batch: 2 GB of 32 bits each, which the gradients need once more."""


def completed(settings: Mapping[str, Setting], ranges: Mapping[str, Range]) -> dict[str, Setting]:
    """Settings with Keras' defaults where nothing is set, in the order of the list; unknown ones stay, at the end."""
    defaults = {name: each.default for name, each in ranges.items() if each.default is not None}
    known = {name: settings.get(name, defaults.get(name)) for name in ranges}
    rest = {name: value for name, value in settings.items() if name not in ranges}
    return {name: spelt(value, ranges.get(name)) for name, value in {**known, **rest}.items() if value is not None}


def spelt(value: Setting, allowed: Range | None) -> Setting:
    """A setting as every record of it is spelt; those that are real numbers as `short` spells them."""
    return short(value) if isinstance(allowed, Real) and isinstance(value, (int, float)) else value


def short(value: float) -> float:
    """A number to six digits: 0.001 in 32 bits is 0.0010000000475, and the same setting.

    What is no finite number, whatever the type says, stays as it is and is refused later.
    """
    is_finite = isinstance(value, (int, float)) and not isinstance(value, bool) and -1e300 < value < 1e300
    return float(f"{value:.6g}") if is_finite else value
