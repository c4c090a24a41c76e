"""Which system calls are refused inside the box. Built with libseccomp; what is not named here stays allowed.

Two filters, one on top of the other: `restrict_box` is for everything inside, `restrict_kernel` for the notebook's
kernel and what it starts. A filter sees registers only, so whatever stands behind a pointer is decided elsewhere (by
Landlock or by namespaces), or the whole call is refused.

A comparison for equality looks at the lower 32 bits wherever Linux does: it ignores what a caller puts above them.
"""

from __future__ import annotations

import errno
import platform
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyseccomp

_MEMORY_OF_OTHERS = ("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_getfd", "kcmp")
_INSIDES_OF_LINUX = (
    *("bpf", "perf_event_open", "userfaultfd", "add_key", "request_key", "keyctl", "fanotify_init", "lookup_dcookie"),
    *("init_module", "finit_module", "delete_module", "create_module", "query_module", "get_kernel_syms"),
    *("kexec_load", "kexec_file_load", "iopl", "ioperm", "modify_ldt", "vm86", "vm86old", "uselib", "_sysctl"),
)
_FILE_SYSTEMS = (
    *("mount", "umount", "umount2", "pivot_root", "chroot", "setns", "quotactl", "nfsservctl"),
    *("fsopen", "fsconfig", "fsmount", "fspick", "move_mount", "open_tree", "name_to_handle_at", "open_by_handle_at"),
)
_THE_MACHINE = (
    *("reboot", "swapon", "swapoff", "acct", "syslog", "vhangup", "sethostname", "setdomainname"),
    *("settimeofday", "stime", "clock_settime", "clock_settime64", "clock_adjtime", "clock_adjtime64", "adjtimex"),
)
_OUTLIVING = ("shmget", "msgget", "semget", "mq_open")  # memory and queues that stay when the box has gone
REFUSED = (*_MEMORY_OF_OTHERS, *_INSIDES_OF_LINUX, *_FILE_SYSTEMS, *_THE_MACHINE, *_OUTLIVING)
REFUSED_BY_NUMBER = (442, 443, 447, 467)
"""mount_setattr, quotactl_fd, memfd_secret, open_tree_attr: younger than libseccomp may be, one number everywhere."""
UNKNOWN = ("clone3", "io_uring_setup", "io_uring_enter", "io_uring_register", "memfd_create")
"""Answered as by a kernel that does not have them: callers then fall back to what can be filtered, or measured."""

OF_FILES = (
    *("chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat"),
    *("utime", "utimes", "futimesat", "utimensat"),
    *("setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr"),
)
"""Calls that change what is said about a file: its owner may, and Landlock has no rules for them."""
OF_FILES_BY_NUMBER = (452, 463, 466, 469)
"""fchmodat2, setxattrat, removexattrat, file_setattr."""
WATCHING_FILES = ("inotify_add_watch", "fanotify_mark")
"""Tell the names of files in folders as they are used; Landlock has no rules for that either."""

_NEW_NAMESPACES = (0x80, 0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
_NEW_TIME_NAMESPACE = 0x80  # in clone these bits are the signal that a child ends with
_TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX: typing into somebody else's terminal
_SIGNAL_OWNERS = (0x8901, 0x8902)  # FIOSETOWN, SIOCSPGRP: signals sent on a file's behalf
_SET_OWNER = (8, 15)  # F_SETOWN, F_SETOWN_EX
_ITSELF = {"setpriority": 0, "ioprio_set": 1}  # PRIO_PROCESS, IOPRIO_WHO_PROCESS
_UNIX, _INET, _INET6, _NETLINK = 1, 2, 10, 16
_LOW = 0xFFFFFFFF


def available() -> bool:
    """Whether system calls can be filtered here: Linux, with libseccomp."""
    if sys.platform != "linux":
        return False
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, RuntimeError, OSError, AttributeError):
        return False
    return True


def restrict_box(*, network_namespace: bool, own_files: bool = True) -> None:
    """Refuse, from now on and for good, what no notebook needs and what leads out of boxes.

    Args:
        network_namespace: the box has a network of its own, so that internet sockets lead nowhere and may be made.
        own_files: the box has files of its own. Where they are the user's, permissions and times cannot be changed;
            the calls are answered as if they had been, because copying a file does it by the way.

    Raises:
        OSError: the filter could not be put in place.
    """
    rules = _Rules()
    for name in REFUSED:
        rules.refuse(name)
    for number in REFUSED_BY_NUMBER:
        rules.refuse(number)
    for name in UNKNOWN:
        rules.refuse(name, answer=errno.ENOSYS)
    _refuse_namespaces(rules)
    _refuse_families(rules, {_UNIX, _INET, _INET6} if network_namespace else {_UNIX})
    for request in _TERMINAL_INPUT:
        rules.refuse("ioctl", rules.low(1, request))
    rules.refuse("personality", rules.other(0, 0))  # any: without address randomisation, 32 bit, old quirks
    rules.refuse("prlimit64", rules.other(0, 0))  # limits of other processes: the worker's, the grader's
    for call in () if own_files else (*OF_FILES, *OF_FILES_BY_NUMBER):
        rules.refuse(call, answer=0)
    for call in () if own_files else WATCHING_FILES:
        rules.refuse(call)
    rules.load()


