"""Conversion of fitted models to scikit-learn's own estimators and back, and their standard errors."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..core.errors import UsageError
from ..core.types import Array
from ..objective.losses import LogLoss
from ..optimality.class_standard_errors import class_standard_errors
from ..optimality.standard_errors import standard_errors
from .labels import numbers, row_weights
from .multiclass import softmax_of
from .sparsity import dense

__all__ = ["Exchange"]


class Exchange:
    """Conversions and standard errors, a mixin of both estimators."""

    def to_sklearn(self: Any) -> Any:
        """A fitted estimator of scikit-learn with these coefficients, and so with the same predictions.

        ``LinearRegression``, ``Ridge`` or ``ElasticNet``, and ``LogisticRegression``, with the penalty weight that
        makes their objective the one that was minimised here. That needs the number of rows, which is unknown after
        ``partial_fit`` alone; C is then infinite. Tools for scikit-learn's models, such as skl2onnx, can read the
        result.

        Raises
        ------
        UsageError
            If the loss is another than squared and log loss, or scikit-learn has no such penalty factors or signs.

        Examples
        --------
        >>> from steepest import GDRegressor
        >>> model = GDRegressor(alpha=0.5).fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0])
        >>> model.to_sklearn()
        Ridge(alpha=1.5)
        >>> round(float(model.to_sklearn().predict([[4.0]])[0]), 6)
        2.714286
        """
        from .sklearn_models import curve, line

        check_is_fitted(self)
        problem = self._problem(self._names())
        if not (problem.loss.quadratic or isinstance(problem.loss, LogLoss)):
            raise UsageError(f"there is no counterpart for {problem.loss!r}: only squared and log loss have one")
        if (problem.factors and self.alpha > 0) or (problem.signs and (self._labels or set(problem.signs) != {1})):
            what = "penalty_factors" if problem.factors else f"signs={self.signs!r}"
            raise UsageError(f"there is no counterpart for {what}: take coef_ and intercept_ themselves")
        other = curve(self) if self._labels else line(self, problem.loss.curvature, bool(problem.signs))
        names = ("coef_", "intercept_", "classes_", "n_features_in_", "feature_names_in_")
        for name in (name for name in names if hasattr(self, name)):
            value = dense(self.coef_) if name == "coef_" else getattr(self, name)
            setattr(other, name, value.copy() if isinstance(value, np.ndarray) else value)
        if "max_iter" in vars(other) and "n_iter_" in vars(self):
            other.n_iter_ = np.array([self.n_iter_], np.int32) if self._labels else self.n_iter_
        return other

    @classmethod
    def from_sklearn(cls: Any, model: Any, *, rows: float | None = None) -> Any:
        """Ours with the coefficients, classes and feature names of a fitted linear model of scikit-learn.

        The settings ``fit_intercept``, ``positive`` and the loss of an SGD model are kept, and so is the penalty if its
        weight belongs to the mean loss or ``rows`` is given. Otherwise alpha is 0, which matters only to a later
        ``fit``. All other settings are defaults.

        Parameters
        ----------
        model : fitted estimator
            One target: LinearRegression, Ridge, Lasso, ElasticNet, their CV forms, Lars, BayesianRidge, Huber,
            quantile, Theil-Sen, SGDRegressor. Two classes: LogisticRegression, SGDClassifier.
        rows : number > 0, optional
            Number of rows, or sum of weights, of the data that Ridge or LogisticRegression was fitted to.

        Raises
        ------
        UsageError
            If the model is of another type, or has several targets or more than two classes.

        Examples
        --------
        >>> from sklearn.linear_model import Ridge
        >>> from steepest import GDRegressor
        >>> model = GDRegressor.from_sklearn(Ridge(alpha=1.5).fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0]), rows=3)
        >>> model.alpha, round(float(model.predict([[4.0]])[0]), 6)
        (0.5, 2.714286)
        """
        from .sklearn_models import CURVES, LINES, alpha_of, loss_of, one_row

        kinds = CURVES if cls._labels else LINES
        if not isinstance(model, kinds):
            known = ", ".join(kind.__name__ for kind in kinds)
            raise UsageError(f"{cls.__name__} cannot be made from a {type(model).__name__}: it takes {known}")
        check_is_fitted(model)
        coef = one_row(model, cls.__name__)
        ours = cls(fit_intercept=bool(model.fit_intercept), **loss_of(model, cls.__name__), **alpha_of(model, rows))
        if vars(model).get("positive", False):
            ours.signs = "+"
        if rows is not None:
            ours._total = float(rows)
        ours.coef_ = coef[None] if cls._labels else coef
        intercept = np.asarray(model.intercept_, np.float64).reshape(1)
        ours.intercept_ = intercept if cls._labels else float(intercept[0])
        names = ("classes_", "n_features_in_", "feature_names_in_", *(["class_weight"] if cls._labels else []))
        for name in (name for name in names if hasattr(model, name)):
            setattr(ours, name, getattr(model, name))
        return ours

    def standard_errors(self: Any, X: Any, y: Any, sample_weight: Any = None, offset: Any = None) -> Array:
        """Standard error of each coefficient, (d + 1,), intercept last; 0 for a fixed one; (k, d + 1) of k outputs.

        Square roots of the diagonal of s^2 (A'MA)^-1, or (A'MVA)^-1 for log loss: A the table with a column of ones, M
        the weights, s^2 the sum of weighted squares over n - p, v_i = q_i (1 - q_i). Certified digits of the NIST
        tables: 13 or more, 7 of Filip. Cost: four passes over the data, 2.5 n d^2 flops.

        Of three or more classes by softmax only differences are determined: row c is of ``coef_[c] - coef_[0]``, and
        row 0 is 0, as in statsmodels' ``MNLogit`` and R's ``multinom``. By "ovr" row c is of class c against the rest,
        and of several targets row c is of target c.

        Parameters
        ----------
        X, y, sample_weight, offset : as given to ``fit``
            For a squared loss weights are precisions, whose scale does not matter; for log loss they are counts.

        Raises
        ------
        UsageError
            If the fit has a penalty or another loss, columns are linearly dependent, classes are separated, or the
            coefficients are not the optimum for these rows.

        Examples
        --------
        >>> from steepest import GDRegressor
        >>> X, y = [[0.0], [1.0], [2.0]], [0.0, 2.0, 1.0]
        >>> GDRegressor().fit(X, y).standard_errors(X, y).round(6).tolist()
        [0.866025, 1.118034]
        """
        check_is_fitted(self)
        X, y, weight = self._table(X, y, sample_weight, reset=False, several=not self._labels)
        if self._labels:
            weight = row_weights(self.class_weight, y, weight)
            strange = np.setdiff1d(y, self.classes_)
            if len(strange):
                raise UsageError(
                    f"label {strange.tolist()[0]!r} is none of {', '.join(map(repr, self.classes_.tolist()))}"
                )
            y = numbers(y, self.classes_)
        rows, names = self._rows(X, y, weight, offset), self._names()
        w = np.vstack((np.atleast_2d(dense(self.coef_)).T, np.reshape(self.intercept_, (1, -1))))
        if rows.supports.joint and self.multi_class == "softmax":
            return class_standard_errors(rows, self._problem(names, softmax_of(self)), w, names)
        own = [standard_errors(rows.one_target(c), self._problem(names), w[:, [c]], names) for c in range(w.shape[1])]
        return own[0] if len(own) == 1 else np.stack(own)
