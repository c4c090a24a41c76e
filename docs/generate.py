"""Writes docs/checks.md from the checks themselves: ``make docs``. A test compares the page with what this gives."""

from pathlib import Path

from grader import registry
from grader.check import Check
from grader.loaders.rubric_yaml import load

PAGE = Path(__file__).with_name("checks.md")


def page() -> str:
    """The whole page, in Markdown."""
    checks = registry.checks()
    parts = ["# Checks", "", "Made by `make docs` from the checks' own documentation; do not edit by hand.", ""]
    parts += [f"* [`{name}`](#{_anchor(name)}): {check.title}" for name, check in checks.items()]
    for name, check in checks.items():
        parts += ["", f"## {name}", "", *_about(name, check)]
    return "\n".join(parts) + "\n"


def _about(name: str, check: Check) -> list[str]:
    half = "what our run **saw**" if check.trusts == "seen" else "what is **written** in the notebook"
    lines = [f"*{check.title}.* Its verdict rests on {half}.", "", check.documentation, ""]
    if check.options:
        lines += ["Options:", ""]
        lines += [f"* `{parameter}`" for parameter in check.options.values()]
        lines.append("")
    return [*lines, f"Used by: {', '.join(_users(name)) or 'no rubric that comes with the grader'}."]


def _users(name: str) -> list[str]:
    return [
        f"`{rubric}` / `{criterion.id}` ({criterion.points:g} points)"
        for rubric, path in registry.rubric_files().items()
        for criterion in load(path, registry.checks()).criteria
        if criterion.check == name
    ]


def _anchor(name: str) -> str:
    return name.replace(".", "")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
