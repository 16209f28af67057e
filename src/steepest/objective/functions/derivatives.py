"""Derivatives of functions: exact for formulas, by finite differences for callables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...core.errors import UsageError
from ...core.interrupts import postponed_interrupt
from ...core.types import Array
from .formula import Formula, read_formula

__all__ = ["derivative", "gradient", "partial", "point_of", "secants"]

STEPS = (1.0, 0.1, 0.01, 0.001, 0.0001)


def derivative(f: str | Formula | Callable[..., Any], x: float) -> float:
    """The slope of the tangent at x: df/dx = lim (f(x + dx) - f(x)) / dx as dx shrinks.

    Parameters
    ----------
    f : str, Formula or callable
        A formula of one variable, or a callable that takes a number and returns one.
    x : float
        Where the tangent touches.

    Returns
    -------
    float
        In units of f per unit of x.

    Raises
    ------
    UsageError
        If f has no finite slope there, or is a formula of several variables.

    Notes
    -----
    Cost: of a formula one evaluation with its derivatives, exact to rounding. Of a callable some 20 values for each
    variable, by scipy.differentiate, to about 1e-10.

    References
    ----------
    Griewank, A. and Walther, A. (2008). Evaluating Derivatives. doi:10.1137/1.9780898717761

    Examples
    --------
    >>> derivative("x**2", 4)
    8.0
    >>> round(derivative(lambda x: x**2, 4), 6)
    8.0
    """
    if isinstance(f, (str, Formula)):
        f = _formula(f)
        if len(f.names) > 1:
            raise UsageError(f"the formula has {len(f.names)} variables, {', '.join(f.names)}: use partial or gradient")
        return float(gradient(f, [_number(x)])[0]) if f.names else 0.0
    return _difference(f, _number(x))


def partial(f: str | Formula | Callable[..., Any], x: ArrayLike, i: int | str) -> float:
    """The partial derivative by one variable: df/dx_i = lim (f(x + dx e_i) - f(x)) / dx, the others being constant.

    Parameters
    ----------
    f : str, Formula or callable
        A callable takes an array (d,) and returns a number.
    x : (d,) array
        The point; for a formula in the order of its sorted names.
    i : int or str
        Which variable: its place from 0, or its name in a formula.

    Returns
    -------
    float
        In units of f per unit of x_i.

    Raises
    ------
    UsageError
        If there is no such variable, or no finite slope.

    Notes
    -----
    Cost: of a formula one evaluation with its derivatives, exact to rounding. Of a callable some 20 values for each
    variable, by scipy.differentiate, to about 1e-10.

    References
    ----------
    Griewank, A. and Walther, A. (2008). Evaluating Derivatives. doi:10.1137/1.9780898717761

    Examples
    --------
    >>> partial("8*rpm + 3*load + 5", [2, 7], "rpm")
    8.0
    """
    point = point_of(x)
    if isinstance(f, (str, Formula)):
        f = _formula(f)
        place = f.names.index(i) if isinstance(i, str) and i in f.names else i
        names = f", {', '.join(f.names[:20])}"
    else:
        place, names = i, ""
    if isinstance(place, bool) or not isinstance(place, (int, np.integer)) or not 0 <= place < len(point):
        raise UsageError(f"no variable is called {i!r}: there are {len(point)}, from 0{names}")
    if isinstance(f, Formula):
        return float(gradient(f, point)[place])
    units, call = np.eye(len(point)), f
    return _difference(lambda value: call(point + (value - point[place]) * units[place]), float(point[place]))


def gradient(f: str | Formula | Callable[..., Any], x: ArrayLike) -> Array:
    """The gradient at x: g_i = df/dx_i, which points in the direction of steepest ascent.

    Parameters
    ----------
    f : str, Formula or callable
        A callable takes an array (d,) and returns a number.
    x : (d,) array
        The point; for a formula in the order of its sorted names.

    Returns
    -------
    (d,) array
        In units of f per unit of each x.

    Raises
    ------
    UsageError
        If f has no finite slope there.

    Notes
    -----
    Cost: of a formula one evaluation with its derivatives, exact to rounding. Of a callable some 20 values for each
    variable, by scipy.differentiate, to about 1e-10.

    References
    ----------
    Griewank, A. and Walther, A. (2008). Evaluating Derivatives. doi:10.1137/1.9780898717761

    Examples
    --------
    >>> gradient("2*x + 3*y + 4", [1, 1]).tolist()
    [2.0, 3.0]
    """
    point = point_of(x)
    if not isinstance(f, (str, Formula)):
        return np.array([partial(f, point, i) for i in range(len(point))])
    jet = _formula(f).jet(point, 1)
    if not (np.isfinite(jet.value) and np.isfinite(jet.slope).all()):
        raise UsageError(f"the function has no finite slope at {', '.join(f'{v:.6g}' for v in point[:6])}")
    slopes: Array = np.array(jet.slope, np.float64)
    return slopes


def secants(f: str | Formula | Callable[..., Any], x: float, steps: Iterable[float] = STEPS) -> Array:
    """Slopes of secants from x, s(dx) = (f(x + dx) - f(x)) / dx, rise over run, as the run shrinks.

    Parameters
    ----------
    f : str, Formula or callable
        Of one variable.
    x : float
        The point that all secants share.
    steps : numbers other than 0, default (1.0, 0.1, 0.01, 0.001, 0.0001)
        The runs dx.

    Returns
    -------
    (m, 2) array
        Rows (dx, s(dx)).

    Raises
    ------
    UsageError
        If a run is 0 or not finite, or f has several variables.

    Notes
    -----
    Cost: a value for each run, and one at x.

    Examples
    --------
    >>> secants("x**2", 2, [2])[0].tolist()
    [2.0, 6.0]
    >>> secants("x**2", 4).round(4)[:, 1].tolist()
    [9.0, 8.1, 8.01, 8.001, 8.0001]
    """
    x, runs = _number(x), np.array(list(steps), np.float64)
    if not (np.isfinite(runs) & (runs != 0)).all():
        raise UsageError("steps must be finite numbers other than 0")
    value = _of_one(f)
    start = value(x)
    return np.array([(dx, (value(x + dx) - start) / dx) for dx in runs.tolist()]).reshape(-1, 2)


def _formula(f: str | Formula) -> Formula:
    return read_formula(f) if isinstance(f, str) else f


def _of_one(f: Any) -> Callable[[float], float]:
    if isinstance(f, (str, Formula)):
        formula = _formula(f)
        if len(formula.names) > 1:
            raise UsageError(f"the formula has {len(formula.names)} variables: name one that has one")
        return lambda x: float(formula([x][: len(formula.names)]))
    return lambda x: float(np.asarray(f(x)).reshape(()))


def _number(x: Any) -> float:
    point = point_of(x)
    if len(point) != 1:
        raise UsageError(f"x must be one number, not {len(point)}: use partial or gradient")
    return float(point[0])


def point_of(x: ArrayLike) -> Array:
    """A point (d,) of finite numbers."""
    try:
        point = np.array(x, np.float64).reshape(-1)
    except (TypeError, ValueError):
        raise UsageError(f"x must be numbers, not {str(x)[:60]!r}") from None
    if not len(point) or not np.isfinite(point).all():
        raise UsageError("x must be finite numbers")
    return point


def _difference(f: Callable[[Any], Any], x: float) -> float:
    """A derivative by finite differences of decreasing step, until they agree."""
    with postponed_interrupt():
        from scipy.differentiate import derivative as differentiate

    with np.errstate(all="ignore"):
        found = differentiate(np.vectorize(f, otypes=[float]), x, tolerances={"atol": 1e-10, "rtol": 1e-8})
        slope, error = float(found.df), float(found.error)
    bound = 1e-4 * max(1.0, abs(slope)) + 1e-8 * abs(float(np.asarray(f(x)).reshape(())))
    if not np.isfinite(slope) or not error <= bound:
        raise UsageError(f"the function has no slope at {x:.6g} that differences agree on")
    return slope
