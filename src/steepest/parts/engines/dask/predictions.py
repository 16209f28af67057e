"""Predictions for collections of Dask: lazy ones of the same kind, computed partition by partition where these are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ....core.errors import DataError, UsageError
from ....core.threads import one_blas_thread
from ....data.encoding.faults import CellError
from ....data.readers.asked import Asked
from ....data.readers.columns import unique_names
from ....data.tree import Summation, leaf_rows
from ...part import Block
from ...predictors import linear_predictors
from ...sources.beside import of_array
from ...sources.frames import TABLE, arrow_table, column_name
from ...sources.schema import chosen_layout
from ..roles import Predict
from .partitions import in_order, in_rows, is_of_arrays, plain, width_of
from .residents import partition_name

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

__all__ = ["predicted"]

OTHER = "the table has other columns than the fit: select those of the fit, in their order: {}"


def predicted(table: Any, predict: Predict) -> object:
    """The predictions for a collection: a Series, data frame or array of Dask, of which nothing is computed yet.

    Raises
    ------
    UsageError
        If its columns are not those of the fit.
    """
    if is_of_arrays(table):
        if table.ndim != 2:
            raise DataError(f"the table must have two dimensions, rows and columns, not {table.ndim}")
        names = tuple(f"x{j}" for j in range(width_of(table)))
        _check(names, predict)
        return _of_array(in_rows(table), predict)
    if table.ndim != 2:
        raise UsageError(f"{type(table).__name__} of Dask is no table: give a data frame with the columns of the fit")
    _check(unique_names([*map(column_name, table.columns)], TABLE), predict)
    return table.map_partitions(of_frame, predict, meta=_meta(table._meta, predict))


def _check(names: Sequence[str], predict: Predict) -> None:
    """Refuse a table with other columns than those of the fit, or in another order."""
    wanted = _wanted(predict)
    if tuple(names) != wanted:
        raise UsageError(OTHER.format(", ".join(wanted[:10])))


def _wanted(predict: Predict) -> tuple[str, ...]:
    """Names of the columns of the fit."""
    known = predict.names if predict.recipe is None else predict.recipe.columns
    return tuple(f"x{j}" for j in range(len(predict.w) - 1)) if known is None else tuple(known)


def of_frame(frame: Any, predict: Predict, partition_info: dict[str, int] | None = None) -> object:
    """The predictions for a partition of a data frame, with its index."""
    if not len(frame):
        return _meta(frame, predict)
    with _placed(None if partition_info is None else partition_info["number"]):
        return _as_frame(_columns(in_order(arrow_table(frame), _wanted(predict)), predict), frame.index)


def _meta(frame: Any, predict: Predict) -> Any:
    """Predictions of no rows."""
    columns = predict.of(np.zeros((1, predict.w.shape[1])))
    return _as_frame({name: values[:0] for name, values in columns.items()}, frame.index[:0])


def _as_frame(columns: dict[str, Any], index: Any) -> Any:
    import pandas as pd

    if len(columns) > 1:
        return pd.DataFrame(columns, index=index)
    ((name, values),) = columns.items()
    return pd.Series(values, index=index, name=name)


def _of_array(table: Any, predict: Predict) -> Any:
    """The predictions for an array, (n,) or (n, k), with chunks like its rows."""
    import dask.array as da

    few = _stacked(predict.of(np.zeros((1, predict.w.shape[1]))))
    out, new = ("i", {}) if few.ndim == 1 else ("ik", {"k": few.shape[1]})
    return da.blockwise(
        of_block, out, table, "ij", predict=predict, new_axes=new, dtype=few.dtype, meta=few[:0], concatenate=True,
        align_arrays=False,
    )  # fmt: skip


def of_block(block: NDArray[Any], predict: Predict) -> NDArray[Any]:
    """The predictions for a chunk of an array."""
    if not block.shape[0]:
        return _stacked(predict.of(np.zeros((1, predict.w.shape[1]))))[:0]
    with _placed(None):
        names = None if predict.recipe is None else predict.recipe.columns
        return _stacked(_columns(of_array(plain(block), names), predict))


def _stacked(columns: dict[str, Any]) -> NDArray[Any]:
    values = list(columns.values())
    found: NDArray[Any] = values[0] if len(values) == 1 else np.column_stack(values)
    return found


def _columns(table: pa.Table, predict: Predict) -> dict[str, Any]:
    """Columns of predictions for an Arrow table, computed leaf by leaf from its first row on."""
    names = tuple(table.column_names)
    layout = chosen_layout(table.schema, Asked(None, names, recipe=predict.recipe), TABLE)
    if layout.settings is not None:
        raise DataError("text or dates where the fit had numbers: make numbers of them", column=layout.texts[0])
    rows = layout.rows(table.to_batches())
    how = Summation(leaf_rows(rows.shape[1]), False, False)
    with one_blas_thread(float("inf")):
        return predict.of(linear_predictors(Block(0, rows, how), predict.w))


@contextmanager
def _placed(number: int | None) -> Iterator[None]:
    """Errors of a partition, with its place."""
    place = "a chunk" if number is None else partition_name(number)
    try:
        yield
    except CellError as error:
        at = place if error.row is None else f"{place}, row {error.row + 1:,}"
        raise DataError(error.problem, file=at, column=error.column, answer=error.answer) from None
    except DataError as error:
        at = f"{place}, {error.file}" if error.file and error.file != TABLE else place
        raise DataError(error.problem, file=at, column=error.column, answer=error.answer) from None
