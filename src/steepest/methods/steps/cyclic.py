"""Schedules for a given number of updates: decreasing, rising and falling, or periodic."""

from __future__ import annotations

import math
from typing import NamedTuple

from ...core.record_kinds import step
from .checks import positive, share, up_to, whole

__all__ = ["Cosine", "Cyclical", "OneCycle", "WarmUp"]


@step()
class Cosine(NamedTuple):
    """Half a cosine from eta down to a floor: eta_t = floor + (eta - floor) (1 + cos(pi (t - 1) / steps)) / 2.

    From update ``steps`` + 1 on it is the floor; there is no restart. Cost: O(1) a step.

    Parameters
    ----------
    eta : float > 0, default 0.01
        Learning rate of the first step.
    steps : int >= 1, default 1000
        Number of updates of the decrease.
    floor : float, 0 <= floor <= eta, default 0.0
        Learning rate from then on; with 0 the descent stands still.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Loshchilov, I. and Hutter, F. (2017). SGDR: stochastic gradient descent with warm restarts. ICLR. arXiv:1608.03983

    Examples
    --------
    >>> [round(Cosine(0.1, steps=4).rate(t), 4) for t in (1, 3, 5, 6)]
    [0.1, 0.05, 0.0, 0.0]
    """

    eta: float = 0.01
    steps: float = 1000
    floor: float = 0.0

    def rate(self, t: int) -> float:
        """Learning rate of update t."""
        done = min(1.0, (t - 1) / self.steps)
        return self.floor + (self.eta - self.floor) * 0.5 * (1.0 + math.cos(math.pi * done))

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return positive(self.eta) or whole("steps", self.steps) or up_to("floor", self.floor, self.eta)


@step()
class WarmUp(NamedTuple):
    """A straight line up to eta, eta_t = eta t / warm; then eta, or half a cosine down to a floor at update ``steps``.

    In the decrease, eta_t = floor + (eta - floor) (1 + cos(pi (t - warm) / (steps - warm))) / 2. Cost: O(1) a step.

    Parameters
    ----------
    eta : float > 0, default 0.01
        Largest learning rate, that of update ``warm``.
    warm : int >= 1, default 100
        Number of updates of the increase.
    steps : int, 0 or > warm, default 0
        Update at which the floor is reached; 0 stays at eta.
    floor : float, 0 <= floor <= eta, default 0.0
        Learning rate from update ``steps`` on.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Goyal, P. et al. (2017). Accurate, large minibatch SGD: training ImageNet in 1 hour. arXiv:1706.02677, 2.2

    Examples
    --------
    >>> [round(WarmUp(0.1, warm=2, steps=6).rate(t), 4) for t in (1, 2, 4, 6, 7)]
    [0.05, 0.1, 0.05, 0.0, 0.0]
    """

    eta: float = 0.01
    warm: float = 100
    steps: float = 0
    floor: float = 0.0

    def rate(self, t: int) -> float:
        """Learning rate of update t."""
        if t <= self.warm:
            return self.eta * (t / self.warm)
        if self.steps <= self.warm:
            return 1.0 * self.eta
        done = min(1.0, (t - self.warm) / (self.steps - self.warm))
        return self.floor + (self.eta - self.floor) * 0.5 * (1.0 + math.cos(math.pi * done))

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        wrong = positive(self.eta) or whole("warm", self.warm) or whole("steps", self.steps, 0)
        if not wrong and 0 < self.steps <= self.warm:
            wrong = f"steps must be 0 or more than warm = {self.warm:g}, not {self.steps!r}"
        return wrong or up_to("floor", self.floor, self.eta)


@step()
class OneCycle(NamedTuple):
    """One cycle: up to eta and down to a rate near 0, each by half a cosine.

    With c(x) = (1 - cos(pi x)) / 2, u = t - 1, the top at m = rise steps - 1, low = eta / start and last = low / end:
    eta_t = low + (eta - low) c(u / m) up to the top, then eta - (eta - last) c((u - m) / (steps - 1 - m)). Cost: O(1) a
    step.

    Parameters
    ----------
    eta : float > 0, default 0.01
        Largest learning rate.
    steps : int >= 2, default 1000
        Updates of the cycle; after them the learning rate stays at its last value.
    rise : float, 1 / steps < rise < 1, default 0.3
        Share of the updates in which the rate rises.
    start, end : float >= 1, defaults 25.0 and 10000.0
        The first learning rate is eta / start, the last one eta / (start end).

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Smith, L. and Topin, N. (2019). Super-convergence: very fast training of neural networks using large learning rates.
    doi:10.1117/12.2520589. The form is that of torch.optim.lr_scheduler.OneCycleLR.

    Examples
    --------
    >>> [round(OneCycle(0.1, steps=10).rate(t), 4) for t in (1, 2, 3, 6, 10, 11)]
    [0.004, 0.052, 0.1, 0.0611, 0.0, 0.0]
    """

    eta: float = 0.01
    steps: float = 1000
    rise: float = 0.3
    start: float = 25.0
    end: float = 1e4

    def rate(self, t: int) -> float:
        """Learning rate of update t."""
        u, top, low = min(t - 1, self.steps - 1), self.rise * self.steps - 1.0, self.eta / self.start
        if u <= top:
            return low + (self.eta - low) * 0.5 * (1.0 - math.cos(math.pi * u / top))
        done, last = (u - top) / (self.steps - 1.0 - top), low / self.end
        return last + (self.eta - last) * 0.5 * (1.0 + math.cos(math.pi * done))

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        wrong = positive(self.eta) or whole("steps", self.steps, 2) or share("rise", self.rise)
        if not wrong and not 1 < self.rise * self.steps < self.steps:
            wrong = f"rise must be above 1 / steps and below 1, not {self.rise!r}: the top needs updates on both sides"
        wrong = wrong or up_to("start", self.start, 1e12) or up_to("end", self.end, 1e12)
        return wrong or (None if self.start >= 1 and self.end >= 1 else "one_cycle needs start >= 1 and end >= 1")


@step()
class Cyclical(NamedTuple):
    """A triangle again and again: ``eta_t = floor + (eta - floor) (1 - |1 - u|)``, ``u = ((t - 1) / half) mod 2``.

    Cost: O(1) a step.

    Parameters
    ----------
    eta : float > 0, default 0.01
        Largest learning rate, that of update half + 1.
    half : int >= 1, default 1000
        Number of updates in which the rate rises, and in which it falls; Smith advises 2 to 10 epochs.
    floor : float, 0 <= floor <= eta, default 0.0001
        Learning rate of the first step.

    Raises
    ------
    UsageError
        When it is used, if a setting is out of its range.

    References
    ----------
    Smith, L. (2017). Cyclical learning rates for training neural networks. WACV. doi:10.1109/WACV.2017.58

    Examples
    --------
    >>> [round(Cyclical(0.1, half=2, floor=0.02).rate(t), 4) for t in (1, 2, 3, 4, 5, 6)]
    [0.02, 0.06, 0.1, 0.06, 0.02, 0.06]
    """

    eta: float = 0.01
    half: float = 1000
    floor: float = 0.0001

    def rate(self, t: int) -> float:
        """Learning rate of update t."""
        u = (t - 1) % (2 * self.half) / self.half
        return self.floor + (self.eta - self.floor) * (1.0 - abs(1.0 - u))

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return positive(self.eta) or whole("half", self.half) or up_to("floor", self.floor, self.eta)
