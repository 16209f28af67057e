"""Multipliers: a proof that there is no direction of recession, by Newton's step from a point near the optimum.

Along a direction of recession v no condition has a negative margin a_i . v. If numbers lambda_i > 0 exist for which
sum lambda_i a_i = 0, all margins are therefore 0 (Stiemke's lemma), and v changes no loss. At a minimum the slopes of
the loss are such numbers. Near it, the step delta = H^-1 g corrects them to lambda_i = r_i - h_i x_i . delta, with
slopes r_i and second derivatives h_i, so that the sum is 0; it remains to see that no sign changes. Towards an optimum
at infinity Newton's step does not become small: it moves some predictor by about 1, for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.record_types import Loss
from ..core.types import Array
from ..core.units import Units, standard_units
from ..data.rows import Rows
from ..objective.losses.softmax import log_softmax
from .recession_cone import Cone, Order

__all__ = ["none_by_all_rows", "none_by_decrement", "none_by_multipliers"]

STEPS = 10  # most Newton steps on the working set
LONGEST = 3.0  # largest change of a predictor in such a step
SHRINKS = 0.7  # size of a step, relative to that of the last but one, above which the steps do not become smaller
LEFT = 0.5  # share of a multiplier that its correction must leave
WORK = 5e10  # rows x unknowns^2 of the largest table
KEPT = 2e7  # numbers of a table whose dense rows are kept
BLOCK = 1 << 18  # numbers of a block of a table that is not kept
FLAT, SMALL, SAME = 1e-10, 1e-4, 1e-7  # eigenvalues of H that may be 0, and that need a closer look; changes that are 0
SAFETY, LEAST = 4.0, 1e-11  # what a multiplier must exceed: times the decrement; its share of rounding
NOISE = 64.0 * float(np.finfo(float).eps)  # rounding of a gradient, relative to the root mean squares of its factors


class _Block(NamedTuple):
    """Rows of the columns that may move, scaled, with what the loss says of them at a point."""

    A: Array  # (m, q)
    weight: Array  # (m,) adds up to 1 over the table
    y: Array
    kind: NDArray[np.int8]
    offset: Array  # (m, k): predictors at the point where all that may move is 0


class _Sums(NamedTuple):
    g: Array  # (q k,)
    H: Array  # (q k, q k)
    slope: float  # mean square of the slopes
    size: Array  # (q k,): root mean squares of the columns


class _Step(NamedTuple):
    """Newton's step over a table, as a proof."""

    proven: bool
    delta: Array  # (q, k)
    longest: float  # largest change of a predictor
    constant: Array  # (f, q, k): directions that change no predictor of the table


