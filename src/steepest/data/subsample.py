"""Subsamples: some of the rows, weighted to represent all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array

if TYPE_CHECKING:
    from .rows import Rows

__all__ = ["sample_numbers", "sample_rows"]


def sample_rows(rows: Rows, m: int, seed: int, by_class: bool) -> Rows:
    """About m rows, weighted so that their mean estimates the mean over all; see `sample_numbers`."""
    numbers, share = sample_numbers(rows, m, seed, by_class)
    weight = share if rows.weight is None else share * rows.weight[numbers]
    return rows.take(numbers).with_rows(weight=weight)


def sample_numbers(rows: Rows, m: int, seed: int, by_class: bool) -> tuple[NDArray[np.int64], Array]:
    """Numbers of about m rows, and how many rows each represents; half of them from each class.

    A rare class is taken whole. The table is divided into m equal intervals, and one row is drawn from each, so that a
    sorted table is as good as a shuffled one. Cost: reads m rows, in the table's order.

    Parameters
    ----------
    rows : Rows
    m : int
    seed : int
        Seed of the draw.
    by_class : bool
        Whether to balance the classes 0 and 1; else rows are drawn without regard to the targets.

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


def _spread(places: NDArray[np.int64], m: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], Array]:
    """One random place from each of m equal intervals, and how many each represents."""
    n = len(places)
    if m >= n:
        return places, np.ones(n)
    cuts = (np.arange(m) + rng.random(m)) * (n / m)
    return places[np.minimum(cuts.astype(np.int64), n - 1)], np.full(m, n / m)
