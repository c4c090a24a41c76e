"""Attacks on what the machine has: memory, processes, disk. Bounded, so that a box that fails takes nothing along."""

from grader.evidence import RunOutcome
from tests.attacks.attack import Attack, attempt, cell, harmless

ATTACKS = (
    Attack(
        name="fork bomb",
        must_not="more processes run than the rubric allows",
        cells=(
            cell("""
            import os, time
            ends = time.monotonic() + 20
            for _ in range(300):
                try:
                    if os.fork() == 0:
                        time.sleep(max(0, ends - time.monotonic()))
                        os._exit(0)
                except OSError:
                    time.sleep(0.1)
            time.sleep(max(0, ends - time.monotonic()))
            """),
        ),
        verdict=harmless,
        ends=(RunOutcome.PROCESS_LIMIT,),
        limits={"processes": 64},
        quick=True,
    ),
    Attack(
        name="fork bomb that doubles",
        must_not="processes that start processes outrun the limit",
        cells=(
            cell("""
            import contextlib, os, time
            ends = time.monotonic() + 20
            for _ in range(8):
                with contextlib.suppress(OSError): os.fork()
            time.sleep(max(0, ends - time.monotonic()))
            """),
        ),
        verdict=harmless,
        ends=(RunOutcome.PROCESS_LIMIT,),
        limits={"processes": 64},
    ),
    Attack(
        name="thread bomb",
        must_not="more threads run than the rubric allows",
        cells=(
            cell("""
            import threading, time
            for _ in range(300):
                try:
                    threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
                except RuntimeError:
                    break
            time.sleep(20)
            """),
        ),
        verdict=harmless,
        ends=(RunOutcome.PROCESS_LIMIT,),
        limits={"processes": 64},
    ),
    Attack(
        name="memory of one process",
        must_not="a process takes more memory than the rubric allows",
        cells=(
            cell("""
            import time
            kept = []
            for _ in range(75):
                kept.append(b"x" * 20_000_000)
                time.sleep(0.02)
            time.sleep(5)
            print("ESCAPED")
            """),
        ),
        verdict=harmless,
        ends=(RunOutcome.MEMORY_LIMIT,),
        limits={"memory_mb": 500.0},
        quick=True,
    ),
    Attack(
        name="memory at once",
        must_not="memory is taken faster than anybody measures",
        cells=('kept = bytearray(b"x") * 1_500_000_000\nimport time; time.sleep(5); print("ESCAPED")',),
        verdict=harmless,
        ends=(RunOutcome.MEMORY_LIMIT, RunOutcome.STUDENT_ERROR),
        limits={"memory_mb": 400.0},
    ),
    Attack(
        name="memory of many processes",
        must_not="five processes together take what one may not",
        cells=(
            cell("""
            import os, time
            for _ in range(5):
                if os.fork() == 0:
                    kept = b"x" * 250_000_000
                    time.sleep(15)
                    os._exit(0)
            time.sleep(15)
            print("ESCAPED")
            """),
        ),
        verdict=harmless,
        ends=(RunOutcome.MEMORY_LIMIT,),
        limits={"memory_mb": 600.0},
    ),
    Attack(
        name="shared memory",
        must_not="memory that belongs to no process escapes the measuring",
        cells=(
            cell("""
            import mmap, time
            shared = mmap.mmap(-1, 1_200_000_000)
            for start in range(0, 1_200_000_000, 4096 * 64):
                for page in range(start, min(start + 4096 * 64, 1_200_000_000), 4096):
                    shared[page] = 1
            time.sleep(5)
            print("ESCAPED")
            """),
        ),
        verdict=harmless,
        ends=(RunOutcome.MEMORY_LIMIT,),
        limits={"memory_mb": 400.0, "disk_mb": 16.0},
    ),
    Attack(
        name="files in memory",
        must_not="files without a name take more memory than the rubric allows",
        cells=(
            cell("""
            import os, time
            kept, written = [], 0
            try:
                for number in range(75):
                    kept.append(os.memfd_create(f"m{number}"))
                    written += os.write(kept[-1], b"x" * 15_000_000)
            except OSError as error:
                print(error)
            time.sleep(5)
            print("ESCAPED" if written > 600_000_000 else "REFUSED")
            """),
        ),
        ends=(RunOutcome.MEMORY_LIMIT, RunOutcome.FINISHED),
        verdict=harmless,
        limits={"memory_mb": 400.0, "disk_mb": 16.0},
    ),
    Attack(
        name="full disk",
        must_not="files take more than the rubric allows",
        cells=(
            cell("""
            import os, tempfile, time
            written = 0
            for folder in (os.getcwd(), tempfile.gettempdir(), "/dev/shm", "/control", "/var/tmp"):
                for number in range(8):
                    try:
                        with open(f"{folder}/{number}", "wb") as file:
                            written += file.write(b"x" * 8_000_000)
                    except OSError as error:
                        print(folder, error)
                        break
            time.sleep(3)
            print("ESCAPED" if written > 64_000_000 else "REFUSED", written)
            """),
        ),
        verdict=harmless,
        ends=(RunOutcome.DISK_LIMIT,),
        limits={"disk_mb": 16.0},
        quick=True,
    ),
    Attack(
        name="one huge file",
        must_not="one file is larger than the whole disk may be",
        cells=(
            cell("""
            import time
            try:
                with open("huge", "wb", buffering=0) as file:
                    for _ in range(64):
                        file.write(b"x" * 1_000_000)
                print("ESCAPED")
            except OSError as error:
                print("REFUSED", error)
            time.sleep(2)
            """),
        ),
        verdict=harmless,
        ends=(RunOutcome.DISK_LIMIT,),
        limits={"disk_mb": 16.0},
    ),
    Attack(
        name="sparse file",
        must_not="a file claims a terabyte",
        cells=(attempt("with open('sparse', 'wb') as file: file.truncate(10**12)"),),
        limits={"disk_mb": 16.0},
    ),
    Attack(
        name="inodes",
        must_not="empty files use up what the file system can hold",
        cells=(
            cell("""
            import os, time
            made, folder = 0, ""
            try:
                for made in range(130_000):
                    if made % 2000 == 0:
                        folder = f"f{made}"
                        os.mkdir(folder)
                    os.close(os.open(f"{folder}/{made}", os.O_CREAT | os.O_WRONLY))
            except OSError as error:
                print("REFUSED", error)
            time.sleep(3)
            """),
        ),
        verdict=harmless,
        ends=(RunOutcome.DISK_LIMIT, RunOutcome.TIME_LIMIT),
        limits={"cell_seconds": 30.0},
    ),
    Attack(
        name="deep folders",
        must_not="folders nested too deep for Python stay behind",
        cells=(
            cell("""
            import os
            for _ in range(4000):
                os.mkdir("deeper")
                os.chdir("deeper")
            open("bottom", "w").write("{token}")
            os.chmod(".", 0)
            print(4000)
            """),
        ),
        verdict=harmless,
    ),
    Attack(
        name="open files",
        must_not="descriptors of the whole machine are used up",
        cells=(attempt("kept = [open('/dev/null') for _ in range(100_000)]"),),
    ),
    Attack(
        name="raised limits",
        must_not="a process gives itself or the worker other limits",
        cells=(
            attempt("import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10**12, 10**12))"),
            attempt("import os, resource; resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))"),
            attempt("import os; os.write(os.open('/proc/self/oom_score_adj', os.O_WRONLY), b'-1000')"),
        ),
    ),
)
