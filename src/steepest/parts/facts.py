"""Facts of a table that cost no pass: its columns as the files have them, its size, and how fast it is read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..core.threads import one_blas_thread
from ..objective.data import MATRIX_COLUMNS
from ..objective.losses.classes import LogLoss
from .cache.reading import opened_bytes
from .cost_model import Size, Speeds
from .part import Block
from .sources.files import File
from .works import Curves, Slopes

if TYPE_CHECKING:  # types alone
    from .parts import Parts

__all__ = ["ColumnFact", "Speed", "columns_of", "disk_speed", "measured_speed"]

ENOUGH = 0.3  # seconds that are measured
LARGE = 1 << 24  # bytes of blocks that are measured
CHUNK = 1 << 23  # bytes that the disk is asked for at a time
FEWEST = 2 * CHUNK  # bytes of files below which a disk is not measured


class ColumnFact(NamedTuple):
    """A column as the files have it."""

    name: str
    type: str
    nulls: int | None  # None where nobody counted them


class Speed(NamedTuple):
    """What was measured, in CPU seconds of one thread: decoding rows, and value, gradient and Hessian of these."""

    rows: int
    decoding: float
    arithmetic: float

    @property
    def seconds(self) -> float:
        """CPU seconds of these rows."""
        return self.decoding + self.arithmetic

    def of(self, rows: int) -> float:
        """CPU seconds of a pass over so many rows."""
        return self.seconds * rows / self.rows

    def speeds(self, size: Size) -> Speeds:
        """The speeds of a core, for files with rows of this size."""
        return Speeds(self.rows * size.row / self.decoding, self.rows * size.products / self.arithmetic)


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
    with one_blas_thread(float("inf")):
        blocks, decoding = _decoded(table)
        w = np.zeros((table.shape[1] + 1, 1))  # it takes as long at any point, for any target
        work = Curves(LogLoss(), w) if table.shape[1] <= MATRIX_COLUMNS else Slopes(LogLoss(), w)
        work(blocks[0])
        start, rows = time.process_time(), 0
        while time.process_time() - start < ENOUGH / 10:  # small tables again and again
            for block in blocks:
                work(block)
                rows += block.rows.shape[0]
        found = sum(block.rows.shape[0] for block in blocks)
        return Speed(found, decoding, max(1e-9, (time.process_time() - start) * found / rows))


def _decoded(table: Parts) -> tuple[list[Block], float]:
    """The first blocks of a table, and the CPU seconds in which they were decoded."""
    size = max(table.summation.leaf, min(table.block, 1 << 16))
    found, start, bytes_ = list[Block](), 0.0, 0
    for i, block in enumerate(block for part in table.parts for block in part.blocks(size)):
        if i == 0 and block.rows.shape[0] < table.shape[0]:
            start = time.process_time()  # what the first one takes happens once
            continue
        n, d = block.rows.shape
        found.append(block._replace(rows=block.rows._replace(y=np.zeros((n, 1)))))
        bytes_ += 8 * n * d
        if time.process_time() - start > ENOUGH or bytes_ > LARGE:
            break
    return found, max(1e-9, time.process_time() - start)


def disk_speed(files: Sequence[File]) -> float | None:
    """Bytes a second that the disk below files gives to one reader; None for files elsewhere, and for few bytes."""
    if any(file.store.remote for file in files) or sum(file.size for file in files) < FEWEST:
        return None
    start, bytes_ = time.perf_counter(), 0
    for file in takewhile(lambda _: time.perf_counter() - start < ENOUGH, files):
        with opened_bytes(Path(file.path)) as read:
            for low in range(0, file.size, CHUNK):
                bytes_ += len(read(low, min(file.size, low + CHUNK)))
                if time.perf_counter() - start > ENOUGH:
                    break
    return bytes_ / (time.perf_counter() - start)
