"""Kernels that end themselves: told as what they are, and never as the grader's failure."""

from grader.evidence import RunOutcome
from tests.attacks.attack import Attack, cell, harmless

KILLED = (RunOutcome.KILLED,)
LOST = (RunOutcome.KILLED, RunOutcome.TIME_LIMIT)
ANY_END = (*LOST, RunOutcome.FINISHED, RunOutcome.STUDENT_ERROR)


def ends(name: str, code: str, outcomes: tuple[RunOutcome, ...] = KILLED, *, quick: bool = False) -> Attack:
    """An attack whose harm would be a run that ends as the grader's failure."""
    return Attack(
        name=name,
        must_not="the run counts as the grader's failure, or is graded as finished",
        cells=("print('before')", cell(code), "print('after')"),
        verdict=harmless,
        ends=outcomes,
        limits={"cell_seconds": 5.0},
        quick=quick,
    )


ATTACKS = (
    ends("os._exit", "import os; os._exit(0)", quick=True),
    ends("segfault", "import ctypes; ctypes.string_at(0)"),
    ends("abort", "import os; os.abort()"),
    ends("kill -9 of itself", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"),
    ends(
        "stack overflow in C",
        "import sys\nx = []\nfor _ in range(10**6): x = [x]\nsys.setrecursionlimit(10**9)\nrepr(x)",
    ),
    ends("another program in its place", "import os; os.execv('/usr/bin/true', ['true'])"),
    ends("all descriptors closed", "import os; os.closerange(3, 512)", LOST),
    ends(
        "kernel thread ended",
        """
        import asyncio
        asyncio.get_event_loop().stop()
        """,
        ANY_END,
    ),
    ends("sockets closed", "get_ipython().kernel.session = None", (*LOST, RunOutcome.STUDENT_ERROR)),
    ends(
        "control folder removed",
        """
        import os, shutil
        folders = {os.path.dirname(os.environ[name]) for name in ("KERAS_HOME", "MPLCONFIGDIR")}
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        """,
        ANY_END,
    ),
    ends(
        "traceback that is none",
        """
        class Odd(Exception):
            def _render_traceback_(self):
                return ["Cell In[1], line " + "9" * 5000]
        raise Odd("x")
        """,
        (RunOutcome.STUDENT_ERROR,),
    ),
    ends("error that cannot be sent", "raise ValueError('x\\ud800y')", (RunOutcome.STUDENT_ERROR,)),
    ends(
        "error that is not shown",
        "get_ipython().showtraceback = lambda *a, **k: None\n1 / 0",
        (RunOutcome.STUDENT_ERROR,),
    ),
    ends(
        "exit()",
        "import sys; sys.exit(0)",
        (RunOutcome.FINISHED, RunOutcome.STUDENT_ERROR),
    ),
)
