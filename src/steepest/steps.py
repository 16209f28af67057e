"""Learning rates: how far to go at update t (counted from 1), as records with one method ``rate(t)``.

To add a schedule write such a record, here or in a file of your own, and name it in ``__all__``.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from .records import record

__all__ = ["Constant", "ExponentialDecay", "InverseScaling"]


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


def _positive(eta: float) -> str | None:
    if math.isfinite(eta) and eta > 0:
        return None
    return f"the learning rate must be a positive number, not {eta!r}"
