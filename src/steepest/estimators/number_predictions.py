"""What a regressor predicts for a table, and how well."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from ..core.setting_types import LossLike
from ..core.types import Array
from ..data.checks import check_targets
from ..objective.explained import explains_deviance, score
from ..objective.problem import Problem, read_loss
from .in_parts import or_in_parts
from .sparsity import predictors
from .table_checks import checked, checked_columns, checked_weights

if TYPE_CHECKING:
    from ..data.rows import Rows

__all__ = ["NumberPredictions"]


class NumberPredictions:
    """The predictions of a regressor, a mixin."""

    loss: LossLike
    coef_: Array
    intercept_: float | Array
    _rows: Callable[..., Rows]  # of the estimator

    @or_in_parts
    def predict(self, X: Any) -> NDArray[np.float64]:
        """Predictions ``z = X . coef_ + intercept_``, (n,) or (n, k); exp(z) for "poisson", "gamma" and "tweedie".

        Parameters
        ----------
        X : (n, d) array, sparse matrix, data frame, collection of Dask or Spark, or a table in parts
            The rows, with the columns of ``fit``.
        """
        check_is_fitted(self)
        X = checked_columns(self, X)
        prediction = predictors(X, self.coef_, self.intercept_)
        found: NDArray[np.float64] = read_loss(self.loss).inverse(prediction)
        return found

    @or_in_parts
    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """R2 of the predictions, as of every regressor; for "poisson", "gamma", "tweedie" the deviance explained, D2.

        D2 = 1 - deviance / deviance of the best constant, as scikit-learn's ``PoissonRegressor`` has it. Where all
        targets are alike it is 1 for predictions without error, else 0; of several targets it is the mean.

        Parameters
        ----------
        X, y, sample_weight : as given to ``fit``
        """
        if not explains_deviance(loss := read_loss(self.loss)):
            return float(super().score(X, y, sample_weight))  # type: ignore[misc]  # a mixin
        check_is_fitted(self)
        X, y = checked(self, X, y, numeric=True, several=True, reset=False)
        weight = checked_weights(sample_weight, X)
        check_targets(self._rows(X, y, weight), Problem(loss))
        return score(loss, predictors(X, self.coef_, self.intercept_), np.asarray(y, np.float64), weight)
