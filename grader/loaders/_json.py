"""Notebook JSON, or the reason why it is none, in words for the person who handed it in."""

import json
from typing import Any

from grader.errors import SubmissionError
from grader.loaders._foreign import DOWNLOAD

_LONGEST_NUMBER = 400  # digits; Python refuses to convert beyond 4300, and no notebook needs them


def parsed(text: str) -> dict[str, Any]:
    """The top-level object of a notebook file.

    Raises:
        SubmissionError: the text is not JSON, is cut off, or is JSON of something else.
    """
    try:
        value = json.loads(text, parse_int=_number)
    except json.JSONDecodeError as error:
        raise _explained(text, error) from None
    except RecursionError:
        raise SubmissionError("The file nests its data too deeply to be a notebook.", advice=DOWNLOAD) from None
    if not isinstance(value, dict):
        raise SubmissionError("The file is JSON, but not a notebook: it holds no cells.", advice=DOWNLOAD)
    return value


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) < _LONGEST_NUMBER else float("inf")


def _explained(text: str, error: json.JSONDecodeError) -> SubmissionError:
    if not text.lstrip().startswith(("{", "[")):
        return SubmissionError("The file is plain text, not a notebook.", advice=DOWNLOAD)
    if "\n<<<<<<< " in text and "\n>>>>>>> " in text:
        return SubmissionError(
            "The notebook holds both sides of an unfinished git merge.",
            advice="Resolve the conflict (the lines with <<<<<<< and >>>>>>>), open the notebook once, and save it.",
        )
    if error.msg.startswith("Unterminated string") or error.pos >= len(text.rstrip()):
        cells = text.count('"cell_type"')
        return SubmissionError(
            f"The file breaks off in its line {text.count(chr(10)) + 1}, in or after cell {max(cells - 1, 0)}: "
            "it was not saved or uploaded completely.",
            advice="Save the notebook again, check that it opens, and hand it in once more.",
        )
    return SubmissionError(
        f"The notebook's JSON is damaged in line {error.lineno}, column {error.colno} ({error.msg}).",
        advice="Open the notebook in Jupyter; if it does not open there, export it anew from where it was written.",
    )
