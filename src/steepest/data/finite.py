"""Whether all numbers of a table are finite, and which is not."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .csr import CSR
from .layout import Table

__all__ = ["all_finite", "not_finite_at"]


def all_finite(values: NDArray[Any]) -> bool:
    """Whether all numbers of an array are finite. Cost: one sum, unless it overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(values.sum()) or np.isfinite(values).all())


def not_finite_at(X: Table) -> tuple[int, int, float] | None:
    """Row and column of the first number that is not finite, and the number; None if all are finite.

    Examples
    --------
    >>> not_finite_at(np.array([[1.0, 2.0], [3.0, np.inf]])), not_finite_at(np.array([[1e200]]))
    ((1, 1, inf), None)
    """
    values = X.data if isinstance(X, CSR) else X
    if all_finite(values):
        return None
    fine = np.isfinite(values)
    if isinstance(X, CSR):
        i = int(fine.argmin())
        return int(np.searchsorted(X.indptr, i, side="right")) - 1, int(X.indices[i]), float(values[i])
    row, column = (int(places[0]) for places in np.nonzero(~fine))
    return row, column, float(values[row, column])
