"""Plain functions that make evidence for tests: small networks, trainings, figures and texts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.evidence import (
    AxesRecord,
    CellOutcome,
    CellRunRecord,
    DataRecord,
    ErrorRecord,
    EvaluateRecord,
    Evidence,
    FigureRecord,
    FitRecord,
    LineRecord,
    ModelRecord,
    RunOutcome,
    RunRecord,
    SourceRecord,
    TextRecord,
    ValidationSource,
    Weights,
    Where,
    WrittenModelRecord,
)
from grader.finding import Finding
from grader.graph import Layer, LayerGraph, LayerKind, chain
from grader.reference import Reference
from grader.registry import checks
from grader.submission import Cell, CellKind, Output, OutputKind, Place, Submission

QUESTIONS = {
    "Q1.1": "Explain the concept of batch normalization in the context of artificial neural networks.",
    "Q1.2": "Describe the benefits of using batch normalization during training.",
    "Q1.3": "Discuss the working principle of batch normalization, including the normalization step and the "
    "learnable parameters.",
    "Q2.1": "Choose a dataset (e.g. MNIST, CIFAR-10) and preprocess it.",
    "Q2.2": "Implement a simple feedforward neural network using any deep learning framework (e.g. TensorFlow, PyTorch).",
    "Q2.3": "Train it without batch normalization.",
    "Q2.4": "Implement batch normalization layers and train the model again.",
    "Q2.5": "Compare the training and validation performance (e.g. accuracy, loss) between the models with and without "
    "batch normalization.",
    "Q2.6": "Discuss the impact of batch normalization on the training process and the performance.",
    "Q3.1": "Experiment with different batch sizes and observe the effect on the training dynamics and model performance.",
    "Q3.2": "Discuss the advantages and potential limitations of batch normalization.",
}
REFERENCE = Reference(questions=QUESTIONS)
DIGITS = DataRecord(samples=4000, shape=(784,), dtype="float32", minimum=0.0, maximum=1.0, mean=0.13, digest="train")
HELD_BACK = DataRecord(samples=1000, shape=(784,), dtype="float32", minimum=0.0, maximum=1.0, mean=0.13, digest="valid")


def layer(number: int, kind: LayerKind, class_name: str, **facts: Any) -> Layer:
    return Layer(id=f"{class_name.lower()}_{number}", kind=kind, class_name=class_name, **facts)


def network(*parts: str) -> LayerGraph:
    """A chain from words: ``dense128 bn relu drop0.2 dense10:softmax rescaling conv32 pool flatten ln``."""
    return chain(tuple(part(number, word) for number, word in enumerate(parts)))


def part(number: int, word: str) -> Layer:
    name, _, activation = word.partition(":")
    fused = activation or None
    if name.startswith("dense"):
        units = int(name.removeprefix("dense"))
        return layer(number, LayerKind.DENSE, "Dense", units=units, activation=fused, initializer="GlorotUniform")
    if name.startswith("conv"):
        filters = int(name.removeprefix("conv"))
        return layer(number, LayerKind.CONV, "Conv2D", units=filters, kernel_size=(3, 3), activation=fused)
    if name.startswith("drop"):
        return layer(number, LayerKind.DROPOUT, "Dropout", rate=float(name.removeprefix("drop")))
    known = {
        "bn": (LayerKind.NORMALIZATION, "BatchNormalization"),
        "ln": (LayerKind.NORMALIZATION, "LayerNormalization"),
        "flatten": (LayerKind.FLATTEN, "Flatten"),
        "pool": (LayerKind.POOLING, "MaxPooling2D"),
        "add": (LayerKind.ADD, "Add"),
        "input": (LayerKind.INPUT, "InputLayer"),
        "rescaling": (LayerKind.OTHER, "Rescaling"),
        "gap": (LayerKind.POOLING, "GlobalAveragePooling2D"),
    }
    if name in known:
        kind, class_name = known[name]
        return layer(number, kind, class_name)
    return layer(number, LayerKind.ACTIVATION, "Activation", activation=name)


PLAIN = network("flatten", "dense128", "relu", "dense64", "relu", "dense10:softmax")
NORMALIZED = network("flatten", "dense128", "bn", "relu", "dense64", "bn", "relu", "dense10:softmax")


def model(number: int, graph: LayerGraph | None, *, cell: int = 5, name: str = "model") -> ModelRecord:
    return ModelRecord(
        id=number,
        framework="keras",
        style="sequential",
        class_name="Sequential",
        variables=(name,),
        graph=graph,
        place=Place(cell=cell, line=1),
    )


def history(best: float, epochs: int = 3) -> dict[str, tuple[float | None, ...]]:
    """Curves that rise to ``best`` training accuracy."""
    steps = [best - 0.0731 * (epochs - 1 - epoch) for epoch in range(epochs)]
    return {
        "accuracy": tuple(steps),
        "loss": tuple(1.0123 - step for step in steps),
        "val_accuracy": tuple(step - 0.0317 for step in steps),
        "val_loss": tuple(1.1234 - step for step in steps),
    }


def fit(number: int, of: int, **facts: Any) -> FitRecord:
    epochs = facts.pop("epochs", 3)
    given: dict[str, Any] = {
        "id": number,
        "model": of,
        "optimizer": "Adam",
        "learning_rate": 0.001,
        "loss": "sparse_categorical_crossentropy",
        "epochs_asked": epochs,
        "epochs_done": epochs,
        "batch_size": 32,
        "data": DIGITS,
        "validation_source": ValidationSource.DATA,
        "validation": HELD_BACK,
        "history": history(0.9012 + 0.0101 * number, epochs),
        "weights": Weights.FRESH,
        "finished": True,
        "place": Place(cell=6 + number, line=3),
    }
    return FitRecord(**(given | facts))


def curve(values: Sequence[float | None], label: str = "") -> LineRecord:
    return LineRecord(label=label, x=tuple(float(n) for n in range(len(values))), y=tuple(values))


def axes(*lines: LineRecord, **facts: Any) -> AxesRecord:
    labels = tuple(line.label for line in lines if line.label)
    return AxesRecord(**({"lines": lines, "legend": labels, "x_label": "epoch", "y_label": "accuracy"} | facts))


def figure(*parts: AxesRecord, cell: int = 9) -> FigureRecord:
    return FigureRecord(axes=parts, place=Place(cell=cell, line=1))


def both_curves(plain: FitRecord, normalized: FitRecord, *, cell: int = 9) -> FigureRecord:
    """A figure with the training and validation accuracy of two trainings."""
    lines = [
        curve(each.history[key], f"{name} {key}")
        for name, each in (("plain", plain), ("with BN", normalized))
        for key in ("accuracy", "val_accuracy")
    ]
    return figure(axes(*lines), cell=cell)


def printed(cell: int, text: str, error: ErrorRecord | None = None) -> CellRunRecord:
    outcome = CellOutcome.OK if error is None else CellOutcome.ERROR
    return CellRunRecord(
        cell=cell, outcome=outcome, outputs=(Output(kind=OutputKind.STDOUT, text=text),), error=error, seconds=0.1
    )


def evaluation(of: int, accuracy: float, *, cell: int = 9, data: DataRecord = HELD_BACK) -> EvaluateRecord:
    return EvaluateRecord(
        model=of, data=data, results={"loss": 0.4321, "accuracy": accuracy}, place=Place(cell=cell, line=2)
    )


def written(graph: LayerGraph, *, cell: int = 0, line: int = 120, where: Where = Where.COMMENT) -> WrittenModelRecord:
    return WrittenModelRecord(
        name="net", framework="keras", style="sequential", graph=graph, place=Place(cell=cell, line=line), where=where
    )


def text(cell: int, words: str, *, heading: str = "", line: int = 1, where: Where = Where.MARKDOWN) -> TextRecord:
    return TextRecord(text=words, where=where, place=Place(cell=cell, line=line), heading=heading)


def submission(*sources: str) -> Submission:
    cells = tuple(Cell(index=n, kind=CellKind.CODE, source=source) for n, source in enumerate(sources))
    return Submission(id="ann", student="Ann", path="ann.ipynb", format="ipynb", sha256="0" * 64, cells=cells)


def evidence(*, source: SourceRecord | None = None, **run: Any) -> Evidence:
    """Evidence of a run that finished, with these records."""
    return Evidence(
        submission=submission("pass"),
        source=source or SourceRecord(),
        run=RunRecord(**({"outcome": RunOutcome.FINISHED} | run)),
    )


def wrote(*records: TextRecord) -> Evidence:
    """Evidence of a notebook that holds only text."""
    return evidence(source=SourceRecord(text=records))


def good_run(**changes: Any) -> Evidence:
    """Two networks trained alike and compared, and three batch sizes tried on fresh BN networks."""
    plain, normalized = fit(0, 0), fit(1, 1)
    trials = tuple(
        fit(2 + n, 2 + n, batch_size=size, epochs=2, place=Place(cell=12, line=4))
        for n, size in enumerate((32, 128, 512))
    )
    shown = "\n".join(f"batch size {each.batch_size}: {each.history['val_accuracy'][-1]:.4f}" for each in trials)
    run: dict[str, Any] = {
        "models": (
            model(0, PLAIN, name="plain"),
            model(1, NORMALIZED, name="with_bn"),
            *(model(each.model, NORMALIZED, cell=12) for each in trials),
        ),
        "fits": (plain, normalized, *trials),
        "figures": (both_curves(plain, normalized),),
        "cells": (printed(12, shown),),
    }
    return evidence(**(run | changes))


def changed(of: Evidence, **run: Any) -> Evidence:
    return replace(of, run=replace(of.run, **run))


def look(check: str, at: Evidence, **options: object) -> Finding:
    """What a check finds."""
    return checks()[check].function(at, REFERENCE, **options)


def facts_of(finding: Finding) -> Mapping[str, str]:
    return finding.facts
