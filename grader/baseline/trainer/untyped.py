"""Names for what comes without types from Keras, JAX and TensorFlow, so that signatures still tell what is meant."""

from typing import Any

Tensor = Any
"""An array of the backend at work, or what stands for one while it traces."""
Variable = Any
Layer = Any
Model = Any
Optimizer = Any
Compiled = Any
