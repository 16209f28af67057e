"""Units: the columns as given, or shifted and scaled. Scaling changes the path of a descent, not the objective."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .types import Array

__all__ = ["RAW", "Units", "coef_and_intercept", "squeezed", "standard_units"]


class Units(NamedTuple):
    """The transform of the columns that a descent works on: x -> (x - shift) * scale; None leaves them unchanged.

    ``raw`` and ``scaled`` translate parameters (d + 1, k), intercept last, so that predictions stay the same:
    coef = scale u, intercept = u_0 - shift . coef.

    Examples
    --------
    >>> units = Units(shift=np.array([10.0]), scale=np.array([0.5]))
    >>> units.raw(np.array([[4.0], [1.0]])).ravel()
    array([  2., -19.])
    """

    shift: NDArray[np.float64] | None = None  # (d,)
    scale: NDArray[np.float64] | None = None  # (d,)

    def raw(self, w: NDArray[Any]) -> NDArray[Any]:
        """Parameters for the user's own columns, from (..., d + 1, k) for the scaled ones."""
        if self.scale is None and self.shift is None:
            return w
        out = w.copy()
        if self.scale is not None:
            out[..., :-1, :] *= self.scale[:, None]
        if self.shift is not None:
            out[..., -1, :] -= np.einsum("j,...jk->...k", self.shift, out[..., :-1, :])
        return out

    def scaled(self, w: NDArray[Any]) -> NDArray[Any]:
        """Parameters for the scaled columns, from (..., d + 1, k) for the user's own."""
        if self.scale is None and self.shift is None:
            return w
        out = w.copy()
        if self.shift is not None:
            out[..., -1, :] += np.einsum("j,...jk->...k", self.shift, w[..., :-1, :])
        if self.scale is not None:
            out[..., :-1, :] /= self.scale[:, None]
        return out

    def raw_gradient(self, g: NDArray[Any]) -> NDArray[Any]:
        """Gradient by the raw parameters, from (..., d + 1, k) by the scaled ones."""
        if self.scale is None and self.shift is None:
            return g
        out = g.copy()
        if self.scale is not None:
            out[..., :-1, :] /= self.scale[:, None]
        if self.shift is not None:
            out[..., :-1, :] += self.shift[:, None] * g[..., -1:, :]
        return out

    def scales(self, d: int) -> NDArray[np.float64]:
        """Scale of each column and of the intercept, (d + 1,)."""
        scales = np.ones(d + 1)
        if self.scale is not None:
            scales[:-1] = self.scale
        return scales

    def factor(self, d: int) -> NDArray[np.float64]:
        """Raw coefficient per scaled one, (d + 1, 1), and 0 for the intercept, which is never penalised."""
        factor = np.zeros((d + 1, 1))
        factor[:d, 0] = 1.0 if self.scale is None else self.scale
        return factor


RAW = Units()


def standard_units(mean: Array, variance: Array, shift: Array | None) -> Units:
    """Columns of root mean square 1 about their shift: of standard deviation 1 if that is their mean."""
    away = mean if shift is None else mean - shift
    size = np.sqrt(np.maximum(variance, 0.0) + away**2)
    scale = np.where(size > 0, 1.0 / np.where(size > 0, size, 1.0), 1.0)
    return Units(shift, scale)


def coef_and_intercept(w: Array) -> tuple[Array, Array]:
    """Coefficients and intercepts of w (m, d + 1, k), without the last axis where k is 1."""
    return (w[:, :-1, 0], w[:, -1, 0]) if w.shape[2] == 1 else (w[:, :-1], w[:, -1])


def squeezed(w: Array) -> Array:
    """Numbers by parameter (..., d + 1, k), without the last axis where k is 1."""
    return w[..., 0] if w.shape[-1] == 1 else w
