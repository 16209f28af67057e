"""Which engine works on a table: the one that is asked for, or threads of this process."""

from __future__ import annotations

from concurrent.futures import Executor

from ...core.errors import UsageError
from ...core.threads import thread_count
from ..sources.frames import is_a
from .engine import Engine
from .here import Here

__all__ = ["chosen_engine"]

KNOWN = "a Client of Dask, a SparkSession, an executor of concurrent.futures, or nothing for threads here"


def chosen_engine(asked: object) -> Engine:
    """The engine for what a user gives.

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

        return Dask(asked)
    if is_a(asked, "pyspark.sql", "SparkSession") or is_a(asked, "pyspark.sql.connect.session", "SparkSession"):
        from .spark.engine import Spark

        return Spark(asked)
    if isinstance(asked, Executor):
        from .futures import Futures

        return Futures(asked)
    if isinstance(asked, Engine):
        return asked
    raise UsageError(f"{type(asked).__name__} is no engine: give {KNOWN}")
