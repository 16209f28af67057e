"""The standard linear estimators of scikit-learn that have a counterpart here, and how their settings translate.

Loaded when a model is converted, since loading scikit-learn's linear models takes as long as a small fit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn import linear_model

from ..core.errors import UsageError
from ..core.types import Array

__all__ = ["CURVES", "LINES", "alpha_of", "curve", "line", "loss_of", "one_row"]

LINES = (
    linear_model.LinearRegression,
    linear_model.Ridge,
    linear_model.RidgeCV,
    linear_model.ElasticNet,  # Lasso is one of them
    linear_model.ElasticNetCV,
    linear_model.LassoCV,
    linear_model.Lars,
    linear_model.BayesianRidge,
    linear_model.ARDRegression,
    linear_model.HuberRegressor,
    linear_model.QuantileRegressor,
    linear_model.TheilSenRegressor,
    linear_model.SGDRegressor,
)
CURVES = (linear_model.LogisticRegression, linear_model.SGDClassifier)
LOSSES = {name: name for name in ("squared_error", "log_loss", "hinge", "squared_hinge", "modified_huber")}
LOSSES |= {"huber": "huber:delta={}"}
LOSSES |= {name: f"{name}:epsilon={{}}" for name in ("epsilon_insensitive", "squared_epsilon_insensitive")}
PER_ROW = (linear_model.ElasticNet, linear_model.SGDRegressor, linear_model.SGDClassifier)


def line(model: Any, curvature: float, positive: bool) -> Any:
    """The regressor of the same objective; penalty weights refer to half squares."""
    alpha, share = model.alpha / curvature, model.l1_ratio
    settings = {"fit_intercept": bool(model.fit_intercept), "positive": positive}
    if alpha == 0:
        return linear_model.LinearRegression(**settings)
    total = vars(model).get("_total")
    if share == 0 and total is not None:
        return linear_model.Ridge(alpha=float(alpha * total), **settings)
    return linear_model.ElasticNet(alpha=float(alpha), l1_ratio=float(share), **settings)


def curve(model: Any) -> Any:
    """The classifier of the same objective, where the sum of the weights is known."""
    total = vars(model).get("_total")
    C = 1.0 / (model.alpha * total) if model.alpha > 0 and total is not None else np.inf
    settings = {"C": float(C), "fit_intercept": bool(model.fit_intercept), "class_weight": model.class_weight}
    if model.alpha > 0 and model.l1_ratio > 0:
        settings |= {"l1_ratio": float(model.l1_ratio), "solver": "saga"}
    return linear_model.LogisticRegression(**settings)


def one_row(model: Any, name: str) -> Array:
    """Coefficients (d,) of a model with one target, or two classes."""
    found = model.coef_.toarray() if issparse(model.coef_) else np.asarray(model.coef_)
    d = model.n_features_in_
    if found.size != d or (name == "GDClassifier" and len(model.classes_) != 2):
        raise UsageError(f"{name} has one row of coefficients, this {type(model).__name__} has {found.size // d}")
    coef: Array = np.array(found.reshape(d), np.float64)
    return coef


def loss_of(model: object, name: str) -> dict[str, str]:
    """Our loss for that of an SGD model, with its settings."""
    if not isinstance(model, (linear_model.SGDRegressor, linear_model.SGDClassifier)):
        return {}
    asked = model.loss
    if asked not in LOSSES:
        raise UsageError(f"{name} has no loss {asked!r}, by which this {type(model).__name__} was fitted")
    return {"loss": LOSSES[asked].format(float(model.epsilon))}


def alpha_of(model: object, rows: float | None) -> dict[str, float]:
    """Our alpha and l1_ratio for the penalty of a model, as far as they are known."""
    if rows is not None and not (np.isfinite(rows) and rows > 0):
        raise UsageError(f"rows must be a number > 0, not {rows!r}")
    settings = vars(model)
    kind = settings.get("penalty", "elasticnet")
    if kind is None:
        return {}
    share = {"l2": 0.0, "l1": 1.0}.get(kind, float(settings.get("l1_ratio", 0.0) or 0.0))
    if isinstance(model, PER_ROW):
        return {"alpha": float(model.alpha), "l1_ratio": share}
    if rows is not None and isinstance(model, linear_model.Ridge):
        return {"alpha": float(model.alpha) / rows}
    if rows is not None and "C" in settings:
        return {"alpha": 1.0 / (rows * float(settings["C"])), "l1_ratio": share}
    return {}
