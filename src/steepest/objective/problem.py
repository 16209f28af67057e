"""Problem: what is minimised, validated once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import UsageError
from ..core.record_kinds import check_record
from ..core.records import RecordField, from_name
from ..core.types import Array, Loss, LossLike, Penalty
from ..core.units import Units
from . import losses, penalties
from .prox import FORBIDDEN, least_slope

__all__ = ["Problem", "check_start", "read_loss"]

Objective = Callable[[Array], tuple[float, Array]]


def read_loss(spec: LossLike) -> Loss:
    """The loss of this name, or this record, checked.

    Raises
    ------
    UsageError
        If there is none, or its settings are out of range.

    Examples
    --------
    >>> read_loss("huber:delta=2")
    Huber(delta=2)
    """
    found: Loss = from_name(spec, losses, "loss")
    return found


def _checked(penalty: Penalty) -> Penalty:
    found: Penalty = check_record(penalty, "penalty")
    return found


@dataclass(frozen=True)
class Problem:
    """Minimise F(w) = weighted mean of loss(z_i, y_i) + penalty(coefficients), z_i = x_i . w + b.

    Parameters
    ----------
    loss : record or name
        A record of `steepest.losses`, or its name such as "squared_error".
    penalty : record
        A record of `steepest.penalties`; never applied to the intercept.
    intercept : bool
        Whether there is an intercept b; without, it stays 0.
    fixed : tuple of int or "intercept"
        Coordinates that keep their start: column numbers from 0, and "intercept".
    factors : tuple of d numbers >= 0
        What the penalty of each coefficient is multiplied by; () is 1 for each.
    signs : tuple of d numbers -1, 0, 1
        Coefficients that must be <= 0, may be anything, must be >= 0; () is 0 for each.

    Raises
    ------
    UsageError
        If a name is unknown, or a number out of its range.

    Examples
    --------
    >>> Problem("mse", fixed=("intercept",)).free(2).ravel()
    array([1., 1., 0.])
    """

    loss: RecordField[LossLike, Loss] = RecordField(losses.SquaredError(), read_loss)
    penalty: RecordField[Penalty, Penalty] = RecordField(penalties.NoPenalty(), _checked)
    intercept: bool = True
    fixed: tuple[Any, ...] = ()
    factors: tuple[float, ...] = ()
    signs: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name in ("fixed", "factors", "signs"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not all(0 <= f < np.inf for f in self.factors):
            raise UsageError(f"factors of the penalty must be numbers >= 0, not {self.factors!r}")
        if not set(self.signs) <= {-1, 0, 1}:
            raise UsageError(f"signs must be -1, 0 or 1, not {self.signs!r}")

    @property
    def l2(self) -> float:
        """Strength of the squares in the penalty, by raw coefficients."""
        return float(self.penalty.l2)

    @property
    def l1(self) -> float:
        """Strength of the sizes in the penalty, by raw coefficients."""
        return float(self.penalty.l1)

    @property
    def separable(self) -> bool:
        """Whether classes that a plane separates leave it without an optimum."""
        return bool(self.loss.labels and not self.loss.attained and self._costless)

    @property
    def nonsmooth(self) -> bool:
        """Whether the slope of the loss jumps somewhere."""
        return bool(self.loss.nonsmooth)

    @property
    def unpenalised(self) -> bool:
        """Whether the objective is the mean loss alone: nothing is penalised, and no sign asked for."""
        return self._costless and not any(self.signs)

    @property
    def _costless(self) -> bool:
        return (self.l2 == 0 and self.l1 == 0) or (bool(self.factors) and not any(self.factors))

    @property
    def penalised_throughout(self) -> bool:
        """Whether each coefficient that may move is penalised."""
        return not self._costless and all(f > 0 or j in self.fixed for j, f in enumerate(self.factors))

    @property
    def proximal(self) -> bool:
        """Whether a part of the objective has no derivative: sizes are penalised, or signs asked for."""
        return self.l1 > 0 or any(self.signs)

    def free(self, d: int) -> Array:
        """1 for each coordinate (d + 1, 1) that may move, 0 for each that is held."""
        free = np.ones((d + 1, 1))
        held = [d if c == "intercept" else c for c in self.fixed] + ([] if self.intercept else [d])
        if any(not isinstance(c, (int, np.integer)) or not 0 <= c <= d for c in held):
            raise UsageError(f"fixed must hold column numbers 0 .. {d - 1} or 'intercept', not {self.fixed!r}")
        free[np.array(held, int)] = 0.0
        return free

    def penalised(self, d: int, units: Units) -> Callable[[Array, float, Array], tuple[float, Array]]:
        """Complete mean loss and gradient at w (d + 1, k) to F and its gradient, 0 where a coordinate is held."""
        free, factor, multiples = self.free(d), units.factor(d), self.multiples(d) if self.factors else 1.0
        if free.all() and isinstance(self.penalty, penalties.NoPenalty):
            return lambda _, cost, g: (cost, g)

        def complete(w: Array, cost: float, g: Array) -> tuple[float, Array]:
            raw = factor * w
            cost += float((multiples * self.penalty.value(raw)).sum())
            return cost, free * (g + multiples * factor * self.penalty.slope(raw))

        return complete

    def multiples(self, d: int) -> Array:
        """What the penalty of each coordinate (d + 1, 1) is multiplied by."""
        return self._by_column(self.factors, d, 1.0)

    def squares(self, d: int, units: Units) -> Array:
        """Strength of the squares by coordinate (d + 1, 1), in the units of the data: their second derivative."""
        curves: Array = self.l2 * units.factor(d) ** 2
        return curves * self.multiples(d) if self.factors else curves

    def strength(self, d: int, units: Units) -> Array:
        """Strength of the sizes (2, d + 1, 1), below 0 and above, in the units of the data; 0 where one is held."""
        if not self.proximal:
            return np.zeros((2, d + 1, 1))
        size = self.l1 * self.multiples(d) * self.free(d) * np.abs(units.factor(d))
        if not self.signs:
            return np.stack((size, size))
        sign = self._by_column(self.signs, d, 0.0) * self.free(d)
        return np.stack([np.where(side * sign < 0, FORBIDDEN, size) for side in (-1, 1)])

    def _by_column(self, numbers: tuple[float, ...], d: int, usual: float) -> Array:
        """One number for each of d columns, and for the intercept the usual one, (d + 1, 1)."""
        if len(numbers) not in (0, d):
            raise UsageError(f"there are {d} columns, but {len(numbers)} factors of the penalty or signs")
        return np.append(numbers, usual)[:, None] if numbers else np.full((d + 1, 1), usual)

    def least_slope(self, w: Array, g: Array, units: Units) -> Array:
        """Smallest subgradient of F at w, from the gradient g of its smooth part: 0 at an optimum."""
        return least_slope(w, g, self.strength(len(w) - 1, units)) if self.proximal else g

    def objective(self, data: Any) -> Objective:
        """F and the gradient of its smooth part in the units of the data: (d + 1, k) -> cost, gradient (d + 1, k)."""
        complete = self.penalised(data.shape[1], data.units)
        return lambda w: complete(w, *data.value_and_gradient(self.loss, w))


def check_start(problem: Problem, w: Any) -> None:
    """Refuse a start w (d + 1, k) where a coefficient has the sign that it must not have."""
    for j, sign in enumerate(problem.signs):
        if (sign * w[j] < 0).any():
            found, must = ("> 0", "<= 0") if sign < 0 else ("< 0", ">= 0")
            raise UsageError(f"coefficient {j + 1} of the start is {found}, but by its sign must be {must}: change one")
