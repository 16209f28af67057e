"""Iterative refinement: least squares to the last digit, by a QR factor and gradients in double-double numbers.

Normal equations square the condition number kappa of the table. Here the table is factored once, A = Q R. A few steps
w <- w - (R'R)^-1 g follow, with gradients g that are summed to about 32 digits. The rounding of R slows the convergence
(each step leaves about kappa eps of the distance), but does not enter the answer. Björck, "Iterative refinement of
linear least squares solutions I", doi 10.1007/BF01939321; QR by blocks of rows: doi 10.1137/080731992.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.record_types import Loss
from ..core.threads import in_ranges, one_blas_thread
from ..core.types import Array
from ..core.units import RAW, Units
from ..objective.objective import Coordinates, coordinates_of
from ..objective.problem import Problem
from .double_double import Pair, add_products, combination, halves, over, plus, summed, times, two_sum
from .gram import refuse_unless_finite
from .layout import dense_rows
from .rows import Rows

__all__ = ["Exact", "Polished", "inverse_root", "polished", "precondition", "triangle"]

TILE = 1 << 15  # numbers of a tile of the table, which stays in the cache
GROUPS = 64  # groups of 8 or more tiles; sums of groups are added in a fixed order, for any number of threads
TALL = 512  # rows of a block of the QR factorisation, or 4 times the number of columns
EPS = float(np.finfo(float).eps)


class Exact(NamedTuple):
    """Squared loss over rows, with residuals and gradient sums to about 32 digits; parameters are raw.

    The gradient of the mean loss, c/n sum m_i r_i [x_i, 1] with r_i = x_i . w + b + offset_i - y_i and c = 1 or 2, is
    a small difference of large sums near the minimiser, where double precision leaves no correct digit.
    Cost: one pass over the rows, about 45 n d flops; memory a few megabytes a thread.

    Examples
    --------
    >>> from steepest import make_rows
    >>> from steepest.objective.losses import MSE
    >>> exact = Exact(make_rows([[1e9], [1e9 + 1]], [1.0, 2.0]))
    >>> exact.value_and_gradient(MSE(), np.array([[1.0], [1.0 - 1e9]]))[1].tolist()
    [[0.0], [0.0]]
    """

    rows: Rows

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, (n, d)."""
        return self.rows.shape

    @property
    def units(self) -> Units:
        """Raw units."""
        return RAW

    def value(self, loss: Loss, w: Array) -> float:
        """Mean loss at w (d + 1, k)."""
        return self.gradient_pair(loss, w)[0]

    def value_and_gradient(self, loss: Loss, w: Array) -> tuple[float, Array]:
        """Mean loss and its gradient (d + 1, k) at w, each component rounded once."""
        cost, (g, _) = self.gradient_pair(loss, w)
        return cost, g

    def gradient_pair(self, loss: Loss, w: Array, rest: Array | None = None) -> tuple[float, Pair]:
        """Mean loss and its gradient as a pair of (d + 1, k), at w or at w + rest."""
        n, d = self.shape
        self.rows.read(n)
        point = (w, np.zeros_like(w) if rest is None else rest)
        tile = max(32, TILE // (d + 1))
        tiles = -(-n // tile)
        groups = min(GROUPS, -(-tiles // 8))
        costs, sums = np.zeros(groups), np.zeros((2, *w.shape, groups))

        def work(first: int, last: int) -> None:
            for b in range(first, last):
                starts = range(tiles * b // groups * tile, tiles * (b + 1) // groups * tile, tile)
                costs[b], sums[..., b] = _group_sums(self.rows, point, starts)

        in_ranges(work, groups, self.rows.threads if n * d > 100_000 else 1)
        high, low = over(summed((sums[0], sums[1])), self.rows.total)
        cost = loss.curvature / 2 * costs.sum() / self.rows.total
        return float(cost), (loss.curvature * high, loss.curvature * low)


def _group_sums(rows: Rows, w: Pair, starts: range) -> tuple[float, Array]:
    """Sum of m r^2, and of m r [x, 1] as a pair (2, d + 1, k), over a group of tiles of rows.

    Row s of each tile is added to sum number s; these sums are added at the end.
    """
    n, d = rows.shape
    places = np.zeros((2, w[0].shape[1], d + 1, min(n, starts.step)))
    cost = 0.0
    for low in starts:
        high = min(n, low + starts.step)
        x = np.ascontiguousarray(dense_rows(rows.X, low, high).T, np.float64)  # (d, t), contiguous by column
        x_halves = halves(x)
        offset = np.zeros(high - low) if rows.offset is None else rows.offset[low:high]
        for k in range(len(places[0])):
            known = plus(two_sum(offset, -rows.y[low:high, k]), (w[0][-1, k], w[1][-1, k]))
            r = plus(combination(x, x_halves, (w[0][:-1, k], w[1][:-1, k])), known)
            weighted = r if rows.weight is None else times(r, rows.weight[low:high])
            cost += float(np.sum(r[0] * weighted[0]))
            add_products(places[:, k, :-1, : high - low], x, x_halves, weighted)
            place = places[:, k, -1, : high - low]
            place[:] = plus((place[0], place[1]), weighted)
    high_sum, low_sum = summed((places[0], places[1]))
    return cost, np.stack((high_sum.T, low_sum.T))


def triangle(rows: Rows, problem: Problem) -> tuple[Units, Array]:
    """Units and R (d + 1, d + 1), upper triangular, with R'R the Hessian of the objective in those units.

    R is the QR factor of the rows sqrt(c m_i / total) [(x_i - shift) * scale, 1], a block of rows at a time, and of the
    rows sqrt(l2) scale_j e_j for an L2 penalty. shift is the weighted mean, and scale 1 / the weighted standard
    deviation, 1 for a constant column. If the intercept is fixed, shift is None, scale is 1 / root mean square and the
    last column of R is 0.

    Cost: two passes over the rows, about 2.5 n d^2 flops.

    Examples
    --------
    >>> from steepest import make_rows
    >>> from steepest import Problem
    >>> units, R = triangle(make_rows([[1.0], [5.0]], [0.0, 0.0]), Problem())
    >>> units
    Units(shift=array([3.]), scale=array([0.5]))
    >>> (R.T @ R).round(9).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    rows, d, curvature = rows.in_units(RAW), rows.shape[1], problem.loss.curvature
    with one_blas_thread(2.0 * rows.shape[0] * (d + 1) ** 2), np.errstate(invalid="ignore", over="ignore"):
        shift = _means(rows) if coordinates_of(problem, d).free_intercept else None
        R = _factor(rows, shift, curvature)
        norms = np.sqrt(np.einsum("ij,ij->j", R, R) / curvature)[:d]
        refuse_unless_finite(norms)
        scale = 1.0 / np.where(norms > 0, norms, 1.0)
        R[:, :d] *= scale
        if problem.l2 > 0:
            roots = np.sqrt(Coordinates(problem, d, Units(shift, scale)).l2[:, 0])
            R = _triangular(np.concatenate((R, np.diag(roots))))
    return Units(shift, scale), R


def _triangular(A: Array) -> Array:
    return np.asarray(np.linalg.qr(A, mode="r"), np.float64)


def _blocks(rows: Rows) -> list[tuple[int, int]]:
    n, d = rows.shape
    size = max(TALL, 4 * (d + 1))
    return [(low, min(n, low + size)) for low in range(0, n, size)]


def _means(rows: Rows) -> Array:
    """Weighted means of the columns (d,), from differences to the first row: exact for a constant column."""
    rows.read(rows.shape[0])
    first = np.asarray(dense_rows(rows.X, 0, 1)[0], np.float64)
    sums = np.zeros_like(first)
    for low, high in _blocks(rows):
        away, weight = dense_rows(rows.X, low, high) - first, rows.weights(low, high)
        sums += away.sum(0) if weight is None else weight @ away
    return first + sums / rows.total


def _factor(rows: Rows, shift: Array | None, curvature: float) -> Array:
    """R of sqrt(c m / total) [x - shift, 1], or of [x, 0] without shift, updated block by block."""
    d = rows.shape[1]
    rows.read(rows.shape[0])
    R = np.zeros((d + 1, d + 1))
    for low, high in _blocks(rows):
        weight = rows.weights(low, high)
        stack = np.empty((d + 1 + high - low, d + 1))
        stack[: d + 1], block = R, stack[d + 1 :]
        block[:, :d] = dense_rows(rows.X, low, high)
        block[:, :d] -= 0.0 if shift is None else shift
        block[:, d] = shift is not None
        block *= np.sqrt(curvature / rows.total * (1.0 if weight is None else weight[:, None]))
        R = _triangular(stack)
    return R


def inverse_root(units: Units, R: Array, free: Array) -> Array:
    """S (d + 1, r) with S S' the (pseudo-)inverse of R'R over the free coordinates, ``free`` (d + 1, 1).

    S is R^-1. If columns are linearly dependent, it is formed from the singular vectors of R whose singular values are
    above rounding (of R, and of columns far from 0). Steps then have no part in null directions. Cost: O(d^3).

    Examples
    --------
    >>> inverse_root(RAW, np.array([[2.0, 0.0], [0.0, 4.0]]), np.ones((2, 1))).tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    noise = 8 * len(R) * np.sqrt(np.einsum("ij,ij->j", R, R))
    if units.shift is not None and units.scale is not None:
        noise[:-1] = np.maximum(noise[:-1], 2 * np.abs(units.shift) * units.scale)
    noise = EPS * np.where(noise > 0, noise, 1.0)
    live = np.flatnonzero(free)
    with one_blas_thread(2.0 * len(R) ** 3), np.errstate(all="ignore"):
        inverse = _above_noise(_triangular(R[:, live] / noise[live]))
    root = np.zeros((len(R), inverse.shape[1]))
    root[live] = inverse / noise[live, None]
    return root


def _above_noise(R: Array) -> Array:
    """Root of the pseudo-inverse, from singular values above 1."""
    if np.diag(R).all():
        inverse = np.asarray(np.linalg.inv(R), np.float64)
        if np.linalg.norm(inverse) < 1:
            return inverse
    _, values, vectors = np.linalg.svd(R)
    keep = values > 1
    return np.asarray(vectors[keep].T / values[keep], np.float64)


def precondition(units: Units, root: Array, g: Pair) -> tuple[Array, float]:
    """Raw step p = T S S' T' g (d + 1, k) for a raw gradient pair, and g . p = |S' T' g|^2, twice the decrease.

    T maps scaled parameters to raw ones. T'g contains g_j - shift_j g_0, which cancels; it is computed from the pair.
    Cost: about 4 d^2 flops.
    """
    if units.shift is not None:
        centred = plus((g[0][:-1], g[1][:-1]), times((-g[0][-1:], -g[1][-1:]), units.shift[:, None]))[0]
        g = (np.concatenate((centred, g[0][-1:])), g[1])
    scaled = g[0].copy()
    if units.scale is not None:
        scaled[:-1] *= units.scale[:, None]
    half = root.T @ scaled
    return units.raw(root @ half), float(np.vdot(half, half))


class Polished(NamedTuple):
    """One iterate of `polished`."""

    w: Array  # (d + 1, k), raw
    cost: float  # the objective
    gradient: Array  # (d + 1, k) of the objective, 0 where a coordinate is fixed
    excess: float  # cost minus the minimum, by the quadratic model, which is exact here


def polished(rows: Rows, problem: Problem, w: Array, most: int = 6) -> tuple[list[Polished], int]:
    """Iterates from w (d + 1, k), raw, to the exact minimiser rounded once, which is the last; and the rank.

    Steps w <- w - (R'R)^-1 g, with w stored as a pair of doubles and reported rounded. They end when a step changes no
    bit of w, does not reduce the distance, or is number ``most``. Any start is possible: the first step is a QR
    solution. If columns are linearly dependent, steps have no component in null directions. The problem has a squared
    loss, without penalty or with L2; coordinates may be fixed.

    Cost: `triangle`, then one pass of `Exact` for each iterate: two for a start of 8 correct digits, else three.

    Examples
    --------
    >>> from steepest import Problem, make_rows
    >>> rows = make_rows([[1e9 + 1], [1e9 + 2], [1e9 + 3]], [2.0, 4.0, 6.0])
    >>> polished(rows, Problem(), np.zeros((2, 1)))[0][-1].w.ravel().tolist()
    [2.0, -2000000000.0]
    """
    path: list[Polished] = []
    ahead, last, free = (w, np.zeros_like(w)), np.inf, coordinates_of(problem, len(w) - 1).free
    with one_blas_thread(2.0 * rows.shape[0] * w.size):
        units, R = triangle(rows, problem)
        root = inverse_root(units, R, free)
        for _ in range(most + 1):
            point = ahead
            cost, g = _objective(rows, problem, point)
            p, energy = precondition(units, root, g)
            if path and not energy < last / 4:
                break
            path.append(_rounded(units, R, free, point, cost, g[0], p))
            ahead, last = plus(point, (-p, np.zeros_like(p))), energy
            reach = R @ units.scaled(point[0])
            if np.array_equal(ahead[0], point[0]) or energy < EPS**5 * np.vdot(reach, reach):
                break
    return path, root.shape[1]


def _objective(rows: Rows, problem: Problem, w: Pair) -> tuple[float, Pair]:
    """Objective and its gradient as a pair at w."""
    cost, g = Exact(rows).gradient_pair(problem.loss, *w)
    l2 = coordinates_of(problem, len(w[0]) - 1).l2
    return cost + 0.5 * float(np.vdot(l2 * w[0], w[0])), plus(g, times(w, l2))


def _rounded(units: Units, R: Array, free: Array, w: Pair, cost: float, g: Array, p: Array) -> Polished:
    """The iterate at the rounded w, from values at the pair: the gradient changes by -R'R rest, in raw units."""
    off, away = R @ units.scaled(w[1]), R @ units.scaled(p - w[1])
    gradient = free * (g - units.raw_gradient(R.T @ off))
    return Polished(w[0], cost + 0.5 * float(np.vdot(off, off)), gradient, 0.5 * float(np.vdot(away, away)))
