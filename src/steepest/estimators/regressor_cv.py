"""GDRegressorCV: a linear model whose penalty weight is chosen by cross-validation."""

from __future__ import annotations

from typing import Any, Self

from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, RegressorMixin

from ..core.setting_types import ByColumn, LossLike
from .cross_validated import CrossValidated, Training
from .in_parts import FOLDS, in_memory
from .regressor import GDRegressor

__all__ = ["GDRegressorCV"]


class GDRegressorCV(CrossValidated, RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """Linear regression with alpha chosen by cross-validation: ridge, lasso or elastic net.

    For each fold the minima of F(w) = mean loss + ``alpha ((1 - l1_ratio)/2 |w|^2 + l1_ratio |w|_1)`` are found for all
    alphas, and scored on the rows held out. The model is then fitted to all rows with the chosen alpha.

    Parameters
    ----------
    loss : name or record, default "squared_error"
        As of `GDRegressor`.
    alphas : int or numbers >= 0, default 100
        A number of penalty weights, or the weights. A number is spread in equal ratios from the smallest for which
        every coefficient is 0 to ``eps`` times that. For ridge, which has no such weight, the first is that of an
        l1_ratio of 0.001, and the last is eps^2 times that of the lasso.
    eps : float between 0 and 1, default 0.001
        The smallest alpha, as a share of the largest.
    l1_ratio : float from 0 to 1, or a list of them, default 0.0
        Shares of the L1 penalty to try: 0 is ridge; 1 is the lasso, as scikit-learn's ``LassoCV``.
    cv : int, splitter or iterable of (train, test), optional
        The folds, as in scikit-learn; None is 5, not shuffled.
    rule : {"min", "1se"}, default "min"
        The alpha of the best mean score, or the largest within one standard error of that score.
    scoring : name or callable, optional
        As in scikit-learn, higher is better. None: minus the mean squared error, or minus the mean loss of other
        losses, by ``sample_weight``.
    penalty_factors, signs, fit_intercept, max_iter, tol, n_jobs : as of `GDRegressor`
        ``tol`` is that of the last fit; the paths have 1e-6, or ``tol`` if that is larger.

    Attributes
    ----------
    alpha_, l1_ratio_ : float
        The choice.
    coef_, intercept_ : (d,) array, float
        Of the fit to all rows, by raw columns.
    alphas_ : (m,) array, or (r, m) for a list of r l1_ratios
        Decreasing.
    scores_ : (m, K) or (r, m, K) array
        The score of each fold.
    mean_scores_, standard_errors_ : (m,) or (r, m) arrays
        Their mean, and its standard error.
    worst_gap_ : float
        The largest certified gap of all folds and alphas, in units of the constant model's cost.
    certificate_, verdict_, trajectory_, n_iter_
        Of the fit to all rows.
    model_ : GDRegressor
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
    Cost: for a squared loss of up to 2,500 columns the products of all columns twice, n d^2 flops each, and then the
    paths of all folds without the rows; otherwise a path for each fold. A gap bounds the cost, not the choice: nearly
    equal scores may change their order with the folds.

    References
    ----------
    Hastie, T., Tibshirani, R. and Friedman, J. (2009). The Elements of Statistical Learning, section 7.10.
    doi:10.1007/978-0-387-84858-7

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).standard_normal((60, 4))
    >>> y = X @ [2.0, 0.0, -1.0, 0.0] + np.random.default_rng(1).standard_normal(60)
    >>> model = GDRegressorCV(l1_ratio=1.0, rule="1se").fit(X, y)
    >>> model.coef_.round(2).tolist(), round(model.alpha_, 3), model.worst_gap_ < 1e-9
    ([1.55, 0.0, -0.51, 0.0], 0.236, True)
    """

    _one_alpha = GDRegressor

    def __init__(
        self,
        loss: LossLike = "squared_error",
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
        self.n_jobs = n_jobs

    @in_memory(FOLDS)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: ArrayLike | None = None) -> Self:
        """Choose alpha, and fit all rows.

        Parameters
        ----------
        X : (n, d) array, sparse matrix or data frame
            The columns, of any scale.
        y : (n,) array
            Targets.
        sample_weight : (n,) array, optional
            Weight of each row in the mean, >= 0, in fits and in the default score.
        groups : (n,) array, optional
            Groups of rows for the splitter.
        """
        chosen: Self = self._choose(X, y, sample_weight, groups)
        return chosen

    @staticmethod
    def _training(model: Any, X: Any, y: Any, sample_weight: Any) -> Training:
        X, y, weight = model._table(X, y, sample_weight, finite=True)
        return Training(X, y, y, weight)
