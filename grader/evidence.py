"""All that is known about one submission: what is written in it, and what was seen when it ran.

`SourceRecord` is read from the cells without executing anything. `RunRecord` is what our own run observed. A check
says which of the two it trusts; saved outputs and prose are claims and stay apart from both.

Evidence is plain data with a schema version: it is stored as JSON and can be judged again later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from grader.graph import LayerGraph
from grader.submission import Output, Place, Submission

SCHEMA = 2

Number = float | None
"""A finite number, or ``None`` where a framework reported NaN or infinity."""


class Where(StrEnum):
    """Where text or code stands. Only ``CODE`` is executed by a run."""

    CODE = "code"
    COMMENT = "comment"
    DOCSTRING = "docstring"
    MARKDOWN = "markdown"
    RAW = "raw"
    PROSE = "prose"


# --- what is written -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecord:
    """One imported module: ``tensorflow.keras.datasets``, with the names taken from it."""

    module: str
    names: tuple[str, ...]
    place: Place
    where: Where = Where.CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call in the source.

    Attributes:
        name: dotted, as written: ``model.fit``.
        arguments: keyword arguments with their source text, and positional ones under ``"0"``, ``"1"``, …
    """

    name: str
    arguments: Mapping[str, str]
    place: Place
    where: Where = Where.CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenModelRecord:
    """A network that the source spells out; nothing says that it was ever built.

    Attributes:
        name: the variable, function or class that holds it.
        style: ``sequential``, ``functional`` or ``subclassed``.
        graph: as far as the source shows it; fused activations not yet unfolded.
    """

    name: str
    framework: str
    style: str
    graph: LayerGraph
    place: Place
    where: Where = Where.CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCodeRecord:
    """Python code that stands where no kernel executes it: comments, docstrings, fenced markdown, raw cells."""

    text: str
    where: Where
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRecord:
    """A run of prose.

    Attributes:
        heading: the nearest heading above it, or ``""``.
    """

    text: str
    where: Where
    place: Place
    heading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntaxRecord:
    """A code cell that is not Python, even after magics are taken out; Jupyter refuses it too."""

    message: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """What is written in a notebook.

    Attributes:
        frameworks: of ``keras``, ``torch``, … those imported in code, comments or markdown; code comes first.
        saved_order: cell indices in the order in which the student ran them, from saved execution counts.
        has_saved_outputs: whether any cell came with outputs.
        unread: sentences about cells that the reader could not follow to their end; what it had read of them stays.
    """

    frameworks: tuple[str, ...] = ()
    imports: tuple[ImportRecord, ...] = ()
    calls: tuple[CallRecord, ...] = ()
    models: tuple[WrittenModelRecord, ...] = ()
    code: tuple[WrittenCodeRecord, ...] = ()
    text: tuple[TextRecord, ...] = ()
    syntax_errors: tuple[SyntaxRecord, ...] = ()
    saved_order: tuple[int, ...] = ()
    has_saved_outputs: bool = False
    unread: tuple[str, ...] = ()


# --- what was seen ---------------------------------------------------------------------------------------------


class RunOutcome(StrEnum):
    """How a run ended. Points can only be lost to those down to ``KILLED``."""

    FINISHED = "finished"
    STUDENT_ERROR = "student error"
    TIME_LIMIT = "time limit"
    MEMORY_LIMIT = "memory limit"
    PROCESS_LIMIT = "process limit"
    DISK_LIMIT = "disk limit"
    OUTPUT_LIMIT = "output limit"
    KILLED = "killed"
    ENVIRONMENT = "environment"
    HARNESS_FAILURE = "harness failure"
    NOT_RUN = "not run"

    @property
    def blames_nobody(self) -> bool:
        """Whether what is missing from such a run must never cost the student points."""
        return self in {RunOutcome.ENVIRONMENT, RunOutcome.HARNESS_FAILURE, RunOutcome.NOT_RUN}


class CellOutcome(StrEnum):
    """How one cell ended."""

    OK = "ok"
    ERROR = "error"
    TIME_LIMIT = "time limit"
    KILLED = "killed"
    NOT_REACHED = "not reached"


