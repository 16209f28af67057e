"""Columns of files that are kept beside predictions, such as keys: the cells of the rows of a part, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..core.errors import DataError, UsageError
from .part import Part
from .sources.arrow import ArrowSource, grouped
from .sources.numbering import Numbered
from .sources.sheets import SheetStream
from .sources.source import Source

if TYPE_CHECKING:  # types alone
    import pyarrow as pa

__all__ = ["check_kept", "kept_columns"]


def kept_columns(part: Part, names: tuple[str, ...], size: int) -> Iterator[dict[str, Any]]:
    """The columns of the leaves that begin in a part, ``size`` rows at a time; the last may have more than the part.

    Raises
    ------
    DataError
        If a file has another type in a column than the first file.
    """
    skip = -part.first % part.how.leaf
    if isinstance(part.source, ArrowSource):
        return _of_records(part.source, part.pieces.start, skip, names, size)
    return _of_text(part, skip, names, size)


def check_kept(source: Source, names: Sequence[str]) -> None:
    """Refuse a column that the files do not have, and files whose columns have no names.

    Raises
    ------
    UsageError
        With what to do.
    """
    if isinstance(source, ArrowSource):
        known = _has(source, names)
    elif isinstance(source, Numbered) and isinstance(source.stream, SheetStream):
        known = {name: name in source.stream.columns for name in names}
    else:
        raise UsageError("columns are kept of files whose columns have names: leave --keep out for this format")
    for name, is_known in known.items():
        if not is_known:
            raise UsageError(f"{source.pieces[0].file} has no column {name!r}: keep one that it has")


def _has(source: ArrowSource, names: Sequence[str]) -> dict[str, bool]:
    """Which columns the first file has."""
    found = dict.fromkeys(names, True)
    for name in names:
        try:
            next(source.batches(0, 0, 1, (name,)))
        except (KeyError, IndexError):
            found[name] = False
    return found


def _of_records(
    source: ArrowSource, piece: int, skip: int, names: tuple[str, ...], size: int
) -> Iterator[dict[str, Any]]:
    import pyarrow as pa

    for group in grouped(_records(source, piece, skip, names, size), size):
        table = pa.Table.from_batches(group)
        yield {name: table[name] for name in names}


def _records(source: ArrowSource, piece: int, skip: int, names: tuple[str, ...], size: int) -> Iterator[pa.RecordBatch]:
    """Record batches from a row of a piece on, with the types of the first file."""
    import pyarrow as pa

    schema, first = next(source.batches(0, 0, 1, names)).schema, source.pieces[0].file
    for number in range(piece, len(source.pieces)):
        file, rows = source.pieces[number].file, source.pieces[number].rows
        try:
            for batch in source.batches(number, skip, size, names) if skip < rows else ():
                yield batch.cast(schema)
        except KeyError:
            raise DataError(f"it lacks a column to keep, but {first} has it: write them alike", file=file) from None
        except pa.ArrowException:
            problem = f"a column to keep has another type than in {first}: write them alike"
            raise DataError(problem, file=file, column=", ".join(names)) from None
        skip = max(0, skip - rows)


def _of_text(part: Part, skip: int, names: tuple[str, ...], size: int) -> Iterator[dict[str, Any]]:
    """The same of text, as the files spell it."""
    source: Any = part.source
    whole = (row for piece in range(part.pieces.start, len(source.pieces)) for row in source.cells(piece, names))
    cells = islice(whole, skip, None)
    while rows := tuple(islice(cells, size)):
        yield dict(zip(names, zip(*rows, strict=True), strict=True))
