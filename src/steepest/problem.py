"""Problem and Method: what is minimised and how, validated once, at the door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import averages, estimates, losses, penalties, rules, steps
from .data.order import SAMPLINGS
from .data.units import Units
from .errors import UsageError
from .proximal import FORBIDDEN, least_slope
from .records import from_name, to_name

__all__ = ["Method", "Problem"]

Array = NDArray[np.float64]
Objective = Callable[[Array], tuple[float, Array]]


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

    loss: Any = losses.SquaredError()
    penalty: Any = penalties.NoPenalty()
    intercept: bool = True
    fixed: tuple[Any, ...] = ()
    factors: tuple[float, ...] = ()
    signs: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "loss", from_name(self.loss, losses, "loss"))
        for name in ("fixed", "factors", "signs"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not all(0 <= f < np.inf for f in self.factors):
            raise UsageError(f"factors of the penalty must be numbers >= 0, not {self.factors!r}")
        if not set(self.signs) <= {-1, 0, 1}:
            raise UsageError(f"signs must be -1, 0 or 1, not {self.signs!r}")
        _check_record(self.loss, "loss", ("value", "slope", "bend", "curvature", "quadratic", "labels", "formula"))
        _check_record(self.penalty, "penalty", ("value", "slope", "l2", "l1"))

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
        return bool(self.loss.labels and not getattr(self.loss, "attained", False) and self._costless)

    @property
    def kinked(self) -> bool:
        """Whether the slope of the loss jumps somewhere."""
        return bool(getattr(self.loss, "kinked", False))

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


@dataclass(frozen=True)
class Method:
    """How to descend: direction, distance, and how many rows a step looks at.

    Parameters
    ----------
    rule, learning_rate : record or name
        Records of `steepest.rules` and `steepest.steps`, or "momentum:beta=0.95"; a number is a constant rate.
    batch_size : int or None
        Rows a step: None is all of them (batch), 1 stochastic, more mini-batch. The last batch of an epoch may be
        smaller; each step follows the mean over its own rows.
    sampling : {"shuffle", "replacement", "sequential"}
        Each row once an epoch in random order, independent draws, or the order of the table.
    average : record or name
        A record of `steepest.averages`: what the answer is made of.
    estimate : record or name
        A record of `steepest.estimates`: what a batch tells of the gradient over all rows.

    Raises
    ------
    UsageError
        If a name is unknown or a setting is out of its range.

    Examples
    --------
    >>> Method("momentum", 0.1, batch_size=32).rule
    Momentum(beta=0.9)
    """

    rule: Any = rules.Plain()
    learning_rate: Any = steps.Constant(0.01)
    batch_size: int | None = None
    sampling: str = "shuffle"
    average: Any = averages.LastPoint()
    estimate: Any = estimates.OwnRows()

    def __post_init__(self) -> None:
        rate = self.learning_rate
        if isinstance(rate, (int, float, np.number)) and not isinstance(rate, bool):
            rate = steps.Constant(float(rate))
        object.__setattr__(self, "rule", from_name(self.rule, rules, "rule"))
        object.__setattr__(self, "learning_rate", from_name(rate, steps, "learning rate"))
        object.__setattr__(self, "average", from_name(self.average, averages, "average"))
        _check_record(self.rule, "rule", ("direction", "slots", "elementwise", "metric", "proximal", "sees", "batch"))
        _check_record(self.learning_rate, "learning rate", ("rate",))
        _check_record(self.average, "average", ("share",))
        object.__setattr__(self, "estimate", from_name(self.estimate, estimates, "estimate"))
        _check_record(self.estimate, "estimate", ("slots", "gradient"))
        if self.sampling not in SAMPLINGS:
            raise UsageError(f"sampling must be one of {', '.join(SAMPLINGS)}, not {self.sampling!r}")
        size = self.batch_size
        if size is not None and (isinstance(size, bool) or not isinstance(size, (int, np.integer)) or size < 1):
            raise UsageError(f"batch_size must be None (all rows) or a whole number >= 1, not {size!r}")
        self._refuse_together()

    def _refuse_together(self) -> None:
        rule, step = self.rule, self.learning_rate
        if self.batch_size is None and not isinstance(self.estimate, estimates.OwnRows):
            raise UsageError(
                f"estimate {_name(self.estimate)} is made from batches of rows: give a batch_size, such as 1"
            )
        looks = hasattr(step, "seek") or hasattr(step, "adapt")
        if self.batch_size is not None and (rule.batch or looks):
            item = rule if rule.batch else step
            raise UsageError(f"{_name(item)} looks at all rows in every step: leave batch_size at None")
        if rule.metric and (self.averaged or hasattr(step, "adapt")):
            item = self.average if self.averaged else step
            raise UsageError(f"rule {_name(rule)} does not go with {_name(item)}: leave one of them out")
        if hasattr(step, "adapt") and not isinstance(rule, rules.Plain):
            raise UsageError(f"{_name(step)} measures plain steps: take the rule 'plain', not {_name(rule)}")
        if self.answers and (looks or (self.averaged and hasattr(rule, "answer"))):
            item = step if looks else self.average
            raise UsageError(f"{_name(item)} needs an answer that is the point that moves: leave the averaging out")

    @property
    def averaged(self) -> bool:
        """Whether the answer is a mean of points."""
        return not isinstance(self.average, averages.LastPoint)

    @property
    def answers(self) -> bool:
        """Whether the answer is not the point that moves."""
        return self.averaged or hasattr(self.rule, "answer")

    @property
    def own(self) -> int:
        """Slots of memory that are the rule's; the mean and what the learning rate remembers come after them."""
        return int(self.rule.slots) + len(self.rule.sees)

    @property
    def slots(self) -> int:
        """Slots of memory in all, where the rule measures in no metric."""
        return self.own + int(self.averaged) + int(getattr(self.learning_rate, "slots", 0))

    def room(self, n: int, d: int) -> int:
        """Slots of memory over n rows of d columns: these, and what the estimate stores after them."""
        return self.slots + int(self.estimate.slots(n, d))

    def answer(self, at: Array, memory: Array, t: int) -> Array:
        """The answer after update t, where the point that moves is ``at``."""
        if t == 0 or not self.answers:
            return at
        answer: Array = memory[self.own] if self.averaged else self.rule.answer(at, memory[: self.own])
        return answer

    def refuse_for(self, problem: Problem) -> None:
        """Refuse what does not go together."""
        what = "an L1 penalty" if problem.l1 else "a constraint on signs"
        if problem.proximal and (self.batch_size is not None or not self.rule.proximal):
            known = "plain, newton, spectral, whitened"
            raise UsageError(f"{what} goes with all rows at once and a rule that is one of {known}, or auto")
        if problem.proximal and isinstance(self.learning_rate, steps.Polyak):
            raise UsageError(f"'polyak' has no step for {what}: take 'backtracking' or 'adgd'")

    def steps_per_epoch(self, n: int) -> int:
        """Updates in one reading of n rows."""
        return 1 if self.batch_size is None else -(-n // self.batch_size)


def _name(item: Any) -> str:
    return repr(to_name(type(item)))


def _check_record(item: Any, kind: str, needs: tuple[str, ...]) -> None:
    """Refuse a record that lacks what its kind needs, or whose own ``check`` finds its settings wrong."""
    missing = [name for name in needs if not hasattr(item, name)]
    if missing:
        decorator = kind if kind in ("loss", "rule") else "record"
        raise UsageError(f"{item!r} is no {kind}: it lacks {', '.join(missing)}; decorate its class with @{decorator}")
    wrong = item.check() if hasattr(item, "check") else None
    if wrong:
        raise UsageError(wrong)
