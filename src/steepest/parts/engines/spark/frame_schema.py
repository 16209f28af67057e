"""The schema of a Spark DataFrame, in types of Arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....core.errors import DataError
from ....data.readers.asked import Asked

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

__all__ = ["TABLE", "arrow_schema", "refuse_vectors"]

TABLE = "the DataFrame"  # as messages name it
VECTORS = (
    "a column of vectors: name the columns that it was made from, features=[...], or make columns of it with "
    "pyspark.ml.functions.vector_to_array"
)


def arrow_schema(table: Any) -> pa.Schema:
    """The schema of a DataFrame in types of Arrow; what Arrow has no type for is a struct."""
    import pyarrow as pa
    from pyspark.sql.pandas.types import to_arrow_type

    fields = []
    for field in table.schema.fields:
        try:
            kind = to_arrow_type(field.dataType)
        except Exception:  # an error of pyspark, whose class depends on its version
            kind = pa.struct([])
        fields.append(pa.field(field.name, kind))
    return pa.schema(fields)


def refuse_vectors(table: Any, asked: Asked) -> None:
    """Refuse a column of vectors among the features."""
    for field in table.schema.fields:
        wanted = field.name not in asked.drop if asked.features is None else field.name in asked.features
        if wanted and type(field.dataType).__name__ == "VectorUDT":
            raise DataError(VECTORS, file=TABLE, column=field.name)
