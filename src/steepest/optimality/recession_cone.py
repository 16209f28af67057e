"""Cone of recession: what a direction must satisfy so that the objective never rises along it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..core.units import RAW
from ..data.rows import Rows
from ..objective.objective import coordinates_of
from ..objective.problem import Problem

__all__ = ["PINNED", "ROUNDING", "Cone", "Order", "cones", "every_cone", "movable_in"]

Order = NDArray[np.int64]

PINNED = np.int8(2)  # kind of a row whose loss rises on both sides
ROUNDING = 8 * float(np.finfo(float).eps)  # x (d + 1) x sum_j |x_ij v_j|: bound of the rounding of a margin
BLOCK = 1 << 18  # numbers of a block of the table
SAMPLE, EACH = 1000, 10  # rows of a working set: at least so many, and for each unknown


class Cone(NamedTuple):
    """Directions v along which no row's loss rises, from any point: linear conditions, one or k for each row.

    Row i with predictor u_i = x_i . v must have u_i >= 0 where its loss falls as the predictor rises (kind 1),
    u_i <= 0 where it falls as the predictor falls (kind -1), u_i = 0 where it rises on both sides (`PINNED`). Of k
    classes, row i has k - 1 conditions, u_i(own) >= u_i(c) for each other class c. Rows of weight 0 have none, kind 0.
    Coefficients that are penalised or fixed must be 0, and those under a sign constraint keep it. Offsets do not
    matter. The margin of a condition is the number that must be >= 0, or 0; a direction of recession has a margin > 0
    somewhere, and its loss falls there without end.
    """

    rows: Rows  # raw, without offsets
    kind: NDArray[np.int8]  # (n, k)
    movable: NDArray[np.bool_]  # (d + 1,)
    signs: NDArray[np.int8]  # (d + 1,) sign that a coordinate must have, or 0

    @property
    def outputs(self) -> int:
        """Outputs k that the conditions couple; 1 unless there are classes."""
        return int(self.kind.shape[1])

    @property
    def columns(self) -> NDArray[np.int64]:
        """Columns whose coefficients may move."""
        return np.flatnonzero(self.movable[:-1])

    @property
    def unknowns(self) -> int:
        """Unknowns of a linear programme."""
        return (len(self.columns) + 1) * self.outputs

    @property
    def free_unknowns(self) -> int:
        """Unknowns that may move."""
        return int(self.movable.sum()) * self.outputs

    @property
    def enough(self) -> int:
        """Rows that stand for all in a working set."""
        return max(SAMPLE, EACH * self.free_unknowns // max(1, self.outputs - 1))

    @property
    def search_size(self) -> float:
        """Rows of the working set x unknowns^2, to which the time of a search is proportional."""
        return min(len(self.kind), self.enough) * float(self.free_unknowns) ** 2

    @property
    def open(self) -> bool:
        """Whether some condition is an inequality and some coordinate may move; the intercept alone, only if it can."""
        up, down = bool((self.kind == 1).any()), bool((self.kind == -1).any())
        if self.outputs == 1 and not self.movable[:-1].any():
            return bool(self.movable[-1] and up != down and not (self.kind == PINNED).any())
        return bool(self.movable.any() and (up or down))

    def kinds(self, order: Order) -> NDArray[np.int8]:
        """Kinds of conditions by number; number i k + c is that of row i and class c."""
        return self.kind.ravel()[order]

    def part(self, order: Order) -> tuple[Array, Array]:
        """Conditions A (m, unknowns), A v >= 0 or = 0, and the means of the columns over their rows."""
        k, columns = self.outputs, self.columns
        rows = self.rows.take(order // k)
        X = np.asarray(rows.chosen(columns), np.float64)
        X = np.column_stack((X, np.full(len(order), float(self.movable[-1]))))
        return self._signed(X, rows.y, order), X[:, :-1].mean(0)

    def _signed(self, X: Array, y: Array, order: Order) -> Array:
        if self.outputs == 1:
            return X * np.where(self.kinds(order) < 0, -1.0, 1.0)[:, None]
        A, each = np.zeros((*X.shape, self.outputs)), np.arange(len(order))
        A[each, :, y.argmax(1)] += X
        A[each, :, order % self.outputs] -= X
        return A.reshape(len(order), -1)

    @property
    def walls(self) -> Array:
        """Sign constraints as further conditions, (m, unknowns)."""
        signs = np.repeat(np.append(self.signs[self.columns], 0), self.outputs)
        at = np.flatnonzero(signs)
        walls = np.zeros((len(at), len(signs)))
        walls[np.arange(len(at)), at] = signs[at]
        return walls

    def direction(self, u: Array) -> Array:
        """Parameters v (d + 1, k) from the unknowns of a programme."""
        v = np.zeros((len(self.movable), self.outputs))
        parts = u.reshape(-1, self.outputs)
        v[self.columns], v[-1] = parts[:-1], parts[-1] * self.movable[-1]
        return v

    def moved(self, w: Array) -> Array:
        """The part of w (d + 1, k) that may recede, of size 1; 0 where w is not finite."""
        v = np.where(self.movable[:, None], w, 0.0) if np.isfinite(w).all() else np.zeros_like(w)
        return v / (np.abs(v).max() or 1.0)

    def blocks(self) -> list[tuple[int, int]]:
        """First and last row of each block."""
        n = self.rows.shape[0]
        step = max(64, BLOCK // (1 + self.rows.size.numbers // n))
        return [(low, min(n, low + step)) for low in range(0, n, step)]

    def margins(self, v: Array, low: int, high: int) -> Array:
        """Margins (high - low, k) for v (d + 1, k), rows low .. high - 1. Cost: a pass over these rows."""
        return self._compared(self.rows.predictor(v, low, high), self.rows.y[low:high], self.kind[low:high], -1.0)

    def shares(self, *directions: Array) -> Iterator[tuple[slice, Array]]:
        """Block by block, margins for each direction divided by sum_j |x_ij v_j|. Cost: two passes for each."""
        k = self.outputs
        for low, high in self.blocks():
            part, kind = self.rows.take(np.arange(low, high)), self.kind[low:high]
            found = []
            for v in directions:
                margin = self._compared(part.predictor(v), part.y, kind, -1.0)
                size = self._compared(part.sizes().predictor(np.abs(v)), part.y, np.abs(kind), 1.0)
                found.append((margin / (size + (size == 0))).ravel())
            yield slice(low * k, high * k), np.column_stack(found)

    def _compared(self, z: Array, y: Array, kind: NDArray[np.int8], side: float) -> Array:
        """Margins from predictors: by the sign of the kind, or own class against each; 0 without a condition."""
        if self.outputs == 1:
            return z * np.sign(kind)
        own = np.take_along_axis(z, y.argmax(1)[:, None], 1)
        return np.where(kind != 0, own + side * z, 0.0)

    def holds(self, v: Array) -> tuple[int, int]:
        """Rows and conditions that are strict for v (d + 1, k), if it is a direction beyond rounding; or 0."""
        if (self.signs[:, None] * v < 0).any() or v[~self.movable].any():
            return 0, 0
        bound, strict, conditions = ROUNDING * len(v), 0, 0
        for block, share in self.shares(v):
            kind = self.kind.ravel()[block]
            if not np.where(kind == PINNED, np.abs(share[:, 0]) <= bound, share[:, 0] >= -bound).all():
                return 0, 0
            found = (share[:, 0] > bound) & (np.abs(kind) == 1)
            conditions += int(found.sum())
            strict += int(found.reshape(-1, self.outputs).any(1).sum())
        return strict, conditions


def cones(problem: Problem, rows: Rows) -> dict[int, Cone]:
    """The cone of recession of each target, or the one of all classes; without those that are known to be 0."""
    if not problem.may_recede:
        return {}
    movable = movable_in(problem, rows.shape[1])
    if not movable[:-1].any() and problem.loss.labels and rows.outputs == 1 and rows.weight is None and np.ptp(rows.y):
        return {}  # the intercept alone: where the loss of one class falls, that of the other rises
    return {c: cone for c, cone in enumerate(every_cone(problem, rows)) if cone.open}


def movable_in(problem: Problem, d: int) -> NDArray[np.bool_]:
    """Which of d + 1 parameters may recede: those that are free and not penalised."""
    coordinates = coordinates_of(problem, d)
    penalised = (coordinates.l2 > 0) | (coordinates.penalty_factors * problem.l1 * coordinates.factor > 0)
    found: NDArray[np.bool_] = coordinates.moves & ~penalised[:, 0]
    return found


def every_cone(problem: Problem, rows: Rows) -> list[Cone]:
    """The cone of each target, or the one of all classes, also those that are 0."""
    movable = movable_in(problem, rows.shape[1])
    signs = np.append(np.asarray(problem.signs or np.zeros(rows.shape[1]), np.int8), np.int8(0))
    bare = rows.with_rows(offset=None).in_units(RAW)
    if rows.supports.joint:
        return [Cone(bare, _of_classes(rows), movable, signs)]
    each = [bare.one_target(c) for c in range(rows.outputs)]
    return [Cone(one, _of_rows(problem, one), movable, signs) for one in each]


def _of_rows(problem: Problem, rows: Rows) -> NDArray[np.int8]:
    low, high = problem.loss.end_slopes(rows.y)
    rises, falls = np.asarray(high <= 0), np.asarray(low >= 0)
    kind = rises.astype(np.int8) - falls.astype(np.int8) + PINNED * (~(rises | falls)).astype(np.int8)
    return kind if rows.weight is None else kind * (rows.weight > 0)[:, None]


def _of_classes(rows: Rows) -> NDArray[np.int8]:
    kind = (rows.y < 0.5).astype(np.int8)
    return kind if rows.weight is None else kind * (rows.weight > 0)[:, None]
