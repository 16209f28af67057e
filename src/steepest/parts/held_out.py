"""Rows that are kept out of a fit, for the loss after each epoch: chosen by a hash of the seed and the row's number.

A row that is kept out stays in the table with weight 0, so that the numbers of the others do not change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from ..data.rows import Rows
from ..methods.sampling import mix
from .reading import first_rows
from .sources.derived import Derived
from .sources.source import Source, is_resident
from .survey import survey_of

if TYPE_CHECKING:
    from .parts import Parts

__all__ = ["held_out", "is_kept_out"]


def is_kept_out(numbers: NDArray[np.int64], share: float, seed: int) -> NDArray[np.bool_]:
    """Whether the rows with these numbers are kept out: the rows of a smaller share are among those of a larger one.

    Examples
    --------
    >>> numbers = np.arange(100_000)
    >>> round(float(is_kept_out(numbers, 0.1, seed=0).mean()), 1)
    0.1
    """
    with np.errstate(over="ignore"):
        draws = _mixed(_mixed(_mixed(numbers) + (numbers >> 32) ^ 0x3C6EF372) ^ mix(mix(seed)))
    found: NDArray[np.bool_] = draws < share * 2.0**32
    return found


def _mixed(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    scramble: Any = mix  # written for one number, and as true for many
    return np.asarray(scramble(numbers))


def held_out(parts: Parts, share: float, seed: int) -> tuple[Parts, Rows]:
    """The table without a share of its rows, and these rows in memory: of many a sample, as `Survey` draws it.

    Cost: one pass.

    Raises
    ------
    DataError
        If no row is kept out.
    """
    training, kept = (parts.of(Side(parts.source, share, seed, side)) for side in (False, True))
    return training, survey_of(kept, grams=False, seed=seed).sample


class Side(Derived):
    """A source of which only the rows that are kept out have a weight above 0, or only the others.

    Parameters
    ----------
    origin : Source
    share : float
    seed : int
    kept : bool
    """

    def __init__(self, origin: Source, share: float, seed: int, kept: bool) -> None:
        super().__init__(origin)
        self.share, self.seed, self.kept = share, seed, kept
        self._starts = first_rows(origin)

    @property
    def identity(self) -> str:
        """That of the source, and which rows weigh."""
        return f"{self.origin.identity}, {self.share!r} by {self.seed}, {self.kept}"

    @property
    def resident(self) -> bool:
        """Whether the rows stay in the memory of workers."""
        return is_resident(self.origin)

    @property
    def around(self) -> Callable[[Source], Source]:
        """What makes the same of another source with these rows."""
        return partial(Side, share=self.share, seed=self.seed, kept=self.kept)

    def placed(self, spans: Any) -> Any:
        """Where the rows of the source are."""
        origin: Any = self.origin
        return origin.placed(spans)

    def refused(self, future: Any) -> Exception:
        """What the rows of the source raised."""
        origin: Any = self.origin
        return cast(Exception, origin.refused(future))

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        """The rows with their weights, or 0."""
        at = int(self._starts[piece]) + start
        for rows in self.origin.read(piece, start, size):
            own = is_kept_out(np.arange(at, at + rows.shape[0]), self.share, self.seed) == self.kept
            yield rows._replace(weight=own * (1.0 if rows.weight is None else rows.weight))
            at += rows.shape[0]
