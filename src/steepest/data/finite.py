"""Whether all numbers of a table are finite, and which is not."""

from __future__ import annotations

import numpy as np

from .csr import CSR
from .layout import Table

__all__ = ["not_finite_at"]


def not_finite_at(X: Table) -> tuple[int, int, float] | None:
    """Row and column of the first number that is not finite, and the number; None if all are finite.

    Cost: one product sum, unless numbers are very large.

    Examples
    --------
    >>> not_finite_at(np.array([[1.0, 2.0], [3.0, np.inf]])), not_finite_at(np.array([[1e200]]))
    ((1, 1, inf), None)
    """
    values = X.data if isinstance(X, CSR) else X
    flat = values.reshape(-1, order="A")
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(flat @ flat) or (fine := np.isfinite(values)).all():
            return None
    if isinstance(X, CSR):
        i = int(fine.argmin())
        return int(np.searchsorted(X.indptr, i, side="right")) - 1, int(X.indices[i]), float(values[i])
    row, column = (int(places[0]) for places in np.nonzero(~fine))
    return row, column, float(values[row, column])
