"""Anderson acceleration: the combination of the last points with the smallest extrapolated gradient."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.record_kinds import rule
from ...core.types import Gradient, Memory

__all__ = ["Anderson"]


@rule(slots=None, elementwise=False, sees=("rate", "point"), batch=True)
class Anderson(NamedTuple):
    """Anderson acceleration of plain steps, with plain steps as a safeguard; it needs the gradient over all rows.

    With the last ``pairs`` steps S and changes Y of the gradient as columns, gamma minimises ``|g - Y gamma|``, and
    ``w <- w - S gamma - eta (g - Y gamma)``. A step that increases the norm of the gradient is undone: w returns and
    takes the plain step, and S and Y are discarded. With eta at most 1/L no plain step increases the norm of the
    gradient of a convex objective, so that the rule takes at most twice the gradients of plain descent. On quadratics
    it is GMRES with a short memory. Cost: about ``4 d pairs^2`` flops.

    Parameters
    ----------
    pairs : int, default 10
        Number of steps in memory.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Anderson, D. (1965). Iterative procedures for nonlinear integral equations. J. ACM 12(4). doi:10.1145/321296.321305.
    Walker, H. and Ni, P. (2011). Anderson acceleration for fixed-point iterations. SIAM J. Numer. Anal. 49(4).
    doi:10.1137/10078356X. Safeguards: Zhang, J., O'Donoghue, B. and Boyd, S. (2020). Globally convergent type-I
    Anderson acceleration for nonsmooth fixed-point iterations. SIAM J. Optim. 30(4). doi:10.1137/18M1232772

    Examples
    --------
    >>> import numpy as np
    >>> memory = np.zeros((6, 1, 1))
    >>> rule, w = Anderson(pairs=1), np.array([[4.0]])
    >>> for t in (1, 2):  # half of 3 w^2, whose plain step of 0.1 leaves 0.7 of w
    ...     memory[4], memory[5] = 0.1, w
    ...     w = w - 0.1 * rule.direction(3.0 * w, memory, t)
    >>> abs(round(float(w[0, 0]), 12))
    0.0
    """

    pairs: int = 10

    @property
    def slots(self) -> int:
        """A step and a change for each pair, the last point and its gradient."""
        return 2 * self.pairs + 2

    def direction(self, g: Gradient, memory: Memory, t: int) -> Gradient:
        """p = g - Y gamma + S gamma / eta, or the return to the last point and a plain step from there."""
        m = self.pairs
        steps, changes, rate, w = memory[:m], memory[m : 2 * m], memory[2 * m + 2].max(), memory[2 * m + 3]
        last, before = memory[2 * m], memory[2 * m + 1]
        if rate == 0.0:  # a schedule has ended: the point stays, whatever the direction
            return g
        if steps[0].any() and np.vdot(g, g) > np.vdot(before, before):
            memory[: 2 * m] = 0.0
            return before + (w - last) / rate
        if t > 1:
            for pairs, newest in ((steps, w - last), (changes, g - before)):
                pairs[1:] = pairs[:-1].copy()
                pairs[0] = newest
        last[:], before[:] = w, g
        gamma = least(changes.reshape(m, -1), g.ravel())
        return g - np.tensordot(gamma, changes, 1) + np.tensordot(gamma, steps, 1) / rate

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        right = isinstance(self.pairs, (int, np.integer)) and self.pairs >= 1
        return None if right else f"anderson needs a whole number of pairs >= 1, not {self.pairs!r}"


def least(rows: Gradient, g: Gradient) -> Gradient:
    """Weights that minimise |g - weights @ rows|, of least norm (rows scaled to length 1) if several do."""
    size = np.sqrt((rows * rows).sum(axis=1))
    size[size == 0.0] = 1.0
    if not (np.isfinite(size).all() and np.isfinite(g).all()):
        return 0.0 * size  # the iterates overflow: the descent is about to end
    return np.linalg.lstsq((rows / size[:, None]).T, g, rcond=1e-12)[0] / size
