"""Averages of iterates: the answer of a descent whose answer is not the last point.

An average is an ``@average()`` record with one method, ``share(t)``: after update t, mean <- mean + share(t) (point -
mean). In stochastic descent an average converges where the last point keeps fluctuating.

Notes
-----
Parameter of the method:

t : int >= 1
    Number of the update after which the point is reached.

Examples
--------
>>> from steepest import averages
>>> mean = 0.0
>>> for t, point in enumerate([4.0, 2.0, 3.0], 1):
...     mean += averages.PolyakRuppert().share(t) * (point - mean)
>>> mean
3.0
"""

from __future__ import annotations

from typing import NamedTuple

from ..core.record_kinds import average

__all__ = ["LastPoint", "PolyakRuppert", "Weighted"]


@average(slots=0)
class LastPoint(NamedTuple):
    """No average: the answer is the last point.

    share(t) = 1. Cost: none.

    Examples
    --------
    >>> LastPoint().share(7)
    1.0
    """

    def share(self, t: int) -> float:
        """1, so that the mean is the last point."""
        return 1.0


@average()
class PolyakRuppert(NamedTuple):
    """The plain mean of all points after update ``begin``.

    share(t) = 1 / (t - begin), and 1 up to t = begin + 1. Cost: 3 flops a coordinate.

    Parameters
    ----------
    begin : int, default 0
        Number of updates to skip; until then the answer is the last point.

    Raises
    ------
    UsageError
        When it is used, if begin is negative.

    References
    ----------
    Polyak, B. and Juditsky, A. (1992). Acceleration of stochastic approximation by averaging. SIAM J. Control Optim.
    30(4). doi:10.1137/0330046. Ruppert, D. (1988). Efficient estimations from a slowly convergent Robbins-Monro
    process. Cornell University.

    Examples
    --------
    >>> [PolyakRuppert(begin=2).share(t) for t in (1, 2, 3, 4)]
    [1.0, 1.0, 1.0, 0.5]
    """

    begin: int = 0

    def share(self, t: int) -> float:
        """1 / (t - begin), 1 until then."""
        return 1.0 / max(1, t - self.begin)

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return None if self.begin >= 0 else f"polyak_ruppert needs begin >= 0, not {self.begin!r}"


@average()
class Weighted(NamedTuple):
    """A weighted mean of the points: the point after update t has a weight of about t^power.

    share(t) = (power + 1) / (power + t). Cost: 3 flops a coordinate.

    Parameters
    ----------
    power : float >= 0, default 3.0
        0 is the plain mean; with 3 the last half of the points has 15/16 of the weight.

    Raises
    ------
    UsageError
        When it is used, if power is not from 0 to 100.

    References
    ----------
    Shamir, O. and Zhang, T. (2013). Stochastic gradient descent for non-smooth optimization: convergence results and
    optimal averaging schemes. ICML. arXiv:1212.1824 (polynomial-decay averaging)

    Examples
    --------
    >>> [Weighted(1.0).share(t) for t in (1, 2, 3)]
    [1.0, 0.6666666666666666, 0.5]
    """

    power: float = 3.0

    def share(self, t: int) -> float:
        """(power + 1) / (power + t)."""
        return (self.power + 1.0) / (self.power + t)

    def check(self) -> str | None:
        """Say what is wrong with the settings, or None."""
        return None if 0 <= self.power <= 100 else f"weighted needs a power from 0 to 100, not {self.power!r}"
