"""Which engine works on a table: the one that is asked for, or threads of this process."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from weakref import finalize

from ...core.errors import SteepestError, UsageError
from ...core.threads import thread_count
from ..sources.frames import is_a
from .address import opened
from .engine import Engine, Told, warned
from .here import Here

__all__ = ["chosen_engine", "engine_at"]

KNOWN = "a Client of Dask, a SparkSession, an executor of concurrent.futures, an address such as 'local:4', or nothing"


def chosen_engine(asked: object, told: Told = warned) -> Engine:
    """The engine for what a user gives; of an address it is closed when nothing refers to it any more.

    Raises
    ------
    UsageError
        If it is no engine.

    Examples
    --------
    >>> chosen_engine(Here(3)).workers
    3
    """
    if asked is None:
        return Here(thread_count(None))
    if is_a(asked, "distributed.client", "Client"):
        from .dask.engine import Dask

        return Dask(asked, told)
    if is_a(asked, "pyspark.sql", "SparkSession") or is_a(asked, "pyspark.sql.connect.session", "SparkSession"):
        from .spark.engine import Spark

        return Spark(asked)
    if isinstance(asked, Executor):
        from .futures import Futures

        return Futures(asked)
    if isinstance(asked, Engine):
        return asked
    if isinstance(asked, str):
        found, end = opened(asked, told)
        try:
            engine = chosen_engine(found, told)
        except SteepestError:
            end()
            raise
        finalize(engine, end)
        return engine
    raise UsageError(f"{type(asked).__name__} is no engine: give {KNOWN}")


@contextmanager
def engine_at(address: str, told: Told = print) -> Iterator[Engine]:
    """The engine at an address, until the block ends. Raises as `opened`."""
    found, end = opened(address, told)
    try:
        yield chosen_engine(found, told)
    finally:
        end()
