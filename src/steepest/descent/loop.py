"""The loop: `walk` takes steps of a descent, `Whole` for batch descent over all data."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..methods.method import Method
from ..objective.data import Data
from ..objective.objective import Objective
from ..objective.problem import Problem
from ..optimality.preconditioner import Preconditioner, preconditioner_of
from .states import Checkpoint

TINY = 1e-140  # norm of a gradient below which squares may underflow

__all__ = ["Steps", "Walk", "Walker", "Whole", "make_view", "walk"]

Look = Callable[[int, Array], tuple[float, Array]]  # update and point -> cost (or NaN) and gradient


class Walk(NamedTuple):
    """T steps, as the loop gives them."""

    last: Checkpoint
    eta: Array  # (T,)
    cost: Array  # (T,)
    gradient: Array  # (T, d + 1, k), in the units of the descent
    w: Array  # (m, d + 1, k), the answers that are kept


class Steps(NamedTuple):
    """T steps, as a block takes them."""

    last: Checkpoint
    eta: Array  # (T,)
    cost: Array  # (T,), NaN where it was not computed
    gradient: Array | None  # (T, d + 1, k), by the raw parameters; None where it was not computed
    w: Array  # (m, d + 1, k), the answers that are kept


def walk(look: Look, method: Method, first: Checkpoint, count: int, every: int, view: View | None = None) -> Walk:
    """Take ``count`` steps: the loop itself. ``look(t, at)`` is the cost (or NaN) and gradient for the step after t."""
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
        share, at, cost, g = _look_or_search(look, method, t + 1, at, (before, cost, g), memory, view.penalty)
        if view.learn is not None:
            view.learn(at - before, g - slope, memory)
        t += 1
        w, shown = at, (cost, g)
        if view.answer is not None:
            w, shown = view.answer(at, memory, t)
        etas[i], costs[i] = eta * share, shown[0]
        slopes[i] = shown[1] if view.subgradient is None else view.subgradient(w, shown[1])
        if t % every == 0:
            kept[t // every - first.t // every - 1] = w
    return Walk(Checkpoint(t, at, memory, g, shown[0]), etas, costs, slopes, kept)


class View(NamedTuple):
    """Parts of a step that only some rules, learning rates and penalties need."""

    prepare: tuple[Callable[[Array, Array, float], None], ...] = ()  # updates of the rule's memory before a step
    adapt: Callable[[int, Array, Array, float, Array], float] | None = None  # an adaptive learning rate
    prox: Callable[[Array, float, Array, Array], Array] | None = (
        None  # proximal map of an L1 penalty, or projection onto bounds
    )
    penalty: Callable[[Array], float] | None = None  # value of that penalty
    learn: Callable[[Array, Array, Array], None] | None = None  # gives the rule a step and the change of the gradient
    answer: Callable[[Array, Array, int], tuple[Array, tuple[float, Array]]] | None = None  # with cost and gradient
    subgradient: Callable[[Array, Array], Array] | None = None  # the one of least norm


def make_view(preconditioner: Preconditioner, look: Callable[[Array], tuple[float, Array]]) -> View:
    """The parts that rule, learning rate, average and penalty need; ``look`` is cost and gradient at the answer."""
    objective, method = preconditioner.objective, preconditioner.method
    shown = (_showing(method, objective.free),) if method.rule.sees else ()
    renewed = () if preconditioner.known_at_start else (preconditioner.update,)
    constrained = objective.constrained
    return View(
        prepare=(*shown, *renewed),
        adapt=_adapting(method) if method.learning_rate.adapts else None,
        learn=method.rule.learn if method.rule.learns else None,
        answer=_answering(method, look) if method.answers else None,
        prox=preconditioner.prox if constrained else None,
        penalty=objective.nonsmooth_value if constrained else None,
        subgradient=objective.subgradient if constrained else None,
    )


def _showing(method: Method, free: Array) -> Callable[[Array, Array, float], None]:
    """Write what a rule is shown to the last slots of its memory."""
    weights = free.copy()
    weights[-1] = 0.0

    def show(at: Array, own: Array, eta: float) -> None:
        for slot, name in enumerate(method.rule.sees, int(method.rule.slots)):
            own[slot] = eta if name == "rate" else at if name == "point" else at * weights

    return show


def _adapting(method: Method) -> Callable[[int, Array, Array, float, Array], float]:
    adapt = method.learning_rate.adapt
    return lambda t, at, g, cost, memory: float(adapt(t, at, g, cost, method.rate_memory(memory)))


def _answering(
    method: Method, look: Callable[[Array], tuple[float, Array]]
) -> Callable[[Array, Array, int], tuple[Array, tuple[float, Array]]]:
    """The answer after update t, with cost and gradient; an average is updated first."""
    averaged, own, share = method.averaged, method.own, method.average.share

    def answer(at: Array, memory: Array, t: int) -> tuple[Array, tuple[float, Array]]:
        if not averaged:
            w = method.answer(at, memory, t)
            return w, look(w)
        mean = memory[own]
        mean += share(t) * (at - mean)
        return mean, look(mean)

    return answer


def _look_or_search(
    look: Look, method: Method, t: int, to: Array, here: tuple[Array, float, Array], memory: Array,
    penalty: Callable[[Array], float] | None,
) -> tuple[float, Array, float, Array]:  # fmt: skip
    """Take the step from ``here`` (point, cost, gradient) as a whole, or the share that a line search chooses."""
    if not method.learning_rate.seeks:
        return 1.0, to, *look(t, to)
    at, cost, g = here
    towards, found = to - at, (0.0, at, cost, g)
    rise = 0.0 if penalty is None else penalty(to) - penalty(at)

    def probe(share: float) -> tuple[float, float]:
        nonlocal found
        point = to if share == 1.0 else at + share * towards
        found = (share, point, *look(t, point))
        return found[2], float(np.vdot(found[3], towards)) + rise

    fall = -float(np.vdot(g, towards)) - rise
    share = method.learning_rate.seek(probe, cost, fall, method.rate_memory(memory)) if fall > 0.0 else 0.0
    if share > 0.0 and share != found[0] > 0.0:
        probe(share)
    return found if share > 0.0 else (0.0, at, cost, g)


def norms(slopes: Array) -> Array:
    """Euclidean norms (t,) of gradients (t, d + 1, k), also of those whose squares underflow."""
    found: Array = np.sqrt(np.einsum("tjk,tjk->t", slopes, slopes))
    tiny = found < TINY
    if tiny.any():
        size = np.abs(slopes[tiny]).max((1, 2), initial=0.0)
        shares = slopes[tiny] / np.where(size > 0, size, 1.0)[:, None, None]
        found[tiny] = size * np.sqrt(np.einsum("tjk,tjk->t", shares, shares))
    return found


class Walker(Protocol):
    """Takes the steps of a descent."""

    @property
    def per_epoch(self) -> int:
        """Updates in one pass over all rows."""

    @property
    def preconditioner(self) -> Preconditioner:
        """What the rule measures its direction in."""

    @property
    def view(self) -> View:
        """The parts of a step."""

    @property
    def objective(self) -> Callable[[Array], tuple[float, Array]]:
        """Objective and gradient of its smooth part over all data."""

    def __call__(self, first: Checkpoint, count: int, every: int) -> Steps:
        """Take ``count`` steps."""

    def epochs(self, t: NDArray[np.int64], last: Checkpoint) -> Array:
        """Passes over all rows at these updates of a block that ends at ``last``."""

    def expect(self, points: Array) -> None:
        """Told at which points (m, d + 1, k) the objective is asked for next."""


class Whole:
    """Batch descent: every step uses all data."""

    per_epoch = 1

    def __init__(self, problem: Problem, method: Method, data: Data) -> None:
        self.method = method
        self.preconditioner = preconditioner_of(Objective(problem, data), method)
        self.objective = self.preconditioner.evaluate
        self.view = make_view(self.preconditioner, self.objective)

    def __call__(self, first: Checkpoint, count: int, every: int) -> Steps:
        """Take ``count`` steps."""
        last, etas, costs, slopes, kept = walk(self.look, self.method, first, count, every, self.view)
        return Steps(last, etas, costs, self.preconditioner.objective.raw_gradient(slopes), kept)

    def epochs(self, t: NDArray[np.int64], last: Checkpoint) -> Array:
        """Passes over all rows at these updates of a block that ends at ``last``."""
        return t / self.per_epoch

    def expect(self, points: Array) -> None:
        """Nothing to prepare."""

    def look(self, t: int, at: Array) -> tuple[float, Array]:
        """Objective and gradient of its smooth part at ``at``."""
        return self.objective(at)
