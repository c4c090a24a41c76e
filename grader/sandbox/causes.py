"""Whose fault an exception is: the student's, the environment's, or an earlier cell's that failed."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.evidence import Cause, CellRunRecord, ErrorRecord
from grader.reading.cells import prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """An error that is known, with what to say about it.

    Attributes:
        names: exception classes it may come as; none given means any.
        pattern: of the message.
        reason: a sentence for a person; ``{0}`` is the pattern's first group.
        cause: who is to blame for it; for most of these, the course's environment.
    """

    pattern: str
    reason: str
    names: tuple[str, ...] = ()
    cause: Cause = Cause.ENVIRONMENT


_KERAS_3 = "The installed Keras 3 no longer knows {0}; the notebook was written for an older version."

RULES = (
    _Rule(
        names=("ModuleNotFoundError", "ImportError"),
        pattern=r"No module named '((?:keras|tensorflow)[\w.]*)'",
        reason="The module {0} is not part of the installed Keras 3; the notebook was written for another version.",
    ),
    _Rule(
        names=("ModuleNotFoundError",),
        pattern=r"No module named '([\w.]+)'",
        reason="The package {0} is not installed in the environment that notebooks are graded in.",
    ),
    _Rule(
        names=("ImportError",),
        pattern=r"cannot import name '(\w+)'",
        reason="The name {0} is not in the installed version of the library it is imported from.",
    ),
    _Rule(
        names=("ValueError", "TypeError"),
        pattern=r"(?:Argument\(s\) not recognized: \{'|unexpected keyword argument '"
        r"|Unrecognized keyword arguments[^']*')"
        r"(lr|decay|schedule_decay|input_dim|input_shape|interpolation|nb_epoch|samples_per_epoch|period|batch_input_shape"
        r"|use_multiprocessing|workers|max_queue_size|fused|renorm|virtual_batch_size)'",
        reason=_KERAS_3,
    ),
    _Rule(
        names=("ValueError", "TypeError"),
        pattern=r"Expected `(metrics)` argument to be a list",
        reason="Keras 3 asks for a list of metrics (metrics=['accuracy']); older versions took a single string.",
    ),
    _Rule(
        names=("AttributeError",),
        pattern=r"module '((?:keras|tensorflow|numpy|matplotlib|pandas|scipy|sklearn)[\w.]*' has no attribute '\w+)'",
        reason="The installed version has no such part any more (module '{0}').",
    ),
    _Rule(
        names=("AttributeError",),
        pattern=r"object has no attribute '(predict_classes|predict_proba|fit_generator|evaluate_generator|"
        r"predict_generator|output_shape|input_shape|lr)'",
        reason=_KERAS_3,
    ),
    _Rule(
        names=("AttributeError",),
        pattern=r"'(?:DataFrame|Series)' object has no attribute '(append|iteritems|ix)'",
        reason="The installed pandas no longer knows {0}; the notebook was written for an older version.",
    ),
    _Rule(
        names=("ValueError",),
        pattern=r"(A KerasTensor) cannot be used as input to a TensorFlow function",
        reason="{0} cannot go into a TensorFlow function in Keras 3, as it could before; a layer or keras.ops can.",
    ),
    _Rule(
        names=("KeyError", "ValueError"),
        pattern=r"(This optimizer can only be called for the variables it was originally built with)",
        reason="An optimiser belongs to one model since TensorFlow 2.11; older versions let two models share one.",
    ),
    _Rule(
        names=("KeyError",),
        pattern=r"^'((?:val_)?acc)'$",
        reason="Keras calls this metric 'accuracy' and 'val_accuracy' today; older versions called it {0}.",
    ),
    _Rule(
        names=("StdinNotImplementedError",),
        pattern=r"(input)",
        reason="Nobody can type while a notebook is graded; assign a value instead of calling {0}().",
        cause=Cause.STUDENT,
    ),
    _Rule(
        names=("SyntaxError",),
        pattern=r"(Missing parentheses in call to 'print')",
        reason="This is Python 2; Python 3 writes print(x).",
    ),
    _Rule(
        names=("UsageError",),
        pattern=r"(?:magic function|module) `?(%*\w+)`?[^\n]*not (?:found|an IPython)",
        reason="The notebook command {0} does not exist in the environment that notebooks are graded in.",
    ),
    _Rule(
        names=("OSError",),
        pattern=r"'(seaborn[\w-]*)' is not a valid package style",
        reason="Matplotlib has renamed its style {0} (add 'v0_8' after 'seaborn').",
    ),
    _Rule(
        names=("OSError",),
        pattern=r"The data set ('\w+') is not available",
        reason="Nobody provided the data set {0} to the grader.",
    ),
    _Rule(
        names=("FileNotFoundError",),
        pattern=r"No such file or directory: (.+)",
        reason="The file {0} is not part of what was handed in.",
    ),
    _Rule(
        names=("PermissionError", "UnknownError"),
        pattern=r"(?:^|PermissionError: )\[Errno 13\] (Permission denied)\s*(?:$|\n)",
        reason="The box does not let processes share memory ({0}), which multiprocessing and workers need.",
    ),
    _Rule(
        pattern=r"(?i)(URL fetch failure|urlopen error|Name or service not known|Temporary failure in name resolution"
        r"|Network is unreachable|Failed to establish a new connection|Max retries exceeded)",
        reason="Notebooks are graded without a network ({0}).",
    ),
)

NETWORK_ERRORS = frozenset({"URLError", "HTTPError", "gaierror", "ConnectionError", "ConnectionRefusedError"})


def explained(runs: Sequence[CellRunRecord], sources: dict[int, str]) -> tuple[CellRunRecord, ...]:
    """The same cells, each error with its cause. ``sources`` are the code cells' texts by index."""
    told: list[CellRunRecord] = []
    for run in runs:
        if run.error is None:
            told.append(run)
        else:
            told.append(replace(run, error=_explain(run.error, told, sources)))
    return tuple(told)