class _Table:
    """The rows of a table in the coordinates that may move."""

    def __init__(self, cone: Cone, loss: Loss, rows: Rows, kind: NDArray[np.int8], w: Array, units: Units) -> None:
        self.cone, self.loss, self.rows, self.kind, self.units = cone, loss, rows, kind, units
        self.joint, self.k, self.d = rows.supports.joint, w.shape[1], rows.shape[1]
        self.fixed = np.where(cone.movable[:, None], 0.0, w)
        self.at = np.flatnonzero(cone.movable)
        self.kept = [self._block(0, len(rows.y))] if len(rows.y) * self.q <= KEPT else None

    @property
    def q(self) -> int:
        return len(self.at)

    def blocks(self) -> Iterator[_Block]:
        if self.kept is not None:
            yield from self.kept
            return
        n, step = len(self.rows.y), max(64, BLOCK // (self.d + 1))
        for low in range(0, n, step):
            yield self._block(low, min(n, low + step))

    def _block(self, low: int, high: int) -> _Block:
        whole = high - low == len(self.rows.y)
        rows = self.rows if whole else self.rows.take(np.arange(low, high))
        columns, intercept = self.cone.columns, self.cone.movable[-1:].astype(float)
        X = np.asarray(rows.with_rows(offset=None).chosen(columns), np.float64)
        if self.units.shift is not None:
            X = X - self.units.shift[columns]
        X = X * self.units.scales(self.d)[columns]
        A = np.column_stack((X, np.ones((len(X), 1)))[: 1 + int(intercept[0])])
        weight = np.full(len(X), 1.0) if rows.weight is None else rows.weight
        return _Block(A, weight / self.rows.total, rows.y, self.kind[low:high], rows.predictor(self.fixed))

    def sums(self, u: Array) -> _Sums:
        """Gradient and Hessian at u (q, k). Cost: one pass, n (q k)^2 flops."""
        q, k = self.q, self.k
        g, H, slopes, squares = np.zeros((q, k)), np.zeros((q, k, q, k)), 0.0, np.zeros(q)
        for block in self.blocks():
            z = block.A @ u + block.offset
            r = self.loss.slope(z, block.y) * block.weight[:, None]
            g += block.A.T @ r
            H += self._hessian(block, z)
            slopes += float((self.loss.slope(z, block.y) ** 2 * block.weight[:, None]).sum())
            squares += block.weight @ block.A**2
        return _Sums(g.ravel(), H.reshape(q * k, q * k), slopes, np.repeat(np.sqrt(squares), k))

    def _hessian(self, block: _Block, z: Array) -> Array:
        q, k = self.q, self.k
        if not self.joint:
            h = self.loss.second_derivative(z, block.y) * block.weight[:, None]
            return np.asarray((block.A.T @ (block.A * h)).reshape(q, 1, q, 1))
        A, p = block.A * np.sqrt(block.weight)[:, None], np.exp(log_softmax(z))
        both = (A[:, :, None] * p[:, None, :]).reshape(len(A), q * k)
        H: Array = -(both.T @ both).reshape(q, k, q, k)
        for c in range(k):
            H[:, c, :, c] += (A * p[:, c : c + 1]).T @ A
        return H

    def look(self, u: Array, directions: Array) -> tuple[float, Array]:
        """Least share of a multiplier that the first direction (q, k) leaves, and the largest changes by each."""
        least, largest = np.inf, np.zeros(len(directions))
        for block in self.blocks():
            changes = np.stack([block.A @ v for v in directions])  # (f, m, k)
            least = min(least, self._least(block, u, changes[0]))
            spread = np.ptp(changes, axis=2) if self.joint else np.abs(changes[:, :, 0])
            largest = np.maximum(largest, spread[:, block.weight > 0].max(1, initial=0.0))
        return least, largest

    def _least(self, block: _Block, u: Array, change: Array) -> float:
        z = block.A @ u + block.offset
        if self.joint:
            p = np.exp(log_softmax(z))
            left = np.where(p > 0.0, 1.0 - (change - (p * change).sum(1, keepdims=True)), 0.0)
        else:
            slope, h = self.loss.slope(z, block.y), self.loss.second_derivative(z, block.y)
            left = np.where(slope != 0.0, 1.0 - h * change / np.where(slope != 0.0, slope, 1.0), 0.0)
        return float(left[np.abs(block.kind) == 1].min(initial=np.inf))

    def step(self, u: Array) -> _Step:
        """Newton's step from u (q, k), and whether it proves that there is no direction of recession."""
        sums = self.sums(u)
        signs = np.repeat(self.cone.signs[self.at], self.k)
        moving = ~((signs * u.ravel() <= 0) & (signs * sums.g > 0))
        if not (np.isfinite(sums.H).all() and np.isfinite(sums.g).all()):
            return _Step(False, np.zeros_like(u), np.inf, np.zeros((0, *u.shape)))
        size = np.sqrt(np.maximum(np.diag(sums.H), 0.0))
        size[size == 0] = 1.0
        values, vectors = np.linalg.eigh(sums.H[np.ix_(moving, moving)] / size[moving, None] / size[moving])
        along, steep = vectors.T @ (sums.g[moving] / size[moving]), values > FLAT
        delta = np.zeros(u.size)
        delta[moving] = vectors[:, steep] @ (along[steep] / values[steep]) / size[moving]
        least, longest = self.look(u, delta.reshape(1, *u.shape))
        rest = signs * (sums.g - sums.H @ delta)
        step = _Step(False, delta.reshape(u.shape), float(longest[0]), np.zeros((0, *u.shape)))
        if least < LEFT or (rest[~moving] < 0).any():
            return step
        noise = NOISE * np.sqrt(sums.slope) * (np.abs(vectors).T @ (sums.size / size)[moving])
        closer = np.zeros((int((values <= SMALL).sum()), u.size))
        closer[:, moving] = (vectors[:, values <= SMALL] / size[moving, None]).T
        return self._checked(step, closer, values[values <= SMALL], noise[values <= SMALL])

    def _checked(self, step: _Step, directions: Array, values: Array, noise: Array) -> _Step:
        """The step as a proof, unless rounding may have hidden a direction where H is almost flat."""
        if not len(directions):
            return step._replace(proven=True)
        along = directions.reshape(-1, *step.delta.shape)
        largest = self.look(np.zeros_like(step.delta), along)[1]
        same = largest <= SAME
        known = same | ((values > FLAT) & (noise * largest <= 0.1 * np.maximum(values, FLAT)))
        return step._replace(proven=bool(known.all()), constant=along[same])


def none_by_decrement(loss: Loss, rows: Rows, w: Array, decrement: float) -> bool:
    """Whether the Newton decrement at w (d + 1, k), raw, proves that there is no direction of recession.

    Along such a direction v, with margins a_i >= 0 of which the largest is 1, the decrement g' H^-1 g is at least
    (g . v)^2 / v' H v >= (sum m_i r_i a_i)^2 / (c sum m_i r_i a_i^2) >= m_i r_i / c for the row of margin 1, with the
    sizes r_i of the slopes, weights m_i and c = max h_i / r_i. So a decrement below each m_i r_i / c excludes it.

    Cost: one pass.
    """
    z, y = rows.predictor(w), rows.y
    slope, steepness = np.abs(loss.slope(z, y)), 1.0
    if rows.supports.joint:
        recedes = y < 0.5
    else:
        low, high = loss.end_slopes(y)
        recedes = np.broadcast_to((low >= 0) | (high <= 0), y.shape)
        steep = loss.second_derivative(z, y) / np.where(slope > 0, slope, 1.0)
        steepness = max(1.0, float(steep.max(initial=1.0, where=recedes)))
    if rows.weight is not None:
        recedes, slope = recedes & (rows.weight > 0)[:, None], slope * rows.weight[:, None]
    least = float(slope.min(initial=np.inf, where=recedes))
    return least > rows.total * max(SAFETY * steepness * decrement, LEAST)


def none_by_multipliers(cone: Cone, loss: Loss, rows: Rows, w: Array, settled: bool) -> tuple[bool, Array]:
    """Whether positive multipliers prove that the cone holds no direction of recession; and Newton's last step, raw.

    The proof is sought on a working set of rows, whose cone is larger, from the answer w (d + 1, k) in raw units; from
    0 too, unless w is near an optimum (``settled``). It holds for the table if the directions that change no predictor
    of the working set change none of the table.

    Cost: some Newton steps over the working set, m q^2 flops each for q unknowns.
    """
    n, m = len(rows.y), cone.enough
    order = np.arange(n) if n <= 2 * m else _sample(cone, m)
    if not _affordable(cone, len(order)):
        return False, np.zeros_like(w)
    whole = len(order) == n
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        rows.read(0 if whole else len(order))  # what is done to the copy counts as no pass
        some = rows if whole else rows.take(order)._replace(tally=([0], len(order)))
        part = _table(cone, loss, some, cone.kind[order], w)
        step = _descend(part, _start(part, w), settled)
        return step.proven and (whole or _constant(cone, part, step.constant)), _raw(part, step.delta)


def none_by_all_rows(cone: Cone, loss: Loss, rows: Rows, w: Array) -> bool:
    """Whether Newton's step from w (d + 1, k) over the whole table proves it. Cost: that of the Hessian."""
    if not _affordable(cone, len(rows.y)):
        return False
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        table = _table(cone, loss, rows, cone.kind, w)
        return table.step(_start(table, w)).proven


def _affordable(cone: Cone, m: int) -> bool:
    q = float(cone.free_unknowns)
    return m * q * q <= WORK


def _table(cone: Cone, loss: Loss, rows: Rows, kind: NDArray[np.int8], w: Array) -> _Table:
    usable, columns = w if np.isfinite(w).all() else np.zeros_like(w), rows.columns()
    return _Table(cone, loss, rows, kind, usable, standard_units(*columns, columns.mean if cone.movable[-1] else None))


def _sample(cone: Cone, m: int) -> Order:
    """About m rows, from each kind of row evenly spaced ones."""
    group = cone.rows.y.argmax(1) if cone.outputs > 1 else cone.kind[:, 0]
    counted = cone.kind.any(1)
    groups = [np.flatnonzero(counted & (group == g)) for g in np.unique(group[counted])]
    most = max(1, m // len(groups))
    spaced = [ids[np.linspace(0, len(ids) - 1, min(most, len(ids))).astype(int)] for ids in groups]
    return np.sort(np.concatenate(spaced))


def _start(table: _Table, w: Array) -> Array:
    start = table.units.scaled(np.where(table.cone.movable[:, None], w, 0.0))[table.at]
    return np.asarray(start if np.isfinite(start).all() else np.zeros_like(start))


def _raw(table: _Table, delta: Array) -> Array:
    v = np.zeros((table.d + 1, table.k))
    v[table.at] = delta
    raw: Array = table.units.raw(v)
    return raw


def _descend(table: _Table, w: Array, settled: bool) -> _Step:
    """Newton steps over the working set until one is a proof, or they do not become smaller."""
    for u in (w,) if settled else (w, np.zeros_like(w)):
        sizes: list[float] = []
        while len(sizes) < STEPS:
            step = table.step(u)
            sizes.append(step.longest)
            if step.proven or not np.isfinite(step.longest) or _idle(sizes):
                break
            u = u - step.delta * min(1.0, LONGEST / max(step.longest, 1e-300))
        if step.proven:
            break
    return step


def _idle(sizes: list[float]) -> bool:
    """Whether undamped steps do not become smaller."""
    return len(sizes) > 2 and sizes[-3] <= LONGEST and sizes[-1] > SHRINKS * sizes[-3]


def _constant(cone: Cone, table: _Table, directions: Array) -> bool:
    """Whether directions that change no predictor of the working set change none of the table."""
    if table.joint:
        directions = directions - directions.mean(2, keepdims=True)  # the same for all classes changes no probability
    for v in (_raw(table, u) for u in directions if np.abs(u).max() > SAME):
        for low, high in cone.blocks():
            change = cone.rows.predictor(v, low, high)
            if (np.ptp(change, axis=1) if table.joint else np.abs(change[:, 0])).max() > SAME:
                return False
    return True
