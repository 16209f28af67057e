"""What the methods of an estimator do with a table in parts; each has the name and the arguments of its method.

A fit reads the table in passes and sets the same attributes as one of a table in memory. Predictions are computed
where they are asked for.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, NoReturn

import numpy as np
from sklearn.utils.class_weight import compute_class_weight

from ..core.errors import UsageError
from ..core.pass_progress import PassProgress
from ..parts.labels import Labels, labels_of
from ..parts.parts import Parts
from ..parts.scan import scan
from ..solve.fit import Run
from ..solve.passes.fit import fit_parts
from ..solve.settings import Watch
from .callbacks import Task
from .multiclass import each_target, fit_each, refuse_together, softmax_of
from .parameter_checks import check_values
from .regressor import one_target

__all__ = ["fit", "partial_fit", "standard_errors", "summary"]


def fit(
    model: Any, X: Any, y: Any = None, sample_weight: Any = None, offset: Any = None, validation: object = None
) -> Any:
    """Fit to a table in parts, whose targets, weights and offsets are columns of it."""
    table = opened(X, y)
    _refuse(model, table, sample_weight=sample_weight, offset=offset, validation=validation)
    check_values(model)
    _name_columns(model, table)
    attributes, answer = _fit_classes(model, table) if model._labels else _fit_numbers(model, table)
    vars(model).update(attributes(*answer))
    model._say()
    return model


def opened(X: Any, y: Any = None) -> Parts:
    """The table in parts of whatever `scan` takes; ``y`` names the target where it was not named before."""
    if isinstance(X, Parts) and y is not None:
        raise UsageError("a table in parts has its target already: name it in scan(..., target=...), and leave y out")
    table: Parts = X if isinstance(X, Parts) else scan(X, y)
    return table


def _refuse(model: Any, table: Parts, **given: Any) -> None:
    """Refuse what needs the rows in memory."""
    if not table.source.targets:
        raise UsageError("the table has no target: name it in scan(..., target=...), or as the second argument")
    columns = {"sample_weight": "weights", "offset": "offset"}
    for name, value in given.items():
        if value is not None and name in columns:
            mend = f"name it in scan(..., {columns[name]}=...), and leave {name} out"
            raise UsageError(f"{name} of a table in parts is a column of it: {mend}")
    if given["validation"] is not None or model.early_stopping:
        raise UsageError("early stopping needs the rows in memory: leave it out for a table in parts")
    if vars(model).get("_skl_callbacks"):
        raise UsageError("scikit-learn's callbacks need the rows in memory: use the parameter callback")


def _name_columns(model: Any, table: Parts) -> None:
    """Set the attributes that say which columns the model has."""
    model.n_features_in_ = table.shape[1]
    vars(model).pop("feature_names_in_", None)
    if any(name != f"x{j}" for j, name in enumerate(table.names)):
        model.feature_names_in_ = np.array(table.names, object)


def _fit_numbers(model: Any, table: Parts) -> Any:
    run = _solved(model, table)
    return one_target if len(table.source.targets) == 1 else each_target, (run.coef, run.intercept)


def _fit_classes(model: Any, table: Parts) -> Any:
    labels = labels_of(table)
    model.classes_ = _as_array(labels)
    refuse_together(model, None, None, None)
    weights = _class_weights(model.class_weight, model.classes_, labels)
    if len(model.classes_) > 2 and model.multi_class == "ovr":

        def one(c: int, start: Any, task: Task | None) -> Run:
            return _solved(model, labels.coded(table, weights, c), start=start, task=task)

        return each_target, fit_each(model, one)
    run = _solved(model, labels.coded(table, weights), softmax_of(model) if len(model.classes_) > 2 else None)
    return each_target, (run.coef, run.intercept)


def _solved(model: Any, table: Parts, loss: Any = None, *, start: Any = None, task: Task | None = None) -> Run:
    run: Run = model._solved(partial(_fit_shown, table), loss, start=start, task=task, unit="passes")
    return run


def _fit_shown(table: Parts, *, watch: Watch, **asked: Any) -> Run:
    """Fit, and tell of each part where progress is asked for."""
    if watch.progress is not None:
        progress = PassProgress(watch.progress, 8.0 * table.shape[1], 1.0)
        table.told, watch = progress.passing, replace(watch, progress=progress)
    return fit_parts(table, watch=watch, **asked)


def _as_array(labels: Labels) -> Any:
    """Labels as a table in memory has them: whole numbers as such."""
    found = np.array(labels.labels)
    return found.astype(np.int64) if found.dtype.kind == "f" and (found == np.floor(found)).all() else found


def _class_weights(asked: Any, classes: Any, labels: Labels) -> tuple[float, ...]:
    """The weight of each class; () where all are 1."""
    if asked is None:
        return ()
    if asked == "balanced":
        return labels.balanced
    return tuple(compute_class_weight(asked, classes=classes, y=classes).tolist())


def partial_fit(*_: object, **__: object) -> NoReturn:
    """Refused: a chunk is in memory."""
    raise UsageError("partial_fit takes a chunk of rows: give a table in parts to fit")


def standard_errors(*_: object, **__: object) -> NoReturn:
    """Refused: they need the rows in memory."""
    raise UsageError("standard errors need the rows in memory: read a sample of the table, and fit that")


def summary(*_: object, **__: object) -> NoReturn:
    """Refused: it needs the rows in memory."""
    raise UsageError("a summary needs the rows in memory: read a sample of the table, and fit that")
