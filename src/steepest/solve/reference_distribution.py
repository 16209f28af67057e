"""Reference distributions of test statistics: normal, t, chi-squared and F, from SciPy's special functions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.types import Array

__all__ = ["Reference", "tail"]


class Reference(NamedTuple):
    """Standard normal, or t with ``degrees`` of freedom.

    Examples
    --------
    >>> Reference().quantile(0.95).__round__(6), Reference(10).quantile(0.95).__round__(6)
    (1.959964, 2.228139)
    >>> Reference(10).p_values(np.array([2.2281388519649385])).round(9).tolist()
    [0.05]
    """

    degrees: float | None = None

    @property
    def name(self) -> str:
        """What a statistic is called: "z" or "t"."""
        return "z" if self.degrees is None else "t"

    def p_values(self, statistics: Array) -> Array:
        """Probability of a statistic as far from 0 or farther."""
        from scipy.special import ndtr, stdtr

        low = -np.abs(statistics)
        return np.asarray(2.0 * (ndtr(low) if self.degrees is None else stdtr(self.degrees, low)))

    def quantile(self, level: float) -> float:
        """The number between whose negative and itself a statistic is with probability ``level``."""
        from scipy.special import ndtri, stdtrit

        share = 0.5 * (1.0 - level)
        return -float(ndtri(share) if self.degrees is None else stdtrit(self.degrees, share))


def tail(statistic: float, degrees: tuple[float, ...]) -> float:
    """Probability of a chi-squared statistic this large or larger, or of F with two degrees of freedom.

    Examples
    --------
    >>> round(tail(3.841458820694124, (1,)), 9), round(tail(4.964602743730711, (1, 10)), 9)
    (0.05, 0.05)
    """
    from scipy.special import chdtrc, fdtrc

    return float(fdtrc(*degrees, statistic) if len(degrees) > 1 else chdtrc(*degrees, statistic))
