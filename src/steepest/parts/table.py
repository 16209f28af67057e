"""A table in parts as data of an objective: each value and gradient is a pass, and is stored by its point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..core.record_types import LossRecord
from ..core.types import Array
from ..core.units import RAW, Units
from ..data.rows import Rows
from ..objective.data import Curvature, Size, Supports
from .works import Costs, LongestRow

if TYPE_CHECKING:
    from .parts import Parts

__all__ = ["Table"]

STORED = 1 << 22  # numbers of the stored gradients


class Table:
    """The rows of a table in parts, in some units.

    Parameters
    ----------
    parts : Parts
    some : Rows
        Some of its rows, coded: they show its layout.
    total : float
        Sum of the weights.
    units : Units
    """

    def __init__(self, parts: Parts, some: Rows, total: float, units: Units = RAW) -> None:
        self.parts, self.some, self.total, self.units = parts, some, total, units
        self._known: dict[tuple[LossRecord, bytes], tuple[float, Array]] = {}

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, (n, d)."""
        return self.parts.shape

    @property
    def outputs(self) -> int:
        """Targets, or classes, k."""
        return self.some.outputs

    @property
    def supports(self) -> Supports:
        """What its rows support."""
        return self.some.supports

    @property
    def sparse(self) -> bool:
        """Whether the table is sparse."""
        return self.some.sparse

    @property
    def size(self) -> Size:
        """Its size, from some of its rows."""
        n, few = self.shape[0], self.some.size
        return few._replace(n=n, numbers=int(few.numbers / few.n * n))

    def in_units(self, units: Units) -> Table:
        """The same rows in other units."""
        return Table(self.parts, self.some, self.total, units)

    def read(self, count: int) -> None:
        """Rows that steps take are counted as epochs, not as passes."""

    def value_and_gradient(self, loss: LossRecord, w: Array) -> tuple[float, Array]:
        """Mean loss and its gradient (d + 1, k) at w. Cost: one pass, if the point is not known."""
        return self.at_once(loss, [w])[0]

    def at_once(self, loss: LossRecord, points: Sequence[Array]) -> list[tuple[float, Array]]:
        """The same at several points. Cost: one pass for all that are not known."""
        unknown = {w.tobytes(): w for w in points if (loss, w.tobytes()) not in self._known}
        if unknown:
            sums = self.parts.sums(Costs(loss, tuple(unknown.values()), self.units))
            if len(self._known) * unknown[next(iter(unknown))].size > STORED:
                self._known.clear()
            self._known |= {(loss, key): self._means(found) for key, found in zip(unknown, sums, strict=True)}
        return [self._known[loss, w.tobytes()] for w in points]

    def _means(self, sums: Array) -> tuple[float, Array]:
        g: Array = sums[1:].reshape(self.outputs, -1).T / self.total
        if self.units.scale is not None:
            g[:-1] *= self.units.scale[:, None]
        return float(sums[0] / self.total), g

    def longest_row(self) -> float:
        """Largest weighted squared length of a row with its intercept's 1, in these units. Cost: one pass."""
        return float(self.parts.sums(LongestRow(self.units))[0][0])

    def curvature(self, loss: LossRecord, w: Array) -> Curvature:
        """The Hessian of the mean loss over some of the rows."""
        return self.some.in_units(self.units).curvature(loss, w)
