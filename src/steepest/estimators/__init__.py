"""Estimators: linear and logistic models by gradient descent, with the whole scikit-learn interface."""

from __future__ import annotations

from .classifier import GDClassifier
from .regressor import GDRegressor

__all__ = ["GDClassifier", "GDRegressor"]
