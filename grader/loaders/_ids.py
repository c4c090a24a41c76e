"""Ids of submissions: safe as a folder name on every system, and never the same twice."""

import re
import unicodedata

LONGEST = 60
_UNSAFE = re.compile(r"[^A-Za-z0-9_]+")
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})


def slug(name: str) -> str:
    """The name in ASCII letters, digits, ``-`` and ``_``; never empty, at most 60 characters, no device of Windows."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    short = _UNSAFE.sub("-", ascii_only).strip("-_")[:LONGEST].rstrip("-_")
    if not short:
        return "submission"
    return f"{short}-file" if short.lower() in _RESERVED else short


class Ids:
    """Gives each name an id that no other has, however their letters are cased."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def take(self, name: str) -> str:
        """A new id for this name: its slug, or the slug with ``-2``, ``-3``, … behind it."""
        wanted = slug(name)
        found = wanted
        while found.lower() in self._taken:
            number = self._next.get(wanted.lower(), 2)
            self._next[wanted.lower()] = number + 1
            found = f"{wanted[: LONGEST - len(str(number)) - 1]}-{number}"
        self._taken.add(found.lower())
        return found
