"""Grades and feedback for the terminal, in 80 columns. Text of students is never read as markup."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.evidence import Evidence, RunOutcome, RunRecord, Served, Where
from grader.finding import Outcome
from grader.grade import Grade, Score
from grader.graph import Placement, placements
from grader.outcomes import for_student
from grader.reports._row import Row
from grader.reports._text import one_line
from grader.reports._verified import verified
from grader.reports._words import points, seconds
from grader.rubric import Rubric
from grader.submission import Place, Rejection

SIGNS = {
    Outcome.MET: ("✓", "green"),
    Outcome.PARTIAL: ("◐", "yellow"),
    Outcome.UNMET: ("✗", "red"),
    Outcome.SKIPPED: ("–", "blue"),
    Outcome.UNDECIDED: ("?", "blue"),
    Outcome.ERRORED: ("!", "magenta"),
}
FIXABLE = (Outcome.UNMET, Outcome.PARTIAL)
WRITTEN = 8  # networks that are listed at most when a notebook was only read


def grade_table(rows: Sequence[Row]) -> RenderableType:
    """One line a file: what was earned, what is open, how the run ended, and what costs most."""
    table = Table(box=None, padding=(0, 1), header_style="bold", pad_edge=False)
    table.add_column("student", max_width=22, no_wrap=True, overflow="ellipsis")
    table.add_column("earned", justify="right", no_wrap=True)
    table.add_column("open", justify="right", no_wrap=True)
    table.add_column("run", max_width=13, no_wrap=True)
    table.add_column("first to fix", overflow="fold")
    for row in rows:
        table.add_row(*(_rejected(row.result) if isinstance(row.result, Rejection) else _graded(row, row.result)))
    return table


def _graded(row: Row, grade: Grade) -> tuple[Text, ...]:
    open_points = Text(points(grade.open), "blue") if grade.open else Text("")
    style = "" if row.outcome == RunOutcome.FINISHED else "yellow"
    return (
        _said(grade.student, 60),
        Text(f"{points(grade.earned)} / {points(grade.points)}", "bold"),
        open_points,
        Text(row.outcome, style),
        _said(_first(row, grade), 200),
    )


def _first(row: Row, grade: Grade) -> str:
    """Why the run ended early; else what to fix first."""
    if row.outcome not in {RunOutcome.FINISHED, RunOutcome.NOT_RUN}:
        return row.reason
    first = next((grade.score(name).title for name in grade.fix_first), "")
    return first or ("a person must look at it" if grade.review else "nothing")


def _rejected(rejection: Rejection) -> tuple[Text, ...]:
    return _said(rejection.student, 60), Text("–"), Text(""), Text("rejected", "red"), _said(rejection.reason, 200)


def feedback(evidence: Evidence, grade: Grade, rubric: Rubric, limit: int | None = None) -> RenderableType:
    """A student's feedback, what gains most first; ``limit`` is the number of criteria to mend that are shown."""
    order = {name: number for number, name in enumerate(grade.fix_first)}
    fixable = [score for score in grade.scores if score.outcome in FIXABLE]
    fixable.sort(key=lambda each: (order.get(each.criterion, len(order)), each.earned - each.points))
    shown = fixable if limit is None else fixable[:limit]
    return Group(
        *_headline(evidence, grade, rubric),
        *_written(evidence),
        *_to_fix(shown, len(fixable), evidence, grade),
        *_undecided(grade, evidence),
        *_met(grade),
    )


def _headline(evidence: Evidence, grade: Grade, rubric: Rubric) -> Iterator[RenderableType]:
    run = evidence.run
    yield Text.assemble(("\n" + one_line(grade.student, 60), "bold"), f" · {one_line(rubric.title, 60)}")
    lost = grade.points - grade.earned - grade.open
    told = f"{points(grade.earned)} of {points(grade.points)} points"
    parts = [f"{points(grade.open)} open" if grade.open else "", f"{points(lost)} to gain" if lost > 0.005 else ""]
    yield Text.assemble((told, "bold"), "".join(f", {part}" for part in parts if part))
    took = f" It took {seconds(run.seconds)}." if run.seconds else ""
    yield Text(f"run: {for_student(run)} {one_line(run.reason, 300)}{took}".rstrip(), "dim")
    for number, accuracy in list(verified(run).items())[:WRITTEN]:
        claimed = f"; claimed: {accuracy.claimed}" if accuracy.claimed else ""
        yield Text(f"{_network(run, number)}: {one_line(accuracy.measured)}{claimed}", "dim")
    for each in run.datasets:
        if each.served is not Served.ORIGINAL:
            yield Text(
                f"data set {one_line(each.name, 40)}: {each.served}. {one_line(each.description)}".rstrip(), "dim"
            )
    yield Text("Cells are counted from 0.", "dim")


def _network(run: RunRecord, number: int) -> str:
    model = run.model(number)
    return one_line(", ".join(model.variables[:4]) or model.name, 60) if model else f"network {number}"


