"""The engine of Spark: tasks of neighbouring parts on the executors of a session that the user gives.

What holds for bits: a sum over all rows has the same bits as in memory, for every number of executors, cores,
tasks, files and partitions, if all executors have processors of one kind and the same versions of NumPy and Numba;
where they differ, a note says so. A task that Spark repeats, or a block that it makes again, gives the same bits.

What does not hold: rows of a DataFrame are numbered in the order of its partitions. If that differs from one session to
another, as after a shuffle, it is another table, with other last digits. Predictions for a DataFrame are computed by
batches of Spark's own, so their last digits may differ from those for files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from ....core.errors import SteepestError
from ....core.version import __version__
from ....data.tree import merge
from ...part import Part
from ..engine import Done, Item
from ..engine import Found as Given
from ..task import Found, Workers, grouped, rounds, worked
from .jobs import Guarded, context_of, gathered

if TYPE_CHECKING:  # types alone
    from ...works import Work

__all__ = ["Spark"]

VERSION = "workers have steepest {}, but here it is {}: install the same version for both"


class Spark:
    """The executors of a Spark session.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
        It stays open. Its workers need the files, and this version of steepest.

    Raises
    ------
    UsageError
        If the session is stopped, or is one of Spark Connect.
    """

    remote = True

    def __init__(self, session: Any) -> None:
        context_of(session)
        self.session = session
        self.known = Workers()

    @property
    def workers(self) -> int:
        """Tasks that run at the same time."""
        return max(1, int(context_of(self.session).defaultParallelism))

    @property
    def notes(self) -> tuple[str, ...]:
        """What the workers have told."""
        return self.known.notes

    def run(self, work: Work, parts: Sequence[Part], size: int, done: Done) -> None:
        """Work on the parts in one to four tasks a worker; what they found is told when all are complete."""
        numbers = sum(part.rows * (len(part.source.names) + 1) for part in parts)
        each = rounds(numbers, self.workers)
        tasks = [parts[some.start : some.stop] for some in grouped(len(parts), self.workers, each)]
        self.told(work, self._found(partial(_worked, work, size), tasks), range(len(parts)), done)

    def map(
        self, function: Callable[[Item], Given], items: Iterable[Item], ahead: int | None = None
    ) -> Iterator[Given]:
        """What a function gives for each item, of which as many as there are workers are computed at a time."""
        left, most = iter(items), min(self.workers, ahead or self.workers)
        while some := list(islice(left, most)):
            yield from self._found(function, some)

    def told(self, work: Work, found: Sequence[Found], parts: Sequence[int], done: Done) -> None:
        """Tell of a pass whose tasks found this."""
        for each in found:
            if each.worker.steepest != __version__:
                raise SteepestError(VERSION.format(each.worker.steepest, __version__))
            self.known.add(each)
        done(parts, merge(work.join, [each.forest for each in found]))

    def _found(self, function: Callable[[Any], Any], items: list[Any]) -> list[Any]:
        """What a function gives for each item, a task each."""
        context = context_of(self.session)
        if not items:
            return []
        return gathered(context, lambda: context.parallelize(items, len(items)).map(Guarded(function)).collect())


def _worked(work: Work, size: int, parts: Sequence[Part]) -> Found:
    return worked(work, parts, size)
