"""Prefetching: the same batches, read by a thread that ends with the consumer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from steepest.parts.prefetch import prefetched

BEFORE: set[threading.Thread] = set()  # those of other tests, whose iterators were not closed yet


@pytest.fixture(autouse=True)
def _others() -> None:
    BEFORE.update(threading.enumerate())


def readers() -> int:
    return sum(thread.name == "steepest-reader" and thread not in BEFORE for thread in threading.enumerate())


@pytest.mark.parametrize("ahead", [1, 3])
def test_the_batches_come_in_their_order(ahead: int) -> None:
    assert list(prefetched(iter(range(100)), ahead)) == list(range(100))
    assert readers() == 0


@pytest.mark.parametrize("ahead", [1, 2])
def test_no_more_batches_are_read_than_asked_for(ahead: int) -> None:
    read: list[int] = []

    def batches() -> Iterator[int]:
        for i in range(10):
            read.append(i)
            yield i

    found = prefetched(batches(), ahead)
    next(found)
    time.sleep(0.05)
    assert len(read) == 1 + ahead
    found.close()
    assert readers() == 0


def test_the_next_batch_is_read_while_one_is_worked_on() -> None:
    begun = threading.Event()

    def batches() -> Iterator[int]:
        yield 0
        begun.set()
        yield 1

    found = prefetched(batches())
    next(found)
    assert begun.wait(5)
    assert list(found) == [1]


def test_an_error_is_raised_where_the_batches_end() -> None:
    def batches() -> Iterator[int]:
        yield 0
        raise ValueError("damaged")

    found = prefetched(batches())
    assert next(found) == 0
    with pytest.raises(ValueError, match="damaged"):
        next(found)
    assert readers() == 0


def test_a_consumer_that_stops_closes_the_batches() -> None:
    closed = []

    def batches() -> Iterator[int]:
        try:
            yield from range(10)
        finally:
            closed.append(threading.current_thread().name)

    for i in prefetched(batches()):
        if i == 3:
            break
    assert closed == ["steepest-reader"]
    assert readers() == 0


def test_nothing_is_read_before_the_first_batch_is_asked_for() -> None:
    read: list[int] = []
    prefetched(iter(map(read.append, range(3))))
    time.sleep(0.02)
    assert read == []
    assert readers() == 0
