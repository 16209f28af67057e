"""Samples: a part of the rows that stands for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array

if TYPE_CHECKING:
    from .rows import Rows

__all__ = ["chosen"]


def chosen(rows: Rows, m: int, seed: int, by_class: bool) -> tuple[NDArray[np.int64], Array]:
    """Numbers of about m rows, and how many each stands for: half of them from each class.

    A rare class is taken whole. Drawn one from each of m equal stretches of the table, so that a sorted file is as good
    as a shuffled one. Cost: reading m rows in the table's order.

    Parameters
    ----------
    rows : Rows
    m : int
    seed : int
        Names the draw.
    by_class : bool
        Whether to do so for targets that are the classes 0 and 1.

    Examples
    --------
    >>> from steepest import make_rows
    >>> y = np.arange(1000.0) < 3
    >>> some = make_rows(np.ones((1000, 1)), y).sample(20, seed=0, by_class=True)
    >>> int(some.y.sum()), round(float(some.weight @ some.y[:, 0]), 9), round(some.total, 9)
    (3, 3.0, 1000.0)
    """
    rng = np.random.default_rng(seed)
    counts = np.ones(rows.shape[0], bool) if rows.weight is None else rows.weight > 0
    if not by_class:
        return _spread(np.flatnonzero(counts), m, rng)
    first = rows.y[:, 0] > 0.5
    ones, zeros = np.flatnonzero(first & counts), np.flatnonzero(~first & counts)
    few = min(len(ones), len(zeros), m // 2)
    parts = [_spread(places, few if len(places) == few else m - few, rng) for places in (ones, zeros)]
    numbers, share = (np.concatenate(pieces) for pieces in zip(*parts, strict=True))
    order = np.argsort(numbers, kind="stable")
    return numbers[order], share[order]


def _spread(places: NDArray[np.int64], m: int, rng: Any) -> tuple[NDArray[np.int64], Array]:
    """One place at random from each of m equal stretches, and how many each stands for."""
    n = len(places)
    if m >= n:
        return places, np.ones(n)
    cuts = (np.arange(m) + rng.random(m)) * (n / m)
    return places[np.minimum(cuts.astype(np.int64), n - 1)], np.full(m, n / m)