def hints(evidence: Evidence) -> tuple[str, ...]:
    """What reading alone finds wrong with the networks that are written; nothing after a run, which knows better."""
    models = evidence.source.models
    if evidence.run.outcome is not RunOutcome.NOT_RUN or not models:
        return ()
    if not any(model.where is Where.CODE for model in models):
        return (
            "Nothing executes these networks. Put them into code cells and take away what makes them comments or text.",
        )
    return tuple(
        f"{one_line(model.name, 60) or 'A network'} ({places([model.place])}) has batch normalization {placed.value}: "
        "it belongs to the hidden layers."
        for model in models
        if model.where is Where.CODE
        for placed in dict.fromkeys(placed for _, placed in placements(model.graph))
        if placed in {Placement.AFTER_OUTPUT, Placement.UNATTACHED}
    )[:WRITTEN]


def _written(evidence: Evidence) -> Iterator[RenderableType]:
    """The networks that reading alone found; after a run, what was seen speaks for itself."""
    models = evidence.source.models
    if evidence.run.outcome is not RunOutcome.NOT_RUN or not models:
        return
    yield Text("\nNetworks that are written in the notebook", "bold")
    for model in models[:WRITTEN]:
        standing = [placed.value for _, placed in placements(model.graph)]
        layers = f"batch normalization {', '.join(standing)}" if standing else "no batch normalization"
        place = places([model.place])
        where = place if model.where is Where.CODE else f"{place}, in {_OUTSIDE.get(model.where, 'text')}: not executed"
        yield Padding(Text(f"{one_line(model.name, 60) or 'a network'} ({where}): {layers}"), (0, 0, 0, 2))
    if len(models) > WRITTEN:
        yield Text(f"  … and {len(models) - WRITTEN} more.", "dim")
    for hint in hints(evidence):
        yield Text(f"\n{hint}", "bold red")


_OUTSIDE = {
    Where.COMMENT: "a comment",
    Where.DOCSTRING: "a string",
    Where.MARKDOWN: "a text cell",
    Where.RAW: "a raw cell",
}


def _to_fix(shown: Sequence[Score], count: int, evidence: Evidence, grade: Grade) -> Iterator[RenderableType]:
    if not count:
        by = " by reading alone" if evidence.run.outcome is RunOutcome.NOT_RUN else ""
        if not hints(evidence):
            by = by or (" in what could be judged" if grade.open else "")
            yield Text(f"\nNothing to fix was found{by}.", "bold green")
        return
    yield Text("\nWhat to fix first" if count > 1 else "\nWhat to fix", "bold")
    for score in shown:
        yield from _told(score)
    if count > len(shown):
        yield Text(f"\n… and {count - len(shown)} more.", "dim")


def _told(score: Score) -> Iterator[RenderableType]:
    sign, colour = SIGNS[score.outcome]
    lost = f"{points(score.earned)} of {points(score.points)} points"
    title = Text.assemble((f"{sign} ", colour), (one_line(score.title, 120), "bold"), (f"  {lost}", "dim"))
    yield Text()
    yield title
    where = places(score.finding.places)
    finding = score.finding
    for label, text in (
        ("seen", f"{finding.seen} {f'({where})' if where else ''}"),
        ("expected", finding.expected),
        ("why", finding.why),
        ("try", finding.advice),
    ):
        if text.strip():
            yield _labelled(label, text)


def _labelled(label: str, text: str) -> RenderableType:
    row = Table.grid(padding=(0, 1))
    row.add_column(width=8, style="dim", justify="right")
    row.add_column(overflow="fold")
    row.add_row(label, _said(text, 1_000))
    return Padding(row, (0, 0, 0, 2))


def _undecided(grade: Grade, evidence: Evidence) -> Iterator[RenderableType]:
    waiting = [score for score in grade.scores if not score.outcome.is_verdict]
    if not waiting:
        return
    if evidence.run.outcome is RunOutcome.NOT_RUN:
        titles = "; ".join(one_line(score.title, 60) for score in waiting)
        yield Text(f"\nOnly a run can tell ({points(grade.open)} points): {one_line(titles, 1_000)}.", "blue")
        return
    told = f"Not decided: {points(grade.open)} points are open. They are not lost; a person decides."
    yield Text(f"\n{told}", "bold blue")
    for score in waiting:
        sign, colour = SIGNS[score.outcome]
        seen = (f": {one_line(score.finding.seen, 300)}", "dim")
        yield Padding(Text.assemble((f"{sign} ", colour), one_line(score.title, 120), seen), (0, 0, 0, 2))


def _met(grade: Grade) -> Iterator[RenderableType]:
    titles = [one_line(score.title, 60) for score in grade.scores if score.outcome is Outcome.MET]
    if titles:
        text = f"✓ {len(titles)} of {len(grade.scores)} met: {one_line('; '.join(titles), 1_000)}."
        yield Text("\n" + text, "green")


def places(found: Sequence[Place], limit: int = 5) -> str:
    """``cell 5, line 3; cell 7``."""
    unique = list(dict.fromkeys(found))
    told = [f"cell {each.cell}" if each.line is None else f"cell {each.cell}, line {each.line}" for each in unique]
    return "; ".join(told[:limit]) + (f" and {len(told) - limit} more" if len(told) > limit else "")


def _said(text: str, limit: int) -> Text:
    """Plain text, whatever brackets are in it."""
    return Text(one_line(text, limit))
