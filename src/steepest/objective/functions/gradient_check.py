"""The check of a hand-written gradient against the derivatives of its function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ...core.errors import UsageError
from . import derivatives
from .formula import Formula

__all__ = ["GradientCheck", "check_gradient"]


class GradientCheck(NamedTuple):
    """How well a gradient agrees with the derivatives of its function.

    Attributes
    ----------
    error : float
        Largest difference, as a share of the larger of 1 and the largest slope.
    place : int
        Coordinate of that difference, from 0.
    given, expected : float
        The two slopes there.
    """

    error: float
    place: int
    given: float
    expected: float


def check_gradient(f: str | Formula | Callable[..., Any], gradient: Callable[..., Any], x: ArrayLike) -> GradientCheck:
    """The error of a hand-written gradient at x, against the derivatives of its function.

    Parameters
    ----------
    f : str, Formula or callable
        A callable takes an array (d,) and returns a number.
    gradient : callable, (d,) array -> (d,) array
        The gradient to check.
    x : (d,) array
        Where they are compared.

    Returns
    -------
    GradientCheck
        Its ``error`` is about 1e-9 if both agree; with a mistake it is rarely below 1e-3.

    Raises
    ------
    UsageError
        If f has no finite slope there, or the gradient has another length.

    Notes
    -----
    error = max_i ``|given_i - expected_i|`` / max(1, max_i ``|expected_i|``). Cost: that of `gradient`, and one call of
    the given one.

    References
    ----------
    Griewank, A. and Walther, A. (2008). Evaluating Derivatives. doi:10.1137/1.9780898717761

    Examples
    --------
    >>> check_gradient("x**3", lambda x: 3 * x, [2.0]).error
    0.5
    """
    expected = derivatives.gradient(f, x)
    given = np.array(gradient(derivatives.point_of(x)), np.float64).reshape(-1)
    if given.shape != expected.shape:
        raise UsageError(f"the gradient must hold {len(expected)} numbers, one for each of x, not {len(given)}")
    off = np.abs(given - expected)
    off[np.isnan(off)] = np.inf
    j = int(off.argmax())
    return GradientCheck(float(off[j] / max(1.0, np.abs(expected).max())), j, float(given[j]), float(expected[j]))
