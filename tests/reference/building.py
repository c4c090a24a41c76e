"""Builds networks with Keras, in a process of its own."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from grader.architecture.allowed import LAYERS, completed
from grader.specification import LayerSpecification

REFERENCE = Path(__file__).parents[2] / "reference"


def built(networks: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """What `keras_networks.py` tells of each network; the test is skipped where there is no Keras."""
    program = Path(__file__).with_name("keras_networks.py")
    told = run(program, REFERENCE, given=json.dumps(networks))
    found: list[list[dict[str, Any]]] = json.loads(told.splitlines()[-1])
    return found


def run(*words: object, given: str = "") -> str:
    """Standard output of a Python program that may import Keras."""
    if find_spec("tensorflow") is None:
        pytest.skip("needs TensorFlow")
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [sys.executable, *map(str, words)], input=given, capture_output=True, text=True, env=quiet, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def whole(layers: tuple[LayerSpecification, ...]) -> tuple[LayerSpecification, ...]:
    """The layers with Keras' defaults written out, each of them kept."""
    return tuple(
        LayerSpecification(layer=each.layer, settings=completed(each.settings, LAYERS[each.layer])) for each in layers
    )
