"""What the methods of an estimator do with a table in parts; each has the name and the arguments of its method.

A fit reads the table in passes and sets the same attributes as one of a table in memory. Predictions are computed
where they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.validation import check_is_fitted

from ..core.errors import DataError, UsageError
from ..core.pass_progress import PassProgress
from ..core.records import to_spec
from ..core.types import Array
from ..core.whole_numbers import EXACT
from ..objective.problem import read_loss
from ..parts.engines.collections import Predict, is_collection, predicted
from ..parts.held_out import held_out
from ..parts.labels import Labels, labels_of
from ..parts.parts import Parts
from ..parts.predictions import Predictions
from ..parts.scan import scan
from ..parts.sources.source import has_truths
from ..solve.fit import Run
from ..solve.model import Model
from ..solve.passes.fit import fit_parts
from ..solve.passes.plan import passes_of
from ..solve.passes.scored import scores_in_parts
from ..solve.settings import Limits, Watch
from .callbacks import Task
from .multiclass import each_target, fit_each, refuse_together, softmax_of
from .parameter_checks import check_values
from .partial_fit import seed_of
from .probabilities import log_probabilities, probabilities
from .regressor import one_target
from .sparsity import dense

__all__ = [
    "decision_function",
    "fit",
    "predict",
    "predict_log_proba",
    "predict_proba",
    "score",
]

COLUMN = "{0} of a table in parts is a column of it: name it in scan(..., {1}=...), and leave {0} out"
OTHERWISE = "columns became numbers in another way than in the fit: scan(..., recipe=...) with the recipe of its table"


def fit(
    model: Any, X: Any, y: Any = None, sample_weight: Any = None, offset: Any = None, validation: object = None
) -> object:
    """Fit to a table in parts, whose targets, weights and offsets are columns of it."""
    table = opened(X, y, sample_weight, offset)
    beside = {} if is_collection(X) else {"sample_weight": sample_weight, "offset": offset}
    _refuse(model, table, **beside, validation=validation)
    check_values(model)
    _name_columns(model, table)
    attributes, answer = _fit_classes(model, table) if model._labels else _fit_numbers(model, table)
    vars(model).update(attributes(*answer))
    table.completed()
    model._say()
    return model


def opened(X: Any, y: Any = None, sample_weight: Any = None, offset: Any = None) -> Parts:
    """The table in parts of whatever `scan` takes; ``y`` names the target where it was not named before.

    Weights and offsets beside a collection of Dask or Spark are taken here, those of another table are its columns.
    """
    if is_collection(X):
        return scan(X, y, weights=sample_weight, offset=offset)
    if isinstance(X, Parts) and y is not None:
        raise UsageError("a table in parts has its target already: name it in scan(..., target=...), and leave y out")
    table: Parts = X if isinstance(X, Parts) else scan(X, y)
    return table


def _refuse(model: Any, table: Parts, **given: Any) -> None:
    """Refuse what needs the rows in memory."""
    if not table.source.targets:
        raise UsageError("the table has no target: name it in scan(..., target=...), or as the second argument")
    for name, role in (("sample_weight", "weights"), ("offset", "offset")):
        if given.get(name) is not None:
            raise UsageError(COLUMN.format(name, role))
    if given["validation"] is not None:
        raise UsageError("validation rows of a table in parts are a share of it: set early_stopping=True")
    if model.early_stopping and model.batch_size is None:
        raise UsageError("early stopping of a table in parts is for batches: set batch_size, or leave it out")
    if vars(model).get("_skl_callbacks"):
        raise UsageError("scikit-learn's callbacks need the rows in memory: use the parameter callback")


def _name_columns(model: Any, table: Parts) -> None:
    """Set the attributes that say which columns the model has."""
    model._recipe = table.recipe
    model.n_features_in_ = table.shape[1]
    vars(model).pop("feature_names_in_", None)
    if any(name != f"x{j}" for j, name in enumerate(table.names)):
        model.feature_names_in_ = np.array(table.names, object)


def _fit_numbers(model: Any, table: Parts) -> Any:
    _refuse_text(table)
    run = _solved(model, table)
    return one_target if len(table.source.targets) == 1 else each_target, (run.coef, run.intercept)


def _refuse_text(table: Parts) -> None:
    """Refuse a target of text where numbers are needed; true and false are 1 and 0."""
    if (labels := table.source.levels) and not has_truths(table.source):
        problem = f"the target holds text ({labels[0]!r}): a regressor needs numbers, GDClassifier takes labels"
        raise DataError(problem, column=table.source.targets[0])


def _fit_classes(model: Any, table: Parts) -> Any:
    table.plan(_passes(model, table))
    labels = labels_of(table)
    model.classes_ = _as_array(labels, table)
    refuse_together(model, None, None, None)
    weights = _class_weights(model.class_weight, model.classes_, labels)
    if len(model.classes_) > 2 and model.multi_class == "ovr":

        def one(c: int, start: Any, task: Task | None) -> Run:
            return _solved(model, labels.coded(table, weights, c), start=start, task=task)

        return each_target, fit_each(model, one)
    run = _solved(model, labels.coded(table, weights), softmax_of(model) if len(model.classes_) > 2 else None)
    return each_target, (run.coef, run.intercept)


def _passes(model: Any, table: Parts) -> int:
    """About how many passes a fit takes; one that is made by batches is not made of passes."""
    if model.batch_size is not None:
        return 1
    limits = Limits(model.max_iter, model.max_updates, model.tol)
    return passes_of(table, model._problem(model._names()), model._settings(), limits)


def _solved(model: Any, table: Parts, loss: Any = None, *, start: Any = None, task: Task | None = None) -> Run:
    rows = None
    if model.early_stopping:
        table, rows = held_out(table, model.validation_fraction, seed_of(model.random_state))
    run: Run = model._solved(partial(_fit_shown, table), loss, start=start, task=task, held_out=rows, unit="passes")
    return run


def _fit_shown(table: Parts, *, watch: Watch, **asked: Any) -> Run:
    """Fit, and tell of each part where progress is asked for."""
    if watch.progress is not None:
        progress = PassProgress(watch.progress, 8.0 * table.shape[1], asked["problem"].loss)
        table.told, watch = progress.passing, replace(watch, progress=progress)
    return fit_parts(table, watch=watch, **asked)


def _as_array(labels: Labels, table: Parts) -> Any:
    """Labels as a table in memory has them: true and false, whole numbers, or text."""
    found = np.array(labels.labels)
    if has_truths(table.source):
        return found == "True"
    if found.dtype.kind != "f":
        return found
    if (broken := found[found != np.floor(found)]).size:
        problem = f"{broken[0]:g} is no label: give text, whole numbers, true or false, or fit a regression"
        raise DataError(problem, column=table.source.targets[0])
    return found.astype(np.int64) if np.abs(found).max() <= EXACT else found


def _class_weights(asked: Any, classes: Any, labels: Labels) -> tuple[float, ...]:
    """The weight of each class; () where all are 1."""
    if asked is None:
        return ()
    if asked == "balanced":
        return labels.balanced
    return tuple(compute_class_weight(asked, classes=classes, y=classes).tolist())


def decision_function(model: Any, X: Any) -> object:
    """Linear predictors of each row."""
    return _predictions(model, X, _as_they_are)


def predict(model: Any, X: Any) -> object:
    """The prediction of each row: a number, numbers, or a label."""
    check_is_fitted(model)
    return _predictions(model, X, partial(_labels, model.classes_) if model._labels else partial(_inverse, model.loss))


def predict_proba(model: Any, X: Any) -> object:
    """Probabilities of the classes of each row."""
    return _predictions(model, X, partial(probabilities, loss=model.loss, multi_class=model.multi_class))


def predict_log_proba(model: Any, X: Any) -> object:
    """Logarithms of the probabilities of the classes of each row."""
    return _predictions(model, X, partial(log_probabilities, loss=model.loss, multi_class=model.multi_class))


def _as_they_are(z: Array) -> Array:
    return z


def _labels(classes: Any, z: Array) -> Any:
    """The most probable label of each row."""
    return classes[z.argmax(1) if z.ndim > 1 else (z > 0) * 1]


def _inverse(loss: Any, z: Array) -> Any:
    """Means of the targets."""
    return read_loss(loss).inverse(z)


def _predictions(model: Any, X: Any, of: Callable[[Array], Any]) -> object:
    """The predictions for a table with the columns of the fit, by a function of linear predictors (m,) or (m, k).

    Those for a collection of Dask or Spark are one of the same kind.
    """
    check_is_fitted(model)
    labels = model.classes_.tolist() if model._labels else range(np.size(model.intercept_))
    columns = partial(_columns, of, tuple(labels))
    if is_collection(X):
        names = vars(model).get("feature_names_in_")
        own = None if names is None else tuple(map(str, names))
        return predicted(X, Predict(own, vars(model).get("_recipe"), _parameters(model), columns))
    table: Parts = X if isinstance(X, Parts) else scan(X)
    _check_columns(model, table)
    return Predictions(table, _parameters(model), columns)


def _columns(of: Callable[[Array], Any], labels: tuple[Any, ...], z: Array) -> dict[str, Any]:
    """Columns of predictions by name; goes to workers."""
    found = of(z[:, 0] if z.shape[1] == 1 else z)
    if found.ndim == 1:
        return {"prediction": found}
    return {f"prediction_{label}": column for label, column in zip(labels, found.T, strict=True)}


def _check_columns(model: Any, table: Parts) -> None:
    """Refuse a table whose columns have other names, or became numbers in another way, than those of the fit."""
    names = tuple(vars(model).get("feature_names_in_", table.names))
    recipe = vars(model).get("_recipe")
    if recipe is not None and table.recipe not in (None, recipe):
        raise UsageError(OTHERWISE)
    if table.names != names:
        raise UsageError(f"the table has other columns than the fit: scan it with those, {', '.join(names[:10])}")


def _parameters(model: Any) -> Array:
    """Raw parameters (d + 1, k), intercept last."""
    return np.vstack((np.atleast_2d(dense(model.coef_)).T, np.reshape(model.intercept_, (1, -1))))


def score(model: Any, X: Any, y: Any = None, sample_weight: Any = None) -> float:
    """Accuracy of a classifier and R2 of a regressor, or D2 of a loss with a deviance. Cost: one pass."""
    check_is_fitted(model)
    if sample_weight is not None and not is_collection(X):
        raise UsageError(COLUMN.format("sample_weight", "weights"))
    table = opened(X, y, sample_weight)
    _check_columns(model, table)
    if not model._labels:
        _refuse_text(table)
    measures = scores_in_parts(_as_model(model), table).measures
    found = measures["accuracy"] if model._labels else measures.get("d2", measures.get("r2"))
    if found is None:
        raise DataError("the score is undefined, since the target is constant: score other rows")
    return float(found)


def _as_label(label: Any) -> str | float:
    """A label as files have it: true and false are text."""
    return str(label) if isinstance(label, (str, bool)) else float(label)


def _as_model(model: Any) -> Model:
    """The model as its file has it, of which scores are computed."""
    names = tuple(map(str, model._names()))
    k = np.size(model.intercept_)
    classes = tuple(map(_as_label, model.classes_.tolist())) if model._labels else None
    w = _parameters(model)
    return Model(
        "logistic" if model._labels else "linear",
        ("y",) if k == 1 or model._labels else tuple(f"y{j + 1}" for j in range(k)),
        names,
        tuple(map(tuple, w[:-1].T.tolist())),
        tuple(w[-1].tolist()),
        classes,
        to_spec(read_loss(model.loss)),
        {},
        {},
        {},
        model.multi_class if model._labels and k > 1 else None,
    )
