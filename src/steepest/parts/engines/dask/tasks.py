"""Tasks on the workers of a Dask cluster, each computed once, whatever happens to workers meanwhile.

A task is a function and its arguments, and may be computed again: on another worker when one is lost, or is slow.
Dask itself does so while it knows the task. These tasks are given to it again when it gives up, or forgets them.
"""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import cycle
from queue import Empty, SimpleQueue
from statistics import median
from time import monotonic, perf_counter
from traceback import format_exc
from typing import Any, NamedTuple

from ....core.errors import FileError, SteepestError
from ....core.shown_text import counted
from ....core.version import __version__
from .cluster import ASKING, TICK, connected
from .workers import Workforce

__all__ = ["Tasks"]

TRIES = 5  # of a task, before its failure is that of the pass
SLOW, SHORT = 4.0, 5.0  # times the median task, and seconds: a longer silence means that the workers left are slow
UNKNOWN = 15.0  # seconds of the median task while none is complete
LATE = 60.0  # seconds for which a slow worker gets no task, unless it answers


class FailedError(Exception):
    """An error in a worker, whose traceback is shown as the cause of the error here."""

    def __init__(self, worker: str, reason: str, trace: str) -> None:
        super().__init__(worker, reason, trace)
        self.worker, self.reason, self.trace = worker, reason, trace

    def __str__(self) -> str:
        return f"in the worker {self.worker}\n{self.trace}"


class Reply(NamedTuple):
    """What a worker says of a task."""

    worker: str
    found: Any = None
    seconds: float = 0.0
    refused: SteepestError | None = None  # an error of the data, which is the same at every repetition
    failed: FailedError | None = None


class Task(NamedTuple):
    """A task that is not complete."""

    name: str
    call: bytes  # the function and its arguments
    futures: dict[Any, str | None]  # each with the worker that it is meant for
    failures: list[BaseException]  # after each of them the task was given to the cluster again
    placed: Callable[[], Sequence[Any]] = tuple  # makes futures whose values are further arguments


class Tasks:
    """Tasks with numbers, on the workers of a client.

    Parameters
    ----------
    workers : Workforce
        What is known of them is kept up to date.
    """

    def __init__(self, workers: Workforce) -> None:
        self.client, self.workers, self.left = workers.client, workers, dict[int, Task]()
        self.replies = SimpleQueue[tuple[int, Any, Reply | BaseException]]()
        self.complete = dict[int, Any]()  # results that were not asked for yet
        self.seconds: list[float] = []  # of tasks that are complete

    def give(
        self,
        number: int,
        name: str,
        worker: str | None,
        function: Callable[..., Any],
        *arguments: object,
        placed: Callable[[], Sequence[Any]] = tuple,
    ) -> None:
        """Give a task to the cluster, preferably to this worker.

        Its last arguments are the values of the futures that ``placed`` makes, anew for every try.
        """
        from distributed.protocol.pickle import dumps

        self.left[number] = Task(name, dumps((function, arguments)), {}, [], placed)
        self._submit(number, worker)

    def next(self) -> tuple[int, Any]:
        """The number of a task that is complete, and what it gave.

        Raises
        ------
        SteepestError
            If a task fails again and again, or there is no worker or scheduler any more.
        """
        heard = monotonic()
        self.workers.start()
        while True:
            with suppress(Empty):
                number, future, reply = self.replies.get(timeout=TICK)
                heard = monotonic()
                self.workers.start()
                if number in self.left and future in self.left[number].futures:
                    if isinstance(reply, Reply):
                        return number, self._complete(number, reply)
                    self._again(number, future, reply)
                continue
            self._look(monotonic() - heard)

    def result(self, number: int) -> object:
        """What a task gave."""
        while number not in self.complete:
            other, found = self.next()
            self.complete[other] = found
        return self.complete.pop(number)

    def cancel(self) -> None:
        """Tell the cluster that no task is needed any more."""
        for task in self.left.values():
            _release(task.futures)
        self.left.clear()

    def _submit(self, number: int, worker: str | None = None) -> None:
        task, liking = self.left[number], self._liking(worker)
        with connected(self.client):
            future = self.client.submit(answer, __version__, task.call, *task.placed(), pure=False, **liking)
            task.futures[future] = worker
            self.client.loop.add_callback(self._wait, number, future)

    def _liking(self, worker: str | None) -> dict[str, Any]:
        """Which workers may have a task: while some are late none of these, as they look idle, and would get more."""
        if self.workers.late and (punctual := self.workers.punctual()):
            return {"workers": [worker] if worker in punctual else [*punctual]}
        return {} if worker is None else {"workers": [worker], "allow_other_workers": True}

    async def _wait(self, number: int, future: Any) -> None:
        """Wait for a future in the thread of the client."""
        reply: Reply | BaseException
        try:
            (reply,) = await self.client.gather([future], asynchronous=True)
        except (Exception, CancelledError) as error:
            reply = error
        failed = reply.failed if isinstance(reply, Reply) else None
        self.replies.put((number, future, failed or reply))

    def _complete(self, number: int, reply: Reply) -> Any:
        _release(self.left.pop(number).futures)
        self.seconds.append(reply.seconds)
        self.workers.late.pop(reply.worker, None)
        if reply.refused is not None:
            raise reply.refused
        return reply.found

    def _again(self, number: int, future: Any, error: BaseException) -> None:
        """Give a task to the cluster again."""
        task = self.left[number]
        del task.futures[future]
        task.failures.append(error)
        _release([future])
        if len(task.failures) > TRIES:
            raise SteepestError(f"{task.name}: {_reason(task.failures)}") from error
        if not task.futures:
            self._submit(number)

    def _look(self, silence: float) -> None:
        """Look at the cluster while nothing comes back."""
        if workers := self.workers.present():
            self._replace(workers)
            if silence > max(SHORT, SLOW * (median(self.seconds) if self.seconds else UNKNOWN)):
                self._copy()

    def _replace(self, workers: set[str]) -> None:
        """Give tasks again that wait for workers that are gone: Dask leaves them so if there was no other then."""
        if waiting := [i for i, task in self.left.items() if not {*workers, None} & {*task.futures.values()}]:
            known = {key for keys in self._processing().values() for key in keys}
            for number in waiting:
                if not any(future.key in known for future in self.left[number].futures):
                    self._submit(number)

    def _copy(self) -> None:
        """Give the tasks of slow workers to idle ones too: the first result is taken."""
        busy, punctual = self._processing(), self.workers.punctual()
        if idle := sorted(worker for worker in punctual if not busy.get(worker)):
            alone = [number for number, task in self.left.items() if len(task.futures) == 1]
            ours = {future.key for number in alone for future in self.left[number].futures}
            self.workers.late |= {worker: monotonic() + LATE for worker, keys in busy.items() if ours & {*keys}}
            for number, worker in zip(alone, cycle(idle), strict=False):
                self._submit(number, worker)

    def _processing(self) -> dict[str, list[str]]:
        """The names of the tasks that each worker has."""
        client = self.client
        with connected(client):
            return dict(client.sync(client.scheduler.processing, workers=None, callback_timeout=ASKING))


