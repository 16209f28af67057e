"""Newton's step in the span of the rows, for tables with more columns than rows and an L2 penalty on every coefficient.

With A the columns in the units of the descent, S the second derivatives of the loss by row times weights / total, s = S
1, and D the diagonal of the penalty's weights, the Hessian is

    H = [[A' S A + D, A' s], [s' A, 1' s]]

and H p = g has the solution, by the formula of Sherman, Morrison and Woodbury,

    p_w = D^-1 (g_w - A' t),     t = S (c - K t + p_0 1),     c = A D^-1 g_w,     K = A D^-1 A',     1' t = g_0.

K is (n, n) and computed once. With t = S^(1/2) q the system of n equations is (I + S^(1/2) K S^(1/2)) q = S^(1/2) (c +
p_0 1), whose matrix has no eigenvalue below 1, whatever the rows are. g itself is from a pass over the rows, so that
each step corrects the rounding of K in the steps before it.

Hager, W. (1989). Updating the inverse of a matrix. SIAM Review 31(2). doi:10.1137/1031049. Saunders, C., Gammerman, A.
and Vovk, V. (1998). Ridge regression learning algorithm in dual variables. ICML.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Protocol, cast

import numpy as np

from ..core.types import UNIT, Array
from ..core.units import Units
from ..data.row_gram import row_gram
from ..data.rows import Rows
from ..objective.data import Data
from ..objective.objective import Objective
from ..objective.problem import Problem
from .newton import TINY, Step

__all__ = ["RowExpansion", "RowSystem", "by_rows"]

FEWEST = 200  # columns up to which the Hessian of all columns is small, and a small table is read once
NEAR = 10.0  # largest shift of a column, in its units, that may be taken off a sum
FLAT = 1e-6  # curvature of the intercept where no row has any, relative to the mean weight


def by_rows(problem: Problem, data: Data) -> bool:
    """Whether Newton's step is solved for in the span of the rows: fewer equations, and all coefficients penalised."""
    n, d = data.shape
    if not data.supports.rows or data.supports.joint or not max(n, FEWEST) < d:
        return False
    smooth = not (problem.proximal or problem.nonsmooth) and (problem.loss.quadratic or data.outputs == 1)
    return smooth and problem.l2 > 0 and problem.penalised_throughout


class Evaluated(Protocol):
    """The objective and its gradient (d + 1,) at a point."""

    @property
    def cost(self) -> float:
        """The objective."""

    @property
    def g(self) -> Array:
        """The gradient of its smooth part."""


class RowSystem:
    """The equations by row of one objective: K, computed when it is first needed, and the last factorisation.

    Parameters
    ----------
    objective : Objective
        One for which `by_rows` is true.
    """

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        self._last: tuple[Array, Any] | None = None

    @cached_property
    def inverse(self) -> Array:
        """D^-1, (d + 1, 1); 0 for fixed coefficients and the intercept."""
        l2 = np.where(self.objective.free > 0, self.objective.l2, 0.0)
        return np.where(l2 > 0, 1.0 / np.maximum(l2, TINY), 0.0)

    @cached_property
    def gram(self) -> Array:
        """K, (n, n). Cost: one pass, n^2 d flops."""
        return row_gram(cast(Rows, self.objective.rows), self.inverse[:-1, 0])

    def solver(self, root: Array) -> Callable[[Array], Array]:
        """The map b -> (I + R K R)^-1 b with R = diag(root), (n,), for b (n, m). Cost: n^3 / 3 flops for a new root."""
        from scipy.linalg import cho_solve

        if self._last is None or not np.array_equal(self._last[0], root):
            self._last = (root, _factor(self.gram * root[:, None] * root))
        factor = self._last[1]
        return lambda b: np.asarray(cho_solve((factor, True), b, check_finite=False), np.float64)


