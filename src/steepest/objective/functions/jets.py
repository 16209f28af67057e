"""Jets: values that carry their derivatives along (forward mode). Exact to rounding, for one point or many at once.

A jet of d variables has a value, the first derivatives (d, ...) and, where asked for, the second (d, d, ...); all are
arrays over the same points. A constant has the slope None. Arithmetic never raises: where a function is undefined its
jet is NaN, and where its slope is not finite the slope is infinite or NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

__all__ = ["ALL", "FUNCTIONS", "OPERATORS", "Jet", "variables"]

A = Any  # a number or an array of them, one for each point
Two = tuple[A, A, A, A, A]  # derivatives of a function of a and b: by a, b, a twice, both, b twice
LOG_2, LOG_10 = float(np.log(2.0)), float(np.log(10.0))


class Jet(NamedTuple):
    """A value with its derivatives by d variables."""

    value: A
    slope: A = None  # (d, ...), None for a constant
    hessian: A = None  # (d, d, ...), None where second derivatives are not asked for


def variables(x: A, order: int) -> list[Jet]:
    """The variables themselves, x (d, ...), with first derivatives (``order`` 1) or second ones too (2).

    Examples
    --------
    >>> x, y = variables(np.array([3.0, 4.0]), 2)
    >>> OPERATORS["*"](x, y).hessian[0, 1]
    np.float64(1.0)
    """
    d, each = len(x), (1,) * (x.ndim - 1)
    units = np.broadcast_to(np.eye(d).reshape(d, d, *each), (d, *x.shape)) if order else [None] * d
    flat = np.broadcast_to(0.0, (d, *x.shape)) if order == 2 else None
    return [Jet(x[j], units[j], flat) for j in range(d)]


def _one(a: Jet, value: A, first: Callable[[], A], second: Callable[[], A]) -> Jet:
    """A function of one jet: the chain rule."""
    if a.slope is None:
        return Jet(value)
    f = first()
    return Jet(value, f * a.slope, None if a.hessian is None else f * a.hessian + second() * _outer(a.slope, a.slope))


def _two(a: Jet, b: Jet, value: A, by: Callable[[], Two]) -> Jet:
    """A function of two jets, neither of them constant: the chain rule."""
    by_a, by_b, by_aa, by_ab, by_bb = by()
    slope = by_a * a.slope + by_b * b.slope
    if a.hessian is None:
        return Jet(value, slope)
    mixed = _outer(a.slope, b.slope)
    hessian = by_a * a.hessian + by_b * b.hessian + by_ab * (mixed + mixed.swapaxes(0, 1))
    return Jet(value, slope, hessian + by_aa * _outer(a.slope, a.slope) + by_bb * _outer(b.slope, b.slope))


def _outer(a: A, b: A) -> A:
    return a[:, None] * b[None]


def _is_constant(*jets: Jet) -> bool:
    return any(jet.slope is None for jet in jets)


def _add(a: Jet, b: Jet) -> Jet:
    value = a.value + b.value
    if _is_constant(a, b):
        moving = a if b.slope is None else b
        return Jet(value, moving.slope, moving.hessian)
    return Jet(value, a.slope + b.slope, None if a.hessian is None else a.hessian + b.hessian)


def _negative(a: Jet) -> Jet:
    return _scaled(a, -1.0, -a.value)


def _scaled(a: Jet, factor: A, value: A) -> Jet:
    return _one(a, value, lambda: factor, lambda: 0.0)


def _times(a: Jet, b: Jet) -> Jet:
    value = a.value * b.value
    if _is_constant(a, b):
        return _scaled(a, b.value, value) if b.slope is None else _scaled(b, a.value, value)
    return _two(a, b, value, lambda: (b.value, a.value, 0.0, 1.0, 0.0))


def _over(a: Jet, b: Jet) -> Jet:
    q, share = np.divide(a.value, b.value), np.divide(1.0, b.value)
    if b.slope is None:
        return _one(a, q, lambda: share, lambda: 0.0)
    if a.slope is None:
        return _one(b, q, lambda: -q * share, lambda: 2.0 * q * share * share)
    return _two(a, b, q, lambda: (share, -q * share, 0.0, -share * share, 2.0 * q * share * share))


def _power(a: Jet, b: Jet) -> Jet:
    """a**b; a constant exponent is allowed with any base, a variable exponent with a base above 0."""
    x, n = a.value, b.value
    value = np.power(x, n)
    if b.slope is None:
        return _one(a, value, lambda: _falling(x, n, 1), lambda: _falling(x, n, 2))
    log = np.log(x)
    if a.slope is None:
        return _one(b, value, lambda: value * log, lambda: value * log * log)
    first, second = _falling(x, n, 1), _falling(x, n, 2)
    mixed = np.power(x, n - 1.0) * (1.0 + n * log)
    return _two(a, b, value, lambda: (first, value * log, second, mixed, value * log * log))


def _falling(x: A, n: A, times: int) -> A:
    """Derivative of x^n by x, once or twice; 0 where the factor is, whatever the power."""
    factor = n if times == 1 else n * (n - 1.0)
    return np.where(factor == 0.0, 0.0, factor * np.power(x, n - times))


def _angle(b: Jet, a: Jet) -> Jet:
    """atan2(b, a), the angle of the point (a, b)."""
    y, x = b.value, a.value
    value, square = np.arctan2(y, x), x * x + y * y
    first = (x / square, -y / square)
    twice = (-2.0 * first[0] * y / square, (y / square) * (y / square) - first[0] * first[0])
    if a.slope is None:
        return _one(b, value, lambda: first[0], lambda: twice[0])
    if b.slope is None:
        return _one(a, value, lambda: first[1], lambda: -twice[0])
    return _two(b, a, value, lambda: (*first, twice[0], twice[1], -twice[0]))


def _chosen(a: Jet, b: Jet, first: A, value: A) -> Jet:
    """Jet of a where ``first`` is true, else of b."""
    if a.slope is None and b.slope is None:
        return Jet(value)
    slope = np.where(first, _or_zero(a.slope, b.slope), _or_zero(b.slope, a.slope))
    asked = (a if b.slope is None else b).hessian is not None
    hessian = np.where(first, _or_zero(a.hessian, b.hessian), _or_zero(b.hessian, a.hessian)) if asked else None
    return Jet(value, slope, hessian)


def _or_zero(part: A, other: A) -> A:
    return np.zeros_like(other) if part is None else part


def _least(*jets: Jet) -> Jet:
    return reduce(lambda a, b: _chosen(a, b, a.value <= b.value, np.minimum(a.value, b.value)), jets)


def _largest(*jets: Jet) -> Jet:
    return reduce(lambda a, b: _chosen(a, b, a.value >= b.value, np.maximum(a.value, b.value)), jets)


Derivative = Callable[[A, A], A]  # of the argument x and the function's value y there


def _function(f: Callable[[A], A], first: Derivative, second: Derivative) -> Callable[[Jet], Jet]:
    def of(a: Jet) -> Jet:
        x, y = a.value, f(a.value)
        return _one(a, y, lambda: first(x, y), lambda: second(x, y))

    return of


OPERATORS: dict[str, Callable[..., Jet]] = {
    "+": _add,
    "-": lambda a, b: _add(a, _negative(b)),
    "*": _times,
    "/": _over,
    "**": _power,
    "negative": _negative,
}
FUNCTIONS: dict[str, Callable[..., Jet]] = {
    "sin": _function(np.sin, lambda x, y: np.cos(x), lambda x, y: -y),
    "cos": _function(np.cos, lambda x, y: -np.sin(x), lambda x, y: -y),
    "tan": _function(np.tan, lambda x, y: 1.0 + y * y, lambda x, y: 2.0 * y * (1.0 + y * y)),
    "asin": _function(
        np.arcsin, lambda x, y: ((1.0 - x) * (1.0 + x)) ** -0.5, lambda x, y: x * ((1.0 - x) * (1.0 + x)) ** -1.5
    ),
    "acos": _function(
        np.arccos, lambda x, y: -(((1.0 - x) * (1.0 + x)) ** -0.5), lambda x, y: -x * ((1.0 - x) * (1.0 + x)) ** -1.5
    ),
    "atan": _function(np.arctan, lambda x, y: 1.0 / (1.0 + x * x), lambda x, y: -2.0 * x / (1.0 + x * x) ** 2),
    "sinh": _function(np.sinh, lambda x, y: np.cosh(x), lambda x, y: y),
    "cosh": _function(np.cosh, lambda x, y: np.sinh(x), lambda x, y: y),
    "tanh": _function(np.tanh, lambda x, y: np.cosh(x) ** -2.0, lambda x, y: -2.0 * y * np.cosh(x) ** -2.0),
    "exp": _function(np.exp, lambda x, y: y, lambda x, y: y),
    "expm1": _function(np.expm1, lambda x, y: np.exp(x), lambda x, y: np.exp(x)),
    "log": _function(np.log, lambda x, y: 1.0 / x, lambda x, y: -1.0 / (x * x)),
    "log1p": _function(np.log1p, lambda x, y: 1.0 / (1.0 + x), lambda x, y: -((1.0 + x) ** -2.0)),
    "log2": _function(np.log2, lambda x, y: 1.0 / (LOG_2 * x), lambda x, y: -1.0 / (LOG_2 * x * x)),
    "log10": _function(np.log10, lambda x, y: 1.0 / (LOG_10 * x), lambda x, y: -1.0 / (LOG_10 * x * x)),
    "sqrt": _function(np.sqrt, lambda x, y: 0.5 / y, lambda x, y: -0.25 / (x * y)),
    "abs": _function(np.abs, lambda x, y: np.sign(x), lambda x, y: 0.0 * x),
    "atan2": _angle,
    "min": _least,
    "max": _largest,
}
ALL = {**OPERATORS, **FUNCTIONS}
