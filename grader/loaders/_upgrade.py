"""Notebooks of the formats before version 4 (2015), cell by cell, through nbformat's own conversion."""

from collections.abc import Iterator
from typing import Any

OLD_KINDS = {"text": "markdown", "plaintext": "raw"}


def upgraded_cells(notebook: dict[str, Any], note: set[str]) -> list[Any]:
    """The cells of a notebook of format 1, 2 or 3 in format 4; a cell that cannot be converted becomes raw text."""
    from nbformat import v4  # a tenth of a second that only old notebooks need
    from nbformat.notebooknode import from_dict

    upgrade_cell: Any = v4.convert.upgrade_cell  # untyped
    as_nodes: Any = from_dict

    cells: list[Any] = []
    for cell in _old_cells(notebook):
        try:
            cells.append(upgrade_cell(as_nodes(_mended(cell))))
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
            note.add("Cells of an old format that could not be converted are shown as raw text.")
            cells.append({"cell_type": "raw", "source": cell.get("source") or cell.get("input") or ""})
    return cells


def _old_cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    sheets = notebook.get("worksheets")
    for sheet in sheets if isinstance(sheets, list) else [notebook]:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        yield from (cell for cell in cells if isinstance(cell, dict)) if isinstance(cells, list) else ()


def _mended(cell: dict[str, Any]) -> dict[str, Any]:
    """What the conversion takes for granted, put in place: it was written for notebooks that are valid."""
    mended = dict(cell)
    level = mended.get("level")
    mended["level"] = min(max(level, 1), 6) if isinstance(level, int) else 1
    kind = mended.get("cell_type")
    mended["cell_type"] = OLD_KINDS.get(kind, kind) if isinstance(kind, str) else "raw"
    for old, new in (("code", "input"), ("text", "source")):  # format 1
        if old in mended:
            mended.setdefault(new, mended.pop(old))
    if mended["cell_type"] == "heading":
        source = mended.get("source")
        mended["source"] = "".join(map(str, source)) if isinstance(source, list) else str(source or "")
    outputs = mended.get("outputs")
    listed = outputs if isinstance(outputs, list) else []
    mended["outputs"] = [each for each in listed if isinstance(each, dict) and isinstance(each.get("output_type"), str)]
    return mended
