"""Code cells made ready for `ast`: what IPython understands and Python does not is taken out, line by line.

Every line keeps its number. IPython's own transformer is not used: it joins lines, hides the body of cell magics, and
would cost a tenth of a second to import.
"""

import ast
import re
import warnings
from dataclasses import dataclass

from grader.reading.scan import scanned

LONGEST = 400_000  # characters of a cell; more is data, and takes the parser seconds
_PYTHON_BODIES = frozenset(
    {"time", "timeit", "capture", "prun", "memit", "mprun", "heat", "wandb", "notify", "snakeviz"}
)
_MARKED = re.compile(r"^(\s*)(?:%|!|\?|/(?=\w))")
_ASKED = re.compile(r"^(\s*)[\w.%*]+\?{1,2}\s*$")
_BARE = re.compile(
    r"^(\s*)(?:(?:pip3?|conda|mamba|apt-get|apt|wget|curl|git|cd|ls|ll|mkdir|rm|cp|mv|cat|load_ext|nvidia-smi)\s+[\w./\-~$'\"]"
    r"|matplotlib\s+\w|(?:ls|ll|pwd|who|whos|clear)\s*$)"
)
_ASSIGNED = re.compile(r"^([\w.,\s\[\]*]+=\s*)[!%](?=[\w!{~./])")
_PROMPT = re.compile(r"^(\s*)(?:>>>|\.\.\.|In \[\d+\]:|\.\.\.:)(?: |$)")
_FLAGS = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A code cell as Python.

    Attributes:
        text: the Python source; line n of it is line n of the cell.
        tree: its syntax tree, or ``None`` when it has none.
        error: why it has none, in words.
        line: where the error is, if that is known.
        body_of: the cell magic that takes the cell for something other than Python (``bash``), or ``""``.
    """

    text: str
    tree: ast.Module | None = None
    error: str = ""
    line: int | None = None
    body_of: str = ""


def prepared(source: str) -> Prepared:
    """The cell as Python: as it is, else without prompts, indentation, magics, shell commands and questions."""
    if len(source) > LONGEST:
        return Prepared(text="", error=f"the cell has {len(source):,} characters, too many to be read")
    magic = _cell_magic(source)
    if magic and magic not in _PYTHON_BODIES:
        return Prepared(text="", tree=ast.Module(body=[], type_ignores=[]), body_of=magic)
    text = _without_cell_magics(source) if magic else source
    first = parsed(text)
    if first.tree is not None:
        return first
    text = _without_magics(_dedented(_without_prompts(text)))
    return parsed(text)


def parsed(text: str) -> Prepared:
    """Parse Python as a notebook allows it (``await`` outside functions); never raises."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = compile(text, "<cell>", "exec", flags=_FLAGS, dont_inherit=True)
    except SyntaxError as error:
        return Prepared(text=text, error=error.msg or "invalid syntax", line=error.lineno)
    except (ValueError, OverflowError):
        return Prepared(text=text, error="the source holds characters that Python refuses")
    except (RecursionError, MemoryError):
        return Prepared(text=text, error="the source is nested too deeply to be read")
    return Prepared(text=text, tree=tree if isinstance(tree, ast.Module) else None)


def storable(text: str) -> str:
    """A string without lone surrogates: written as ``\\ud83d`` they are Python, but nothing can store them."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _cell_magic(source: str) -> str:
    found = re.match(r"\s*%%(\w+)", source)
    return found.group(1) if found else ""


def _without_cell_magics(source: str) -> str:
    """Without the ``%%time`` lines on top; they may be stacked."""
    lines = source.split("\n")
    for number, line in enumerate(lines):
        if line.strip() and not line.lstrip().startswith("%%"):
            break
        lines[number] = ""
    return "\n".join(lines)


def _without_prompts(source: str) -> str:
    lines = source.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if not _PROMPT.match(first):
        return source
    return "\n".join(_PROMPT.sub(r"\1", line) for line in lines)


def _dedented(source: str) -> str:
    """IPython's rule: the blanks before the first line are taken off every line that begins with them."""
    lines = source.split("\n")
    first = next((line for line in lines if line.strip()), "")
    blanks = first[: len(first) - len(first.lstrip())]
    return "\n".join(line.removeprefix(blanks) if line.strip() else "" for line in lines) if blanks else source


def _without_magics(source: str) -> str:
    """Magics, shell commands and questions as ``pass``, captured ones as ``None``; comments stay."""
    lines = []
    for line in scanned(source, is_magic):
        if not line.opaque:
            lines.append(line.text)
        elif not line.begins:
            lines.append("")
        else:
            assigned = _ASSIGNED.match(line.text)
            indent = line.text[: len(line.text) - len(line.text.lstrip())]
            lines.append(f"{assigned.group(1)}None" if assigned else f"{indent}pass")
    return "\n".join(lines)


def is_magic(line: str) -> bool:
    """Whether a line where a statement may begin is IPython's and not Python's."""
    return any(pattern.match(line) for pattern in (_MARKED, _BARE, _ASSIGNED, _ASKED))
