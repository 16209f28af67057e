"""Facts of a table that cost no pass: its columns as the files have them, its size, and how fast it is read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .parts import Parts
from .sources.files import File
from .works import Grams

if TYPE_CHECKING:  # types alone
    from pyarrow.parquet import FileMetaData

__all__ = ["ColumnFact", "Speed", "columns_of", "measured_speed"]

ENOUGH = 0.3  # CPU seconds that are measured
LARGE = 1 << 23  # bytes that are read to measure


class ColumnFact(NamedTuple):
    """A column as the files have it."""

    name: str
    type: str
    nulls: int | None  # None where nobody counted them


class Speed(NamedTuple):
    """What was measured: reading, and sums of products as a fit forms them."""

    rows: int
    seconds: float  # CPU seconds of this process

    def of(self, rows: int) -> float:
        """CPU seconds of a pass over so many rows."""
        return self.seconds * rows / self.rows


def columns_of(files: Sequence[File]) -> tuple[ColumnFact, ...]:
    """The columns that the footers of Parquet files name, with their nulls; () for other formats."""
    if {file.format for file in files} != {"parquet"}:
        return ()
    from .sources.parquet import footer_of

    footers = [footer_of(file) for file in files]
    counted = [_nulls(footer) for footer in footers]
    found = []
    for column in footers[0].schema.to_arrow_schema():
        nulls = [each.get(column.name) for each in counted]
        total = None if None in nulls else sum(filter(None, nulls))
        found.append(ColumnFact(column.name, str(column.type), total))
    return tuple(found)


def _nulls(footer: FileMetaData) -> dict[str, int]:
    """Nulls of each column whose statistics count them."""
    found, groups = dict[str, int](), [footer.row_group(i) for i in range(footer.num_row_groups)]
    for j in range(footer.num_columns):
        counted = [group.column(j).statistics for group in groups]
        if all(each is not None and each.has_null_count for each in counted):
            found[footer.schema.column(j).path] = sum(each.null_count for each in counted)
    return found


def measured_speed(table: Parts) -> Speed:
    """The speed of a pass, measured on the first blocks of a table after one that warms up."""
    d, k = table.shape[1], max(1, len(table.source.targets))
    work, rows, start = Grams(np.zeros(d + k)), 0, 0.0
    size = max(table.summation.leaf, min(table.block, 1 << 16))
    for i, block in enumerate(block for part in table.parts for block in part.blocks(size)):
        if table.source.targets:
            work(block)
        if i == 0 and block.rows.shape[0] < table.shape[0]:
            start = time.process_time()
            continue
        rows += block.rows.shape[0]
        if time.process_time() - start > ENOUGH or 8 * rows * (d + k) > LARGE:
            break
    return Speed(rows, max(1e-6, time.process_time() - start))
