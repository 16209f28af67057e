"""Penalties: what the size of the raw coefficients costs. The intercept is never penalised.

A penalty is a record of two methods, ``value`` and ``slope``, that work coordinate by coordinate on raw coefficients.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .records import record

__all__ = ["L2", "NoPenalty"]


@record
class NoPenalty(NamedTuple):
    """Nothing is penalised: r(w) = 0.

    Examples
    --------
    >>> NoPenalty().value(3.0)
    0.0
    """

    def value(self, w: Any) -> Any:
        """0 for each coefficient."""
        return 0.0 * w

    def slope(self, w: Any) -> Any:
        """0 for each coefficient."""
        return 0.0 * w


@record
class L2(NamedTuple):
    """Ridge penalty r(w) = alpha/2 |w|^2, added to the mean loss (not to the sum).

    Parameters
    ----------
    alpha : float
        Strength, >= 0; scikit-learn's ``Ridge(alpha)`` on n rows is ``alpha / n`` here, ``LogisticRegression(C)`` is
        ``1 / (n C)``.

    Examples
    --------
    >>> L2(0.5).value(2.0), L2(0.5).slope(2.0)
    (1.0, 1.0)
    """

    alpha: float = 1.0

    def value(self, w: Any) -> Any:
        """alpha/2 w^2 for each coefficient."""
        return 0.5 * self.alpha * w * w

    def slope(self, w: Any) -> Any:
        """Alpha w for each coefficient."""
        return self.alpha * w


def ridge(alpha: float) -> L2 | NoPenalty:
    """L2 of strength alpha, or no penalty at all where alpha is 0."""
    return L2(float(alpha)) if alpha else NoPenalty()
