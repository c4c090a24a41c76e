"""Runs of two networks with the baselines that they are compared with, for tests."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from grader.evidence import Evidence
from grader.finding import Finding
from grader.reference import Baseline, Match, Reference, Validated
from grader.registry import checks
from grader.submission import Cell, CellKind, Output, OutputKind
from tests.evidence_builders import HELD_BACK, NORMALIZED, PLAIN, evidence, fit, model
from tests.statistics.trained import SPREAD, baseline, moved

TRAINED = baseline(*SPREAD)
"""Validation accuracy about 0.977, training accuracy about 0.987."""
WITH_BN = moved(0.001)
TESTED = replace(HELD_BACK, samples=10_000)
"""All test images: the very ones that baselines are validated on."""

Curve = tuple[float | None, ...]


def ran(plain: float | None = 0.9770, normalized: float | None = 0.9781, **run: Any) -> Evidence:
    """Two trainings of three epochs that end with these validation accuracies, and 0.01 higher on training images."""
    fits = (
        fit(0, 0, history=history(plain), validation=TESTED),
        fit(1, 1, history=history(normalized), validation=TESTED),
    )
    return evidence(
        **({"models": (model(0, PLAIN, name="plain"), model(1, NORMALIZED, name="bn")), "fits": fits} | run)
    )


def history(last: float | None) -> dict[str, Curve]:
    if last is None:
        return {"loss": (0.3, 0.2, 0.1)}
    return {"accuracy": (0.8, 0.9, min(last + 0.01, 1.0)), "val_accuracy": (0.8, 0.9, last)}


def matched(number: int, found: Baseline | None, **facts: Any) -> Match:
    """A match of a training on all images, validated on the test images, unless said otherwise."""
    alike = {"validated": Validated.SAME, "same_images": True}
    given = {"fit": number, "model": number, "baseline": found, "exact": found is not None}
    return Match(**(given | alike | facts))


def reference(plain: Baseline | None = TRAINED, normalized: Baseline | None = WITH_BN, **facts: Any) -> Reference:
    return Reference(plain=matched(0, plain, **facts), normalized=matched(1, normalized, **facts))


def look(check: str, at: Evidence, to: Reference, **options: object) -> Finding:
    return checks()[f"reference.{check}"].function(at, to, **options)


def saved(at: Evidence, cell: int, *lines: str) -> Evidence:
    """The same where the student's file holds this output for a cell."""
    output = Output(kind=OutputKind.STDOUT, text="\n".join(lines))
    made = Cell(index=cell, kind=CellKind.CODE, source="model.fit(x, y)", outputs=(output,))
    others = [each for each in at.submission.cells if each.index != cell]
    return replace(at, submission=replace(at.submission, cells=(*others, made)))


def log(values: Sequence[tuple[float, float]], planned: int = 3) -> list[str]:
    """A log of Keras with training and validation accuracy by epoch."""
    return [
        line
        for number, (training, validation) in enumerate(values, start=1)
        for line in (
            f"Epoch {number}/{planned}",
            f"1875/1875 ━━━━━ 5s 3ms/step - accuracy: {training:.4f} - loss: 0.1 - val_accuracy: {validation:.4f}",
        )
    ]
