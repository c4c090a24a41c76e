"""Reads the environment once: where the instructor, Keras and the system keep data."""

import os
from collections.abc import Callable
from pathlib import Path

import platformdirs

from grader.datasets.found import Places
from grader.errors import DatasetError

VARIABLE = "GRADER_DATA"


def places_for(
    *,
    data: Path | None,
    download: bool,
    cache: Path | None,
    tell: Callable[[str], None] = lambda _sentence: None,
    bar: Callable[[str], object] | None = None,
) -> Places:
    """The places that sources look in.

    Raises:
        DatasetError: the folder that the instructor named does not exist.
    """
    return Places(
        data=_given(data),
        keras=Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets",
        cache=cache or platformdirs.user_cache_path("grader", appauthor=False) / "datasets",
        download=download,
        tell=tell,
        bar=bar,
    )


def _given(data: Path | None) -> Path | None:
    named = os.environ.get(VARIABLE)
    folder, by = (data, "--data") if data is not None else (Path(named), VARIABLE) if named else (None, "")
    if folder is not None and not folder.is_dir():
        raise DatasetError(
            f"{by} names {folder}, which is not a folder.", advice="Name the folder that holds the data sets."
        )
    return folder
