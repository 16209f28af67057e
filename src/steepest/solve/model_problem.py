"""The problem that a model file says it was fitted to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.errors import UsageError
from ..core.record_types import Loss
from ..core.records import from_name
from ..objective import penalties
from ..objective.problem import Problem
from .model import Model, loss_of

__all__ = ["problem_by", "problem_of"]


def problem_of(model: Model) -> Problem:
    """The problem of a model, by its settings.

    Raises
    ------
    UsageError
        If its loss is a user's own, or it does not say how it was fitted.

    Examples
    --------
    >>> settings = {"penalty": "l2:alpha=0.5", "intercept": True, "fixed": ["0"]}
    >>> problem = problem_of(Model("linear", ("y",), ("x",), ((2.0,),), (1.0,), None, "mse", settings, {}, {}))
    >>> problem.loss, problem.penalty, problem.fixed
    (MSE(), L2(alpha=0.5), (0,))
    """
    loss = loss_of(model)
    if loss is None:
        raise UsageError(f"the loss of the model, {model.loss}, is one of your own, which is unknown here: use Python")
    return problem_by(loss, model.settings)


def problem_by(loss: Loss, settings: Mapping[str, Any]) -> Problem:
    """The problem of a loss by the settings that a model file or a trajectory's ``meta`` holds.

    Raises
    ------
    UsageError
        If they do not say how the fit was made.
    """
    if not {"penalty", "intercept", "fixed"} <= settings.keys():
        raise UsageError("the model file does not say how it was fitted: fit again, and write it with -o")
    return Problem(
        loss,
        from_name(settings["penalty"], penalties, "penalty"),
        bool(settings["intercept"]),
        tuple(c if c == "intercept" else int(c) for c in settings["fixed"]),
        tuple(settings.get("penalty_factors", ())),
        tuple(settings.get("signs", ())),
    )
