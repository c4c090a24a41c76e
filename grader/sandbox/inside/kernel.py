"""The kernel's process: gives up what the notebook must not have, then becomes ``python -m ipykernel_launcher``.

    python kernel.py '{"worker": 7, "group": 7, "seccomp": true, "connect": false}' -f connection.json

A script, so that it can be named in a kernel specification. When ipykernel starts, nothing of it is left in the
interpreter: paths, modules and arguments are those that ``python -m`` gives.
"""

import importlib.util
import json
import os
import runpy
import sys
from typing import Any

_SET_PARENT_DEATH_SIGNAL = 1
_SIGKILL = 9


def confine(policy: dict[str, Any]) -> None:
    """Apply all that this system has; what it does not have, the worker has told already."""
    if sys.platform != "linux":
        return
    _end_with_parent(policy.get("worker") or os.getppid())
    _die_first()
    from inside import filters, landlock

    if landlock.abi() >= landlock.SCOPES_SINCE:
        rules = policy.get("landlock") or {}
        landlock.restrict(read=rules.get("read"), write=rules.get("write"), names=rules.get("names", ()))
    if policy.get("seccomp") and filters.available():
        worker = policy.get("worker") or os.getppid()
        group = policy.get("group") or os.getpgid(worker)
        filters.restrict_kernel(worker=worker, group=group, connect=bool(policy.get("connect", True)))


def _end_with_parent(worker: int) -> None:
    import ctypes

    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, _SIGKILL, 0, 0, 0)
    if os.getppid() != worker:  # it ended before the request was made
        os._exit(1)


def _die_first() -> None:
    """Where memory runs out, this process and its children go before the worker, which has to tell about it."""
    try:
        with open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123 - pathlib is not needed for anything else
            score.write("1000")
    except OSError:
        pass  # hidden by the rules for files: then size alone decides, and that is the notebook as a rule


def _borrow(folder: str) -> None:
    """Make the package ``inside`` known by its place: the folder above it may be out of reach, or full of others."""
    first = f"{folder}/__init__.py"
    spec = importlib.util.spec_from_file_location("inside", first, submodule_search_locations=[folder])
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} is no package.")
    package = sys.modules["inside"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)


def _forget(folder: str) -> None:
    """Take back what importing has left: the notebook's modules may have the same names."""
    sys.path_importer_cache.pop(folder, None)
    for name in [name for name in sys.modules if name.partition(".")[0] in {"inside", "pyseccomp"}]:
        del sys.modules[name]


def main() -> None:
    """Confine this process and start ipykernel in it."""
    policy = json.loads(sys.argv.pop(1))
    folder = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
    if not sys.flags.safe_path:
        sys.path[0] = os.getcwd()  # noqa: PTH109 - what ``python -m`` puts in the place of the script's folder
    _borrow(folder)
    confine(policy)
    _forget(folder)
    run, own = runpy.run_module, globals()
    for name in [name for name in own if not name.startswith("__")]:
        del own[name]
    run("ipykernel_launcher", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
