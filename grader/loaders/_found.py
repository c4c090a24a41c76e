"""What is found on the way to a submission: content to load, or a place where none could be had."""

from dataclasses import dataclass

LARGEST_FILE = 30_000_000  # bytes; notebooks with every output saved rarely pass 10 MB

_SKIPPED = frozenset({"__MACOSX", "__pycache__", "node_modules", "site-packages", "venv", "virtualenv"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file with its bytes.

    Attributes:
        parts: folders, archives and the file's own name; the student is read from them.
        path: as a person would name it.
        suffix: of the submission format.
    """

    parts: tuple[str, ...]
    path: str
    suffix: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A file that could not be read, with the reason and what to do about it."""

    parts: tuple[str, ...]
    path: str
    reason: str
    advice: str


def skipped(name: str) -> bool:
    """Whether nobody hands in a file or folder of this name: hidden ones, caches, environments."""
    return name.startswith(".") or name in _SKIPPED


def too_large(size: int, limit: int) -> tuple[str, str]:
    """Reason and advice for a file of more bytes than the limit."""
    return (
        f"The file has {size / 1e6:,.1f} MB; at most {limit / 1e6:,.0f} MB are read.",
        "Clear the outputs (Edit > Clear Outputs of All Cells), save, and hand it in again.",
    )
