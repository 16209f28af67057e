"""Methods that take a table in parts too: one that `steepest.scan` opened, or that it can open."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any, TypeVar

__all__ = ["is_in_parts", "or_in_parts"]

HOMES = ("steepest.parts", "pyarrow._dataset", "polars.lazyframe")

Method = TypeVar("Method", bound=Callable[..., Any])


def or_in_parts(method: Method) -> Method:
    """Decorate a method of an estimator: for a table in parts the function of its name in `parts_methods` is called."""

    @wraps(method)
    def either(self: Any, *given: Any, **named: Any) -> Any:
        if not is_in_parts(given[0] if given else named.get("X")):
            return method(self, *given, **named)
        own = getattr(import_module(".parts_methods", __package__), method.__name__)
        return own(self, *given, **named)

    return either  # type: ignore[return-value]


def is_in_parts(X: object) -> bool:
    """Whether X is a table in parts, a pyarrow Dataset, a polars LazyFrame, or a function that makes batches.

    Examples
    --------
    >>> is_in_parts([[1.0]]), is_in_parts(lambda: iter(()))
    (False, True)
    """
    return type(X).__module__.startswith(HOMES) or callable(X)
