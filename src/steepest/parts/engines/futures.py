"""The engine of an executor: processes, here or on other machines, behind the protocol of concurrent.futures."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, as_completed

from ...core.errors import SteepestError
from ...core.threads import one_blas_thread, thread_count
from ...data.tree import Forest
from ..part import Part
from ..works import Work
from .engine import Done, forest_of

__all__ = ["Futures"]

TASKS = 4  # of each worker in a pass


class Futures:
    """An executor of concurrent.futures or with its methods, such as those of joblib's loky, mpi4py and Dask.

    Parameters
    ----------
    executor : Executor
        It stays open. Its workers need the files, and this version of steepest.
    workers : int, optional
        Tasks that it works on at the same time; by default what the executor says, or the number of cores here.
    """

    def __init__(self, executor: Executor, workers: int | None = None) -> None:
        self.executor = executor
        self.workers = workers or _workers_of(executor) or thread_count(None)

    def run(self, work: Work, parts: Sequence[Part], size: int, done: Done) -> None:
        """Work on the parts in about four tasks a worker; what a task found is told when it is complete."""
        each = max(1, -(-len(parts) // (TASKS * self.workers)))
        numbered = list(enumerate(parts))
        groups = [dict(numbered[low : low + each]) for low in range(0, len(parts), each)]
        try:
            running = [self.executor.submit(_forests, work, group, size) for group in groups]
        except (BrokenExecutor, RuntimeError) as error:
            raise _broken(error) from None
        try:
            for future in as_completed(running):
                for i, forest in future.result().items():
                    done(i, forest)
        except (BrokenExecutor, CancelledError) as error:
            raise _broken(error) from None
        finally:
            for future in running:
                future.cancel()


def _forests(work: Work, parts: dict[int, Part], size: int) -> dict[int, Forest]:
    """The forest of each part, in a worker."""
    with one_blas_thread(float("inf")):
        return {i: forest_of(work, part, size) for i, part in parts.items()}


def _workers_of(executor: Executor) -> int | None:
    """How many workers an executor says that it has; the standard ones say it in a private attribute alone."""
    found = vars(executor).get("_max_workers")
    return found if isinstance(found, int) else None


def _broken(error: BaseException) -> SteepestError:
    reason = (str(error) or type(error).__name__).split(". ")[0].splitlines()[0].rstrip(".")
    remedy = "make a new executor, under if __name__ == '__main__', and fit again"
    return SteepestError(f"the executor works no longer ({reason}): {remedy}")
