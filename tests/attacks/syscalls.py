"""Attacks by system calls that no notebook needs and that have led out of boxes before."""

from tests.attacks.attack import Attack, attempt, cell

_NUMBERS = {  # x86-64, and the table that younger architectures share
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "pidfd_getfd": (438, 438),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "unshare": (272, 97),
    "clone3": (435, 435),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "fsopen": (430, 430),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "sethostname": (170, 161),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "personality": (135, 92),
    "fanotify_init": (300, 262),
}


def calling(*calls: tuple[str, str]) -> str:
    """A cell that makes system calls. Their arguments do nothing even where the call is allowed: that it is allowed is the failure."""
    lines = [
        "import ctypes, errno, os, platform",
        "libc = ctypes.CDLL(None, use_errno=True)",
        "long = ctypes.c_long",
        "room = ctypes.create_string_buffer(4096)",
        "other = platform.machine() != 'x86_64'",
        "refused = True",
        "def call(name, numbers, *args):",
        "    global refused",
        "    ctypes.set_errno(0)",
        "    plain = [long(a) if isinstance(a, int) else a for a in args]",
        "    result = libc.syscall(long(numbers[other]), *plain)",
        "    number = ctypes.get_errno()",
        "    allowed = result >= 0 or number not in (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ESRCH)",
        "    print('ESCAPED' if allowed else 'refused', name, result, errno.errorcode.get(number))",
        "    refused = refused and not allowed",
        *(f"call({name!r}, {_NUMBERS[name]}, {arguments})" for name, arguments in calls),
        "print('REFUSED' if refused else 'ESCAPED')",
    ]
    return "\n".join(lines)


def attack(name: str, must_not: str, *calls: tuple[str, str], quick: bool = False) -> Attack:
    """An attack of one cell."""
    return Attack(name=name, must_not=must_not, cells=(calling(*calls),), quick=quick)


ATTACKS = (
    attack(
        "ptrace",
        "the worker is traced, or made to run other code",
        ("ptrace", "16, os.getppid(), 0, 0"),  # PTRACE_ATTACH
        ("ptrace", "0x4206, os.getppid(), 0, 0"),  # PTRACE_SEIZE
        ("ptrace", "0, 0, 0, 0"),  # PTRACE_TRACEME
        quick=True,
    ),
    attack(
        "reading another process's memory",
        "the worker's memory or descriptors are taken",
        ("process_vm_readv", "os.getppid(), room, 0, room, 0, 0"),
        ("pidfd_getfd", "0, 1, 0"),
    ),
    attack(
        "bpf", "a program is loaded into the kernel", ("bpf", "0, room, 128"), ("perf_event_open", "room, 0, -1, -1, 0")
    ),
    attack("userfaultfd", "the kernel is made to wait for the notebook", ("userfaultfd", "0")),
    attack("io_uring", "calls are made past the filter", ("io_uring_setup", "8, room")),
    attack(
        "keys",
        "keys of the grader's session are read",
        ("keyctl", "0, -3, 1, 0, 0"),
        ("add_key", "b'user', b'name', b'secret', 6, -3"),
        ("request_key", "b'user', b'name', 0, 0"),
    ),
    attack(
        "user namespace",
        "the notebook makes itself root in a namespace of its own",
        ("unshare", "0x10000000"),
        ("unshare", "0x10020000"),
        ("clone3", "room, 64"),
    ),
    Attack(
        name="user namespace by clone",
        must_not="the notebook makes itself root in a namespace of its own",
        cells=(
            cell("""
            import ctypes, os, platform
            flags = {"CLONE_NEWUSER": 0x10000000, "CLONE_NEWNS": 0x20000, "CLONE_NEWNET": 0x40000000, "CLONE_NEWPID": 0x20000000}
            number = 56 if platform.machine() == "x86_64" else 220
            libc, refused = ctypes.CDLL(None, use_errno=True), True
            for name, flag in flags.items():
                child = libc.syscall(ctypes.c_long(number), ctypes.c_long(flag | 17), 0, 0, 0, 0)
                if child == 0:
                    libc._exit(0)
                if child > 0:
                    os.waitpid(child, 0)
                    refused = False
                print(name, child, ctypes.get_errno())
            print("REFUSED" if refused else "ESCAPED")
            """),
        ),
    ),
    attack(
        "mount",
        "a file system is mounted, or /usr remounted to be written to",
        ("mount", "b'none', b'/tmp', b'tmpfs', 0, 0"),
        ("mount", "b'/usr', b'/usr', 0, 0x1000 | 0x20, 0"),
        ("mount", "0, b'/usr', 0, 0x20, 0"),
        ("umount2", "b'/proc', 2"),
        ("pivot_root", "b'.', b'.'"),
        ("chroot", "b'.'"),
        ("fsopen", "b'tmpfs', 0"),
        ("move_mount", "-1, b'.', -1, b'.', 0"),
        ("open_tree", "-100, b'/', 1"),
    ),
    attack(
        "namespaces of others",
        "the namespace of another process is entered",
        ("setns", "os.open('/proc/self/ns/net', os.O_RDONLY) if os.access('/proc/self/ns/net', os.R_OK) else -1, 0"),
    ),
    attack(
        "files by handle",
        "a file is opened by its number, past all folders",
        ("open_by_handle_at", "-100, b'\\x08\\0\\0\\0\\1\\0\\0\\0\\2\\0\\0\\0\\0\\0\\0\\0', 0"),
        ("name_to_handle_at", "-100, b'.', room, room, 0"),
        ("fanotify_init", "0, 0"),
    ),
    attack(
        "kernel modules and reboot",
        "the machine's kernel is changed or restarted",
        ("init_module", "room, 0, b''"),
        ("finit_module", "-1, b'', 0"),
        ("kexec_load", "0, 0, 0, 0"),
        ("reboot", "0, 0, 0, 0"),
        ("swapon", "b'none', 0"),
        ("acct", "b'none'"),
        ("quotactl", "0, 0, 0, 0"),
    ),
    attack(
        "clock and name of the machine",
        "the machine's time or name is changed",
        ("settimeofday", "0, 0"),
        ("clock_settime", "0, 0"),
        ("sethostname", "b'', -1"),
        ("personality", "0x0040000"),
    ),
    Attack(
        name="typing into a terminal",
        must_not="characters are put into the grader's terminal",
        cells=(
            cell("""
            import fcntl, os
            done = 0
            numbers = [0, 1, 2]
            for path in ("/dev/tty", "/dev/console", "/dev/pts/0"):
                try:
                    numbers.append(os.open(path, os.O_RDWR))
                except OSError:
                    pass
            for number in numbers:
                for request in (0x5412, 0x541C):
                    try:
                        fcntl.ioctl(number, request, b"x")
                        done += 1
                    except OSError:
                        pass
            print("ESCAPED" if done else "REFUSED")
            """),
        ),
    ),
    Attack(
        name="priority of the worker",
        must_not="the worker, or all that the grader's user runs, is made to wait",
        cells=(
            attempt("import os; os.sched_setscheduler(os.getppid(), os.SCHED_IDLE, os.sched_param(0))"),
            attempt("import os; os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)"),
            attempt("import os; os.setpriority(os.PRIO_USER, 0, 19)"),
        ),
    ),
    Attack(
        name="names told by inotify",
        must_not="the names of files outside are told as they are used",
        cells=(
            attempt("""
            import ctypes, os
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.inotify_add_watch(libc.inotify_init(), os.path.dirname("{canary}").encode(), 0xFFF) < 0:
                raise OSError(ctypes.get_errno(), "refused")
            """),
        ),
    ),
)
