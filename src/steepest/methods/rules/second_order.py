"""Preconditioned rules: by the Hessian of the objective, or by an estimate of it from the steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ...core.record_kinds import rule
from ...core.types import Gradient, Memory

__all__ = ["Newton", "Secant", "Spectral", "Whitened"]

PAIRS = 10  # steps that are remembered, by default


@rule(slots=0, elementwise=False, preconditioner="hessian", proximal=True)
class Newton(NamedTuple):
    """Newton's direction: p = H^-1 g, with H the Hessian of the objective at the point of the gradient.

    With the learning rate `steps.Backtracking` this is damped Newton: quadratic convergence from any start, at
    n d^2 flops a step over n rows. Where there are fewer rows than columns and all coefficients have an L2 penalty, H
    is not formed: p is the memory, (1, d + 1, k), at n^3 / 3 flops and four passes a step.

    References
    ----------
    Boyd, S. and Vandenberghe, L. (2004). Convex Optimization, 9.5. doi:10.1017/CBO9780511804441

    Examples
    --------
    >>> import numpy as np
    >>> Newton().direction(np.array([[2.0]]), np.array([[4.0]]), 1)
    array([[0.5]])
    """

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """p = H^-1 g, or the memory if that is p."""
        if memory.ndim == 3:
            return memory[0] + 0.0
        return np.linalg.solve(memory, g.reshape(len(memory), -1)).reshape(g.shape)


@rule(slots=0, elementwise=False, preconditioner="matrix", proximal=True)
class Whitened(NamedTuple):
    """Steepest descent preconditioned by an approximate Hessian B: p = B^-1 g.

    B is the Hessian at the start, over all rows or a sample of them, updated after each step: with s the step and y the
    change of the gradient, B <- B - B s s' B / s'B s + y y' / y's (BFGS). Where B is computed from m of n rows the
    error falls by a factor of about sqrt(d / m) a step, at 3 d^2 + d^3 / 3 flops besides the gradient.

    For classes whose Hessian is too large to form, B is the same (d + 1, d + 1) matrix for each class: second moments
    of the columns at equal probabilities, plus the penalty. The memory then holds B^-1 and, below it, the last 10 steps
    and their changes, which correct it as in `Secant`. Cost: 4 d^2 k + 80 d k flops for k classes.

    References
    ----------
    Nocedal, J. and Wright, S. (2006). Numerical Optimization, 6.1. doi:10.1007/978-0-387-40065-5
    Erdogdu, M. and Montanari, A. (2015). Convergence rates of sub-sampled Newton methods. NeurIPS. arXiv:1508.02810

    Examples
    --------
    >>> import numpy as np
    >>> B = np.array([[4.0]])
    >>> Whitened().direction(np.array([[2.0]]), B, 1)
    array([[0.5]])
    >>> Whitened().learn(np.array([[1.0]]), np.array([[5.0]]), B)
    >>> B
    array([[5.]])
    """

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """p = B^-1 g."""
        size = memory.shape[1]
        if len(memory) == size:
            return np.linalg.solve(memory, g.reshape(size, -1)).reshape(g.shape)
        return two_loops(g.T, *_halves(memory, g.T.shape), lambda r: r @ memory[:size]).T

    def learn(self, step: Gradient, change: Gradient, memory: Memory) -> None:
        """The BFGS update of B; skipped where the curvature s'y is not clearly positive, or with several targets."""
        if len(memory) > memory.shape[1]:
            remember(step.T, change.T, *_halves(memory, step.T.shape))
            return
        step, change = step.reshape(len(memory), -1), change.reshape(len(memory), -1)
        product, measured = memory @ step, float(np.vdot(step, change))
        expected = float(np.vdot(step, product))
        if step.shape[1] == 1 and measured > 1e-8 * expected > 0.0:
            memory += change * change.T / measured - product * product.T / expected


def _halves(memory: Memory, shape: tuple[int, ...]) -> tuple[Memory, Memory]:
    """The steps and the changes below a square matrix, (pairs, *shape) each."""
    pairs = memory[memory.shape[1] :].reshape(2, -1, *shape)
    return pairs[0], pairs[1]


