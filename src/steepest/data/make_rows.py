"""Rows of what a user has: arrays, lists, sparse matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.errors import DataError
from ..core.threads import thread_count
from ..core.units import RAW
from . import layout
from .row_vector import row_vector
from .rows import Rows
from .tree import sum_by_leaves

__all__ = ["make_rows"]


def make_rows(X: Any, y: Any, *, weight: Any = None, offset: Any = None, n_jobs: int | None = None) -> Rows:
    """Rows of a table. X is not copied if its type is float32 or float64.

    Parameters
    ----------
    X : (n, d) array of any order, memory map, ``CSR`` or SciPy sparse matrix
        The columns.
    y : (n,) or (n, k) array
        The targets.
    weight, offset : (n,) arrays, optional
        Weight of each row in the mean (>= 0, not all 0); known part of its linear predictor. A fit leaves out the
        rows of weight 0, whatever is in them.
    n_jobs : int, optional
        Threads; None is all cores, or STEEPEST_NUM_THREADS.

    Returns
    -------
    Rows

    Raises
    ------
    DataError
        If lengths differ, a weight is negative, or there are no rows of positive weight.

    Notes
    -----
    Cost: one pass over the targets and weights; the columns are not read, unless their type is converted.

    Examples
    --------
    >>> import numpy as np
    >>> rows = make_rows([[1.0], [3.0]], [2.0, 4.0])
    >>> from steepest.objective.losses import MSE
    >>> rows.value(MSE(), np.zeros((2, 1)))
    10.0
    """
    X = layout.matrix(X)
    y = np.asarray(y, np.float64)
    y = np.asfortranarray(y if y.ndim == 2 else y.reshape(len(y), 1))
    if (n := X.shape[0]) == 0:
        raise DataError("the table has no rows: nothing to fit")
    if len(y) != n:
        raise DataError(f"the table has {n} rows but the target has {len(y)}: they must agree")
    weight = row_vector(weight, n, "weights")
    if weight is not None and (weight.min() < 0 or not weight.any()):
        raise DataError("weights must be >= 0 and not all zero")
    with np.errstate(over="ignore"):
        total = float(n) if weight is None else sum_by_leaves(weight, layout.leaf_of(X))
    if not np.isfinite(total):
        raise DataError("the sum of the weights is too large for a number: divide them by the largest")
    offset = row_vector(offset, n, "offsets", weight)
    return Rows(X, y, weight, offset, RAW, total, thread_count(n_jobs), ([0], n))
