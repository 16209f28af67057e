"""Held-out rows for early stopping: split off by a random state, or given by the user."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.utils.validation import validate_data

from ..core.errors import UsageError
from ..core.types import Array
from ..data.rows import Rows, make_rows

__all__ = ["given", "split"]


def split(rows: Rows, share: float, seed: int, *, labels: bool) -> tuple[Rows, Rows]:
    """Training rows and held-out rows, in the order of the table; stratified by class.

    Raises
    ------
    UsageError
        If the share is not between 0 and 1, or a part would have no rows.
    """
    from sklearn.model_selection import train_test_split  # loading takes as long as a small fit

    if not 0 < share < 1:
        raise UsageError(f"validation_fraction must be a number between 0 and 1, not {share!r}")
    classes = rows.y if rows.y.shape[1] == 1 else rows.y.argmax(1)
    try:
        parts = train_test_split(
            np.arange(rows.shape[0]), test_size=share, random_state=seed % 2**32, stratify=classes if labels else None
        )
    except ValueError as error:
        raise UsageError(f"no rows can be held out: {error}; give them with fit(X, y, validation=(Xv, yv))") from None
    training, held_out = (_part(rows, np.sort(part)) for part in parts)
    return training, held_out


def _part(rows: Rows, numbers: Any) -> Rows:
    part = rows.take(numbers)
    total = len(numbers) if part.weight is None else part.weight.sum()
    if not total > 0:
        raise UsageError("no rows can be held out: their weights are all 0")
    return part._replace(y=np.asfortranarray(part.y), total=float(total))


def given(estimator: Any, validation: object, numbers: Callable[[Any], Array]) -> Rows:
    """Held-out rows given by the user, (X, y); ``numbers`` turns labels into targets."""
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        raise UsageError("validation must be two things: the table and the targets of the held-out rows, (Xv, yv)")
    X, y = validate_data(
        estimator, *validation, accept_sparse="csr", dtype=[np.float64, np.float32], accept_large_sparse=True,
        reset=False,
    )  # fmt: skip
    return make_rows(X, numbers(y), n_jobs=estimator.n_jobs)
