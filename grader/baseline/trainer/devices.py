"""Which backend trains on which device: what is asked for, as far as it is there."""

import os
import platform
import sys
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from grader.baseline.trainer.messages import Backend, Device
from grader.errors import BaselineError

_DRIVERS = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")
"""Linux has one of these files where a graphics card of NVIDIA (also below Windows) or AMD can compute."""
_NAMED = ("keras", "jax", "jaxlib", "tensorflow", "numpy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A backend of Keras (``jax`` or ``tensorflow``) on a device (``gpu`` or ``cpu``), and the device's name."""

    backend: Backend
    device: Device
    name: str = ""


def choose(backend: Backend, device: Device) -> Place:
    """Pick what trains: JAX, unless it is not installed or only TensorFlow has a GPU.

    Raises:
        BaselineError: the libraries are not installed, or there is no GPU where one is asked for.
    """
    backends = _installed(backend)
    if device is not Device.CPU:
        for each in backends:
            if name := _gpu(each):
                return Place(backend=each, device=Device.GPU, name=name)
    if device is Device.GPU:
        told = " and ".join(_TITLES[each] for each in backends)
        raise BaselineError(
            f"There is no GPU here that {told} can use.",
            advice="Leave --device at auto, or install the library with support for the GPU (jax[cuda13]).",
        )
    return Place(backend=backends[0], device=Device.CPU, name=_processor())


def versions() -> dict[str, str]:
    """Of Python and of every library here that a number could depend on."""
    found = {"python": platform.python_version()}
    for name in _NAMED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_TITLES = {Backend.JAX: "JAX", Backend.TENSORFLOW: "TensorFlow"}


def _installed(wanted: Backend) -> list[Backend]:
    if find_spec("keras") is None:
        raise BaselineError("Keras is not installed.", advice="Install it: pip install 'grader[keras]'.")
    asked = list(_TITLES) if wanted is Backend.AUTO else [wanted]
    there = [each for each in asked if find_spec(each.value) is not None]
    if not there:
        told = " nor ".join(_TITLES[each] for each in asked)
        extra = "keras" if wanted is Backend.TENSORFLOW else "jax"
        neither = "Neither " if len(asked) > 1 else ""
        raise BaselineError(
            f"{neither}{told} is {'' if neither else 'not '}installed.",
            advice=f"Install it: pip install 'grader[{extra}]'.",
        )
    return there


def _gpu(backend: Backend) -> str:
    """What the first GPU that a backend sees is called; ``""`` where it sees none."""
    return _jax_gpu() if backend is Backend.JAX else _tensorflow_gpu()


def _jax_gpu() -> str:
    import jax

    try:
        return str(jax.devices("gpu")[0].device_kind)
    except RuntimeError:
        return ""


def _tensorflow_gpu() -> str:
    """TensorFlow takes seconds to be imported: it is only asked where a driver is."""
    if sys.platform == "linux" and not any(Path(driver).exists() for driver in _DRIVERS):
        return ""
    import tensorflow as tf

    found = tf.config.list_physical_devices("GPU")
    return str(tf.config.experimental.get_device_details(found[0]).get("device_name", "GPU")) if found else ""


def _processor() -> str:
    """The processor's name with the number of cores that this process may use."""
    return f"{_model_name() or platform.machine()}, {cores()} cores"


def _model_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
