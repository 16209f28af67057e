"""Functions for pictures, from a formula or a callable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ...core.errors import UsageError
from ...core.types import Array
from ...objective.functions.formula import Formula, read_formula
from ...objective.functions.function import name_of
from ..drawing.style import finite
from ..drawing.words import spelled

__all__ = ["Drawn", "drawn", "numbers"]


class Drawn(NamedTuple):
    """A function to draw.

    Attributes
    ----------
    values : callable, points (m, d) -> (m,)
        NaN where there is no value.
    words : str
        Text of the function.
    names : tuple of str
        Of its d variables.
    f : Formula or callable
        The formula, in all d names, or the callable.
    """

    values: Callable[[Array], Array]
    words: str
    names: tuple[str, ...]
    f: Any

    def sound(self, points: Array) -> Array:
        """Values at points (m, d), of which each must be a finite number."""
        found = self.values(points)
        if not finite(found).all():
            place = ", ".join(f"{v:.6g}" for v in points[~finite(found)][0])
            raise UsageError(f"the function has no finite value at {', '.join(self.names)} = {place}")
        return found


def drawn(f: str | Formula | Callable[..., Any], names: tuple[str, ...]) -> Drawn:
    """A formula or callable of as many variables as there are names; a formula keeps its own.

    A callable of one variable takes a number, one of several an array (d,).

    Raises
    ------
    UsageError
        If a formula has more variables.

    Examples
    --------
    >>> drawn("x**2", ("x",)).values(np.array([[3.0]])).tolist()
    [9.0]
    """
    if isinstance(f, (str, Formula)):
        return _formula(read_formula(f) if isinstance(f, str) else f, names)
    alone = len(names) == 1

    def values(points: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.array([float(np.asarray(f(float(p[0]) if alone else p.copy())).reshape(())) for p in points])

    return Drawn(values, name_of(f, "f").replace("<lambda>", "f"), names, f)


def _formula(formula: Formula, names: tuple[str, ...]) -> Drawn:
    d = len(formula.names)
    if d > len(names):
        most = f"{len(names)} variable{'s' * (len(names) > 1)}"
        raise UsageError(f"this picture is one of {most}, but the formula has {d}: {', '.join(formula.names[:20])}")
    free = [name for name in names if name not in formula.names]
    order = (*formula.names, *free)[: len(names)]
    whole = read_formula(formula.text, order)
    return Drawn(lambda points: np.array(whole(points), np.float64), spelled(formula.text), order, whole)


def numbers(values: ArrayLike, what: str) -> Array:
    """Finite numbers (m,), or an error that names ``what``.

    Examples
    --------
    >>> numbers(4, "at").tolist()
    [4.0]
    """
    try:
        found = np.array(values, np.float64).reshape(-1)
    except (TypeError, ValueError):
        raise UsageError(f"{what} must be numbers, not {str(values)[:60]!r}") from None
    if not np.isfinite(found).all():
        raise UsageError(f"{what} must be finite numbers")
    return found
