"""Objective: a problem on its data, with values, gradients and penalty weights in the units of the data."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ..core.errors import UsageError
from ..core.types import Array
from ..core.units import RAW, Units
from .data import BoundedData, Data, MomentsData, TableData
from .penalties import NoPenalty
from .problem import Problem
from .prox import FORBIDDEN, penalty_value, smallest_subgradient
from .slope_sums import PassData

__all__ = ["Coordinates", "Objective", "coordinates_of"]


class Coordinates:
    """The d + 1 coordinates of a problem, intercept last: which are free, and their penalty weights.

    Parameters
    ----------
    problem : Problem
    d : int
        Columns.
    units : Units
        Units of the parameters; penalties are always on raw coefficients.

    Raises
    ------
    UsageError
        If the problem names columns that do not exist.

    Examples
    --------
    >>> Coordinates(Problem("mse", fixed=("intercept",)), 2).free.ravel()
    array([1., 1., 0.])
    """

    def __init__(self, problem: Problem, d: int, units: Units = RAW) -> None:
        self.problem, self.d, self.units = problem, d, units

    @cached_property
    def raw(self) -> Coordinates:
        """The same coordinates in raw units."""
        return coordinates_of(self.problem, self.d)

    @cached_property
    def free(self) -> Array:
        """1 for each free coordinate, 0 for each fixed one, (d + 1, 1)."""
        d, problem = self.d, self.problem
        if self is not self.raw:
            return self.raw.free
        free = np.ones((d + 1, 1))
        fixed = [d if c == "intercept" else c for c in problem.fixed] + ([] if problem.intercept else [d])
        if any(not isinstance(c, (int, np.integer)) or not 0 <= c <= d for c in fixed):
            raise UsageError(f"fixed must hold column numbers 0 .. {d - 1} or 'intercept', not {problem.fixed!r}")
        free[np.array(fixed, int)] = 0.0
        return free

    @cached_property
    def moves(self) -> NDArray[np.bool_]:
        """Which coordinates are free, (d + 1,)."""
        return np.asarray(self.free[:, 0] > 0) if self is self.raw else self.raw.moves

    @cached_property
    def free_intercept(self) -> bool:
        """Whether the intercept is free, so that columns may be shifted."""
        return bool(self.moves[-1])

    @cached_property
    def factor(self) -> Array:
        """Raw coefficient per coefficient in these units, (d + 1, 1); 0 for the intercept, which is never penalised."""
        return self.units.factor(self.d)

    @cached_property
    def penalty_factors(self) -> Array:
        """Factors of each coordinate's penalty, (d + 1, 1)."""
        return self._by_column(self.problem.factors, 1.0)

    @cached_property
    def l2(self) -> Array:
        """Weights of the L2 penalty, (d + 1, 1): its second derivatives."""
        weights: Array = self.problem.l2 * self.factor**2
        return weights * self.penalty_factors if self.problem.factors else weights

    @cached_property
    def l1(self) -> Array:
        """Weights of the L1 penalty, (2, d + 1, 1), for negative and positive values; 0 for fixed coordinates."""
        problem = self.problem
        if not problem.proximal:
            return np.zeros((2, self.d + 1, 1))
        size = problem.l1 * self.penalty_factors * self.free * np.abs(self.factor)
        if not problem.signs:
            return np.stack((size, size))
        sign = self._by_column(problem.signs, 0.0) * self.free
        return np.stack([np.where(side * sign < 0, FORBIDDEN, size) for side in (-1, 1)])

    def _by_column(self, numbers: tuple[float, ...], usual: float) -> Array:
        """The numbers of the d columns, and ``usual`` for the intercept, (d + 1, 1)."""
        if len(numbers) not in (0, self.d):
            raise UsageError(f"there are {self.d} columns, but {len(numbers)} factors of the penalty or signs")
        return np.append(numbers, usual)[:, None] if numbers else np.full((self.d + 1, 1), usual)

    def subgradient(self, w: Array, g: Array) -> Array:
        """Subgradient of F of least norm at w, from the gradient g of its smooth part; 0 at an optimum."""
        return smallest_subgradient(w, g, self.l1) if self.problem.proximal else g

    def raw_gradient(self, g: Array) -> Array:
        """Gradient by the raw parameters, from (..., d + 1, k) in these units; 0 where fixed."""
        raw: Array = self.units.raw_gradient(g)
        return raw if raw is g or self.moves.all() else self.free * raw

    def nonsmooth_value(self, w: Array) -> float:
        """Value of the non-smooth part of the penalty."""
        return float(penalty_value(w, self.l1).sum()) if self.problem.proximal else 0.0

    @cached_property
    def _plain(self) -> bool:
        return bool(self.free.all()) and isinstance(self.problem.penalty, NoPenalty)

    def complete(self, w: Array, cost: float, g: Array) -> tuple[float, Array]:
        """F and the gradient of its smooth part at w (d + 1, k), from those of the mean loss; 0 where fixed."""
        if self._plain:
            return cost, g
        raw, penalty = self.factor * w, self.problem.penalty
        factors = self.penalty_factors if self.problem.factors else 1.0
        cost += float((factors * penalty.value(raw)).sum())
        return cost, self.free * (g + factors * self.factor * penalty.slope(raw))


