"""Attacks that outlive the notebook, or end those that watch it."""

from grader.evidence import RunOutcome
from tests.attacks.attack import Attack, attempt, cell, harmless

ALIVE = (RunOutcome.FINISHED, RunOutcome.KILLED, RunOutcome.STUDENT_ERROR)

_DAEMON = """
import os, signal, subprocess, sys
lasting = (
    "import os, signal, sys, time\\n"
    "for number in range(1, 32):\\n"
    "    try: signal.signal(number, signal.SIG_IGN)\\n"
    "    except OSError: pass\\n"
    "time.sleep(60)"
)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 64)
        os.execv(sys.executable, [sys.executable, "-c", lasting, "{token}"])
    os._exit(0)
"""

ATTACKS = (
    Attack(
        name="daemon",
        must_not="a process in a session of its own outlives the box",
        cells=(_DAEMON, "import time; time.sleep(0.5)"),
        verdict=harmless,
        quick=True,
    ),
    Attack(
        name="daemon of a killed kernel",
        must_not="a process outlives a kernel that ends itself",
        cells=(_DAEMON, "import os, time; time.sleep(0.5); os._exit(1)"),
        verdict=harmless,
        ends=(RunOutcome.KILLED,),
    ),
    Attack(
        name="process that always starts itself anew",
        must_not="a process escapes by being a new one each time it is looked at",
        cells=(
            cell("""
            import subprocess, sys, time
            hydra = (
                "import os, sys, time\\n"
                "until = float(sys.argv[2])\\n"
                "while time.time() < until:\\n"
                "    if os.fork(): os._exit(0)\\n"
                "    os.setsid()\\n"
                "    time.sleep(0.002)"
            )
            for _ in range(3):
                subprocess.Popen([sys.executable, "-c", hydra, "{token}", str(time.time() + 20)], start_new_session=True)
            time.sleep(1)
            """),
        ),
        verdict=harmless,
    ),
    Attack(
        name="kill -9 -1",
        must_not="processes outside, or the worker, are killed",
        cells=("import os, signal\ntry:\n    os.kill(-1, signal.SIGKILL)\nexcept OSError as error:\n    print(error)",),
        verdict=harmless,
        ends=ALIVE,
    ),
    Attack(
        name="killing the worker",
        must_not="what tells the grader about the run is ended by the notebook",
        cells=(
            cell("""
            import os, signal, subprocess
            for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV, signal.SIGTERM):
                for target in (os.getppid(), -os.getpgid(0), 0 - os.getppid(), 1, {grader}):
                    if target == -os.getpid():
                        continue
                    try:
                        os.kill(target, number)
                        print("sent", number, "to", target)
                    except OSError as error:
                        print(error)
            subprocess.run(["sh", "-c", f"kill -9 {os.getppid()}; kill -9 {grader}"], capture_output=True)
            """),
            "print('still here')",
        ),
        verdict=harmless,
        ends=ALIVE,
        quick=True,
    ),
    Attack(
        name="killing the grader outside",
        must_not="a signal reaches the grader's process",
        cells=(
            attempt("import os; os.kill({grader}, 0)"),
            attempt("import os, signal; os.kill({grader}, signal.SIGTERM)"),
            attempt("import os, signal; signal.pidfd_send_signal(os.pidfd_open({grader}), 0)"),
        ),
    ),
    Attack(
        name="slowing down the worker",
        must_not="the worker's priority or processors are taken away",
        cells=(
            cell("""
            import os
            for act in (
                lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 19),
                lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)),
                lambda: os.nice(-20),
            ):
                try:
                    act()
                except OSError as error:
                    print(error)
            """),
        ),
        verdict=harmless,
    ),
)
