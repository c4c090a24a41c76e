"""From a submission to what is written in it. Pure: nothing is executed, and hostile source ends at a limit."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

from grader.evidence import (
    CallRecord,
    ImportRecord,
    SourceRecord,
    SyntaxRecord,
    TextRecord,
    WrittenCodeRecord,
)
from grader.reading.blocks import Block, BlockKind, blocks
from grader.reading.calls import calls, imports, in_order
from grader.reading.cells import Prepared, prepared
from grader.reading.frameworks import frameworks
from grader.reading.models import Written, models
from grader.reading.passages import Passage, passages
from grader.reading.text import Headings, texts
from grader.submission import Cell, CellKind, Place, Submission

MOST_RECORDS = 5000  # of each kind
LONGEST_SOURCE = 3_000_000  # characters of all cells that are read


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Gathers records from cell to cell."""

    imports: list[ImportRecord] = field(default_factory=list)
    calls: list[CallRecord] = field(default_factory=list)
    code: list[WrittenCodeRecord] = field(default_factory=list)
    text: list[TextRecord] = field(default_factory=list)
    errors: list[SyntaxRecord] = field(default_factory=list)
    sources: list[Written] = field(default_factory=list)
    headings: Headings = field(default_factory=Headings)
    unread: dict[int, str] = field(default_factory=dict)

    def read_cell(self, cell: Cell) -> None:
        """Read a cell as far as possible: a mistake of ours in one aspect of it costs none of the others."""
        with self._going_on(cell):
            code = prepared(cell.source) if cell.kind is CellKind.CODE else None
            runs = code is not None and code.tree is not None and bool(code.tree.body)
            with self._going_on(cell):
                if code is not None:
                    self._read_code(cell, code)
            before = self.headings.current
            for passage in passages(cell, code):
                with self._going_on(cell):
                    self._read_passage(cell, passage)
            if runs:  # a comment that looks like a heading is none for the cells below
                self.headings.current = before

    @contextmanager
    def _going_on(self, cell: Cell) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - a gap in the reading must not cost the record
            self.unread[cell.index] = type(error).__name__

    def _read_passage(self, cell: Cell, passage: Passage) -> None:
        found = list(blocks(passage))
        for block in found:
            if block.kind is BlockKind.CODE:
                with self._going_on(cell):
                    self._read_written(cell, block, passage)
        room = MOST_RECORDS - len(self.text)
        self.text.extend(islice(texts(found, cell.index, passage.where, self.headings), max(room, 0)))

    def _read_code(self, cell: Cell, code: Prepared) -> None:
        if code.tree is None:
            place = Place(cell=cell.index, line=code.line if code.line and code.line > 0 else None)
            self.errors.append(SyntaxRecord(message=code.error, place=place))
            return
        self._gather(Written(tree=code.tree, cell=cell.index), code.text)

    def _read_written(self, cell: Cell, block: Block, passage: Passage) -> None:
        if len(self.code) < MOST_RECORDS:
            place = Place(cell=cell.index, line=block.line)
            self.code.append(WrittenCodeRecord(text=block.text, where=passage.where, place=place))
        tree = prepared(block.text).tree
        if tree is not None:
            self._gather(Written(tree=tree, cell=cell.index, line=block.line, where=passage.where), block.text)

    def _gather(self, source: Written, text: str) -> None:
        nodes = in_order(source.tree)
        self.sources.append(source)
        room = MOST_RECORDS - len(self.imports)
        self.imports.extend(islice(imports(nodes, source.cell, source.line, source.where), max(room, 0)))
        room = MOST_RECORDS - len(self.calls)
        self.calls.extend(islice(calls(nodes, text, source.cell, source.line, source.where), max(room, 0)))


def read(submission: Submission) -> SourceRecord:
    """What is written in a notebook: code, networks, prose, and what its saved outputs tell of its history.

    At most 5000 records of each kind are kept, and three million characters of source are read.
    """
    reader, length = _Reader(), 0
    for cell in submission.cells:
        length += len(cell.source)
        if length > LONGEST_SOURCE:
            break
        reader.read_cell(cell)
    networks = models(reader.sources)
    return SourceRecord(
        frameworks=frameworks(reader.imports),
        imports=tuple(reader.imports),
        calls=tuple(reader.calls),
        models=networks.records,
        code=tuple(reader.code),
        text=tuple(reader.text),
        syntax_errors=tuple(reader.errors),
        saved_order=_saved_order(submission),
        has_saved_outputs=any(cell.outputs for cell in submission.cells),
        unread=_unread({**networks.unread, **reader.unread}),
    )


def _unread(reasons: Mapping[int, str]) -> tuple[str, ...]:
    """A sentence for each cell with a gap in its reading."""
    return tuple(f"Cell {cell} could not be read to its end ({reason})." for cell, reason in sorted(reasons.items()))


def _saved_order(submission: Submission) -> tuple[int, ...]:
    """Code cells by the count beside them; those that were never run are left out."""
    counted = [(cell.execution_count, cell.index) for cell in submission.cells if cell.execution_count is not None]
    return tuple(index for _, index in sorted(counted))
