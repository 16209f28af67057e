"""The layer between the estimators that choose alpha and ``solve/cross_validation.py``: folds, scores, attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from ..core.errors import UsageError
from ..core.types import Array
from ..data.classes import Classes
from ..data.make_rows import make_rows
from ..data.rows import Rows
from ..descent.trajectory import Trajectory
from ..optimality.certificate import Certificate
from ..optimality.verdict import Verdict
from ..solve.cross_validation import TOL, cross_validate
from ..solve.settings import Limits
from ..solve.validation_curve import CrossValidation, Fold, Grid, Scorer, Scoring
from .multiclass import softmax_of
from .parameter_checks import ParameterNames

__all__ = ["CrossValidated", "Training"]

OWN = ("alphas", "eps", "l1_ratio", "cv", "rule", "scoring")  # parameters that the model does not have
OF_THE_FIT = ("coef_", "intercept_", "certificate_", "verdict_", "trajectory_", "n_iter_", "n_features_in_")


class Training:
    """A checked table: what is fitted, and what folds and scorers see."""

    def __init__(self, X: Any, y: Any, numbers: NDArray[np.float64], weight: Array | None) -> None:
        self.X, self.y, self.numbers, self.weight = X, y, numbers, weight

    def rows(self, n_jobs: int | None) -> Rows:
        """The rows; of more than two classes as `Classes`."""
        rows = make_rows(self.X, self.numbers, weight=self.weight, n_jobs=n_jobs)
        return Classes(*rows) if rows.y.shape[1] > 1 else rows


class CrossValidated(ParameterNames):
    """The parts that both estimators share; a mixin beside scikit-learn's own classes."""

    coef_: Array
    intercept_: float | Array
    alpha_: float
    l1_ratio_: float
    certificate_: Certificate
    verdict_: Verdict
    trajectory_: Trajectory
    cross_validation_: CrossValidation
    model_: Any

    def _model(self: Any) -> Any:
        """The estimator of one alpha, with the parameters that both have."""
        given = {name: value for name, value in self.get_params(deep=False).items() if name not in OWN}
        return self._one_alpha(**given)

    def _choose(self: Any, X: Any, y: Any, sample_weight: Any, groups: Any) -> Any:
        """Cross-validate, fit all rows with the chosen alpha, and set the attributes."""
        from sklearn.model_selection import check_cv  # takes as long to load as the rest

        model = self._model()
        training = self._training(model, X, y, sample_weight)
        labels = model._labels
        rows = training.rows(self.n_jobs)
        loss = softmax_of(model) if labels and rows.supports.joint else self.loss
        splits = check_cv(self.cv, training.y, classifier=labels).split(training.X, training.y, groups)
        found = cross_validate(
            rows,
            model._problem(model._names(), loss),
            [Fold(np.asarray(train), np.asarray(test)) for train, test in splits],
            Grid(self.alphas, self.eps, _listed(self.l1_ratio)),
            rule=self.rule,
            limits=Limits(self.max_iter, None, max(TOL, self.tol)),
            scoring=None
            if self.scoring is None
            else Scoring(str(self.scoring), scorer_of(model, self.scoring, training)),
        )
        self.model_ = model.set_params(alpha=found.alpha, l1_ratio=found.l1_ratio).fit(X, y, sample_weight)
        self._set(found)
        return self

    def _set(self: Any, found: CrossValidation) -> None:
        """Set the attributes of the choice, and those of the fit with it."""
        for name in (*OF_THE_FIT, "feature_names_in_"):
            if name in vars(self.model_):
                setattr(self, name, getattr(self.model_, name))
        if "feature_names_in_" not in vars(self.model_):
            vars(self).pop("feature_names_in_", None)
        if isinstance(self.trajectory_, Trajectory):
            self.trajectory_.meta["cross_validation"] = found.as_dict()
        curves, several = found.curves, np.ndim(self.l1_ratio) > 0
        self.cross_validation_, self.alpha_, self.l1_ratio_ = found, found.alpha, found.l1_ratio
        self.alphas_ = np.array([curve.alphas for curve in curves]) if several else found.curve.alphas
        self.scores_ = np.array([curve.scores for curve in curves]) if several else found.curve.scores
        self.mean_scores_ = np.array([curve.mean for curve in curves]) if several else found.curve.mean
        errors = np.array([curve.standard_error for curve in curves])
        self.standard_errors_ = errors if several else errors[0]
        self.worst_gap_ = found.worst_gap
        if found.at_end:
            note = "the best alpha is at the end of those tried: a better one may lie beyond, so try more of them"
            self.verdict_ = self.verdict_._replace(notes=(note, *self.verdict_.notes))

    def predict(self, X: Any) -> NDArray[Any]:
        """Predictions of the model with the chosen alpha, (n,).

        Parameters
        ----------
        X : (n, d) array, sparse matrix or data frame
            The rows, with the columns of ``fit``.
        """
        check_is_fitted(self)
        found: NDArray[Any] = self.model_.predict(X)
        return found

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R2 of a regressor and accuracy of a classifier, as of the model with the chosen alpha.

        Parameters
        ----------
        X, y, sample_weight : as given to ``fit``
        """
        check_is_fitted(self)
        return float(self.model_.score(X, y, sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]  # a mixin
        tags.input_tags.sparse = True
        return tags


def scorer_of(model: Any, scoring: object, training: Training) -> Scorer:
    """The scorer of scikit-learn's ``scoring``, for points of the path."""
    from sklearn.metrics import check_scoring

    scorer, probe = check_scoring(model, scoring), clone(model)
    known = {name: value for name, value in vars(model).items() if name in ("classes_", "n_features_in_")}
    for name, value in known.items():
        setattr(probe, name, value)

    def scores(points: Array, test: NDArray[np.int64]) -> Iterator[float]:
        X, y = training.X[test], training.y[test]
        for w in points:
            several = w.shape[1] > 1 or model._labels
            probe.coef_ = w[:-1].T.copy() if several else w[:-1, 0].copy()
            probe.intercept_ = w[-1].copy() if several else float(w[-1, 0])
            yield float(scorer(probe, X, y))

    return lambda points, test: np.array(list(scores(points, test)))


def _listed(l1_ratio: Any) -> list[float]:
    """The shares of L1 to try."""
    try:
        found = [float(one) for one in np.atleast_1d(l1_ratio)]
    except (TypeError, ValueError):
        found = []
    if not found or not all(0 <= one <= 1 for one in found):
        raise UsageError(f"l1_ratio must be a number from 0 to 1, or several of them, not {l1_ratio!r}")
    return found
