"""Run as a program: builds networks with Keras and tells their layers, as JSON.

Standard input: a list of ``{"builder": "mlp" | "cnn", "arguments": {…}}`` (of `reference/batch_normalization.py`) and
``{"layers": [[class, settings], …], "input_shape": […]}`` (built from Keras' own layers). Argument 1: the folder
``reference``. Standard output: for each network, a list of its layers.
"""

import json
import math
import sys


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    import batch_normalization
    import keras

    told = []
    for wanted in json.load(sys.stdin):
        if "builder" in wanted:
            model = getattr(batch_normalization, wanted["builder"])(**wanted["arguments"])
        else:
            layers = [getattr(keras.layers, name)(**settings) for name, settings in wanted["layers"]]
            model = keras.Sequential([keras.Input(wanted["input_shape"]), *layers])
        told.append([facts(layer) for layer in model.layers])
    sys.stdout.write("\n" + json.dumps(told))


def facts(layer) -> dict:
    """Class, settings as Keras writes them, shape behind it and number of trainable weights."""
    config = {
        name: value["class_name"] if isinstance(value, dict) else value for name, value in layer.get_config().items()
    }
    trainable = sum(math.prod(weight.shape) for weight in layer.trainable_weights)
    return {"layer": type(layer).__name__, "config": config, "gives": layer.output.shape[1:], "parameters": trainable}


if __name__ == "__main__":
    main()
