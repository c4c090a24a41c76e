"""What a reference network is and how it is trained, as plain data: the whole of what a baseline depends on."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

UNKNOWN = "0" * 64
"""The digest of data that nobody has looked at yet."""

Setting = bool | int | float | str | tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSpecification:
    """One layer, named as in ``keras.layers``, with every setting that matters.

    Dense and convolutional layers are linear here: an activation is a layer of its own.
    """

    layer: str
    settings: Mapping[str, Setting] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One network with its data and its training budget. `grader.architecture` says which of them are sound.

    Attributes:
        dataset: as in ``keras.datasets``.
        digest: SHA-256 of the data set's four arrays, in hexadecimal: the same name may stand for other data.
        samples: number of images trained on, from the first training image on.
        validation: number of images validated on, taken from the end of the training images; 0 for the test images.
        low: what a black pixel (0) becomes before it goes into the network.
        high: what a white pixel (255) becomes; those between lie on the line.
        input_shape: of one image as the network takes it: ``(784,)``, ``(28, 28)``, ``(28, 28, 1)``.
        layers: from the input to the output, each feeding the next.
        optimizer: as in ``keras.optimizers``.
        optimizer_settings: what is set apart from the learning rate.
        from_logits: whether the loss, crossentropy over the classes, takes the last layer's numbers as logits.
        epochs: passes over the images trained on.
        same_order: the images come in the same order in every epoch, as they do where a notebook seeds TensorFlow.
    """

    dataset: str
    digest: str
    samples: int
    validation: int = 0
    low: float = 0.0
    high: float = 1.0
    input_shape: tuple[int, ...]
    layers: tuple[LayerSpecification, ...]
    optimizer: str = "Adam"
    learning_rate: float = 0.001
    optimizer_settings: Mapping[str, Setting] = field(default_factory=dict)
    from_logits: bool = False
    batch_size: int = 32
    epochs: int = 5
    same_order: bool = False

    @property
    def has_batch_norm(self) -> bool:
        """Whether any layer is batch normalization."""
        return any(layer.layer == "BatchNormalization" for layer in self.layers)

    @property
    def is_convolutional(self) -> bool:
        """Whether any layer is a convolution."""
        return any(layer.layer == "Conv2D" for layer in self.layers)

    @property
    def key(self) -> str:
        """Equal for equal specifications, whatever their number of epochs: 20 hexadecimal characters.

        Curves are kept by epoch, so what was trained for ten epochs tells of the fifth as well.
        """
        plain = asdict(replace(self, epochs=0))
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:20]

    def for_epochs(self, epochs: int) -> "Specification":
        """The same with another number of epochs."""
        return replace(self, epochs=epochs)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecificationPair:
    """The two trainings of a comparison: without and with BN."""

    plain: Specification
    normalized: Specification

    def both(self) -> tuple[Specification, Specification]:
        """Without, then with BN."""
        return self.plain, self.normalized

    def on(self, digest: str) -> "SpecificationPair":
        """The same trainings on data of this digest."""
        return SpecificationPair(
            plain=replace(self.plain, digest=digest), normalized=replace(self.normalized, digest=digest)
        )
