"""A plane between two classes: linear programmes over a working set of rows, proven on all rows."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.interrupts import postponed_interrupt
from ..core.threads import one_blas_thread
from ..core.types import Array
from ..data.rows import Rows

__all__ = ["Labelled", "Separation", "separating_plane"]

Order = NDArray[np.int64]


ROUNDING = 8 * float(np.finfo(float).eps)  # x (d + 1) x sum_j |x_ij v_j|: bound of the rounding of a margin


BLOCK = 1 << 18  # numbers of a block of the table


FIRST_ROWS = 1000  # rows of the first working set, or 3 for each column


LP_NUMBERS, LP_WORK = 4e6, 1.2e8  # working rows x columns, and x columns^2: about 3 s of HiGHS


TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}  # the tightest of HiGHS


class Separation(NamedTuple):
    """A plane with no row on the wrong side.

    Attributes
    ----------
    kind : {"complete", "quasi"}
        "complete": every row is strictly on its own side; "quasi": some rows lie on every such plane.
    direction : (d + 1, 1) array
        Raw parameters v, intercept last, largest entry 1 in size: s_i x_i . v >= 0 for all rows, checked on all.
    strict, rows : int
        Rows strictly on their side, the maximum over all such planes; rows of weight > 0.
    columns : tuple of int
        Columns of the direction, by decreasing |v_j| x standard deviation of column j; those over 1e-6 of the largest.
    """

    kind: str
    direction: Array
    strict: int
    rows: int
    columns: tuple[int, ...] = ()


class Labelled(NamedTuple):
    """Rows with the sign of their class."""

    rows: Rows
    sign: NDArray[np.int8]  # (n,) +1, -1, and 0 for a row of weight 0
    free: Array  # (d + 1, 1)

    def part(self, order: Order) -> Array:
        """Rows s_i (x_i, 1) of the working set; fixed coordinates are 0."""
        X = self.rows.take(order).dense()
        return np.column_stack((X, np.ones(len(order)))) * self.free[:, 0] * self.sign[order, None]

    def margins(self, v: Array) -> Array:
        """Margins s_i x_i . v (n,) for v (d + 1, 1). Cost: one pass over the rows."""
        return np.concatenate([self.rows.predictor(v, *ends)[:, 0] for ends in _blocks(self.rows)]) * self.sign

    def shares(self, V: Array) -> Iterator[tuple[slice, Array]]:
        """Block by block, margins for the columns of V divided by sum_j |x_ij v_j|. Cost: two passes."""
        for low, high in _blocks(self.rows):
            part = self.rows.take(np.arange(low, high))
            size = part.sizes().predictor(np.abs(V))
            yield slice(low, high), part.predictor(V) * self.sign[low:high, None] / (size + (size == 0))


class _Frame(NamedTuple):
    """Working rows of length about 1, in columns of length 1; a direction u is v = scale u in raw columns."""

    B: Array  # (m, d + 1)
    scale: Array  # (d + 1,)
    shift: Array  # (d,), 0 if the intercept is fixed
    noise: float  # bound of the rounding in B

    def raw(self, u: Array) -> Array:
        v = u * self.scale
        return np.append(v[:-1], v[-1] - self.shift @ v[:-1])


def separating_plane(table: Labelled, w: Array, complete_only: bool) -> Separation | None:
    """The separation by w (d + 1, 1), or one found by a linear programme; see `separation`."""
    (n, d), sign = table.rows.shape, table.sign
    with one_blas_thread(2.0 * n * d), np.errstate(over="ignore", invalid="ignore"):
        v = table.free * (w if np.isfinite(w).all() else 0.0)
        margin = table.margins(v / (np.abs(v).max() or 1.0))
        order = _first_rows(margin, sign, max(FIRST_ROWS, 3 * (d + 1)))
        found = _accepted(table, v, order) if (margin[sign != 0] > 0).all() else None
        return found if complete_only or (found and found.kind == "complete") else _search(table, order)


def _blocks(rows: Rows) -> list[tuple[int, int]]:
    n = rows.shape[0]
    step = max(64, BLOCK // (1 + rows.size.numbers // n))
    return [(low, min(n, low + step)) for low in range(0, n, step)]


def _first_rows(margin: Array, sign: NDArray[np.int8], size: int) -> Order:
    """All rows of weight > 0, or the ``size`` / 4 rows of smallest margin in each class and evenly spaced ones."""
    counted = np.flatnonzero(sign)
    if len(counted) <= size:
        return counted
    classes = [np.flatnonzero(sign == s) for s in (-1, 1) if s in sign]
    nearest = [ids[np.argpartition(margin[ids], min(size // 4, len(ids) - 1))[: size // 4]] for ids in classes]
    return np.unique(np.concatenate((*nearest, counted[:: max(1, 2 * len(counted) // size)])))


def _accepted(table: Labelled, v: Array, order: Order) -> Separation | None:
    """The separation by v, if no row is on the wrong side and one is on its own side, beyond rounding."""
    bound, strict, rows = ROUNDING * len(v), 0, int(np.count_nonzero(table.sign))
    for _, share in table.shares(v):  # 0 for rows of weight 0
        strict += int((share[:, 0] > bound).sum()) if (share >= -bound).all() else -len(table.sign)
    if strict <= 0:
        return None
    sample = order[:: 1 + int(len(order) * len(v) / LP_NUMBERS)]
    A = table.part(sample)[:, :-1] * table.sign[sample, None]
    weight = np.abs(v[:-1, 0]) * (A.std(0) if table.free[-1, 0] else np.sqrt((A * A).mean(0)))
    columns = tuple(int(j) for j in np.argsort(-weight, kind="stable") if weight[j] > 1e-6 * weight.max())
    return Separation("complete" if strict == rows else "quasi", v / np.abs(v).max(), strict, rows, columns)


def _search(table: Labelled, order: Order) -> Separation | None:
    rng, q = np.random.default_rng(0), len(table.free)
    for _ in range(40 if find_spec("scipy") else 0):
        if q * (m := len(order)) > LP_NUMBERS or (m > q and m * q * q > LP_WORK):
            return None
        V = _face(table.part(order), table.free, rng)
        if not V.any():
            return None
        more = _unsettled(table, V, order)
        if not len(more):
            return _accepted(table, V[:, :1], order)
        order = np.union1d(order, more)
    return None


def _unsettled(table: Labelled, V: Array, order: Order) -> Order:
    """Rows outside the working set, at most as many, that v misclassifies or that need not lie on the plane."""
    bound, outside = ROUNDING * len(table.free), table.sign != 0
    outside[order] = False
    found, keys = [], []
    for block, share in table.shares(V):
        wrong, far = share[:, 0] < -bound, np.abs(share[:, 1])
        more = np.flatnonzero((wrong | ((share[:, 0] <= bound) & (far > 1e-9))) & outside[block])
        found.append(block.start + more)
        keys.append(np.where(wrong, share[:, 0], -far)[more])
    return np.concatenate(found)[np.argsort(np.concatenate(keys), kind="stable")[: len(order)]]


def _face(A: Array, free: Array, rng: np.random.Generator) -> Array:
    """Two directions (d + 1, 2) for the working rows A, or 0 if there is none or no exact one was found.

    The first is strictly right for as many rows as possible. On the other rows it is 0, like every v that misclassifies
    no row. The second is random among all directions that are 0 on those rows.
    """
    frame = _standard(A, bool(free[-1, 0]))
    u, strict = _widest(frame)
    random = free[:, 0] * _flat(rng.standard_normal(len(free)), frame.B[~strict], frame.noise)
    second = frame.raw(np.where(np.abs(random) < 1e-12, 0.0, random))
    for v in _candidates(A, frame, free[:, 0] * u, ~strict) if strict.any() else (0.0 * u,):
        margin, bound = A @ v, ROUNDING * len(v) * (np.abs(A) @ np.abs(v))
        if np.where(strict, margin > bound, np.abs(margin) <= bound).all():
            return np.column_stack((v / (np.abs(v).max() or 1.0), second))
    return np.zeros((len(free), 2))


def _standard(A: Array, shifted: bool) -> _Frame:
    shift = (A[:, :-1] * A[:, -1:]).mean(0) if shifted else np.zeros(A.shape[1] - 1)
    B, largest = A.copy(), np.abs(A).max(0)
    B[:, :-1] -= A[:, -1:] * shift
    constant = np.abs(B).max(0) <= ROUNDING * largest
    B[:, constant] = 0.0
    size = np.where(constant, largest + (largest == 0), np.abs(B).max(0))
    lengths = np.linalg.norm(B / size, axis=1, keepdims=True)
    lengths[lengths == 0] = 1.0
    along = np.linalg.norm(B / size / lengths, axis=0)
    size *= along + (along == 0)
    return _Frame(B / size / lengths, 1.0 / size, shift, ROUNDING * float(np.linalg.norm(A / size / lengths)))


def _row_space(B: Array, noise: float) -> tuple[Array, Array, Array]:
    """Thin singular value decomposition of B, with singular values above rounding only."""
    U, S, Vt = np.linalg.svd(B, full_matrices=False)
    return U[:, noise < S], S[noise < S], Vt[noise < S]


def _flat(u: Array, B: Array, noise: float) -> Array:
    """The projection of u onto the null space of B, to the last bits."""
    U, S, Vt = _row_space(B, noise)
    u = u * (len(S) < len(u))
    for _ in range(3):  # the last two remove rounding
        u = u - Vt.T @ ((U.T @ (B @ u)) / S)
    return u


def _widest(frame: _Frame) -> tuple[Array, NDArray[np.bool_]]:
    """A direction that is strictly right for as many rows as possible and wrong for none, and these rows.

    Maximise sum t_i, 0 <= t_i <= min(1, g_i . y), with g_i from an orthonormal basis. The dual has only one constraint
    for each column: maximise sum a_i with sum (a_i + b_i) g_i = 0, 0 <= a_i <= 1, b_i >= 0. Its multipliers are y.
    """
    with postponed_interrupt():
        from scipy.optimize import linprog

    U, S, Vt = _row_space(frame.B, frame.noise)
    (m, r), lengths = U.shape, np.linalg.norm(U, axis=1)
    if r in (0, m) or m * r * r > LP_WORK:  # linearly independent rows can have any margins
        return Vt.T @ ((U.T @ lengths) / S), np.full(m, r == m)
    G = np.where(lengths > 1e-12, U.T / (lengths + (lengths == 0)), 0.0)
    cost, box = np.repeat([-1.0, 0.0], m), np.column_stack((np.zeros(2 * m), np.repeat([1.0, np.inf], m)))
    found = linprog(cost, A_eq=np.hstack((G, G)), b_eq=np.zeros(r), bounds=box, method="highs-ds", options=TIGHT)
    y = -found.eqlin.marginals if found.status == 0 else np.zeros(r)
    return Vt.T @ (y / S), y @ G > 0.5


def _candidates(A: Array, frame: _Frame, u: Array, zero: NDArray[np.bool_]) -> Iterator[Array]:
    """Raw directions near u, to be exactly 0 on the rows ``zero``; the simplest first."""
    for least in (1e-9, 0.0):
        keep = np.abs(u) >= least * np.abs(u).max()
        v = frame.raw(keep * _flat(u * keep, frame.B[zero] * keep, frame.noise))
        if zero.any() and np.count_nonzero(v) <= 100:
            yield _anchored(A[zero], _rounded(v, frame.scale))
        yield _anchored(A[zero], v)


def _rounded(v: Array, scale: Array) -> Array:
    """Coefficients as simple fractions of the largest, each in decimal units of its column."""
    unit = 10.0 ** np.round(-np.log10(scale[:-1]))
    f = v[:-1] * unit / (np.abs(v[:-1] * unit).max(initial=0.0) or 1.0)
    return np.append([float(Fraction(float(x)).limit_denominator(10**5)) for x in f] / unit, v[-1])


def _anchored(A: Array, v: Array) -> Array:
    """Direction v with the intercept, if there is one, such that the shortest row of A is exactly on the plane."""
    if A[:, -1].any():
        row = A[np.argmin(np.abs(A[:, :-1]) @ np.abs(v[:-1]))]
        v = np.append(v[:-1], -(row[:-1] @ v[:-1]) * row[-1])
    return v
