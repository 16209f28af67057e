"""Estimators: linear and logistic models by gradient descent, with the scikit-learn interface.

Imports ``solve`` and the rooms below it; ``plots`` and ``cli`` never. Begin with ``linear_estimator.py``.
"""

from __future__ import annotations

try:
    from .classifier import GDClassifier
    from .classifier_cv import GDClassifierCV
    from .regressor import GDRegressor
    from .regressor_cv import GDRegressorCV
except ModuleNotFoundError as error:
    if (error.name or "").split(".")[0] != "sklearn":
        raise
    raise ImportError("the estimators need scikit-learn: pip install 'steepest[sklearn]'") from None

__all__ = ["GDClassifier", "GDClassifierCV", "GDRegressor", "GDRegressorCV"]
