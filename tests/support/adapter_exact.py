"""scikit-learn's LinearRegression, LogisticRegression and its CV by name and settings, with our descents inside.

They map settings and the shapes of answers, and never fit or predict by code of scikit-learn. Solvers are not told
apart: every one of them is our automatic way.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.metrics import get_scorer
from sklearn.model_selection import check_cv
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight
from sklearn.utils.metaestimators import available_if

from steepest import GDClassifier, GDRegressor

SHARES = {"l2": 0.0, None: 0.0, "l1": 1.0}  # of the L1 part, by name of the penalty


class Adapted(BaseEstimator):
    """What all of them do: take over what ours found, and predict by ours with what is written here now."""

    def _take(self, X: Any, ours: Any, coef: Any = None, intercept: Any = None) -> Any:
        """Answers in the type of the table, as they have them."""
        dtype = np.float32 if getattr(X, "dtype", None) == np.float32 else np.float64
        self._ours, self.n_features_in_ = ours, ours.n_features_in_
        self.coef_ = np.array(ours.coef_ if coef is None else coef, dtype)
        self.intercept_ = np.array(ours.intercept_ if intercept is None else intercept, dtype)
        return self

    def _give(self) -> Any:
        self._ours.coef_, self._ours.intercept_ = self.coef_, self.intercept_
        return self._ours

    def sparsify(self) -> Any:
        self.coef_ = self._give().sparsify().coef_
        return self

    def densify(self) -> Any:
        self.coef_ = self._give().densify().coef_
        return self

    def predict(self, X: Any) -> Any:
        return self._give().predict(X)

    def _loss(self) -> Any:
        return "log_loss"


class Classifier(ClassifierMixin, Adapted):
    def decision_function(self, X: Any) -> Any:
        return self._give().decision_function(X)

    @available_if(lambda self: GDClassifier(self._loss()).predict_proba)  # there where ours is
    def predict_proba(self, X: Any) -> Any:
        return self._give().predict_proba(X)

    @available_if(lambda self: GDClassifier(self._loss()).predict_proba)
    def predict_log_proba(self, X: Any) -> Any:
        return self._give().predict_log_proba(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


class LinearRegression(RegressorMixin, Adapted):
    def __init__(self, *, fit_intercept=True, copy_X=True, tol=1e-6, n_jobs=None, positive=False):
        self.fit_intercept, self.copy_X, self.tol = fit_intercept, copy_X, tol
        self.n_jobs, self.positive = n_jobs, positive

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        signs = "+" if self.positive else None
        return self._take(X, GDRegressor(fit_intercept=self.fit_intercept, signs=signs).fit(X, y, sample_weight))


class LogisticRegression(Classifier):
    def __init__(
        self, penalty="deprecated", *, C=1.0, l1_ratio=0.0, dual=False, tol=1e-4, fit_intercept=True,
        intercept_scaling=1, class_weight=None, random_state=None, solver="lbfgs", max_iter=100, verbose=0,
        warm_start=False, n_jobs=None,
    ):  # fmt: skip
        self.penalty, self.C, self.l1_ratio, self.dual, self.tol = penalty, C, l1_ratio, dual, tol
        self.fit_intercept, self.intercept_scaling, self.class_weight = fit_intercept, intercept_scaling, class_weight
        self.random_state, self.solver, self.max_iter, self.verbose = random_state, solver, max_iter, verbose
        self.warm_start, self.n_jobs = warm_start, n_jobs

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        ours = GDClassifier(
            alpha=self._strength(y, sample_weight),
            l1_ratio=SHARES.get(self.penalty, self.l1_ratio),
            fit_intercept=self.fit_intercept,
            class_weight=self.class_weight,
            tol=self.tol**2,  # theirs bounds a gradient, ours a gap, which goes with its square
            max_iter=self.max_iter,
            random_state=self.random_state,
            start=self._start(),
        )
        self._take(X, ours.fit(X, y, sample_weight))
        self.classes_, self.n_iter_ = ours.classes_, np.array([ours.n_iter_], np.int32)
        return self

    def _strength(self, y: Any, sample_weight: Any) -> float:
        """1 / (C x sum of the weights)."""
        if self.penalty is None:
            return 0.0
        weight = compute_sample_weight(self.class_weight, y)
        return float(1.0 / (self.C * np.sum(weight if sample_weight is None else weight * sample_weight)))

    def _start(self) -> Any:
        return np.vstack((self.coef_.T, self.intercept_)) if self.warm_start and hasattr(self, "coef_") else None


class LogisticRegressionCV(Classifier):
    """The loop over folds and strengths is here, in the shapes without legacy; each of its fits is ours."""

    def __init__(
        self, *, Cs=10, l1_ratios="warn", fit_intercept=True, cv=None, dual=False, penalty="deprecated",
        scoring="warn", solver="lbfgs", tol=1e-4, max_iter=100, class_weight=None, n_jobs=None, verbose=0,
        refit=True, intercept_scaling=1.0, random_state=None, use_legacy_attributes="warn",
    ):  # fmt: skip
        self.Cs, self.l1_ratios, self.fit_intercept, self.cv, self.dual = Cs, l1_ratios, fit_intercept, cv, dual
        self.penalty, self.scoring, self.solver, self.tol, self.max_iter = penalty, scoring, solver, tol, max_iter
        self.class_weight, self.n_jobs, self.verbose, self.refit = class_weight, n_jobs, verbose, refit
        self.intercept_scaling, self.random_state = intercept_scaling, random_state
        self.use_legacy_attributes = use_legacy_attributes

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        X, y = X.tocsr() if issparse(X) else np.asarray(X), np.asarray(y)
        self.Cs_ = np.logspace(-4, 4, self.Cs) if isinstance(self.Cs, int) else np.asarray(self.Cs, float)
        self.l1_ratios_ = np.array([0.0]) if isinstance(self.l1_ratios, str) else np.asarray(self.l1_ratios, float)
        self.classes_ = np.unique(y)
        table = (X, y, sample_weight, self._weights(y))
        found = [self._fold(*table, *fold) for fold in check_cv(self.cv, y, classifier=True).split(X, y)]
        self.scores_, self.coefs_paths_, self.n_iter_ = (np.array(part) for part in zip(*found, strict=True))
        return self._choose(*table)

    def _fold(self, X: Any, y: Any, weight: Any, by_class: Any, train: Any, test: Any) -> tuple[Any, Any, Any]:
        """Scores and numbers of iterations by share and strength, and the coefficients."""
        own, held = (None if weight is None else weight[part] for part in (train, test))
        models = [
            [self._model(C, share, by_class).fit(X[train], y[train], own) for C in self.Cs_]
            for share in self.l1_ratios_
        ]
        told = {} if held is None else {"sample_weight": held}
        scores = [[self._scorer()(model, X[test], y[test], **told) for model in line] for line in models]
        n_iter = [[int(model.n_iter_[0]) for model in line] for line in models]
        return scores, [[self._whole(model) for model in line] for line in models], n_iter

    def _choose(self, X: Any, y: Any, weight: Any, by_class: Any) -> Any:
        """The strength of the best sum of scores, and the fit of all rows; without refit, means over the folds."""
        share, strength = np.unravel_index(self.scores_.sum(0).argmax(), self.scores_.shape[1:])
        self.C_, self.l1_ratio_ = float(self.Cs_[strength]), float(self.l1_ratios_[share])
        best = self._model(self.C_, self.l1_ratio_, by_class).fit(X, y, weight)
        if self.refit:
            return self._take(X, best._ours)
        mean = self.coefs_paths_[:, share, strength].mean(0)
        d = X.shape[1]
        return self._take(X, best._ours, mean[:, :d], mean[:, d] if self.fit_intercept else np.zeros(len(mean)))

    def _model(self, C: float, share: float, by_class: Any) -> LogisticRegression:
        return LogisticRegression(
            C=C, l1_ratio=share, fit_intercept=self.fit_intercept, tol=self.tol, max_iter=self.max_iter,
            class_weight=by_class, random_state=self.random_state,
        )  # fmt: skip

    def _weights(self, y: Any) -> Any:
        """Balanced weights are those of all rows, not of each fold."""
        if self.class_weight != "balanced":
            return self.class_weight
        return dict(
            zip(self.classes_, compute_class_weight("balanced", classes=self.classes_, y=y).tolist(), strict=True)
        )

    def _whole(self, model: Any) -> Any:
        return np.column_stack((model.coef_, model.intercept_)) if self.fit_intercept else model.coef_

    def _scorer(self) -> Any:
        named = "accuracy" if self.scoring in ("warn", None) else self.scoring
        return get_scorer(named) if isinstance(named, str) else named

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        return self._scorer()(self, X, y, **({} if sample_weight is None else {"sample_weight": sample_weight}))