def _factor(matrix: Array) -> Array:
    """Cholesky factor of I + matrix, which is changed; of slightly more where rounding hides the identity."""
    from scipy.linalg import cholesky

    n, more = len(matrix), 1.0
    size = float(matrix.diagonal().max(initial=0.0))
    while True:
        matrix.flat[:: n + 1] += more
        try:
            return np.asarray(cholesky(matrix, lower=True, check_finite=False), np.float64)
        except np.linalg.LinAlgError:
            more = max(4 * more, 8 * n * UNIT * size)


class RowExpansion:
    """The objective around w (d + 1, k): F, the gradient g of its smooth part, and Newton's step from there.

    Cost: one pass over the rows; two more passes, n^3 / 3 and 4 n^2 flops for the first step.
    """

    def __init__(self, system: RowSystem, w: Array, objective: Objective | None = None) -> None:
        self.system, self.objective, self.w = system, objective or system.objective, w
        rows, loss = self.objective.rows, self.objective.loss
        if loss.quadratic:
            cost, g = rows.value_and_gradient(loss, w)
            seconds = np.full(rows.shape[0], loss.curvature) * (1.0 if rows.weight is None else rows.weight)
        else:
            cost, g, curvature = rows.expansion(loss, w)
            seconds = curvature.weight
        self.cost, self.g = self.objective.complete(w, cost, g)
        self.root = np.sqrt(np.maximum(seconds, 0.0) / rows.total)  # (n,)

    @cached_property
    def newton(self) -> tuple[Array, float]:
        """Newton's direction p = H^-1 g, (d + 1, k), and g'p."""
        return self.solve(self.g)

    def solve(self, g: Array) -> tuple[Array, float]:
        """p = H^-1 g for g (d + 1, k), and g'p as a sum of squares. Cost: two passes over the rows, 2 n^2 flops."""
        inverse, root, free = self.system.inverse, self.root[:, None], self.objective.free_intercept
        rows, solver = self.objective.rows.with_rows(weight=None, offset=None, total=1.0), self.system.solver(self.root)
        c = _products(cast(Rows, rows), inverse * g)
        q, ones = np.split(solver(np.hstack((root * c, root))), [-1], axis=1)
        intercept = np.zeros((1, g.shape[1]))
        if free:
            second = float(np.vdot(root, ones))
            second = second if second > 0 else FLAT / rows.shape[0] * float(np.maximum(second, 1.0))
            intercept = (g[-1:] - root.T @ q) / second
            q = q + ones * intercept
        p = inverse * (g - rows.transpose_product(root * q))
        p[-1:] = intercept
        return p, float((self.objective.l2 * p * p).sum() + (q * q).sum())

    def of_targets(self, objectives: list[Objective]) -> list[RowExpansion]:
        """The expansions of the objectives of each target alone, with the same equations."""
        return [RowExpansion(self.system, self.w[:, [c]], objective) for c, objective in enumerate(objectives)]

    def step(self, first: Evaluated | None = None) -> Step:
        """Newton's step, as a certificate asks for it; ``first`` are values that replace those of a rounded pass."""
        share = 0.5 if self.objective.loss.quadratic else 1.0
        cost, g = (self.cost, self.g) if first is None else (first.cost, first.g[:, None])
        p, fall = self.newton if first is None else self.solve(g)
        return Step(-p, cost, g, share * fall, again=lambda g: share * self.solve(g)[1])


def _products(rows: Rows, v: Array) -> Array:
    """A v, (n, k), for v (d + 1, k) with 0 for the intercept. Cost: one pass.

    The shift is taken off afterwards where it is near 0 in units of the columns, so that no shifted copy is made.
    """
    shift, scale = rows.shift, rows.units.scales(rows.shape[1])[:-1]
    if shift is None or not float(np.abs(shift * scale).max()) <= NEAR:
        return rows.predictor(v)
    return rows._replace(units=Units(None, rows.units.scale)).predictor(v) - (shift * scale) @ v[:-1]
