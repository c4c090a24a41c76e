"""Works on this machine: a few notebooks at a time, each in processes of its own."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

import psutil

MEMORY_A_NOTEBOOK = 3_000_000_000  # bytes: TensorFlow with 60,000 images as float64 takes up to 2 GB

Result = TypeVar("Result")
Work = Callable[[], Result]


def jobs() -> int:
    """How many notebooks run well side by side here: one a core, as far as the memory goes."""
    room = psutil.virtual_memory().available // MEMORY_A_NOTEBOOK
    return max(1, min(os.cpu_count() or 1, int(room)))


def run(
    work: Sequence[Work[Result]], *, at_once: int, cancelled: threading.Event
) -> Iterator[tuple[int, Result | BaseException]]:
    """Do pieces of work side by side and yield each result as it comes.

    Args:
        work: functions without arguments.
        at_once: how many run at the same time.
        cancelled: once set, nothing new is begun.

    Yields:
        The position of a piece of work with its result, or with the exception that it raised.
    """
    with ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="grading") as pool:
        waiting: dict[Future[Result], int] = {}
        todo = list(enumerate(work))[::-1]
        while todo or waiting:
            while todo and len(waiting) < at_once and not cancelled.is_set():
                position, piece = todo.pop()
                waiting[pool.submit(piece)] = position
            if not waiting:
                return
            for future in wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), future.exception() or future.result()
