"""The worker: runs one notebook from inside the box, nbclient and the kernel together.

It reads one job (a line of JSON) from standard input and writes `messages` to what was its standard output; the grader
outside reads them as hostile. It confines itself before it looks at the notebook.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from .confinement import confine
from .messages import Messages


def main() -> None:
    """Run the job on standard input."""
    messages = Messages(os.dup(1))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    job = json.loads(sys.stdin.buffer.readline())
    try:
        notes = confine(job["confinement"])
        if "probe" in job:
            from .probing import probe

            probe(job["probe"], job["confinement"], messages)
            return
        from .running import Run  # takes most of a second, and must be possible after the confinement

        messages.send("notes", notes=notes)
        asyncio.run(Run(job, messages).go())
    except Exception as error:  # noqa: BLE001 - whatever it was, the grader outside must hear of it
        messages.send("end", outcome="harness failure", cell=None, reason=f"{type(error).__name__}: {error}"[:4000])
