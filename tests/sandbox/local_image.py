"""A container image made of this machine's own Python: no registry is asked for anything."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterator
from ctypes.util import find_library
from importlib import metadata
from pathlib import Path, PurePosixPath

LEFT_OUT = {"test", "tests", "__pycache__", "site-packages", "idlelib", "tkinter", "ensurepip", "turtledemo"}
FINDS_LIBRARIES = (Path("/sbin/ldconfig"), Path("/etc/ld.so.cache"))
WORKER_NEEDS = ("ipykernel", "nbclient", "pyseccomp")


def write(path: Path, *, packages: bool) -> None:
    """Write a root file system as a tar file: Python, what it links to, ``env`` and, if asked, what the worker needs."""
    standard = Path(sysconfig.get_paths(vars={"installed_base": sys.base_prefix})["stdlib"])
    inside = PurePosixPath("usr/local/lib", standard.name)
    files = {PurePosixPath("usr/local/bin/python"): Path(sys.executable).resolve()}
    files |= {inside / file.relative_to(standard).as_posix(): file for file in _files(standard)}
    if packages:
        files |= {inside / "site-packages" / name: file for name, file in _packages()}
    env = shutil.which("env")
    assert env is not None
    files[PurePosixPath("usr/bin/env")] = Path(env).resolve()
    files |= _libraries(list(files.values()))
    if seccomp := find_library("seccomp"):
        home = next(name.parent for name in files if name.name.startswith("libc.so"))
        files |= {PurePosixPath(str(file)[1:]): file for file in FINDS_LIBRARIES if file.is_file()}
        files[home / seccomp] = files[home / "libc.so.6"].with_name(seccomp).resolve()
    with tarfile.open(path, "w", dereference=True) as tar:
        parents = {parent for name in files for parent in name.parents if parent.name}
        for folder in sorted([*map(str, parents), "tmp", "data", "proc", "sys", "dev"]):
            made = tarfile.TarInfo(folder)
            made.type, made.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(made)
        for name, file in files.items():
            tar.add(file, arcname=str(name), recursive=False, filter=_readable)


def _readable(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mode |= 0o555 if member.mode & 0o100 else 0o444
    member.uid = member.gid = 0
    return member


def _files(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        yield from (Path(where, name) for name in names)


def _packages() -> Iterator[tuple[str, Path]]:
    wanted, known = list(WORKER_NEEDS), set[str]()
    while wanted:
        name = wanted.pop()
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        if name in known:
            continue
        known.add(name)
        for file in found.files or []:
            path = Path(str(file.locate()))
            if ".." not in file.parts and path.is_file():
                yield file.as_posix(), path
        for needed in found.requires or []:
            if "extra ==" not in needed:
                wanted.append(re.split(r"[^\w.-]", needed, maxsplit=1)[0])


def _libraries(files: list[Path]) -> dict[PurePosixPath, Path]:
    """All shared libraries that these files link to, in the folder of the C library, where every loader looks."""
    binaries = [str(file) for file in files if ".so" in file.name or file.parent.name == "bin"]
    told = subprocess.run([shutil.which("ldd") or "ldd", *binaries], capture_output=True, text=True, check=False).stdout
    paths = {Path(found) for found in re.findall(r"(/\S+) \(0x", told)}
    home = next(path.parent for path in paths if path.name.startswith("libc.so"))
    named = {PurePosixPath(str(home / path.name)[1:]): path.resolve() for path in paths if "ld-linux" not in path.name}
    return named | {PurePosixPath(str(path)[1:]): path.resolve() for path in paths if "ld-linux" in path.name}
