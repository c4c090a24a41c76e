"""A specification as a Keras network, an optimiser and a loss. Keras must have its backend chosen before."""

from dataclasses import dataclass

from grader.baseline.trainer.untyped import Layer, Model, Optimizer, Tensor
from grader.specification import LayerSpecification, Specification

_KERNELS = {"Dense", "Conv2D"}
_LEFT_TO_LOSS = {"softmax", "sigmoid"}
_SMALLEST = 1e-7
"""What probabilities are kept away from 0 and 1 by, in a loss that is not given logits: Keras' ``epsilon``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What is trained.

    Attributes:
        model: the network up to the scores that the loss takes as logits, or up to probabilities.
        from_logits: which of the two.
        ends_in_sigmoid: whether a sigmoid, left to the loss, comes behind the model.
    """

    model: Model
    from_logits: bool
    ends_in_sigmoid: bool = False

    def losses(self, classes: Tensor, outputs: Tensor) -> Tensor:
        """Crossentropy of each image, as TensorFlow's Keras computes it: probabilities cut off, and normalised."""
        import keras

        scores = outputs
        if not self.from_logits:
            scores = keras.ops.log(keras.ops.clip(outputs, _SMALLEST, 1 - _SMALLEST))
        return keras.losses.sparse_categorical_crossentropy(classes, scores, from_logits=True)

    def hits(self, classes: Tensor, outputs: Tensor) -> Tensor:
        """For each image 1.0 where the highest output, the first among equals, is that of its class, else 0.0."""
        import keras

        if self.ends_in_sigmoid:  # in 32 bits many outputs are 1.0
            outputs = keras.ops.sigmoid(outputs)
        found = keras.ops.cast(keras.ops.argmax(outputs, axis=-1), "int32")
        return keras.ops.cast(found == classes, "float32")


def network(specification: Specification, *, by_matrices: bool = False) -> Network:
    """Build the network; its weights are placed later (`weights`).

    A softmax or sigmoid at the end is left to the loss, whatever `from_logits` says: on TensorFlow, Keras' crossentropy
    takes the numbers that went into either (``_keras_logits``).

    Args:
        specification: a sound one.
        by_matrices: convolve and pool by slices and matrix products; see `convolution`.
    """
    import keras

    layers = specification.layers
    ending = layers[-1].settings["activation"] if layers[-1].layer == "Activation" else ""
    kept = layers[:-1] if ending in _LEFT_TO_LOSS else layers
    model = keras.Sequential([keras.Input(specification.input_shape), *(_layer(each, by_matrices) for each in kept)])
    from_logits = specification.from_logits or ending in _LEFT_TO_LOSS
    return Network(model=model, from_logits=from_logits, ends_in_sigmoid=ending == "sigmoid")


def optimizer(specification: Specification) -> Optimizer:
    """The optimiser, not yet built."""
    import keras

    made = getattr(keras.optimizers, specification.optimizer)
    return made(learning_rate=specification.learning_rate, **specification.optimizer_settings)


def _layer(specification: LayerSpecification, by_matrices: bool) -> Layer:
    import keras

    settings = dict(specification.settings)
    made = getattr(keras.layers, specification.layer)
    if by_matrices:
        from grader.baseline.trainer import convolution

        made = getattr(convolution, specification.layer, made)
    if specification.layer == "Dropout":
        settings["seed"] = 0  # replaced by each training's own
    if specification.layer not in _KERNELS:
        return made(**settings)
    drawn_by = settings.pop("kernel_initializer")
    layer = made(**settings, kernel_initializer="zeros")
    layer.drawn_by = drawn_by
    return layer
