"""A direction of recession by linear programmes over a working set of conditions, proven on all rows."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from .recession_cone import PINNED, ROUNDING, Cone, Order

__all__ = ["Face", "by_programmes", "face_of", "first_conditions"]

FIRST_ROWS = 1000  # conditions of the first working set, or 3 for each unknown
LP_NUMBERS, LP_WORK = 4e6, 1.2e8  # conditions x unknowns, and x unknowns^2: about 3 s of HiGHS
ROUNDS = 40  # most linear programmes
TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}  # the tightest of HiGHS


class Face(NamedTuple):
    """What linear programmes say of all directions of a cone: see `face_of`."""

    first: Array | None  # (d + 1, k) strict for as many conditions as possible, 0 if for none; None if not known
    second: Array  # (d + 1, k) random among the directions that are 0 where the first is
    order: Order  # conditions of the working set
    unknown: str | None = None  # why it is not known


class _Frame(NamedTuple):
    """Conditions of length about 1, in columns of length 1; unknowns u are v = scale u in raw columns."""

    B: Array  # (m, unknowns)
    scale: Array  # (unknowns,)
    shift: Array  # (columns,), 0 if the intercept is fixed
    noise: float  # bound of the rounding in B
    outputs: int

    def raw(self, u: Array) -> Array:
        v = (u * self.scale).reshape(-1, self.outputs)
        v[-1] -= self.shift @ v[:-1]
        return v.ravel()


class _Working(NamedTuple):
    """A working set: conditions A v >= 0, of which some count, some are equations and some are sign constraints."""

    A: Array  # (m, unknowns)
    counted: NDArray[np.bool_]
    pinned: NDArray[np.bool_]
    frame: _Frame


def first_conditions(cone: Cone, margin: Array) -> Order:
    """All conditions, or from each kind the nearest to 0 by the margins (n, k), and evenly spaced ones."""
    kind, k = cone.kind, cone.outputs
    size = -(-max(FIRST_ROWS, 3 * cone.unknowns) // max(1, k - 1))
    counted = np.flatnonzero(kind.any(1))
    if len(counted) > size:
        group = cone.rows.y.argmax(1) if k > 1 else kind[:, 0]
        least = np.where(kind != 0, np.where(kind == PINNED, np.abs(margin), margin), np.inf).min(1)
        groups = [ids for g in np.unique(group[counted]) if len(ids := counted[group[counted] == g])]
        most = size // (2 * len(groups))
        nearest = [ids[np.argpartition(least[ids], min(most, len(ids) - 1))[:most]] for ids in groups]
        counted = np.unique(np.concatenate((*nearest, counted[:: max(1, 2 * len(counted) // size)])))
    numbers = (counted[:, None] * k + np.arange(k)).ravel()
    kept: Order = numbers[cone.kinds(numbers) != 0]
    return kept


def by_programmes(cone: Cone, order: Order) -> tuple[Array | None, str | None]:
    """A direction (d + 1, k) that decides as many rows as possible, None if there is none; or why that is unknown.

    A linear programme finds a v whose margins are positive for as many conditions of the working set as possible.
    Conditions that v violates, or that might not be 0 for every such v, are added. So the rows of the working set
    span those of the table before it is concluded that there is none.

    Cost: for each round two passes and a programme of some 2.5e-8 m q^2 seconds, for m conditions and q unknowns.
    """
    found = face_of(cone, order)
    return (found.first if found.first is not None and found.first.any() else None), found.unknown


def face_of(cone: Cone, order: Order) -> Face:
    """The face of a cone that holds all its directions, from a first working set of conditions."""
    rng, q, nothing = np.random.default_rng(0), cone.unknowns, np.zeros((len(cone.movable), cone.outputs))
    if find_spec("scipy") is None:
        return Face(None, nothing, order, "SciPy is not installed")
    for _ in range(ROUNDS):
        if q * (m := len(order)) > LP_NUMBERS or (m > q and m * q * q > LP_WORK):
            return Face(None, nothing, order, f"a linear programme of {m:,} rows and {q:,} unknowns is too large")
        found, second = _face(cone, order, rng)
        if found is None:
            return Face(None, nothing, order, "a linear programme has no solution that is exact")
        more = _unsettled(cone, found, second, order)
        if not len(more):
            return Face(found, second, order)
        order = np.union1d(order, more)
    return Face(None, nothing, order, f"{ROUNDS} linear programmes did not settle it")


def _unsettled(cone: Cone, first: Array, second: Array, order: Order) -> Order:
    """Conditions outside the working set, at most as many, that ``first`` violates or that need not be 0."""
    bound, outside = ROUNDING * len(first), cone.kind.ravel() != 0
    outside[order] = False
    found, keys = [], []
    for block, share in cone.shares(first, second):
        kind, margin, far = cone.kind.ravel()[block], share[:, 0], np.abs(share[:, 1])
        wrong = np.where(kind == PINNED, np.abs(margin) > bound, margin < -bound)
        more = np.flatnonzero((wrong | ((margin <= bound) & (far > 1e-9))) & outside[block])
        found.append(block.start + more)
        keys.append(np.where(wrong, -1.0 - np.abs(margin), -far)[more])
    return np.concatenate(found)[np.argsort(np.concatenate(keys), kind="stable")[: len(order)]]


def _face(cone: Cone, order: Order, rng: np.random.Generator) -> tuple[Array | None, Array]:
    """Two directions (d + 1, k) for the working set; the first is None if none that is exact was found.

    The first is strict for as many conditions as possible, 0 if for none. On the others it is 0, like every direction
    that violates no condition. The second is random among all directions that are 0 on those.
    """
    working = _working(cone, order)
    frame, free = working.frame, _unknown(cone)
    u, strict = _widest(working)
    if u is None:
        return None, cone.direction(0.0 * free)
    zero = working.pinned | (working.counted & ~strict)
    random = free * _flat(rng.standard_normal(len(free)), frame.B[zero], frame.noise)
    second = cone.direction(frame.raw(np.where(np.abs(random) < 1e-12, 0.0, random)))
    if not strict.any():
        return 0.0 * second, second
    for v in _candidates(working, free * u, zero, cone):
        margin, bound = working.A @ v, ROUNDING * len(v) * (np.abs(working.A) @ np.abs(v))
        if np.where(strict, margin > bound, (np.abs(margin) <= bound) | ~zero).all():
            return cone.direction(v / (np.abs(v).max() or 1.0)), second
    return None, second


def _unknown(cone: Cone) -> Array:
    """1 for each unknown, 0 for a fixed intercept."""
    return np.append(np.ones(cone.unknowns - cone.outputs), np.full(cone.outputs, float(cone.movable[-1])))


def _working(cone: Cone, order: Order) -> _Working:
    A, mean = cone.part(order)
    kind, walls = cone.kinds(order), cone.walls
    none = np.zeros(len(walls), bool)
    frame = _standard(np.vstack((A, walls)), mean * cone.movable[-1], cone.outputs)
    counted, pinned = np.append(np.abs(kind) == 1, none), np.append(kind == PINNED, none)
    return _Working(np.vstack((A, walls)), counted, pinned, frame)


def _standard(A: Array, shift: Array, k: int) -> _Frame:
    B, largest = A.copy(), np.abs(A).max(0)
    B[:, :-k] -= (shift[:, None] * A[:, None, -k:]).reshape(len(A), -1)
    constant = np.abs(B).max(0) <= ROUNDING * largest
    B[:, constant] = 0.0
    size = np.where(constant, largest + (largest == 0), np.abs(B).max(0))
    lengths = np.linalg.norm(B / size, axis=1, keepdims=True)
    lengths[lengths == 0] = 1.0
    along = np.linalg.norm(B / size / lengths, axis=0)
    size *= along + (along == 0)
    return _Frame(B / size / lengths, 1.0 / size, shift, ROUNDING * float(np.linalg.norm(A / size / lengths)), k)


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


def _widest(working: _Working) -> tuple[Array | None, NDArray[np.bool_]]:
    """A direction that is strict for as many conditions as possible and violates none, and these conditions.

    Maximise sum t_i, 0 <= t_i <= min(1, g_i . y) over the conditions that count, with g_i from an orthonormal basis.
    The dual has only one constraint for each column: maximise sum a_i with sum (a_i + b_i) g_i = 0, 0 <= a_i <= 1,
    b_i >= 0, or b_i free for an equation. Its multipliers are y. The direction is None if HiGHS does not solve it.
    """
    from scipy.optimize import linprog

    U, S, Vt = _row_space(working.frame.B, working.frame.noise)
    (m, r), lengths, counted = U.shape, np.linalg.norm(U, axis=1), working.counted
    if r in (0, m):  # linearly independent rows can have any margins
        return Vt.T @ ((U.T @ (lengths * counted)) / S), counted & (r == m)
    if m * r * r > LP_WORK:
        return None, counted
    G = np.where(lengths > 1e-12, U.T / (lengths + (lengths == 0)), 0.0)
    q = int(counted.sum())
    least = np.concatenate((np.zeros(q), np.where(working.pinned, -np.inf, 0.0)))
    box = np.column_stack((least, np.repeat([1.0, np.inf], [q, m])))
    equations = np.hstack((G[:, counted], G))
    cost = np.repeat([-1.0, 0.0], [q, m])
    found = linprog(cost, A_eq=equations, b_eq=np.zeros(r), bounds=box, method="highs-ds", options=TIGHT)
    if found.status != 0:
        return None, counted
    y = -found.eqlin.marginals
    return Vt.T @ (y / S), (y @ G > 0.5) & counted


def _candidates(working: _Working, u: Array, zero: NDArray[np.bool_], cone: Cone) -> Iterator[Array]:
    """Raw directions near u, to be exactly 0 on the conditions ``zero``; the simplest first."""
    frame, A = working.frame, working.A
    for least in (1e-9, 0.0):
        keep = np.abs(u) >= least * np.abs(u).max()
        v = _signed(cone, frame.raw(keep * _flat(u * keep, frame.B[zero] * keep, frame.noise)))
        if zero.any() and np.count_nonzero(v) <= 100:
            yield _anchored(A[zero], _rounded(v, frame), frame.outputs)
        yield _anchored(A[zero], v, frame.outputs)


def _signed(cone: Cone, v: Array) -> Array:
    """The direction without what violates a sign constraint by rounding."""
    signs = np.repeat(np.append(cone.signs[cone.columns], 0), cone.outputs)
    return np.where(signs * v < 0, 0.0, v)


def _rounded(v: Array, frame: _Frame) -> Array:
    """Coefficients as simple fractions of the largest, each in decimal units of its column."""
    k = frame.outputs
    unit = 10.0 ** np.round(-np.log10(frame.scale[:-k]))
    f = v[:-k] * unit / (np.abs(v[:-k] * unit).max(initial=0.0) or 1.0)
    f = np.array([float(Fraction(float(x)).limit_denominator(10**5)) for x in f]) / unit
    if k == 1:
        return np.append(f, v[-1])
    rest = v[-k:] / (np.abs(v[:-k] * unit).max(initial=0.0) or 1.0)
    return np.append(f, [float(Fraction(float(x)).limit_denominator(10**5)) for x in rest])


def _anchored(A: Array, v: Array, k: int) -> Array:
    """Direction v with the intercept, if there is one, such that the shortest row of A is exactly on the plane."""
    if k == 1 and A[:, -1].any():
        row = A[np.argmin(np.abs(A[:, :-1]) @ np.abs(v[:-1]))]
        v = np.append(v[:-1], -(row[:-1] @ v[:-1]) * row[-1])
    return v
