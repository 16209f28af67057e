"""Predictions for a Spark DataFrame: the same DataFrame with columns of predictions, computed when Spark wants them.

They are computed for the batches that Spark makes, so their last digits may differ from those for other tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ....core.errors import DataError, UsageError
from ....core.shown_text import counted
from ....core.threads import one_blas_thread
from ....data.encoding.faults import CellError
from ....data.readers.asked import Asked
from ....data.tree import Summation, leaf_rows
from ...part import Block
from ...predictors import linear_predictors
from ...sources.layout import Layout
from ...sources.schema import chosen_layout
from ..roles import Predict
from .blocks import place, renamed
from .frame_schema import TABLE, arrow_schema, refuse_vectors

if TYPE_CHECKING:  # types alone
    import pyarrow as pa
    from pyspark.sql import DataFrame

__all__ = ["predicted"]


def predicted(table: Any, predict: Predict) -> DataFrame:
    """The DataFrame with the predictions of its rows. Nothing is computed here.

    Raises
    ------
    DataError
        If a column of the fit is not there, or has another type.
    UsageError
        If there is a column of a prediction's name.
    """
    import pyarrow as pa
    from pyspark.sql.pandas.types import from_arrow_type
    from pyspark.sql.types import StructField, StructType

    layout = _layout(table, predict)
    own = predict.of(np.zeros((1, predict.w.shape[1])))
    there = {name.lower(): name for name in table.columns}  # Spark does not tell upper from lower case
    for name in own:
        if name.lower() in there:
            raise UsageError(f"{TABLE} has a column {there[name.lower()]!r} already: rename it, or leave it out")
    further = [StructField(name, from_arrow_type(pa.array(column).type)) for name, column in own.items()]
    fields = [*table.schema.fields, *further]
    numbered = StructType([StructField(f"c{i}", field.dataType, field.nullable) for i, field in enumerate(fields)])
    predictor: Any = _Predictor(layout, predict)
    adding = partial(renamed, table.columns, predictor)
    rows = table.toDF(*numbered.names[: len(table.columns)]).mapInArrow(adding, numbered)
    return rows.toDF(*(field.name for field in fields))


def _layout(table: Any, predict: Predict) -> Layout:
    """The layout of the columns of the fit; without names these are all columns."""
    names = tuple(table.columns) if predict.names is None else predict.names
    if predict.recipe is not None:
        names = tuple(predict.recipe.columns)
    asked = Asked(features=names, recipe=predict.recipe)
    refuse_vectors(table, asked)
    layout = chosen_layout(arrow_schema(table), asked, TABLE)
    if layout.settings is not None:
        raise DataError("text where the fit had numbers: convert it to numbers", file=TABLE, column=layout.texts[0])
    if len(layout.names) != len(predict.w) - 1:
        columns = counted(len(predict.w) - 1, "column")
        raise UsageError(f"the fit had {columns} and {TABLE} has {len(layout.names)}: select the columns of the fit")
    return layout


class _Predictor(NamedTuple):
    """Adds the columns of predictions to record batches, for `mapInArrow`."""

    layout: Layout
    predict: Predict

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The batches, with further columns."""
        import pyarrow as pa
        from pyspark import TaskContext

        partition, first = TaskContext.get().partitionId(), 0
        for batch in batches:
            with one_blas_thread(float("inf")):
                columns = self._columns(batch, partition, first) if batch.num_rows else self._none()
            arrays = [*batch.columns, *map(pa.array, columns.values())]
            yield pa.RecordBatch.from_arrays(arrays, [f"c{i}" for i in range(len(arrays))])
            first += batch.num_rows

    def _columns(self, batch: pa.RecordBatch, partition: int, first: int) -> dict[str, Any]:
        try:
            rows = self.layout.rows([batch])
        except CellError as error:
            where = place(partition, first + (error.row or 0))
            raise DataError(error.problem, file=where, column=error.column, answer=error.answer) from None
        how = Summation(leaf_rows(rows.shape[1]), False, False, double=True)
        z = linear_predictors(Block(0, rows, how), self.predict.w, lambda row: place(partition, first + row))
        return self.predict.of(z)

    def _none(self) -> dict[str, Any]:
        return {name: column[:0] for name, column in self.predict.of(np.zeros((1, self.predict.w.shape[1]))).items()}
