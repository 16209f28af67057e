"""Walkers take the next steps of a descent: `walk` is the loop, `Whole` walks over all of the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..core.types import Array
from ..data.rows import Rows
from ..methods.method import Method
from ..objective.functions.function import Function
from ..objective.penalties import soften
from ..objective.problem import Problem
from ..objective.prox import in_metric, least_slope, paid
from ..optimality.box_prox import bounded
from ..optimality.newton import at_once, small
from ..optimality.preconditioner import definite, metric, spare
from .states import Checkpoint

__all__ = ["Steps", "Whole", "make_view", "walk"]

Look = Callable[[int, Array], tuple[float, Array]]
Steps = tuple[Checkpoint, Array, Array, Array, Array]  # last, eta (T,), cost (T,), gradient or its norm, kept w


def walk(look: Look, method: Method, first: Checkpoint, count: int, every: int, view: View | None = None) -> Steps:
    """Take ``count`` steps: the loop itself. ``look(t, at)`` gives cost (or NaN) and gradient for the step after t."""
    rule, step, view = method.rule, method.learning_rate, view or View()
    t, at, memory = first.t, first.at, first.memory.copy()
    own = memory if rule.metric else memory[: method.own]
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
        share, at, cost, g = _look_or_search(look, method, t + 1, before, at, cost, g, memory, view.pay)
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

    prepare: tuple[Callable[[Array, Array, float], None], ...] = ()  # put into the rule's memory what it is to see
    adapt: Callable[[int, Array, Array, float, Array], float] | None = None  # a learning rate that looks
    prox: Callable[[Array, float, Array, Array], Array] | None = None  # of an L1 penalty, in the rule's metric
    pay: Callable[[Array], float] | None = None  # that penalty
    learn: Callable[[Array, Array, Array], None] | None = None  # tell the rule what a step did to the gradient
    answer: Callable[[Array, Array, int], tuple[Array, tuple[float, Array]]] | None = None  # and cost, gradient there
    least: Callable[[Array, Array], Array] = lambda _, g: g  # the smallest subgradient


def make_view(problem: Problem, method: Method, data: Any, look: Callable[[Array], tuple[float, Array]]) -> View:
    """What rule, learning rate, average and penalty need; ``look`` gives cost and gradient at the answer."""
    seen = (_seeing(method, problem.free(data.shape[1])),) if method.rule.sees else ()
    adapt = _adapting(method) if method.learning_rate.adapts else None
    answer = _answering(method, look) if method.answers else None
    view = View(prepare=seen, adapt=adapt, learn=method.rule.learn if method.rule.learns else None, answer=answer)
    if isinstance(data, Function) and data.bounds is not None:
        within: View = bounded(view, method.rule.metric, data)
        return within
    if not problem.proximal:
        return view
    strength = problem.strength(data.shape[1], data.units)
    return view._replace(
        prox=PROX[method.rule.metric](strength),
        pay=lambda at: float(paid(at, strength).sum()),
        least=lambda at, g: least_slope(at, g, strength),
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
    return lambda t, at, g, cost, memory: float(adapt(t, at, g, cost, _remembered(method, memory)))


def _remembered(method: Method, memory: Array) -> Array:
    """What the learning rate remembers: its slots come last."""
    return memory[:0] if method.rule.metric else memory[method.own + int(method.averaged) :]


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
    pay: Callable[[Array], float] | None,
) -> tuple[float, Array, float, Array]:  # fmt: skip
    """Go where the step leads, or as far on the way there as a step that looks at the objective finds good."""
    if not method.learning_rate.seeks:
        return 1.0, to, *look(t, to)
    way, found = to - at, (0.0, at, cost, g)
    paid = 0.0 if pay is None else pay(to) - pay(at)

    def probe(share: float) -> tuple[float, float]:
        nonlocal found
        point = to if share == 1.0 else at + share * way
        found = (share, point, *look(t, point))
        return found[2], float(np.vdot(found[3], way)) + paid

    fall = -float(np.vdot(g, way)) - paid
    share = method.learning_rate.seek(probe, cost, fall, _remembered(method, memory)) if fall > 0.0 else 0.0
    if share != found[0] > 0.0:
        probe(share)
    return found if share > 0.0 else (0.0, at, cost, g)


class Whole:
    """Batch descent: every step looks at all of the data."""

    per_epoch = 1
    bent: tuple[Any, Any] = (None, None)  # a point, and the second derivatives there

    def __init__(self, problem: Problem, method: Method, data: Any) -> None:
        self.method, self.objective, self.units = method, problem.objective(data), data.units
        self.problem, self.data, self.free = problem, data, problem.free(data.shape[1])[:, 0] > 0
        self.view = make_view(problem, method, data, self.objective)
        if method.rule.metric == "renewed":
            self.view = self.view._replace(prepare=(self.renew,))
            if isinstance(data, Rows) and small(data) and data.y.shape[1] == 1:
                self.objective = self.look_at_once

    def __call__(self, first: Checkpoint, count: int, every: int) -> Steps:
        """Take ``count`` steps."""
        last, etas, costs, slopes, kept = walk(self.look, self.method, first, count, every, self.view)
        slopes = self.units.raw_gradient(slopes)
        return last, etas, costs, np.sqrt(np.einsum("tjk,tjk->t", slopes, slopes)), kept

    def look(self, t: int, at: Array) -> tuple[float, Array]:
        """Objective and gradient of its smooth part at ``at``."""
        return self.objective(at)

    def look_at_once(self, at: Array) -> tuple[float, Array]:
        """The same for a small table, keeping the second derivatives, which come with it."""
        cost, g, H, _ = at_once(self.problem, self.data, at)
        self.bent = (at, H)
        return cost, g

    def renew(self, at: Array, memory: Array, eta: float) -> None:
        """Put the second derivatives at ``at`` into the memory."""
        if self.objective == self.look_at_once and self.bent[0] is not at:
            self.look_at_once(at)
        known, H = self.bent
        if known is at:
            memory[:] = definite(H, self.free, spare=spare(self.problem))
        else:
            memory[:] = metric(self.problem, self.data, at)

    def promise(self, first: Checkpoint) -> float:
        """Fall of the objective per share of the next step, at its foot: twice what a step in a true metric gains."""
        assert first.g is not None
        memory = first.memory.copy()
        p = self.method.rule.direction(first.g, memory, first.t + 1)
        if self.view.prox is None or self.view.pay is None:
            return float(np.vdot(first.g, p))
        to = self.view.prox(first.at - p, 1.0, memory, first.at)
        return float(np.vdot(first.g, first.at - to)) + self.view.pay(first.at) - self.view.pay(to)


def _in_place(strength: Array) -> Callable[[Array, float, Array, Array], Array]:
    return lambda to, eta, memory, at: soften(to, eta * strength)


def _in_diagonal(strength: Array) -> Callable[[Array, float, Array, Array], Array]:
    return lambda to, eta, memory, at: soften(to, eta * strength / memory[1])


def _in_metric(strength: Array) -> Callable[[Array, float, Array, Array], Array]:
    def prox(to: Array, eta: float, memory: Array, at: Array) -> Array:
        """Each target by itself, or all classes of softmax together: as many numbers as the metric has."""
        v, u = (a.reshape(len(memory), -1, 1).swapaxes(0, 1) for a in (to, at))
        sizes = strength if to.shape[1] == 1 else np.broadcast_to(strength, (2, *to.shape))
        s = sizes.reshape(2, len(memory), -1, 1).transpose(2, 0, 1, 3)
        near = [in_metric(*one) for one in zip(v, [memory / eta] * len(v), s, u, strict=True)]
        return np.hstack(near).reshape(to.shape)

    return prox


PROX = {None: _in_place, "diagonal": _in_diagonal, "matrix": _in_metric, "renewed": _in_metric}
