"""The Newton decrement g' H^-1 g: an estimate of the gap from the gradient g and the Hessian H."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..objective.objective import Objective
from .curvature import among, hessian
from .duality import ROUNDING

__all__ = ["NewtonDecrement", "decrement_of", "significant"]


class NewtonDecrement:
    """The map g -> g' H^-1 g / 2, or g' H^-1 g if the loss is not squared, for one Hessian H."""

    def __init__(self, objective: Objective, H: Array, free: NDArray[np.bool_] | None = None) -> None:
        self.matrix, self.quadratic = H, objective.loss.quadratic
        self.free = objective.moves if free is None else free

    @cached_property
    def _parts(self) -> tuple[Array, Array, Array, NDArray[np.bool_]] | None:
        """1 / sizes of the free columns, eigenvalues and eigenvectors of H in columns of size 1, and which are flat."""
        H = among(self.free, self.matrix)
        if not np.isfinite(H).all():
            return None
        size = np.sqrt(np.maximum(H.diagonal(), 0.0))
        inverse = np.where(size > 0, 1.0 / np.where(size > 0, size, 1.0), 0.0)
        values, vectors = np.linalg.eigh(H * inverse[:, None] * inverse)
        return inverse, values, vectors, values <= len(values) * ROUNDING * max(values.max(initial=0.0), 1.0)

    def __call__(self, g: Array) -> float | None:
        """The decrement; None if g has a component where H has no curvature, so that there is no minimum nearby."""
        if self._parts is None or not np.isfinite(g).all():
            return None
        inverse, values, vectors, flat = self._parts
        g = g[self.free]
        along = vectors.T @ (g * inverse[:, None])
        if not self.quadratic and (significant(along, flat) or significant(g, inverse == 0)):
            return None  # for a squared loss that component is rounding
        return float((0.5 if self.quadratic else 1.0) * (along[~flat] ** 2 / values[~flat, None]).sum())

    def step(self, g: Array) -> Array:
        """Newton's step -H^-1 g (d + 1, k), without components where H has no curvature."""
        delta = np.zeros_like(g)
        if self._parts is not None:
            inverse, values, vectors, flat = self._parts
            along = vectors.T @ (g[self.free] * inverse[:, None])
            delta[self.free] = -inverse[:, None] * (vectors[:, ~flat] @ (along[~flat] / values[~flat, None]))
        return delta

    def lengths(self, A: Array) -> Array:
        """a' H^-1 a (m,) for the rows a of A (m, d + 1)."""
        if self._parts is None:
            return np.full(len(A), np.inf)
        inverse, values, vectors, flat = self._parts
        along = (A[:, self.free] * inverse) @ vectors[:, ~flat]
        return np.asarray((along * along / values[~flat]).sum(1))

    @property
    def flat_directions(self) -> Array:
        """Directions (d + 1, r) in which H has no curvature beyond rounding, of length 1 in columns of size 1."""
        if self._parts is None:
            return np.zeros((len(self.free), 0))
        inverse, _, vectors, flat = self._parts
        found = np.zeros((len(self.free), int(flat.sum())))
        found[self.free] = inverse[:, None] * vectors[:, flat]
        return found

    @property
    def least_curvature(self) -> float:
        """Smallest eigenvalue of H in columns of size 1, of which the largest is at most their number."""
        return 0.0 if self._parts is None else float(self._parts[1].min(initial=1.0))

    @property
    def inflation(self) -> float:
        """Sum of the variance inflation factors H_jj (H^-1)_jj: how much rounding of a slope can grow."""
        if self._parts is None:
            return np.inf
        _, values, _, flat = self._parts
        return float((1.0 / values[~flat]).sum())


def decrement_of(objective: Objective, w: Array | None) -> NewtonDecrement:
    """The decrement by the Hessian at w, which does not matter for a squared loss. Cost: that of `hessian`."""
    return NewtonDecrement(objective, hessian(objective, w))


def significant(slopes: Array, chosen: NDArray[np.bool_]) -> bool:
    """Whether the chosen slopes are larger than the rounding of all slopes."""
    return bool((np.abs(slopes[chosen]) > 1e-7 * np.abs(slopes).max(initial=0.0) + 1e-13).any())
