"""A curve with its tangents and the steps of a descent on it."""

from __future__ import annotations

from typing import NamedTuple

from ...core.types import Array

__all__ = ["STANDING", "Curve", "Tangents", "Walk"]


class Curve(NamedTuple):
    """Values y (m,) of a function at x (m,), NaN where it has none; function and variable as printed; poles."""

    x: Array
    y: Array
    function: str = "f(x)"
    name: str = "x"
    poles: tuple[float, ...] = ()


class Tangents(NamedTuple):
    """Points (k,) where tangents touch a curve, its values and its slopes there.

    Where a curve is non-smooth the slope is NaN and ``sides`` (k, 2) has those on both sides; where it jumps all
    three are NaN.
    """

    at: Array
    heights: Array
    slopes: Array
    sides: Array | None = None


class Walk(NamedTuple):
    """A descent on a curve.

    Attributes
    ----------
    steps : (s, 2) array or None
        Points of the descent and their values, start first.
    optimum : float or None
        The minimum, if it is known.
    verdict : str
        The verdict, in one line; its first word is the status.
    """

    steps: Array | None = None
    optimum: float | None = None
    verdict: str = ""


STANDING = Walk()
