"""Bytes of unknown encoding as clean text."""

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins with the mark of UTF-16, so it is asked for first
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def decoded(content: bytes) -> tuple[str, str]:
    """The text, and a note when its encoding was not the UTF-8 that notebooks are saved in (else ``""``)."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            text = content[len(mark) :].decode(encoding, errors="replace")
            return text, "" if encoding == "utf-8" else f"The file was saved as {encoding[:6].upper()} text."
    for encoding in _without_mark(content):
        try:
            return content.decode(encoding), "" if encoding == "utf-8" else "The file was saved as UTF-16 text."
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", errors="replace"), "The file is not UTF-8 text; it was read as Windows-1252."


def cleaned(text: str) -> str:
    """The text with one kind of line ending, and lone surrogates (which nothing can store) replaced."""
    return _SURROGATE.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


def printable(name: str, limit: int = 300) -> str:
    """A file's name as one line that can be shown: no control characters, no marks that reverse the writing."""
    return _CONTROL.sub("?", _SURROGATE.sub("\ufffd", name))[-limit:]


def _without_mark(content: bytes) -> tuple[str, ...]:
    head = content[:64]
    if len(head) >= 4 and head[1::2].count(0) > len(head) // 3:
        return ("utf-16-le", "utf-8")
    if len(head) >= 4 and head[0::2].count(0) > len(head) // 3:
        return ("utf-16-be", "utf-8")
    return ("utf-8",)
