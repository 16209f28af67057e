"""Schedules of any length: learning rates that depend on t alone."""

from __future__ import annotations

import math
from typing import NamedTuple

from ...core.record_kinds import step
from .checks import positive, share, up_to, whole

__all__ = ["Constant", "ExponentialDecay", "InverseScaling", "InverseTime", "Silver", "StepDecay"]


@step()
class Constant(NamedTuple):
    """The same learning rate at every step: eta_t = eta.

    Cost: O(1) a step.

    Parameters
    ----------
    eta : float > 0, default 0.01
        Learning rate. For least squares the descent converges if and only if eta < 2 / lambda_max (`stability_limit`).

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Nesterov, Y. (2018). Lectures on Convex Optimization, 2.1.5. doi:10.1007/978-3-319-91578-4

    Examples
    --------
    >>> Constant(0.1).rate(7)
    0.1
    """

    eta: float = 0.01

    def rate(self, t: int) -> float:
        """Learning rate of update t."""
        return self.eta

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return positive(self.eta)


@step()
class InverseScaling(NamedTuple):
    """Falling like a power of t: eta_t = eta / t^power (scikit-learn's "invscaling").

    Cost: O(1) a step.

    Parameters
    ----------
    eta : float > 0, default 0.01
        Learning rate of the first step.
    power : float >= 0, default 0.25
        Exponent; above 1/2 and up to 1 stochastic descent converges.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Robbins, H. and Monro, S. (1951). A stochastic approximation method. Ann. Math. Statist. 22(3).
    doi:10.1214/aoms/1177729586

    Examples
    --------
    >>> InverseScaling(0.1, 0.5).rate(4)
    0.05
    """

    eta: float = 0.01
    power: float = 0.25

    def rate(self, t: int) -> float:
        """Learning rate of update t."""
        return float(self.eta / t**self.power)

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return positive(self.eta) or up_to("power", self.power, 10)


@step()
class InverseTime(NamedTuple):
    """Constant at first, later falling like 1/t: eta_t = eta / (1 + decay (t - 1)).

    With decay = alpha eta, where alpha is the weight of an L2 penalty, the rate tends to 1 / (alpha t), the rate for
    strongly convex objectives. scikit-learn's "optimal" is that with eta = alpha^(-1/4). Cost: O(1) a step.

    Parameters
    ----------
    eta : float > 0, default 0.01
        Learning rate of the first step; half of it is left at t = 1 + 1 / decay.
    decay : float >= 0, default 0.001
        How fast it falls.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Bottou, L. (2012). Stochastic gradient descent tricks. In Neural Networks: Tricks of the Trade.
    doi:10.1007/978-3-642-35289-8_25

    Examples
    --------
    >>> [round(InverseTime(0.1, 0.5).rate(t), 4) for t in (1, 3, 19)]
    [0.1, 0.05, 0.01]
    """

    eta: float = 0.01
    decay: float = 0.001

    def rate(self, t: int) -> float:
        """Learning rate of update t."""
        return self.eta / (1.0 + self.decay * (t - 1))

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return positive(self.eta) or up_to("decay", self.decay, 1e12)


@step()
class ExponentialDecay(NamedTuple):
    """Falling by a fixed factor a step: eta_t = eta decay^(t - 1).

    Cost: O(1) a step.

    Parameters
    ----------
    eta : float > 0, default 0.01
        Learning rate of the first step.
    decay : float, 0 < decay <= 1, default 0.999
        Factor from one step to the next. The rates sum to at most eta / (1 - decay).

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Li, X., Zhuang, Z. and Orabona, F. (2021). A second look at exponential and cosine step sizes: simplicity,
    adaptivity, and performance. ICML. arXiv:2002.05273

    Examples
    --------
    >>> ExponentialDecay(0.1, 0.5).rate(3)
    0.025
    """

    eta: float = 0.01
    decay: float = 0.999

    def rate(self, t: int) -> float:
        """Learning rate of update t."""
        return self.eta * self.decay ** (t - 1)

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return positive(self.eta) or share("decay", self.decay)


@step()
class StepDecay(NamedTuple):
    """Stairs: eta_t = eta factor^floor((t - 1) / every).

    Cost: O(1) a step.

    Parameters
    ----------
    eta : float > 0, default 0.01
        Learning rate of the first ``every`` steps.
    every : int >= 1, default 1000
        Updates on one stair.
    factor : float, 0 < factor <= 1, default 0.5
        From one stair to the next.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Ge, R., Kakade, S., Kidambi, R. and Netrapalli, P. (2019). The step decay schedule: a near optimal, geometrically
    decaying learning rate procedure for least squares. NeurIPS. arXiv:1904.12838

    Examples
    --------
    >>> [StepDecay(0.1, every=2).rate(t) for t in (1, 2, 3, 4, 5)]
    [0.1, 0.1, 0.05, 0.05, 0.025]
    """

    eta: float = 0.01
    every: float = 1000
    factor: float = 0.5

    def rate(self, t: int) -> float:
        """Learning rate of update t."""
        return float(self.eta * self.factor ** ((t - 1) // self.every))

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return positive(self.eta) or whole("every", self.every) or share("factor", self.factor)


@step()
class Silver(NamedTuple):
    """Silver steps: eta_t = eta (1 + rho^(v - 1)), rho = 1 + sqrt(2), 2^v the largest power of 2 that divides t.

    Meant for the plain rule, all rows and eta = 1/L, with L the largest curvature. Some steps are far beyond 2/L and
    the cost rises now and then; after t = 2^k - 1 updates of a convex function the gap is at most
    ``L |w_0 - w*|^2 / (1 + sqrt(4 rho^(2k) - 3))``, which falls like t^-1.27: equal steps of any length do no better
    than t^-1. There is no bound for the cost in between. Cost: O(1) a step.

    Parameters
    ----------
    eta : float > 0, default 0.01
        1/L; half of `stability_limit`.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Altschuler, J. and Parrilo, P. (2025). Acceleration by stepsize hedging: silver stepsize schedule for smooth convex
    optimization. Math. Programming 213. doi:10.1007/s10107-024-02164-2. And (2025) Acceleration by stepsize hedging I:
    multi-step descent and the silver stepsize schedule. J. ACM 72(2). doi:10.1145/3708502

    Examples
    --------
    >>> [round(Silver(1.0).rate(t), 3) for t in (1, 2, 3, 4, 5, 6, 7)]
    [1.414, 2.0, 1.414, 3.414, 1.414, 2.0, 1.414]
    """

    eta: float = 0.01

    def rate(self, t: int) -> float:
        """Learning rate of update t."""
        return float(self.eta * (1.0 + RHO ** (math.log2(t & -t) - 1.0)))

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return positive(self.eta)


RHO = 1.0 + math.sqrt(2.0)  # the silver ratio
