"""Functions of d numbers as objectives: values, gradients and second derivatives, given or by finite differences.

A `Function` takes the place of a table in `descend`. Its point x is the parameter vector. There is no intercept, so the
last number of x has the intercept's place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.record_types import LossRecord
from ...core.types import Array
from ...core.units import RAW, Units
from ..data import Supports
from .formula import Formula

__all__ = [
    "DIFFERENCED",
    "EXACT",
    "Function",
    "differences",
    "from_callable",
    "from_formula",
    "name_of",
    "scaled",
    "upward",
]

Look = Callable[[Array], tuple[float, Array]]
EPS = float(np.finfo(float).eps)
EXACT, DIFFERENCED = 1e-10, 1e-4  # share of the largest curvature, after scaling, that may be rounding
NONE = 1e-12  # share of the largest curvature, after scaling, that is none
THIRD, FOURTH = EPS ** (1 / 3), EPS**0.25


class Function(NamedTuple):
    """A function to minimise.

    Attributes
    ----------
    size : int
        Dimension d of a point x.
    look : callable, x (d,) -> value, gradient (d,)
        The value is NaN where the function or its gradient is not finite.
    second_derivatives : callable, x (d,) -> (d, d)
    bounds : (2, d) array or None
        Lower and upper bounds of x, infinite where there is none.
    slopes : str
        How the gradient is computed: "exact", "given" or "differenced".
    """

    size: int
    look: Look
    second_derivatives: Callable[[Array], Array]
    bounds: Array | None = None
    slopes: str = "exact"
    units: Units = RAW

    @property
    def supports(self) -> Supports:
        """No rows; a function may have bounds, and curve downwards."""
        return Supports(any_loss=False, convex=False, bounded=self.bounds is not None)

    @property
    def outputs(self) -> int:
        """One."""
        return 1

    @property
    def shape(self) -> tuple[int, int]:
        """The shape of a table of one row whose columns and intercept are the numbers of x."""
        return 1, self.size - 1

    def value_and_gradient(self, loss: LossRecord | None, w: Array) -> tuple[float, Array]:
        """Value and gradient (d, 1) at w (d, 1); the loss is not used."""
        value, slope = self.look(w[:, 0])
        return value, slope[:, None]

    @property
    def rounding(self) -> float:
        """Share of the largest curvature, after scaling, below which a curvature may be rounding."""
        return EXACT if self.slopes == "exact" else DIFFERENCED

    def curvature(self, loss: LossRecord | None, w: Array) -> FunctionCurvature:
        """Second derivatives at w (d, 1)."""
        return FunctionCurvature(self, w)

    def inside(self, w: Array) -> Array:
        """The projection of w (d, 1) onto the bounds."""
        return w if self.bounds is None else np.clip(w, self.bounds[0][:, None], self.bounds[1][:, None])

    def at_bound(self, w: Array, g: Array) -> NDArray[np.bool_]:
        """The active set: coordinates of w (d, 1) at a bound where the negative gradient points outside."""
        if self.bounds is None:
            return np.zeros(w.shape, bool)
        low, high = self.bounds[0][:, None], self.bounds[1][:, None]
        found: NDArray[np.bool_] = ((w <= low) & (g > 0)) | ((w >= high) & (g < 0))
        return found


class FunctionCurvature(NamedTuple):
    """Second derivatives of a function at w (d, 1)."""

    function: Function
    w: Array

    def matrix(self) -> Array:
        """All of them, (d, d)."""
        return self.function.second_derivatives(self.w[:, 0])

    def diagonal(self) -> Array:
        """A guess of their sizes (d, 1): a first step by it is no longer than w, or 1, nor than the slope."""
        _, g = self.function.value_and_gradient(None, self.w)
        size = max(1.0, float(np.linalg.norm(g)) / max(1.0, float(np.linalg.norm(self.w))))
        return np.full_like(self.w, size)

    def product(self, v: Array) -> Array:
        """Their product with v (d, 1)."""
        return self.matrix() @ v


def name_of(f: object, otherwise: str) -> str:
    """The name of a callable of the user; not every callable has one."""
    name: str = getattr(f, "__name__", otherwise)
    return name


def upward(H: Array) -> Array:
    """H (d, d) with the absolute values of its eigenvalues, after scaling to a diagonal of 1 or -1: positive definite.

    Directions without curvature get the curvature 1 of a single coordinate.

    Examples
    --------
    >>> upward(np.array([[4.0, 0.0], [0.0, -1.0]]))
    array([[4., 0.],
           [0., 1.]])
    """
    likeness, size = scaled(np.nan_to_num(H, nan=0.0, posinf=1e150, neginf=-1e150))
    values, vectors = np.linalg.eigh(likeness)
    values = np.abs(values)
    values[values <= NONE * values.max(initial=0.0)] = 1.0
    definite: Array = (vectors * values) @ vectors.T
    return definite * size[:, None] * size


def scaled(H: Array, least: float = 0.0) -> tuple[Array, Array]:
    """H (d, d) scaled to a diagonal of 1 or -1, which keeps the signs of its curvatures; and the scale (d,).

    Numbers whose curvature is at most ``least``, or 1e-16 of the largest, keep one that small.
    """
    diagonal = np.abs(H.diagonal())
    size = np.sqrt(np.maximum(diagonal, max(least, 1e-16 * diagonal.max(initial=0.0))))
    size[size == 0.0] = 1.0
    likeness: Array = 0.5 * (H + H.T) / size[:, None] / size
    return likeness, size


def from_formula(formula: Formula, bounds: Array | None = None) -> Function:
    """The function of a formula; all derivatives are exact to rounding."""

    def look(x: Array) -> tuple[float, Array]:
        jet = formula.jet(x, 1)
        return _usable(float(jet.value), jet.slope)

    return Function(len(formula.names), look, lambda x: formula.jet(x, 2).hessian, bounds)


def from_callable(
    f: Callable[..., Any],
    gradient: Callable[..., Any] | Literal[True] | None,
    size: int,
    bounds: Array | None = None,
    scalar: bool = False,
) -> Function:
    """The function of a callable.

    Parameters
    ----------
    f : callable, x -> a number
    gradient : callable x -> (d,), True or None
        True: f returns value and gradient. None: central differences, 2 d values for each gradient.
    size : int
        d.
    bounds : (2, d) array or None
        All points of the differences lie within them.
    scalar : bool
        Whether f is given a number in place of an array of one.
    """

    def given(x: Array) -> Any:
        return float(x[0]) if scalar else x.copy()

    def value(x: Array) -> float:
        return _one_number(f(given(x)))

    def look(x: Array) -> tuple[float, Array]:
        if gradient is True:
            reached, slope = f(given(x))
            return _usable(_one_number(reached), _slopes(slope, size))
        if gradient is None:
            return _usable(value(x), differences(value, x, bounds))
        return _usable(value(x), _slopes(gradient(given(x)), size))

    if gradient is None:
        return Function(size, look, lambda x: second_differences(value, x, bounds), bounds, "differenced")
    return Function(size, look, lambda x: _slope_differences(lambda p: look(p)[1], x, bounds), bounds, "given")


def _usable(value: float, slope: Array) -> tuple[float, Array]:
    """NaN where the gradient is not finite, so that a line search shortens the step."""
    return (value if np.isfinite(slope).all() else float("nan")), slope


def _one_number(value: Any) -> float:
    array = _real(value, "value")
    if array.size != 1:
        raise UsageError(f"the function must return one number, not {array.size} of them")
    return float(array.reshape(()))


def _real(values: Any, what: str) -> Array:
    """A copy as real numbers."""
    if np.iscomplexobj(values):
        raise UsageError(f"the {what} of the function is complex: return real numbers, such as its real part")
    return np.array(values, np.float64)


def _slopes(values: Any, size: int) -> Array:
    array = _real(values, "gradient").reshape(-1)
    if array.size != size:
        raise UsageError(f"the gradient must hold {size} numbers, one for each of x, not {array.size}")
    return array


def _around(x: Array, j: int, step: float, bounds: Array | None) -> tuple[Array, Array]:
    """Two points around x along coordinate j, within the bounds."""
    low, high = x.copy(), x.copy()
    h = step * max(1.0, abs(x[j]))
    low[j], high[j] = x[j] - h, x[j] + h
    return (low, high) if bounds is None else (np.clip(low, *bounds), np.clip(high, *bounds))


def differences(f: Callable[[Array], Any], x: Array, bounds: Array | None = None, step: float = THIRD) -> Array:
    """Derivatives of f at x (d,) by central differences, (d, ...); one-sided at a bound. Error about 1e-10.

    Examples
    --------
    >>> differences(lambda x: x[0] ** 2 * x[1], np.array([3.0, 2.0])).round(6)
    array([12.,  9.])
    """
    slopes = []
    for j in range(len(x)):
        low, high = _around(x, j, step, bounds)
        width = high[j] - low[j]
        slopes.append((np.asarray(f(high)) - f(low)) / width if width > 0 else 0.0 * np.asarray(f(x)))
    return np.array(slopes, np.float64)


def _slope_differences(slope: Callable[[Array], Array], x: Array, bounds: Array | None) -> Array:
    H = differences(slope, x, bounds)
    return 0.5 * (H + H.T)


def second_differences(f: Callable[[Array], float], x: Array, bounds: Array | None = None) -> Array:
    """Second derivatives of f at x (d,) by differences of values: 2 d^2 + 1 of them, error about 1e-7 of f.

    Examples
    --------
    >>> second_differences(lambda x: x[0] ** 2 * x[1], np.array([3.0, 2.0])).round(4)
    array([[4., 6.],
           [6., 0.]])
    """
    d, h = len(x), FOURTH * np.maximum(1.0, np.abs(x))
    if bounds is not None:  # all points lie inside: the middle moves in
        x = np.clip(x, np.minimum(bounds[0] + h, bounds[1]), np.maximum(bounds[1] - h, bounds[0]))
    middle, H = f(x), np.empty((d, d))
    units = np.diag(h)
    beside = [(f(x - u), f(x + u)) for u in units]
    for i in range(d):
        H[i, i] = (beside[i][0] - 2.0 * middle + beside[i][1]) / h[i] ** 2
        for j in range(i):
            both = f(x + units[i] + units[j]) + f(x - units[i] - units[j])
            H[i, j] = H[j, i] = (both - sum(beside[i]) - sum(beside[j]) + 2.0 * middle) / (2.0 * h[i] * h[j])
    return H