def coordinates_of(problem: Problem, d: int) -> Coordinates:
    """The coordinates of a problem in raw units, made once."""
    made: dict[int, Coordinates] = vars(problem).setdefault("_coordinates", {})
    found = made.get(d)
    if found is None:
        found = made[d] = Coordinates(problem, d)
    return found


class Objective(Coordinates):
    """The objective F of a problem on data, in the units of the data; calling it gives value and gradient.

    Parameters
    ----------
    problem : Problem
    data : Data

    Examples
    --------
    >>> from steepest import make_rows
    >>> F = Objective(Problem("mse", intercept=False), make_rows([[1.0], [2.0]], [2.0, 4.0]))
    >>> cost, g = F(np.zeros((2, 1)))
    >>> cost, g.ravel().tolist()
    (10.0, [-10.0, -0.0])
    """

    def __init__(self, problem: Problem, data: Data) -> None:
        super().__init__(problem, data.shape[1], data.units)
        self.data, self.loss = data, problem.loss

    def subgradient(self, w: Array, g: Array) -> Array:
        """Subgradient of F of least norm at w, from the gradient g of its smooth part; 0 in the active set."""
        if self.data.supports.bounded:
            return np.where(self.bounded.at_bound(w, g), 0.0, g)
        return super().subgradient(w, g)

    @property
    def rows(self) -> TableData:
        """The data, if they have rows."""
        return cast(TableData, self.data)

    @cached_property
    def table(self) -> Array:
        """Rows of a small table with a column of ones, in their units, (n, d + 1)."""
        return self.rows.table() * self.units.scales(self.d)

    @property
    def moments(self) -> MomentsData:
        """The data, if they are moments."""
        return cast(MomentsData, self.data)

    @property
    def passes(self) -> PassData:
        """The data, if they are read in passes."""
        return cast(PassData, self.data)

    @property
    def bounded(self) -> BoundedData:
        """The data, if points have bounds."""
        return cast(BoundedData, self.data)

    @property
    def constrained(self) -> bool:
        """Whether a step needs a proximal map: of an L1 penalty, of sign constraints, or onto bounds."""
        return self.problem.proximal or self.data.supports.bounded

    def __call__(self, w: Array) -> tuple[float, Array]:
        """F and the gradient of its smooth part (d + 1, k) at w (d + 1, k). Cost: one pass."""
        found = self.data.value_and_gradient(self.loss, w)
        return found if self._plain else self.complete(w, *found)

    def on(self, data: Data) -> Objective:
        """The objective of the same problem on other data."""
        return Objective(self.problem, data)

    def parameters(self, numbers: NDArray[Any]) -> NDArray[Any]:
        """Numbers by coordinate (d + 1, 1), repeated for each output, (d + 1, k)."""
        return np.broadcast_to(numbers, (self.d + 1, self.data.outputs))
