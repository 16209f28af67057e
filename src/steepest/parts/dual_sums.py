"""The work of a pass that proves a duality gap: the slopes of the rows by sign, beside first and second derivatives."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.record_types import LossRecord
from ..core.types import Array
from ..core.units import RAW, Units
from ..data.full_pass import GivenSlopes, predictors, slope_leaves
from ..data.rows import Rows
from ..data.tree import Partial, plus
from .part import Block
from .works import Curves, Slopes, leaves_of

__all__ = ["DualSums"]


class DualSums(NamedTuple):
    """The sums of `Curves`, or of `Slopes`, at w (d + 1, 1), then those of the slopes by sign, and four numbers."""

    loss: LossRecord
    w: Array
    units: Units = RAW
    curves: bool = True  # whether second derivatives are summed too

    def __call__(self, block: Block) -> list[Partial]:
        """The sums of each leaf.

        Besides: of m theta [x, 1] where theta > 0 (1 + d + 1,), the first of which is 0; and of m theta^2 / l'' where
        theta > 0 and where theta < 0, of m theta^2 and of m offset^2, (4,).
        """
        work = Curves if self.curves else Slopes
        rows, how = block.rows.in_units(self.units), block.how
        theta, four = zip(*(self._of(leaf) for leaf in leaves_of(rows, how)), strict=True)
        above = np.maximum(np.concatenate(theta), 0.0)[:, None]
        up = slope_leaves(rows._replace(y=above), GivenSlopes(), self.w, how)
        found = work(self.loss, self.w, self.units)(block)
        return [(*a, b, c) for a, b, c in zip(found, up, four, strict=True)]

    def join(self, a: Partial, b: Partial) -> Partial:
        """The sums."""
        return plus(a, b)

    def _of(self, rows: Rows) -> tuple[Array, Array]:
        """Slopes of the rows of a leaf (m,), and the four sums."""
        y, weight = rows.y, 1.0 if rows.weight is None else rows.weight
        z = predictors(rows, self.w, 0, rows.shape[0])
        theta = self.loss.slope(z, y)[:, 0]
        square = theta * theta
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            second = self.loss.second_derivative(z, y)[:, 0]
            strain = np.where(square > 0, square / second, 0.0)
        up, down = (np.where(side, strain, 0.0) for side in (theta > 0, theta < 0))
        far = 0.0 * square if rows.offset is None else rows.offset**2
        four: Array = (np.stack((up, down, square, far)) * weight).sum(1)
        return theta, four
