"""Homotopy: the optima of a squared loss with an L1 penalty, from one penalty weight to the next, on a Gram matrix.

The optimum of w'Gw / 2 - c'w + l1 |w|_1 + l2 w'w / 2 is piecewise linear along a straight line of targets c and
weights l1. Let A be the coefficients that are not 0, s their signs, H = G + l2, and r = c - H w the slopes, which are
l1 s on A. Where c moves by g and l1 falls by b,

    dw_A = (H_AA)^-1 (g_A + b s_A),      dr = g - H_.A dw_A

A piece ends where the slope of another coefficient reaches l1, or where a coefficient reaches 0. The inverse of H_AA is
updated there by one row. If l2 changes, from l2 to l2', the last optimum w is also that of l2' with the target
c + (l2' - l2) w, from which the target moves back to c.

Osborne, M., Presnell, B. and Turlach, B. (2000). A new approach to variable selection in least squares problems. IMA J.
Numer. Anal. 20(3). doi:10.1093/imanum/20.3.389. Efron, B., Hastie, T., Johnstone, I. and Tibshirani, R. (2004). Least
angle regression. Ann. Statist. 32(2). doi:10.1214/009053604000000067
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array

__all__ = ["homotopy"]

DEPENDENT = 1e-11  # share of its square that is left of a column that depends on active ones, by rounding
PIECES = 10  # most pieces from one penalty weight to the next, for each column
FIRST = 32  # active columns for which there is room at first

Mask = NDArray[np.bool_]


def homotopy(G: Array, c: Array, l1: Array, l2: Array, allowed: Mask | None = None) -> Array:
    """The w (d, m) that minimise w'Gw / 2 - c'w + l1 |w|_1 + l2 w'w / 2 for each of m penalties.

    Exact up to rounding, which grows with the condition of the active columns: the gap tells. A column that depends on
    active ones stays at 0.

    Cost: about d q + 2 q^2 flops for each piece with q active columns, and q^3 for each penalty if l2 changes.

    Parameters
    ----------
    G : (d, d) array
        Symmetric and positive semidefinite.
    c : (d,) array
    l1 : (m,) array
        Decreasing, > 0.
    l2 : (m,) or (m, d) array
        >= 0.
    allowed : (2, d) array, optional
        Whether each coefficient may be positive, and whether it may be negative.

    Examples
    --------
    >>> homotopy(np.eye(2), np.array([4.0, -1.0]), np.array([2.0, 0.5]), np.zeros(2)).round(9).tolist()
    [[2.0, 3.5], [0.0, -0.5]]
    """
    path, out = _Path(G, c, allowed), np.zeros((len(c), len(l1)))
    for i, (to, ridge) in enumerate(zip(l1.tolist(), np.broadcast_to(l2.T, (len(c), len(l1))).T, strict=True)):
        path.go(to, ridge)
        out[path.columns, i] = path.refined()
    return out


class _End(NamedTuple):
    """The end of a piece."""

    length: float  # from 0 to what is left of 1
    joins: int = -1  # column
    sign: float = 0.0
    leaves: int = -1  # place among the active columns


class _Path:
    """The optimum for the present weights, and the inverse of H_AA."""

    def __init__(self, G: Array, c: Array, allowed: Mask | None) -> None:
        d = len(c)
        self.G, self.c = G, c
        self.up: Mask = np.ones(d, bool) if allowed is None else allowed[0]
        self.down: Mask = np.ones(d, bool) if allowed is None else allowed[1]
        self.rises, self.sinks = self.up.copy(), self.down.copy()  # columns that may join with each sign
        self.level = float(np.maximum(np.where(self.up, c, 0.0), np.where(self.down, -c, 0.0)).max(initial=0.0))
        self.r, self.l2, self.q = c.copy(), np.zeros(d), 0
        self._columns, self._w, self._sign = np.empty(d, np.int64), np.empty(d), np.empty(d)  # q of them in use
        self._rows, self._inverse = np.empty((FIRST, d)), np.empty((FIRST, FIRST))

    @property
    def columns(self) -> NDArray[np.int64]:
        """The active columns, (q,)."""
        return self._columns[: self.q]

    @property
    def w(self) -> Array:
        """Their coefficients, (q,)."""
        return self._w[: self.q]

    @property
    def sign(self) -> Array:
        """Their signs, (q,)."""
        return self._sign[: self.q]

    @property
    def rows(self) -> Array:
        """Their rows of G, (q, d)."""
        return self._rows[: self.q]

    @property
    def inverse(self) -> Array:
        """The inverse of H_AA, (q, q)."""
        return self._inverse[: self.q, : self.q]

    def go(self, l1: float, l2: Array) -> None:
        """Go to other weights of the penalty."""
        if l1 >= self.level and not self.q:
            self.l2 = l2
            return
        moves = None if np.array_equal(l2, self.l2) else np.zeros(len(l2))
        if moves is not None:
            moves[self.columns] = (self.l2 - l2)[self.columns] * self.w
            self.l2 = l2
            self._renew()
        fall, left, ahead = self.level - l1, 1.0, -1
        for _ in range(PIECES * (len(self.c) + 1)):
            rate = fall * self.sign
            step = self.inverse @ (rate if moves is None else rate + moves[self.columns])
            slope = -(step @ self.rows)
            end = self._end(step, slope, fall, left, ahead)
            self._w[: self.q] += end.length * step
            self.r += end.length * slope
            self.level -= end.length * fall
            left -= end.length
            if end.leaves >= 0:
                ahead = self._remove(end.leaves)
            elif end.joins >= 0:
                self._add(end.joins, end.sign)
                ahead = -1
            else:
                break
        self.level = l1

    def _end(self, step: Array, slope: Array, fall: float, left: float, ahead: int) -> _End:
        """The first of: a column joins, a coefficient reaches 0, the weights are reached.

        Column ``ahead`` has just left and does not join.
        """
        rise = _until(self.level - self.r, fall + slope, self.rises)
        sink = _until(self.level + self.r, fall - slope, self.sinks)
        if ahead >= 0:
            rise[ahead] = sink[ahead] = np.inf
        up, down = int(rise.argmin()), int(sink.argmin())
        j, sign = (up, 1.0) if rise[up] <= sink[down] else (down, -1.0)
        joins, leaves, place = max(float(min(rise[up], sink[down])), 0.0), np.inf, -1
        if self.q:
            zero = _until(np.abs(self.w), -step * self.sign, True)
            place = int(zero.argmin())
            leaves = float(zero[place])
        if min(joins, leaves) >= left:
            return _End(left)
        return _End(leaves, leaves=place) if leaves <= joins else _End(joins, j, sign)

    def refined(self) -> Array:
        """The coefficients of the active columns (q,), corrected by their slopes computed anew."""
        A = self.columns
        self.r = self.c - self.w @ self.rows
        w = self.w + self.inverse @ (self.r[A] - self.l2[A] * self.w - self.level * self.sign)
        self._w[: self.q] = np.where(w * self.sign > 0, w, self.w)
        return self.w

    def _add(self, j: int, sign: float) -> None:
        """Let a column join, unless it depends on the others."""
        q, row = self.q, self.G[j]
        self.rises[j] = self.sinks[j] = False
        square, products = row[j] + self.l2[j], row[self.columns]
        v = self.inverse @ products
        rest = square - float(v @ products)
        if not rest > DEPENDENT * square:
            return
        self._make_room()
        whole = self._inverse
        whole[:q, :q] += v[:, None] * (v / rest)
        whole[q, :q] = whole[:q, q] = -v / rest
        whole[q, q] = 1.0 / rest
        self._rows[q], self._columns[q], self._sign[q], self._w[q] = row, j, sign, 0.0
        self.q += 1

    def _remove(self, place: int) -> int:
        """Let the column at a place leave, and return it; those that depended on it may join again."""
        whole, q, last, j = self._inverse, self.q, self.q - 1, int(self._columns[place])
        self.r[j] = self.level * self._sign[place]
        if place != last:  # the last one takes its place
            there, other = [place, last], [last, place]
            whole[there, :q] = whole[other, :q]
            whole[:q, there] = whole[:q, other]
            for numbers in (self._rows, self._columns, self._sign, self._w):
                numbers[place] = numbers[last]
        v = whole[:last, last]
        whole[:last, :last] -= v[:, None] * (v / whole[last, last])
        self.q = last
        self.rises[:], self.sinks[:] = self.up, self.down
        self.rises[self.columns] = self.sinks[self.columns] = False
        return j

    def _renew(self) -> None:
        """The inverse for other l2."""
        if self.q:
            H = self.rows[:, self.columns] + np.diag(self.l2[self.columns])
            self._inverse[: self.q, : self.q] = np.linalg.inv(H)

    def _make_room(self) -> None:
        q, d = self._rows.shape
        if self.q == q:
            rows, inverse = np.empty((min(2 * q, d), d)), np.empty((min(2 * q, d),) * 2)
            rows[:q], inverse[:q, :q] = self._rows, self._inverse
            self._rows, self._inverse = rows, inverse


def _until(distance: Array, pace: Array, possible: Mask | bool) -> Array:
    """How far it is until each distance is 0; inf where it does not fall."""
    found: Array = np.full(len(distance), np.inf)
    np.divide(distance, pace, out=found, where=possible & (pace > 0))
    return found
