"""The Hessian of the mean loss over a table: the matrix, its diagonal, or its product with a vector."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..core.types import Array
from ..objective.losses import SquaredError
from .column_sums import column_sums
from .gram import gram_matrix

if TYPE_CHECKING:
    from .rows import Rows

__all__ = ["MomentsCurvature", "RowsCurvature"]


class RowsCurvature(NamedTuple):
    """Mean of s_i a_i a_i' over rows a_i = (x_i, 1) in the rows' units, s_i the second derivative by the predictor."""

    rows: Rows
    weight: Array  # (n,): s_i times the weight of the row

    def matrix(self) -> Array:
        """The whole matrix, (d + 1, d + 1). Cost: one pass, about n (d + 1)^2 flops."""
        rows, (d, k) = self.rows, (self.rows.shape[1], self.rows.outputs)
        first, scale = np.zeros(d + k), np.ones(d + 1)
        first[:d] = 0.0 if rows.shift is None else rows.shift
        scale[:d] = 1.0 if rows.units.scale is None else rows.units.scale
        own = np.append(np.arange(d), d + k)  # without the targets
        gram = gram_matrix(rows, first, self.weight)[np.ix_(own, own)]
        matrix: Array = gram * scale[:, None] * scale / rows.total
        return matrix

    def diagonal(self) -> Array:
        """Its diagonal (d + 1, 1). Cost: one pass."""
        rows, d = self.rows, self.rows.shape[1]
        squares = column_sums(rows, np.zeros(d) if rows.shift is None else rows.shift, self.weight)[1]
        scaled = squares if rows.units.scale is None else squares * rows.units.scale**2
        return np.append(scaled, self.weight.sum())[:, None] / rows.total

    def product(self, v: Array) -> Array:
        """Its product with v (d + 1, 1): the gradient of weighted squares with targets of 0. Cost: one pass."""
        zeros = np.zeros((self.rows.shape[0], 1))
        weighted = self.rows.with_rows(targets=zeros, weight=self.weight, offset=None, total=self.rows.total)
        return weighted.value_and_gradient(SquaredError(), v)[1]


class MomentsCurvature(NamedTuple):
    """The Hessian of moments, which is known."""

    hessian: Array  # (d + 1, d + 1)

    def matrix(self) -> Array:
        """A copy of the Hessian."""
        return self.hessian.copy()

    def diagonal(self) -> Array:
        """Its diagonal (d + 1, 1)."""
        return np.diag(self.hessian)[:, None]

    def product(self, v: Array) -> Array:
        """Its product with v (d + 1, k)."""
        return self.hessian @ v
