"""Where the partitions of a collection are computed: by the workers of a client, or by Dask's own scheduler here."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import CancelledError
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from ....core.errors import DataError, SteepestError
from ....core.shown_text import visible
from ...sources.frames import TABLE
from .cluster import AGAIN, GONE, connected, refuse_closed
from .residents import Fact, Stretch, cut, fact_of, facts_of, partition_name
from .workers import Workforce, on_workers, settled

if TYPE_CHECKING:  # types alone
    import pyarrow as pa
    from distributed import Future

__all__ = ["Alone", "Home", "OnWorkers", "error_of", "refused", "result_of"]

AHEAD = 3  # stretches of rows that are cut out before they are asked for


class Home(Protocol):
    """Computes partitions."""

    def facts(self) -> list[Fact]:
        """Rows and types of each partition. Cost: computing all of them."""

    def cuts(self, stretches: Sequence[Stretch], schema: pa.Schema) -> pa.Table:
        """The rows of the first stretch with the columns of a schema; the next ones are asked for soon."""


class Alone:
    """Dask's own scheduler: a partition is computed whenever some of its rows are asked for.

    Parameters
    ----------
    tables : sequence of Delayed
    """

    def __init__(self, tables: Sequence[Any]) -> None:
        self._tables = tables
        self._table = lru_cache(1)(self._computed)

    def facts(self) -> list[Fact]:
        """Rows and types of each partition."""
        return [fact_of(self._computed(i)) for i in range(len(self._tables))]

    def cuts(self, stretches: Sequence[Stretch], schema: pa.Schema) -> pa.Table:
        """The rows of the first stretch."""
        number, low, high = stretches[0]
        return cut(self._table(number), low, high, schema)

    def _computed(self, number: int) -> pa.Table:
        import dask

        try:
            return dask.compute(self._tables[number])[0]
        except Exception as error:
            found = refused(error, partition_name(number))
        raise found


class OnWorkers:
    """The workers of a client: each partition is computed once, and stays where it was computed.

    Parameters
    ----------
    workers : Workforce
    tables : sequence of Delayed
    """

    def __init__(self, workers: Workforce, tables: Sequence[Any]) -> None:
        self.workers, self.client, self._tables = workers, workers.client, tables
        self._futures: list[Any] = []
        self._coming: dict[tuple[Stretch, tuple[str, ...]], Any] = {}

    @property
    def futures(self) -> list[Any]:
        """The partitions, which are computed again after the client was restarted."""
        if not self._futures or any(future.status == GONE for future in self._futures):
            refuse_closed(self.client)
            self._coming.clear()
            with connected(self.client):
                self._futures = self.client.compute(list(self._tables))
        return self._futures

    def release(self) -> None:
        """Say that the partitions are needed no longer, except where something that is made of them gets lost."""
        self._futures, self._coming = [], {}

    def facts(self) -> list[Fact]:
        """Rows and types of each partition."""
        futures = self.futures
        if (failed := settled(self.workers, futures)) is not None:
            raise refused(error_of(futures[failed]), partition_name(failed))
        asked = []
        for worker, some in on_workers(self.workers, dict(enumerate(futures)), 1):
            liked = {} if worker is None else {"workers": [worker], "allow_other_workers": True}
            with connected(self.client):
                asked.append((some, self.client.submit(facts_of, [futures[i] for i in some], pure=False, **liked)))
        known: dict[int, Fact] = {}
        for some, future in asked:
            known |= zip(some, result_of(self.workers, future, partition_name(some[0])), strict=True)
        return [known[i] for i in range(len(futures))]

    def cuts(self, stretches: Sequence[Stretch], schema: pa.Schema) -> pa.Table:
        """The rows of the first stretch; some more are cut out where they lie."""
        known, futures, columns = self._coming, self.futures, tuple(schema.names)
        with connected(self.client):
            self._coming = {
                (one, columns): known.get((one, columns))
                or self.client.submit(cut, futures[one.partition], one.low, one.high, schema, pure=False)
                for one in stretches[:AHEAD]
            }
        return result_of(self.workers, self._coming[stretches[0], columns], partition_name(stretches[0].partition))


def error_of(future: Future) -> BaseException | None:
    """What a task raised, with its traceback; None, if it was given up by Dask."""
    error: BaseException | None = future.exception()
    return error if error is None else error.with_traceback(future.traceback())


def result_of(workers: Workforce, future: Future, place: str) -> Any:
    """The value of a future.

    Raises
    ------
    SteepestError
        If it cannot be computed, or there is no worker or scheduler any more.
    """
    if settled(workers, [future]) is not None:
        raise refused(error_of(future), place)
    return future.result()


def refused(error: BaseException | None, place: str) -> SteepestError:
    """What a part of a table raised that cannot be computed, in one line; nothing, if it was given up by Dask."""
    if isinstance(error, DataError):
        inside = error.file in (None, TABLE)
        return DataError(error.problem, file=place, column=error.column, answer=error.answer) if inside else error
    if isinstance(error, SteepestError):
        return error
    if error is None or isinstance(error, CancelledError):
        return SteepestError(f"the cluster was restarted, or its scheduler is gone: connect to it, and {AGAIN}")
    reason = visible(" ".join(f"{type(error).__name__}: {error}".split()))
    if len(reason) > 300:
        reason = f"{reason[:300]} ..."
    found = DataError(f"it cannot be computed ({reason}): call compute() on the table, which shows why", file=place)
    found.__cause__ = error
    return found
