"""What a loss must have, as `LossRecord`, and what it offers with the facts that its decorator adds, as `Loss`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .types import Array, LinkValue

__all__ = ["Loss", "LossRecord"]


class LossRecord(Protocol):
    """What a loss of one's own must have: l(z, y) and its first two derivatives by z."""

    def value(self, z: LinkValue, y: LinkValue, /) -> LinkValue:
        """l(z, y), shaped like z."""

    def slope(self, z: LinkValue, y: LinkValue, /) -> LinkValue:
        """dl/dz, shaped like z."""

    def second_derivative(self, z: LinkValue, y: LinkValue, /) -> LinkValue:
        """d2l/dz2, shaped like z."""


class Loss(LossRecord, Protocol):
    """A loss l(z, y) with its facts; conjugate, domain, smoothed and constant only where a fact says so."""

    @property
    def curvature(self) -> float:
        """Largest d2l/dz2, infinite where there is none."""

    @property
    def formula(self) -> str:
        """What a printed cost means."""

    @property
    def quadratic(self) -> bool:
        """Whether it is curvature/2 (z - y)^2."""

    @property
    def labels(self) -> bool:
        """Whether targets are the classes 0 and 1."""

    @property
    def attained(self) -> bool:
        """Whether every table has an optimum."""

    @property
    def positive(self) -> bool:
        """Whether targets must be >= 0."""

    @property
    def nonsmooth(self) -> bool:
        """Whether the slope jumps somewhere."""

    @property
    def likelihood(self) -> bool:
        """Whether it is a negative log-likelihood without unknown scale."""

    @property
    def third_known(self) -> bool:
        """Whether its third derivative is bounded: it has third_ratio, or is a likelihood with a ratio of at most 1."""

    @property
    def third_varies(self) -> bool:
        """Whether it has third_ratio."""

    @property
    def dual(self) -> bool:
        """Whether it has conjugate and domain."""

    @property
    def piecewise_linear(self) -> bool:
        """Whether it has jumps."""

    @property
    def staged(self) -> bool:
        """Whether it has easier losses to begin with."""

    @property
    def identity_link(self) -> bool:
        """Whether the prediction is z itself."""

    @property
    def constant_known(self) -> bool:
        """Whether it has constant."""

    def inverse(self, z: LinkValue, /) -> LinkValue:
        """The prediction that belongs to z (inverse link)."""

    def third_ratio(self, z: Array, y: Array, /) -> Array:
        """Bound of |d3l/dz3| / (d2l/dz2), at least 1, at predictors up to 1/2 from z."""

    def easier(self, far: float, /) -> Sequence[Loss]:
        """Losses to begin with where residuals reach up to ``far``, the easiest first."""

    def conjugate(self, theta: LinkValue, y: LinkValue, /) -> LinkValue:
        """sup over z of theta z - l(z, y)."""

    def domain(self, y: LinkValue, /) -> tuple[LinkValue, LinkValue]:
        """Ends of the interval of theta where the conjugate is finite."""

    def saturated(self, y: Array, /) -> Array:
        """Log-likelihood of each row at its best z, for a likelihood: what -l(z, y) lacks."""

    def end_slopes(self, y: Array, /) -> tuple[Array, Array]:
        """Slopes as z -> -inf and z -> inf."""

    def jumps(self, y: Array, /) -> Sequence[tuple[Array, float]]:
        """Points where the slope jumps, in increasing order, each (n,), and the sizes of the jumps."""

    def smoothed(self, width: float, /) -> LossRecord:
        """A smooth loss that is near for a small width."""

    def constant(self, mean: LinkValue, /) -> LinkValue:
        """The best z of all rows alike, from the weighted mean target."""

    def check(self) -> str | None:
        """What is wrong with the settings, or None."""
