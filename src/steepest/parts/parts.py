"""Parts: a table that is read in passes, larger than memory if need be. What it gives are sums over all rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from ..core.threads import thread_count
from ..data.full_pass import LARGE
from ..data.layout import jit_allowed
from ..data.rows import DENSE
from ..data.tree import Forest, Partial, Summation, leaf_rows, put, total
from .coding import AS_GIVEN, Coding
from .engines.engine import Engine
from .engines.here import Here
from .part import Part, parts_of
from .sources.source import Source
from .survey import Survey, survey_of
from .works import Work

__all__ = ["Parts", "Passing"]

AHEAD = 6  # blocks that a worker holds at most: read, regrouped, shifted
LARGEST = 1 << 24  # bytes of a block beyond which it is no faster


class Passing(NamedTuple):
    """How far a pass is."""

    number: int  # of the pass, from 1
    done: int  # parts
    parts: int
    rows: int  # rows read in this pass


class Parts:
    """A table in parts.

    Parameters
    ----------
    source : Source
    memory : int
        Bytes that all blocks may take together.
    engine : Engine
    coding : Coding
    told : callable, optional
        Called with `Passing` after each part.
    """

    def __init__(
        self,
        source: Source,
        memory: int,
        engine: Engine | None = None,
        coding: Coding = AS_GIVEN,
        told: Callable[[Passing], None] | None = None,
    ) -> None:
        self.source, self.memory, self.coding, self.told = source, memory, coding, told
        self.engine = Here(thread_count(None)) if engine is None else engine
        self.passes = 0
        self._survey: Survey | None = None

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, (n, d)."""
        return sum(piece.rows for piece in self.source.pieces), len(self.source.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self.source.names

    @cached_property
    def summation(self) -> Summation:
        """How sums over the table are formed."""
        n, d = self.shape
        compiled = n * (d + 1) >= DENSE and jit_allowed()
        return Summation(leaf_rows(d), compiled, n * d > LARGE)

    @cached_property
    def block(self) -> int:
        """Rows of a block: whole leaves, a power of two of them. No bits depend on it."""
        leaf, row = self.summation.leaf, 8 * (self.shape[1] + 2)
        most = min(LARGEST, self.memory // (AHEAD * self.engine.workers)) // row
        return leaf << max(0, (most // leaf).bit_length() - 1)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The tasks of a pass: about 4 for each worker, or more where these would be large."""
        rows = max(self.summation.leaf, self.shape[0] // (4 * self.engine.workers))
        return parts_of(self.source, self.summation, min(rows, 1 << 20), self.coding)

    def coded(self, coding: Coding) -> Parts:
        """The same table for a problem of its classes."""
        return Parts(self.source, self.memory, self.engine, coding, self.told)

    def of(self, source: Source) -> Parts:
        """Another table with the same settings."""
        return Parts(source, self.memory, self.engine, self.coding, self.told)

    @property
    def survey(self) -> Survey:
        """What one pass tells of the table, made once."""
        return self.surveyed()

    def surveyed(self, grams: bool | None = None) -> Survey:
        """The survey, with the Gram matrix if it is asked for. Cost: one pass, unless it is known."""
        if self._survey is None or (grams and self._survey.gram is None):
            self._survey = survey_of(self, grams)
        return self._survey

    def sums(self, work: Work) -> Partial:
        """The sums of a work over all rows. Cost: one pass."""
        forest: Forest = {}
        self.passes += 1
        _ = self.source.levels  # they are found before workers need them
        count, rows = 0, 0

        def done(i: int, found: Forest) -> None:
            nonlocal count, rows
            for (level, index), sums in found.items():
                put(forest, work.join, level, index, sums)
            count, rows = count + 1, rows + self.parts[i].rows
            if self.told is not None:
                self.told(Passing(self.passes, count, len(self.parts), rows))

        self.engine.run(work, self.parts, self.block, done)
        return total(work.join, forest, -(-self.shape[0] // self.summation.leaf))
