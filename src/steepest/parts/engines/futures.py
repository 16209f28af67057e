"""The engine of an executor: processes, here or on other machines, behind the protocol of concurrent.futures."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ...core.errors import SteepestError
from ...core.threads import thread_count
from ..part import Part
from .engine import Done, Found, Item
from .task import Workers, grouped, worked

if TYPE_CHECKING:  # types alone
    from ..works import Work

__all__ = ["Futures"]


class Futures:
    """An executor of concurrent.futures or with its methods, such as those of joblib's loky, mpi4py and Ray.

    Parameters
    ----------
    executor : Executor
        It stays open. Its workers need the files, and this version of steepest.
    workers : int, optional
        Tasks that it works on at the same time; by default what the executor says, or the number of cores here.
    """

    def __init__(self, executor: Executor, workers: int | None = None) -> None:
        self.executor = executor
        self.remote = not isinstance(executor, ThreadPoolExecutor)
        self.workers = workers or _workers_of(executor) or thread_count(None)
        self.known = Workers()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the workers have told."""
        return self.known.notes

    def run(self, work: Work, parts: Sequence[Part], size: int, done: Done) -> None:
        """Work on the parts in about four tasks a worker; what a task found is told when it is complete."""
        groups = grouped(len(parts), self.workers)
        with _broken_told():
            running: dict[Future[Any], range] = {
                self.executor.submit(worked, work, parts[some.start : some.stop], size): some for some in groups
            }
        try:
            with _broken_told():
                for future in as_completed(running):
                    found = future.result()
                    self.known.add(found)
                    done(running[future], found.forest)
        finally:
            for future in running:
                future.cancel()

    def map(
        self, function: Callable[[Item], Found], items: Iterable[Item], ahead: int | None = None
    ) -> Iterator[Found]:
        """What a function gives for each item, as many at a time as there are workers, if ``ahead`` is no less."""
        left, running, most = iter(items), deque[Any](), min(self.workers, ahead or self.workers)
        try:
            with _broken_told():
                for item in left:
                    running.append(self.executor.submit(function, item))
                    if len(running) > most:
                        yield running.popleft().result()
                while running:
                    yield running.popleft().result()
        finally:
            for future in running:
                future.cancel()


def _workers_of(executor: Executor) -> int | None:
    """How many workers an executor says that it has; the standard ones say it in a private attribute alone."""
    for name in ("num_workers", "_max_workers"):  # the former is mpi4py's
        if isinstance(found := getattr(executor, name, None), int):
            return found
    return None


@contextmanager
def _broken_told() -> Iterator[None]:
    """What an executor raises that has lost a worker, or is closed, in one line."""
    try:
        yield
    except (BrokenExecutor, CancelledError) as error:
        raise _broken(error) from None
    except RuntimeError as error:
        if "shutdown" not in str(error):
            raise
        raise _broken(error) from None


def _broken(error: BaseException) -> SteepestError:
    reason = (str(error) or type(error).__name__).split(". ")[0].splitlines()[0].rstrip(".")
    remedy = "make a new executor, under if __name__ == '__main__', and fit again"
    return SteepestError(f"the executor is broken or shut down ({reason}): {remedy}")
