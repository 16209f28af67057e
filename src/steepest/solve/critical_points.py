"""Critical points of a function: minimum, maximum or saddle; and whether the function is unbounded below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import UNIT, Array
from ..objective.functions.function import Function, scaled, upward

__all__ = ["LARGE", "Standing", "convex", "endless", "kind_of", "quadratic_form", "stand"]

LARGE = 50  # variables beyond which second derivatives are not computed
LASTING = 0.8  # share of the smallest curvature that a minimum keeps one Newton step further on
QUIET = np.errstate(over="ignore", invalid="ignore", divide="ignore")
DECADES = range(2, 16)  # distances at which the function is evaluated, as powers of 10


class Standing(NamedTuple):
    """First and second derivatives at a point, summarised."""

    gap: float | None  # predicted decrease of a Newton step; None where they were not computed
    curvatures: Array  # eigenvalues of the Hessian over the free coordinates, ascending

    @property
    def upward(self) -> bool:
        """Whether every curvature is positive, so that a minimum may be near."""
        return self.gap is not None and bool((self.curvatures > 0).all())

    @property
    def limit(self) -> float:
        """Largest constant learning rate with which plain descent is stable here."""
        top = float(self.curvatures[-1]) if len(self.curvatures) else 0.0
        return 2.0 / top if top > 0 else float("inf")

    @property
    def condition(self) -> float | None:
        """Condition number, where every curvature is positive."""
        ends = self.curvatures[[0, -1]] if len(self.curvatures) else np.zeros(2)
        return float(ends[1] / ends[0]) if ends[0] > rounding_of(self.curvatures) > 0 else None


@QUIET
def stand(function: Function, w: Array) -> Standing:
    """Derivatives at a point w (d, 1), summarised. Cost: one evaluation of the second derivatives, and 10 d^3 flops."""
    if function.size > LARGE:
        return Standing(None, np.empty(0))
    H, g, _ = _free(function, w)
    if not np.isfinite(H).all():
        return Standing(None, np.empty(0))
    gap = 0.5 * float(g @ np.linalg.solve(upward(H), g)) if len(g) else 0.0
    return Standing(gap, np.asarray(np.linalg.eigvalsh(H), np.float64))


def _free(function: Function, w: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Hessian and gradient over the free coordinates (not at an active bound), and which these are."""
    _, g = function.value_and_gradient(None, w)
    free = ~function.at_bound(w, g)[:, 0]
    return function.second_derivatives(w[:, 0])[np.ix_(free, free)], g[free, 0], free


@QUIET
def kind_of(function: Function, w: Array) -> str:
    """Which kind of point w (d, 1), with a slope of about 0, is: in words, with its smallest curvature.

    It follows from the signs of the curvatures, rounding considered. A minimum whose curvature fades along the last
    Newton step counts as flat. Cost: two evaluations of the second derivatives.
    """
    if function.size > LARGE:
        return f"a stationary point of any kind, as second derivatives are computed up to {LARGE} variables only"
    H, g, free = _free(function, w)
    within = "" if free.all() else " within its bounds"
    if not np.isfinite(H).all():
        return "a point without finite second derivatives" + within
    if not len(g):
        return "a local minimum in a corner of its bounds"
    noise = 1e-6 * abs(function.look(w[:, 0])[0]) if function.slopes == "differenced" else 0.0
    likeness, size = scaled(H, noise / function.rounding)
    signs = np.linalg.eigvalsh(likeness)
    step = np.zeros_like(w)
    step[free, 0] = np.linalg.solve(upward(H), g)
    ahead = function.second_derivatives(function.inside(w - step)[:, 0])[np.ix_(free, free)] / size[:, None] / size
    fades = not np.isfinite(ahead).all() or np.linalg.eigvalsh(ahead)[0] < LASTING * signs[0]
    word = _word(signs / function.rounding, fades)
    return f"{word}{within}, with smallest curvature {np.linalg.eigvalsh(H)[0]:.4g}"


def _word(signs: Any, fades: bool) -> str:
    """Name a point by its curvatures, in units of what may be rounding."""
    if signs[0] > 1.0 and not fades:
        return "a local minimum"
    if signs[-1] < -1.0:
        return "a local maximum"
    return "a saddle" if signs[0] < -1.0 else "a point that is flat in some direction"


