"""Writes files and archives that mean harm."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.attacks.handing_in import book, code


def a_file(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(content) and None


def a_zip(members: dict[str, bytes], **facts: int) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        with zipfile.ZipFile(folder / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                info = zipfile.ZipInfo(name)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = facts.get("mode", 0o100644) << 16
                archive.writestr(info, content)

    return make


def lying_zip(folder: Path) -> None:
    """A member that says it has 10 bytes and inflates to 200 MB."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.ipynb", b" " * 200_000_000)
    (folder / "class.zip").write_bytes(stream.getvalue().replace((200_000_000).to_bytes(4, "little"), b"\x0a\0\0\0"))


def overlapping_zip(folder: Path) -> None:
    """A table of contents in which two thousand members are all the same 10 MB of data."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a0000.ipynb", b"{" + b" " * 10_000_000)
        first = archive.infolist()[0]
        for number in range(1, 2000):
            member = zipfile.ZipInfo(f"a{number:04}.ipynb")
            for fact in ("compress_type", "CRC", "compress_size", "file_size", "header_offset"):
                setattr(member, fact, getattr(first, fact))
            archive.filelist.append(member)
    (folder / "class.zip").write_bytes(stream.getvalue())


def nested_zip(folder: Path) -> None:
    content = book(code())
    for level in range(5):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{level}.zip" if level else "a.ipynb", content)
        content = stream.getvalue()
    (folder / "class.zip").write_bytes(content)


def sparse(folder: Path) -> None:
    with (folder / "big.ipynb").open("wb") as stream:
        stream.truncate(300_000_000)


def odd_files(folder: Path) -> None:
    (folder / "passwd.ipynb").symlink_to("/etc/passwd")
    (folder / "loop.ipynb").symlink_to("loop.ipynb")
    (folder / "up").symlink_to("..")
    os.mkfifo(folder / "pipe.ipynb")


def deep_folders(folder: Path) -> None:
    here = os.getcwd()  # noqa: PTH109 - the folders are too deep for a path
    try:
        os.chdir(folder)
        for _ in range(400):
            os.mkdir("d" * 50)  # noqa: PTH102
            os.chdir("d" * 50)
        Path("a.ipynb").write_bytes(book(code()))
    finally:
        os.chdir(here)


def huge_png(width: int, height: int) -> str:
    """A picture of few bytes that says it is huge."""
    import base64
    import struct
    import zlib

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    pixels = zlib.compress(b"\0" * 5_000_000)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return base64.b64encode(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    ).decode()


def shown(**data: object) -> dict[str, object]:
    return {"output_type": "display_data", "data": {key.replace("_", "/", 1): value for key, value in data.items()}}
