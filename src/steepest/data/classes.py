"""Softmax: log loss of k >= 2 classes, and the rows of a table with their classes as something to descend on.

Row i has k linear predictors z_i and the class y_i, written as k numbers of which one is 1. All k of them meet in one
loss, so that second derivatives couple the classes: they are ((d + 1) k, (d + 1) k), coordinate j of class c at place
j k + c.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.types import Array
from ..objective.losses.softmax import Softmax, log_softmax
from .blockwise import scales
from .column_sums import column_sums
from .moments import dense_rows
from .rows import Given, Rows

__all__ = ["Classes"]

FEW, MANY = 300, 1000  # parameters up to which second derivatives are formed: always, and of a small table
WORK = 4e9  # flops for them that make a table small
BLOCK = 1 << 20  # numbers held at once


class Classes(Rows):
    """Rows whose targets y (n, k) are 1 at the row's class and 0 elsewhere. Passes over them are plain NumPy."""

    __slots__ = ()

    @property
    def compilable(self) -> bool:
        """Never: compiled passes look at each target by itself."""
        return False

    @property
    def worth_compiling(self) -> bool:
        """Never."""
        return False

    @property
    def parameters(self) -> int:
        """How many there are in all, (d + 1) k."""
        return int((self.shape[1] + 1) * self.y.shape[1])

    @property
    def bendable(self) -> bool:
        """Whether second derivatives are few enough to be formed."""
        m = self.parameters
        return m <= FEW or (m <= MANY and m * m * len(self.y) <= WORK)

    def along(self, factors: Array) -> Array:
        """Weighted mean over the rows of factor times column, (d + 1, k) for factors (n, k). Cost: one reading."""
        rows = self._replace(y=np.asfortranarray(factors), offset=None)
        g: Array = rows.value_and_gradient(Given(), np.zeros((self.shape[1] + 1, factors.shape[1])))[1]
        return g

    def bent(self, p: Array, v: Array) -> Array:
        """Second derivatives of the mean loss times v (d + 1, k), where the probabilities are p (n, k)."""
        z = self._replace(offset=None).predictor(v)
        self.read(self.shape[0])
        return self.along(p * (z - (p * z).sum(1, keepdims=True)))

    def diagonal(self, w: Array) -> Array:
        """Diagonal (d + 1, k) of the second derivatives of the mean loss at w. Cost: k + 1 readings of the rows."""
        self.read((1 + w.shape[1]) * self.shape[0])
        bend = Softmax().second_derivative(self.predictor(w), self.y)
        bend = bend if self.weight is None else bend * self.weight[:, None]
        first = np.zeros(self.shape[1]) if self.units.shift is None else self.units.shift
        squares = [np.append(column_sums(self, first, np.ascontiguousarray(b))[1], b.sum()) for b in bend.T]
        sums: Array = np.column_stack(squares) * scales(self)[:, None] ** 2 / self.total
        return sums

    def hessian(self, w: Array) -> Array:
        """Second derivatives of the mean loss at w (d + 1, k). Cost: one reading, n ((d + 1) k)^2 flops."""
        (n, d), k, m = self.shape, w.shape[1], self.parameters
        self.read(n)
        H, size = np.zeros((d + 1, k, d + 1, k)), max(64, BLOCK // m)
        for low in range(0, n, size):
            high = min(n, low + size)
            A, p = self._table(low, high), np.exp(log_softmax(self.predictor(w, low, high)))
            mass = self.masses(low, high)
            A, p = (A, p) if mass is None else (A * np.sqrt(mass)[:, None], p)
            both = (A[:, :, None] * p[:, None, :]).reshape(len(A), m)
            H -= (both.T @ both).reshape(H.shape)
            for c in range(k):
                H[:, c, :, c] += (A * p[:, c : c + 1]).T @ A
        return H.reshape(m, m) / self.total

    def _table(self, low: int, high: int) -> Array:
        """Rows low .. high - 1 with a column of ones, in the units of the descent."""
        A = np.ones((high - low, self.shape[1] + 1))
        A[:, :-1] = dense_rows(self.X, low, high)
        A[:, :-1] -= 0.0 if self.units.shift is None else self.units.shift
        return A * scales(self)

    def curvature(self, problem: Any, w: Array) -> Array:
        """Second derivatives of the objective at w, with some where all classes move alike and nothing is penalised.

        The gradient has no part there, so that a step that is solved for has none either.
        """
        d, k = self.shape[1], w.shape[1]
        H = self.hessian(w).reshape(d + 1, k, d + 1, k)
        strength, loose = problem.squares(d, self.units)[:, 0], ~problem.strength(d, self.units).any((0, 2))
        for j in range(d + 1):
            own = H[j, :, j, :]
            own += strength[j] * np.eye(k) if strength[j] > 0 else np.trace(own) / k**2 * loose[j]
        return H.reshape(self.parameters, -1)
