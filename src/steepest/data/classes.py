"""Rows with classes: the loss of a row couples its k linear predictors, so that second derivatives couple them too.

Row i has k linear predictors z_i and the class y_i in one-hot coding. The Hessian is ((d + 1) k, (d + 1) k), with
coordinate j of class c at place j k + c.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ..core.record_types import LossRecord
from ..core.types import Array
from ..objective.data import Supports
from ..objective.losses.softmax import softmax_slopes
from .class_pass import block_size, class_pass, class_sums, ones_and_columns, squares, summed
from .layout import leaf_of
from .rows import Rows
from .tree import Partial

__all__ = ["Classes"]

FEW, MANY = 300, 1000  # parameters up to which the Hessian is formed: always, and for a small table
WORK = 4e9  # flops for the Hessian of a small table


CLASSES = Supports(rows=True, joint=True)


class Classes(Rows):
    """Rows whose targets y (n, k) are one-hot classes. Passes over them are NumPy on blocks that fit into the cache."""

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

    def value(self, loss: LossRecord, w: Array) -> float:
        """Mean loss at w (d + 1, k). Cost: a pass without sums of the columns."""
        return class_pass(self, w, self._judge, gradient=False)[0]

    def value_and_gradient(self, loss: LossRecord, w: Array) -> tuple[float, Array]:
        """Mean loss and its gradient (d + 1, k) at w. Cost: one pass, about 4 n d k flops and n k exponentials."""
        return class_pass(self, w, self._judge)

    def slope_sums(self, w: Array, leaf: int) -> Array:
        """The sums whose means these are, not scaled: the losses, then their gradients by class, intercept last."""
        return class_sums(self, w, self._judge, leaf)

    def gradient(self, loss: LossRecord, w: Array) -> Array:
        """Gradient of the mean loss alone."""
        return self.value_and_gradient(loss, w)[1]

    def _judge(self, low: int, high: int, z: Array) -> float:
        """The sum of the losses of a block; z (k, rows) becomes the weighted slopes."""
        cost, weight = softmax_slopes(z, self.y.T[:, low:high]), self.weights(low, high)
        if weight is None:
            return float(np.add.reduce(cost))
        z *= weight
        return float(weight @ cost)

    def transpose_product(self, r: Array) -> Array:
        """Weighted mean of r_i (x_i, 1) over the rows, (d + 1, k), for r (n, k). Cost: one pass over the rows."""

        def judge(low: int, high: int, z: Array) -> float:
            z[:] = r[low:high].T
            if self.weight is not None:
                z *= self.weight[low:high]
            return 0.0

        return class_pass(self, None, judge)[1]

    def predictor(self, w: Array, low: int = 0, high: int | None = None) -> Array:
        """Linear predictors z (high - low, k) of rows low .. high - 1, with offsets. Cost: a pass over these rows."""
        if low or high not in (None, len(self.y)):
            return super().predictor(w, low, high)
        z = np.empty(self.y.shape[::-1])

        def judge(first: int, last: int, part: Array) -> float:
            z[:, first:last] = part
            return 0.0

        class_pass(self, w, judge, gradient=False)
        return z.T

    def curvature(self, loss: LossRecord, w: Array) -> ClassesCurvature:
        """Second derivatives of the mean loss at w (d + 1, k)."""
        return ClassesCurvature(self, w)


class ClassesCurvature:
    """Mean of (diag(p_i) - p_i p_i') (x) a_i a_i' over rows a_i = (x_i, 1), p_i the probabilities at w (d + 1, k)."""

    def __init__(self, rows: Classes, w: Array) -> None:
        self.rows, self.w = rows, w

    @cached_property
    def probabilities(self) -> Array:
        """Those of each class and row, (k, n). Cost: a pass."""
        p: Array = np.ascontiguousarray(self.rows.predictor(self.w).T)
        softmax_slopes(p, None)
        return p

    def matrix(self) -> Array:
        """The whole matrix, ((d + 1) k, (d + 1) k). Cost: two passes, n ((d + 1) k)^2 flops."""
        matrix: Array = self.sums(leaf_of(self.rows.X)) / self.rows.total
        return matrix

    def sums(self, leaf: int) -> Array:
        """The matrix of sums in place of means, with leaves of ``leaf`` rows."""
        rows, p = self.rows, self.probabilities
        (n, d), k = rows.shape, len(p)
        m = k * (d + 1)
        rows.read(n)

        def task(low: int, high: int) -> Partial:
            A = ones_and_columns(rows, low, high)
            if rows.weight is not None:
                A *= np.sqrt(rows.weight[low:high])
            both = (p[:, None, low:high] * A).reshape(m, -1)  # of each class, its probability times A
            H = (both @ both.T).reshape(k, d + 1, k, d + 1)
            np.negative(H, out=H)
            for c in range(k):  # p_c - p_c^2 is p_c times the others, so no digit is lost where p_c is near 1
                H[c, :, c] = 0.0
                H[c, :, c] = -H[c].sum(1)
            return (H,)

        H = summed(rows, block_size(rows, leaf, (d + 1) * (k + 1)), m * m, task)[0]
        return H.transpose(1, 0, 3, 2).reshape(m, m)

    def diagonal(self) -> Array:
        """Its diagonal (d + 1, k). Cost: two passes."""
        rows, all_rows = self.rows, self.probabilities

        def judge(low: int, high: int, z: Array) -> float:
            p = all_rows[:, low:high]
            np.multiply(p, 1.0 - p, out=z)
            if rows.weight is not None:
                z *= rows.weight[low:high]
            return 0.0

        means = class_pass(rows, None, judge, of=squares)[1]
        return means * rows.units.scales(rows.shape[1])[:, None] ** 2

    def product(self, v: Array) -> Array:
        """Its product with v (d + 1, k). Cost: one pass, and one for the first."""
        (d, k), scales = (self.rows.shape[1], self.rows.outputs), self.rows.units.scales(self.rows.shape[1])[:, None]
        sums = self.product_sums(v, leaf_of(self.rows.X))[1:]
        product: Array = sums.reshape(k, d + 1).T / self.rows.total * scales
        return product

    def product_sums(self, v: Array, leaf: int) -> Array:
        """0, then the sums whose means are the product with v, by class and not scaled, with leaves of so many rows."""
        rows, all_rows = self.rows, self.probabilities

        def judge(low: int, high: int, z: Array) -> float:
            p = all_rows[:, low:high]
            z -= np.einsum("ci,ci->i", p, z)
            z *= p
            if rows.weight is not None:
                z *= rows.weight[low:high]
            return 0.0

        return class_sums(rows._replace(offset=None), v, judge, leaf)
