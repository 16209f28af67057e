"""Collections: tables that are spread over the workers of a cluster, data frames and arrays of Dask and of Spark."""

from __future__ import annotations

from typing import Any

from ...data.readers.asked import Asked
from ..sources.source import Source
from .engine import Engine
from .roles import DASK, Predict, Roles, home_of, is_collection

__all__ = ["Predict", "Roles", "collection_source", "is_collection", "predicted"]


def collection_source(table: Any, asked: Asked, roles: Roles, engine: object = None) -> tuple[Source, Engine | None]:
    """The source of a collection, and the engine of the workers that it is on; None where it is on none.

    Parameters
    ----------
    table : data frame or array of Dask, data frame of Spark
    asked : Asked
        Without target, weights and offset.
    roles : Roles
    engine : optional
        A client, session or engine that the user gave.

    Raises
    ------
    UsageError
        If its workers cannot be reached, or a role does not suit the table.
    """
    if home_of(table) == DASK:
        from .dask.engine import dask_of
        from .dask.tables import dask_source

        own = dask_of(engine)
        return dask_source(table, asked, roles, None if own is None else own.force), own
    from .spark.tables import spark_source

    source = spark_source(table, asked, roles, engine)
    return source, source.engine


def predicted(table: Any, predict: Predict) -> object:
    """The predictions for a collection, one of the same kind, computed where and when it is."""
    if home_of(table) == DASK:
        from .dask.predictions import predicted as of_dask

        return of_dask(table, predict)
    from .spark.predictions import predicted as of_spark

    return of_spark(table, predict)
