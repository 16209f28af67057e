"""Ranking: how often each score occurs among rows of a class and among others, exactly or in bins of bounded number.

A score is a whole number whose order is that of the floats; a bin is all scores that share its leading bits. As long as
there are no more different scores than a node may have, none is rounded. Beyond, trailing bits are dropped, as few as
need be. Nodes are joined in the order of the tree, so that the bins do not depend on how a table is cut.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.types import Array
from ..scores.ranking import auc, average_precision

__all__ = ["MOST", "Ranking"]

MOST = 1 << 17  # scores of a node
Keys = NDArray[np.int64]


class Ranking(NamedTuple):
    """Weights by score, increasing."""

    keys: Keys  # (m,)
    hits: Array  # (m,) weight of the rows of the class
    misses: Array  # (m,) weight of the others
    dropped: Array  # (1,) trailing bits of the keys that are 0

    @classmethod
    def of(cls, score: Array, own: NDArray[np.bool_], weight: Array, most: int) -> Ranking:
        """The ranking of rows with these scores (n,), of the class or not, by weight."""
        bits = (score + 0.0).view(np.int64)  # one zero
        keys = np.where(bits < 0, np.iinfo(np.int64).min - bits, bits)
        order = np.argsort(keys, kind="stable")
        return cls(keys, weight * own, weight * ~own, np.zeros(1)).some(order).summed(most)

    def some(self, order: NDArray[np.int64]) -> Ranking:
        """The entries in this order."""
        return self._replace(keys=self.keys[order], hits=self.hits[order], misses=self.misses[order])

    def joined(self, other: Ranking, most: int) -> Ranking:
        """The ranking of the rows of both."""
        bits = max(self.dropped[0], other.dropped[0])
        pair = self.cut(bits), other.cut(bits)
        both = Ranking(*(np.concatenate((a, b)) for a, b in zip(*pair, strict=True)))._replace(dropped=pair[0].dropped)
        return both.some(np.argsort(both.keys, kind="stable")).summed(most)

    def cut(self, bits: float) -> Ranking:
        """The same with so many trailing bits 0."""
        drop = np.int64(bits)
        return self._replace(keys=(self.keys >> drop) << drop, dropped=np.array([float(bits)]))

    def summed(self, most: int) -> Ranking:
        """Sorted entries with each key once, in bins where they are more than ``most``."""
        found, bits = self, self.dropped[0]
        while len(starts := np.flatnonzero(np.diff(found.keys, prepend=found.keys[:1] - 1))) > most:
            bits += 1
            found = found.cut(bits)
        if len(starts) == len(found.keys):
            return found
        hits, misses = (np.add.reduceat(v, starts) for v in (found.hits, found.misses))
        return found._replace(keys=found.keys[starts], hits=hits, misses=misses)

    @property
    def scores(self) -> Array:
        """The least score of each bin."""
        bits = np.where(self.keys < 0, np.iinfo(np.int64).min - self.keys, self.keys)
        found: Array = bits.view(np.float64)
        return found

    @property
    def auc(self) -> float | None:
        """Area under the ROC curve, with rows of one bin as ties."""
        return auc(*self._rows)

    @property
    def average_precision(self) -> float | None:
        """Average precision, with rows of one bin as ties."""
        return average_precision(*self._rows)

    @property
    def auc_error(self) -> float:
        """How far the area may be from that of the scores themselves: half of the pairs that share a bin."""
        pairs = self.hits.sum() * self.misses.sum()
        return 0.5 * float(self.hits @ self.misses / pairs) if self.dropped[0] and pairs > 0 else 0.0

    @property
    def average_precision_error(self) -> float:
        """The same of the average precision: the rows of the class may stand first in each bin, or last."""
        if not (self.dropped[0] and self.hits.sum() > 0):
            return 0.0
        hits, misses = np.cumsum(self.hits[::-1]), np.cumsum(self.misses[::-1])
        before, others = hits - self.hits[::-1], misses - self.misses[::-1]
        share = hits / np.maximum(hits + misses, 1e-300)
        first = hits / np.maximum(hits + others, 1e-300)
        last = before / np.maximum(before + misses, 1e-300)
        return float(self.hits[::-1] @ np.maximum(first - share, share - last) / hits[-1])

    @property
    def _rows(self) -> tuple[NDArray[np.bool_], Array, Array]:
        m = len(self.keys)
        return np.repeat([True, False], m), np.tile(np.arange(m, dtype=np.float64), 2), np.r_[self.hits, self.misses]
