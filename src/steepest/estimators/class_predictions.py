"""What a classifier predicts for a table: linear predictors, labels and probabilities.

Predictions for a collection of Dask are one, a Series, data frame or array, computed when it is asked for them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from ..core.types import Array
from .in_parts import or_in_parts
from .probabilities import log_probabilities, probabilities, probable
from .sparsity import predictors
from .table_checks import checked_columns

__all__ = ["ClassPredictions"]


class ClassPredictions:
    """The predictions of a classifier, a mixin."""

    loss: Any
    coef_: Array
    intercept_: float | Array
    multi_class: str
    classes_: NDArray[Any]

    @or_in_parts
    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Linear predictors ``X . coef_ + intercept_``: (n,), positive for ``classes_[1]``; or (n, k), one per class.

        Parameters
        ----------
        X : (n, d) array, sparse matrix, data frame, collection of Dask or Spark, or a table in parts
            The rows, with the columns of ``fit``.
        """
        check_is_fitted(self)
        X = checked_columns(self, X)
        z = predictors(X, self.coef_, self.intercept_)
        return z[:, 0] if z.shape[1] == 1 else z

    @or_in_parts
    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable label of each row, (n,).

        Parameters
        ----------
        X : (n, d) array, sparse matrix, data frame, collection of Dask or Spark, or a table in parts
            The rows, with the columns of ``fit``.
        """
        z = self.decision_function(X)
        labels: NDArray[Any] = self.classes_[(z > 0).astype(int) if z.ndim == 1 else z.argmax(1)]
        return labels

    @probable
    @or_in_parts
    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities of the classes, (n, k).

        Parameters
        ----------
        X : (n, d) array, sparse matrix, data frame, collection of Dask or Spark, or a table in parts
            The rows, with the columns of ``fit``.
        """
        return probabilities(self.decision_function(X), self.loss, self.multi_class)

    @probable
    @or_in_parts
    def predict_log_proba(self, X: Any) -> NDArray[np.float64]:
        """Logarithms of the probabilities of the classes, (n, k); they neither overflow nor cancel.

        Parameters
        ----------
        X : (n, d) array, sparse matrix, data frame, collection of Dask or Spark, or a table in parts
            The rows, with the columns of ``fit``.
        """
        return log_probabilities(self.decision_function(X), self.loss, self.multi_class)
