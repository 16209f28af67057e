"""The choice of alpha by cross-validation that a fit, a run or a model file carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import UsageError
from ...core.types import Array
from ...descent.trajectory import Trajectory
from ...solve.fitted import trajectory_of
from ...solve.model import Model

__all__ = ["Choice", "choice_of", "settings_of"]

MISSING = "alpha was not chosen by cross-validation: fit GDRegressorCV or GDClassifierCV, or with alpha='cv'"


class Choice(NamedTuple):
    """Scores by alpha, and the choices by both rules."""

    alphas: Array  # (m,), decreasing
    mean: Array  # (m,): losses where scores are those of a loss
    standard_error: Array  # (m,)
    best: int
    one_standard_error: int
    rule: str
    scoring: str
    is_loss: bool
    folds: int
    l1_ratio: float

    @property
    def chosen(self) -> int:
        """The place of the alpha of the fit."""
        return self.one_standard_error if self.rule == "1se" else self.best


def settings_of(fitted: Any) -> Mapping[str, Any]:
    """How something was fitted, as far as it is known."""
    if isinstance(fitted, Model):
        return fitted.settings
    path = fitted if isinstance(fitted, Trajectory) else trajectory_of(fitted)
    return {} if path is None else path.meta


def choice_of(settings: Mapping[str, Any]) -> Choice:
    """The choice among the settings of a fit.

    Raises
    ------
    UsageError
        If there was none.
    """
    found = settings.get("cross_validation")
    if not isinstance(found, Mapping):
        raise UsageError(MISSING)
    try:
        values = {name: found[name] for name in Choice._fields if name != "chosen"}
        numbers = {name: np.array(values[name], np.float64) for name in ("alphas", "mean", "standard_error")}
    except (KeyError, TypeError, ValueError):
        raise UsageError("the cross-validation in this file is damaged: fit again") from None
    if values["is_loss"]:
        numbers["mean"] = -numbers["mean"]
    return Choice(**{**values, **numbers})
