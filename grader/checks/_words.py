"""How checks put cells, lists and numbers into words, the same way in every message."""

from collections.abc import Iterable, Sequence

from grader.evidence import Cause, CellOutcome, CellRunRecord, RunRecord
from grader.submission import Place


def listed(items: Iterable[str], *, last: str = "and") -> str:
    """``a, b and c``."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def counted(number: int, noun: str) -> str:
    """``1 epoch``, ``3 epochs``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def spot(place: Place | None) -> str:
    """``cell 3, line 7``, or ``an unknown cell``."""
    if place is None:
        return "an unknown cell"
    return f"cell {place.cell}" if place.line is None else f"cell {place.cell}, line {place.line}"


def at_cells(places: Iterable[Place | None]) -> str:
    """``cell 3`` or ``cells 3, 5 and 9``."""
    numbers = sorted({place.cell for place in places if place is not None})
    return f"{'cell' if len(numbers) == 1 else 'cells'} {listed(map(str, numbers))}" if numbers else "an unknown cell"


def known(places: Iterable[Place | None], *, most: int = 8) -> tuple[Place, ...]:
    """The places that are known, each once and in order of cells, not more than a reader would follow."""
    found = {(place.cell, place.line): place for place in places if place is not None}
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[0], key[1] or 0)))[:most]


def number(value: float | None) -> str:
    """A measured number with at most four decimals."""
    if value is None:
        return "not a number"
    return f"{value:.4g}" if abs(value) < 0.01 else f"{value:,.4f}".rstrip("0").rstrip(".")


def stopped(run: RunRecord) -> str:
    """Which cell failed first and with what, as a sentence; ``""`` when none did."""
    cell = _first_failure(run)
    if cell is None:
        return ""
    if cell.outcome is CellOutcome.TIME_LIMIT or cell.error is None:
        return f"Cell {cell.cell} was ended by the time limit"
    line = "" if cell.error.line is None else f", line {cell.error.line},"
    return f"Cell {cell.cell}{line} stops with {cell.error.name}: {shortened(cell.error.message)}"


def stop_places(run: RunRecord) -> tuple[Place, ...]:
    """Where the first failing cell failed."""
    cell = _first_failure(run)
    return () if cell is None else (Place(cell=cell.cell, line=cell.error.line if cell.error else None),)


def _first_failure(run: RunRecord) -> CellRunRecord | None:
    for cell in run.cells:
        if cell.outcome is CellOutcome.TIME_LIMIT:
            return cell
        if cell.error is not None and cell.error.cause is not Cause.CONSEQUENCE:
            return cell
    return None


def shortened(text: str, most: int = 140) -> str:
    """One line of a message, cut at a length that fits into a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def sentences(parts: Sequence[str]) -> str:
    """The non-empty parts, each ending with a full stop."""
    told = [part.strip() for part in parts if part.strip()]
    return " ".join(part if part.endswith((".", "!", "?", ":")) else f"{part}." for part in told)
