"""Held-out rows for early stopping: split off by a random state, or given by the user."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import UsageError
from ..core.types import Array
from ..data.rows import Rows, make_rows
from .table_checks import checked

__all__ = ["given", "split"]


def split(rows: Rows, share: float, seed: int, *, labels: bool) -> tuple[Rows, Rows]:
    """Training rows and held-out rows, in the order of the table; stratified where the classes are large enough.

    One row of each class is trained on in any case.

    Raises
    ------
    UsageError
        If the share is not between 0 and 1, or there is no row to hold out or to train on.
    """
    from sklearn.model_selection import train_test_split  # loading takes as long as a small fit

    if not 0 < share < 1:
        raise UsageError(f"validation_fraction must be a number between 0 and 1, not {share!r}")
    n = rows.shape[0]
    classes = rows.y[:, 0] if rows.y.shape[1] == 1 else rows.y.argmax(1)
    firsts = np.unique(classes, return_index=True)[1] if labels else np.zeros(0, np.int64)
    needed = max(1, len(firsts))
    if n <= needed:
        few = f"{n} row{'s' * (n > 1)}" + (", one of each class" if n > 1 and labels else "")
        raise UsageError(f"no rows can be held out of {few}: give them with fit(X, y, validation=(Xv, yv))")
    if math.ceil(share * n) >= n > 2:
        raise UsageError(f"validation_fraction={share:g} of {n} rows leaves none to train on: hold out fewer")
    count = min(max(1, math.ceil(share * n)), n - needed)
    strata = classes if labels and count >= len(firsts) and np.bincount(classes.astype(int)).min() > 1 else None
    others = np.arange(n) if strata is not None else np.setdiff1d(np.arange(n), firsts)
    held_out = others
    if count < len(others):
        held_out = train_test_split(others, test_size=count, random_state=seed % 2**32, stratify=strata)[1]
    return _part(rows, np.setdiff1d(np.arange(n), held_out)), _part(rows, np.sort(held_out))


def _part(rows: Rows, numbers: NDArray[np.int64]) -> Rows:
    part = rows.take(numbers)
    total = len(numbers) if part.weight is None else part.weight.sum()
    return part._replace(y=np.asfortranarray(part.y), total=float(total))


def given(estimator: Any, validation: object, numbers: Callable[[Any], Array]) -> Rows:
    """Held-out rows given by the user, (X, y); ``numbers`` turns labels into targets."""
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        raise UsageError("validation must be two things: the table and the targets of the held-out rows, (Xv, yv)")
    X, y = checked(estimator, *validation, numeric=not estimator._labels, reset=False)
    return make_rows(X, numbers(y), n_jobs=estimator.n_jobs)
