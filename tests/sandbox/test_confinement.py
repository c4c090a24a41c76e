"""What a confined process can no longer do, tried for real."""

import errno
import platform
import sys
from pathlib import Path

import pytest

from tests.sandbox.confined import need_landlock, need_seccomp, python, readable

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp exist on Linux only")

FILTERED = "confinement.confine({'seccomp': True, 'network_namespace': given['network']})\n"


def filtered(code: str, *, network: bool = True, **inputs):
    need_seccomp()
    return python(FILTERED + code, inputs={"network": network, **inputs})


# --- system calls ----------------------------------------------------------------------------------------------


def test_every_call_that_leads_out_of_a_box_is_refused():
    code = """
import pyseccomp
numbers = {name: pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) for name in filters.REFUSED}
numbers |= {str(number): number for number in filters.REFUSED_BY_NUMBER}
answer({name: system_call(number, 0, 0, 0, 0, 0, 0) for name, number in numbers.items() if number >= 0})
"""
    answers = filtered(code)
    assert len(answers) > 40
    assert {name: got for name, got in answers.items() if got != -errno.EPERM} == {}


def test_calls_that_hide_others_are_answered_as_unknown():
    code = """
import pyseccomp
numbers = [pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) for name in filters.UNKNOWN]
answer([system_call(number, 0, 0, 0, 0) for number in numbers if number >= 0])
"""
    assert set(filtered(code)) == {-errno.ENOSYS}


@pytest.mark.parametrize("flag", [0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000])
@pytest.mark.parametrize("call", ["unshare", "clone"])
def test_no_namespace_can_be_made(call, flag):
    if (call, flag) == ("clone", 0x80):
        pytest.skip("clone has no flag for a time namespace")
    code = """
import pyseccomp
number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, given["call"])
answer(system_call(number, given["flag"] | (17 if given["call"] == "clone" else 0), 0, 0, 0, 0))
"""
    assert filtered(code, call=call, flag=flag) == -errno.EPERM


def test_processes_and_threads_are_still_made():
    code = """
import subprocess, threading
done = []
thread = threading.Thread(target=lambda: done.append(subprocess.run(["true"]).returncode))
thread.start()
thread.join()
answer(done)
"""
    assert filtered(code) == [0]


@pytest.mark.parametrize(("network", "internet"), [(True, 0), (False, errno.EPERM)])
def test_internet_sockets_are_made_only_where_the_box_has_a_network_of_its_own(network, internet):
    code = "answer([attempt(lambda: socket.socket(family, socket.SOCK_STREAM)) for family in (2, 10)])"
    assert filtered(code, network=network) == [internet, internet]


def test_other_socket_families_are_refused_however_they_are_spelt():
    code = """
import pyseccomp
number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, "socket")
families = [family for family in range(64) if family not in (1, 2, 10, 16)]
answer(sorted({system_call(number, family + above, 3, 0) for family in families for above in (0, 1 << 32)}))
"""
    assert filtered(code) == [-errno.EPERM]


def test_netlink_is_answered_so_that_libzmq_survives():
    assert filtered("answer(attempt(lambda: socket.socket(16, 3)))") == errno.EOPNOTSUPP
    assert filtered("import zmq; zmq.Context().socket(zmq.PAIR).bind('ipc://@x'); answer('alive')") == "alive"


@pytest.mark.parametrize("request_", [0x5412, 0x541C, 0x5412 + (1 << 32)])
def test_nothing_is_typed_into_a_terminal(request_):
    code = """
import pyseccomp
answer(system_call(pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, "ioctl"), 0, given["request"], 0))
"""
    assert filtered(code, request=request_) == -errno.EPERM


def test_limits_of_another_process_stay():
    code = """
import resource
answer([
    attempt(lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CPU)),
    attempt(lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0))),
])
"""
    assert filtered(code) == [errno.EPERM, 0]


def test_permissions_stay_where_files_are_the_users(tmp_path):
    need_landlock()
    need_seccomp()
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    mine.mkdir()
    theirs.write_text("x")
    theirs.chmod(0o640)
    before = theirs.stat()
    code = """
import shutil
confinement.confine({"landlock": {"read": given["read"], "write": [given["mine"]]}, "seccomp": True})
os.chmod(given["theirs"], 0o777)
os.utime(given["theirs"], (1, 1))
os.setxattr(given["theirs"], "user.x", b"x")
open(given["mine"] + "/a", "w").write("a")
answer(open(shutil.copy2(given["mine"] + "/a", given["mine"] + "/b")).read())
"""
    assert python(code, inputs={"read": readable(), "mine": str(mine), "theirs": str(theirs)}) == "a"
    after = theirs.stat()
    assert (after.st_mode, after.st_mtime, after.st_ctime) == (before.st_mode, before.st_mtime, before.st_ctime)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="only x86-64 has two more sets of numbers")
def test_the_numbers_of_other_architectures_are_no_way_around():
    code = """
import mmap
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes.fromhex("b814000000 cd80 c3"))  # getpid, asked as a 32-bit program does
ask = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
answer([ask(), system_call(0x40000000 + 39)])
"""
    assert filtered(code) == [-errno.ENOSYS, -errno.ENOSYS]


# --- the worker ------------------------------------------------------------------------------------------------


def test_the_limits_of_the_policy_hold_and_cannot_be_raised():
    code = """
import resource
confinement.confine({"rlimits": {"core": 0, "nofile": 100, "data": None}})
answer([
    resource.getrlimit(resource.RLIMIT_NOFILE),
    attempt(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200)) or [os.dup(0) for _ in range(150)]),
])
"""
    assert python(code) == [[100, 100], "ValueError"]


def test_the_worker_still_reads_what_linux_says_about_itself():
    code = """
confinement.confine({"seccomp": filters.available()})
answer(["Seccomp" in open("/proc/self/status").read(), len(open("/proc/self/stat").read()) > 0])
"""
    assert python(code) == [True, True]


def test_what_could_not_be_applied_is_said():
    assert python("answer(confinement.confine({'rlimits': {'nonsense': 1}}))")[0].startswith("The limit “nonsense”")


def test_the_policy_of_a_box_with_rules_for_files_is_applied(tmp_path: Path):
    need_landlock()
    need_seccomp()
    code = """
policy = {"landlock": {"read": given["read"], "write": []}, "seccomp": True, "network_namespace": False}
notes = confinement.confine(policy)
answer([attempt(lambda: open(given["file"])), attempt(lambda: socket.socket(2))])
"""
    (tmp_path / "file").touch()
    inputs = {"read": readable(), "file": str(tmp_path / "file")}
    assert python(code, inputs=inputs) == [errno.EACCES, errno.EPERM]
