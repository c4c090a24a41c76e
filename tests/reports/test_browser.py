"""Pages of hostile submissions in a real browser: nothing runs and nothing is asked for. The browser would do both."""

import base64
import http.server
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.evidence import CellOutcome, CellRunRecord, Evidence, FigureRecord, RunOutcome, RunRecord
from grader.finding import unmet
from grader.grade import Grade, ReviewItem
from grader.reference import Reference
from grader.reports.index import Row, render_index
from grader.reports.student import render_student
from grader.submission import Cell, CellKind, Output, OutputKind, Place, Rejection
from tests.reports import baselines, samples

BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine")]


class Beacon:
    """A listener that remembers what it was asked for, and the attacks that would ask it."""

    def __init__(self, address: str, asked: list[str]) -> None:
        self.address = address
        self.asked = asked

    def markup(self) -> str:
        """Every way into a page that is known to us, in one text; each says so in the title and asks the beacon."""
        code = f"document.title='PWNED';document.documentElement.dataset.pwned=1;new Image().src='{self.address}/js'"
        return "".join(
            [
                "--></style></title></textarea></pre></svg>\"'>",
                f"<script>{code}</script>",
                f'<img src={self.address}/img onerror="{code}">',
                f'<svg onload="{code}"><image href="{self.address}/svg"/></svg>',
                f"<svg><script>{code}</script></svg>",
                f'<math><mtext><img src=x onerror="{code}"></mtext></math>',
                f'<iframe src="{self.address}/frame" srcdoc="<script>parent.document.title=\'PWNED\'</script>"></iframe>',
                f'<object data="{self.address}/object"></object><embed src="{self.address}/embed">',
                f'<link rel=stylesheet href="{self.address}/link"><style>body{{background:url({self.address}/css)}}</style>',
                f'<details open ontoggle="{code}">x</details><video><source onerror="{code}"></video>',
                f'<input autofocus onfocus="{code}"><base href="{self.address}/">',
                f'<meta http-equiv=refresh content="0;url={self.address}/refresh">',
            ]
        )

    def markdown(self) -> str:
        """The same by Markdown's and TeX's own means."""
        code = "document.title='PWNED'"
        return (
            f"# {self.markup()}\n\n![x]({self.address}/md) [x](javascript:{code}) <javascript:{code}>\n\n"
            f"$\\href{{javascript:{code}}}{{x}}$ $${self.markup()}$$\n\n```html\n{self.markup()}\n```\n\n{self.markup()}\n"
        )


