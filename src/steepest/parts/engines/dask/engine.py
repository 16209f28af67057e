"""The engine of Dask: tasks of neighbouring parts on the workers of a cluster, whose client the user gives."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from ....core.errors import UsageError
from ...part import Part
from ...sources.frames import is_a
from ..engine import Done, Found, Item, Told, warned
from ..here import Here
from ..task import Workers, grouped, worked
from .placing import Order, are_placed, orders_of
from .tasks import Tasks
from .versions import refuse_other_versions
from .workers import FRESH, Workforce

if TYPE_CHECKING:  # types alone
    from ...works import Work

__all__ = ["Dask", "Places", "dask_of"]


class Dask:
    """The workers of a Dask cluster.

    Parameters
    ----------
    client : distributed.Client
        It stays open. Its scheduler and workers need this version of steepest, its workers the files.
    told : callable, optional
        Told in one line what a fit waits for. By default it is a warning.

    Raises
    ------
    UsageError
        If the client is asynchronous.
    SteepestError
        If the scheduler or a worker has another version of steepest, or none.

    Notes
    -----
    In every pass a worker gets the same neighbouring parts, as far as it keeps up with the others, so that it finds
    what it has cached of them.
    """

    remote = True

    def __init__(self, client: Any, told: Told = warned) -> None:
        if client.asynchronous:
            raise UsageError("the client of Dask is asynchronous: give one that is made with asynchronous=False")
        refuse_other_versions(client)
        self.client, self.places = client, Places()
        self.known, self.force = Workers(), Workforce(client, told)

    @property
    def workers(self) -> int:
        """Threads of all workers."""
        return max(1, sum(self.force.threads(FRESH).values()))

    @property
    def notes(self) -> tuple[str, ...]:
        """What the workers have told."""
        return self.known.notes

    def run(self, work: Work, parts: Sequence[Part], size: int, done: Done) -> None:
        """Work on the parts in about four tasks a thread; what a task found is told when it is complete."""
        orders = self._orders(work, parts, size)
        with self._tasks() as tasks:
            for i, one in enumerate(orders):
                tasks.give(i, _name(parts, one.some), one.worker, *one.call, placed=one.rows)
            while tasks.left:
                i, found = tasks.next()
                self.known.add(found)
                done(orders[i].some, found.forest)

    def _orders(self, work: Work, parts: Sequence[Part], size: int) -> list[Order]:
        """The tasks of a pass."""
        if are_placed(parts):
            return orders_of(self.force, work, parts, size)
        places = self.places.of(self.force.punctual())
        groups = grouped(len(parts), max(1, len(places)))
        near = [places[i * len(places) // len(groups)] if places else None for i in range(len(groups))]
        return [
            Order(some, worker, (worked, work, parts[some.start : some.stop], size))
            for some, worker in zip(groups, near, strict=True)
        ]

    def map(
        self, function: Callable[[Item], Found], items: Iterable[Item], ahead: int | None = None
    ) -> Iterator[Found]:
        """What a function gives for each item, as many at a time as there are threads, if ``ahead`` is no less."""
        count, ahead = 0, min(self.workers, ahead or self.workers)
        with self._tasks() as tasks:
            for count, item in enumerate(items, 1):
                tasks.give(count, f"item {count}", None, function, item)
                if count > ahead:
                    yield cast(Found, tasks.result(count - ahead))
            for number in range(max(1, count - ahead + 1), count + 1):
                yield cast(Found, tasks.result(number))

    @contextmanager
    def _tasks(self) -> Iterator[Tasks]:
        """Tasks that end with the context, whatever ends it."""
        tasks = Tasks(self.force)
        try:
            yield tasks
        finally:
            tasks.cancel()


class Places:
    """Which workers get which share of the parts: a worker gets the same one as long as it is there."""

    def __init__(self) -> None:
        self.order: list[str] = []  # addresses, also of workers that are gone and have no successor

    def of(self, threads: Mapping[str, int]) -> list[str]:
        """The worker of each thread, in the order of the parts.

        Examples
        --------
        >>> places = Places()
        >>> places.of({"tcp://a:1": 1, "tcp://b:1": 2})
        ['tcp://a:1', 'tcp://b:1', 'tcp://b:1']
        >>> places.of({"tcp://b:1": 2, "tcp://a:2": 1})
        ['tcp://a:2', 'tcp://b:1', 'tcp://b:1']
        """
        new = sorted(worker for worker in threads if worker not in self.order)
        for i, worker in enumerate(self.order):
            if worker not in threads and new:
                near = [other for other in new if _host(other) == _host(worker)]
                self.order[i] = (near or new)[0]
                new.remove(self.order[i])
        self.order += new
        return [worker for worker in self.order for _ in range(threads.get(worker, 0))]


def _host(address: str) -> str:
    return address.rpartition(":")[0]


def _name(parts: Sequence[Part], some: Sequence[int]) -> str:
    """The rows of some parts, for a message."""
    last = parts[some[-1]]
    return f"rows {parts[some[0]].first + 1} to {last.first + last.rows}"


def dask_of(engine: object) -> Dask | None:
    """The engine for a collection: that of a client that is given, or of Dask's default one; None where there is none.

    Raises
    ------
    UsageError
        If something else is given than a client.
    """
    if isinstance(engine, Dask):
        return engine
    if is_a(engine, "distributed.client", "Client"):
        return Dask(engine)
    if engine is not None and not isinstance(engine, Here):
        kind = type(engine).__name__
        raise UsageError(f"{kind} cannot work on a collection of Dask: give its Client, or leave engine out")
    distributed = sys.modules.get("distributed")  # a client of a module that is not loaded does not exist
    try:
        return None if distributed is None else Dask(distributed.default_client())
    except ValueError:
        return None
