"""Landlock: a process gives up rights by itself, for good, and for all that it starts. Linux only, needs no root.

The kernel's interface is three system calls with the same numbers everywhere, asked directly through ctypes. What a
kernel knows is told by its ABI version; a right that it does not know is left out, so this serves every version.
"""

from __future__ import annotations

import ctypes
import os
import platform
import stat
import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

SCOPES_SINCE = 6
"""The first ABI that keeps signals and abstract sockets within a domain."""
SOCKET_PATHS_SINCE = 9
"""The first ABI that keeps connections to sockets in the file system within a domain."""

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1
_NO_NEW_PRIVILEGES = 38

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHARACTER_DEVICE, _MAKE_BLOCK_DEVICE = 1 << 6, 1 << 11
_REFER, _TRUNCATE, _DEVICE_IOCTL, _CONNECT_TO_PATH = 1 << 13, 1 << 14, 1 << 15, 1 << 16
_FILE_RIGHTS_BY_ABI = (
    (1, (1 << 13) - 1),
    (2, _REFER),
    (3, _TRUNCATE),
    (5, _DEVICE_IOCTL),
    (SOCKET_PATHS_SINCE, _CONNECT_TO_PATH),
)
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_NEVER = _MAKE_CHARACTER_DEVICE | _MAKE_BLOCK_DEVICE | _DEVICE_IOCTL | _CONNECT_TO_PATH

_TCP = (1 << 0) | (1 << 1)  # bind, connect
_SCOPES = (1 << 0) | (1 << 1)  # abstract sockets, signals
_TCP_SINCE = 4


def abi() -> int:
    """The version of Landlock that this kernel speaks; 0 where there is none or it is switched off."""
    if sys.platform != "linux" or platform.machine().startswith(("alpha", "mips")):
        return 0
    try:
        return _call("ask for Landlock's version", _CREATE_RULESET, None, 0, _ASK_VERSION)
    except OSError:
        return 0


def restrict(
    *,
    read: Sequence[str] | None,
    write: Sequence[str] | None,
    names: Sequence[str] = (),
    version: int | None = None,
) -> None:
    """Give up all files but these, all of TCP, and signals and abstract sockets that lead out of the box.

    Paths that do not exist are skipped. Only the calling thread and what it starts are restricted: call it first.

    Args:
        read: files and folders that stay readable and executable.
        write: files and folders that stay readable and writable as well; device files cannot be made in them.
            With ``None`` for both, files and TCP stay as they are: only signals and abstract sockets are given up.
        names: folders in which, and below which, names can be listed and nothing more.
        version: restrict as a kernel with this ABI would.

    Raises:
        OSError: nothing or not all of it could be given up; the message says what.
    """
    version = abi() if version is None else version
    scopes_only = read is None and write is None
    if version < (SCOPES_SINCE if scopes_only else 1):
        raise OSError("This kernel's Landlock cannot do it.")
    # Moving files between folders is refused by every layer of rules that does not allow it in so many words.
    rights = _REFER if scopes_only else _file_rights(version)
    rules = [("/", rights)] if scopes_only else []
    rules += [(path, _READ) for path in read or ()]
    rules += [(path, _READ_DIR) for path in names]
    rules += [(path, ~_NEVER) for path in write or ()]
    with _ruleset(version, rights, tcp=not scopes_only) as ruleset:
        for path, allowed in rules:
            _allow(ruleset, path, allowed & rights)
        _give_up_new_privileges()
        _call("apply Landlock's rules", _RESTRICT_SELF, ruleset, 0)


def _file_rights(version: int) -> int:
    return sum(rights for since, rights in _FILE_RIGHTS_BY_ABI if version >= since)


@contextmanager
def _ruleset(version: int, files: int, *, tcp: bool) -> Iterator[int]:
    fields = [files]
    if version >= _TCP_SINCE:
        fields.append(_TCP if tcp else 0)
    if version >= SCOPES_SINCE:
        fields.append(_SCOPES)
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    ruleset = _call("make Landlock's rules", _CREATE_RULESET, attributes, len(attributes), 0)
    try:
        yield ruleset
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not there, or not reachable: then there is nothing to allow
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _OF_FILES
        if rights:
            beneath = struct.pack("=Qi", rights, place)
            _call(f"allow {path}", _ADD_RULE, ruleset, _PATH_BENEATH, beneath, 0)
    finally:
        os.close(place)


def _give_up_new_privileges() -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, f"Could not give up new privileges: {os.strerror(number)}.")


def _call(purpose: str, number: int, *arguments: int | bytes | None) -> int:
    """A system call; every number is passed at full width, because ``syscall`` takes longs."""
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result: int = ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *wide)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"Could not {purpose}: {os.strerror(error)}.")
    return result
