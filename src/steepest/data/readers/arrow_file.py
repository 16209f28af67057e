"""Files read through pyarrow: large CSV, Parquet and Arrow files. pyarrow is imported when it is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import DataError, UsageError
from ...core.interrupts import postponed_interrupt
from ...core.unpacking import most_unpacked
from ..encoding.text_column import ABSENT, Column, Text
from .cells import MISSING, is_missing, spelled
from .columns import Wanted, holds_text, numbers_of, refuse, unique_names
from .content import Content, damaged, too_large
from .dialect import Dialect
from .quoting import filled, new_lines
from .text_format import PLAIN, TextFormat

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

__all__ = ["SAMPLE", "ArrowSheet", "index_names", "open_arrow", "open_parquet", "read_csv"]

SAMPLE = 100  # rows by which columns of text are told
NONE: Mapping[str, bool] = {}
SPELLINGS = sorted(
    {how(word) for word in MISSING for how in (str, str.upper, str.title, str.swapcase)} | {"NaN", "<NA>"}
)


def read_csv(
    data: bytes,
    dialect: Dialect,
    names: Sequence[str],
    header: bool,
    wanted: Sequence[Wanted],
    form: TextFormat = PLAIN,
    threads: bool = True,
) -> list[Column] | None:
    """Columns of a text table with one row a line, or None if anything is irregular."""
    try:
        with postponed_interrupt():
            import pyarrow as pa
    except ImportError:
        return None
    if len(names) < 2:  # an empty line would be a missing value
        return None
    end = filled(data, len(data))
    try:
        table = _csv_table(pa.py_buffer(data).slice(0, end), dialect, names, header, wanted, form.decimal, threads)
    except pa.ArrowException:
        return None
    if table.num_rows != new_lines(data, end) + (not header):
        return None
    columns = [_csv_column(table.column(one.name), one) for one in wanted]
    return None if any(column is None for column in columns) else [c for c in columns if c is not None]


def _csv_table(
    data: Any,
    dialect: Dialect,
    names: Sequence[str],
    header: bool,
    wanted: Sequence[Wanted],
    decimal: str,
    threads: bool,
) -> Any:
    import pyarrow as pa
    from pyarrow import csv

    of_text = pa.dictionary(pa.int32(), pa.string())
    types = {one.name: of_text if one.text else pa.float64() for one in wanted}
    parse = csv.ParseOptions(delimiter=dialect.delimiter, quote_char=dialect.quote, ignore_empty_lines=False)
    nulls = SPELLINGS if any(one.gaps for one in wanted) else []
    kept = list(types)
    convert = csv.ConvertOptions(include_columns=kept, column_types=types, null_values=nulls, decimal_point=decimal)
    read = csv.ReadOptions(column_names=list(names), skip_rows=int(header), use_threads=threads)
    return csv.read_csv(pa.BufferReader(data), read, parse, convert)


def _csv_column(column: Any, wanted: Wanted) -> Column | None:
    """A column of numbers or text; None if a cell is at fault, which our own reader reports."""
    if wanted.text:
        found = _merged_text(column)
        return found if wanted.gaps or (found.codes >= 0).all() else None
    numbers: NDArray[np.float64] = column.to_numpy()
    fine = np.isfinite(numbers) | (np.isnan(numbers) if wanted.gaps else False)
    return numbers if fine.all() else None


def _merged_text(column: Any) -> Text:
    """A column of dictionaries as text: levels without blanks around them, missing ones left out."""
    joined = column.unify_dictionaries().combine_chunks()  # one array, since pyarrow 2
    codes = joined.indices.fill_null(ABSENT).to_numpy(zero_copy_only=False).astype(np.int32)
    raw = joined.dictionary.to_pylist()
    levels = [spelled(cell) for cell in raw]
    places: dict[str, int] = {}
    new = [
        ABSENT if is_missing(cell) else places.setdefault(level, len(places))
        for cell, level in zip(raw, levels, strict=True)
    ]
    return Text(np.array([*new, ABSENT], np.int32)[codes], tuple(places))


class ArrowSheet(NamedTuple):
    """A file of typed columns, not yet read."""

    file: str
    names: tuple[str, ...]
    load: Callable[[list[str]], Any]  # names -> pyarrow.Table
    row_names: tuple[str, ...] = ()
    of_text: Mapping[str, bool] = NONE  # columns of text or dates, and which is true of each

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

    @property
    def form(self) -> TextFormat:
        """Numbers are written as Python writes them."""
        return PLAIN

    @property
    def text_names(self) -> frozenset[str]:
        """Columns of dates, and of text whose first cells are mostly no numbers."""
        return frozenset(name for name, is_date in self.of_text.items() if is_date or holds_text(self._first(name)))

    def _first(self, name: str) -> list[Any]:
        first: list[Any] = self.load([name]).column(name).slice(0, SAMPLE).to_pylist()
        return first

    def read(self, wanted: Sequence[Wanted]) -> list[Column]:
        """Columns of numbers and of text."""
        table = self.load([one.name for one in wanted])
        return [self._column(table.column(one.name), one) for one in wanted]

    def _column(self, column: Any, wanted: Wanted) -> Column:
        if column.null_count and not wanted.gaps:
            refuse(f"missing value: {wanted.fill}", self.file, wanted.name, int(column.is_null().to_numpy().argmax()))
        if not wanted.text:
            return numbers_of(_array(column, wanted.name, self.file), wanted, self.file)
        try:
            return _merged_text(column if _is_dictionary(column) else column.dictionary_encode())
        except Exception:  # a type without a dictionary, text that is not UTF-8, a date in the year 300,000
            raise unreadable(column, wanted.name, self.file) from None

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

    schema = file.schema_arrow
    return ArrowSheet(content.name, names, load, index_names(names, raw, schema), _of_text(names, schema))


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
    index, of_text = index_names(names, table.column_names, table.schema), _of_text(names, table.schema)
    return ArrowSheet(content.name, names, named.select, index, of_text)


def index_names(names: Sequence[str], raw: Sequence[str], schema: pa.Schema) -> tuple[str, ...]:
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

    kinds = pa.types
    if kinds.is_integer(column.type) or kinds.is_floating(column.type) or kinds.is_boolean(column.type):
        plain: NDArray[Any] = column.to_numpy()
        return plain
    try:
        return np.fromiter(column.to_pylist(), dtype=object, count=len(column))
    except (ValueError, OverflowError):  # text that is not UTF-8, a date in the year 300,000
        raise unreadable(column, name, file) from None


def unreadable(column: Any, name: str, file: str) -> DataError:
    """The error of a column with values that Python has no type for."""
    return DataError(f"{column.type} that cannot be read: correct it or remove it", file=file, column=name)


def _is_dictionary(column: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_dictionary(column.type))


def _of_text(names: Sequence[str], schema: pa.Schema) -> dict[str, bool]:
    """Columns whose type is text (False) or a date (True)."""
    from pyarrow import types

    kinds = (types.is_string, types.is_large_string, types.is_string_view, types.is_dictionary)
    found = {name: types.is_temporal(field.type) for name, field in zip(names, schema, strict=True)}
    texts = (n for n, field in zip(names, schema, strict=True) if any(is_kind(field.type) for is_kind in kinds))
    return {name: True for name, is_date in found.items() if is_date} | dict.fromkeys(texts, False)


def _pyarrow(file: str) -> Any:
    try:
        with postponed_interrupt():
            import pyarrow
    except ImportError:
        raise UsageError(f"{file}: needs pyarrow: pip install 'steepest[tables]'") from None
    return pyarrow
