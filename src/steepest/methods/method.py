"""Method: the settings of a descent, validated once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..core.errors import UsageError
from ..core.record_types import Average, Estimate, Rule, Step
from ..core.records import RecordField, from_name, to_name
from ..core.setting_types import AverageLike, EstimateLike, RuleLike, StepLike
from ..core.types import Array, Preconditioning
from . import averages, estimates, rules, steps
from .sampling import SAMPLINGS

__all__ = ["Method", "Penalised", "read_average", "read_estimate", "read_rate", "read_rule"]


def read_rule(spec: RuleLike) -> Rule:
    """The rule of this name, or this record, checked."""
    found: Rule = from_name(spec, rules, "rule")
    return found


def read_rate(spec: StepLike) -> Step:
    """The learning rate of this name, or this record, checked; a number is a constant one."""
    if isinstance(spec, (int, float, np.number)) and not isinstance(spec, bool):
        spec = steps.Constant(float(spec))
    found: Step = from_name(spec, steps, "learning rate")
    return found


def read_average(spec: AverageLike) -> Average:
    """The average of this name, or this record, checked."""
    found: Average = from_name(spec, averages, "average")
    return found


def read_estimate(spec: EstimateLike) -> Estimate:
    """The gradient estimate of this name, or this record, checked."""
    found: Estimate = from_name(spec, estimates, "estimate")
    return found


class Penalised(Protocol):
    """What a method asks of a problem: whether its penalty needs a proximal step."""

    @property
    def l1(self) -> float:
        """Weight of the L1 penalty."""

    @property
    def proximal(self) -> bool:
        """Whether there is an L1 penalty or a constraint on signs."""


@dataclass(frozen=True)
class Method:
    """How to descend: direction, learning rate, and number of rows per step.

    Parameters
    ----------
    rule, learning_rate : record or name, defaults Plain() and Constant()
        Records of `steepest.rules` and `steepest.steps`, or "momentum:beta=0.95"; a number is a constant rate.
    batch_size : int or None
        Rows a step: None is all of them (batch), 1 stochastic, more mini-batch. The last batch of an epoch may be
        smaller; each step follows the mean over its own rows.
    sampling : {"shuffle", "replacement", "sequential"}, default "shuffle"
        Each row once an epoch in random order, independent draws, or the order of the table.
    average : record or name, default LastPoint()
        A record of `steepest.averages`: which average of the points is the answer.
    estimate : record or name, default OwnRows()
        A record of `steepest.estimates`: how a batch estimates the gradient over all rows.

    Raises
    ------
    UsageError
        If a name is unknown or a setting is out of its range.

    Notes
    -----
    Parameters of the methods:

    memory : (slots, d + 1, k) array
        Of rule, average and learning rate, in this order.
    at : (d + 1, k) array
        The point that moves.
    t, n, d : int
        The update; rows and columns of the table.
    problem : Problem
        What is minimised.

    Examples
    --------
    >>> import numpy as np
    >>> method = Method("momentum", 0.1, batch_size=32)
    >>> method.rule, method.steps_per_epoch(100)
    (Momentum(beta=0.9), 4)
    >>> method.rule_memory(np.zeros((1, 3, 1))).shape, method.rate_memory(np.zeros((1, 3, 1))).shape
    ((1, 3, 1), (0, 3, 1))
    """

    rule: RecordField[RuleLike, Rule] = RecordField(rules.Plain(), read_rule)
    learning_rate: RecordField[StepLike, Step] = RecordField(steps.Constant(0.01), read_rate)
    batch_size: int | None = None
    sampling: str = "shuffle"
    average: RecordField[AverageLike, Average] = RecordField(averages.LastPoint(), read_average)
    estimate: RecordField[EstimateLike, Estimate] = RecordField(estimates.OwnRows(), read_estimate)

    def __post_init__(self) -> None:
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
        if self.batch_size is not None and (rule.batch or step.looks):
            item: object = rule if rule.batch else step
            raise UsageError(f"{_name(item)} needs all rows in every step: leave batch_size at None")
        if rule.preconditioner and (self.averaged or step.adapts):
            item = self.average if self.averaged else step
            raise UsageError(f"rule {_name(rule)} cannot be combined with {_name(item)}: leave one of them out")
        if step.adapts and not isinstance(rule, rules.Plain):
            raise UsageError(f"{_name(step)} is for plain steps: use the rule 'plain', not {_name(rule)}")
        if self.answers and (step.looks or (self.averaged and rule.answers)):
            item = step if step.looks else self.average
            raise UsageError(f"{_name(item)} needs the current point as answer: leave the average out")

    @property
    def averaged(self) -> bool:
        """Whether the answer is a mean of points."""
        return bool(self.average.slots)

    @property
    def answers(self) -> bool:
        """Whether the answer differs from the current point."""
        return self.averaged or self.rule.answers

    @property
    def preconditioned(self) -> bool:
        """Whether the rule measures its direction in second derivatives, so that its steps are few and expensive."""
        return self.rule.preconditioner is not Preconditioning.NONE

    def rule_memory(self, memory: Array) -> Array:
        """The part of a memory (slots, d + 1, k) that is the rule's."""
        return memory if self.preconditioned else memory[: self.own]

    def rate_memory(self, memory: Array) -> Array:
        """The part of a memory (slots, d + 1, k) that is the learning rate's: its slots come last."""
        return memory[:0] if self.preconditioned else memory[self.own + int(self.averaged) :]

    @property
    def own(self) -> int:
        """Slots of memory of the rule; those of the average and of the learning rate follow them."""
        return int(self.rule.slots) + len(self.rule.sees)

    @property
    def slots(self) -> int:
        """Slots of memory in all, where the rule has no preconditioner."""
        return self.own + int(self.averaged) + int(self.learning_rate.slots)

    def room(self, n: int, d: int) -> int:
        """Slots of memory for n rows of d columns: these and, after them, those of the estimate."""
        return self.slots + int(self.estimate.slots(n, d))

    def answer(self, at: Array, memory: Array, t: int) -> Array:
        """The answer (d + 1, k) after update t, given the current point ``at``."""
        if t == 0 or not self.answers:
            return at
        answer: Array = memory[self.own] if self.averaged else self.rule.answer(at, memory[: self.own])
        return answer

    def refuse_for(self, problem: Penalised) -> None:
        """Refuse settings that cannot be combined.

        Raises
        ------
        UsageError
            If an L1 penalty or signs do not go with the rule, the learning rate, or batches.
        """
        what = "an L1 penalty" if problem.l1 else "a constraint on signs"
        if problem.proximal and (self.batch_size is not None or not self.rule.proximal):
            known = "plain, newton, spectral, whitened"
            raise UsageError(f"{what} needs all rows in every step and a rule that is one of {known}, or auto")
        if problem.proximal and isinstance(self.learning_rate, steps.Polyak):
            raise UsageError(f"'polyak' does not support {what}: take 'backtracking' or 'adgd'")

    def steps_per_epoch(self, n: int) -> int:
        """Updates in one pass over n rows."""
        return 1 if self.batch_size is None else -(-n // self.batch_size)


def _name(item: Any) -> str:
    return repr(to_name(type(item)))
