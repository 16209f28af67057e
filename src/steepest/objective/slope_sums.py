"""Sums of slopes: what a pass over the data leaves of the slopes of the rows, where none is kept."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from ..core.record_types import LossRecord
from ..core.types import Array
from .data import Data

__all__ = ["PassData", "SlopeSums"]


class SlopeSums(NamedTuple):
    """Weighted means over the rows of the slopes theta of one target, by sign."""

    up: Array  # (d + 1,), of theta [x, 1] where theta > 0, in the units of the data
    down: Array  # (d + 1,), the same where theta < 0
    strain: Array  # (2,), of theta^2 / second derivative, by the same signs
    square: float  # of theta^2
    far: float  # of offset^2
    sizes: Array  # (d + 1,), root mean squares of [x, 1]
    rounding: float  # bound of the rounding of a mean, relative to the mean of the sizes of its terms


class PassData(Data, Protocol):
    """A table that is read in passes, of which sums are left and no numbers by row."""

    def slope_sums(self, loss: LossRecord, w: Array) -> SlopeSums:
        """Means of the slopes at w (d + 1, 1). Cost: one pass, or none where second derivatives were asked for."""
