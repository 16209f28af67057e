"""Columns that folders name: year of "year=2024/part.parquet". They are used only where they are asked for by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from ...core.errors import DataError
from ...data.readers.asked import Asked
from ...data.readers.cells import is_number
from .files import File

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

    Columned = TypeVar("Columned", pa.Schema, pa.RecordBatch)

__all__ = ["folder_columns", "with_folders"]


def folder_columns(files: Sequence[File], asked: Asked, names: Sequence[str]) -> dict[str, bool]:
    """The columns of folders that are asked for and are not in the files, and whether each holds numbers.

    Raises
    ------
    DataError
        If the folders of a file do not name a column that those of another do.
    """
    targets = [asked.target] if isinstance(asked.target, (str, int)) else asked.target or []
    wanted = [*(asked.features or ()), *targets, asked.weights, asked.offset]
    given = [file.partition for file in files]
    found = [str(name) for name in wanted if name not in names and any(name in each for each in given)]
    for name in found:
        for file, each in zip(files, given, strict=True):
            if name not in each:
                raise DataError(f"no folder {name}=..., which others have: move the file", file=file.name)
    return {name: all(is_number(each[name]) for each in given) for name in found}


def with_folders(table: Columned, columns: Mapping[str, bool], values: Mapping[str, str] | None = None) -> Columned:
    """A schema, or a record batch with the values of its folders, and the columns of folders behind its own."""
    if not columns:
        return table
    import pyarrow as pa

    for name, of_numbers in columns.items():
        field = pa.field(name, pa.float64() if of_numbers else pa.string())
        if values is None:
            table = table.append(field)
        else:
            value = float(values[name]) if of_numbers else values[name]
            table = table.append_column(field, pa.repeat(pa.scalar(value, field.type), table.num_rows))
    return table
