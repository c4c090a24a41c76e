"""A student's page: what was earned, what to fix first, and the notebook with the findings beside its cells."""

from pathlib import Path

from grader.evidence import Evidence, Served
from grader.finding import Outcome
from grader.grade import Grade
from grader.outcomes import for_student
from grader.reference import Reference
from grader.reports import (
    _anchors,
    _baseline,
    _code,
    _compared,
    _curves,
    _networks,
    _notebook,
    _sections,
    _stack,
    _trials,
    _verified,
)
from grader.reports._templates import page
from grader.rubric import Rubric
from grader.submission import Place


def render_student(evidence: Evidence, grade: Grade, rubric: Rubric, reference: Reference, *, templates: Path) -> str:
    """The page as self-contained HTML: no script, no request to anywhere. The same input gives the same text.

    Args:
        evidence: what was written and seen.
        grade: what was earned.
        rubric: by which was graded.
        reference: with the baselines of the two networks, where there are any.
        templates: the folder of the pages' templates.
    """
    findings = [score.finding for score in grade.scores]
    places = _anchors.Map(evidence.submission.cells[: _notebook.CELLS], _code.LINES, findings)
    sections = _sections.sections(grade.scores, rubric, places)
    cards = {card.score.criterion: card for part in sections for each in part.questions for card in each.cards}
    facts = {
        "submission": evidence.submission,
        "grade": grade,
        "rubric": rubric,
        "percent": 100 * grade.earned / grade.points if grade.points else 0.0,
        "lost": max(0.0, grade.points - grade.earned - grade.open),
        "sections": sections,
        "cards": list(cards.values()),
        "first": [cards[name] for name in grade.fix_first if name in cards],
        "gains": _gains(grade),
        "awaiting": [item for item in grade.review if not item.criterion],
        "decided_against": any(s.outcome in {Outcome.UNMET, Outcome.PARTIAL} for s in grade.scores),
        "run": evidence.run,
        "ending": for_student(evidence.run),
        "ended_at": _ended_at(evidence, places),
        "substitutes": [each for each in evidence.run.datasets if each.served is not Served.ORIGINAL],
        "cells": _notebook.cells(evidence, grade.scores, places),
        "cells_left_out": max(0, len(evidence.submission.cells) - _notebook.CELLS),
        "anchor": _anchors,
        "places": places,
        **_networks_of(evidence, reference),
    }
    return page(templates, "student.html", facts)


def _gains(grade: Grade) -> dict[str, float]:
    """The points that were lost, by question."""
    lost: dict[str, float] = {}
    for score in grade.scores:
        if score.outcome.is_verdict:
            lost[score.question] = lost.get(score.question, 0.0) + score.points - score.earned
    return lost


def _networks_of(evidence: Evidence, reference: Reference) -> dict[str, object]:
    """The two networks, drawn and plotted beside their baselines, and the others."""
    found = _networks.networks(evidence)
    drawn = dict(zip(("plain", "normalized"), found.drawn, strict=True))
    matches = _baseline.matches(reference)
    graphs = [each.graph if each else None for each in found.drawn]
    fits = [_curves.longest(evidence.run, each.id, matches.get(css)) if each else None for css, each in drawn.items()]
    ids = {css: each.id if each else None for css, each in drawn.items()}
    return {
        "networks": found,
        "verified": _verified.verified(evidence.run),
        "stacks": _stack.stacks(graphs[0], graphs[1]),
        "fits": fits,
        "charts": _curves.charts(fits[0], fits[1]),
        "bands": _compared.compared(fits[0], fits[1], matches),
        "comparison": _baseline.comparison(evidence.run, reference, ids),
        "trials": _trials.trials(evidence.run),
        "layer_label": _stack.label,
        "layer_shape": _stack.shape,
    }


def _ended_at(evidence: Evidence, places: _anchors.Map) -> _anchors.Link | None:
    if evidence.run.cell is None:
        return None
    return places.links([Place(cell=evidence.run.cell)]).links[0]
