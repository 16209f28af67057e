"""Coefficients as a sparse array and back, for models in which an L1 penalty made most of them 0."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array, issparse
from sklearn.utils.validation import check_is_fitted

from ..core.types import Array

__all__ = ["Sparsity", "dense", "predictors"]


class Sparsity:
    """Sparse coefficients, a mixin of both estimators."""

    def sparsify(self: Any) -> Any:
        """Store ``coef_`` as a CSR array: 12 bytes for each non-zero number in place of 8 for every number.

        Predictions are the same up to rounding, and pickles are smaller. ``fit`` and ``partial_fit`` make it dense
        again.

        Returns
        -------
        The estimator itself.

        Raises
        ------
        NotFittedError
            If there are no coefficients yet.

        Examples
        --------
        >>> from steepest import GDRegressor
        >>> X = [[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 0.0]]
        >>> model = GDRegressor(alpha=0.1, l1_ratio=1.0).fit(X, [0.0, 2.0, 4.0, 6.0]).sparsify()
        >>> model.coef_.nnz, round(float(model.predict([[1.0, 1.0]])[0]), 6)
        (1, 2.04)
        """
        check_is_fitted(self)
        self.coef_ = csr_array(self.coef_)
        return self

    def densify(self: Any) -> Any:
        """Store ``coef_`` as a NumPy array again, as after ``fit``.

        Returns
        -------
        The estimator itself.

        Raises
        ------
        NotFittedError
            If there are no coefficients yet.

        Examples
        --------
        >>> from steepest import GDRegressor
        >>> GDRegressor().fit([[0.0], [1.0]], [0.0, 2.0]).sparsify().densify().coef_.round(9).tolist()
        [2.0]
        """
        check_is_fitted(self)
        self.coef_ = dense(self.coef_)
        return self


def dense(coef: Any) -> Array:
    """Coefficients as a NumPy array.

    Examples
    --------
    >>> dense(csr_array([[0.0, 2.0]])).tolist()
    [[0.0, 2.0]]
    """
    found: Array = coef.toarray() if issparse(coef) else np.asarray(coef)
    return found


def predictors(X: Any, coef: Any, intercept: Any) -> Array:
    """X . coef + intercept, (n,) or (n, k), as a dense array for dense or sparse table and coefficients.

    Examples
    --------
    >>> predictors(csr_array([[1.0, 3.0]]), csr_array([[0.0, 2.0]]), [1.0]).tolist()
    [[7.0]]
    """
    table = csr_array(X) if issparse(X) and issparse(coef) else X  # a sparse matrix takes two dimensions
    z: Array = dense(table @ coef.T) + intercept
    return z