class Cause(StrEnum):
    """Whose fault an error is."""

    STUDENT = "student"
    ENVIRONMENT = "environment"
    CONSEQUENCE = "consequence"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRecord:
    """An exception that ended a cell.

    Attributes:
        cause: ``consequence`` when an earlier failing cell (``root``) took away what this one needed.
        reason: one sentence for a person, for an environment cause what is missing and the modern spelling.
    """

    name: str
    message: str
    line: int | None = None
    cause: Cause = Cause.STUDENT
    root: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRunRecord:
    """What one code cell did in our run."""

    cell: int
    outcome: CellOutcome
    outputs: tuple[Output, ...] = ()
    error: ErrorRecord | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRecord:
    """A network that was built.

    Attributes:
        id: by which other records speak of it; in order of construction, from 0.
        style: ``sequential``, ``functional`` or ``subclassed``.
        variables: the notebook's own names that were bound to it at the end of a cell.
        graph: fused activations not yet unfolded; ``None`` when it was never built far enough to have one.
        parameters: number of trainable weights.
        place: where it was constructed.
    """

    id: int
    framework: str
    style: str
    class_name: str
    name: str = ""
    variables: tuple[str, ...] = ()
    graph: LayerGraph | None = None
    parameters: int | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileRecord:
    """One ``compile`` of a model."""

    model: int
    optimizer: str | None = None
    learning_rate: Number = None
    loss: str | None = None
    metrics: tuple[str, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginRecord:
    """Where images that went into a model stand in the data set that was served, by some that were looked at.

    Attributes:
        part: ``train`` or ``test``, where most of them were found.
        rows: how many were looked at, spread over all; 0 when none could be.
        found: of these, how many are images of that part, unchanged but for one linear map of all pixels.
        distinct: how many different images are among those found.
        first: index of the first image, where all of them stand one behind the other as published; else ``None``.
        classes: number of different labels that came with all of the images; ``None`` where there were none.
    """

    part: str = ""
    rows: int = 0
    found: int = 0
    distinct: int = 0
    first: int | None = None
    classes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRecord:
    """Data that went into a model.

    Attributes:
        samples: number of examples.
        shape: of one example.
        minimum: of all values; with ``maximum`` and ``mean`` it tells whether inputs were scaled.
        digest: equal for equal data; ``None`` where looking would have changed what the student's code does.
        origin: where they come from; ``None`` where that could not be told.
    """

    samples: int | None = None
    shape: tuple[int | None, ...] | None = None
    dtype: str | None = None
    minimum: Number = None
    maximum: Number = None
    mean: Number = None
    digest: str | None = None
    origin: OriginRecord | None = None


class ValidationSource(StrEnum):
    """Where the validation numbers of a training run come from."""

    NONE = "none"
    SPLIT = "split"
    DATA = "data"


class Weights(StrEnum):
    """What a training run started from."""

    FRESH = "fresh"
    TRAINED = "trained"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class FitRecord:
    """One training run.

    Attributes:
        loop: ``fit`` for the framework's own loop, ``custom`` for steps taken by the student's loop.
        optimizer_settings: those apart from the learning rate, named as in ``keras.optimizers``.
        from_logits: whether the loss takes logits; ``None`` where it cannot be told.
        accuracies: names in ``history`` of what is the share of right answers over the classes, as the metrics were
            compiled; ``None`` where nobody looked.
        seeded: whether TensorFlow's global seed was set when it began, which fixes the order of images.
        unusual: what else was set that changes training, in short words (``class_weight``, ``callback ReduceLR``).
        epochs_asked: ``None`` for a custom loop.
        batch_size: in examples.
        validation: the validation data, when it was handed in; a split takes its share of ``data``.
        history: a series by metric name, one number an epoch done.
        finished: whether the run reached its own end (early stopping is an end), and not a limit or an error.
    """

    id: int
    model: int
    loop: str = "fit"
    optimizer: str | None = None
    learning_rate: Number = None
    optimizer_settings: Mapping[str, float | bool] = field(default_factory=dict)
    loss: str | None = None
    from_logits: bool | None = None
    accuracies: tuple[str, ...] | None = None
    seeded: bool = False
    unusual: tuple[str, ...] = ()
    epochs_asked: int | None = None
    epochs_done: int = 0
    steps: int | None = None
    batch_size: int | None = None
    data: DataRecord = field(default_factory=DataRecord)
    validation_source: ValidationSource = ValidationSource.NONE
    validation_split: Number = None
    validation: DataRecord | None = None
    history: Mapping[str, tuple[Number, ...]] = field(default_factory=dict)
    weights: Weights = Weights.UNKNOWN
    finished: bool = False
    place: Place | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateRecord:
    """One ``evaluate`` of a model, and what it returned by metric name."""

    model: int
    data: DataRecord = field(default_factory=DataRecord)
    results: Mapping[str, Number] = field(default_factory=dict)
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictRecord:
    """One ``predict`` of a model."""

    model: int
    data: DataRecord = field(default_factory=DataRecord)
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRecord:
    """One line of a plot; at most the first 500 points."""

    label: str = ""
    x: tuple[Number, ...] = ()
    y: tuple[Number, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AxesRecord:
    """One coordinate system of a figure. ``bars`` and ``images`` are counts; ``heights`` are those of the bars."""

    title: str = ""
    x_label: str = ""
    y_label: str = ""
    legend: tuple[str, ...] = ()
    lines: tuple[LineRecord, ...] = ()
    ticks: tuple[str, ...] = ()
    bars: int = 0
    heights: tuple[Number, ...] = ()
    images: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRecord:
    """One figure that was drawn."""

    title: str = ""
    axes: tuple[AxesRecord, ...] = ()
    place: Place | None = None


class Served(StrEnum):
    """What a notebook got when it asked for a data set."""

    ORIGINAL = "original"
    LOSSY = "lossy"
    STAND_IN = "stand-in"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRecord:
    """One request for a data set by name, and what was served.

    Attributes:
        digest: SHA-256 over the bytes of its four arrays before any image was held back; ``""`` where unknown.
        images: its training images as they were served.
    """

    name: str
    served: Served
    description: str = ""
    digest: str = ""
    images: DataRecord = field(default_factory=DataRecord)
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnattachedRecord:
    """A BN layer that was constructed and belongs to no network."""

    class_name: str
    name: str = ""
    place: Place | None = None


class ClaimSource(StrEnum):
    """Where a claimed accuracy comes from."""

    EVALUATE = "evaluate"
    VALIDATION = "validation"
    PRINTED = "printed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRecord:
    """An accuracy on data not trained on, as the notebook itself gave it: student code can make it say anything.

    Attributes:
        value: share of correct answers, 0 to 1.
        model: the network that it belongs to; ``None`` for a number that was only printed.
        text: the printed line, or the name of the metric.
    """

    value: float
    source: ClaimSource
    model: int | None = None
    text: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindRecord:
    """What a network answered about images that were never in its box, scored outside against their labels.

    Attributes:
        samples: number of images asked about; 0 when none could be, and then ``reason`` says why.
        correct: number of right answers among ``samples``.
        altered: how many of the images were slightly changed, so that nobody finds exactly these in a published set.
        altered_correct: number of right answers among ``altered``.
        input: how the images were put in, in words (``28×28 values, divided by 255``).
        as_trained: whether the weights were still those that the last training left.
        recomputed: whether the answers were computed outside of the box, from the network's layers and weights.
        reason: why nothing could be asked; where something could, why it was not recomputed.
    """

    model: int
    dataset: str = ""
    samples: int = 0
    correct: int = 0
    altered: int = 0
    altered_correct: int = 0
    input: str = ""
    as_trained: bool = True
    recomputed: bool = False
    reason: str = ""

    @property
    def accuracy(self) -> Number:
        """Share of right answers, 0 to 1; ``None`` when nothing could be asked."""
        return self.correct / self.samples if self.samples else None


class TamperKind(StrEnum):
    """What kind of thing points to tampering."""

    REPLACED = "replaced function"
    HOOK = "kernel hook"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True, kw_only=True)
class TamperRecord:
    """Something that suggests that observations were interfered with. For a person to judge; it costs no points.

    Attributes:
        what: a sentence that says what was seen.
    """

    kind: TamperKind
    what: str
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IsolationRecord:
    """The box that a run was in.

    Attributes:
        box: ``bubblewrap``, ``docker``, ``podman``, ``landlock`` or ``none``.
        enforced: what a probe inside tried and could not do, in words.
        not_enforced: what it could do.
        measured: whether the box was probed; where it was not, both lists are empty.
    """

    box: str = "none"
    enforced: tuple[str, ...] = ()
    not_enforced: tuple[str, ...] = ()
    measured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """What happened when the notebook was executed.

    Attributes:
        reason: one sentence that says why the run ended as it did.
        cell: the cell that decided the outcome, if one did.
        versions: of Python and the libraries in the box.
        limits: those in force, by name.
        notes: what was cut off or could not be recorded.
        claims: accuracies as the notebook gave them.
        blind: accuracies as measured outside, on images that the box never had.
        tampering: what suggests that observations were interfered with.
        attempts: how often the notebook was run; more than once after a failure of the grader itself.
    """

    outcome: RunOutcome = RunOutcome.NOT_RUN
    reason: str = ""
    cell: int | None = None
    cells: tuple[CellRunRecord, ...] = ()
    models: tuple[ModelRecord, ...] = ()
    compiles: tuple[CompileRecord, ...] = ()
    fits: tuple[FitRecord, ...] = ()
    evaluations: tuple[EvaluateRecord, ...] = ()
    predictions: tuple[PredictRecord, ...] = ()
    figures: tuple[FigureRecord, ...] = ()
    datasets: tuple[DatasetRecord, ...] = ()
    unattached: tuple[UnattachedRecord, ...] = ()
    claims: tuple[ClaimRecord, ...] = ()
    blind: tuple[BlindRecord, ...] = ()
    tampering: tuple[TamperRecord, ...] = ()
    isolation: IsolationRecord | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    attempts: int = 1
    seconds: float = 0.0

    def model(self, model_id: int) -> ModelRecord | None:
        """The model with this id, if it was recorded."""
        return next((model for model in self.models if model.id == model_id), None)

    def fits_of(self, model_id: int) -> tuple[FitRecord, ...]:
        """Every training run of a model, in order."""
        return tuple(fit for fit in self.fits if fit.model == model_id)

    def cell_run(self, index: int) -> CellRunRecord | None:
        """What a cell did, if it is a code cell that was planned to run."""
        return next((cell for cell in self.cells if cell.cell == index), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known about one submission."""

    submission: Submission
    source: SourceRecord = field(default_factory=SourceRecord)
    run: RunRecord = field(default_factory=RunRecord)
    schema: int = SCHEMA
