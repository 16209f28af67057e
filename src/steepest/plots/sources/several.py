"""Several: rows with the predictions of an answer of several targets or classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from ...core.errors import DataError, UsageError
from ...core.types import Array
from ...data.layout import column
from ...data.rows import Rows, make_rows
from ...descent.trajectory import Trajectory
from ...objective.losses.softmax import log_softmax
from ...objective.problem import read_loss
from ...optimality.verdict import Verdict
from ...solve.fitted import Classifying, Linear
from ..drawing.words import status_words
from .frames import Frame, WithColumns
from .states import reported

__all__ = ["Several", "indicators", "outputs", "several_of", "standardized"]


@runtime_checkable
class _Judged(Protocol):
    verdict_: Any


class Several(NamedTuple):
    """Rows with the predictions of an answer of k targets or classes.

    Attributes
    ----------
    coef : (d, k) array
    intercept : (k,) array
    names : tuple of str
        Of the d columns.
    parts : tuple of k labels
        The targets or classes.
    rows : Rows
    z : (n, k) array
        Linear predictors.
    y : (n, k) array
        Targets; 1 in the column of the row's class and 0 in the others.
    classes : bool
        Whether the parts are classes.
    together : bool or None
        Whether probabilities are softmax, or those of each class against the rest; None where there are none.
    verdict : str
        The verdict, in one line.
    """

    coef: Array
    intercept: Array
    names: tuple[str, ...]
    parts: tuple[Any, ...]
    rows: Rows
    z: Array
    y: Array
    classes: bool
    together: bool | None
    verdict: str

    def predictions(self, z: Array) -> Array:
        """Predicted targets, or shares of the classes, (..., k), from linear predictors (..., k)."""
        if not self.classes:
            return z
        if self.together is None:
            return np.asarray(z >= z.max(axis=-1, keepdims=True), np.float64)
        flat = z.reshape(-1, z.shape[-1])
        return np.exp(log_softmax(flat if self.together else -np.logaddexp(0.0, -flat))).reshape(z.shape)

    def column(self, j: int) -> Array:
        """Column j, (n,)."""
        return column(self.rows.X, j)


def outputs(fitted: object) -> int:
    """Targets or classes that each have coefficients of their own: 1 for one target or two classes."""
    if isinstance(fitted, Trajectory):
        return int(fitted.coef.shape[2]) if fitted.coef.ndim > 2 else 1
    return int(fitted.coef_.shape[0]) if isinstance(fitted, Linear) and fitted.coef_.ndim > 1 else 1


def several_of(
    fitted: Any, X: Any, y: Any, *, sample_weight: Any = None, names: Sequence[str] | None = None
) -> Several:
    """The answer of a fitted estimator or run of several targets or classes, with rows.

    Raises
    ------
    UsageError
        If the rows have other columns than the answer, or y other targets.
    DataError
        If y has other classes, or a prediction is not finite.
    """
    run = isinstance(fitted, Trajectory)
    coef, intercept, known = _of_run(fitted) if run else _of_estimator(fitted)
    loss = read_loss(fitted.meta["loss"] if run else fitted.loss)
    together = None if loss.attained else run or not isinstance(fitted.trajectory_, list)
    labels = loss.labels or isinstance(fitted, Classifying)
    parts, targets = _classes(fitted, y, coef.shape[1]) if labels else _targets(y, coef.shape[1])
    X = X.to_numpy().astype(np.float64) if isinstance(X, Frame) else X
    rows = make_rows(X, targets, weight=sample_weight)
    if rows.shape[1] != len(coef):
        raise UsageError(f"the answer has {len(coef)} coefficients a target, the table {rows.shape[1]} columns")
    with np.errstate(over="ignore", invalid="ignore"):
        z = rows.predictor(np.vstack((coef, intercept)))
    if not np.isfinite(z).all():
        row = int(np.isfinite(z).all(axis=1).argmin()) + 1
        raise DataError(f"row {row}: the prediction is not finite: drop such rows")
    return Several(
        coef,
        intercept,
        tuple(map(str, names)) if names is not None else known or tuple(f"x{j}" for j in range(len(coef))),
        parts,
        rows,
        z,
        rows.y,
        labels,
        together,
        _verdict(fitted),
    )


def _of_run(path: Trajectory) -> tuple[Array, Array, tuple[str, ...]]:
    i = reported(path)
    return path.coef[i], path.intercept[i], path.names


def _of_estimator(fitted: Any) -> tuple[Array, Array, tuple[str, ...]]:
    from scipy.sparse import issparse

    path = fitted.trajectory_[0] if isinstance(fitted.trajectory_, list) else fitted.trajectory_
    coef = fitted.coef_.toarray() if issparse(fitted.coef_) else fitted.coef_
    return np.asarray(coef, np.float64).T, np.ravel(fitted.intercept_).astype(np.float64), path.names


def _classes(fitted: Any, y: Any, k: int) -> tuple[tuple[Any, ...], Array]:
    """The classes, and 1 in the column of each row's class."""
    classes = fitted.classes_ if isinstance(fitted, Classifying) else np.unique(y)
    labels = np.asarray(y).ravel()
    if len(classes) != k or not np.isin(labels, classes).all():
        raise DataError(f"the picture needs the labels of the {k} classes that were fitted")
    return tuple(classes.tolist()), (labels[:, None] == classes).astype(np.float64)


def _targets(y: Any, k: int) -> tuple[tuple[Any, ...], Array]:
    """Names of the targets, and their values."""
    names = tuple(map(str, y.columns)) if isinstance(y, WithColumns) else tuple(f"target {c}" for c in range(k))
    try:
        values = np.asarray(y, np.float64)
    except (TypeError, ValueError):
        raise DataError("the targets must be numbers, not text") from None
    if values.ndim != 2 or values.shape[1] != k:
        raise UsageError(f"the answer has {k} targets: y must be of shape (n, {k}), not {values.shape}")
    if not np.isfinite(values).all():
        row = int(np.isfinite(values).all(axis=1).argmin()) + 1
        raise DataError(f"row {row}: the target is not finite: drop such rows")
    return names, values


def _verdict(fitted: Any) -> str:
    found = (
        fitted.verdict if isinstance(fitted, Trajectory) else fitted.verdict_ if isinstance(fitted, _Judged) else None
    )
    return status_words(found.status, found.message) if isinstance(found, Verdict) else ""


def standardized(found: Several) -> tuple[Array, Array, Array | None]:
    """Predictions and targets (k n,), target after target, minus the mean and by the deviation of each; weights."""
    w, k = found.rows.weight, found.y.shape[1]
    mean = np.average(found.y, axis=0, weights=w)
    spread = np.sqrt(np.average((found.y - mean) ** 2, axis=0, weights=w))
    spread = np.where(spread > 0, spread, 1.0)
    flat = [((values - mean) / spread).T.ravel() for values in (found.z, found.y)]
    return flat[0], flat[1], None if w is None else np.tile(w, k)


def indicators(found: Several) -> tuple[Array, Array, Array | None]:
    """Probabilities and indicators (k n,), class after class, and the weights."""
    w, k = found.rows.weight, found.y.shape[1]
    return found.predictions(found.z).T.ravel(), found.y.T.ravel(), None if w is None else np.tile(w, k)
