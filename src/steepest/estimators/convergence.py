"""Warnings of the estimators: which verdict raises which, each also a scikit-learn ConvergenceWarning."""

from __future__ import annotations

from sklearn.exceptions import ConvergenceWarning

from ..core import errors

__all__ = ["WARNINGS", "DivergenceWarning", "NotConvergedWarning", "SeparationWarning"]


class DivergenceWarning(errors.DivergenceWarning, ConvergenceWarning):  # type: ignore[misc]  # scikit-learn is untyped
    """The cost grew without bound."""


class SeparationWarning(errors.SeparationWarning, ConvergenceWarning):  # type: ignore[misc]  # scikit-learn is untyped
    """No finite optimum: classes are separated, or counts are 0 along some direction."""


class NotConvergedWarning(errors.NotConvergedWarning, ConvergenceWarning):  # type: ignore[misc]  # scikit-learn is untyped
    """The run ended before the answer was as good as asked."""


WARNINGS: dict[str, type[Warning] | None] = {
    "separable": SeparationWarning,
    "unbounded": DivergenceWarning,
    "diverged": DivergenceWarning,
    "converged": None,
    "stationary": None,
    "cycling": NotConvergedWarning,
    "oscillating": NotConvergedWarning,
    "noise floor": NotConvergedWarning,
    "crawling": NotConvergedWarning,
    "stopped": NotConvergedWarning,
}
