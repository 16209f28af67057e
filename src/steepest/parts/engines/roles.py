"""Roles of collections, tables that are spread over the workers of a cluster; and what is to be predicted for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ...core.types import Array
from ...data.encoding.recipe import Recipe

__all__ = ["DASK", "Predict", "Roles", "home_of", "is_collection"]

DASK, SPARK = "dask", "pyspark.sql"


class Roles(NamedTuple):
    """Target, weights and offset beside a table: names of its columns, or collections of the same kind."""

    target: Any = None
    weights: Any = None
    offset: Any = None


class Predict(NamedTuple):
    """What is to be predicted for the rows of a collection; it goes to the workers."""

    names: tuple[str, ...] | None  # columns of the fit; None where these had no names
    recipe: Recipe | None  # how they become numbers
    w: Array  # (d + 1, k), raw, intercept last
    of: Callable[[Array], dict[str, Any]]  # columns of predictions, arrays (m,) by name, from linear predictors (m, k)


def is_collection(table: object) -> bool:
    """Whether a table is spread over the workers of a cluster.

    Examples
    --------
    >>> is_collection([[1.0]])
    False
    """
    return home_of(table) is not None


def home_of(table: object) -> str | None:
    """The package that a collection is of; None for another table."""
    kinds = {DASK: ("DataFrame", "Series", "Array", "FrameBase"), SPARK: ("DataFrame",)}
    for kind in type(table).__mro__:
        for home, names in kinds.items():
            if kind.__name__ in names and kind.__module__.startswith(home):
                return home
    return None
