"""Evidence and grades for the pages: a believable student, one who means harm, and a class of any size."""

import base64
import io
from collections.abc import Sequence
from dataclasses import replace

from PIL import Image, ImageDraw

from grader.evidence import (
    BlindRecord,
    CellOutcome,
    CellRunRecord,
    ClaimRecord,
    ClaimSource,
    DatasetRecord,
    ErrorRecord,
    Evidence,
    FitRecord,
    IsolationRecord,
    ModelRecord,
    RunOutcome,
    RunRecord,
    Served,
    SourceRecord,
    TamperKind,
    TamperRecord,
    Weights,
    WrittenModelRecord,
)
from grader.finding import Finding, Outcome, met, partial, undecided, unmet
from grader.grade import Grade, ReviewItem, Score
from grader.graph import Edge, Layer, LayerGraph, LayerKind, chain
from grader.reports.index import Row
from grader.rubric import Criterion, Rubric
from grader.submission import Cell, CellKind, Output, OutputKind, Place, Rejection, Submission

QUESTIONS = {
    "Q1.1": "Explain the concept of batch normalization in the context of artificial neural networks.",
    "Q2.1": "Choose a dataset and preprocess it.",
    "Q2.4": "Implement batch normalization layers and train the model again.",
    "Q2.5": "Compare the training and validation performance between the models with and without it.",
    "Q3.1": "Experiment with different batch sizes and observe the effect.",
}
_CRITERIA = (
    ("concept", "The concept is explained", "Q1.1", 8.0),
    ("data", "Data is loaded and scaled", "Q2.1", 5.0),
    ("batch-norm", "A network with batch normalization", "Q2.4", 10.0),
    ("placement", "Batch normalization stands before the activation", "Q2.4", 8.0),
    ("comparison", "Both networks are compared", "Q2.5", 12.0),
    ("sizes", "At least three batch sizes are tried", "Q3.1", 10.0),
)
RUBRIC = Rubric(
    id="batch-normalization",
    title="Batch normalization",
    description="Two networks, one with batch normalization.",
    version="1",
    questions=QUESTIONS,
    criteria=tuple(
        Criterion(id=name, title=title, question=question, points=points, check="models.with_batch_norm")
        for name, title, question, points in _CRITERIA
    ),
)


