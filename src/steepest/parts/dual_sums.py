"""The work of a pass that proves a duality gap: the slopes of the rows by sign, beside first and second derivatives."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.record_types import LossRecord
from ..core.types import Array
from ..core.units import RAW, Units
from ..data.tree import Partial, plus
from .part import Block
from .signed_pass import signed_leaves
from .works import curvature_leaves

__all__ = ["DualSums"]


class DualSums(NamedTuple):
    """The sums of `Curves`, or of `Slopes`, at w (d + 1, 1), then those of the slopes by sign, and four numbers."""

    loss: LossRecord
    w: Array
    units: Units = RAW
    curves: bool = True  # whether second derivatives are summed too

    def __call__(self, block: Block) -> list[Partial]:
        """The sums of each leaf: those of `Curves` or of `Slopes`, then the second and third of `signed_leaves`."""
        rows = block.rows.in_units(self.units)
        seconds = np.empty(rows.shape[0]) if self.curves else None
        slopes, up, four = signed_leaves(rows, self.loss, self.w, block.how, seconds)
        grams = [] if seconds is None else [curvature_leaves(block, seconds, self.units)]
        return list(zip(slopes, *grams, up, four, strict=True))

    def join(self, a: Partial, b: Partial) -> Partial:
        """The sums."""
        return plus(a, b)
