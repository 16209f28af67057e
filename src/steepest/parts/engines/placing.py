"""Placing: the rows of a collection are where its passes are made: a task goes to the worker that has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..part import Part
from ..sources.source import is_resident
from ..works import Work
from .dask_tables import DaskTable, Span
from .residents import Like, worked_on
from .task import TASKS

__all__ = ["Order", "orders_of", "placed"]


class Order(NamedTuple):
    """A task: the numbers of its parts, what it calls, and the worker that should do so."""

    some: Sequence[int]
    call: tuple[Any, ...]  # a function and its arguments
    worker: str | None = None


def placed(parts: Sequence[Part]) -> bool:
    """Whether the rows of some parts stay on workers."""
    return bool(parts) and is_resident(parts[0].source)


def orders_of(client: Any, work: Work, parts: Sequence[Part], size: int) -> list[Order]:
    """The tasks of a pass over parts whose rows stay on workers. They are brought there first, in the first pass.

    Raises
    ------
    DataError
        If a cell cannot be used, or a partition cannot be computed.
    """
    source: Any = parts[0].source
    table: DaskTable = source if isinstance(source, DaskTable) else source.source
    spans = [_span(part) for part in parts]
    filled = [i for i, (low, high) in enumerate(spans) if low < high]
    rows = dict(zip(filled, _there(client, table, [spans[i] for i in filled]), strict=True))
    like = Like(None if source is table else source.around, parts[0].how, parts[0].coding)
    orders = []
    for worker, some in _groups(client, rows):
        firsts = [spans[i][0] for i in some]
        orders.append(Order(some, (worked_on, work, like, firsts, size, *(rows[i] for i in some)), worker))
    empty = [i for i in range(len(parts)) if i not in rows]  # no leaf begins there
    return [orders[0]._replace(some=[*orders[0].some, *empty]), *orders[1:]]


def _span(part: Part) -> Span:
    """The first row of the leaves that begin in a part, and the row after the last of them."""
    leaf, n = part.how.leaf, sum(piece.rows for piece in part.source.pieces)
    first, stop = (-(-row // leaf) * leaf for row in (part.first, part.first + part.rows))
    return first, min(stop, n)


def _there(client: Any, table: DaskTable, spans: Sequence[Span]) -> list[Any]:
    """Futures of the rows of spans, all of which are there."""
    from distributed import wait

    futures = table.placed(spans)
    wait(futures)
    for future in futures:
        if future.status == "error":
            raise table.refused(future)
    return futures


def _groups(client: Any, rows: dict[int, Any]) -> list[tuple[str | None, list[int]]]:
    """Parts whose rows are on the same worker, in about four groups for each of its threads."""
    where, threads = client.who_has(list(rows.values())), client.nthreads()
    by_worker: dict[str | None, list[int]] = {}
    for i, future in rows.items():
        by_worker.setdefault(next(iter(where.get(future.key, ())), None), []).append(i)
    found: list[tuple[str | None, list[int]]] = []
    for worker, some in by_worker.items():
        each = -(-len(some) // (TASKS * threads.get(worker, 1)))
        found += [(worker, some[low : low + each]) for low in range(0, len(some), each)]
    return found
