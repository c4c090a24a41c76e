"""Prose blocks as records, each with the heading above it."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.evidence import TextRecord, Where
from grader.reading.blocks import Block, BlockKind
from grader.submission import Place

LONGEST = 50_000  # characters of one record
_EMBEDDED = re.compile(r"data:[\w/+.-]{1,80};base64,[A-Za-z0-9+/=%]*")
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|code|dd|del|details|div|dl|dt|em|figcaption|figure|font|h[1-6]|hr|i|img|ins"
    r"|li|mark|ol|p|pre|q|s|section|small|span|strike|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul)"
    r"(?:\s+[\w:-]{1,50}\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+))*\s*/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&#?\w{1,32};")


@dataclass(slots=True)
class Headings:
    """The heading that what comes next stands under; goes on from cell to cell."""

    current: str = ""


def texts(found: Iterable[Block], cell: int, where: Where, headings: Headings) -> Iterator[TextRecord]:
    """A record for each section of prose: a heading's own words are the first line of what stands under it.

    Students put questions, and whole answers, into headings: so no word of a heading is lost to the text. Code
    between two paragraphs ends a section. Line n of a record's text is line n of the cell, counted from its place.
    """
    pending: Block | None = None
    for block in found:
        if block.kind is BlockKind.PROSE:
            yield _record(pending, block.text, block.line, cell, where, headings)
            pending = None
            continue
        if pending is not None:
            yield _record(pending, "", pending.line, cell, where, headings)
            pending = None
        if block.kind is BlockKind.HEADING:
            headings.current, pending = _plain(block.text), block
    if pending is not None:
        yield _record(pending, "", pending.line, cell, where, headings)


def _record(heading: Block | None, text: str, line: int, cell: int, where: Where, headings: Headings) -> TextRecord:
    gap = "\n" * max(line - heading.line, 1) if heading else ""
    shown = _shown(text)
    return TextRecord(
        text=(f"{_plain(heading.text)}{gap}{shown}".rstrip() if heading else shown)[:LONGEST],
        where=where,
        place=Place(cell=cell, line=heading.line if heading else line),
        heading=headings.current,
    )


def _plain(heading: str) -> str:
    """A heading without the tags and the marks of emphasis around it."""
    shown = _shown(heading)
    return shown.strip("*_` ") or shown


def _shown(text: str) -> str:
    """Words as a reader sees them, with no HTML and no data of images; every line stays on its line.

    Entities are resolved after the tags are gone, so that an escaped tag (``&lt;b&gt;``) stays a word of the text.
    """
    untagged = _TAG.sub(lambda tag: "\n" * tag.group().count("\n"), _EMBEDDED.sub("", text))
    return _ENTITY.sub(
        lambda entity: " ".join(html.unescape(entity.group()).split("\n")).replace("\xa0", " "), untagged
    )
