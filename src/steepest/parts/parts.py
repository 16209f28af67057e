"""Parts: a table that is read in passes, larger than memory if need be. What it gives are sums over all rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, cast

from ..core.threads import thread_count
from ..data.encoding.recipe import Recipe
from ..data.full_pass import LARGE
from ..data.layout import jit_allowed
from ..data.rows import DENSE, SPARSE
from ..data.tree import Forest, Partial, Summation, leaf_rows, sparse_leaf_rows
from .coding import AS_GIVEN, Coding
from .engines.engine import Engine
from .engines.here import Here
from .part import LARGEST_PART, Part, parts_of
from .running import Running
from .sources.derived import Derived
from .sources.memory import MemorySource
from .sources.source import Source, is_resident, learnt_of, notes_of
from .survey import Survey, survey_of
from .works import Work

if TYPE_CHECKING:  # a fit without a checkpoint loads none
    from .checkpoint import Checkpoint

__all__ = ["Parts", "Passing"]

AHEAD = 6  # blocks that a worker holds at most: read, regrouped, shifted
FEWEST, MOST = 8, 64  # parts of a pass; more where these would be large, fewer where leaves or pieces are
TOGETHER = 8  # pieces of a part, as far as there are enough
LARGEST = 1 << 25  # bytes of a block beyond which it is no faster


Caching = Callable[[Source, int, Callable[[str], None], Callable[[], Sequence[Part]] | None], Source]
"""Gives a source, for so many passes, a cache: here, or, if its parts are given, on the disks of the workers."""


class Passing(NamedTuple):
    """How far a pass is."""

    number: int  # of the pass, from 1
    done: int  # parts
    parts: int
    rows: int  # rows read in this pass


class Parts:
    """A table in parts.

    It is read in passes, and what it gives are sums over all rows. `steepest.scan` makes one.

    Parameters
    ----------
    source : Source
        Where the rows are: pieces, names and types.
    memory : int
        Bytes that all blocks may take together.
    engine : Engine, optional
        Where passes are made; by default threads of this process.
    coding : Coding, default Coding()
        What the target stands for.
    told : callable, optional
        Called with `Passing` after each part.
    caching : Caching, optional
        Gives the source a cache where that saves time.

    Attributes
    ----------
    checkpoint : Checkpoint or None
        Where the sums of passes are saved, and from which a fit goes on.
    notes : list of str
        What a reader should know, such as that there is no room for a cache.

    Notes
    -----
    Parameters of the methods:

    passes : int
        Passes that are planned.
    work : Work
        What is summed over the rows of a part.
    grams : bool, optional
        Whether the Gram matrix is needed; None leaves that to the number of columns.
    crossed : bool, default False
        Whether products with the targets are needed.

    Examples
    --------
    >>> from steepest import scan
    >>> table = scan([[1.0], [3.0], [5.0]], [4.0, 3.0, 7.0])
    >>> table.shape, table.names, table.elsewhere
    ((3, 1), ('x0',), False)
    >>> table.completed()
    """

    def __init__(
        self,
        source: Source,
        memory: int,
        engine: Engine | None = None,
        coding: Coding = AS_GIVEN,
        told: Callable[[Passing], None] | None = None,
        caching: Caching | None = None,
    ) -> None:
        self.notes: list[str] = []
        self.caching, self.checkpoint = caching, cast("Checkpoint | None", None)
        self.source, self.memory, self.coding, self.told = source, memory, coding, told
        self.engine = Here(thread_count(None)) if engine is None else engine
        self.plan(1)
        self.passes = 0
        self.given: Parts | None = None  # the table with the targets of the source, if it is coded
        self._survey: Survey | None = None

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, (n, d)."""
        return sum(piece.rows for piece in self.source.pieces), len(self.source.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self.source.names

    @property
    def elsewhere(self) -> bool:
        """Whether rows are read by workers elsewhere: not those that are in memory, here or there."""
        origin = self.source
        while isinstance(origin, Derived):
            origin = origin.origin
        return self.engine.remote and not isinstance(origin, MemorySource) and not is_resident(origin)

    @property
    def recipe(self) -> Recipe | None:
        """How columns became numbers, for `scan` of rows to predict; None where they are used as they are."""
        learnt = learnt_of(self.source)
        return None if learnt is None or learnt.recipe.plain else learnt.recipe

    @property
    def source_notes(self) -> tuple[str, ...]:
        """What the passes found out about columns and is no error, such as rounded whole numbers."""
        return notes_of(self.source)

    @cached_property
    def summation(self) -> Summation:
        """How sums over the table are formed."""
        n, d = self.shape
        stored = self.source.stored
        compiled = n * (d + 1) >= (DENSE if stored is None else SPARSE) and jit_allowed()
        leaf = leaf_rows(d) if stored is None else sparse_leaf_rows(n, d, stored)
        return Summation(leaf, compiled, n * d > LARGE, double=True)

    @cached_property
    def block(self) -> int:
        """Rows of a block: whole leaves, a power of two of them. No bits depend on it."""
        leaf, row = self.summation.leaf, 8 * (self.shape[1] + 2)
        most = min(LARGEST, self.memory // (AHEAD * self.engine.workers)) // row
        return leaf << max(0, (most // leaf).bit_length() - 1)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The tasks of a pass, whatever the workers: a fit may go on with another number of them.

        Where pieces are no whole leaves, a part decodes a piece of the next one too: most parts have several pieces.
        """
        n, pieces = self.shape[0], len(self.source.pieces)
        together = 1 if self.source.seeks else TOGETHER  # nothing is decoded in vain
        rows = max(self.summation.leaf, min(n // FEWEST, max(n // MOST, together * n // max(1, pieces))))
        return parts_of(self.source, self.summation, min(rows, LARGEST_PART), self.coding)

    def coded(self, coding: Coding) -> Parts:
        """The same table for a problem of its classes; what is known of it stays known, but for weights of classes."""
        other = self._with(self.source, coding)
        other.given = None if coding.weights or self.coding != AS_GIVEN else self
        return other

    def of(self, source: Source) -> Parts:
        """Another table with the same settings."""
        return self._with(source, self.coding)

    def _with(self, source: Source, coding: Coding) -> Parts:
        other = Parts(source, self.memory, self.engine, coding, self.told)
        other.caching, other.checkpoint, other.notes = self.caching, self.checkpoint, self.notes
        return other

    def plan(self, passes: int) -> None:
        """Say how many passes there will be: where a cache saves time, the first of them writes it."""
        if self.caching is None:
            return
        parts = (lambda: self.parts) if self.engine.remote else None
        source = self.caching(self.source, passes, self._note, parts)
        if source is not self.source:
            self.source = source
            vars(self).pop("parts", None)

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def completed(self) -> None:
        """Say that the fit is complete: its checkpoint goes."""
        if self.checkpoint is not None:
            self.checkpoint.remove()

    @property
    def survey(self) -> Survey:
        """What one pass tells of the table, made once."""
        return self.surveyed()

    def surveyed(self, grams: bool | None = None, crossed: bool = False) -> Survey:
        """The survey, with the Gram matrix, and products with the targets, if asked. Cost: one pass, if not known."""
        if self._survey is None and self.given is not None and self.given._survey is not None:
            self._survey = self.given._survey.coded(self.coding)
        known = self._survey
        if known is None or (grams and known.gram is None) or (crossed and not known.crossed):
            self._survey = known = survey_of(self, grams)
        return known

    def sums(self, work: Work) -> Partial:
        """The sums of a work over all rows. Cost: one pass."""
        self.passes += 1
        _ = self.source.levels  # they are found before workers need them
        parts, saved = self.parts, self.checkpoint
        with nullcontext(Running(work.join)) if saved is None else saved.running(work, parts) as running:
            left = [i for i in range(len(parts)) if i not in running.done]
            rows = sum(parts[i].rows for i in running.done)

            def done(some: Sequence[int], found: Forest) -> None:
                nonlocal rows
                numbers = [left[i] for i in some]
                running.add(numbers, found)
                rows += sum(parts[i].rows for i in numbers)
                if self.told is not None:
                    self.told(Passing(self.passes, len(running.done), len(parts), rows))

            self.engine.run(work, [parts[i] for i in left], self.block, done)
        for note in self.engine.notes:
            self._note(note)
        return running.total(-(-self.shape[0] // self.summation.leaf))
