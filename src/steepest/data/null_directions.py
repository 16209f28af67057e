"""Least squares of correlated columns, and the directions along which no prediction changes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.threads import one_blas_thread
from ..core.types import Array

__all__ = ["least_squares", "null_directions", "without"]

NOISE = 1e-12  # part of a direction, in columns of size 1, that is rounding
FIRM = 1e8  # largest norm of the inverse of the correlations; eigenvalues of 1e-13 are rounding


def least_squares(spread: Array, cross: Array) -> tuple[Array, Array]:
    """Least-squares coefficients (d, k), of least norm in columns of size 1, and null directions."""
    scale, matrix = _correlation(spread)
    with one_blas_thread(2.0 * len(matrix) ** 3):
        inverse = _firm_inverse(matrix)
        if inverse is not None:
            goal = cross * scale[:, None]
            coef = inverse @ goal
            coef += inverse @ (goal - matrix @ coef)
            return scale[:, None] * coef, np.zeros((len(scale), 0))
        values, vectors, flat = _directions(matrix)
        basis = scale[:, None] * vectors[:, ~flat]
        null = _null(spread, scale, vectors[:, flat])
        return basis @ ((basis.T @ cross) / values[~flat, None]), null


def null_directions(spread: Array) -> Array:
    """Raw directions (d, r) along which every row has the same predictor: constant and dependent columns."""
    scale, matrix = _correlation(spread)
    with one_blas_thread(2.0 * len(matrix) ** 3):
        if _firm_inverse(matrix) is not None:
            return np.zeros((len(scale), 0))
        _, vectors, flat = _directions(matrix)
        return _null(spread, scale, vectors[:, flat])


def _null(spread: Array, scale: Array, vectors: Array) -> Array:
    vectors = np.where(np.abs(vectors) < NOISE, 0.0, vectors)  # columns outside the direction, which may be much larger
    return np.where(np.diag(spread)[:, None] > 0, scale[:, None] * vectors, vectors)


def _correlation(spread: Array) -> tuple[Array, Array]:
    """1 / standard deviations, 0 where a column is constant, and the correlations."""
    size = np.sqrt(np.maximum(np.diag(spread), 0.0))
    scale = np.where(size > 0, 1.0 / np.where(size > 0, size, 1.0), 0.0)
    return scale, spread * scale[:, None] * scale


def _firm_inverse(matrix: Array) -> Array | None:
    """Inverse of the correlations if no eigenvalue is near 0, at a tenth of the cost of the eigenvalues.

    The norm of the inverse is at least 1 / the smallest eigenvalue, rounding included.
    """
    if not np.diag(matrix).all():
        return None
    try:
        inverse = np.asarray(np.linalg.inv(matrix), np.float64)
    except np.linalg.LinAlgError:
        return None
    return inverse if np.linalg.norm(inverse) < FIRM else None


def _directions(matrix: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Eigenvalues and eigenvectors of the correlations, and which eigenvalues are rounding."""
    values, vectors = np.linalg.eigh(matrix)
    return values, vectors, values <= len(values) * 8 * np.finfo(float).eps * max(values.max(initial=0.0), 1.0)


def without(coef: Array, null: Array) -> Array:
    """Coefficients (..., d, k) minus their part in the span of the null directions (d, r)."""
    if null.shape[1] == 0:
        return coef
    basis, triangle = np.linalg.qr(null)
    return coef - null @ np.linalg.solve(
        triangle, basis.T @ coef
    )  # null itself rather than its basis: its columns cancel in predictions
