"""Penalties ``r(w) = l2/2 |w|^2 + l1 |w|_1`` on the raw coefficients. The intercept is never penalised.

A penalty is a record of two weights, ``l2`` and ``l1``, and two elementwise methods on raw coefficients: ``value``, the
whole penalty, and ``slope``, the derivative of its smooth part. The other part, ``l1 |w|_1``, has no derivative at 0
and is handled by its proximal map `soften`. A `Problem` may multiply the penalty of each column by a factor, and
constrain the signs of coefficients. The weights have the units of the loss per unit of ``|w|^2`` or ``|w|``.

Notes
-----
Parameter of the methods, which return numbers shaped like it:

w : float or (d, k) array
    Raw coefficients.

Examples
--------
>>> from steepest import Problem, penalties
>>> Problem("squared_error", penalties.ElasticNet(0.1, 0.5)).penalty.value(2.0).item()
0.2
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..core.record_kinds import record
from ..core.record_types import Penalty
from ..core.types import Coefficient

__all__ = ["L1", "L2", "ElasticNet", "NoPenalty"]


@record
class NoPenalty(NamedTuple):
    """No penalty: r(w) = 0.

    Cost: O(1) a coefficient.

    Examples
    --------
    >>> NoPenalty().value(3.0)
    0.0
    """

    @property
    def l2(self) -> float:
        """Weight of ``|w|^2 / 2``: 0."""
        return 0.0

    @property
    def l1(self) -> float:
        """Weight of ``|w|_1``: 0."""
        return 0.0

    def value(self, w: Coefficient) -> Coefficient:
        """0 for each coefficient."""
        return 0.0 * w

    def slope(self, w: Coefficient) -> Coefficient:
        """0 for each coefficient."""
        return 0.0 * w


@record
class L2(NamedTuple):
    """Ridge penalty ``r(w) = alpha/2 |w|^2``, added to the mean loss (not to the sum).

    Cost: 2 flops a coefficient.

    Parameters
    ----------
    alpha : float >= 0, default 1.0
        Weight of the penalty; scikit-learn's ``Ridge(alpha)`` on n rows is ``alpha / n`` here,
        ``LogisticRegression(C)`` is ``1 / (n C)``.

    Raises
    ------
    UsageError
        When it is used, if alpha is not a number >= 0.

    References
    ----------
    Hoerl, A. E. and Kennard, R. W. (1970). Ridge regression: biased estimation for nonorthogonal problems.
    Technometrics 12(1). doi:10.1080/00401706.1970.10488634

    Examples
    --------
    >>> L2(0.5).value(2.0), L2(0.5).slope(2.0)
    (1.0, 1.0)
    """

    alpha: float = 1.0

    @property
    def l2(self) -> float:
        """Weight of ``|w|^2 / 2``: alpha."""
        return self.alpha

    @property
    def l1(self) -> float:
        """Weight of ``|w|_1``: 0."""
        return 0.0

    def value(self, w: Coefficient) -> Coefficient:
        """alpha/2 w^2 for each coefficient."""
        return 0.5 * self.alpha * w * w

    def slope(self, w: Coefficient) -> Coefficient:
        """``alpha w`` for each coefficient."""
        return self.alpha * w

    def check(self) -> str | None:
        """What is wrong with the settings, or None."""
        return _wrong_weight(self.alpha)


@record
class L1(NamedTuple):
    """Lasso penalty ``r(w) = alpha |w|_1``, added to the mean loss: many coefficients become exactly 0.

    Cost: 2 flops a coefficient.

    Parameters
    ----------
    alpha : float >= 0, default 1.0
        Weight of the penalty; scikit-learn's ``Lasso(alpha)`` is the same with loss "squared_error".

    Raises
    ------
    UsageError
        When it is used, if alpha is not a number >= 0.

    References
    ----------
    Tibshirani, R. (1996). Regression shrinkage and selection via the lasso. J. R. Statist. Soc. B 58(1).
    doi:10.1111/j.2517-6161.1996.tb02080.x

    Examples
    --------
    >>> float(L1(0.5).value(-2.0)), L1(0.5).slope(-2.0)
    (1.0, -0.0)
    """

    alpha: float = 1.0

    @property
    def l2(self) -> float:
        """Weight of ``|w|^2 / 2``: 0."""
        return 0.0

    @property
    def l1(self) -> float:
        """Weight of ``|w|_1``: alpha."""
        return self.alpha

    def value(self, w: Coefficient) -> Coefficient:
        """``alpha |w|`` for each coefficient."""
        return self.alpha * np.abs(w)

    def slope(self, w: Coefficient) -> Coefficient:
        """0: there is no smooth part."""
        return 0.0 * w

    def check(self) -> str | None:
        """What is wrong with the settings, or None."""
        return _wrong_weight(self.alpha)


@record
class ElasticNet(NamedTuple):
    """Elastic-net penalty ``r(w) = alpha ((1 - l1_ratio)/2 |w|^2 + l1_ratio |w|_1)``, added to the mean loss.

    Cost: 6 flops a coefficient.

    Parameters
    ----------
    alpha : float >= 0, default 1.0
        Weight of the penalty, as in glmnet (``lambda`` there) and scikit-learn's ``ElasticNet``.
    l1_ratio : float from 0 to 1, default 0.5
        Share of the L1 part (``alpha`` in glmnet).

    Raises
    ------
    UsageError
        When it is used, if alpha is not a number >= 0, or l1_ratio not one from 0 to 1.

    References
    ----------
    Zou, H. and Hastie, T. (2005). Regularization and variable selection via the elastic net. J. R. Statist. Soc. B
    67(2). doi:10.1111/j.1467-9868.2005.00503.x

    Examples
    --------
    >>> float(ElasticNet(0.5, 0.5).value(-2.0)), ElasticNet(0.5, 0.5).slope(-2.0)
    (1.0, -0.5)
    """

    alpha: float = 1.0
    l1_ratio: float = 0.5

    @property
    def l2(self) -> float:
        """Weight of ``|w|^2 / 2``: alpha (1 - l1_ratio)."""
        return self.alpha * (1.0 - self.l1_ratio)

    @property
    def l1(self) -> float:
        """Weight of ``|w|_1``: alpha l1_ratio."""
        return self.alpha * self.l1_ratio

    def value(self, w: Coefficient) -> Coefficient:
        """r(w) for each coefficient."""
        return self.alpha * (0.5 * (1.0 - self.l1_ratio) * w * w + self.l1_ratio * np.abs(w))

    def slope(self, w: Coefficient) -> Coefficient:
        """Derivative of the L2 part: alpha (1 - l1_ratio) w for each coefficient."""
        return self.alpha * (1.0 - self.l1_ratio) * w

    def check(self) -> str | None:
        """What is wrong with the settings, or None."""
        ratio = f"l1_ratio must be a number from 0 to 1, not {self.l1_ratio!r}"
        return _wrong_weight(self.alpha) or (None if 0 <= self.l1_ratio <= 1 else ratio)


def _wrong_weight(alpha: float) -> str | None:
    right = 0 <= alpha < float("inf")
    return None if right else f"alpha, the weight of the penalty, must be a number >= 0, not {alpha!r}"


def elastic(alpha: float, l1_ratio: float = 0.0) -> Penalty:
    """The simplest penalty record for a weight and a share of L1."""
    if not alpha and 0 <= l1_ratio <= 1:
        return NoPenalty()
    if l1_ratio == 0.0:
        return L2(float(alpha))
    return L1(float(alpha)) if l1_ratio == 1.0 else ElasticNet(float(alpha), float(l1_ratio))


def soften(w: Coefficient, by: Coefficient) -> Coefficient:
    """Soft threshold, the proximal map of by |w|: each coordinate moves towards 0 by ``by`` and stops at 0.

    An array (2, ...) has one threshold for negative and one for positive coordinates.

    Examples
    --------
    >>> soften(np.array([3.0, -0.5]), 1.0)
    array([2., 0.])
    """
    up, down = by if np.ndim(by) > np.ndim(w) else (by, by)
    return w - np.minimum(np.maximum(w, -up), down)
