"""The Jinja environment of every page: escapes everything, knows no undefined name, shows what is hidden."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.reports._text import one_line, visible
from grader.reports._words import percent, points, seconds

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Content security policy: even if something slipped through, the page could neither run nor fetch it."""


def page(templates: Path, name: str, facts: Mapping[str, object]) -> str:
    """Render a template of the folder. The same facts always give the same text."""
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {
        "points": points,
        "percent": percent,
        "line": one_line,
        "visible": visible,
        "seconds": seconds,
    }
    environment.globals["policy"] = POLICY
    return environment.get_template(name).render(facts)


def _shown(value: Any) -> Any:  # noqa: ANN401 - whatever a template puts out
    """Every text that is not already safe HTML is made visible on its way out."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
