"""Learning rates that adapt to the descent: to its cost, or to the change of the gradient in each step."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ...core.record_kinds import step
from ...core.types import Array, Memory, Probe
from .checks import not_negative, number
from .line_search import backtrack

__all__ = ["ADGD", "BarzilaiBorwein", "Polyak"]

COSTS = 10  # costs of the last steps that Barzilai and Borwein's may rise up to
SMALL = 1e-6  # length of a first step, as a share of the point's
LONGEST = 1e150  # learning rate beyond which numbers overflow
VISIBLE = 1e-9  # relative change of a gradient above which it is not rounding


@step()
class Polyak(NamedTuple):
    """Polyak's step size, for a known minimum of the cost: ``eta_t = (F(w) - least) / |g|^2``.

    On a convex function with that minimum each step reduces the distance to every optimum. If ``least`` is below the
    minimum, or there is no finite optimum, the steps are too long and the cost does not converge; if ``least`` is above
    the minimum, the descent ends at that cost. It is meant for the plain rule without an L1 penalty. Cost: 2 flops a
    coordinate.

    Parameters
    ----------
    least : float, default 0.0
        The minimum of F, penalty included. The default, 0, is that of data which can be fitted exactly.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Polyak, B. T. (1987). Introduction to Optimization, 5.3.2. Hazan, E. and Kakade, S. (2019). Revisiting the Polyak
    step size. arXiv:1905.00313

    Examples
    --------
    >>> import numpy as np
    >>> g = np.array([[3.0], [4.0]])
    >>> Polyak(least=2.0).adapt(1, 0.0 * g, g, 7.0, ())
    0.2
    """

    least: float = 0.0

    def rate(self, t: int) -> float:
        """0: it depends on the gradient."""
        return 0.0

    def adapt(self, t: int, at: Array, g: Array, cost: float, memory: Memory) -> float:
        """``(F - least) / |g|^2``, and 0 at the minimum."""
        length = float(np.vdot(g, g))
        return max(0.0, cost - self.least) / length if length > 0.0 else 0.0

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return None if number(self.least) else f"polyak needs the least cost as a finite number, not {self.least!r}"


@step(slots=2 + COSTS)
class BarzilaiBorwein(NamedTuple):
    """Barzilai and Borwein's step size, 1 / curvature along the last step, with a non-monotone line search.

    With s the last step and y its change of the gradient: eta_t = s's / s'y (form 1, long) or s'y / y'y (form 2,
    short), at most 10^4 times the last one. Where s'y <= 0 it is ten times the last one. The first step is a millionth
    of the point's length, which measures the curvature, unless ``eta`` is given.

    On a quadratic the gap falls far faster than with any constant rate, but not at every step. So the line search
    allows the cost to rise up to the greatest of the last 10 costs, F(at - share eta p) <= max - 10^-4 share fall, and
    otherwise shortens the step as `Backtracking` does. It converges on every smooth convex function that has a minimum.
    It is meant for the plain rule. Cost: one evaluation a step, rarely more; memory for 12 points.

    Parameters
    ----------
    form : 1 or 2, default 1
        The long step or the short one.
    eta : float >= 0, default 0.0
        First learning rate; 0 finds one.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Barzilai, J. and Borwein, J. (1988). Two-point step size gradient methods. IMA J. Numer. Anal. 8(1).
    doi:10.1093/imanum/8.1.141. Raydan, M. (1997). The Barzilai and Borwein gradient method for the large scale
    unconstrained minimization problem. SIAM J. Optim. 7(1). doi:10.1137/S1052623494266365. Grippo, L., Lampariello, F.
    and Lucidi, S. (1986). A nonmonotone line search technique for Newton's method. SIAM J. Numer. Anal. 23(4).
    doi:10.1137/0723046

    Examples
    --------
    >>> import numpy as np
    >>> memory = np.zeros((12, 2, 1))
    >>> rate, at, g = BarzilaiBorwein(eta=0.1), np.array([[1.0], [2.0]]), np.array([[2.0], [8.0]])
    >>> rate.adapt(1, at, g, 9.0, memory)
    0.1
    >>> round(rate.adapt(2, at - 0.1 * g, g - 0.1 * g * [[2.0], [4.0]], 4.0, memory), 4)
    0.2576
    """

    form: int = 1
    eta: float = 0.0

    def rate(self, t: int) -> float:
        """The first learning rate; 0 where it depends on the gradient."""
        return self.eta

    def adapt(self, t: int, at: Array, g: Array, cost: float, memory: Memory) -> float:
        """Long or short step from the last step and its change of the gradient."""
        before, slope, costs = memory[0], memory[1], _costs(memory)
        if slope.any():
            costs[t % COSTS] = cost
            eta = self._step(at - before, g - slope, slope) or small_step(at, g)
        else:
            costs[:] = cost
            eta = self.eta or small_step(at, g)
        memory[0], memory[1] = at, g
        return eta

    def seek(self, probe: Probe, cost: float, fall: float, memory: Memory) -> float:
        """Accepted share of the step: all of it, unless its cost is above the last costs."""
        return backtrack(probe, cost, fall, float(_costs(memory).max()))

    def _step(self, s: Array, y: Array, slope: Array) -> float:
        moved = size(s)
        if moved == 0.0:
            return 0.0
        last, ratio = moved / size(slope), y / moved
        curvature, most = float(np.vdot(s / moved, ratio)), size(ratio)
        if curvature <= 0.0:
            return 10.0 * last
        return min(1.0 / curvature if self.form == 1 else curvature / most / most, 1e4 * last)

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        form = None if self.form in (1, 2) else f"barzilai_borwein needs form 1 (long) or 2 (short), not {self.form!r}"
        return form or not_negative(self.eta)


def _costs(memory: Memory) -> Any:
    """The last costs, one number in each slot."""
    return memory.reshape(len(memory), -1)[2:, 0]


@step(slots=4)
class ADGD(NamedTuple):
    """Adaptive gradient descent (AdGD): step sizes from the curvature along the last step, with limited growth.

    With s the last step, y its change of the gradient, ``L = |y| / |s|`` and theta the last ratio of two learning
    rates: eta_t = min(sqrt(2/3 + theta) eta_{t-1}, eta_{t-1} / sqrt(max(0, 2 eta_{t-1}^2 L^2 - 1))), theta = 1/3 at
    first. It converges on every convex function whose gradient is locally Lipschitz, without settings, line search or
    values of the cost, which may rise at some steps. It is meant for the plain rule. Cost: memory for 4 points.

    Parameters
    ----------
    eta : float >= 0, default 0.0
        First learning rate. 0 finds one: a step of a millionth of the point's length measures the curvature, ten times
        longer while the gradient does not change, and then eta = 1 / (sqrt(2) L).

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Malitsky, Y. and Mishchenko, K. (2020). Adaptive gradient descent without descent. ICML. arXiv:1910.09529
    Malitsky, Y. and Mishchenko, K. (2024). Adaptive proximal gradient method for convex optimization. NeurIPS.
    arXiv:2308.02261, algorithm 2

    Examples
    --------
    >>> import numpy as np
    >>> memory, at, g = np.zeros((4, 1, 1)), np.array([[1.0]]), np.array([[4.0]])
    >>> ADGD(eta=0.1).adapt(1, at, g, 2.0, memory)
    0.1
    >>> round(ADGD(eta=0.1).adapt(2, at - 0.1 * g, g - 0.1 * g * 4.0, 1.0, memory), 4)
    0.1
    """

    eta: float = 0.0

    def rate(self, t: int) -> float:
        """The first learning rate; 0 where it depends on the gradient."""
        return self.eta

    def adapt(self, t: int, at: Array, g: Array, cost: float, memory: Memory) -> float:
        """The smaller of the bounds by growth and by curvature."""
        before, slope, eta, theta = memory[0], memory[1], float(memory[2].flat[0]), float(memory[3].flat[0])
        if not slope.any():
            eta, theta = (self.eta, 1.0 / 3.0) if self.eta > 0.0 else (small_step(at, g), 0.0)
        elif (at != before).any():
            eta, theta = _grown(eta, theta, size(at - before), size(g - slope), size(slope))
        memory[0], memory[1], memory[2], memory[3] = at, g, eta, theta
        return eta

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return not_negative(self.eta)


def _grown(eta: float, theta: float, moved: float, change: float, slope: float) -> tuple[float, float]:
    """The next learning rate and its ratio to the last one, ``eta``; theta is 0 while the curvature is unknown."""
    curvature = change / moved
    if theta == 0.0:
        return (1.0 / (math.sqrt(2.0) * curvature), 1.0 / 3.0) if change > VISIBLE * slope else (10.0 * eta, 0.0)
    excess = 2.0 * (eta * curvature) ** 2 - 1.0
    local = eta / math.sqrt(excess) if excess > 0.0 else math.inf
    grown = min(math.sqrt(2.0 / 3.0 + theta) * eta, local, LONGEST)
    return grown, grown / eta


def size(v: Array) -> float:
    """Euclidean length, of numbers of any size."""
    largest = float(np.abs(v).max())
    return largest * float(np.linalg.norm(v / largest)) if 0.0 < largest < math.inf else largest


def small_step(at: Array, g: Array) -> float:
    """A learning rate that moves the point by a millionth of its length, or of 1 if that is more."""
    slope = size(g)
    return SMALL * max(1.0, size(at)) / slope if slope > 0.0 else 1.0
