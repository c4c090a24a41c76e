"""Tries, from where a notebook's code stands, everything that a box should stop.

The worker, confined as for any notebook, starts a fresh interpreter with the kernel's further confinement; that one
makes one attempt after the other and tells of each at once, because some of them may well end it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .messages import Messages

LONGEST_SECONDS = 10
_ENTRY = """
import sys
from importlib.util import module_from_spec, spec_from_file_location
folder = sys.argv[1]
spec = spec_from_file_location("inside", folder + "/__init__.py", submodule_search_locations=[folder])
sys.modules["inside"] = module_from_spec(spec)  # not by a path: the folder above may not be readable
from inside.probing import main
main()
"""


def probe(plan: Mapping[str, Any], policy: Mapping[str, Any], messages: Messages) -> None:
    """In the worker: pass on what the attempts find; ``attempt`` is the name, ``reached`` what was not stopped."""
    from .confinement import kernel_command

    own = kernel_command(policy)[2]
    command = [sys.executable, "-I", "-c", _ENTRY, str(Path(__file__).parent), own]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        if process.stdin is None or process.stdout is None:
            return
        process.stdin.write(json.dumps(plan).encode("ascii"))
        process.stdin.close()
        for line in process.stdout:
            told = json.loads(line)
            if "attempt" not in told:
                break
            messages.send("probed", **told)
        process.kill()
    messages.send("end", outcome="finished", cell=None, reason="")


def main() -> None:
    """In place of the kernel: make the attempts that the plan names."""
    from . import attempts, consuming, kernel, powers

    plan = json.loads(sys.stdin.read())
    _bound(LONGEST_SECONDS)
    kernel.confine(json.loads(sys.argv[2]))
    for name, attempt in {**attempts.ATTEMPTS, **powers.ATTEMPTS, **consuming.ATTEMPTS}.items():
        if name not in plan["attempts"]:
            continue
        _tell({"attempt": name, "begun": True})
        try:
            _tell({"attempt": name, "reached": attempt(plan)})
        except Exception as error:  # noqa: BLE001 - one attempt's surprise is no reason to leave out the others
            _tell({"attempt": name, "failed": f"{type(error).__name__}: {error}"[:300]})
    _tell({})


def _bound(seconds: int) -> None:
    """End this process when an attempt hangs."""
    if sys.platform != "win32":
        import signal

        signal.alarm(seconds)


def _tell(facts: Mapping[str, Any]) -> None:
    os.write(1, json.dumps(facts).encode("ascii") + b"\n")
