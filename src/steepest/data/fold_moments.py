"""Moments of parts of a table that share most of their rows: those of all rows minus those of the rows left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import UNIT, Array
from .gram import refuse_unless_finite
from .rows import Rows

__all__ = ["PartMoments", "moments_of_parts"]

Numbers = NDArray[np.int64]


class PartMoments(NamedTuple):
    """Means over some rows, and means of products about these; about 0 where there is no intercept."""

    spread: Array  # (d, d)
    cross: Array  # (d,), products with the target minus its offset
    square: float  # of the target minus its offset
    mean: Array  # (d,), 0 where there is no intercept
    middle: float  # of the target minus its offset
    rounding: float  # bound of the rounding of a product, relative to the root mean squares of its factors

    def intercepts(self, coefs: Array) -> Array:
        """The best intercepts (m,) for coefficients (d, m)."""
        found: Array = self.middle - self.mean @ coefs
        return found


def moments_of_parts(rows: Rows, parts: Iterable[Numbers], intercept: bool) -> Iterator[PartMoments]:
    """The moments of each part, given by the numbers of its rows, for one target.

    The products are taken about the means of all rows, so that little cancels. Those of a part of more than half of the
    rows are those of all rows minus those of the rest.

    Cost: n (d + 2)^2 flops for all rows, and as much for the smaller half of each part.

    Examples
    --------
    >>> from steepest import make_rows
    >>> rows = make_rows([[1.0], [2.0], [6.0]], [3.0, 5.0, 1.0])
    >>> part = next(moments_of_parts(rows, [np.array([0, 1])], True))
    >>> part.spread.round(9).tolist(), part.cross.round(9).tolist(), part.mean.round(9).tolist()
    ([[0.25]], [0.5], [1.5])
    """
    n, d = rows.shape
    first, whole = np.zeros(d + 1), None
    if intercept:
        y = rows.y[:, 0] if rows.offset is None else rows.y[:, 0] - rows.offset
        first = np.append(rows.columns().mean, np.average(y, weights=rows.weight))
    for part in parts:
        if 2 * len(part) > n:
            others = np.ones(n, bool)
            others[part] = False
            whole = rows.gram(first, rows.weight) if whole is None else whole
            sums = whole - _products(rows, np.flatnonzero(others), first)
        else:
            sums = _products(rows, part, first)
        yield _moments(sums, first, len(part), intercept)


def _products(rows: Rows, numbers: Numbers, first: Array) -> Array:
    """Sums of products over these rows."""
    if not len(numbers):
        return np.zeros((len(first) + 1,) * 2)
    some = rows.take(numbers)
    return some.gram(first, some.weight)


def _moments(sums: Array, first: Array, n: int, intercept: bool) -> PartMoments:
    with np.errstate(invalid="ignore", over="ignore"):
        sums *= 1.0 / sums[-1, -1]
        refuse_unless_finite(sums)
    about, products = np.zeros(len(first)), sums[:-1, :-1]
    if intercept:
        about = sums[:-1, -1].copy()
        products -= about[:, None] * about
    mean = first + about
    rounding = 4 * (min(n, 1 << 13) + n / (1 << 13) + 32) * UNIT
    return PartMoments(
        products[:-1, :-1], products[:-1, -1], float(products[-1, -1]), mean[:-1], float(mean[-1]), rounding
    )
