"""Jobs of Spark: errors of a part come back as they are, Ctrl-C ends a job, and what else goes wrong is one line."""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NamedTuple

from ....core.errors import SteepestError, UsageError
from ....core.shown_text import visible

if TYPE_CHECKING:  # types alone
    from pyspark import SparkContext

__all__ = ["Guarded", "Told", "context_of", "exempt_modules", "gathered", "one_line"]

STOPPED = "the Spark session is stopped: make a new one with SparkSession.builder.getOrCreate(), and scan again"
CONNECT = "{} has no SparkContext, which passes need: give a classic SparkSession, not of Spark Connect"
OTHER_PYTHON = (
    "the workers of Spark have another Python or steepest ({}): set PYSPARK_PYTHON to a Python that has this version "
    "on every machine, before the session starts; here it is {}"
)
FAILED = "Spark could not run a pass ({}): look at the log of its executors"
UNLIKE = ("No module named", "Can't get attribute", "PYTHON_VERSION_MISMATCH", "Cannot run program")
PROPERTIES = ("spark.jobGroup.id", "spark.job.description", "spark.job.interruptOnCancel")
JAVA = re.compile(r"^\s*(at [\w.$]+\(|\.\.\. \d+ more)|^Driver stacktrace:|^\s*$")


class Told(NamedTuple):
    """What a task gives back: what it found, or the error of its data."""

    found: Any = None
    error: SteepestError | None = None


class Guarded(NamedTuple):
    """A function whose errors of data are given back: Spark would repeat the task, then raise its own."""

    function: Callable[[Any], Any]

    def __call__(self, item: Any) -> Told:
        """What the function gives for an item."""
        try:
            return Told(self.function(item))
        except SteepestError as error:
            return Told(error=error)
        finally:
            exempt_modules(len(sys.modules))


@lru_cache(1)
def exempt_modules(count: int) -> None:
    """Leave what this worker has loaded out of the search for garbage, which Spark makes after each task: 0.1 s."""
    del count  # there is more to leave out when other modules are loaded
    gc.collect()
    gc.freeze()


def context_of(session: Any) -> SparkContext:
    """The context of a session, which runs jobs.

    Raises
    ------
    UsageError
        If the session is stopped, or is one of Spark Connect.
    """
    try:
        context = session.sparkContext
    except Exception:  # an error of pyspark, by which Spark Connect says that it has none
        raise UsageError(CONNECT.format(type(session).__name__)) from None
    if context._jsc is None:
        raise UsageError(STOPPED)
    return context


def gathered(context: Any, job: Callable[[], list[Told]]) -> list[Any]:
    """What the tasks of a job found, in their order.

    Raises
    ------
    SteepestError
        The first error of the data as it was; what else went wrong in one line.
    """
    with _ended(context), one_line(context):
        told = job()
    for error in (each.error for each in told):
        if error is not None:
            raise error
    return [each.found for each in told]


@contextmanager
def one_line(context: Any) -> Iterator[None]:
    """What Spark raises, as one line."""
    try:
        yield
    except SteepestError:
        raise
    except Exception as error:  # pyspark and py4j have many
        raise _one_line(context, error) from None


@contextmanager
def _ended(context: Any) -> Iterator[None]:
    """Jobs of this thread are cancelled if anything is raised here, such as by Ctrl-C."""
    before = [context.getLocalProperty(name) for name in PROPERTIES]
    group = f"steepest-{token_hex(8)}"
    context.setJobGroup(group, "steepest: a pass over the data")
    try:
        yield
    except BaseException:
        with suppress(Exception):
            context.cancelJobGroup(group)
        raise
    finally:
        with suppress(Exception):
            for name, value in zip(PROPERTIES, before, strict=True):
                context.setLocalProperty(name, value)


def _one_line(context: Any, error: Exception) -> SteepestError:
    if context._jsc is None:
        return UsageError(STOPPED)
    text = str(error)
    reason = visible(_reason(text) or type(error).__name__).rstrip(".")
    if any(sign in text for sign in UNLIKE):
        return UsageError(OTHER_PYTHON.format(reason, sys.executable))
    return SteepestError(FAILED.format(reason))


def _reason(text: str) -> str:
    r"""The line that says why: the last one of Python's traceback, or else the first of Java's that is not a frame.

    Examples
    --------
    >>> _reason("Job aborted: Traceback (most recent call last):\n  File 'a'\nValueError: no\n\n\tat org.A.b(C)")
    'ValueError: no'
    """
    python = text.rpartition("Traceback (most recent call last):")[2]
    lines: list[str] = []
    for line in python.splitlines():
        if JAVA.match(line) and lines:
            break
        if not JAVA.match(line):
            lines.append(line.strip())
    if not lines:
        return ""
    return lines[-1] if python != text else lines[-1 if len(lines) < 3 else 1]
