"""The student's notebook, cell by cell, with what was found about each cell."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.evidence import CellOutcome, CellRunRecord, Evidence
from grader.grade import Score
from grader.reports import _anchors, _code, _markdown
from grader.reports._outputs import Album, OutputView, views
from grader.reports._text import one_line
from grader.submission import Cell, CellKind

CELLS = 500
"""Cells that are shown at most; the longest real notebooks have about a hundred."""

_ENDED = {
    CellOutcome.ERROR: "stopped with an error in our run",
    CellOutcome.TIME_LIMIT: "reached the time limit in our run",
    CellOutcome.KILLED: "the kernel ended here in our run",
    CellOutcome.NOT_REACHED: "not reached in our run",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A block of a student's text, and the lines of it that findings are about."""

    html: Markup
    cited: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """One cell as it is shown.

    Attributes:
        text: of a markdown cell; the others have a ``listing``.
        cited: numbers of the lines that findings are about.
        notes: the scores whose findings are about this cell.
        ended: how it ended in our run, where that needs saying.
        reason: why it failed, in a sentence.
        ran: what our run put out.
        saved: what the student's file came with.
    """

    index: int
    kind: str
    text: tuple[Passage, ...] | None
    listing: _code.Listing | None
    cited: frozenset[int]
    notes: tuple[Score, ...]
    ended: str
    reason: str
    ran: tuple[OutputView, ...]
    saved: tuple[OutputView, ...]


def cells(evidence: Evidence, scores: Sequence[Score], places: _anchors.Map) -> tuple[CellView, ...]:
    """Every cell up to a limit, in order."""
    album = Album()
    return tuple(_view(cell, evidence, scores, places, album) for cell in evidence.submission.cells[:CELLS])


def _view(cell: Cell, evidence: Evidence, scores: Sequence[Score], places: _anchors.Map, album: Album) -> CellView:
    notes = tuple(each for each in scores if any(place.cell == cell.index for place in each.finding.places))
    cited = places.cited(cell.index)
    as_text = cell.kind is CellKind.MARKDOWN
    run = evidence.run.cell_run(cell.index)
    return CellView(
        index=cell.index,
        kind=str(cell.kind),
        text=_passages(cell.source, cited) if as_text else None,
        listing=None if as_text else _code.listing(cell.source, python=cell.kind is CellKind.CODE),
        cited=cited,
        notes=notes,
        ended=_ENDED.get(run.outcome, "") if run else "",
        reason=_reason(run),
        ran=views(run.outputs, album) if run else (),
        saved=views(cell.outputs, album),
    )


def _passages(source: str, cited: frozenset[int]) -> tuple[Passage, ...]:
    """The text in blocks; a cited line belongs to the block that it stands in, or to the next one."""
    found = _markdown.blocks(source) or (_markdown.Block(html=Markup(), last_line=0),)
    begins, made = 0, []
    for number, block in enumerate(found):
        ends = block.last_line if number < len(found) - 1 else max(cited, default=0)
        made.append(Passage(html=block.html, cited=tuple(sorted(n for n in cited if begins < n <= ends))))
        begins = max(begins, ends)
    return tuple(made)


def _reason(run: CellRunRecord | None) -> str:
    if run is None or run.error is None:
        return ""
    return one_line(run.error.reason or f"{run.error.name}: {run.error.message}", 300)
