"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

RubricOption = Annotated[
    str, typer.Option("--rubric", "-r", help="A rubric's name (see: grader rubrics) or the path of a rubric file.")
]
DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar="GRADER_DATA",
        help="Folder with data sets (mnist.npz, fashion-mnist/*.gz, …). Without it: the Keras cache, a checked "
        "download, or a stand-in drawn from scikit-learn's digits.",
    ),
]
OfflineOption = Annotated[bool, typer.Option("--offline", help="Never download a data set.")]
TrustOption = Annotated[
    bool,
    typer.Option(
        "--trust-code",
        help="Run notebooks without a box if there is none here. They can then do whatever you can do.",
    ),
]
BoxOption = Annotated[
    str,
    typer.Option(
        "--box",
        help="Where notebooks run: auto (the best box that works here), bubblewrap, docker, podman, landlock or none.",
    ),
]
JobsOption = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, help="Notebooks run side by side. Default: by cores and memory.")
]

DEFAULT_RUBRIC = "batch-normalization"
