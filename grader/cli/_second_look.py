"""After all notebooks have run: networks without a baseline are trained, and their submissions judged again.

Not before, because training beside notebooks would take the cores that their time limits are counted on.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from grader.baseline.store import Store
from grader.cli._publish import Publisher, stored
from grader.cli._reference_data import ReferenceData
from grader.cli._references import Training, most_shared
from grader.cli._rounds import train_missing
from grader.errors import GraderError
from grader.evidence import Evidence
from grader.matching.matches import wanted
from grader.pipeline import Plan, assess, compared_with
from grader.specification import Specification

SEEDS = 8
"""Trainings of a student's own network: at 99.9 % a ninth one is looked for within 5.7 deviations of their mean."""


def second_look(
    publisher: Publisher,
    plan: Plan,
    store: Store,
    console: Console,
    cancelled: threading.Event,
    *,
    data: Path | None,
    offline: bool,
    minutes: float,
) -> None:
    """Train what the submissions of this run lacked, those first that most share, and publish them anew."""
    if minutes <= 0.0 or cancelled.is_set():
        return
    waiting = list(_waiting(publisher, plan, store))
    networks = most_shared(specs for _, specs in waiting)
    if not networks:
        return
    console.print(
        f"{sum(map(len, networks))} reference networks have no baseline yet; training them for up to {minutes:g} "
        "minutes. "
        "Reports are there already, and are renewed."
    )
    with ExitStack() as stack:
        served = ReferenceData(stack, console, data, offline=offline, quiet=True)
        how = Training(seeds=SEEDS, minutes=minutes)
        try:
            train_missing(networks, store, how, served.path_for, console, cancelled)
        except GraderError as error:  # grading is done, and stays so
            console.print(f"Reference networks: {error}", style="yellow", markup=False, highlight=False)
    baselines = store.usable()
    for evidence, _ in waiting:
        reference = compared_with(evidence, plan.rubric, baselines)
        publisher.graded(evidence, assess(evidence, plan.rubric, plan.checks, reference), reference)


def _waiting(publisher: Publisher, plan: Plan, store: Store) -> Iterator[tuple[Evidence, list[Specification]]]:
    """The submissions that were graded in this run and lack a baseline of their own, with what they lack."""
    baselines = store.usable()
    for evidence in stored(publisher.folder):
        specs = list(wanted(compared_with(evidence, plan.rubric, baselines)))
        if specs and evidence.submission.id in publisher.done:
            yield evidence, specs
