"""Saving a fitted estimator as a model file, which the command line reads too, and loading one."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..core.errors import DataError, UsageError
from ..core.files import plain
from ..core.records import to_spec
from ..core.shown_text import visible
from ..optimality.certificate import Certificate
from ..optimality.verdict import Verdict
from ..solve.model import Model, loss_of, read_model, write_model
from ..solve.model_problem import problem_of
from .kept_settings import as_json, from_json
from .multiclass import each_target
from .saved_labels import kept_labels, labels_from
from .sparsity import dense

if TYPE_CHECKING:
    from .tables import TableEncoder

__all__ = ["ModelFile"]

OF_THE_RUN = ("exact", "table", "validation", "cross_validation")  # settings that are not written to a model file
OTHER = {"linear": "GDRegressor", "logistic": "GDClassifier"}


class ModelFile:
    """Model files, a mixin of both estimators."""

    def save(
        self: Any,
        path: str | Path,
        *,
        target: str | Sequence[str] | None = None,
        encoder: TableEncoder | None = None,
        offset: str | None = None,
        force: bool = False,
    ) -> None:
        """Write the model file that ``steepest fit -o`` writes: JSON with exact floats, never a pickle.

        It holds coefficients, classes, settings, verdict and certificate, but no trajectory. ``steepest predict``
        reads it, and so does `load`.

        Parameters
        ----------
        path : str or Path
            The file to write.
        target : str, or sequence of str for several targets, optional
            Names of the targets, which ``steepest evaluate`` looks for. "y", or y1, y2, ... by default; of a fit
            without feature names the columns after the features.
        encoder : TableEncoder, optional
            The fitted encoder of the table that the estimator was fitted to. The file then names the table's columns.
        offset : str, optional
            Name of the column of offsets, if the fit had some; predictions of the command line add it.
        force : bool, default False
            Whether an existing file may be replaced.

        Raises
        ------
        NotFittedError
            If there are no coefficients yet.
        UsageError
            If the loss is one of your own, or names do not fit the model.
        FileError
            If the file exists and ``force`` is false, or it cannot be written.
        DataError
            If a label or number cannot be kept.

        Warns
        -----
        UserWarning
            If a parameter cannot be kept, such as a callback or a rule of your own. `load` leaves it at its default.

        Notes
        -----
        Columns without names are called c1, c2, ..., as the command line calls those of a file without a header. Of
        `GDRegressorCV` and `GDClassifierCV` save ``model_``.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from steepest import GDRegressor
        >>> model = GDRegressor(alpha=0.5).fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0])
        >>> with TemporaryDirectory() as folder:
        ...     model.save(Path(folder, "model.json"))
        ...     same = GDRegressor.load(Path(folder, "model.json"))
        >>> same, bool(same.coef_ == model.coef_), same.verdict_.status
        (GDRegressor(alpha=0.5), True, 'converged')
        """
        check_is_fitted(self)
        kept, left_out = as_json(self.get_params(deep=False))
        model = _model(self, kept, _targets(self, target), encoder, offset)
        write_model(model, path, force)
        if left_out:
            what = f"{', '.join(left_out)} cannot be kept in a model file: set {'it' if len(left_out) == 1 else 'them'}"
            warnings.warn(f"{what} again after load", UserWarning, stacklevel=2)

    @classmethod
    def load(cls: Any, path: str | Path) -> Any:
        """The fitted estimator in a model file, of `save` or of ``steepest fit -o``. No code is executed.

        Its coefficients are exact, and it can be fitted again. The parameters are those of the saved estimator; of a
        file of the command line they are those of the objective (loss, penalty, constraints), tolerance and seed, the
        others are defaults. There is no ``trajectory_``.

        If the fit had text columns, the estimator takes the encoded ones: put `steepest.tables.TableEncoder.load` of
        the same file before it in a pipeline.

        Parameters
        ----------
        path : str or Path
            The file.

        Raises
        ------
        DataError
            If the file is damaged or is not a model file.
        FileError
            If it cannot be read.
        UsageError
            If the model belongs to the other estimator, or its loss is one of your own.

        Warns
        -----
        UserWarning
            If the model has a column of offsets, which ``predict`` does not add.
        """
        model = read_model(path)
        file = visible(Path(path).name)
        if (model.kind == "logistic") != cls._labels:
            raise UsageError(f"{file} is a {model.kind} model: use {OTHER[model.kind]}.load")
        if loss_of(model) is None:
            raise UsageError(f"{file}: the loss {model.loss} is one of your own: take coef and intercept from the file")
        try:
            ours = cls(**_parameters(cls, model))
            _restore(ours, model)
        except (UsageError, TypeError, ValueError, AttributeError, KeyError) as error:
            raise DataError(f"damaged (settings: {str(error)[:200]}): save it again", file=file) from None
        if model.shifted:
            column = model.offset if model.offset is not None else model.exposure
            note = f"{file} was fitted with the column {column!r}, which predict here does not add to the predictor"
            warnings.warn(f"{note}: use steepest predict", UserWarning, stacklevel=2)
        return ours


def _model(ours: Any, kept: dict[str, Any], targets: tuple[str, ...], encoder: Any, offset: str | None) -> Model:
    coef, intercept = np.atleast_2d(dense(ours.coef_)), np.atleast_1d(ours.intercept_)
    several = ours._labels and len(intercept) > 1
    loss = ours._problem(ours._names()).loss
    if not type(loss).__module__.startswith("steepest."):
        raise UsageError(f"the loss {ours.loss!r} is one of your own, which no model file can hold: use pickle")
    recipe = None if encoder is None else encoder.recipe_
    names = _feature_names(ours) if recipe is None else recipe.names
    if len(names) != coef.shape[1]:
        raise UsageError(f"the encoder gives {len(names)} columns, but the estimator has {coef.shape[1]}")
    labels, kind = kept_labels(ours.classes_) if ours._labels else (None, None)
    fitted = {"named": "feature_names_in_" in vars(ours), "labels": kind, "rows": vars(ours).get("_total")}
    estimator = {"parameters": kept, **fitted, "steps": vars(ours).get("n_iter_")}
    return Model(
        "logistic" if ours._labels else "linear",
        targets,
        tuple(names),
        tuple(map(tuple, coef.tolist())),
        tuple(intercept.tolist()),
        labels,
        to_spec(loss),
        {**_settings(ours), "estimator": plain(estimator)},
        plain(ours.verdict_.as_dict()) if "verdict_" in vars(ours) else {},
        plain(ours.certificate_._asdict()) if "certificate_" in vars(ours) else {},
        ours.multi_class if several else None,
        offset,
        encoding=None if recipe is None or recipe.plain else recipe,
    )


def _settings(ours: Any) -> dict[str, Any]:
    """How the model was fitted: its problem, and what its trajectory says."""
    problem = ours._problem(ours._names())
    found = {
        "penalty": to_spec(problem.penalty),
        "intercept": problem.intercept,
        "fixed": list(map(str, problem.fixed)),
    }
    found |= {"penalty_factors": list(problem.factors), "signs": list(problem.signs), "tol": ours.tol}
    path = getattr(ours, "trajectory_", None)
    meta = {} if path is None or isinstance(path, list) else path.meta
    return plain(found | {name: value for name, value in meta.items() if name not in OF_THE_RUN})  # type: ignore[no-any-return]


def _feature_names(ours: Any) -> tuple[str, ...]:
    named = vars(ours).get("feature_names_in_")
    return tuple(f"c{j}" for j in range(1, ours.n_features_in_ + 1)) if named is None else tuple(map(str, named))


def _targets(ours: Any, given: str | Sequence[str] | None) -> tuple[str, ...]:
    k = 1 if ours._labels else np.size(ours.intercept_)
    if given is not None:
        names = (given,) if isinstance(given, str) else tuple(given)
        if len(names) != k or not all(isinstance(name, str) for name in names):
            raise UsageError(f"target must be the names of {k} columns, not {given!r}")
        return names
    if "feature_names_in_" not in vars(ours):
        return tuple(f"c{ours.n_features_in_ + j}" for j in range(1, k + 1))
    return ("y",) if k == 1 else tuple(f"y{j}" for j in range(1, k + 1))


def _kept(model: Model) -> dict[str, Any]:
    """What `save` adds to the settings of a model; empty for a file of the command line."""
    found = model.settings.get("estimator", {})
    if not isinstance(found, dict) or not isinstance(found.get("parameters", {}), dict):
        raise UsageError("estimator must be an object with parameters")
    return found


def _parameters(cls: Any, model: Model) -> dict[str, Any]:
    kept = _kept(model)
    if kept:
        return from_json(kept["parameters"])
    found: dict[str, Any] = {"loss": model.loss}
    settings = model.settings
    if model.multi_class is not None:
        found["multi_class"] = model.multi_class
    if "class_weight" in settings and cls._labels and isinstance(settings["class_weight"], str):
        found["class_weight"] = settings["class_weight"]
    found |= {name: settings[name] for name in ("tol",) if name in settings}
    found |= {"random_state": settings["seed"]} if settings.get("seed") else {}
    return found | _of_problem(model)


def _of_problem(model: Model) -> dict[str, Any]:
    """The parameters of the objective, where the file says how it was fitted."""
    if not {"penalty", "intercept", "fixed"} <= model.settings.keys():
        return {}
    problem = problem_of(model)
    alpha = problem.l1 + problem.l2
    found: dict[str, Any] = {"fit_intercept": problem.intercept, "fixed": problem.fixed, "alpha": alpha}
    found["l1_ratio"] = problem.l1 / alpha if alpha else 0.0
    if problem.factors:
        found["penalty_factors"] = np.array(problem.factors)
    if problem.signs:
        found["signs"] = {j: "+" if sign > 0 else "-" for j, sign in enumerate(problem.signs) if sign}
    return found


def _restore(ours: Any, model: Model) -> None:
    """Set the attributes of a fit."""
    kept, coef, intercept = _kept(model), np.array(model.coef).reshape(model.outputs, -1), np.array(model.intercept)
    if ours._labels or model.outputs > 1:
        vars(ours).update(each_target(np.ascontiguousarray(coef.T), intercept))
    else:
        ours.coef_, ours.intercept_ = coef[0].copy(), float(intercept[0])
    ours.n_features_in_ = coef.shape[1]
    numbered = model.names == tuple(f"c{j}" for j in range(1, coef.shape[1] + 1))
    if kept.get("named", not numbered) and model.encoding is None:
        ours.feature_names_in_ = np.array(model.names, object)
    if model.classes is not None:
        ours.classes_ = labels_from(model.classes, kept.get("labels"))
    if (rows := kept.get("rows", model.settings.get("rows"))) is not None:
        ours._total = float(rows)
    if isinstance(kept.get("steps"), int):
        ours.n_iter_ = kept["steps"]
    if {"status", "message", "notes"} <= model.verdict.keys():
        ours.verdict_ = Verdict.from_dict(model.verdict)
    if {"gap", "kind", "gradient_norm"} <= model.certificate.keys():
        ours.certificate_ = Certificate(**model.certificate)
    _check(ours)


def _check(ours: Any) -> None:
    """Whether the settings are those of a problem that can be fitted again."""
    ours._problem(ours._names())
