"""Rows with classes: the loss of a row couples its k linear predictors, so that second derivatives couple them too.

Row i has k linear predictors z_i and the class y_i in one-hot coding. The Hessian is ((d + 1) k, (d + 1) k), with
coordinate j of class c at place j k + c.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.record_types import LossRecord
from ..core.types import Array
from ..objective.data import Supports, TableData
from ..objective.losses.softmax import Softmax, log_softmax
from .column_sums import column_sums
from .full_pass import predictors_of, shifted_rows
from .layout import Table, dense_rows
from .rows import Rows

__all__ = ["Classes", "hessian_product"]

FEW, MANY = 300, 1000  # parameters up to which the Hessian is formed: always, and for a small table
WORK = 4e9  # flops for the Hessian of a small table
BLOCK = 1 << 20  # numbers of a block


CLASSES = Supports(rows=True, joint=True)


class Classes(Rows):
    """Rows whose targets y (n, k) are one-hot classes. Passes over them are plain NumPy."""

    __slots__ = ()

    @property
    def supports(self) -> Supports:
        """Everything that rows support; the outputs of a row are coupled by the loss."""
        return CLASSES

    @property
    def worth_compiling(self) -> bool:
        """Never: compiled passes treat each target by itself."""
        return False

    @property
    def forms_curvature(self) -> bool:
        """Whether the Hessian is small enough to be formed."""
        m = (self.shape[1] + 1) * self.outputs
        return m <= FEW or (m <= MANY and m * m * len(self.y) <= WORK)

    def curvature(self, loss: LossRecord, w: Array) -> ClassesCurvature:
        """Second derivatives of the mean loss at w (d + 1, k)."""
        return ClassesCurvature(self, w)


class ClassesCurvature(NamedTuple):
    """Mean of (diag(p_i) - p_i p_i') (x) a_i a_i' over rows a_i = (x_i, 1), p_i the probabilities at w (d + 1, k)."""

    rows: Classes
    w: Array

    def matrix(self) -> Array:
        """The whole matrix, ((d + 1) k, (d + 1) k). Cost: one pass, n ((d + 1) k)^2 flops."""
        rows, w = self.rows, self.w
        (n, d), k, m = rows.shape, w.shape[1], w.size
        rows.read(n)
        H, size = np.zeros((d + 1, k, d + 1, k)), max(64, BLOCK // m)
        for low in range(0, n, size):
            high = min(n, low + size)
            part = shifted_rows(rows, low, high)
            A, p = _table(rows, part), np.exp(log_softmax(predictors_of(rows, part, w, low, high)))
            weight = rows.weights(low, high)
            A, p = (A, p) if weight is None else (A * np.sqrt(weight)[:, None], p)
            both = (A[:, :, None] * p[:, None, :]).reshape(len(A), m)
            H -= (both.T @ both).reshape(H.shape)
            for c in range(k):
                H[:, c, :, c] += (A * p[:, c : c + 1]).T @ A
        return H.reshape(m, m) / rows.total

    def diagonal(self) -> Array:
        """Its diagonal (d + 1, k). Cost: k + 1 passes over the rows."""
        rows = self.rows
        seconds = Softmax().second_derivative(rows.predictor(self.w), rows.y)
        seconds = seconds if rows.weight is None else seconds * rows.weight[:, None]
        first = np.zeros(rows.shape[1]) if rows.shift is None else rows.shift
        squares = [np.append(column_sums(rows, first, np.ascontiguousarray(s))[1], s.sum()) for s in seconds.T]
        sums: Array = np.column_stack(squares) * rows.units.scales(rows.shape[1])[:, None] ** 2 / rows.total
        return sums

    def product(self, v: Array) -> Array:
        """Its product with v (d + 1, k). Cost: three passes."""
        return hessian_product(self.rows, np.exp(log_softmax(self.rows.predictor(self.w))), v)


def hessian_product(rows: TableData, p: Array, v: Array) -> Array:
    """Product of the Hessian of the mean loss and v (d + 1, k), from the probabilities p (n, k). Cost: two passes."""
    z = rows.with_rows(offset=None).predictor(v)
    return rows.transpose_product(p * (z - (p * z).sum(1, keepdims=True)))


def _table(rows: Rows, part: Table) -> Array:
    """Shifted rows with a column of ones, in the units of the descent."""
    n, d = part.shape
    A = np.ones((n, d + 1))
    A[:, :-1] = dense_rows(part, 0, n)
    return A * rows.units.scales(d)
