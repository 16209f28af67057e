"""The loop: `walk` takes the next steps of a descent, `Whole` walks over all of the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..methods.method import Method
from ..objective.data import Data
from ..objective.objective import Objective
from ..objective.problem import Problem
from ..optimality.preconditioner import Preconditioner, preconditioner_of
from .states import Checkpoint

__all__ = ["Steps", "Whole", "make_view", "walk"]

Look = Callable[[int, Array], tuple[float, Array]]
Steps = tuple[Checkpoint, Array, Array, Array, Array]  # last, eta (T,), cost (T,), gradient or its norm, kept w


def walk(look: Look, method: Method, first: Checkpoint, count: int, every: int, view: View | None = None) -> Steps:
    """Take ``count`` steps: the loop itself. ``look(t, at)`` gives cost (or NaN) and gradient for the step after t."""
    rule, step, view = method.rule, method.learning_rate, view or View()
    t, at, memory = first.t, first.at, first.memory.copy()
    own = method.rule_memory(memory)
    cost, g = (first.cost, first.g.copy()) if first.g is not None else look(t, at)
    etas, costs, slopes = np.empty(count), np.empty(count), np.empty((count, *at.shape))
    kept = np.empty(((t + count) // every - t // every, *at.shape))
    for i in range(count):
        eta = step.rate(t + 1) if view.adapt is None else view.adapt(t + 1, at, g, cost, memory)
        for prepare in view.prepare:
            prepare(at, own, eta)
        before, slope = at, g
        at = at - eta * rule.direction(g, own, t + 1)
        if view.prox is not None:
            at = view.prox(at, eta, memory, before)
        share, at, cost, g = _look_or_search(look, method, t + 1, before, at, cost, g, memory, view.penalty)
        if view.learn is not None:
            view.learn(at - before, g - slope, memory)
        t += 1
        w, shown = at, (cost, g)
        if view.answer is not None:
            w, shown = view.answer(at, memory, t)
        etas[i], costs[i], slopes[i] = eta * share, shown[0], view.least(w, shown[1])
        if t % every == 0:
            kept[t // every - first.t // every - 1] = w
    return Checkpoint(t, at, memory, g, shown[0]), etas, costs, slopes, kept


class View(NamedTuple):
    """What else a walk may need: each is left out where rule, step and penalty have no use for it."""

    prepare: tuple[Callable[[Array, Array, float], None], ...] = ()  # what the rule's memory must hold before a step
    adapt: Callable[[int, Array, Array, float, Array], float] | None = None  # a learning rate that looks
    prox: Callable[[Array, float, Array, Array], Array] | None = None  # proximal map of an L1 penalty, or into bounds
    penalty: Callable[[Array], float] | None = None  # the value of that penalty
    learn: Callable[[Array, Array, Array], None] | None = None  # tell the rule what a step did to the gradient
    answer: Callable[[Array, Array, int], tuple[Array, tuple[float, Array]]] | None = None  # and cost, gradient there
    least: Callable[[Array, Array], Array] = lambda _, g: g  # the smallest subgradient


def make_view(preconditioner: Preconditioner, look: Callable[[Array], tuple[float, Array]]) -> View:
    """What rule, learning rate, average and penalty need; ``look`` gives cost and gradient at the answer."""
    objective, method = preconditioner.objective, preconditioner.method
    seen = (_seeing(method, objective.free),) if method.rule.sees else ()
    renewed = () if preconditioner.known_at_start else (preconditioner.update,)
    constrained = objective.constrained
    return View(
        prepare=(*seen, *renewed),
        adapt=_adapting(method) if method.learning_rate.adapts else None,
        learn=method.rule.learn if method.rule.learns else None,
        answer=_answering(method, look) if method.answers else None,
        prox=preconditioner.prox if constrained else None,
        penalty=objective.nonsmooth_value if constrained else None,
        least=objective.subgradient if constrained else View().least,
    )


def _seeing(method: Method, free: Array) -> Callable[[Array, Array, float], None]:
    """Show a rule what it sees, in the last slots of its memory."""
    loose = free.copy()
    loose[-1] = 0.0

    def show(at: Array, own: Array, eta: float) -> None:
        for slot, name in enumerate(method.rule.sees, int(method.rule.slots)):
            own[slot] = eta if name == "rate" else at if name == "point" else at * loose

    return show


def _adapting(method: Method) -> Callable[[int, Array, Array, float, Array], float]:
    adapt = method.learning_rate.adapt
    return lambda t, at, g, cost, memory: float(adapt(t, at, g, cost, method.rate_memory(memory)))


def _answering(method: Method, look: Any) -> Callable[[Array, Array, int], tuple[Array, tuple[float, Array]]]:
    """The answer after update t, with cost and gradient there; a mean is carried on."""

    def answer(at: Array, memory: Array, t: int) -> tuple[Array, tuple[float, Array]]:
        if method.averaged:
            memory[method.own] += method.average.share(t) * (at - memory[method.own])
        w = method.answer(at, memory, t)
        return w, look(w)

    return answer


def _look_or_search(
    look: Look, method: Method, t: int, at: Array, to: Array, cost: float, g: Array, memory: Array,
    penalty: Callable[[Array], float] | None,
) -> tuple[float, Array, float, Array]:  # fmt: skip
    """Go where the step leads, or as far on the way there as a step that looks at the objective finds good."""
    if not method.learning_rate.seeks:
        return 1.0, to, *look(t, to)
    towards, found = to - at, (0.0, at, cost, g)
    rise = 0.0 if penalty is None else penalty(to) - penalty(at)

    def probe(share: float) -> tuple[float, float]:
        nonlocal found
        point = to if share == 1.0 else at + share * towards
        found = (share, point, *look(t, point))
        return found[2], float(np.vdot(found[3], towards)) + rise

    fall = -float(np.vdot(g, towards)) - rise
    share = method.learning_rate.seek(probe, cost, fall, method.rate_memory(memory)) if fall > 0.0 else 0.0
    if share != found[0] > 0.0:
        probe(share)
    return found if share > 0.0 else (0.0, at, cost, g)


class Whole:
    """Batch descent: every step looks at all of the data."""

    per_epoch = 1

    def __init__(self, problem: Problem, method: Method, data: Data) -> None:
        self.method, self.units = method, data.units
        objective = Objective(problem, data)
        self.preconditioner = preconditioner_of(objective, method)
        self.objective = self.preconditioner.value_and_gradient
        self.view = make_view(self.preconditioner, self.objective)

    def __call__(self, first: Checkpoint, count: int, every: int) -> Steps:
        """Take ``count`` steps."""
        last, etas, costs, slopes, kept = walk(self.look, self.method, first, count, every, self.view)
        slopes = self.units.raw_gradient(slopes)
        return last, etas, costs, np.sqrt(np.einsum("tjk,tjk->t", slopes, slopes)), kept

    def epochs(self, t: NDArray[np.int64], last: Checkpoint) -> Array:
        """Passes over all rows at these updates of a block that ends at ``last``."""
        return t / self.per_epoch

    def look(self, t: int, at: Array) -> tuple[float, Array]:
        """Objective and gradient of its smooth part at ``at``."""
        return self.objective(at)
