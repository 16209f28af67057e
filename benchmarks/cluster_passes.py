"""What a pass on a cluster costs beside its work: passes over many parts that do next to nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from benchmarks.measure import SEED, Row
from benchmarks.processes import cpu_seconds, load, local_client
from steepest import make_rows, scan
from steepest.data.rows import Rows
from steepest.data.tree import Partial, Summation, plus
from steepest.parts.engines.dask.engine import Dask
from steepest.parts.part import Block, Part, parts_of
from steepest.parts.sources.source import Piece

__all__ = ["Nothing", "overhead", "rows"]

PARTS, FRAMES, REPEATS, LEAF = 1000, 300, 15, 4096


class Nothing(NamedTuple):
    """A work that does nothing: a leaf's sum is 0."""

    def __call__(self, block: Block) -> list[Partial]:
        """A zero for each leaf."""
        return [(np.zeros(1),)] * block.leaves

    def join(self, a: Partial, b: Partial) -> Partial:
        """The sum."""
        return plus(a, b)


class Zeros:
    """A source of zeros: many pieces of one leaf each, made when they are read."""

    names, targets, levels, stored = ("x",), ("y",), None, None
    remote, seeks, waits, identity = False, True, False, "zeros"

    def __init__(self, pieces: int) -> None:
        self.pieces = tuple(Piece("zeros", i, LEAF) for i in range(pieces))

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        """The rows of a piece."""
        rows = min(size, self.pieces[piece].rows - start)
        yield make_rows(np.zeros((rows, 1)), np.zeros(rows))

    def check(self, pieces: range | None = None) -> None:
        """Nothing changes."""

    def place(self, piece: int, row: int) -> str:
        """Where a row stands."""
        return f"row {row + 1} of piece {piece + 1}"


def rows() -> Iterator[Row]:
    """Seconds of a pass, the least of several, as all else that runs only adds."""
    with local_client() as client:
        parts = _cheap(PARTS)
        yield _row(f"{PARTS:,} parts", lambda: _run(client, parts), "<= 100 ms")
        frame = _frame(client)
        yield _row(f"a data frame of {FRAMES} partitions", lambda: frame.sums(Nothing()), "<= 150 ms")


def overhead(client: Any, tasks: int) -> float:
    """Seconds of a pass of so many tasks that do nothing."""
    parts = _cheap(tasks)
    return min(_seconds(lambda: _run(client, parts))[0] for _ in range(REPEATS))


def _row(what: str, run: Callable[[], Any], wanted: str) -> Row:
    run()
    found = [_seconds(run) for _ in range(REPEATS)]
    wall, cpu = np.array(found).T
    figures = f"median {1e3 * np.median(wall):.0f} ms, {1e3 * np.median(cpu):.0f} ms of CPU time; {load()}"
    return Row(f"a pass that does nothing over {what}, 2 workers", f"{1e3 * wall.min():.0f} ms", figures, wanted)


def _seconds(run: Callable[[], Any]) -> tuple[float, float]:
    cpu, start = cpu_seconds(), time.perf_counter()
    run()
    return time.perf_counter() - start, cpu_seconds() - cpu


def _cheap(pieces: int) -> tuple[Part, ...]:
    return parts_of(Zeros(pieces), Summation(LEAF, True, False, double=True), LEAF)


def _run(client: Any, parts: Sequence[Part]) -> None:
    Dask(client).run(Nothing(), parts, LEAF, lambda some, forest: None)


def _frame(client: Any) -> Any:
    """A table in many partitions of half a leaf each."""
    import dask.dataframe as dd

    return scan(dd.from_map(_partition, range(FRAMES)).persist(), "y", engine=client)


def _partition(number: int) -> Any:
    import pandas as pd

    columns = np.random.default_rng([SEED, number]).standard_normal((LEAF // 2 + 1, 5))
    return pd.DataFrame(columns, columns=[*"abcdy"])
