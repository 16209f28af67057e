"""Gradient descent as real software: every step shown, every answer judged, at any size.

Public names are loaded when they are first used, so ``import steepest`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from . import averages, estimates, losses, penalties, plots, records, rules, steps
    from .calculus import check_gradient, derivative, gradient, partial, secants
    from .certificate import Certificate
    from .comparison import Comparison, compare
    from .curvature import stability_limit
    from .data.moments import Moments, make_moments
    from .data.rows import Rows, make_rows
    from .data.tables import read_table
    from .descent import Descent, descend, until
    from .errors import DivergenceWarning, NotConvergedWarning, SeparationWarning, SteepestError
    from .estimators import GDClassifier, GDRegressor
    from .growing import descend_growing
    from .minimum import minimize
    from .path import AlphaPath, alpha_path
    from .problem import Method, Problem
    from .range_test import RangeTest, find_learning_rate
    from .states import State
    from .stops import cost_change_below, epochs, gradient_below, updates, wall_time
    from .trajectory import Trajectory, record
    from .verdict import Verdict

_HOMES = {
    "calculus": ("check_gradient", "derivative", "gradient", "partial", "secants"),
    "certificate": ("Certificate",),
    "comparison": ("Comparison", "compare"),
    "curvature": ("stability_limit",),
    "data.moments": ("Moments", "make_moments"),
    "data.rows": ("Rows", "make_rows"),
    "data.tables": ("read_table",),
    "descent": ("Descent", "descend", "until"),
    "errors": ("DivergenceWarning", "NotConvergedWarning", "SeparationWarning", "SteepestError"),
    "estimators": ("GDClassifier", "GDRegressor"),
    "growing": ("descend_growing",),
    "minimum": ("minimize",),
    "path": ("AlphaPath", "alpha_path"),
    "problem": ("Method", "Problem"),
    "range_test": ("RangeTest", "find_learning_rate"),
    "states": ("State",),
    "stops": ("cost_change_below", "epochs", "gradient_below", "updates", "wall_time"),
    "trajectory": ("Trajectory", "record"),
    "verdict": ("Verdict",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}
_MODULES = ("averages", "estimates", "losses", "penalties", "plots", "records", "rules", "steps")

__all__ = [
    "AlphaPath",
    "Certificate",
    "Comparison",
    "Descent",
    "DivergenceWarning",
    "GDClassifier",
    "GDRegressor",
    "Method",
    "Moments",
    "NotConvergedWarning",
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
    "find_learning_rate",
    "gradient",
    "gradient_below",
    "losses",
    "make_moments",
    "make_rows",
    "minimize",
    "partial",
    "penalties",
    "plots",
    "read_table",
    "record",
    "records",
    "rules",
    "secants",
    "stability_limit",
    "steps",
    "until",
    "updates",
    "wall_time",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name not in _HOME:
        raise AttributeError(f"module 'steepest' has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
