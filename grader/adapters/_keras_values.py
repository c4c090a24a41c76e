"""Settings and results of a training in JSON's own types."""

from __future__ import annotations

from typing import Any


def results_of(model: Any, result: Any) -> dict[str, Any]:
    """What ``evaluate`` returned, by metric name."""
    if isinstance(result, dict):
        return {str(key): number_in(value) for key, value in result.items()}
    values = result if isinstance(result, (list, tuple)) else [result]
    named: dict[str, Any] = getattr(model, "get_metrics_result", dict)()
    names = list(named) if len(named) == len(values) else list(getattr(model, "metrics_names", []))
    return {str(metric): number_in(value) for metric, value in zip(names, values, strict=False)}


def number_in(value: Any) -> float | None:
    """A number, whatever type it comes in; ``None`` for anything else."""
    try:
        return float(value)
    except Exception:
        return None


def rate_of(optimizer: Any) -> float | None:
    """The learning rate now; ``None`` where it follows no number."""
    if optimizer is None:
        return None
    try:
        return float(f"{float(optimizer.learning_rate):.6g}")  # 0.001, and not the nearest float32
    except Exception:
        return None


def settings_of(model: Any) -> dict[str, Any]:
    """What a network was compiled with."""
    optimizer = getattr(model, "optimizer", None)
    return {
        "optimizer": type(optimizer).__name__ if optimizer is not None else None,
        "learning_rate": rate_of(optimizer),
        "loss": name_of(getattr(model, "loss", None)),
    }


def name_of(value: Any) -> str | None:
    """A loss or metric as a person would call it."""
    if value is None or isinstance(value, str):
        return value
    return str(getattr(value, "name", None) or getattr(value, "__name__", None) or type(value).__name__)
