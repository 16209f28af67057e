"""The minimum of a quadratic with an L1 penalty by block pivoting: guessed signs, corrected by each solution.

The minimum of u'B u / 2 - target . u + the penalty is known once it is known which coordinates are 0, and the signs of
the others: it solves linear equations. A guess is corrected by its own solution. Coordinates of the wrong sign become
0, and those beyond their bound leave 0, all of them at once. Near the solution of another penalty weight two or three
guesses are enough. Nothing shows that the guesses come to an end, so that they are given up when they do not improve.

Portugal, L., Judice, J. and Vicente, L. (1994). A comparison of block pivoting and interior-point algorithms for linear
least squares problems with nonnegative variables. Math. Comput. 63. doi:10.1090/S0025-5718-1994-1250776-4
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array

__all__ = ["by_pivots"]

GUESSES, PATIENCE = 100, 5  # guesses at most, and those in a row without fewer corrections
TIE = 1e-11  # share of the bound by which a coordinate may be beyond it
DEPENDENT = 1e-11  # share of a column that must be outside the span of those before it


def by_pivots(B: Array, l2: Array, target: Array, s: Array, start: Array) -> Array | None:
    """The minimum u (m,) from the signs of a start, or None if it was not found.

    The quadratic is u'(B + diag(l2)) u / 2 - target . u, B (m, m). ``s`` (2, m) are the penalty weights of negative and
    of positive coordinates; those of weight 0 are never 0. Cost: k^3 / 3 + 2 k m flops a guess with k coordinates.

    Examples
    --------
    >>> by_pivots(np.eye(2), np.zeros(2), np.array([3.0, 0.1]), np.ones((2, 2)), np.zeros(2))
    array([2., 0.])
    """
    free, sign, held = (s == 0).all(0), np.sign(start), np.zeros(len(start), bool)
    fewest, patience = len(start) + 1, PATIENCE
    for _ in range(GUESSES):
        on = np.flatnonzero((sign != 0) | free)
        v = _solved(B, l2, target - np.where(sign > 0, s[1], np.where(sign < 0, -s[0], 0.0)), on)
        if isinstance(v, int):  # this column depends on those before it
            if free[v]:
                return None
            sign[v], held[v] = 0.0, True
            continue
        rest = (v @ B[on] if 2 * len(on) < len(B) else B @ _spread(v, on, len(B))) - target
        wrong, outside = on[v * sign[on] < 0], (sign == 0) & ~free
        below, above = outside & (rest > (1 + TIE) * s[0]), outside & (-rest > (1 + TIE) * s[1])
        count = len(wrong) + int(below.sum()) + int(above.sum())
        if not count:
            return _spread(v, on, len(B))
        fewest, patience = (count, PATIENCE) if count < fewest else (fewest, patience - 1)
        if patience < 0 or (held & (below | above)).any():
            return None
        sign[wrong], sign[below], sign[above] = 0.0, -1.0, 1.0
    return None


def _spread(v: Array, on: NDArray[np.intp], m: int) -> Array:
    u = np.zeros(m)
    u[on] = v
    return u


def _solved(B: Array, l2: Array, target: Array, on: NDArray[np.intp]) -> Array | int:
    """The solution for the coordinates ``on``, or the first of them whose column depends on those before it."""
    if not len(on):
        return np.zeros(0)
    potrf, potrs = _lapack()
    H = B.take(on, 0).take(on, 1)
    H.flat[:: len(on) + 1] += l2[on]
    sizes = H.diagonal().copy()
    factor, stopped = potrf(H.T, lower=1, overwrite_a=1, clean=0)
    if stopped:
        return int(on[stopped - 1])
    outside = factor.diagonal() ** 2
    if (outside <= DEPENDENT * sizes).any():
        return int(on[int((outside <= DEPENDENT * sizes).argmax())])
    v: Array = potrs(factor, target[on], lower=1)[0]
    return v


@cache
def _lapack() -> Any:
    from scipy.linalg import get_lapack_funcs

    return get_lapack_funcs(("potrf", "potrs"), dtype=np.float64)
