"""Gradient descent as real software: every step shown, every answer judged, at any size.

Public names are loaded when they are first used, so ``import steepest`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .core.version import __version__ as __version__

if TYPE_CHECKING:
    from . import plots
    from .core.errors import DivergenceWarning, NotConvergedWarning, SeparationWarning, SteepestError
    from .core.record_kinds import loss, rule, step
    from .data.folds import folds, held_out_rows
    from .data.make_rows import make_rows
    from .data.moments import Moments, make_moments
    from .data.readers.tables import read_table
    from .data.rows import Rows
    from .descent.descent import Descent, descend, until
    from .descent.growing_batches import descend_growing
    from .descent.recording import record
    from .descent.states import State
    from .descent.stops import cost_change_below, epochs, gradient_below, updates, wall_time
    from .descent.trajectory import Trajectory
    from .estimators import GDClassifier, GDClassifierCV, GDRegressor, GDRegressorCV, onnx, tables
    from .lab.in_python import lab
    from .methods import averages, estimates, rules, steps
    from .methods.method import Method
    from .objective import losses, penalties
    from .objective.functions.derivatives import derivative, gradient, partial, secants
    from .objective.functions.gradient_check import check_gradient
    from .objective.problem import Problem
    from .optimality.certificate import Certificate
    from .optimality.curvature import stability_limit
    from .optimality.verdict import Verdict
    from .parts.parts import Parts
    from .parts.scan import scan
    from .solve.comparison import Comparison, compare
    from .solve.explain import explain
    from .solve.explanation import Explanation
    from .solve.learning_rate_finder import RangeTest, find_learning_rate
    from .solve.minimize import minimize
    from .solve.regularization_path import AlphaPath, alpha_path

_HOMES = {
    "objective.functions.derivatives": ("derivative", "gradient", "partial", "secants"),
    "objective.functions.gradient_check": ("check_gradient",),
    "optimality.certificate": ("Certificate",),
    "solve.comparison": ("Comparison", "compare"),
    "solve.explain": ("explain",),
    "solve.explanation": ("Explanation",),
    "optimality.curvature": ("stability_limit",),
    "data.folds": ("folds", "held_out_rows"),
    "data.moments": ("Moments", "make_moments"),
    "data.make_rows": ("make_rows",),
    "data.rows": ("Rows",),
    "data.readers.tables": ("read_table",),
    "descent.descent": ("Descent", "descend", "until"),
    "core.errors": ("DivergenceWarning", "NotConvergedWarning", "SeparationWarning", "SteepestError"),
    "estimators": ("GDClassifier", "GDClassifierCV", "GDRegressor", "GDRegressorCV"),
    "descent.growing_batches": ("descend_growing",),
    "solve.minimize": ("minimize",),
    "solve.regularization_path": ("AlphaPath", "alpha_path"),
    "core.record_kinds": ("loss", "rule", "step"),
    "descent.recording": ("record",),
    "methods.method": ("Method",),
    "objective.problem": ("Problem",),
    "solve.learning_rate_finder": ("RangeTest", "find_learning_rate"),
    "descent.states": ("State",),
    "descent.stops": ("cost_change_below", "epochs", "gradient_below", "updates", "wall_time"),
    "descent.trajectory": ("Trajectory",),
    "parts.parts": ("Parts",),
    "parts.scan": ("scan",),
    "optimality.verdict": ("Verdict",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}
_MODULES = {
    "averages": "methods.averages",
    "estimates": "methods.estimates",
    "lab": "lab",
    "losses": "objective.losses",
    "onnx": "estimators.onnx",
    "penalties": "objective.penalties",
    "plots": "plots",
    "rules": "methods.rules",
    "steps": "methods.steps",
    "tables": "estimators.tables",
}

__all__ = [
    "AlphaPath",
    "Certificate",
    "Comparison",
    "Descent",
    "DivergenceWarning",
    "Explanation",
    "GDClassifier",
    "GDClassifierCV",
    "GDRegressor",
    "GDRegressorCV",
    "Method",
    "Moments",
    "NotConvergedWarning",
    "Parts",
    "Problem",
    "RangeTest",
    "Rows",
    "SeparationWarning",
    "State",
    "SteepestError",
    "Trajectory",
    "Verdict",
    "alpha_path",
    "averages",
    "check_gradient",
    "compare",
    "cost_change_below",
    "derivative",
    "descend",
    "descend_growing",
    "epochs",
    "estimates",
    "explain",
    "find_learning_rate",
    "folds",
    "gradient",
    "gradient_below",
    "held_out_rows",
    "lab",
    "loss",
    "losses",
    "make_moments",
    "make_rows",
    "minimize",
    "onnx",
    "partial",
    "penalties",
    "plots",
    "read_table",
    "record",
    "rule",
    "rules",
    "scan",
    "secants",
    "stability_limit",
    "step",
    "steps",
    "tables",
    "until",
    "updates",
    "wall_time",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f".{_MODULES[name]}", __name__)
    if name not in _HOME:
        raise AttributeError(f"module 'steepest' has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