def _explain(error: ErrorRecord, before: Sequence[CellRunRecord], sources: dict[int, str]) -> ErrorRecord:
    root = _root(error, before, sources)
    if root is not None:
        reason = f"This cell needs what cell {root} would have made, and cell {root} failed."
        return replace(error, cause=Cause.CONSEQUENCE, root=root, reason=reason)
    for rule in RULES:
        found = re.search(rule.pattern, error.message)
        if found and (not rule.names or error.name in rule.names):
            reason = rule.reason.format(found.group(1))
            return replace(error, cause=rule.cause, reason=reason + _raised_by_itself(error.name, sources))
    if error.name in NETWORK_ERRORS:
        return replace(error, cause=Cause.ENVIRONMENT, reason="Notebooks are graded without a network.")
    return error


def _raised_by_itself(name: str, sources: dict[int, str]) -> str:
    """A word of caution where the notebook's own code raises such an exception: a person decides whose fault it is."""
    raising = re.compile(rf"\braise\s+{re.escape(name)}\b")
    cells = [str(index) for index, source in sorted(sources.items()) if raising.search(source)]
    return f" But the notebook raises {name} itself (cell {', '.join(cells[:3])})." if cells else ""


def _root(error: ErrorRecord, before: Sequence[CellRunRecord], sources: dict[int, str]) -> int | None:
    """The failed cell that this error follows from: the last that would have bound the name, or compiled."""
    wanted = _wanted(error)
    if not wanted:
        return None
    for run in reversed(before):
        if run.error is None:
            continue
        compiles = wanted == "compile()" and ".compile(" in sources.get(run.cell, "")
        if compiles or wanted in _bound(sources.get(run.cell, "")):
            return run.error.root if run.error.root is not None else run.cell
    return None


def _wanted(error: ErrorRecord) -> str:
    if error.name in {"NameError", "UnboundLocalError"}:
        found = re.search(r"name '(\w+)' is not defined", error.message)
        return found.group(1) if found else ""
    return "compile()" if "compile()" in error.message else ""


def _bound(source: str) -> set[str]:
    """Names that a cell binds; none for one that is not Python even without its magics."""
    tree = prepared(source).tree
    names: set[str] = set()
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return names
