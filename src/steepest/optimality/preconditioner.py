"""Preconditioners: positive definite approximations of the Hessian, which transform the direction of a rule.

A preconditioner is opened at the start of a descent. Its numbers are in the memory of the Checkpoint, so that a descent
can continue from there. Only this module depends on their shape.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array, Preconditioning
from ..methods.method import Method
from ..methods.rules.second_order import PAIRS
from ..objective.functions.function import upward
from ..objective.objective import Objective
from ..objective.penalties import soften
from ..objective.problem import Problem
from ..objective.prox import in_metric
from .box_prox import nearest_inside
from .curvature import hessian
from .newton import Expansion

__all__ = ["Preconditioner", "Shared", "definite", "definite_hessian", "positive_diagonal", "preconditioner_of"]

FLAT = 8 * float(
    np.finfo(float).eps
)  # curvature that is rounding, relative to the largest one, times the number of columns
LARGE = 300  # parameters of all classes beyond which they share a matrix
DAMPING = 1e-6  # curvature of flat directions, relative to a column's: the minimum may be far away in these


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

    def expansion(self, at: Array) -> Expansion | None:
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
        if self.expands and (self.latest is None or not np.array_equal(self.latest.w, at)):
            self.latest = None  # its numbers by row are not held while the next ones are computed
            self.latest = Expansion(self.objective, at)
        return self.latest

    def prox(self, to: Array, eta: float, memory: Array, at: Array) -> Array:
        """The proximal map in the metric of the matrix: of each target by itself, or of all classes together."""
        data = self.objective.data
        if data.supports.bounded:
            low, high = np.asarray(self.objective.bounded.bounds)
            return nearest_inside(to[:, 0], memory, low, high, at[:, 0])[:, None]
        v, u = (a.reshape(len(memory), -1, 1).swapaxes(0, 1) for a in (to, at))
        l1 = self.objective.l1
        weights = l1 if to.shape[1] == 1 else np.broadcast_to(l1, (2, *to.shape))
        s = weights.reshape(2, len(memory), -1, 1).transpose(2, 0, 1, 3)
        nearest = [in_metric(*one) for one in zip(v, [memory / eta] * len(v), s, u, strict=True)]
        return np.hstack(nearest).reshape(to.shape)

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


KINDS = {
    Preconditioning.NONE: Preconditioner,
    Preconditioning.DIAGONAL: Diagonal,
    Preconditioning.MATRIX: Matrix,
    Preconditioning.HESSIAN: Hessian,
}


def preconditioner_of(objective: Objective, method: Method) -> Preconditioner:
    """The preconditioner of a method's rule."""
    data, kind = objective.data, KINDS[method.rule.preconditioner]
    large = data.supports.joint and (objective.d + 1) * data.outputs > LARGE
    if kind is Matrix and large and not objective.problem.proximal:
        kind = Shared
    return kind(objective, method)


def _direction(method: Method, g: Array, memory: Array, t: int) -> Array:
    """The direction of a rule, which may write to a copy of its memory; most do not, and it may be large."""
    kept = memory.view()
    kept.setflags(write=False)
    try:
        return np.asarray(method.rule.direction(g, kept, t))
    except ValueError:  # NumPy's for an array that cannot be written to
        return np.asarray(method.rule.direction(g, memory.copy(), t))


def shared_metric(objective: Objective) -> Array:
    """The Hessian's block of a class at equal probabilities (d + 1, d + 1), made positive definite; see `Shared`."""
    rows = objective.rows
    weight = np.ones(rows.shape[0]) if rows.weight is None else rows.weight
    B = rows.weighted_curvature(weight).matrix() / rows.outputs + np.diag(objective.l2[:, 0])
    return definite(B, objective.moves, damping=1.0)


def definite_hessian(objective: Objective, w: Array) -> Array:
    """The Hessian of the objective at w (d + 1, k), made positive definite.

    For a non-convex function the absolute values of its eigenvalues are used, so that saddle points repel.
    Cost: that of `hessian`, and d^3 / 3 flops (10 d^3 if a direction is flat).
    """
    data = objective.data
    if not data.supports.convex:
        return upward(data.curvature(objective.loss, w).matrix())
    if data.supports.joint:
        return definite(hessian(objective, w), objective.parameters(objective.free > 0).ravel())
    return definite(hessian(objective, w), objective.moves, damping=damping(objective.problem))


def damping(problem: Problem) -> float:
    """Curvature of flat directions, relative to a column's.

    It is small where the gradient may have a component in flat directions: under an L1 penalty, or for a robust loss
    beyond its parabola. The step in such a direction is then long. For a squared loss the component is rounding.
    """
    return 1.0 if problem.loss.quadratic and not problem.proximal else DAMPING


def positive_diagonal(objective: Objective, w: Array) -> Array:
    """Diagonal of the Hessian of the objective at w, (d + 1, 1), or (d + 1, k) for joint outputs.

    It is 1 where the diagonal is 0 or a coordinate is fixed. Cost: two passes over the rows.
    """
    diagonal = objective.data.curvature(objective.loss, w).diagonal()
    if not objective.data.supports.convex:
        return diagonal
    sums = diagonal + objective.l2
    return np.where((objective.free > 0) & (sums > 0), sums, 1.0)


def definite(H: Array, free: NDArray[np.bool_], *, damping: float = DAMPING) -> Array:
    """H (m, m) made positive definite: 1 for fixed coordinates, ``damping`` times a column's curvature if flat.

    Examples
    --------
    >>> definite(np.array([[4.0, 4.0], [4.0, 4.0]]), np.array([True, True])).round(9)
    array([[4.000002, 3.999998],
           [3.999998, 4.000002]])
    """
    if not free.all():
        H = np.where(np.outer(free, free), H, 0.0)
    size = np.sqrt(np.maximum(H.diagonal(), 0.0))
    size = np.where(size > 0.0, size, np.where(free, damping**0.5, 1.0))
    correlation = H / (size[:, None] * size)
    correlation.flat[:: len(H) + 1] = 1.0
    if not _is_definite(correlation):
        values, vectors = np.linalg.eigh(correlation)
        values[values <= len(values) * FLAT] = damping
        correlation = np.where(np.outer(free, free), (vectors * values) @ vectors.T, np.eye(len(H)))
    out: Array = correlation * (size[:, None] * size)
    return out


def _is_definite(correlation: Array) -> bool:
    """Whether a Cholesky factor exists whose pivots are well above rounding."""
    try:
        return bool(np.linalg.cholesky(correlation).diagonal().min() ** 2 > 100 * len(correlation) * FLAT)
    except np.linalg.LinAlgError:
        return False
