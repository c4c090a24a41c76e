"""Attacks on files: what lies outside of the box is neither read nor changed."""

import hashlib
import os
from pathlib import Path

from grader.evidence import RunRecord
from tests.attacks.attack import Attack, Verdict, attempt, cell, harmless, said
from tests.attacks.trap import Trap


def not_the_machines_own(record: RunRecord, trap: Trap) -> Verdict:
    """A container may have a password file of its own; the one of this machine is what must not come out."""
    told = said(record)
    for path in ("/etc/passwd", "/etc/shadow", "/etc/group"):
        if os.access(path, os.R_OK):
            assert hashlib.sha256(Path(path).read_bytes()).hexdigest() not in told, f"{path} was read"
    return harmless(record, trap)


ATTACKS = (
    Attack(
        name="password file",
        must_not="the machine's password file is read",
        cells=(
            cell("""
            import hashlib
            for path in ("/etc/passwd", "/etc/shadow", "/etc/group"):
                try:
                    print(hashlib.sha256(open(path, "rb").read()).hexdigest())
                except OSError as error:
                    print("REFUSED", error)
            """),
        ),
        verdict=not_the_machines_own,
    ),
    Attack(
        name="file outside",
        must_not="a file of the grader's user is read, though everybody may read it",
        cells=(attempt("print(open('{canary}').read())"), attempt("import os; os.open('{canary}', os.O_RDONLY)")),
        quick=True,
    ),
    Attack(
        name="file outside changed",
        must_not="a file outside is changed, replaced, removed or made, though everybody may write there",
        cells=(
            attempt("open('{canary}', 'a').write('x')"),
            attempt("import os; os.truncate('{canary}', 0)"),
            attempt("import os; os.unlink('{canary}')"),
            attempt("import os; os.rename('{canary}', '{canary}-moved')"),
            attempt("open('{touched}', 'w')"),
        ),
    ),
    Attack(
        name="folder outside",
        must_not="a folder outside is listed",
        cells=(
            attempt("import os; print(os.listdir('{outside}'))"),
            attempt("import os; os.chdir('{outside}'); os.listdir()"),
        ),
    ),
    Attack(
        name="rubric",
        must_not="the rubric or the reference solution is read",
        cells=(attempt("print(open('{rubric}').read()[:100])"), attempt("import grader.registry, grader._shipped")),
    ),
    Attack(
        name="other submissions",
        must_not="another student's notebook is read",
        cells=(attempt("print(open('{submission}').read())"),),
    ),
    Attack(
        name="search of the whole file system",
        must_not="a file of the grader's is found anywhere by its name",
        cells=(
            cell("""
            import os, time
            until, found = time.monotonic() + 10, []
            for folder, folders, files in os.walk("/"):
                found += [os.path.join(folder, name) for name in files if "{token}" in name]
                if folder in ("/proc", "/sys") or time.monotonic() > until:
                    folders.clear()
            print("ESCAPED" if found else "REFUSED", found)
            """),
        ),
    ),
    Attack(
        name="roots of other processes",
        must_not="a file is reached through /proc/*/root, /proc/*/cwd or /proc/*/fd",
        cells=(
            cell("""
            import glob, os
            doors = [p + "{canary}" for p in glob.glob("/proc/*/root")] + glob.glob("/proc/[0-9]*/cwd/*{token}*")
            doors += ["/proc/1/root{canary}", "/proc/{grader}/root{canary}", f"/proc/{os.getppid()}/root{canary}"]
            opened = 0
            for door in doors:
                try:
                    opened += bool(open(door).read())
                except OSError:
                    pass
            print("ESCAPED" if opened else "REFUSED")
            """),
        ),
    ),
    Attack(
        name="inherited descriptors",
        must_not="the kernel holds an open file that leads outside",
        cells=(
            cell("""
            import os
            import stat
            ours = (os.getcwd(), os.environ["TMPDIR"], os.path.dirname(os.environ["KERAS_HOME"]))
            found = []
            for number in range(1024):
                try:
                    mode, place = os.fstat(number).st_mode, os.readlink(f"/proc/self/fd/{number}")
                except OSError:
                    continue
                if stat.S_ISREG(mode) and not place.startswith(ours):
                    found.append(place)
                if stat.S_ISDIR(mode):
                    try:
                        os.open("../../../../../../../..{canary}", os.O_RDONLY, dir_fd=number)
                        found.append(place)
                    except OSError:
                        pass
            print("ESCAPED" if found else "REFUSED", found)
            """),
        ),
    ),
    Attack(
        name="installed packages",
        must_not="a library that the next notebook will import is changed",
        cells=(
            attempt("import nbclient; open(nbclient.__file__, 'a')"),
            attempt(
                "import nbclient, os; open(os.path.dirname(os.path.dirname(nbclient.__file__)) + '/{token}.pth', 'w')"
            ),
            attempt("import json; open(json.__file__, 'a')"),
            attempt("import sys; open(sys.executable, 'ab')"),
        ),
        quick=True,
    ),
    Attack(
        name="system files",
        must_not="system files, devices or settings of the running kernel are written to",
        cells=tuple(
            attempt(f"open('{path}', 'w')")
            for path in (
                "/usr/{token}",
                "/etc/{token}",
                "/{token}",
                "/dev/{token}",
                "/proc/sys/kernel/core_pattern",
                "/proc/sysrq-trigger",
                "/sys/kernel/uevent_helper",
                "/sys/fs/cgroup/cgroup.procs",
            )
        ),
    ),
    Attack(
        name="the grader's own files in the box",
        must_not="the worker's code or the served data sets are changed",
        cells=(
            attempt("open('{inside}/main.py', 'a')"),
            attempt("open('/box/inside/main.py', 'a')"),
            attempt("open('{data}/mnist.npz', 'w')"),
            attempt("open('/data/mnist.npz', 'w')"),
        ),
    ),
    Attack(
        name="hard link to a file outside",
        must_not="a hard link in the working folder leads outside",
        cells=(attempt("import os; os.link('{canary}', 'mine'); print(open('mine').read())"),),
    ),
    Attack(
        name="symbolic link to a file outside",
        must_not="a link in the working folder leads outside",
        cells=(attempt("import os; os.symlink('{canary}', 'mine'); print(open('mine').read())"),),
    ),
    Attack(
        name="device files",
        must_not="a disk or the machine's memory is opened as a device",
        cells=(
            attempt("import os; os.mknod('disk', 0o60666, os.makedev(254, 0)); open('disk', 'rb').read(1)"),
            attempt("import os; os.mknod('mem', 0o20666, os.makedev(1, 1)); open('mem', 'rb').read(1)"),
            attempt("open('/dev/mem', 'rb')"),
            attempt("open('/dev/kmsg', 'rb')"),
        ),
    ),
    Attack(
        name="set-user-id programs",
        must_not="the notebook becomes another user",
        cells=(
            attempt("import os; os.setuid(0)"),
            attempt("import os; os.setresuid(-1, 0, -1)"),
            cell("""
            import os, subprocess
            ran = subprocess.run("su -c id; sudo -n id; mount; id -u", shell=True, capture_output=True, text=True)
            print("ESCAPED" if "uid=0" in ran.stdout or ran.stdout.strip().endswith("\\n0") else "REFUSED")
            """),
        ),
    ),
)