def answer(version: str, call: bytes, *placed: object) -> Reply:
    """Compute a task, in a worker."""
    from distributed import get_worker
    from distributed.protocol.pickle import loads

    worker, begin = get_worker().address, perf_counter()
    if version != __version__:
        there = f"it has steepest {__version__}, the client {version}: install the same version everywhere"
        return Reply(worker, refused=SteepestError(f"the worker {worker} cannot work on this fit: {there}"))
    try:
        function, arguments = loads(call)
    except Exception as error:
        problem = f"it cannot read the task ({_line(error)}): install the same versions everywhere"
        return Reply(worker, failed=FailedError(worker, problem, format_exc()))
    try:
        return Reply(worker, function(*arguments, *placed), perf_counter() - begin)
    except FileError as error:  # a network may be there again
        return Reply(worker, failed=FailedError(worker, str(error), format_exc()))
    except SteepestError as error:
        return Reply(worker, refused=error)
    except Exception as error:
        return Reply(worker, failed=FailedError(worker, _line(error), format_exc()))


def _release(futures: Iterable[Any]) -> None:
    for future in futures:
        with suppress(RuntimeError, AttributeError):  # the client is closed
            future.release()


def _line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__


def _reason(failures: Sequence[BaseException]) -> str:
    """Why a task was not complete at its last try."""
    from distributed.scheduler import KilledWorker

    last, killed = failures[-1], [error for error in failures if isinstance(error, KilledWorker)]
    if isinstance(last, FailedError):
        return f"the worker {last.worker} failed: {last.reason}"
    if killed:
        dead = sum(error.allowed_failures + 1 for error in killed)
        remedy = "most often for lack of memory: give scan a smaller memory=, or workers more"
        return f"{counted(dead, 'worker')} died while working on it, {remedy}"
    if "deserialization of the task graph" in str(last):
        return f"the scheduler of Dask cannot read it: install steepest {__version__} there too, as with the workers"
    told = f"Dask did not complete it in {counted(len(failures), 'attempt')} ({_line(last)})"
    unread = isinstance(last, ImportError | AttributeError)
    return f"{told}: its workers need steepest {__version__}" if unread else told
