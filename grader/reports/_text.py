"""Text from strangers, made safe to look at: nothing hidden, nothing endless. Escaping is left to the template."""

import re
from dataclasses import dataclass

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,1000}(?:\x07|\x1b\\)|[@-Z\\-_])")
_HIDDEN = {number: chr(0x2400 + number) for number in range(0x20) if chr(number) not in "\n\t"}
_HIDDEN |= {0x7F: "\u2421"}
_HIDDEN |= {number: f"⟨U+{number:04X}⟩" for number in range(0x80, 0xA0)}
_HIDDEN |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
# Directional controls can make code read differently from what it does (Boucher & Anderson 2021, "Trojan Source").
_DIRECTION = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_HIDDEN |= {number: f"⟨U+{number:04X}⟩" for number in _DIRECTION}
_HIDDEN |= {0x2028: "\n", 0x2029: "\n", 0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}


def visible(text: str) -> str:
    """The text with lone surrogates, control characters and changes of direction shown instead of obeyed."""
    return text.replace("\r\n", "\n").translate(_HIDDEN)


LONGEST_WORD = 20  # characters; a longer one is cut in itself


def one_line(text: str, limit: int = 200) -> str:
    """The text on one line of at most ``limit`` characters, cut between words where it can be, with an ellipsis."""
    line = " ".join(visible(text[: 4 * limit]).split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    between, _, last = cut.rpartition(" ")
    return f"{between if between and len(last) < LONGEST_WORD else cut.rstrip()}…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clipped:
    """The beginning and the end of a text.

    Attributes:
        left_out: what stands between the two, in words; ``""`` when the text is whole.
    """

    head: str
    left_out: str = ""
    tail: str = ""


def clipped(text: str, *, lines: int = 60, end: int = 15, width: int = 600) -> Clipped:
    """At most ``lines`` lines of ``width`` characters, the last ``end`` of them from the text's end."""
    rows = text.split("\n")
    if len(rows) <= lines:
        return Clipped(head=_narrow(rows, width))
    first = lines - end
    left_out = f"{len(rows) - lines:,} lines are left out here"
    return Clipped(head=_narrow(rows[:first], width), left_out=left_out, tail=_narrow(rows[-end:], width))


def _narrow(rows: list[str], width: int) -> str:
    return "\n".join(row if len(row) <= width else f"{row[:width]} … ({len(row) - width:,} more)" for row in rows)


def as_terminal(text: str, limit: int = 400_000) -> str:
    """What a terminal would show in the end: progress bars overwrite themselves, colours are gone.

    Of a text longer than ``limit`` characters, only the beginning and the end are looked at.
    """
    if len(text) > limit:
        text = f"{text[: limit // 2]}\n… ({len(text) - limit:,} characters are left out here) …\n{text[-limit // 2 :]}"
    plain = _ANSI.sub("", text).replace("\r\n", "\n")
    return "\n".join(_overwritten(line) if "\r" in line or "\b" in line else line for line in plain.split("\n"))


def _overwritten(line: str) -> str:
    shown: list[str] = []
    at = 0
    for character in line:
        if character == "\r":
            at = 0
        elif character == "\b":
            at = max(0, at - 1)
        else:
            shown[at : at + 1] = [character]
            at += 1
    return "".join(shown).rstrip()
