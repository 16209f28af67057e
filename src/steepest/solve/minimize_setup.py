"""Task: a function, a start and a method, validated once at the beginning of `minimize`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import UsageError
from ..core.records import to_name
from ..core.types import Array
from ..methods import steps
from ..methods.method import Method
from ..methods.rules import Newton, Plain, Secant
from ..objective.functions.formula import Formula, read_formula
from ..objective.functions.function import Function, from_callable, from_formula
from .critical_points import LARGE
from .settings import is_auto

__all__ = ["Request", "Task", "make_array", "make_task"]

DEFAULT_TOL = 1e-10  # tolerance relative to the cost at the start where tol is None


class Task(NamedTuple):
    """A function, a start and a method."""

    f: Any  # a Formula, or the callable
    function: Function
    names: tuple[str, ...]
    start: Array  # (d,)
    method: Method
    tol: float | None
    scale: float  # of costs
    auto: bool  # the learning rate was chosen here

    @property
    def target(self) -> float:
        """The predicted decrease at which the run ends."""
        return (DEFAULT_TOL if self.tol is None else self.tol) * self.scale


def make_array(values: ArrayLike) -> Array:
    """A start, or several of them, as an array."""
    try:
        array = np.array(values, np.float64)
    except (TypeError, ValueError):
        raise UsageError(f"start must be numbers, not {str(values)[:60]!r}") from None
    if array.ndim > 2 or not array.size or not np.isfinite(array).all():
        raise UsageError("start must be finite numbers: one, d of them, or an array (n, d)")
    return array


class Request(NamedTuple):
    """What is asked of `minimize` beside the function and its start, unchecked."""

    gradient: Any
    rule: Any
    learning_rate: Any
    tol: float | None
    bounds: Any
    average: Any
    names: Any


def make_task(f: object, start: Array, asked: Request) -> Task:
    """Check the arguments of `minimize`, and choose what is "auto"."""
    tol, names = asked.tol, asked.names
    if tol is not None and not 0 <= tol < np.inf:
        raise UsageError(f"tol must be a number >= 0, or None to go on until no step lowers the cost, not {tol!r}")
    point = start.reshape(-1)
    if isinstance(f, Formula) and names is not None:
        raise UsageError(f"the formula was read with the names {', '.join(f.names)} already: leave names out")
    f = read_formula(f, names) if isinstance(f, str) else f
    known = f.names if isinstance(f, Formula) else _names(names, len(point))
    _check_size(known, point)
    box = _box(asked.bounds, known, point)
    function = _function(f, asked.gradient, point, box, start.ndim == 0)
    scale = _cost_at_start(function, point)
    method, auto = _method(asked, function)
    return Task(f, function, known, point, method, tol, scale, auto)


def _check_size(names: tuple[str, ...], point: Array) -> None:
    if not names:
        raise UsageError("the formula has no variable: it is the same everywhere")
    if len(names) != len(point):
        raise UsageError(f"start must hold {len(names)} numbers, {', '.join(names[:10])}, not {len(point)}")


def _names(names: Any, d: int) -> tuple[str, ...]:
    if names is None:
        return ("x",) if d == 1 else tuple(f"x{j}" for j in range(1, d + 1))
    return tuple(str(name) for name in names)


def _function(f: Any, gradient: Any, point: Array, box: Array | None, scalar: bool) -> Function:
    if isinstance(f, Formula):
        if gradient is not None:
            raise UsageError("a formula has exact slopes: leave gradient out")
        return from_formula(f, box)
    if not callable(f) or not (gradient is None or gradient is True or callable(gradient)):
        raise UsageError("minimize takes a formula or a callable, and as gradient a callable, True or None")
    return from_callable(f, gradient, len(point), box, scalar)


def _box(bounds: Any, names: tuple[str, ...], point: Array) -> Array | None:
    """Lower and upper bounds of x, (2, d)."""
    if bounds is None:
        return None
    if isinstance(bounds, Mapping):
        unknown = [name for name in bounds if name not in names]
        if unknown:
            raise UsageError(f"bounds: no variable is called {unknown[0]!r}: there is {', '.join(names[:20])}")
        bounds = [bounds.get(name, (None, None)) for name in names]
    try:
        pairs = [(-np.inf if a is None else float(a), np.inf if b is None else float(b)) for a, b in bounds]
    except (TypeError, ValueError):
        raise UsageError("bounds must be pairs (lowest, highest), None where there is none") from None
    if len(pairs) != len(names):
        raise UsageError(f"bounds must hold {len(names)} pairs, not {len(pairs)}")
    for name, (low, high), value in zip(names, pairs, point, strict=True):
        if not low < high:
            raise UsageError(f"bounds of {name}: {low:g} must be below {high:g}")
        if not low <= value <= high:
            raise UsageError(f"the start of {name}, {value:g}, lies outside its bounds {low:g} .. {high:g}")
    return np.array(pairs).T


def _cost_at_start(function: Function, point: Array) -> float:
    """Size of the cost at the start, 1 if that is 0; an error where the cost or its gradient is not finite."""
    cost, g = function.look(point)
    if not np.isfinite(cost):
        what = "finite value" if np.isfinite(g).all() else "finite slope"
        raise UsageError(f"the function has no {what} at the start, {_shown(point)}: start elsewhere")
    return abs(cost) or 1.0


def _shown(point: Array) -> str:
    return ", ".join(f"{v:.6g}" for v in point[:6]) + (" ..." if len(point) > 6 else "")


def _method(asked: Request, function: Function) -> tuple[Method, bool]:
    auto, rule = is_auto(asked.learning_rate), asked.rule
    if is_auto(rule):
        rule = _robust(function) if auto else Plain()
    method = Method(rule, 1.0 if auto else asked.learning_rate, average=asked.average)
    if function.bounds is not None and not method.rule.proximal:
        raise UsageError("bounds need a rule that is one of plain, newton, whitened, spectral, or auto")
    if not auto:
        return method, False
    if not (method.preconditioned or isinstance(method.rule, Plain)) or method.averaged:
        what = "an average" if method.averaged else f"the rule {to_name(type(method.rule))!r}"
        raise UsageError(f"{what} needs a learning rate: give a number, 0.01 say")
    plain = isinstance(method.rule, Plain)
    return replace(method, learning_rate=steps.BarzilaiBorwein() if plain else steps.Backtracking()), True


def _robust(function: Function) -> Any:
    if function.size <= LARGE:
        return Newton()
    return Secant() if function.bounds is None else Plain()
