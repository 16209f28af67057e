"""Answer: the coefficients of an estimator, a run or a model file, with their names, loss and classes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import DataError, UsageError
from ...core.record_types import Loss
from ...core.records import from_name
from ...core.types import Array
from ...data.make_rows import make_rows
from ...descent.trajectory import Trajectory
from ...objective import losses
from ...solve.fitted import Classifying
from ...solve.model import Model
from .states import reported

__all__ = ["Answer", "answer_of"]


class Answer(NamedTuple):
    """A fitted model with one target or two classes.

    Attributes
    ----------
    coef : (d,) array
    intercept : float
    names : tuple of str
        Of the d columns.
    loss : record
    classes : (negative, positive) or None
    trajectory : Trajectory or None
        The run of the fit, if it is known.
    target : str
        Name of the target.
    settings : dict
        How it was fitted, as far as it is known.
    """

    coef: Array
    intercept: float
    names: tuple[str, ...]
    loss: Loss
    classes: tuple[Any, ...] | None = None
    trajectory: Trajectory | None = None
    target: str = "y"
    settings: Mapping[str, Any] = MappingProxyType({})

    def predictor(self, X: Any, offset: Any = None) -> Array:
        """Linear predictors z = X . coef + intercept + offset, (n,), of an array, data frame or sparse matrix."""
        rows = make_rows(X, np.zeros(np.shape(X)[0]), offset=offset)
        if rows.shape[1] != len(self.coef):
            raise UsageError(f"the answer has {len(self.coef)} coefficients, the table {rows.shape[1]} columns")
        z: Array = rows.predictor(np.append(self.coef, self.intercept)[:, None])[:, 0]
        return z

    def numbers(self, y: Any) -> Array:
        """Targets as numbers; labels of the two classes as 0 and 1."""
        if not self.loss.labels:
            return np.asarray(y, np.float64)
        found = np.unique(y) if self.classes is None else np.asarray(self.classes)
        if len(found) != 2 or not np.isin(y, found).all():
            raise DataError("the picture of a classifier needs the labels of two classes")
        numbers: Array = (np.asarray(y) == found[1]).astype(np.float64)
        return numbers


def answer_of(fitted: Any) -> Answer:
    """The answer of a fitted estimator, a `Trajectory` or a model (`steepest.solve.model.Model`).

    Raises
    ------
    UsageError
        If it has several targets or classes, or is from a function without rows.
    """
    if isinstance(fitted, Trajectory):
        return _of_trajectory(fitted)
    if isinstance(fitted, Model):
        loss = from_name(fitted.loss, losses, "loss")
        if fitted.outputs > 1:
            raise UsageError("this picture is one of a single target or of two classes: the model has more")
        w = fitted.w[:, 0]
        found = Answer(w[:-1], float(w[-1]), fitted.names, loss, fitted.classes)
        return found._replace(target=fitted.target, settings=fitted.settings)
    from scipy.sparse import issparse

    coef, path = fitted.coef_, fitted.trajectory_
    coef = np.asarray(coef.toarray() if issparse(coef) else coef)  # sparsify() made it sparse
    if coef.size != coef.shape[-1] or isinstance(path, list):
        raise UsageError("this picture is one of a single target or of two classes: the estimator has more")
    classes = tuple(fitted.classes_.tolist()) if isinstance(fitted, Classifying) else None
    intercept, loss = float(np.ravel(fitted.intercept_)[0]), from_name(fitted.loss, losses, "loss")
    return Answer(coef.ravel(), intercept, path.names, loss, classes, path)


def _of_trajectory(path: Trajectory) -> Answer:
    if "function" in path.meta:
        raise UsageError("this picture is one of rows, but the run is one of a function")
    if path.coef.ndim > 2:
        raise UsageError("this picture is one of a single target or of two classes: the run has more")
    i = reported(path)
    names = path.names or tuple(f"x{j}" for j in range(path.coef.shape[1]))
    loss, table = from_name(path.meta["loss"], losses, "loss"), path.meta.get("table", {})
    classes = tuple(table["classes"]) if table.get("classes") else None
    return Answer(path.coef[i], float(path.intercept[i]), names, loss, classes, path, table.get("target", "y"))
