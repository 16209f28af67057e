"""Collections: tables that are spread over the workers of a cluster, data frames and arrays of Dask and of Spark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ...core.types import Array
from ...data.encoding.recipe import Recipe
from ...data.readers.asked import Asked
from ..sources.source import Source

__all__ = ["Predict", "Roles", "collection_source", "is_collection", "predicted"]

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
    return _home(table) is not None


def collection_source(table: Any, asked: Asked, roles: Roles, engine: Any = None) -> Source:
    """The source of a collection; its attribute ``engine`` is where its passes are made.

    Parameters
    ----------
    table : data frame or array of Dask, data frame of Spark
    asked : Asked
        Without target, weights and offset.
    roles : Roles
    engine : optional
        A client or session that the user gave.

    Raises
    ------
    UsageError
        If its workers cannot be reached, or a role does not suit the table.
    """
    if _home(table) == DASK:
        from .dask_tables import dask_source

        return dask_source(table, asked, roles, engine)
    from .spark_tables import spark_source

    return spark_source(table, asked, roles, engine)


def predicted(table: Any, predict: Predict) -> Any:
    """The predictions for a collection, one of the same kind, computed where and when it is."""
    if _home(table) == DASK:
        from .dask_predictions import predicted as of_dask

        return of_dask(table, predict)
    from .spark_predictions import predicted as of_spark

    return of_spark(table, predict)


def _home(table: object) -> str | None:
    """The package that a collection is of."""
    kinds = {DASK: ("DataFrame", "Series", "Array", "FrameBase"), SPARK: ("DataFrame",)}
    for kind in type(table).__mro__:
        for home, names in kinds.items():
            if kind.__name__ in names and kind.__module__.startswith(home):
                return home
    return None
