"""Finds plug-ins by walking the packages: the module is the plug-in, its path is its id.

Other distributions add plug-ins through entry points named ``grader.<kind>`` (``grader.checks``, ``grader.loaders``,
``grader.exporters``); an entry point is a module.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from grader.check import Check
from grader.errors import PluginError

PACKAGE = Path(__file__).parent


def modules(kind: str) -> Iterator[ModuleType]:
    """Every plug-in module of a kind (``checks``, ``loaders``, …), in order of their paths.

    A module whose name begins with an underscore is a plug-in's private part, and is left out.
    """
    package = importlib.import_module(f"grader.{kind}")
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.ispkg and not any(part.startswith("_") for part in found.name.split(".")):
            yield importlib.import_module(found.name)
    for point in sorted(entry_points(group=f"grader.{kind}"), key=lambda point: point.name):
        yield point.load()


@cache
def checks() -> Mapping[str, Check]:
    """Every check by its id.

    Raises:
        PluginError: a module below ``checks`` does not declare exactly one check.
    """
    found: dict[str, Check] = {}
    for module in modules("checks"):
        declared = [value for value in vars(module).values() if isinstance(value, Check)]
        own = [each for each in declared if each.function.__module__ == module.__name__]
        if len(own) != 1:
            raise PluginError(f"{module.__name__} declares {len(own)} checks; a check module declares exactly one.")
        found[own[0].id] = own[0]
    return found


def having(kind: str, *names: str) -> Mapping[str, ModuleType]:
    """The plug-in modules of a kind that define all these names, by their last name."""
    return {
        module.__name__.rpartition(".")[2]: module
        for module in modules(kind)
        if all(hasattr(module, name) for name in names)
    }


def guests() -> Mapping[str, str]:
    """The source text of every adapter and of its private parts, by module name. Read as data, not imported."""
    sources = sorted((PACKAGE / "adapters").glob("*.py"))
    return {path.stem: path.read_text(encoding="utf-8") for path in sources if path.stem != "__init__"}


def shipped(folder: str) -> Path:
    """Where ``reference``, ``rubrics`` or ``templates`` lie: beside the package in a checkout, in it in a wheel."""
    inside = PACKAGE / "_shipped" / folder
    return inside if inside.is_dir() else PACKAGE.parent / folder


def rubric_files() -> Mapping[str, Path]:
    """Every rubric that comes with the grader, by its name."""
    return {path.stem: path for path in sorted(shipped("rubrics").glob("*.yaml"))}
