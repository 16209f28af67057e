"""Forms: g' H^-1 g, what second derivatives H say that is left to gain where the gradient is g."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array
from ..objective.objective import Objective
from .curvature import hessian
from .duality import ROUNDING

__all__ = ["Form", "inverse_form", "matters"]


class Form:
    """The map g -> g' H^-1 g / 2, twice that where the loss is not squared, and the matrix H that it is of."""

    def __init__(self, objective: Objective, H: Array) -> None:
        self.matrix, self.quadratic = H, objective.loss.quadratic
        self.free = objective.moves

    @cached_property
    def _parts(self) -> tuple[Array, Array, Array, NDArray[np.bool_]] | None:
        """1 / sizes of the free columns, eigenvalues and -vectors of H in columns of size 1, and which are flat."""
        H = self.matrix[np.ix_(self.free, self.free)]
        if not np.isfinite(H).all():
            return None
        size = np.sqrt(np.maximum(np.diag(H), 0.0))
        inverse = np.where(size > 0, 1.0 / np.where(size > 0, size, 1.0), 0.0)
        values, vectors = np.linalg.eigh(H * inverse[:, None] * inverse)
        return inverse, values, vectors, values <= len(values) * ROUNDING * max(values.max(initial=0.0), 1.0)

    def __call__(self, g: Array) -> float | None:
        """None where g points where H has no curvature at all, so that no least point is near."""
        if self._parts is None or not np.isfinite(g).all():
            return None
        inverse, values, vectors, flat = self._parts
        g = g[self.free]
        along = vectors.T @ (g * inverse[:, None])
        if not self.quadratic and (matters(along, flat) or matters(g, inverse == 0)):
            return None  # of a squared loss only rounding points there
        return float((0.5 if self.quadratic else 1.0) * (along[~flat] ** 2 / values[~flat, None]).sum())


def inverse_form(objective: Objective, w: Array | None) -> Form:
    """The `Form` of the Hessian of the objective at w (of no account for a squared loss). Cost: that of `hessian`."""
    return Form(objective, hessian(objective, w))


def matters(slopes: Array, chosen: NDArray[np.bool_]) -> bool:
    """Whether the chosen slopes are more than the rounding of all."""
    return bool((np.abs(slopes[chosen]) > 1e-7 * np.abs(slopes).max(initial=0.0) + 1e-13).any())
