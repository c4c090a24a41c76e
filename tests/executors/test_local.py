"""Pieces of work side by side: each result comes back once, whatever happens to the others."""

import threading
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.executors import local


def piece(value: int) -> int:
    if value < 0:
        raise ValueError(value)
    return value


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(-3, 3), max_size=12), st.integers(1, 4))
def test_every_piece_comes_back_once_with_its_result_or_its_exception(values: list[int], at_once: int) -> None:
    results = dict(local.run([partial(piece, value) for value in values], at_once=at_once, cancelled=threading.Event()))
    assert sorted(results) == list(range(len(values)))
    for position, value in enumerate(values):
        if value < 0:
            assert isinstance(results[position], ValueError)
        else:
            assert results[position] == value


def test_after_cancelling_nothing_new_begins_and_what_runs_comes_back() -> None:
    cancelled = threading.Event()
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        if number == 1:
            cancelled.set()
        return number

    results = list(local.run([partial(work, n) for n in range(20)], at_once=1, cancelled=cancelled))
    assert begun == [0, 1]
    assert results == [(0, 0), (1, 1)]


def test_no_more_than_asked_run_at_once() -> None:
    lock = threading.Lock()
    running, most = 0, 0

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.02)
        with lock:
            running -= 1

    assert len(list(local.run([work] * 8, at_once=3, cancelled=threading.Event()))) == 8
    assert most <= 3


def test_a_result_that_is_none_is_a_result() -> None:
    assert list(local.run([lambda: None], at_once=1, cancelled=threading.Event())) == [(0, None)]


def test_there_is_always_at_least_one_job() -> None:
    assert local.jobs() >= 1
