"""The perceptron's loss: y is 0 or 1, the sign of the class s = 2 y - 1, and s z is the margin."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...core.record_kinds import loss
from ...core.types import Array, LinkValue
from .classes import SmoothHinge

__all__ = ["Perceptron"]


@loss(curvature=np.inf, labels=True, attained=True, nonsmooth=True, formula="mean max(0, -s z)")
class Perceptron(NamedTuple):
    """Perceptron loss of a class y in {0, 1}: l(z, y) = max(0, -s z) with s = 2 y - 1, the hinge loss without a margin.

    Its minimum is 0, with coefficients of 0, for every table: the optimum says nothing about the classes, and the
    automatic mode stays there. The loss belongs to an algorithm and not to a fit: steps on single rows
    (``batch_size=1``) at a given rate, with the subgradient -s where s z = 0, are Rosenblatt's perceptron, which ends
    after finitely many mistakes where a plane separates the classes. Use the hinge loss for an optimum that tells. Cost
    per row: 5 flops.

    References
    ----------
    Rosenblatt, F. (1958). The perceptron. Psychological Review 65(6). doi:10.1037/h0042519

    Examples
    --------
    >>> float(Perceptron().value(-0.5, 1.0)), float(Perceptron().slope(0.0, 1.0)), float(Perceptron().slope(2.0, 1.0))
    (0.5, -1.0, 0.0)
    """

    def value(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """max(0, -s z)."""
        return np.maximum((1.0 - 2.0 * y) * z, 0.0)

    def slope(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Derivative by z: -s where s z <= 0, else 0."""
        s = 2.0 * y - 1.0
        return np.where(s * z <= 0.0, -s, 0.0)

    def second_derivative(self, z: LinkValue, y: LinkValue) -> LinkValue:
        """Second derivative by z: 0 where it exists."""
        return 0.0 * (z - y)

    def constant(self, mean: LinkValue) -> LinkValue:
        """Best constant predictor: 0."""
        return 0.0 * mean

    def conjugate(self, theta: LinkValue, y: LinkValue) -> LinkValue:
        """0 where -1 <= s theta <= 0."""
        a = (1.0 - 2.0 * y) * theta
        return np.where((a >= 0.0) & (a <= 1.0), 0.0, np.inf)

    def domain(self, y: LinkValue) -> tuple[LinkValue, LinkValue]:
        """Slopes from -y to 1 - y."""
        return -y, 1.0 - y

    def jumps(self, y: Array) -> list[tuple[Array, float]]:
        """The slope jumps by 1 where z = 0."""
        return [(0.0 * y, 1.0)]

    def smoothed(self, width: float) -> SmoothHinge:
        """A smooth approximation: a parabola where -width < s z < 0."""
        return SmoothHinge(width, 0.0)
