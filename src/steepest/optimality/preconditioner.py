"""Preconditioners: positive definite approximations of the Hessian, which transform the direction of a rule.

A preconditioner is opened at the start of a descent. Its numbers are in the memory of the Checkpoint, so that a descent
can continue from there. Only this module depends on their shape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.types import Array, Preconditioning
from ..methods.method import Method
from ..methods.rules.second_order import PAIRS
from ..objective.objective import Objective
from ..objective.penalties import soften
from ..objective.prox import in_metric
from .box_prox import nearest_inside
from .definite import damping, definite, definite_hessian, positive_diagonal, shared_metric
from .newton import Expansion
from .row_newton import RowExpansion, RowSystem, by_rows

__all__ = ["Preconditioner", "Shared", "preconditioner_of"]

LARGE = 300  # parameters of all classes beyond which they share a matrix


class Preconditioner:
    """No preconditioner: the memory is the rule's own. The others are subclasses, see `preconditioner_of`.

    Parameters
    ----------
    objective : Objective
        In the units of the descent.
    method : Method
    """

    known_at_start = True  # whether the memory is complete when the descent starts
    complete = True  # whether a predicted decrease includes the coupling of coordinates
    cheap = False  # whether a step costs no more than a certificate, so that a few digits more are taken first

    def __init__(self, objective: Objective, method: Method) -> None:
        self.objective, self.method = objective, method

    def open(self, at: Array) -> Array:
        """The memory of a descent that starts at ``at`` (d + 1, k)."""
        return np.zeros((self.method.room(*self.objective.data.shape), *at.shape))

    @property
    def evaluate(self) -> Callable[[Array], tuple[float, Array]]:
        """The function that a step calls for the objective and the gradient of its smooth part."""
        return self.objective

    def update(self, at: Array, memory: Array, eta: float) -> None:
        """Update the memory before a step from ``at``."""

    def prox(self, to: Array, eta: float, memory: Array, at: Array) -> Array:
        """The end of a step from ``at`` to ``to``: the proximal map of the penalty, or projection onto bounds."""
        data = self.objective.data
        if data.supports.bounded:
            return self.objective.bounded.inside(to)
        shrunk: Array = soften(to, eta * self.objective.l1)
        return shrunk

    def expansion(self, at: Array) -> Expansion | RowExpansion | None:
        """The expansion of the objective at ``at``, if it is needed anyway."""
        return None

    def curvature(self, memory: Array) -> Array | None:
        """A preconditioner for conjugate gradients: (d + 1, d + 1), a diagonal (d + 1,), or None."""
        return None

    def predicted_decrease(self, memory: Array, at: Array, g: Array, t: int) -> float:
        """Minus the slope of the objective along step t + 1; with a Hessian it is twice the decrease by the step."""
        F = self.objective
        if not F.constrained:
            return float(np.vdot(g, _direction(self.method, g, memory, t + 1)))
        memory = memory.copy()
        p = self.method.rule.direction(g, memory, t + 1)
        to = self.prox(at - p, 1.0, memory, at)
        return float(np.vdot(g, at - to)) + F.nonsmooth_value(at) - F.nonsmooth_value(to)


class Diagonal(Preconditioner):
    """The diagonal of the Hessian at the start, in the first slot of memory; the second slot is the current one."""

    complete = False

    def open(self, at: Array) -> Array:
        """The diagonal at the start, and slots of zeros."""
        memory = super().open(at)
        memory[0] = positive_diagonal(self.objective, at)
        return memory

    def prox(self, to: Array, eta: float, memory: Array, at: Array) -> Array:
        """The proximal map by coordinate, scaled by the diagonal."""
        if self.objective.data.supports.bounded:
            return super().prox(to, eta, memory, at)
        shrunk: Array = soften(to, eta * self.objective.l1 / memory[1])
        return shrunk

    def curvature(self, memory: Array) -> Array | None:
        """The diagonal."""
        return memory[0, :, 0]


class Matrix(Preconditioner):
    """The Hessian at the start, which the rule updates: it is the memory."""

    latest: Expansion | None = None
    mapped: tuple[tuple[Any, ...], Array] | None = None  # the latest proximal map: what was asked, and its value

    def __init__(self, objective: Objective, method: Method) -> None:
        super().__init__(objective, method)
        self.expands = objective.data.supports.rows and objective.data.outputs == 1

    def open(self, at: Array) -> Array:
        """The Hessian at the start."""
        return definite_hessian(self.objective, at)

    @property
    def evaluate(self) -> Callable[[Array], tuple[float, Array]]:
        """The objective; over rows a function that keeps its expansion."""
        return self._evaluate if self.expands else self.objective

    def _evaluate(self, at: Array) -> tuple[float, Array]:
        found = self.expansion(at)
        assert found is not None
        return found.cost, found.g

    def expansion(self, at: Array) -> Expansion | None:
        """The expansion at ``at``: the latest one, if it is of that point."""
        if self.expands and (self.latest is None or not _same(self.latest.w, at)):
            self.latest = None  # its numbers by row are not held while the next ones are computed
            self.latest = Expansion(self.objective, at)
        return self.latest

    def prox(self, to: Array, eta: float, memory: Array, at: Array) -> Array:
        """The proximal map in the metric of the matrix: of each target by itself, or of all classes together."""
        data = self.objective.data
        if data.supports.bounded:
            low, high = np.asarray(self.objective.bounded.bounds)
            return nearest_inside(to[:, 0], memory, low, high, at[:, 0])[:, None]
        asked: tuple[Any, ...] = (to, eta, memory, at)
        if self.mapped is not None and all(np.array_equal(a, b) for a, b in zip(asked, self.mapped[0], strict=True)):
            return self.mapped[1].copy()  # a predicted step that is taken
        v, u = (a.reshape(len(memory), -1, 1).swapaxes(0, 1) for a in (to, at))
        l1 = self.objective.l1
        weights = l1 if to.shape[1] == 1 else np.broadcast_to(l1, (2, *to.shape))
        s = weights.reshape(2, len(memory), -1, 1).transpose(2, 0, 1, 3)
        nearest = [in_metric(*one) for one in zip(v, [memory / eta] * len(v), s, u, strict=True)]
        found: Array = np.hstack(nearest).reshape(to.shape)
        self.mapped = (to, eta, memory.copy(), at), found
        return found.copy()

    def curvature(self, memory: Array) -> Array | None:
        """The matrix."""
        return memory


class Shared(Matrix):
    """A matrix for classes whose Hessian is too large: the block of it that all have at equal probabilities.

    With a_i = (x_i, 1) it is B = mean of a_i a_i' / k + the penalty: at equal probabilities diag(p) - p p' is 1 / k on
    the vectors that sum to 0 over the classes, and the gradient has no other part. The memory is (d + 1 + 2 k PAIRS,
    d + 1): B^-1 above room for the steps that the rule remembers. Bohning (1992), doi:10.1007/BF00048682.
    """

    def open(self, at: Array) -> Array:
        """B^-1 and zeros. Cost: one pass, n d^2 flops."""
        inverse = np.linalg.inv(shared_metric(self.objective))
        return np.vstack((inverse, np.zeros((2 * PAIRS * at.shape[1], len(at)))))

    def curvature(self, memory: Array) -> Array | None:
        """B."""
        return np.asarray(np.linalg.inv(memory[: memory.shape[1]]))


class Hessian(Matrix):
    """The Hessian, recomputed before every step; over rows, from the values that gave the gradient."""

    known_at_start = False

    def open(self, at: Array) -> Array:
        """Zeros, in the shape of the Hessian."""
        m = at.size if self.objective.data.supports.joint else len(at)
        return np.zeros((m, m))

    def update(self, at: Array, memory: Array, eta: float) -> None:
        """Write the Hessian at ``at`` to the memory."""
        found = self.expansion(at)
        if found is not None:
            memory[:] = definite(found.hessian, self.objective.moves, damping=damping(self.objective.problem))
        else:
            memory[:] = definite_hessian(self.objective, at)


class RowHessian(Preconditioner):
    """The Hessian in the span of the rows, which is not formed: the memory is Newton's direction, (1, d + 1, k)."""

    known_at_start, cheap = False, True
    latest: RowExpansion | None = None

    def __init__(self, objective: Objective, method: Method) -> None:
        super().__init__(objective, method)
        self.system = RowSystem(objective)

    def open(self, at: Array) -> Array:
        """Zeros, in the shape of a direction."""
        return np.zeros((1, *at.shape))

    @property
    def evaluate(self) -> Callable[[Array], tuple[float, Array]]:
        """The objective, by a function that keeps its expansion."""
        return self._evaluate

    def _evaluate(self, at: Array) -> tuple[float, Array]:
        found = self.expansion(at)
        return found.cost, found.g

    def expansion(self, at: Array) -> RowExpansion:
        """The expansion at ``at``: the latest one, if it is of that point."""
        if self.latest is None or not _same(self.latest.w, at):
            self.latest = RowExpansion(self.system, at)
        return self.latest

    def update(self, at: Array, memory: Array, eta: float) -> None:
        """Write Newton's direction at ``at`` to the memory."""
        memory[0] = self.expansion(at).newton[0]

    def predicted_decrease(self, memory: Array, at: Array, g: Array, t: int) -> float:
        """Minus the slope of the objective along Newton's step from ``at``."""
        return self.expansion(at).newton[1]


KINDS = {
    Preconditioning.NONE: Preconditioner,
    Preconditioning.DIAGONAL: Diagonal,
    Preconditioning.MATRIX: Matrix,
    Preconditioning.HESSIAN: Hessian,
}


def preconditioner_of(objective: Objective, method: Method) -> Preconditioner:
    """The preconditioner of a method's rule; for the Hessian, in its smaller form."""
    data, kind = objective.data, KINDS[method.rule.preconditioner]
    large = data.supports.joint and (objective.d + 1) * data.outputs > LARGE
    if kind is Matrix and large and not objective.problem.proximal:
        kind = Shared
    if kind is Hessian and by_rows(objective.problem, data):
        kind = RowHessian
    return kind(objective, method)


def _same(w: Array, at: Array) -> bool:
    return w is at or np.array_equal(w, at)


def _direction(method: Method, g: Array, memory: Array, t: int) -> Array:
    """The direction of a rule, which may write to a copy of its memory; most do not, and it may be large."""
    kept = memory.view()
    kept.setflags(write=False)
    try:
        return np.asarray(method.rule.direction(g, kept, t))
    except ValueError:  # NumPy's for an array that cannot be written to
        return np.asarray(method.rule.direction(g, memory.copy(), t))
