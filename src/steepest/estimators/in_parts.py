"""Methods that take a table in parts too: one that `steepest.scan` opened, or that it can open."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any, TypeVar

from ..core.errors import UsageError

__all__ = ["CHUNKS", "FOLDS", "in_memory", "is_in_parts", "or_in_parts"]

CHUNKS = "partial_fit takes a chunk of rows: give a table in parts to fit"
FOLDS = "folds need the rows in memory: read a sample of the table, or fit each alpha to it"
ELSEWHERE = ("dask", "distributed", "pyspark")
MIXED = "beside or in place of rows in memory: compute it, or give X and y as two data frames or arrays of Dask"
FEW = 4  # arguments in a tuple, such as validation=(X, y)
HOMES = ("steepest.parts", "pyarrow._dataset", "polars.lazyframe", "dask.dataframe", "dask.array", "pyspark.sql")

Method = TypeVar("Method", bound=Callable[..., Any])


def or_in_parts(method: Method) -> Method:
    """Decorate a method of an estimator: for a table in parts the function of its name in `parts_methods` is called."""

    @wraps(method)
    def _either(self: Any, *given: Any, **named: Any) -> Any:
        if not is_in_parts(_table(given, named)):
            _refuse_elsewhere(given, named)
            return method(self, *given, **named)
        own = getattr(import_module(".parts_methods", __package__), method.__name__)
        return own(self, *given, **named)

    return _either  # type: ignore[return-value]


def in_memory(problem: str) -> Callable[[Method], Method]:
    """Decorate a method of an estimator that needs the rows in memory: a table in parts is refused, and this is why."""

    def decorated(method: Method) -> Method:
        @wraps(method)
        def _refusing(self: Any, *given: Any, **named: Any) -> Any:
            if is_in_parts(_table(given, named)):
                raise UsageError(problem)
            _refuse_elsewhere(given, named)
            return method(self, *given, **named)

        return _refusing  # type: ignore[return-value]

    return decorated


def _refuse_elsewhere(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Refuse what lies on workers of a cluster and is no table, or lies beside a table in memory."""
    for value in (*given, *named.values()):
        for one in value if isinstance(value, (tuple, list)) and len(value) < FEW else (value,):
            library = type(one).__module__.partition(".")[0]
            if library in ELSEWHERE:
                raise UsageError(f"{type(one).__name__} of {library} {MIXED}")


def _table(given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """The first argument of a method."""
    return given[0] if given else named.get("X")


def is_in_parts(X: object) -> bool:
    """Whether X is a table in parts, of pyarrow, polars, Dask or Spark, or a function that makes batches.

    Examples
    --------
    >>> is_in_parts([[1.0]]), is_in_parts(lambda: iter(()))
    (False, True)
    """
    return type(X).__module__.startswith(HOMES) or callable(X)
