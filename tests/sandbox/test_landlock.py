"""What Landlock takes away, tried for real and with every version that this kernel can be asked for."""

import errno
import socket
import sys

import pytest

from grader.sandbox.inside import landlock
from tests.sandbox.confined import need_landlock, python, readable

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Landlock exists on Linux only")

VERSIONS = [version for version in range(1, 10) if version <= landlock.abi()]


@pytest.mark.parametrize("version", VERSIONS)
def test_files_that_are_not_named_can_neither_be_read_nor_written_with_any_landlock(version, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "secret").write_text("secret")
    code = """
landlock.restrict(read=given["read"], write=[given["own"]], version=given["version"])
answer([
    attempt(lambda: open(given["secret"]).read()),
    attempt(lambda: open(given["secret"], "w")),
    attempt(lambda: os.listdir(os.path.dirname(given["secret"]))),
    attempt(lambda: os.unlink(given["secret"])),
    attempt(lambda: open(given["own"] + "/new", "w").write("mine")),
    attempt(lambda: os.mkdir(given["own"] + "/folder")),
])
"""
    inputs = {"read": readable(), "own": str(tmp_path / "own"), "secret": str(tmp_path / "secret"), "version": version}
    assert python(code, inputs=inputs) == [errno.EACCES] * 4 + [0, 0]
    assert (tmp_path / "secret").read_text() == "secret"


def test_what_is_readable_cannot_be_changed(tmp_path):
    need_landlock(3)
    (tmp_path / "data").write_text("data")
    code = """
landlock.restrict(read=[*given["read"], given["folder"]], write=[])
file = given["folder"] + "/data"
answer([
    attempt(lambda: open(file).read()),
    attempt(lambda: open(file, "a")),
    attempt(lambda: os.truncate(file, 0)),
    attempt(lambda: os.rename(file, file + "2")),
    attempt(lambda: os.symlink("x", given["folder"] + "/link")),
])
"""
    assert python(code, inputs={"read": readable(), "folder": str(tmp_path)}) == [0] + [errno.EACCES] * 4


def test_paths_that_do_not_exist_are_skipped(tmp_path):
    need_landlock()
    code = "landlock.restrict(read=['/does/not/exist'], write=['/neither/does/this']); answer('restricted')"
    assert python(code) == "restricted"


def test_a_single_file_can_be_allowed(tmp_path):
    need_landlock()
    file, other = tmp_path / "file", tmp_path / "other"
    file.touch()
    other.touch()
    code = """
landlock.restrict(read=[], write=[given["file"]])
answer([attempt(lambda: open(given["file"], "w")), attempt(lambda: open(given["other"]))])
"""
    assert python(code, inputs={"file": str(file), "other": str(other)}) == [0, errno.EACCES]


def test_no_tcp_connection_is_made_even_without_a_filter():
    need_landlock(4)
    code = """
landlock.restrict(read=[], write=[])
answer([
    attempt(lambda: socket.create_connection(("127.0.0.1", given["port"]))),
    attempt(lambda: socket.socket().bind(("127.0.0.1", 0))),
])
"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert python(code, inputs={"port": port}) == [errno.EACCES, errno.EACCES]


def test_rules_that_cannot_be_applied_raise_instead_of_being_left_out():
    code = """
try:
    landlock.restrict(read=[], write=[], version=0)
except OSError as error:
    answer(str(error))
"""
    assert "cannot" in python(code)


# --- scopes ----------------------------------------------------------------------------------------------------


def test_abstract_sockets_of_other_processes_are_out_of_reach():
    need_landlock(landlock.SCOPES_SINCE)
    code = """
landlock.restrict(read=None, write=None)
connection = socket.socket(socket.AF_UNIX)
answer(attempt(lambda: connection.connect(given["name"])))
"""
    name = f"\0grader-test-{id(code)}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen()
        assert python(code, inputs={"name": name}) == errno.EPERM


def test_signals_reach_own_processes_only():
    need_landlock(landlock.SCOPES_SINCE)
    code = """
landlock.restrict(read=None, write=None)
child = os.fork()
if child == 0:
    signal.pause()
answer([
    attempt(lambda: os.kill(os.getppid(), 0)),
    attempt(lambda: signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 0)),
    attempt(lambda: os.kill(child, signal.SIGKILL)),
])
"""
    assert python(code) == [errno.EPERM, errno.EPERM, 0]


def test_files_stay_as_they_are_where_only_scopes_are_asked_for(tmp_path):
    need_landlock(landlock.SCOPES_SINCE)
    (tmp_path / "a").mkdir()
    (tmp_path / "file").touch()
    code = """
landlock.restrict(read=["/"], write=[given["folder"]])
landlock.restrict(read=None, write=None)
answer(attempt(lambda: os.rename(given["folder"] + "/file", given["folder"] + "/a/file")))
"""
    assert python(code, inputs={"folder": str(tmp_path)}) == 0
