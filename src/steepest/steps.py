"""Learning rates: how far to go at update t (counted from 1), as records with one method ``rate(t)``.

One that looks at the objective has a second method, ``seek(probe, cost, fall) -> share``: ``probe(share)`` gives cost
and slope at that share of the step, 1 being the whole of it, and ``fall`` is the slope downhill at its foot.

To add a schedule write such a record, here or in a file of your own, and name it in ``__all__``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from .records import record

__all__ = ["Backtracking", "Constant", "ExponentialDecay", "InverseScaling"]


@record
class Constant(NamedTuple):
    """The same learning rate at every step: eta_t = eta.

    Parameters
    ----------
    eta : float > 0
        Learning rate. For least squares the descent settles exactly when eta < 2 / lambda_max (`stability_limit`).

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
        return _positive(self.eta)


@record
class InverseScaling(NamedTuple):
    """Falling like a power of t: eta_t = eta / t^power (scikit-learn's "invscaling").

    Parameters
    ----------
    eta : float > 0
        Learning rate of the first step.
    power : float >= 0
        Exponent; 1/2 to 1 makes stochastic descent converge (Robbins and Monro, doi:10.1214/aoms/1177729586).

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
        return _positive(self.eta) or (
            None if 0 <= self.power <= 10 else f"power must be from 0 to 10, not {self.power!r}"
        )


@record
class ExponentialDecay(NamedTuple):
    """Falling by a fixed factor a step: eta_t = eta decay^(t - 1).

    Parameters
    ----------
    eta : float > 0
        Learning rate of the first step.
    decay : float, 0 < decay <= 1
        Factor from one step to the next. All steps together go no farther than eta / (1 - decay) gradients.

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
        return _positive(self.eta) or (None if 0 < self.decay <= 1 else f"decay must be in (0, 1], not {self.decay!r}")


@record
class Backtracking(NamedTuple):
    """Armijo's rule: the whole step, made shorter until the cost falls by a fair part of what the slope promises.

    With p the direction, ``fall`` = g . p eta and s the share of the step: F(at - s eta p) <= F(at) - slope s fall. The
    next share is the least point of the parabola through what is known, between a tenth and ``shrink`` of the last one.
    Where the cost changes by its own rounding alone, the slope at the new point decides (approximate Wolfe condition).

    Parameters
    ----------
    eta : float > 0
        Learning rate that is tried first; 1 fits Newton's direction and its kin.
    shrink : float, 0.1 <= shrink < 1
        Largest factor from one trial to the next.
    slope : float, 0 < slope < 0.5
        Part of the promised fall that is enough.

    References
    ----------
    Armijo, L. (1966). Minimization of functions having Lipschitz continuous first partial derivatives. Pacific J. Math.
    16(1). doi:10.2140/pjm.1966.16.1. Hager, W. and Zhang, H. (2005). A new conjugate gradient method with guaranteed
    descent and an efficient line search. SIAM J. Optim. 16(1). doi:10.1137/030601880

    Examples
    --------
    >>> parabola = lambda share: ((4.0 * share - 1.0) ** 2, 8.0 * (4.0 * share - 1.0))
    >>> Backtracking().seek(parabola, 1.0, 8.0)
    0.25
    """

    eta: float = 1.0
    shrink: float = 0.5
    slope: float = 1e-4

    def rate(self, t: int) -> float:
        """Learning rate that is tried first."""
        return self.eta

    def seek(self, probe: Callable[[float], tuple[float, float]], cost: float, fall: float) -> float:
        """Share of the step that is taken; 0 where no share of it is any better."""
        share, noise = 1.0, NOISE * abs(cost)
        while share > SHORTEST:
            reached, slope = probe(share)
            if reached <= cost - self.slope * share * fall and reached < cost - noise:
                return share
            if reached <= cost + noise and slope <= (1.0 - 2.0 * self.slope) * fall:
                return share
            bend = 2.0 * (reached - cost + share * fall) / share
            best = fall / bend if 0.0 < bend < math.inf else 0.0
            share = min(max(best, 0.1 * share), self.shrink * share)
        return 0.0

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        right = 0.1 <= self.shrink < 1 and 0 < self.slope < 0.5
        return _positive(self.eta) or (None if right else "backtracking needs 0.1 <= shrink < 1 and 0 < slope < 0.5")


NOISE = 1e-13  # relative rounding of a cost, which is a sum over many rows
SHORTEST = 1e-10  # share of a step below which there is no better one


def _positive(eta: float) -> str | None:
    if math.isfinite(eta) and eta > 0:
        return None
    return f"the learning rate must be a positive number, not {eta!r}"
