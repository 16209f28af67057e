"""Files read through pyarrow: large CSV, Parquet and Arrow files. pyarrow is imported when it is needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import DataError, UsageError
from ...core.interrupts import postponed_interrupt
from ...core.unpacking import most_unpacked
from .cells import as_labels, label_fault, number_fault
from .columns import Wanted, labels_of, numbers_of, refuse, unique_names
from .content import Content, damaged, too_large
from .dialect import Dialect
from .text_format import PLAIN, TextFormat

__all__ = ["ArrowSheet", "open_arrow", "open_parquet", "read_csv"]


def read_csv(
    data: bytes,
    dialect: Dialect,
    names: Sequence[str],
    header: bool,
    numbers: Sequence[str],
    label: str | None,
    form: TextFormat = PLAIN,
) -> list[NDArray[Any]] | None:
    """Columns of a text table with one row a line, or None if anything is irregular."""
    try:
        with postponed_interrupt():
            import pyarrow as pa
    except ImportError:
        return None
    data = data.rstrip(b" \r\n")
    try:
        table = _csv_table(data, dialect, names, header, numbers, label, form.decimal)
    except pa.ArrowException:
        return None
    columns: list[NDArray[Any]] = [table.column(name).to_numpy() for name in numbers]
    whole = table.num_rows == data.count(b"\n") + (not header)
    if not whole or not all(np.isfinite(column).all() for column in columns):
        return None
    if label is None:
        return columns
    labels = _dictionary_labels(table.column(label), form)
    return None if labels is None else [*columns, labels]


def _csv_table(
    data: bytes,
    dialect: Dialect,
    names: Sequence[str],
    header: bool,
    numbers: Sequence[str],
    label: str | None,
    decimal: str,
) -> Any:
    import pyarrow as pa
    from pyarrow import csv

    types = dict.fromkeys(numbers, pa.float64())
    if label is not None:
        types[label] = pa.dictionary(pa.int32(), pa.string())
    parse = csv.ParseOptions(delimiter=dialect.delimiter, quote_char=dialect.quote, ignore_empty_lines=False)
    kept = list(types)
    convert = csv.ConvertOptions(include_columns=kept, column_types=types, null_values=[], decimal_point=decimal)
    read = csv.ReadOptions(column_names=list(names), skip_rows=int(header))
    return csv.read_csv(pa.BufferReader(data), read, parse, convert)


def _dictionary_labels(column: Any, form: TextFormat) -> NDArray[Any] | None:
    joined = column.unify_dictionaries().combine_chunks()
    names = joined.dictionary.to_pylist()
    if any(label_fault(name, form) for name in names):
        return None
    labels: NDArray[Any] = as_labels(names, form)[joined.indices.to_numpy()]
    return labels


class ArrowSheet(NamedTuple):
    """A file of typed columns, not yet read."""

    file: str
    names: tuple[str, ...]
    load: Callable[[list[str]], Any]  # names -> pyarrow.Table
    row_names: tuple[str, ...] = ()

    @property
    def numbered(self) -> bool:
        """False: the columns always have names."""
        return False

    @property
    def notes(self) -> tuple[str, ...]:
        """None: nothing is guessed."""
        return ()

    @property
    def own_target(self) -> None:
        """None: the format does not name a target."""

    @property
    def own_weights(self) -> None:
        """None: the format does not name weights."""

    def read(self, numbers: Sequence[Wanted], label: str | None) -> list[NDArray[Any]]:
        """Columns of numbers, then the labels."""
        table = self.load([wanted.name for wanted in numbers] + ([] if label is None else [label]))
        columns: list[NDArray[Any]] = [
            numbers_of(_array(table.column(w.name), w.name, self.file), w, self.file) for w in numbers
        ]
        if label is None:
            return columns
        return [*columns, labels_of(_array(table.column(label), label, self.file), label, self.file)]

    def cells(self, name: str) -> list[Any]:
        """Cells of a column as they are kept."""
        kept: list[Any] = self.load([name]).column(name).to_pylist()
        return kept

    def line(self, row: int) -> None:
        """Return None: the file has no lines."""


def open_parquet(content: Content) -> ArrowSheet:
    """Read the names of a Parquet file's columns."""
    pa = _pyarrow(content.name)
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(pa.BufferReader(content.data))
        raw = list(file.schema_arrow.names)
    except Exception:  # the decoder may raise anything on a damaged file
        raise damaged(content.name, "a Parquet file") from None
    names = unique_names(raw, content.name)
    spelled = dict(zip(names, raw, strict=True))

    def load(wanted: list[str]) -> Any:
        kept = [spelled[name] for name in wanted]
        packed = len(content.data)
        if 8 * file.metadata.num_rows * len(kept) > (most := most_unpacked(packed)):
            raise too_large(content.name, packed, most, "use fewer columns, or CSV")
        try:  # for "a" pyarrow also reads "a.b"
            return file.read(columns=kept).select(kept).rename_columns(wanted)
        except Exception:  # as above
            raise damaged(content.name, "a Parquet file") from None

    return ArrowSheet(content.name, names, load, _index(names, raw, file.schema_arrow))


def open_arrow(content: Content) -> ArrowSheet:
    """Read an Arrow file (Feather is one) or stream."""
    pa = _pyarrow(content.name)
    try:
        is_file = content.data.startswith(b"ARROW1")
        table = (pa.ipc.open_file if is_file else pa.ipc.open_stream)(pa.BufferReader(content.data)).read_all()
        table.validate(full=True)
    except Exception:  # as above
        raise damaged(content.name, "an Arrow file") from None
    names = unique_names(table.column_names, content.name)
    named = table.rename_columns(list(names))
    return ArrowSheet(content.name, names, named.select, _index(names, table.column_names, table.schema))


def _index(names: Sequence[str], raw: Sequence[str], schema: Any) -> tuple[str, ...]:
    """Columns that pandas says are its index; an index that only counts rows is no column."""
    try:
        said = (schema.pandas_metadata or {}).get("index_columns", [])
    except Exception:  # the metadata may be anything
        return ()
    found = [name for name, spelled in zip(names, raw, strict=True) if isinstance(said, list) and spelled in said]
    return tuple(found) if len(found) < len(names) else ()


def _array(column: Any, name: str, file: str) -> NDArray[Any]:
    """Values of a column as a NumPy array, of numbers or, for every other type, of Python's own objects."""
    import pyarrow as pa

    if column.null_count:
        refuse(str(number_fault(None, "")), file, name, int(column.is_null().to_numpy().argmax()))
    kinds = pa.types
    if kinds.is_integer(column.type) or kinds.is_floating(column.type) or kinds.is_boolean(column.type):
        plain: NDArray[Any] = column.to_numpy()
        return plain
    try:
        return np.fromiter(column.to_pylist(), dtype=object, count=len(column))
    except (ValueError, OverflowError):  # text that is not UTF-8, a date in the year 300,000
        raise DataError(f"{column.type} that cannot be read: correct it or remove it", file=file, column=name) from None


def _pyarrow(file: str) -> Any:
    try:
        with postponed_interrupt():
            import pyarrow
    except ImportError:
        raise UsageError(f"{file}: needs pyarrow: pip install steepest[tables]") from None
    return pyarrow