@rule(slots=None, elementwise=False, preconditioner="diagonal")
class Secant(NamedTuple):
    """Steepest descent preconditioned by the last steps (L-BFGS), where the matrix of `Whitened` would be too large.

    ``p = H g`` with H the diagonal's inverse, corrected by the last ``pairs`` steps s and changes y of the gradient in
    the two-loop recursion; the diagonal is rescaled by ``s'y / y'D^-1 y``. Cost: ``4 d pairs`` flops.

    Parameters
    ----------
    pairs : int, default 10
        Steps that are remembered.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Liu, D. and Nocedal, J. (1989). On the limited memory BFGS method for large scale optimization. Math. Programming
    45. doi:10.1007/BF01589116

    Examples
    --------
    >>> import numpy as np
    >>> Secant(1).direction(np.array([[2.0]]), np.array([[[4.0]], [[0.0]], [[0.0]]]), 1)
    array([[0.5]])
    """

    pairs: int = PAIRS

    @property
    def slots(self) -> int:
        """The diagonal, and a step and a change for each pair."""
        return 1 + 2 * self.pairs

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """Two loops over the pairs, the newest first and then the oldest first."""
        return two_loops(g, memory[1 : self.pairs + 1], memory[self.pairs + 1 :], lambda r: r / memory[0])

    def learn(self, step: Gradient, change: Gradient, memory: Memory) -> None:
        """Store a step and its change of the gradient, and drop the oldest pair."""
        remember(step, change, memory[1 : self.pairs + 1], memory[self.pairs + 1 :])

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        right = isinstance(self.pairs, (int, np.integer)) and self.pairs >= 1
        return None if right else f"secant needs a whole number of pairs >= 1, not {self.pairs!r}"


def two_loops(g: Gradient, steps: Memory, changes: Memory, solve: Callable[[Gradient], Gradient]) -> Gradient:
    """L-BFGS: B^-1 g for the metric that ``solve`` inverts, corrected by the pairs, of which the newest is first."""
    known = [i for i in range(len(steps)) if changes[i].any()]
    curvatures = [np.vdot(steps[i], changes[i]) for i in known]
    p, shares = g + 0.0, []
    for i, curvature in zip(known, curvatures, strict=True):
        shares.append(np.vdot(steps[i], p) / curvature)
        p -= shares[-1] * changes[i]
    p = solve(p)
    if known:
        p *= curvatures[0] / np.vdot(changes[known[0]], solve(changes[known[0]]))
    for i, curvature, share in zip(known[::-1], curvatures[::-1], shares[::-1], strict=True):
        p += (share - np.vdot(changes[i], p) / curvature) * steps[i]
    return p


def remember(step: Gradient, change: Gradient, steps: Memory, changes: Memory) -> None:
    """Store a pair as the newest, and drop the oldest one; skipped where s'y is not clearly positive."""
    if np.vdot(step, change) > 1e-10 * np.linalg.norm(step) * np.linalg.norm(change):
        for pairs, newest in ((steps, step), (changes, change)):
            for i in range(len(pairs) - 1, 0, -1):
                pairs[i] = pairs[i - 1]
            pairs[0] = newest


@rule(slots=2, elementwise=False, preconditioner="diagonal", proximal=True)
class Spectral(NamedTuple):
    """Steepest descent preconditioned by the diagonal of the Hessian, scaled by the last step (Barzilai and Borwein).

    With D the diagonal at the start, s the last step and y its change of the gradient: p = g / (sigma D), where sigma =
    s'y / s'D s. Cost: 5 d flops. An L1 penalty is allowed; its proximal step uses the same diagonal metric.

    References
    ----------
    Barzilai, J. and Borwein, J. (1988). Two-point step size gradient methods. IMA J. Numer. Anal. 8(1).
    doi:10.1093/imanum/8.1.141. Wright, S., Nowak, R. and Figueiredo, M. (2009). Sparse reconstruction by separable
    approximation. IEEE Trans. Signal Process. 57(7). doi:10.1109/TSP.2009.2016892

    Examples
    --------
    >>> import numpy as np
    >>> Spectral().direction(np.array([[2.0]]), np.array([[[4.0]], [[0.0]]]), 1)
    array([[0.5]])
    """

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """p = g / (sigma D)."""
        if not memory[1].any():
            memory[1] = memory[0]
        return g / memory[1]

    def learn(self, step: Gradient, change: Gradient, memory: Memory) -> None:
        """sigma = s'y / s'D s, kept within six decades of 1."""
        length = np.vdot(step, memory[0] * step)
        if length > 0.0:
            memory[1] = min(max(float(np.vdot(step, change) / length), 1e-6), 1e6) * memory[0]
