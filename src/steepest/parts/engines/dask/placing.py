"""Placing: the rows of a collection are where its passes are made: a task goes to the worker that has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ...part import Part
from ...sources.source import is_resident
from ..task import TASKS
from .residents import Like, Span, worked_on
from .workers import Workforce, on_workers, settled

if TYPE_CHECKING:  # types alone
    from ...works import Work

__all__ = ["Order", "are_placed", "orders_of"]


class Order(NamedTuple):
    """A task: the numbers of its parts, the worker that should do it, and what it calls."""

    some: Sequence[int]
    worker: str | None
    call: tuple[Any, ...]  # a function and its arguments
    rows: Callable[[], Sequence[Any]] = tuple  # makes the futures that follow them


def are_placed(parts: Sequence[Part]) -> bool:
    """Whether the rows of some parts stay on workers."""
    return bool(parts) and is_resident(parts[0].source)


def orders_of(workers: Workforce, work: Work, parts: Sequence[Part], size: int) -> list[Order]:
    """The tasks of a pass over parts whose rows stay on workers. The first pass brings them there.

    Raises
    ------
    DataError
        If a cell cannot be used, or a partition cannot be computed.
    """
    source: Any = parts[0].source
    spans = {i: span for i, span in enumerate(map(_span, parts)) if span[0] < span[1]}
    rows = dict(zip(spans, _there(workers, source, list(spans.values())), strict=True))
    like = Like(source.around, parts[0].how, parts[0].coding)
    orders = []
    for worker, some in on_workers(workers, rows, TASKS):
        own = [spans[i] for i in some]
        call = (worked_on, work, like, [first for first, _ in own], size)
        orders.append(Order(some, worker, call, partial(source.placed, own)))
    empty = [i for i in range(len(parts)) if i not in rows]  # no leaf begins in these
    return [orders[0]._replace(some=[*orders[0].some, *empty]), *orders[1:]]


def _span(part: Part) -> Span:
    """The first row of the leaves that begin in a part, and the row after the last of them."""
    leaf, n = part.how.leaf, sum(piece.rows for piece in part.source.pieces)
    first, stop = (-(-row // leaf) * leaf for row in (part.first, part.first + part.rows))
    return first, min(stop, n)


def _there(workers: Workforce, source: Any, spans: Sequence[Span]) -> list[Any]:
    """Futures of the rows of spans, all of which are there."""
    futures: list[Any] = source.placed(spans)
    if (failed := settled(workers, futures)) is not None:
        raise source.refused(futures[failed])
    return futures
