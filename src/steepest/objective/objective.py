"""Objective: a problem on its data. What is asked of both is worked out once, in the units of the data."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

import numpy as np

from ..core.errors import UsageError
from ..core.types import Array
from ..core.units import RAW, Units
from .data import BoundedData, Data, MomentsData, TableData
from .penalties import NoPenalty
from .problem import Problem
from .prox import FORBIDDEN, least_slope, paid

__all__ = ["Coordinates", "Objective"]


class Coordinates:
    """What a problem says of each of d + 1 coordinates, intercept last: whether it may move, how it is penalised.

    Parameters
    ----------
    problem : Problem
    d : int
        Columns.
    units : Units
        The columns that the parameters belong to; penalties are always on raw coefficients.

    Raises
    ------
    UsageError
        If the problem names columns that are not there.

    Examples
    --------
    >>> Coordinates(Problem("mse", fixed=("intercept",)), 2).free.ravel()
    array([1., 1., 0.])
    """

    def __init__(self, problem: Problem, d: int, units: Units = RAW) -> None:
        self.problem, self.d, self.units = problem, d, units

    @cached_property
    def raw(self) -> Coordinates:
        """The same coordinates in the user's own columns."""
        return Coordinates(self.problem, self.d)

    @cached_property
    def free(self) -> Array:
        """1 for each coordinate (d + 1, 1) that may move, 0 for each that is fixed."""
        d, problem = self.d, self.problem
        free = np.ones((d + 1, 1))
        fixed = [d if c == "intercept" else c for c in problem.fixed] + ([] if problem.intercept else [d])
        if any(not isinstance(c, (int, np.integer)) or not 0 <= c <= d for c in fixed):
            raise UsageError(f"fixed must hold column numbers 0 .. {d - 1} or 'intercept', not {problem.fixed!r}")
        free[np.array(fixed, int)] = 0.0
        return free

    @cached_property
    def moves(self) -> Any:
        """Which coordinates may move, (d + 1,)."""
        return self.free[:, 0] > 0

    @cached_property
    def shifts(self) -> bool:
        """Whether an intercept that may move takes up a shift of the columns."""
        return bool(self.moves[-1])

    @cached_property
    def factor(self) -> Array:
        """Raw coefficient for each in these units, (d + 1, 1); 0 for the intercept, which is never penalised."""
        return self.units.factor(self.d)

    @cached_property
    def multiples(self) -> Array:
        """What the penalty of each coordinate (d + 1, 1) is multiplied by."""
        return self._by_column(self.problem.factors, 1.0)

    @cached_property
    def l2(self) -> Array:
        """Penalty weights of the squares (d + 1, 1): their second derivatives."""
        weights: Array = self.problem.l2 * self.factor**2
        return weights * self.multiples if self.problem.factors else weights

    @cached_property
    def l1(self) -> Array:
        """Penalty weights of the sizes (2, d + 1, 1), below 0 and above; 0 where a coordinate is fixed."""
        problem = self.problem
        if not problem.proximal:
            return np.zeros((2, self.d + 1, 1))
        size = problem.l1 * self.multiples * self.free * np.abs(self.factor)
        if not problem.signs:
            return np.stack((size, size))
        sign = self._by_column(problem.signs, 0.0) * self.free
        return np.stack([np.where(side * sign < 0, FORBIDDEN, size) for side in (-1, 1)])

    def _by_column(self, numbers: tuple[float, ...], usual: float) -> Array:
        """One number for each of d columns, and for the intercept the usual one, (d + 1, 1)."""
        if len(numbers) not in (0, self.d):
            raise UsageError(f"there are {self.d} columns, but {len(numbers)} factors of the penalty or signs")
        return np.append(numbers, usual)[:, None] if numbers else np.full((self.d + 1, 1), usual)

    def subgradient(self, w: Array, g: Array) -> Array:
        """Smallest subgradient of F at w, from the gradient g of its smooth part: 0 at an optimum."""
        return least_slope(w, g, self.l1) if self.problem.proximal else g

    def nonsmooth_value(self, w: Array) -> float:
        """The part of the penalty that has no derivative at 0."""
        return float(paid(w, self.l1).sum()) if self.problem.proximal else 0.0

    @cached_property
    def _plain(self) -> bool:
        return bool(self.free.all()) and isinstance(self.problem.penalty, NoPenalty)

    @cached_property
    def _penalty_factors(self) -> Any:
        return self.multiples if self.problem.factors else 1.0

    def complete(self, w: Array, cost: float, g: Array) -> tuple[float, Array]:
        """Mean loss and gradient at w (d + 1, k) to F and its gradient, 0 where a coordinate is fixed."""
        if self._plain:
            return cost, g
        raw, penalty = self.factor * w, self.problem.penalty
        cost += float((self._penalty_factors * penalty.value(raw)).sum())
        return cost, self.free * (g + self._penalty_factors * self.factor * penalty.slope(raw))


class Objective(Coordinates):
    """F and what is known of it, on data and in its units: call it for value and gradient.

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
        """Smallest subgradient of F at w, from the gradient g of its smooth part; 0 where a bound holds."""
        if self.data.supports.bounded:
            return np.where(self.bounded.at_bound(w, g), 0.0, g)
        return super().subgradient(w, g)

    @property
    def rows(self) -> TableData:
        """The data, where they have rows."""
        return cast(TableData, self.data)

    @property
    def moments(self) -> MomentsData:
        """The data, where they are moments."""
        return cast(MomentsData, self.data)

    @property
    def bounded(self) -> BoundedData:
        """The data, where points have bounds."""
        return cast(BoundedData, self.data)

    @property
    def constrained(self) -> bool:
        """Whether a step must be followed by a proximal map: of an L1 penalty, of signs, or into bounds."""
        return self.problem.proximal or self.data.supports.bounded

    def __call__(self, w: Array) -> tuple[float, Array]:
        """F and the gradient of its smooth part (d + 1, k) at w (d + 1, k). Cost: one pass."""
        return self.complete(w, *self.data.value_and_gradient(self.loss, w))

    def on(self, data: Data) -> Objective:
        """The same problem on other data."""
        return Objective(self.problem, data)

    def parameters(self, numbers: Any) -> Any:
        """Numbers by coordinate (d + 1, 1) as numbers by parameter, (d + 1, k)."""
        return np.broadcast_to(numbers, (self.d + 1, self.data.outputs))
