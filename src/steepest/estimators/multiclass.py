"""Several classes: softmax in one fit, or one fit for each class against the rest."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np

from ..core.errors import DataError, UsageError
from ..core.types import Array
from ..objective import losses
from ..objective.losses.softmax import Softmax
from ..objective.problem import read_loss
from ..solve.fit import Run
from ..solve.one_against_rest import as_one
from .callbacks import Answer, Task
from .labels import shown

__all__ = ["each_target", "fit_each", "refuse_together", "softmax_of"]


def softmax_of(estimator: Any) -> Softmax:
    """The loss of several classes: that of softmax in place of log loss."""
    if isinstance(read_loss(estimator.loss), losses.LogLoss):
        return Softmax()
    raise UsageError(f"loss={estimator.loss!r} is one of two classes: for more take multi_class='ovr' or 'log_loss'")


def refuse_together(estimator: Any, y: Any, weight: Any, offset: Any) -> None:
    """Refuse settings that do not suit the number of classes."""
    if estimator.multi_class not in ("softmax", "ovr"):
        raise UsageError(f"multi_class must be 'softmax' or 'ovr', not {estimator.multi_class!r}")
    k = len(estimator.classes_)
    if k < 2:
        raise DataError(f"the labels must be of two or more classes, found 1 class: {shown(estimator.classes_[0])}")
    if k > 2 and offset is not None:
        raise UsageError(f"an offset needs two classes, not {k}: leave it out")
    if k > 2 and weight is not None:
        empty = [c for c in estimator.classes_ if not np.any(np.asarray(weight)[y == c] > 0)]
        if empty:
            raise DataError(f"every row of class {shown(empty[0])} has weight 0: leave the class out")


def each_target(coef: Array, intercept: Array) -> dict[str, Any]:
    """The attributes of targets or classes, from their coefficients (d, k) and intercepts (k,)."""
    return {"coef_": coef.T.copy(), "intercept_": intercept.copy()}


def fit_each(estimator: Any, fit_one: Callable[[int, Any, Task | None], Run], task: Task | None = None) -> Answer:
    """Coefficients (d, k) and intercepts (k,) of one fit for each class against the rest.

    ``fit_one`` makes that of class c from a start and a task. Sets ``trajectory_`` to the list of the runs,
    ``certificate_`` to the sum of the gaps (of the sum of the costs), ``verdict_`` to the most serious one and
    ``n_iter_`` to the largest number.
    """
    start, found = estimator._start(), []
    for c in range(len(estimator.classes_)):
        own = None if start is None else np.reshape(start, (estimator.n_features_in_ + 1, -1))[:, c]
        with nullcontext() if task is None else task.part(f"class {estimator.classes_[c]!s} against the rest") as part:
            run = fit_one(c, own, part)
        found.append((run, estimator.n_iter_))
        if run.trajectory.meta["interrupted"]:
            raise KeyboardInterrupt
    runs = [run for run, _ in found]
    whole = as_one(runs, estimator.classes_)
    estimator.trajectory_ = [run.trajectory for run in runs]
    estimator.certificate_, estimator.verdict_ = whole.certificate, whole.verdict
    estimator.n_iter_ = max(n for _, n in found)
    return whole.coef, whole.intercept
