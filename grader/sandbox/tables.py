"""Accuracies in tables of text: as pandas prints them, lined up with blanks, or with ``|`` or tabs between cells."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

MOST_COLUMNS = 40
_LONGEST_NAME = 60
_MOST_WORDS = 6
_MOST_WORDS_BEFORE = 4  # of a label, one blank before its number
_PATIENCE = 2  # lines without a number that may stand between a head and its rows: pandas' name of the index, a rule
_GAP = re.compile(r"\s{2,}")
_BARS = re.compile(r"[|│┃\t]")
_RULE = re.compile(r"[\s|│┃+:=\-─━┼┿╇╈├┤┡┩╞╡]*")
_NUMBER = re.compile(r"(?<!\S)(?P<digits>\d{1,3}(?:\.\d{1,20})?)(?P<percent>\s?%)?(?=\s|$)")
_SERIES = re.compile(r"Name: (?P<name>[^,]{1,60}), (?:Length: \d+, )?dtype: ")
_SPREAD = re.compile(r"\s?(?:±|\+/-|\+-)\s*[\d.]{1,20}\s?%?")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_ACCURACY = frozenset({"acc", "accuracy", "accuracies"})
_TRAINING = frozenset({"train", "training", "trained"})
_OTHER_DATA = frozenset({"test", "testing", "val", "valid", "validation", "eval", "evaluation"})
_NO_SHARE = frozenset(
    "top std var sd diff difference gain delta drop improvement gap error change count".split()  # noqa: SIM905 - readable
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableNumber:
    """A number in a table under or beside the word accuracy.

    Attributes:
        line: index of its line.
        column: the name that it stands under or beside.
        percent: it is written with a percent sign, or its column is in percent.
    """

    line: int
    digits: str
    percent: bool
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """A piece of a line; ``position`` counts the cells before it."""

    text: str
    start: int
    end: int
    position: int

    @property
    def words(self) -> frozenset[str]:
        return _words(self.text[:_LONGEST_NAME])

    @property
    def is_training(self) -> bool:
        return bool(self.words & _TRAINING) and not self.words & _OTHER_DATA

    @property
    def is_accuracy(self) -> bool:
        few = len(self.text) <= _LONGEST_NAME and len(self.text.split()) <= _MOST_WORDS
        return few and bool(self.words & _ACCURACY) and not self.words & _NO_SHARE and not self.is_training


@dataclass(slots=True, kw_only=True)
class _Table:
    """The head of the table that lines are read under, without cells there is none; and the last number of each row."""

    head: list[_Cell] = field(default_factory=list)
    barred: bool = False
    patience: int = 0
    rows: list[tuple[int, _Cell]] = field(default_factory=list)

    def begin(self, cells: list[_Cell], *, barred: bool) -> None:
        self.head, self.barred, self.patience, self.rows = cells, barred, _PATIENCE, []

    def over(self, number: _Cell, *, barred: bool) -> _Cell | None:
        """The column that a number of a row belongs to: that which it is lined up with, or as far from the left."""
        if barred != self.barred:
            return None
        if barred:
            return next((each for each in self.head if each.position == number.position), None)
        ends = (each for each in self.head if each.end == number.end)
        return next(ends, None) or next((each for each in self.head if _overlap(each, number)), None)

    def is_of_history(self, column: _Cell) -> bool:
        """Whether it is ``accuracy`` beside ``val_accuracy``: what Keras calls the accuracy in training."""
        others = (each.words for each in self.head if each.words != column.words)
        return any(words - _OTHER_DATA == column.words for words in others)


def table_numbers(lines: Iterable[str]) -> Iterator[TableNumber]:
    """Numbers under a head, or beside a label, that says accuracy and does not say training.

    In a table with a column ``val_accuracy``, a column ``accuracy`` is that of training, as Keras names it.
    """
    table = _Table()
    for index, line in enumerate(lines):
        if _RULE.fullmatch(line):
            if not line.strip():
                _forget(table)
            continue
        barred = _BARS.search(line) is not None
        cells = _cells(line, barred=barred)
        numbers = _numbers(cells)
        if numbers:
            table.patience = 0
            yield from _row(table, cells, numbers, barred=barred, line=index)
        elif _is_head(cells):
            table.begin(cells, barred=barred)
        else:
            yield from _of_series(table, line)
            _forget(table)


def _forget(table: _Table) -> None:
    """One line that is no row may follow the head; any other ends the table."""
    table.patience -= 1
    if table.patience < 0:
        table.begin([], barred=False)


def _is_head(cells: list[_Cell]) -> bool:
    """Whether a line names columns. One name alone that is not moved in is a title."""
    naming = any(each.is_accuracy or each.is_training or each.words & _OTHER_DATA for each in cells)
    return naming and (len(cells) > 1 or cells[0].start > 0)


def _of_series(table: _Table, line: str) -> Iterator[TableNumber]:
    """The rows above, when this is the line below a pandas Series that gives its name."""
    found = _SERIES.match(line)
    name = _Cell(text=found["name"].strip(), start=0, end=0, position=0) if found else None
    if name is not None and name.is_accuracy:
        for index, number in table.rows:
            yield _made(number, name, index)


def _cells(line: str, *, barred: bool) -> list[_Cell]:
    between = _BARS if barred else _GAP
    found: list[_Cell] = []
    start = 0
    for position, gap in enumerate([*between.finditer(line), None]):
        end = gap.start() if gap else len(line)
        text = line[start:end].replace("**", "").strip()
        left = start + len(line[start:end]) - len(line[start:end].lstrip())
        if text and len(found) < MOST_COLUMNS:
            found.append(_Cell(text=text, start=left, end=left + len(line[start:end].strip()), position=position))
        start = gap.end() if gap else end
    return found


def _numbers(cells: list[_Cell]) -> list[_Cell]:
    """The numbers among the cells, and at the ends of those that a single blank stands in; none out of sentences."""
    found: list[_Cell] = []
    for cell in cells:
        text = _SPREAD.sub("", cell.text)
        for match in _at_the_end(text):
            whole = match.span() == (0, len(text))
            start = cell.start + (0 if whole else match.start())
            end = cell.end if match.end() == len(text) else start + len(match.group())
            found.append(_Cell(text=match.group(), start=start, end=end, position=cell.position))
    return found[:MOST_COLUMNS]


def _at_the_end(text: str) -> list[re.Match[str]]:
    """The numbers that a cell ends in, behind a label or nothing."""
    found: list[re.Match[str]] = []
    begin = len(text)
    for match in reversed(list(_NUMBER.finditer(text))):
        if text[match.end() : begin].strip():
            break
        begin = match.start()
        found.insert(0, match)
    return found if len(text[:begin].split()) <= _MOST_WORDS_BEFORE else []


def _row(table: _Table, cells: list[_Cell], numbers: list[_Cell], *, barred: bool, line: int) -> Iterator[TableNumber]:
    labels = [cell for cell in cells if not _NUMBER.match(cell.text)]
    if any(label.is_training or label.words & _NO_SHARE for label in labels):
        return
    table.rows.append((line, numbers[-1]))
    for number in numbers:
        over = table.over(number, barred=barred)
        if over is not None and (over.is_training or table.is_of_history(over)):
            continue
        named = over if over is not None and over.is_accuracy else _beside(labels, number)
        if named is not None and named.is_accuracy:
            yield _made(number, named, line)


def _beside(labels: list[_Cell], number: _Cell) -> _Cell | None:
    """The nearest label to the left of a number; none when the number ends a label itself."""
    before = [label for label in labels if label.position <= number.position]
    return before[-1] if before and before[-1].position < number.position else None


def _made(number: _Cell, named: _Cell, line: int) -> TableNumber:
    match = _NUMBER.match(number.text)
    digits = match["digits"] if match else number.text
    percent = "%" in number.text or "%" in named.text or "percent" in named.words
    return TableNumber(line=line, digits=digits, percent=percent, column=named.text)


@lru_cache(maxsize=1000)
def _words(text: str) -> frozenset[str]:
    """The words of a name: of ``val_accuracy``, ``valAcc`` and ``Val. accuracy`` alike."""
    return frozenset(word.lower() for word in _WORD.findall(text))


def _overlap(one: _Cell, other: _Cell) -> bool:
    return one.start < other.end and other.start < one.end
