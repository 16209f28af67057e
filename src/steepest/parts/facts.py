"""Facts of a table that cost no pass: its columns as the files have them, its size, and how fast it is read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .parts import Parts
from .sources.files import File
from .works import Grams

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
    from .sources.parquet import facts_of, nulls_of

    schema, counted = facts_of(files[0]).schema, [nulls_of(file) for file in files]
    nulls = [[each.get(name) for each in counted] for name in schema.names]
    totals = [None if None in each else sum(filter(None, each)) for each in nulls]
    return tuple(ColumnFact(c.name, str(c.type), total) for c, total in zip(schema, totals, strict=True))


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
