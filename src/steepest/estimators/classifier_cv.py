"""GDClassifierCV: logistic regression and other linear classifiers, their penalty weight by cross-validation."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from ..core.setting_types import ByColumn, LossLike
from .classifier import GDClassifier
from .cross_validated import CrossValidated, Training
from .in_parts import FOLDS, in_memory
from .labels import numbers, row_weights
from .multiclass import refuse_together
from .probabilities import probable

__all__ = ["GDClassifierCV"]


class GDClassifierCV(CrossValidated, ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """Logistic regression with alpha chosen by cross-validation, for two or more classes.

    For each fold the minima of F(w) = mean log loss + ``alpha ((1 - l1_ratio)/2 |w|^2 + l1_ratio |w|_1)`` are found for
    all alphas, and scored on the rows held out. The model is then fitted to all rows with the chosen alpha;
    scikit-learn's ``LogisticRegressionCV(Cs)`` has alpha = 1 / (n C) with n the rows of a fold.

    Parameters
    ----------
    loss : name or record, default "log_loss"
        As of `GDClassifier`.
    alphas, eps, l1_ratio, rule : as of `GDRegressorCV`
    cv : int, splitter or iterable of (train, test), optional
        The folds, as in scikit-learn; None is 5, and a number of folds is stratified by class.
    scoring : name or callable, optional
        As in scikit-learn, higher is better. None: minus the mean loss, by weights.
    class_weight : dict, "balanced" or None
        Weights of the classes, by which the rows' weights are multiplied, on all rows.
    penalty_factors, signs, fit_intercept, max_iter, tol, n_jobs : as of `GDClassifier`
        ``tol`` is that of the last fit; the paths have 1e-6, or ``tol`` if that is larger.

    Attributes
    ----------
    alpha_, l1_ratio_ : float
        The choice.
    coef_, intercept_ : (1, d) and (1,) arrays, (k, d) and (k,) of k > 2 classes
        Of the fit to all rows, by raw columns.
    classes_ : (k,) array
        Sorted labels; of two the second is the positive one.
    alphas_, scores_, mean_scores_, standard_errors_, worst_gap_
        The curves, as of `GDRegressorCV`.
    certificate_, verdict_, trajectory_, n_iter_
        Of the fit to all rows.
    model_ : GDClassifier
        The same fit as an estimator of its own.
    cross_validation_ : CrossValidation
        The curves, for `steepest.plots.CrossValidationDisplay`.
    n_features_in_, feature_names_in_
        Number and names of the columns.

    Raises
    ------
    DataError, UsageError
        Both are ValueErrors; one line says what is wrong and how to fix it.

    Notes
    -----
    Cost: some passes and Hessians of the table for each alpha, shared by the folds.

    References
    ----------
    Hastie, T., Tibshirani, R. and Friedman, J. (2009). The Elements of Statistical Learning, section 7.10.
    doi:10.1007/978-0-387-84858-7

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).standard_normal((80, 3))
    >>> y = np.where(X[:, 0] + np.random.default_rng(1).standard_normal(80) > 0, "yes", "no")
    >>> model = GDClassifierCV(alphas=[1.0, 0.1, 0.01]).fit(X, y)
    >>> model.alpha_, model.predict(X[:2]).tolist(), model.worst_gap_ < 1e-6
    (0.01, ['yes', 'yes'], True)
    """

    _one_alpha = GDClassifier
    classes_: NDArray[Any]

    def __init__(
        self,
        loss: LossLike = "log_loss",
        *,
        alphas: int | ArrayLike = 100,
        eps: float = 1e-3,
        l1_ratio: float | ArrayLike = 0.0,
        cv: Any = None,
        rule: str = "min",
        scoring: object = None,
        penalty_factors: ByColumn = None,
        signs: ByColumn = None,
        fit_intercept: bool = True,
        max_iter: int = 1000,
        tol: float = 1e-10,
        class_weight: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.loss = loss
        self.alphas = alphas
        self.eps = eps
        self.l1_ratio = l1_ratio
        self.cv = cv
        self.rule = rule
        self.scoring = scoring
        self.penalty_factors = penalty_factors
        self.signs = signs
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol
        self.class_weight = class_weight
        self.n_jobs = n_jobs

    @in_memory(FOLDS)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: ArrayLike | None = None) -> Self:
        """Choose alpha, and fit all rows.

        Parameters
        ----------
        X : (n, d) array, sparse matrix or data frame
            The columns, of any scale.
        y : (n,) array
            Two or more labels of any kind.
        sample_weight : (n,) array, optional
            Weight of each row in the mean, >= 0, in fits and in the default score.
        groups : (n,) array, optional
            Groups of rows for the splitter.
        """
        chosen: Self = self._choose(X, y, sample_weight, groups)
        self.classes_ = chosen.model_.classes_
        return chosen

    @staticmethod
    def _training(model: Any, X: Any, y: Any, sample_weight: Any) -> Training:
        X, y, weight = model._table(X, y, sample_weight, finite=True)
        check_classification_targets(y)
        model.classes_ = np.unique(y)
        refuse_together(model, y, weight, None)
        return Training(X, y, numbers(y, model.classes_), row_weights(model.class_weight, y, weight))

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Linear predictors: (n,), positive for ``classes_[1]``; or (n, k), one per class.

        Parameters
        ----------
        X : (n, d) array, sparse matrix or data frame
            The rows, with the columns of ``fit``.
        """
        check_is_fitted(self)
        found: NDArray[np.float64] = self.model_.decision_function(X)
        return found

    @probable
    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities of the classes, (n, k).

        Parameters
        ----------
        X : (n, d) array, sparse matrix or data frame
            The rows, with the columns of ``fit``.
        """
        check_is_fitted(self)
        found: NDArray[np.float64] = self.model_.predict_proba(X)
        return found

    @probable
    def predict_log_proba(self, X: Any) -> NDArray[np.float64]:
        """Logarithms of the probabilities of the classes, (n, k).

        Parameters
        ----------
        X : (n, d) array, sparse matrix or data frame
            The rows, with the columns of ``fit``.
        """
        check_is_fitted(self)
        found: NDArray[np.float64] = self.model_.predict_log_proba(X)
        return found
