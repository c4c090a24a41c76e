"""Ctrl-C ends a grading run in order: running notebooks are stopped, finished work is kept."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console


@contextmanager
def interruptible(
    cancelled: threading.Event, console: Console, running: str = "the notebooks that run now"
) -> Iterator[None]:
    """Set ``cancelled`` on the first Ctrl-C (or a CI's SIGTERM); a second one ends the program at once."""

    def stop(number: int, _frame: FrameType | None) -> None:
        if cancelled.is_set():
            raise KeyboardInterrupt
        cancelled.set()
        console.print(f"{signal.Signals(number).name}: ending {running} ...", style="yellow")

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
