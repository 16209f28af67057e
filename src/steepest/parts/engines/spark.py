"""The engine of Spark: tasks of neighbouring parts on the executors of a session that the user gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ..part import Part
from ..works import Work
from .engine import Done, Found, Item
from .task import Seen, grouped, worked

__all__ = ["Spark"]


class Spark:
    """The executors of a Spark session.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
        It stays open. Its workers need the files, and this version of steepest.
    """

    apart = True

    def __init__(self, session: Any) -> None:
        self.session = session
        self.seen = Seen()

    @property
    def workers(self) -> int:
        """Tasks that run at the same time."""
        return max(1, int(self.session.sparkContext.defaultParallelism))

    @property
    def notes(self) -> tuple[str, ...]:
        """What the workers have told."""
        return self.seen.notes

    def run(self, work: Work, parts: Sequence[Part], size: int, done: Done) -> None:
        """Work on the parts in about four tasks a thread; what they found is told when all are complete."""
        groups = grouped(len(parts), self.workers)
        tasks = [(some, parts[some.start : some.stop]) for some in groups]
        told = self.session.sparkContext.parallelize(tasks, len(tasks)).map(lambda t: (t[0], worked(work, t[1], size)))
        for some, found in told.collect():
            self.seen.add(found)
            done(some, found.forest)

    def map(
        self, function: Callable[[Item], Found], items: Iterable[Item], ahead: int | None = None
    ) -> Iterator[Found]:
        """What a function gives for each item, of which as many as there are workers are computed at a time."""
        raise NotImplementedError
