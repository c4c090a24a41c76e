"""Networks and budgets in a few words, for tables, file names and sentences."""

from grader.architecture.shapes import ShapeError, steps
from grader.specification import LayerSpecification, Specification


def network(specification: Specification) -> str:
    """``784-128-64-10 with BN`` or ``28×28×1, conv 16, conv 32, dense 64, dense 10``: what learns, in order."""
    norms = " with BN" if specification.has_batch_norm else ""
    if specification.is_convolutional or any(each.layer == "Reshape" for each in specification.layers):
        shape = "×".join(map(str, specification.input_shape))
        return ", ".join([shape, *(_affine(each) for each in specification.layers if _affine(each))]) + norms
    inputs = str(_size(specification))
    return "-".join([inputs, *(str(e.settings["units"]) for e in specification.layers if e.layer == "Dense")]) + norms


def layers(specification: Specification) -> str:
    """Every layer in order: ``Dense 128 → BN → relu → Dense 10 → softmax``."""
    return " → ".join(_layer(each) for each in specification.layers)


def budget(specification: Specification) -> str:
    """Data and training: ``60,000 images of mnist, 10 epochs, Adam 0.001, batches of 32``."""
    images = f"{specification.samples:,} images of {specification.dataset}"
    epochs = f"{specification.epochs} epoch{'s' if specification.epochs != 1 else ''}"
    rate = f"{specification.optimizer} {specification.learning_rate:g}"
    order = ", the same order in each epoch" if specification.same_order else ""
    return f"{images}, {epochs}, {rate}, batches of {specification.batch_size}{order}"


def parameters(specification: Specification) -> int:
    """Number of trainable weights; 0 where the layers do not fit together."""
    try:
        return sum(step.parameters for step in steps(specification))
    except (ShapeError, KeyError):
        return 0


def _size(specification: Specification) -> int:
    size = 1
    for length in specification.input_shape:
        size *= length
    return size


def _affine(layer: LayerSpecification) -> str:
    if layer.layer == "Dense":
        return f"dense {layer.settings['units']}"
    return f"conv {layer.settings['filters']}" if layer.layer == "Conv2D" else ""


def _layer(layer: LayerSpecification) -> str:
    shown = {"Dense": "units", "Conv2D": "filters", "Dropout": "rate"}.get(layer.layer)
    if layer.layer == "Activation":
        return str(layer.settings["activation"])
    if layer.layer == "BatchNormalization":
        return "BN"
    return f"{layer.layer} {layer.settings[shown]}" if shown else layer.layer
