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

__all__ = ["Pivots"]

GUESSES, PATIENCE = 100, 5  # guesses at most, and those in a row without fewer corrections
TIE = 1e-11  # share of the bound by which a coordinate may be beyond it
DEPENDENT = 1e-11  # share of a column that must be outside the span of those before it
FEW = 150  # coordinates up to which a factorisation costs less than what it takes to keep one
OTHERS = 0.15  # share of the coordinates that may differ from those that were factorised

Places = NDArray[np.intp]


class Pivots:
    """Minima of quadratics that differ little from one to the next; the last factorisation is kept."""

    def __init__(self) -> None:
        self._known, self._l2 = np.zeros(0, np.intp), np.zeros(0)  # coordinates of the factor, and their l2
        self._factor = np.zeros((0, 0))

    def minimum(self, B: Array, l2: Array, target: Array, s: Array, start: Array) -> Array | None:
        """The minimum u (m,) from the signs of a start, or None if it was not found.

        The quadratic is u'(B + diag(l2)) u / 2 - target . u. B (m, m) is that of the minimum before, or has more rows
        and columns. ``s`` (2, m) are the penalty weights of negative and of positive coordinates; those of weight 0
        are never 0. Cost: 2 k m + k^2 r flops a guess with k coordinates of which r are new, or k^3 / 3.

        Examples
        --------
        >>> Pivots().minimum(np.eye(2), np.zeros(2), np.array([3.0, 0.1]), np.ones((2, 2)), np.zeros(2))
        array([2., 0.])
        """
        free, sign, dependent = (s == 0).all(0), np.sign(start), np.zeros(len(start), bool)
        fewest, patience, bound = len(start) + 1, PATIENCE, (1 + TIE) * s
        for _ in range(GUESSES):
            on = np.flatnonzero((sign != 0) | free)
            v = self._solved(B, l2, target - np.where(sign > 0, s[1], -s[0]), on)
            if isinstance(v, int):  # this column depends on those before it
                if free[v]:
                    return None
                sign[v], dependent[v] = 0.0, True
                continue
            u = np.zeros(len(start))
            u[on] = v
            rest = (v @ B[on] if 2 * len(on) < len(B) else B @ u) - target
            outside = (sign == 0) & ~free
            below, above, wrong = outside & (rest > bound[0]), outside & (-rest > bound[1]), u * sign < 0
            count = int(np.count_nonzero(wrong | below | above))
            if not count:
                return u
            fewest, patience = (count, PATIENCE) if count < fewest else (fewest, patience - 1)
            if patience < 0 or (dependent & (below | above)).any():
                return None
            sign[wrong], sign[below], sign[above] = 0.0, -1.0, 1.0
        return None

    def _solved(self, B: Array, l2: Array, target: Array, on: Places) -> Array | int:
        """The solution for the coordinates ``on``, or the first of them whose column depends on those before it."""
        known = self._known
        if len(known) >= FEW and np.array_equal(self._l2, l2[known]):
            now, before = np.zeros((2, len(target)), bool)
            now[on], before[known] = True, True
            new, gone = np.flatnonzero(now & ~before), np.flatnonzero(~now[known])
            if len(new) + len(gone) <= OTHERS * len(known):
                v = self._bordered(B, l2, target, new, gone)
                if v is not None:
                    return v[on]
        return self._factorised(B, l2, target, on)

    def _factorised(self, B: Array, l2: Array, target: Array, on: Places) -> Array | int:
        """The same by a factorisation, which is kept."""
        self._known = on[:0]
        if not len(on):
            return np.zeros(0)
        H = B.take(on, 0).take(on, 1) if len(on) < FEW else B[np.ix_(on, on)]
        H.flat[:: len(on) + 1] += l2[on]
        sizes = H.diagonal().copy()
        factor, stopped = _lapack()[0](H.T, lower=1, overwrite_a=1, clean=0)
        dependent = factor.diagonal() ** 2 <= DEPENDENT * sizes
        if stopped:
            dependent[stopped - 1] = True
        if dependent.any():
            return int(on[int(dependent.argmax())])
        self._known, self._l2, self._factor = on, l2[on], factor
        v: Array = _lapack()[2](factor, target[on], lower=1)[0]
        return v

    def _triangle(self, b: Array, back: bool = False) -> Array:
        """L^-1 b or L^-T b."""
        found: Array = _lapack()[1](self._factor, b, lower=1, trans=int(back))[0]
        return found

    def _bordered(self, B: Array, l2: Array, target: Array, new: Places, gone: Places) -> Array | None:
        """The same (m,) by the kept factor, with equations for coordinates that are new and those that are 0.

        With the factorised matrix H = L L' and the columns C = [B_new, identity_gone], the system of [[H, C], [C', D]]
        has the Schur complement D - (L^-1 C)' L^-1 C. None if new columns depend on the others.
        """
        known, k = self._known, len(new)
        C = np.zeros((len(known), k + len(gone)))
        C[:, :k] = B[np.ix_(known, new)]
        C[gone, np.arange(k, k + len(gone))] = 1.0
        D = np.zeros((k + len(gone),) * 2)
        D[:k, :k] = B[np.ix_(new, new)] + np.diag(l2[new])
        left, y = self._triangle(C), self._triangle(target[known])
        schur = D - left.T @ left
        if k and (np.linalg.eigvalsh(schur[:k, :k])[0] <= DEPENDENT * D.diagonal()[:k].max()):
            return None
        x = np.linalg.solve(schur, np.append(target[new], np.zeros(len(gone))) - left.T @ y)
        v = np.zeros(len(target))
        v[known], v[new] = self._triangle(y - left @ x, back=True), x[:k]
        return v


@cache
def _lapack() -> Any:
    from scipy.linalg import get_lapack_funcs

    return get_lapack_funcs(("potrf", "trtrs", "potrs"), dtype=np.float64)