@pytest.fixture
def beacon() -> Iterator[Beacon]:
    asked: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Beacon(f"http://127.0.0.1:{server.server_port}", asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def opened(page: str, folder: Path) -> str:
    """What a browser makes of a page, once it has settled."""
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    argv = [
        BROWSER,
        "--headless",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--virtual-time-budget=4000",
        f"--user-data-dir={folder / 'profile'}",
        "--dump-dom",
        file.as_uri(),
    ]
    if os.geteuid() == 0:
        argv.insert(1, "--no-sandbox")
    done = subprocess.run(argv, capture_output=True, timeout=120, check=False)
    dom = done.stdout.decode("utf-8", errors="replace")
    assert "</html>" in dom, done.stderr.decode(errors="replace")[-2000:]
    return dom


def harmless(dom: str) -> bool:
    """Whether no attack left its mark."""
    return not re.search(r"<html[^>]*data-pwned|<title>PWNED", dom)


def hostile(beacon: Beacon) -> Evidence:
    """Markup wherever a student can put text: names, sources, outputs, errors, figures, layers, data sets."""
    bad, text = beacon.markup(), beacon.markdown()
    svg = base64.b64encode(f"<svg xmlns='http://www.w3.org/2000/svg'>{bad}</svg>".encode()).decode()
    outputs = (
        Output(kind=OutputKind.STDOUT, text=bad),
        Output(kind=OutputKind.STDERR, text=bad),
        *(Output(kind=OutputKind.DISPLAY, text=each) for each in (bad, text, f"${bad}$", f"<svg>{bad}</svg>")),
        Output(kind=OutputKind.DISPLAY, png=svg),
        Output(kind=OutputKind.ERROR, text=bad, error_name=bad, error_value=bad),
    )
    cells = (
        Cell(index=0, kind=CellKind.MARKDOWN, source=text, outputs=outputs),
        Cell(index=1, kind=CellKind.CODE, source=f"# {bad}\nx = '''{bad}'''", outputs=outputs),
        Cell(index=2, kind=CellKind.RAW, source=bad),
        Cell(index=3, kind=CellKind.MARKDOWN, source=bad),
    )
    made = samples.hostile(bad)
    run = replace(
        made.run,
        cells=(CellRunRecord(cell=1, outcome=CellOutcome.OK, outputs=outputs),),
        figures=(FigureRecord(title=bad, place=Place(cell=1)),),
    )
    return replace(made, submission=replace(made.submission, student=bad, path=f"{bad}.ipynb", cells=cells), run=run)


def hostile_grade(beacon: Beacon) -> Grade:
    """A grade whose findings and reviews quote the student."""
    bad = beacon.markup()
    finding = unmet(bad, expected=bad, why=bad, advice=bad, places=(Place(cell=1, line=1),), facts={bad: bad})
    made = samples.grade(dict.fromkeys(samples.FINDINGS, finding), student=bad)
    return replace(
        made, path=bad, review=(ReviewItem(criterion="", reason=bad), ReviewItem(criterion="data", reason=bad))
    )


def test_the_attacks_do_work_in_a_page_that_is_not_ours(beacon: Beacon, tmp_path: Path) -> None:
    dom = opened(
        f"<!doctype html><html><head><title>plain</title></head><body>{beacon.markup()}</body></html>", tmp_path
    )
    assert not harmless(dom)
    assert {"/js", "/img", "/css"} <= set(beacon.asked)


def test_a_students_page_executes_nothing_and_asks_nobody(beacon: Beacon, tmp_path: Path, templates: Path) -> None:
    rubric = replace(samples.RUBRIC, title=beacon.markup(), questions=dict.fromkeys(samples.QUESTIONS, beacon.markup()))
    dom = opened(
        render_student(hostile(beacon), hostile_grade(beacon), rubric, Reference(), templates=templates), tmp_path
    )
    assert "PWNED" in dom, "the attacks are on the page, as text"
    assert harmless(dom)
    assert beacon.asked == []


def test_hostile_names_in_a_baseline_execute_nothing(beacon: Beacon, tmp_path: Path, templates: Path) -> None:
    bad = beacon.markup()
    made = baselines.baseline(batch_norm=False)
    making = replace(made.makings[0], backend=bad, device_name=bad, versions={bad: bad})
    match = baselines.match(0, replace(made, makings=(making,)), note=bad)
    page = render_student(
        baselines.evidence(), samples.grade(), samples.RUBRIC, Reference(plain=match), templates=templates
    )
    assert harmless(opened(page, tmp_path))
    assert beacon.asked == []


def test_the_index_executes_nothing_and_asks_nobody(beacon: Beacon, tmp_path: Path, templates: Path) -> None:
    bad = beacon.markup()
    rejection = Rejection(id="x", student=bad, path=bad, reason=bad, advice=bad)
    rows = [
        Row(result=hostile_grade(beacon), outcome=bad, reason=bad, told=bad, served=bad, link="ada/report.html"),
        Row(result=rejection, reason=bad),
    ]
    rubric = replace(samples.RUBRIC, title=bad, description=bad, id=bad, version=bad)
    dom = opened(render_index(rows, rubric, templates=templates), tmp_path)
    assert "PWNED" in dom
    assert harmless(dom)
    assert beacon.asked == []


def test_every_ending_of_a_run_with_a_hostile_reason_executes_nothing(
    beacon: Beacon, tmp_path: Path, templates: Path
) -> None:
    run = RunRecord(outcome=RunOutcome.OUTPUT_LIMIT, reason=beacon.markup(), cell=1, limits={beacon.markup(): 1.0})
    at = replace(hostile(beacon), run=run)
    assert harmless(
        opened(render_student(at, hostile_grade(beacon), samples.RUBRIC, Reference(), templates=templates), tmp_path)
    )
    assert beacon.asked == []
