"""Planes: the line or plane on which a landscape of many parameters is looked at, and how much of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from .landscape import Landscape

__all__ = ["Plane", "plane_of", "window"]

Array = NDArray[np.float64]
FAR = 4.0  # times the way from start to minimum beyond which a point lies outside of the picture
MARGIN = 0.15  # of the width, on each side


class Plane(NamedTuple):
    """Points origin + coordinates . along of a line (r = 1) or plane (r = 2).

    Attributes
    ----------
    origin : (p,) array
    along : (r, p) array
        Orthonormal.
    labels : tuple of str
        Of the r axes.
    words : str
        What is looked at, where there are more parameters than axes; else "".
    """

    origin: Array
    along: Array
    labels: tuple[str, ...]
    words: str

    def points(self, coordinates: Array) -> Array:
        """Coordinates (m, r) as points (m, p)."""
        return self.origin + coordinates @ self.along

    def coordinates(self, points: Array) -> Array:
        """Coordinates (m, r) of the nearest points of the plane to points (m, p)."""
        return (points - self.origin) @ self.along.T


def plane_of(
    landscape: Landscape, paths: Sequence[Array], answer: Array, axes: int = 2, parameters: Sequence[str] | None = None
) -> Plane:
    """The plane (axes = 2) or line (axes = 1) through the answer to look at.

    Two parameters are looked at as they are, and so are those that are named. Of more, a plane is the one in which the
    paths are longest (their principal plane), and a line that of the parameter that moved farthest.

    Parameters
    ----------
    landscape : Landscape
    paths : sequence of (m, p) arrays
    answer : (p,) array
        Where the other parameters stay.
    parameters : sequence of str, optional
        As many names as there are axes.

    Raises
    ------
    UsageError
        If a name is unknown, or there are not as many as axes.
    """
    p = len(landscape.names)
    if parameters is not None:
        return _slice(landscape, answer, _places(landscape, parameters, axes))
    movable = [j for j in range(p) if not landscape.held[j]]
    if axes == 1:
        moved = np.max([np.abs(path[-1] - path[0]) for path in paths], axis=0)
        coefficients = [j for j in movable if landscape.names[j] != "intercept"] or movable or [0]
        return _slice(landscape, answer, [max(coefficients, key=lambda j: moved[j])])
    if len(movable) <= 2 and p >= 2:
        return _slice(landscape, answer, sorted([*movable, *(j for j in range(p) if j not in movable)][:2]))
    if p < 2:
        raise UsageError("a surface needs two parameters: take the cost curve of one")
    return _principal(landscape, paths, answer)


def _places(landscape: Landscape, parameters: Sequence[str], axes: int) -> list[int]:
    if isinstance(parameters, str) or len(parameters) != axes or len(set(parameters)) != axes:
        raise UsageError(f"parameters must be {axes} name{'s' * (axes > 1)} of {', '.join(landscape.names[:20])}")
    unknown = [name for name in parameters if name not in landscape.names]
    if unknown:
        raise UsageError(f"no parameter is called {unknown[0]!r}: there are {', '.join(landscape.names[:20])}")
    return [landscape.names.index(name) for name in parameters]


def _slice(landscape: Landscape, answer: Array, places: list[int]) -> Plane:
    origin = answer.copy()
    origin[places] = 0.0
    labels = tuple(landscape.names[j] for j in places)
    others = [j for j in range(len(answer)) if j not in places]
    words = ""
    if len(others) == 1:
        words = f"slice at {landscape.names[others[0]]} = {answer[others[0]]:.4g}"
    elif others:
        words = f"slice along {' and '.join(labels)}; the other {len(others)} parameters stay at the answer"
    return Plane(origin, np.eye(len(answer))[places], labels, words)


def _principal(landscape: Landscape, paths: Sequence[Array], answer: Array) -> Plane:
    away = np.concatenate([path[np.isfinite(path).all(1)] for path in paths]) - answer
    if landscape.best is not None:
        away = np.vstack((away, landscape.best - answer))
    size = np.abs(away).max(initial=1e-300)
    _, spread, directions = np.linalg.svd(np.vstack((away / size, np.zeros((2, len(answer))))), full_matrices=False)
    share = spread[:2] ** 2 / max(float((spread**2).sum()), 1e-300)
    along = directions[:2]
    if share[1] < 1e-12:  # the path is straight: across it, the parameter it moved least along
        across = np.eye(len(answer))[np.abs(along[0]).argmin()]
        across = across - (across @ along[0]) * along[0]
        along = np.array([along[0], across / np.linalg.norm(across)])
    labels = tuple(f"direction {i + 1} of the path ({share[i]:.0%} of it)" for i in range(2))
    words = f"plane in which the path of {len(answer)} parameters is longest, through the answer"
    return Plane(answer.copy(), along, labels, words)


def window(paths: Sequence[Array], best: Array | None, landmark: Array) -> tuple[Array, Array]:
    """Lowest and highest coordinates (r,) to draw: starts, minimum, and the part of each path that stays near.

    Parameters
    ----------
    paths : sequence of (m, r) arrays
    best : (r,) array or None
        The minimum.
    landmark : (r,) array
        The answer, where there is no minimum.
    """
    middle = landmark if best is None else best
    near = [np.atleast_2d(middle)]
    for path in paths:
        sound = path[np.isfinite(path).all(1)]
        reach = np.abs(sound[:2] - middle).max(0, initial=0.0)
        reach = np.where(reach > 0, reach, np.abs(sound - middle).max(0, initial=0.0))
        inside = (np.abs(sound - middle) <= FAR * reach + 1e-300).all(1)
        near.append(sound[inside])
    points = np.concatenate(near)
    low, high = points.min(0), points.max(0)
    width = np.where(high > low, high - low, np.maximum(1.0, np.abs(middle)))
    return low - MARGIN * width, high + MARGIN * width
