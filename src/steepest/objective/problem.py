"""Problem: the objective to minimise, checked when it is made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import UsageError
from ..core.record_check import check_record
from ..core.record_types import Loss, Penalty
from ..core.records import RecordField, from_name
from ..core.setting_types import LossLike
from ..core.types import Array
from . import losses, penalties

__all__ = ["Problem", "check_start", "read_loss", "read_start"]


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
    record: Any = penalty  # whether it is one is what is checked
    found: Penalty = check_record(record, "penalty")
    return found


@dataclass(frozen=True)
class Problem:
    """Minimise F(w) = weighted mean of loss(z_i, y_i) + penalty(coefficients), z_i = x_i . w + b.

    Parameters
    ----------
    loss : record or name, default SquaredError()
        A record of `steepest.losses`, or its name such as "squared_error".
    penalty : record, default NoPenalty()
        A record of `steepest.penalties`; never applied to the intercept.
    intercept : bool, default True
        Whether there is an intercept b; else it is 0.
    fixed : tuple of int or "intercept", default ()
        Coordinates that keep their start: column numbers from 0, and "intercept".
    factors : tuple of d numbers >= 0, default ()
        Factors of each coefficient's penalty; () is 1 for each.
    signs : tuple of d numbers -1, 0, 1, default ()
        Coefficients that must be <= 0, may be anything, must be >= 0; () is 0 for each.

    Raises
    ------
    UsageError
        If a name is unknown, or a number out of its range.

    Examples
    --------
    >>> Problem("mse", fixed=("intercept",)).unpenalised
    True
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

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: what is made from them once is not pickled."""
        return {name: vars(self)[name] for name in self.__dataclass_fields__}

    @cached_property
    def l2(self) -> float:
        """Penalty weight of ``|w|^2 / 2``, by raw coefficients."""
        return float(self.penalty.l2)

    @cached_property
    def l1(self) -> float:
        """Penalty weight of ``|w|_1``, by raw coefficients."""
        return float(self.penalty.l1)

    @cached_property
    def may_recede(self) -> bool:
        """Whether some tables have no finite optimum: a loss may fall without end, and something is not penalised."""
        movable = self.intercept or not self.penalised_throughout
        return bool(not self.loss.attained and movable)

    @property
    def nonsmooth(self) -> bool:
        """Whether the loss is non-smooth: its slope jumps somewhere."""
        return bool(self.loss.nonsmooth)

    @cached_property
    def unpenalised(self) -> bool:
        """Whether the objective is the mean loss alone: no penalty and no sign constraint."""
        return self._penalty_is_zero and not any(self.signs)

    @cached_property
    def _penalty_is_zero(self) -> bool:
        return (self.l2 == 0 and self.l1 == 0) or (bool(self.factors) and not any(self.factors))

    @cached_property
    def penalised_throughout(self) -> bool:
        """Whether each free coefficient is penalised."""
        return not self._penalty_is_zero and all(f > 0 or j in self.fixed for j, f in enumerate(self.factors))

    @cached_property
    def proximal(self) -> bool:
        """Whether the objective needs a proximal map: for an L1 penalty, or for sign constraints."""
        return self.l1 > 0 or any(self.signs)


def read_start(problem: Problem, start: ArrayLike | None, d: int, k: int) -> Array:
    """A copy of a start as parameters (d + 1, k), intercept last; 0 where none is given.

    Raises
    ------
    UsageError
        If it does not have as many finite numbers, or violates a sign constraint.
    """
    w = np.zeros((d + 1, k)) if start is None else np.array(start, np.float64)
    if w.size != (d + 1) * k or not np.isfinite(w).all():
        raise UsageError(f"start must be {(d + 1) * k} finite numbers, coefficients first and the intercept last")
    w = w.reshape(d + 1, k)
    check_start(problem, w)
    return w


def check_start(problem: Problem, w: Array) -> None:
    """Refuse a start w (d + 1, k) that violates a sign constraint."""
    for j, sign in enumerate(problem.signs):
        if (sign * w[j] < 0).any():
            found, must = ("> 0", "<= 0") if sign < 0 else ("< 0", ">= 0")
            raise UsageError(f"coefficient {j + 1} of the start is {found}, but by its sign must be {must}: change one")