def endless(value: Callable[[Array], Any], w: Array, directions: list[Array]) -> str | None:
    """Evidence that a function is unbounded below along one of the directions from w (d,); None if there is none.

    The function must decrease up to a distance of 10^15 times the size of w, by at least as much in each decade as in
    the one before.
    """
    for step in directions:
        length = float(np.linalg.norm(step))
        if not 0.0 < length < np.inf:
            continue
        ray = step / length * max(1.0, float(np.abs(w).max()))
        costs = np.array([_looked(value, w + 10.0**k * ray) for k in DECADES])
        beyond = int(np.argmax(costs == -np.inf)) if (costs == -np.inf).any() else -1
        if beyond >= 0 and (np.diff(costs[: beyond + 1]) < 0).all():
            return f"along the direction of descent it is below -1.8e308 at a distance of {10.0 ** DECADES[beyond]:.0e}"
        falls = costs[:-1] - costs[1:] if np.isfinite(costs).all() else -np.ones(1)
        if (falls > 0).all() and (falls[1:] >= 0.99 * falls[:-1]).all():
            return (
                f"along the direction of descent it is still {costs[-1]:.4g} at a distance of {10.0 ** DECADES[-1]:.0e}"
            )
    return None


def _looked(value: Callable[[Array], Any], x: Array) -> float:
    """The value at a distant point, NaN where the function is undefined or raises."""
    try:
        with np.errstate(all="ignore"):
            return float(value(x))
    except Exception:
        return float("nan")


def quadratic_form(
    H: Array, g: Array, far: Callable[[Array], str | None] = lambda _: None
) -> tuple[float | None, str | None]:
    """Gap of a quadratic function with this Hessian and this gradient here; or the evidence that it is unbounded below.

    Neither where a curvature is lost in the rounding of the others, the function has a slope along it, and ``far``, the
    evidence along a direction, finds none.

    Examples
    --------
    >>> quadratic_form(np.array([[2.0]]), np.array([6.0]))
    (9.0, None)
    >>> quadratic_form(np.array([[0.0]]), np.array([2.0]))
    (None, 'its slope is 2 everywhere')
    """
    if not H.any():
        size = float(np.linalg.norm(g))
        return (0.0, None) if size == 0.0 else (None, f"its slope is {_along(g)} everywhere")
    straight = ~H.any(axis=0)
    if g[straight].any():
        slope = float(np.linalg.norm(g[straight]))
        return None, f"in a direction without curvature its slope is {slope:.4g} everywhere"
    values, directions = inertia(H)
    if values[0] < -rounding_of(values):
        v = directions[:, 0] / np.linalg.norm(directions[:, 0])
        return None, f"it is quadratic with a curvature of {float(v @ H @ v):.4g} everywhere"
    along, live = directions.T @ g, values > rounding_of(values)
    if np.linalg.norm(along[~live]) > 1e-8 * np.linalg.norm(along):
        return None, far(-directions[:, ~live] @ along[~live])
    return 0.5 * float((along[live] ** 2 / values[live]).sum()), None


def convex(H: Array) -> bool:
    """Whether no curvature is below 0, by more than may be rounding."""
    values = inertia(H)[0]
    return bool(values[0] >= -rounding_of(values))


def inertia(H: Array) -> tuple[Array, Array]:
    """Curvatures (d,), ascending, and directions D (d, d) with D'HD their diagonal matrix, by numbers of like size.

    A number is scaled to a curvature of 1 or -1, or, where it has none of its own, to mixed ones of at most 1. So the
    curvatures of numbers of very different scale keep their signs.
    """
    size = np.sqrt(np.abs(H.diagonal()))
    mixed = np.abs(H) / np.where(size > 0, size, np.inf)
    size = np.where(size > 0, size, mixed.max(axis=1, initial=0.0))
    size[size == 0.0] = 1.0
    values, vectors = np.linalg.eigh(0.5 * (H + H.T) / size[:, None] / size)
    return values, vectors / size[:, None]


def rounding_of(values: Array) -> float:
    """Size of a curvature that may be the rounding of the largest."""
    return float(8 * len(values) * UNIT * np.abs(values).max(initial=0.0))


def _along(g: Array) -> str:
    return f"{g[0]:.4g}" if len(g) == 1 else "(" + ", ".join(f"{v:.4g}" for v in g[:6]) + ")"
