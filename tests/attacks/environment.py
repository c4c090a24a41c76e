"""Attacks on what the grader knows: its environment, its command line, the cells that are still to come."""

from grader.evidence import RunRecord
from tests.attacks.attack import Attack, Verdict, cell, harmless, said
from tests.attacks.trap import Trap


def nothing_of_the_graders_processes(record: RunRecord, trap: Trap) -> Verdict:
    """No command line of a process outside was read: ours has ``pytest`` or the name of this package in it."""
    told = said(record)
    assert "pytest" not in told, told[:500]
    assert "tests.attacks" not in told, told[:500]
    return harmless(record, trap)


def later_cells_unknown(record: RunRecord, trap: Trap) -> Verdict:
    """What stands in the last cell was not said by an earlier one."""
    first = record.cells[0]
    assert not any(trap.later in output.text for output in first.outputs), "a later cell was read"
    assert "SEARCHED" in said(record)
    return harmless(record, trap)


_SEARCH_MEMORY = """
import glob, os, re
found, looked = set(), 0
try:
    listed = {int(p) for p in os.listdir("/proc") if p.isdigit()}
except OSError:
    listed = set()
for process in {os.getppid(), 1, {grader}, *listed} - {os.getpid()}:
    try:
        regions = [line.split()[0] for line in open(f"/proc/{process}/maps") if " rw" in line]
        with open(f"/proc/{process}/mem", "rb", 0) as memory:
            for region in regions:
                start, end = (int(n, 16) for n in region.split("-"))
                memory.seek(start)
                found |= set(re.findall(rb"later-[0-9a-f]{32}", memory.read(min(end - start, 50_000_000))))
                looked += 1
    except (OSError, OverflowError, ValueError):
        pass
print("SEARCHED", looked, found)
"""

ATTACKS = (
    Attack(
        name="environment variables",
        must_not="a secret in the grader's environment is read, in this process or another",
        cells=(
            cell("""
            import glob, os
            print(dict(os.environ))
            for path in glob.glob("/proc/*/environ"):
                try:
                    print(open(path, "rb").read())
                except OSError:
                    pass
            """),
        ),
        verdict=harmless,
        quick=True,
    ),
    Attack(
        name="other processes",
        must_not="command lines of processes outside are read",
        cells=(
            cell("""
            import glob
            for path in ["/proc/{grader}/cmdline", *glob.glob("/proc/[0-9]*/cmdline")]:
                try:
                    print(open(path, "rb").read())
                except OSError:
                    pass
            """),
        ),
        verdict=nothing_of_the_graders_processes,
    ),
    Attack(
        name="later cells in the worker's memory",
        must_not="a cell that is still to come is read from another process",
        cells=(_SEARCH_MEMORY, "word = '{later}'"),
        verdict=later_cells_unknown,
        quick=True,
    ),
    Attack(
        name="later cells in files",
        must_not="a cell that is still to come is read from a file, a pipe or the worker's command line",
        cells=(
            cell("""
            import glob, os, re
            folders = [os.path.dirname(v) for v in os.environ.values() if v.startswith("/")] + ["/control", os.getcwd()]
            found = set()
            for folder in set(folders) - {"/", "/usr", "/bin", "/usr/bin"}:
                for path, _, files in os.walk(folder):
                    for name in files[:200]:
                        try:
                            number = os.open(os.path.join(path, name), os.O_RDONLY | os.O_NONBLOCK)
                            found |= set(re.findall(rb"later-[0-9a-f]{32}", os.read(number, 1_000_000)))
                            os.close(number)
                        except OSError:
                            pass
            for path in glob.glob("/proc/*/fd/0") + glob.glob("/proc/*/cmdline"):
                try:
                    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                    found |= set(re.findall(rb"later-[0-9a-f]{32}", os.read(number, 1_000_000)))
                except OSError:
                    pass
            print("SEARCHED", found)
            """),
            "word = '{later}'",
        ),
        verdict=later_cells_unknown,
    ),
)
