"""``grader baseline``: what a network reaches, with and without batch normalization, when it is trained many times."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grader.cli._exit import Exit
from grader.cli._options import DataOption, OfflineOption

ABOUT_ONE = (
    "network", "dataset", "samples", "validation", "epochs", "optimizer", "learning_rate", "batch_size", "placement"
)  # fmt: skip
"""Parameters that mean nothing beside ``--for``."""


def command(
    context: typer.Context,
    network: Annotated[
        str, typer.Argument(help="mlp, cnn, their widths (mlp-300-100, cnn-16-32-64), or a specification (.yaml).")
    ] = "mlp",
    lacked_by: Annotated[
        Path | None, typer.Option("--for", help="Folder of a grading run: train what its submissions lacked.")
    ] = None,
    dataset: Annotated[str, typer.Option(help="mnist, fashion_mnist or cifar10.")] = "mnist",
    samples: Annotated[int | None, typer.Option(help="Images to train on. Default: all.")] = None,
    validation: Annotated[
        int, typer.Option(help="Training images set aside to validate on. 0: validate on the test images.")
    ] = 0,
    epochs: Annotated[int, typer.Option(help="Passes over the images.")] = 5,
    optimizer: Annotated[str, typer.Option(help="As in keras.optimizers: Adam, SGD, RMSprop, …")] = "Adam",
    learning_rate: Annotated[
        float | None, typer.Option(help="Default: Keras' own for the optimizer (0.001, SGD 0.01).")
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Images in a step.")] = 32,
    placement: Annotated[
        str, typer.Option(help="Where batch normalization stands: pre-activation or post-activation.")
    ] = "pre-activation",
    seeds: Annotated[int, typer.Option(min=3, max=1000, help="Trainings of each network.")] = 16,
    device: Annotated[str, typer.Option(help="auto (a GPU where there is one), gpu or cpu.")] = "auto",
    backend: Annotated[
        str, typer.Option(help="auto, jax (all seeds at once) or tensorflow (one after another).")
    ] = "auto",
    at_once: Annotated[int | None, typer.Option(min=1, help="Seeds side by side. Default: what suits the device.")] = (
        None
    ),
    minutes: Annotated[float | None, typer.Option(min=0.0, help="Stop after so many minutes; done seeds stay.")] = None,
    without: Annotated[
        float | None, typer.Option("--without", help="An accuracy (0 to 1) claimed without BN, to compare.")
    ] = None,
    with_bn: Annotated[float | None, typer.Option("--with", help="An accuracy (0 to 1) claimed with BN.")] = None,
    cache: Annotated[
        Path | None, typer.Option("--cache", help="Folder to keep baselines in. Default: the user's cache.")
    ] = None,
    data: DataOption = None,
    offline: OfflineOption = False,
) -> None:
    """Train reference networks without and with batch normalization, and say what they reach and how sure that is.

    What is stored already is not trained again: an interrupted run goes on where it was, and more seeds are added to
    those that are there. For example:

    grader baseline mlp --epochs 10 --without 0.9770 --with 0.9781

    grader baseline cnn-16-32-64 --optimizer SGD --learning-rate 0.01 --seeds 8

    grader baseline --for out, and then: grader regrade out
    """
    from grader.cli._interrupt import interruptible
    from grader.cli._reference_data import ReferenceData
    from grader.cli._references import stored, tell_damaged, training
    from grader.cli._requests import Request, claimed, lacking, refuse_beside_run, requested
    from grader.cli._rounds import train_missing
    from grader.cli._tables import show

    console = Console()
    claims = claimed("--without", without), claimed("--with", with_bn)
    if lacked_by is not None:
        refuse_beside_run(_given(context))
    how = training(seeds=seeds, device=device, backend=backend, at_once=at_once, minutes=minutes)
    store = stored(cache)
    tell_damaged(store, console)
    cancelled = threading.Event()
    with ExitStack() as stack, interruptible(cancelled, console, "the training that runs now"):
        served = ReferenceData(stack, console, data, offline=offline)
        if lacked_by is not None:
            wanted = lacking(lacked_by, store)
        else:
            request = Request(
                network=network, dataset=dataset, samples=samples, validation=validation, epochs=epochs,
                optimizer=optimizer, learning_rate=learning_rate, batch_size=batch_size, placement=placement,
            )  # fmt: skip
            pair = requested(request, served)
            wanted = [pair.both()]
        if not wanted:
            console.print("Nothing is lacking: every network that can be rebuilt has a baseline of its own.")
        found = train_missing(wanted, store, how, served.path_for, console, cancelled)
    show(console, found, claims=claims)
    if cancelled.is_set():
        raise typer.Exit(Exit.INTERRUPTED)
    is_whole = [len(each) for each in found] == [len(each) for each in wanted]
    has_all_seeds = all(len(each.runs) >= seeds for group in found for each in group)
    raise typer.Exit(Exit.DONE if is_whole and has_all_seeds else Exit.INCOMPLETE)


def _given(context: typer.Context) -> Iterator[str]:
    """The options about one network that are on the command line, by name."""
    for name in ABOUT_ONE:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            yield "a network" if name == "network" else f"--{name.replace('_', '-')}"