def picture(width: int = 420, height: int = 240) -> str:
    """A base64-encoded PNG with something on it."""
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).line([(10, height - 10), (width // 2, 60), (width - 10, 20)], fill="#0068b0", width=4)
    stream = io.BytesIO()
    image.save(stream, format="PNG")
    return base64.b64encode(stream.getvalue()).decode("ascii")


def _layer(number: int, kind: LayerKind, class_name: str, shape: tuple[int, ...], **facts: object) -> Layer:
    name = f"{class_name.lower()}_{number}"
    return Layer(id=name, kind=kind, class_name=class_name, name=name, output_shape=shape, **facts)  # type: ignore[arg-type]


def network(*, batch_norm: bool, name: str = "") -> LayerGraph:
    """784-128-64-10, with BN before each hidden activation or without."""
    layers = [
        _layer(0, LayerKind.INPUT, "InputLayer", (28, 28)),
        _layer(1, LayerKind.FLATTEN, "Flatten", (784,)),
    ]
    for number, units in ((2, 128), (5, 64)):
        fused = None if batch_norm else "relu"
        layers.append(_layer(number, LayerKind.DENSE, "Dense", (units,), units=units, activation=fused))
        if batch_norm:
            layers.append(_layer(number + 1, LayerKind.NORMALIZATION, "BatchNormalization", (units,), momentum=0.99))
            layers.append(_layer(number + 2, LayerKind.ACTIVATION, "Activation", (units,), activation="relu"))
    layers.append(_layer(8, LayerKind.DROPOUT, "Dropout", (64,), rate=0.2))
    layers.append(_layer(9, LayerKind.DENSE, "Dense" + name, (10,), units=10, activation="softmax"))
    return chain(tuple(layers))


def residual() -> LayerGraph:
    """Two blocks whose input passes them by."""
    layers = [_layer(0, LayerKind.CONV, "Conv2D", (32, 32, 16), units=16, kernel_size=(3, 3))]
    edges = []
    for block in (1, 2):
        entry = layers[-1]
        parts = [
            _layer(block * 10, LayerKind.CONV, "Conv2D", (32, 32, 16), units=16, kernel_size=(3, 3)),
            _layer(block * 10 + 1, LayerKind.NORMALIZATION, "BatchNormalization", (32, 32, 16)),
            _layer(block * 10 + 2, LayerKind.ADD, "Add", (32, 32, 16)),
            _layer(block * 10 + 3, LayerKind.ACTIVATION, "ReLU", (32, 32, 16), activation="relu"),
        ]
        for before, after in zip([entry, *parts], parts, strict=False):
            edges.append(Edge(source=before.id, target=after.id))
        edges.append(Edge(source=entry.id, target=parts[2].id))
        layers += parts
    loose = _layer(99, LayerKind.NORMALIZATION, "BatchNormalization", (16,))
    return LayerGraph(layers=(*layers, loose), edges=tuple(edges))


def fit(number: int, model: int, top: float, **facts: object) -> FitRecord:
    """Ten epochs that approach ``top``."""
    epochs = range(1, 11)
    given: dict[str, object] = {
        "id": number,
        "model": model,
        "optimizer": "Adam",
        "learning_rate": 0.001,
        "epochs_asked": 10,
        "epochs_done": 10,
        "batch_size": 64,
        "history": {
            "accuracy": tuple(top - 0.16 / n for n in epochs),
            "loss": tuple(0.08 + 0.9 / n for n in epochs),
            "val_accuracy": tuple(top - 0.02 - 0.1 / n - 0.004 * (n % 3) for n in epochs),
            "val_loss": tuple(0.14 + 0.6 / n + 0.01 * n for n in epochs),
        },
        "weights": Weights.FRESH,
        "finished": True,
        "place": Place(cell=4, line=2 + number),
    }
    return FitRecord(**(given | facts))  # type: ignore[arg-type]


CODE = (
    "import numpy as np\nfrom tensorflow import keras\n\n(x_train, y_train), test = keras.datasets.mnist.load_data()\n"
    "x_train = x_train / 255.0",
    "def build(with_bn: bool):\n    model = keras.Sequential([keras.layers.Flatten(input_shape=(28, 28))])\n"
    "    for units in (128, 64):\n        model.add(keras.layers.Dense(units))\n        if with_bn:\n"
    "            model.add(keras.layers.BatchNormalization())  # before the activation\n"
    "        model.add(keras.layers.ReLU())\n    model.add(keras.layers.Dense(10, activation='softmax'))\n"
    "    return model\n\nplain, normalized = build(False), build(True)",
    "for model in (plain, normalized):\n    model.compile(optimizer='adam', loss='sparse_categorical_crossentropy')\n"
    "    model.fit(x_train, y_train, epochs=10, batch_size=64, validation_split=0.1)\nplt.plot(history['accuracy'])",
    "for size in (16, 64, 256):\n    print(size, results[size])",
)
TEXT = (
    "# Batch normalization\n\n## Q1.1 The concept\n\nBatch normalization **standardises** what a layer gets, over the "
    "examples of a mini-batch:\n\n$$\\hat{x}_i = \\frac{x_i - \\mu_B}{\\sqrt{\\sigma_B^2 + \\epsilon}}$$\n\n"
    "with $\\gamma$ and $\\beta$ learned, so that $y_i = \\gamma\\hat{x}_i + \\beta$. See "
    "[the paper](https://arxiv.org/abs/1502.03167).\n\n* faster training\n* less sensitive to the initial weights\n\n"
    "| what | shape |\n|---|---|\n| mean | (64,) |\n"
)


def submission(student: str = "Ada Byron", name: str = "ada") -> Submission:
    """A text, four code cells and a conclusion."""
    shown = Output(kind=OutputKind.STDOUT, text="Epoch 1/10\r\b\b 938/938 [====] - accuracy: 0.9123\n")
    cells = (
        Cell(index=0, kind=CellKind.MARKDOWN, source=TEXT),
        Cell(index=1, kind=CellKind.MARKDOWN, source="### Preprocessing"),
        Cell(index=2, kind=CellKind.CODE, source=CODE[0], execution_count=1),
        Cell(index=3, kind=CellKind.CODE, source=CODE[1], execution_count=2),
        Cell(index=4, kind=CellKind.CODE, source=CODE[2], execution_count=3, outputs=(shown,)),
        Cell(index=5, kind=CellKind.CODE, source=CODE[3], execution_count=4),
        Cell(index=6, kind=CellKind.MARKDOWN, source="The network with BN learned *faster*, as the curves show."),
    )
    return Submission(
        id=name, student=student, path=f"class.zip/{name}.ipynb", format="ipynb", sha256="a" * 64, cells=cells
    )


def evidence() -> Evidence:
    """A run that built two networks, trained both and stopped in the batch size experiment."""
    error = ErrorRecord(name="NameError", message="name 'results' is not defined", line=2)
    traceback = Output(
        kind=OutputKind.ERROR, text="Traceback …\nNameError: results", error_name="NameError", error_value=error.message
    )
    plot = (Output(kind=OutputKind.STDOUT, text="938/938\n" * 90), Output(kind=OutputKind.DISPLAY, png=picture()))
    noise = Output(kind=OutputKind.STDERR, text="WARNING: no CUDA")
    run = RunRecord(
        outcome=RunOutcome.STUDENT_ERROR,
        reason="Cell 5 stopped with NameError: name 'results' is not defined.",
        cell=5,
        cells=(
            CellRunRecord(cell=2, outcome=CellOutcome.OK, outputs=(noise,)),
            CellRunRecord(cell=3, outcome=CellOutcome.OK),
            CellRunRecord(cell=4, outcome=CellOutcome.OK, outputs=plot),
            CellRunRecord(cell=5, outcome=CellOutcome.ERROR, outputs=(traceback,), error=error),
        ),
        models=(
            _model(0, network(batch_norm=False), "plain"),
            _model(1, network(batch_norm=True), "normalized"),
            *(_model(n, network(batch_norm=True), "") for n in (2, 3)),
        ),
        fits=(
            fit(0, 0, 0.972),
            fit(1, 1, 0.984),
            fit(2, 2, 0.979, batch_size=16, place=Place(cell=5, line=1)),
            fit(3, 3, 0.968, batch_size=256, place=Place(cell=5, line=1)),
        ),
        datasets=(DatasetRecord(name="mnist", served=Served.STAND_IN, description="8×8 digits, enlarged."),),
        isolation=IsolationRecord(
            box="bubblewrap", enforced=("no network",), not_enforced=("no filter of system calls",), measured=True
        ),
        claims=(
            ClaimRecord(
                value=0.973, source=ClaimSource.EVALUATE, model=0, text="accuracy", place=Place(cell=4, line=9)
            ),
            ClaimRecord(value=0.99, source=ClaimSource.EVALUATE, model=1, text="accuracy", place=Place(cell=4, line=9)),
        ),
        blind=(
            BlindRecord(model=0, dataset="mnist", samples=1000, correct=971, input="28×28 values, divided by 255"),
            BlindRecord(model=1, dataset="mnist", samples=1000, correct=98, input="28×28 values, divided by 255"),
            BlindRecord(model=2, reason="its input is no image of a known data set"),
        ),
        tampering=(
            TamperRecord(
                kind=TamperKind.REPLACED,
                what="The library's function Trainer.evaluate was replaced (<lambda>).",
                place=Place(cell=4),
            ),
        ),
        versions={"python": "3.11", "keras": "3.5"},
        limits={"cell_seconds": 600.0, "memory_mb": 6000.0},
        notes=("2 figures were left out.",),
        seconds=84.0,
    )
    return Evidence(submission=submission(), run=run)


def _model(number: int, graph: LayerGraph, variable: str) -> ModelRecord:
    return ModelRecord(
        id=number,
        framework="keras",
        style="sequential",
        class_name="Sequential",
        name=f"sequential_{number}",
        variables=(variable,) if variable else (),
        graph=graph,
        parameters=109_386,
        place=Place(cell=3, line=2),
    )


FINDINGS: dict[str, Finding] = {
    "concept": met("The concept is explained in 64 words.", places=(Place(cell=0, line=5),)),
    "data": undecided("The data set was a stand-in.", advice="A person looks at it.", places=(Place(cell=2),)),
    "batch-norm": met("Two layers of batch normalization.", places=(Place(cell=3, line=6),), facts={"layers": "2"}),
    "placement": partial(
        0.5,
        "One of two layers stands before its activation.",
        expected="Dense, BatchNormalization, Activation.",
        why="Behind ReLU the inputs of BN are never negative, so its mean is not that of the pre-activations.",
        advice="Move the activation into a layer of its own, behind BatchNormalization.",
        places=(Place(cell=3, line=6), Place(cell=3, line=7)),
        facts={"first": "pre-activation", "second": "post-activation"},
    ),
    "comparison": unmet(
        "Only the training accuracy of one network is plotted.",
        expected="Training and validation curves of both networks, with labels.",
        why="Without validation numbers a gain may be overfitting.",
        advice="Plot accuracy and val_accuracy of both histories in one figure, with a legend.",
        places=(Place(cell=4, line=4),),
    ),
    "sizes": unmet(
        "Two batch sizes were trained, and the results are never shown.",
        expected="Three sizes on fresh networks, and a table.",
        why="Two points make no trend.",
        advice="Define results before the loop.",
        places=(Place(cell=5, line=2), Place(cell=99)),
    ),
}


def grade(
    findings: dict[str, Finding] = FINDINGS,
    *,
    student: str = "Ada Byron",
    name: str = "ada",
    fix: Sequence[str] | None = None,
) -> Grade:
    """The grade that these findings give."""
    scores = tuple(_score(criterion, findings[criterion.id]) for criterion in RUBRIC.criteria)
    lost = sorted(
        (s for s in scores if s.outcome.is_verdict and s.earned < s.points), key=lambda s: s.earned - s.points
    )
    open_scores = [s for s in scores if not s.outcome.is_verdict]
    return Grade(
        submission=name,
        student=student,
        path=f"class.zip/{name}.ipynb",
        rubric=RUBRIC.id,
        rubric_version=RUBRIC.version,
        scores=scores,
        fix_first=tuple(fix if fix is not None else [s.criterion for s in lost[:3]]),
        review=(
            ReviewItem(criterion="", reason="The run met an error at cell 5; what could still run was graded."),
            *(ReviewItem(criterion=s.criterion, reason=f"Undecided. {s.finding.seen}") for s in open_scores),
        ),
        passed=sum(s.earned for s in scores) >= 26.5,
    )


def _score(criterion: Criterion, finding: Finding) -> Score:
    return Score(
        criterion=criterion.id,
        title=criterion.title,
        question=criterion.question,
        points=criterion.points,
        earned=round(finding.share * criterion.points, 2),
        finding=finding,
    )


EVIL = (
    "<script>alert(1)</script><img src=http://evil.example/x.png onerror=alert(1)>\"'--></style></svg>"
    "<svg/onload=alert(2)> \ud800 \x00\x1b[31m\u202egnp.exe {{ 7*7 }} {% raw %}"
)
EVIL_MARKDOWN = (
    EVIL
    + "\n\n[click](javascript:alert(1)) [click](JaVaScRiPt:alert(1)) [d](data:text/html;base64,PHNjcmlwdD4=) "
    + "![x](http://evil.example/pixel.png) ![y](data:image/svg+xml;base64,AAAA) ![z](attachment:a.png)\n\n"
    + "<iframe src='http://evil.example'></iframe>\n\n<style>body{background:url(http://evil.example)}</style>\n\n"
    + "&#x202e;reversed &lt;script&gt; <a href='javascript:alert(1)'>x</a> <http://ok.example/>\n\n"
    + "$<script>alert(3)</script>$ $$</code><script>x</script>$$\n\n[ref]: javascript:alert(1)\n[ref]\n"
)


def hostile(evil: str = EVIL) -> Evidence:
    """A student who puts markup into everything that a student can name."""
    layers = tuple(
        replace(layer, name=evil, id=f"{layer.id}{evil}", class_name=layer.class_name if layer.is_batch_norm else evil)
        for layer in network(batch_norm=True).layers
    )
    graph = chain(layers)
    outputs = (
        Output(kind=OutputKind.STDOUT, text=f"{evil}\n" * 100_000),
        Output(kind=OutputKind.DISPLAY, png="bm90IGFuIGltYWdl"),
        Output(kind=OutputKind.DISPLAY, png="/" * 30),
        Output(kind=OutputKind.ERROR, text=evil, error_name=evil, error_value=evil),
        *(Output(kind=OutputKind.RESULT, text=evil) for _ in range(100)),
    )
    cells = (
        Cell(index=0, kind=CellKind.MARKDOWN, source=EVIL_MARKDOWN, outputs=outputs[:2]),
        Cell(index=1, kind=CellKind.CODE, source=f"# {evil}\nx = '''{evil}'''\n" + "y" * 9_000, outputs=outputs),
        Cell(index=2, kind=CellKind.RAW, source=EVIL_MARKDOWN),
        Cell(index=3, kind=CellKind.CODE, source="\n" * 50_000),
        Cell(index=4, kind=CellKind.CODE, source="x" * 2_000_000),
    )
    history = {evil: (0.1, None), "accuracy": (None, 0.5, None, 1e300, -1e300), f"val_{evil}": (1.0,), "loss": (None,)}
    run = RunRecord(
        outcome=RunOutcome.KILLED,
        reason=evil,
        cell=1,
        cells=(
            CellRunRecord(
                cell=1, outcome=CellOutcome.KILLED, outputs=outputs, error=ErrorRecord(name=evil, message=evil)
            ),
        ),
        models=tuple(replace(_model(n, graph, evil), class_name=evil, name=evil, style=evil) for n in range(3)),
        fits=tuple(fit(n, n, 0.9, history=history, batch_size=n + 1, optimizer=evil) for n in range(3)),
        datasets=(DatasetRecord(name=evil, served=Served.MISSING, description=evil),),
        isolation=IsolationRecord(box=evil, enforced=(evil,), not_enforced=(evil,), measured=True),
        claims=tuple(ClaimRecord(value=0.99, source=source, model=0, text=evil) for source in ClaimSource),
        blind=(
            BlindRecord(model=0, dataset=evil, samples=100, correct=10, input=evil),
            BlindRecord(model=1, reason=evil),
        ),
        tampering=(TamperRecord(kind=TamperKind.HOOK, what=evil, place=Place(cell=1, line=1)),),
        versions={evil: evil},
        limits={evil: 1.0},
        notes=(evil,),
    )
    student = replace(submission(student=evil), path=evil, sha256=evil, cells=cells, notes=(evil,))
    return Evidence(submission=student, run=run)


def hostile_grade() -> Grade:
    """Findings that quote the hostile student."""
    places = tuple(Place(cell=cell, line=line) for cell in (0, 1, 2, 3, 77) for line in (None, 1, 2, 49_000))
    finding = unmet(EVIL, expected=EVIL, why=EVIL, advice=EVIL, places=places, facts={EVIL: EVIL})
    made = grade(dict.fromkeys(FINDINGS, finding), student=EVIL)
    return replace(
        made, path=EVIL, review=(ReviewItem(criterion="", reason=EVIL), ReviewItem(criterion="data", reason=EVIL))
    )


def only_written() -> Evidence:
    """Two networks spelled out in comments, and nothing that was built."""
    models = tuple(
        WrittenModelRecord(
            name=name,
            framework="keras",
            style="sequential",
            graph=network(batch_norm=norm),
            place=Place(cell=3, line=1),
        )
        for name, norm in (("model", False), ("model_bn", True))
    )
    return Evidence(
        submission=submission(), source=SourceRecord(models=models), run=RunRecord(outcome=RunOutcome.FINISHED)
    )


def a_class(size: int) -> list[Row]:
    """Rows of a class: every eleventh file is no notebook; the others differ in what they earn."""
    return [_row(number) for number in range(size)]


def _row(number: int) -> Row:
    name = f"student-{number:03d}"
    student = f"Student {chr(65 + number % 26)}. Nr {number}"
    if number % 11 == 10:
        reason, advice = "This is a Word document, not a notebook.", "Hand in the .ipynb file."
        return Row(result=Rejection(id=name, student=student, path=f"{name}.docx", reason=reason, advice=advice))
    outcomes = list(Outcome)
    findings = {
        criterion.id: _finding(outcomes[(number * 7 + place * (number % 5 + 1)) % len(outcomes)])
        for place, criterion in enumerate(RUBRIC.criteria)
    }
    endings = (RunOutcome.FINISHED, RunOutcome.FINISHED, RunOutcome.STUDENT_ERROR, RunOutcome.ENVIRONMENT)
    return Row(
        result=grade(findings, student=student, name=name),
        outcome=endings[number % 4].value,
        reason="Cell 8 stopped with TypeError." if number % 4 == 2 else "",
        seconds=20.0 + (number * 37) % 400,
        served="mnist: original" if number % 3 else "mnist: stand-in",
        link=f"{name}/report.html",
    )


def _finding(outcome: Outcome) -> Finding:
    share = {Outcome.MET: 1.0, Outcome.PARTIAL: 0.4}.get(outcome, 0.0)
    return Finding(outcome=outcome, share=share, seen=f"Seen: {outcome}.", advice="Try again.", places=(Place(cell=3),))
