"""A table in parts as data with second derivatives: what a pass has given at a point is kept."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.record_types import LossRecord
from ...core.types import UNIT, Array
from ...core.units import RAW, Units
from ...data.curvature import MomentsCurvature
from ...objective.data import MATRIX_COLUMNS, Curvature, Supports
from ...objective.slope_sums import SlopeSums
from ...parts.dual_sums import DualSums
from ...parts.parts import Parts
from ...parts.survey import Survey
from ...parts.table import Table
from ...parts.works import Curves

__all__ = ["Curved", "Look"]

KEPT = 2  # points: the last one, and one that a line search left


class Look(NamedTuple):
    """What a pass gives at a point, in the units of the data."""

    cost: float
    g: Array  # (d + 1, 1)
    hessian: Array | None  # (d + 1, d + 1)
    slopes: SlopeSums | None


class Curved(Table):
    """The table: value, gradient and, if they are wanted at each point, second derivatives in one pass.

    Parameters
    ----------
    parts : Parts
    survey : Survey
    units : Units
    curves, proves : bool
        Whether each point is looked at with second derivatives, and with the sums for a proof.
    """

    def __init__(
        self, parts: Parts, survey: Survey, units: Units = RAW, curves: bool = False, proves: bool = False
    ) -> None:
        super().__init__(parts, survey.sample, survey.total, units)
        self.survey, self.curves, self.proves = survey, curves, proves
        self._looks: dict[bytes, Look] = {}

    @property
    def supports(self) -> Supports:
        """Any loss; no numbers by row."""
        return Supports(joint=self.some.supports.joint)

    def in_units(self, units: Units) -> Curved:
        """The same rows in other units."""
        return Curved(self.parts, self.survey, units, self.curves, self.proves)

    def value_and_gradient(self, loss: LossRecord, w: Array) -> tuple[float, Array]:
        """Mean loss and its gradient (d + 1, k) at w. Cost: one pass, if the point is not known."""
        found = self._looks.get(w.tobytes())
        if found is None and not self.curves:
            return super().value_and_gradient(loss, w)
        found = found or self._look(loss, w)
        return found.cost, found.g

    def curvature(self, loss: LossRecord, w: Array) -> Curvature:
        """The Hessian of the mean loss at w; of a wide table that of a sample. Cost: one pass, if it is not known."""
        if w.size > MATRIX_COLUMNS + 1 or (w.shape[1] > 1 and not self.supports.joint):
            return super().curvature(loss, w)
        found = self._looks.get(w.tobytes())
        if found is None or found.hessian is None:
            found = self._look(loss, w)
        assert found.hessian is not None
        return MomentsCurvature(found.hessian.copy())

    def slope_sums(self, loss: LossRecord, w: Array) -> SlopeSums:
        """Means of the slopes at w (d + 1, 1). Cost: one pass, if they are not known."""
        found = self._looks.get(w.tobytes())
        if found is None or found.slopes is None:
            self.proves = True
            found = self._look(loss, w)
        assert found.slopes is not None
        return found.slopes

    def _look(self, loss: LossRecord, w: Array) -> Look:
        curves = self.shape[1] <= MATRIX_COLUMNS
        if self.proves:
            found = self.parts.sums(DualSums(loss, w, self.units, curves))
        else:
            found = self.parts.sums(Curves(loss, w, self.units))
        cost, g = self._means(found[0])
        slopes = self._slopes(g, *found[-2:]) if self.proves else None
        return self._kept(w, Look(cost, g, self._hessian(found[1]) if curves else None, slopes))

    def _kept(self, w: Array, look: Look) -> Look:
        """What is known at w, which is kept."""
        self._looks = dict([*self._looks.items()][1 - KEPT :]) | {w.tobytes(): look}
        return look

    def _hessian(self, gram: Array) -> Array:
        """The Hessian from the sums of products of [x - shift, y, 1]."""
        d = self.shape[1]
        columns, scale = np.append(np.arange(d), d + 1), self.units.scales(d)
        return np.asarray(gram[np.ix_(columns, columns)] / self.total * scale[:, None] * scale)

    def _slopes(self, g: Array, up: Array, four: Array) -> SlopeSums:
        above = self._means(up)[1][:, 0]
        strain, others = four[:2] / self.total, four[2:] / self.total
        return SlopeSums(
            above, g[:, 0] - above, strain, float(others[0]), float(others[1]), self._sizes, self._rounding
        )

    @property
    def _sizes(self) -> Array:
        """Root mean squares of the columns and of the intercept's 1, (d + 1,)."""
        away = self.survey.mean if self.units.shift is None else self.survey.mean - self.units.shift
        return np.append(np.sqrt(self.survey.variance + away * away), 1.0) * self.units.scales(self.shape[1])

    @property
    def _rounding(self) -> float:
        """Bound of the rounding of a sum over the rows: in a leaf one by one, then in pairs."""
        n, leaf = self.shape[0], self.parts.summation.leaf
        return (min(n, leaf) + (-(-n // leaf)).bit_length() + 8) * UNIT
