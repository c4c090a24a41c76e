"""Convolution and pooling by slices give what Keras' own layers give, and the same gradients."""

import json
import os
import subprocess
import sys

import pytest

SCRIPT = """
import itertools, json
import jax, keras, numpy as np
from jax import numpy as jnp
from grader.baseline.trainer import convolution

rng = np.random.default_rng(0)

def apart(ours, theirs, images):
    for layer in (ours, theirs):
        layer.build(images.shape)
    if theirs.weights:
        ours.set_weights([rng.standard_normal(each.shape) for each in theirs.weights])
        theirs.set_weights(ours.get_weights())
    def slope(layer):
        def total(weights, images):
            out, _ = layer.stateless_call(weights, [], images)
            return (out * jnp.cos(jnp.arange(out.size)).reshape(out.shape)).sum()
        return jax.grad(total, (0, 1))([each.value for each in layer.trainable_variables], images)
    pairs = [(ours(images), theirs(images)), *zip(*map(jax.tree.leaves, (slope(ours), slope(theirs))))]
    return max(float(jnp.abs(one - other).max()) if one.shape == other.shape else 1e9 for one, other in pairs)

found = {}
for padding, strides, size, channels in itertools.product(("valid", "same"), (1, 2), ((3, 2),), (1, 8)):
    images = jnp.asarray(rng.standard_normal((2, 11, 12, channels)), "float32")
    made = [each.Conv2D(5, size, strides=strides, padding=padding) for each in (convolution, keras.layers)]
    found[f"conv {padding} {strides} {size} {channels}"] = apart(*made, images)
for padding, strides, size in itertools.product(("valid", "same"), (1, 2), ((3, 2),)):
    images = jnp.asarray(rng.standard_normal((2, 11, 12, 3)), "float32")
    made = [each.MaxPooling2D(size, strides=strides, padding=padding) for each in (convolution, keras.layers)]
    found[f"pool {padding} {strides} {size}"] = apart(*made, images)
print(json.dumps(found))
"""


@pytest.mark.slow
def test_outputs_and_gradients_are_those_of_keras_for_every_padding_and_stride():
    pytest.importorskip("jax")
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert len(found) == 12
    assert {name: apart for name, apart in found.items() if apart > 1e-4} == {}
