"""Held-out rows for early stopping that the user gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.errors import UsageError
from ..core.types import Array
from ..data.make_rows import make_rows
from ..data.rows import Rows
from .table_checks import checked

__all__ = ["given"]


def given(estimator: Any, validation: object, numbers: Callable[[Any], Array]) -> Rows:
    """Held-out rows given by the user, (X, y); ``numbers`` turns labels into targets."""
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        raise UsageError("validation must be two things: the table and the targets of the held-out rows, (Xv, yv)")
    X, y = checked(estimator, *validation, numeric=not estimator._labels, reset=False)
    return make_rows(X, numbers(y), n_jobs=estimator.n_jobs)