def restrict_kernel(*, worker: int, group: int, connect: bool) -> None:
    """Refuse signals to the worker, and, on demand, every way to a socket that somebody else has made.

    Signals are refused by value, as far as values go: where Landlock knows scopes, it does this without gaps.

    Args:
        worker: the process that must not be reached.
        group: its process group.
        connect: whether connections stay possible. A box without a network namespace says no: a path in the file
            system may be the socket of a service outside.
    """
    rules = _Rules()
    for target in (worker, -1, -group):
        rules.refuse("kill", rules.low(0, target))
    for name in ("tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open"):
        rules.refuse(name, rules.low(0, worker))
    rules.refuse("pidfd_send_signal")  # its target is a file descriptor, which a filter cannot look into
    for name in ("sched_setscheduler", "sched_setparam", "sched_setattr", "sched_setaffinity"):
        rules.refuse(name, rules.low(0, worker))
    for name in ("setpriority", "ioprio_set"):
        rules.refuse(name, rules.low(1, worker))
        rules.refuse(name, rules.above(0, _ITSELF[name]))  # groups, and all that a user has
    for command in _SET_OWNER:
        rules.refuse("fcntl", rules.low(1, command))
    for request in _SIGNAL_OWNERS:
        rules.refuse("ioctl", rules.low(1, request))
    if not connect:
        _refuse_connections(rules)
    rules.load()


def _refuse_namespaces(rules: _Rules) -> None:
    swapped = platform.machine().startswith("s390")  # there, flags come second
    for flag in _NEW_NAMESPACES:
        rules.refuse("unshare", rules.bits(0, flag, flag))
        if flag != _NEW_TIME_NAMESPACE:
            rules.refuse("clone", rules.bits(1 if swapped else 0, flag, flag))


def _refuse_families(rules: _Rules, allowed: set[int]) -> None:
    """All socket families but these. libzmq aborts unless netlink is refused as if it were not built in."""
    for name in ("socket", "socketpair"):
        for family in set(range(_NETLINK)) - allowed:
            rules.refuse(name, rules.low(0, family))
        rules.refuse(name, rules.low(0, _NETLINK), answer=errno.EOPNOTSUPP)
        rules.refuse(name, rules.above(0, _NETLINK))


def _refuse_connections(rules: _Rules) -> None:
    rules.refuse("connect")
    rules.refuse("sendto", rules.other(4, 0))  # a message with an address
    for name in ("socket", "socketpair"):
        for kind in (2, 3):  # datagrams (raw is the same for Unix sockets): sendmsg gives them an address in memory
            rules.refuse(name, rules.low(0, _UNIX), rules.bits(1, 0xF, kind))


class _Rules:
    """A filter in the making; a call that this machine does not have needs no rule."""

    def __init__(self) -> None:
        import pyseccomp

        self._library = pyseccomp
        self._filter = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        # Calls of another architecture (int 0x80, x32) have other numbers: all of them are answered "no such call".
        self._filter.set_attr(pyseccomp.Attr.ACT_BADARCH, pyseccomp.ERRNO(errno.ENOSYS))

    def refuse(self, call: str | int, *where: pyseccomp.Arg, answer: int = errno.EPERM) -> None:
        number = self._library.resolve_syscall(self._library.Arch.NATIVE, call) if isinstance(call, str) else call
        if number >= 0:
            self._filter.add_rule_exactly(self._library.ERRNO(answer), number, *where)

    def low(self, place: int, value: int) -> pyseccomp.Arg:
        return self.bits(place, _LOW, value & _LOW)

    def bits(self, place: int, mask: int, value: int) -> pyseccomp.Arg:
        return self._library.Arg(place, self._library.MASKED_EQ, mask, value)

    def other(self, place: int, value: int) -> pyseccomp.Arg:
        return self._library.Arg(place, self._library.NE, value)

    def above(self, place: int, value: int) -> pyseccomp.Arg:
        return self._library.Arg(place, self._library.GT, value)

    def load(self) -> None:
        self._filter.load()
