"""Several: rows with the predictions of an answer of several targets or classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from ...core.errors import DataError, UsageError
from ...core.record_types import Loss
from ...core.types import Array
from ...data.layout import column
from ...data.make_rows import make_rows
from ...data.rows import Rows
from ...descent.trajectory import Trajectory
from ...objective.losses.softmax import Softmax, log_softmax
from ...objective.problem import read_loss
from ...optimality.verdict import Verdict
from ...solve.fitted import Classifying, Linear
from ...solve.model import Model
from ..drawing.words import status_words
from .frames import Frame, WithColumns
from .states import reported

__all__ = ["Several", "indicators", "outputs", "recorded_loss", "recorded_target", "several_of", "standardized"]


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


class _Outputs(NamedTuple):
    """What is known of an answer of several outputs, whatever holds it."""

    coef: Array  # (d, k)
    intercept: Array  # (k,)
    names: tuple[str, ...]
    loss: Loss
    together: bool  # whether all classes were fitted at once
    labels: bool
    classes: Any = None  # the labels, if they are known
    targets: tuple[str, ...] = ()


def outputs(fitted: object) -> int:
    """Targets or classes that each have coefficients of their own: 1 for one target or two classes."""
    if isinstance(fitted, Model):
        return fitted.outputs
    if isinstance(fitted, Trajectory):
        return int(fitted.coef.shape[2]) if fitted.coef.ndim > 2 else 1
    return int(fitted.coef_.shape[0]) if isinstance(fitted, Linear) and fitted.coef_.ndim > 1 else 1


def recorded_loss(spec: str) -> Loss:
    """The loss that a run names: also softmax, which is chosen by the number of classes and not by its name."""
    softmax: Any = Softmax()
    return softmax if spec == "softmax" else read_loss(spec)


def recorded_target(fitted: object) -> str | None:
    """The name of the target that a model or a run keeps."""
    if isinstance(fitted, Model):
        return fitted.target
    table = fitted.meta.get("table") or {} if isinstance(fitted, Trajectory) else {}
    name = table.get("target")
    return name if isinstance(name, str) else None


def several_of(
    fitted: Any, X: Any, y: Any, *, sample_weight: Any = None, offset: Any = None, names: Sequence[str] | None = None
) -> Several:
    """The answer of a fitted estimator, run or model of several targets or classes, with rows.

    Raises
    ------
    UsageError
        If the rows have other columns than the answer, or y other targets.
    DataError
        If y has other classes, or a prediction is not finite.
    """
    answer = _of_run(fitted) if isinstance(fitted, Trajectory) else _of_model(fitted)
    k = answer.coef.shape[1]
    parts, targets = _classes(answer.classes, y, k) if answer.labels else _targets(y, k, answer.targets)
    X = X.to_numpy().astype(np.float64) if isinstance(X, Frame) else X
    rows = make_rows(X, targets, weight=sample_weight, offset=offset)
    if rows.shape[1] != len(answer.coef):
        raise UsageError(f"the answer has {len(answer.coef)} coefficients a target, the table {rows.shape[1]} columns")
    with np.errstate(over="ignore", invalid="ignore"):
        z = rows.predictor(np.vstack((answer.coef, answer.intercept)))
    if not np.isfinite(z).all():
        row = int(np.isfinite(z).all(axis=1).argmin()) + 1
        raise DataError(f"row {row}: the prediction is not finite: drop such rows")
    return Several(
        answer.coef,
        answer.intercept,
        tuple(map(str, names)) if names is not None else answer.names or tuple(f"x{j}" for j in range(rows.shape[1])),
        parts,
        rows,
        z,
        rows.y,
        answer.labels,
        None if answer.loss.attained else answer.together,
        _verdict(fitted),
    )


def _of_run(path: Trajectory) -> _Outputs:
    i, table, loss = reported(path), path.meta.get("table") or {}, recorded_loss(path.meta["loss"])
    known = table.get("classes"), tuple(table.get("targets") or ())
    return _Outputs(path.coef[i], path.intercept[i], path.names, loss, True, loss.labels, *known)


def _of_model(fitted: Any) -> _Outputs:
    """The outputs of a model or an estimator."""
    if isinstance(fitted, Model):
        loss, together = read_loss(fitted.loss), fitted.multi_class == "softmax"
        known = fitted.classes is not None, fitted.classes, fitted.targets
        return _Outputs(fitted.w[:-1], fitted.w[-1], fitted.names, loss, together, *known)
    from scipy.sparse import issparse

    each = isinstance(fitted.trajectory_, list)
    path = fitted.trajectory_[0] if each else fitted.trajectory_
    coef = fitted.coef_.toarray() if issparse(fitted.coef_) else fitted.coef_
    w = np.asarray(coef, np.float64).T, np.ravel(fitted.intercept_).astype(np.float64)
    classes = fitted.classes_ if isinstance(fitted, Classifying) else None
    loss = read_loss(fitted.loss)
    return _Outputs(*w, path.names, loss, not each, loss.labels or classes is not None, classes)


def _classes(known: Any, y: Any, k: int) -> tuple[tuple[Any, ...], Array]:
    """The classes, and 1 in the column of each row's class."""
    classes = np.unique(y) if known is None else np.asarray(known)
    labels = np.asarray(y).ravel()
    if len(classes) != k or not np.isin(labels, classes).all():
        raise DataError(f"the picture needs the labels of the {k} classes that were fitted")
    return tuple(classes.tolist()), (labels[:, None] == classes).astype(np.float64)


def _targets(y: Any, k: int, known: tuple[str, ...]) -> tuple[tuple[Any, ...], Array]:
    """Names of the targets, and their values."""
    names = (
        tuple(map(str, y.columns)) if isinstance(y, WithColumns) else known or tuple(f"target {c}" for c in range(k))
    )
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
    if isinstance(fitted, Model):
        return status_words(str(fitted.verdict.get("status", "")), str(fitted.verdict.get("message", "")))
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
