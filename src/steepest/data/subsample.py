"""Samples: a part of the rows that stands for all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .rows import Rows

__all__ = ["sample"]


def sample(rows: Rows, m: int, seed: int, labels: bool) -> Rows:
    """About m rows, weighted so that their mean stands for the mean over all: half of them from each class.

    A rare class is taken whole. Drawn one from each of m equal stretches of the table, so that a sorted file is as good
    as a shuffled one. Cost: reading m rows in the table's order.

    Parameters
    ----------
    rows : Rows
    m : int
    seed : int
        Names the draw.
    labels : bool
        Whether targets are the classes 0 and 1.

    Examples
    --------
    >>> from steepest import make_rows
    >>> y = np.arange(1000.0) < 3
    >>> some = sample(make_rows(np.ones((1000, 1)), y), 20, 0, True)
    >>> int(some.y.sum()), round(float(some.weight @ some.y[:, 0]), 9), round(some.total, 9)
    (3, 3.0, 1000.0)
    """
    rng = np.random.default_rng(seed)
    counts = np.ones(rows.shape[0], bool) if rows.weight is None else rows.weight > 0
    if not labels:
        chosen, share = _spread(np.flatnonzero(counts), m, rng)
    else:
        first = rows.y[:, 0] > 0.5
        ones, zeros = np.flatnonzero(first & counts), np.flatnonzero(~first & counts)
        few = min(len(ones), len(zeros), m // 2)
        parts = [_spread(places, few if len(places) == few else m - few, rng) for places in (ones, zeros)]
        chosen, share = (np.concatenate(pieces) for pieces in zip(*parts, strict=True))
        order = np.argsort(chosen, kind="stable")
        chosen, share = chosen[order], share[order]
    weight = share if rows.weight is None else share * rows.weight[chosen]
    return rows.rows(chosen)._replace(weight=weight, total=float(weight.sum()))


def _spread(places: NDArray[np.int64], m: int, rng: Any) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """One place at random from each of m equal stretches, and how many each stands for."""
    n = len(places)
    if m >= n:
        return places, np.ones(n)
    cuts = (np.arange(m) + rng.random(m)) * (n / m)
    return places[np.minimum(cuts.astype(np.int64), n - 1)], np.full(m, n / m)
