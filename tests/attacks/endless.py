"""Attacks on the grader's time and on its memory for output."""

from grader.evidence import RunOutcome, RunRecord
from tests.attacks.attack import Attack, Verdict, cell, harmless
from tests.attacks.trap import Trap

LATE = (RunOutcome.TIME_LIMIT,)
FLOODED = (RunOutcome.OUTPUT_LIMIT,)
CUT = (RunOutcome.OUTPUT_LIMIT, RunOutcome.FINISHED)
LARGEST_RECORD = 12_000_000  # characters of all outputs, where 2 MB were allowed


def bounded(record: RunRecord, trap: Trap) -> Verdict:
    """What is kept of the outputs is not much more than was allowed."""
    kept = sum(len(output.text) + len(output.png or "") for each in record.cells for output in each.outputs)
    assert kept < LARGEST_RECORD, f"{kept} characters were kept"
    return harmless(record, trap)


ATTACKS = (
    Attack(
        name="infinite loop",
        must_not="a notebook runs longer than it may",
        cells=("while True: pass", "print('next')"),
        verdict=harmless,
        ends=LATE,
        limits={"cell_seconds": 1.0},
    ),
    Attack(
        name="infinite loop, signals ignored",
        must_not="a loop outlasts the limit by ignoring signals",
        cells=(
            cell("""
            import signal
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
                signal.signal(number, signal.SIG_IGN)
            while True:
                try:
                    while True: pass
                except BaseException:
                    pass
            """),
        ),
        verdict=harmless,
        ends=LATE,
        limits={"cell_seconds": 1.0},
    ),
    Attack(
        name="waiting in C with the interpreter locked",
        must_not="a thread that never lets go of the interpreter keeps the notebook alive",
        cells=(
            cell("""
            import ctypes, signal, threading
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            thread = threading.Thread(target=lambda: ctypes.PyDLL(None).sleep(300))
            thread.start()
            thread.join()
            """),
        ),
        verdict=harmless,
        ends=LATE,
        limits={"cell_seconds": 1.0},
    ),
    Attack(
        name="many slow cells",
        must_not="cells that are each in time take for ever together",
        cells=("import time",) + ("time.sleep(2)",) * 20,
        verdict=harmless,
        ends=LATE,
        limits={"cell_seconds": 3.0, "total_seconds": 5.0},
    ),
    Attack(
        name="stopped kernel",
        must_not="a kernel that stops itself is waited for without end",
        cells=("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",),
        verdict=harmless,
        ends=LATE,
        limits={"cell_seconds": 1.0},
    ),
    Attack(
        name="hanging at the end",
        must_not="a kernel that will not end is waited for without end",
        cells=(
            cell("""
            import atexit, threading, time
            atexit.register(time.sleep, 300)
            threading.Thread(target=time.sleep, args=(300,)).start()
            """),
        ),
        verdict=harmless,
    ),
    Attack(
        name="infinite output",
        must_not="output fills the grader's memory or the report",
        cells=("while True: print('x' * 1000)",),
        verdict=bounded,
        ends=FLOODED,
        limits={"output_mb": 2.0},
        quick=True,
    ),
    Attack(
        name="infinite output of many small pieces",
        must_not="a million short messages keep the grader busy",
        cells=("import sys\nwhile True: sys.stdout.write('x'); sys.stdout.flush(); sys.stderr.write('y')",),
        verdict=bounded,
        ends=(RunOutcome.OUTPUT_LIMIT, RunOutcome.TIME_LIMIT),
        limits={"output_mb": 1.0, "cell_seconds": 10.0},
    ),
    Attack(
        name="infinite output below Python",
        must_not="the process's own descriptors lead to a disk or a pipe without limit",
        cells=(
            cell("""
            import os
            most = 0
            for number in range(1, 64):
                written = 0
                try:
                    if not os.readlink(f"/proc/self/fd/{number}").startswith("/"):
                        continue
                except OSError:
                    pass
                try:
                    if os.isatty(number) or os.fstat(number).st_rdev or not os.fstat(number).st_mode & 0o100000:
                        continue
                    os.set_blocking(number, False)
                    while written < 64_000_000:
                        written += os.write(number, b"z" * 1_000_000)
                except OSError:
                    pass
                most = max(most, written)
            print("ESCAPED" if most > 40_000_000 else "REFUSED", most)
            """),
        ),
        verdict=bounded,
        ends=(RunOutcome.FINISHED, RunOutcome.OUTPUT_LIMIT, RunOutcome.DISK_LIMIT),
        limits={"disk_mb": 16.0, "output_mb": 2.0},
    ),
    Attack(
        name="huge display",
        must_not="one result of 60 MB fills the grader's memory",
        cells=(
            cell("""
            from IPython.display import display
            display({"text/plain": "x" * 60_000_000, "text/html": "<p>" * 100}, raw=True)
            """),
        ),
        verdict=bounded,
        ends=FLOODED,
        limits={"output_mb": 2.0},
    ),
    Attack(
        name="huge picture",
        must_not="a picture that is no picture, or a huge one, is kept",
        cells=("from IPython.display import display\ndisplay({'image/png': 'QUFB' * 5_000_000}, raw=True)",),
        verdict=bounded,
        ends=CUT,
        limits={"output_mb": 30.0},
    ),
    Attack(
        name="widget flood",
        must_not="messages of widgets pile up",
        cells=(
            cell("""
            from ipykernel.comm import Comm
            comm = Comm(target_name="flood")
            for number in range(20_000):
                comm.send({"number": number, "padding": "x" * 200})
            """),
        ),
        verdict=bounded,
        ends=CUT,
        limits={"output_mb": 2.0},
    ),
    Attack(
        name="display that is updated without end",
        must_not="updates of one display pile up",
        cells=(
            cell("""
            from IPython.display import clear_output, display
            shown = display("x", display_id=True)
            for number in range(6000):
                shown.update("x" * 200)
                clear_output(wait=True)
            """),
        ),
        verdict=bounded,
        ends=CUT,
        limits={"output_mb": 2.0},
    ),
    Attack(
        name="exception of many megabytes",
        must_not="a traceback fills the report",
        cells=("raise ValueError('x' * 30_000_000)",),
        verdict=bounded,
        ends=(RunOutcome.OUTPUT_LIMIT, RunOutcome.STUDENT_ERROR),
        limits={"output_mb": 2.0},
    ),
)
