"""PlaneSlopesDisplay: a function of two variables and its partial derivatives at a point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...core.errors import UsageError
from ...core.types import Array
from ...objective.functions.formula import Formula
from ..drawing.relief import in_space
from ..drawing.style import COLOURS, Picture, axes, has_depth, heading, legend
from ..drawing.words import number
from ..sources.function_input import drawn, numbers
from ..sources.slopes import slopes_along

__all__ = ["PlaneSlopesDisplay"]

GRID = 25  # points of the surface along each axis
DASHES = ("-", "--")  # dashes of the lines along the two axes


class PlaneSlopesDisplay(Picture):
    """The surface of f(x, y) in space, with lines for the two partial derivatives at a point.

    Cost: 625 values of the function.

    Parameters
    ----------
    x, y : (m,) arrays
        The grid.
    z : (m, m) array
        Values; the first index is that of y. NaN where there is none.
    at : (3,) array
        The point and its value.
    slopes : (2,) array
        The partial derivatives by x and by y; NaN along an axis where the function is non-smooth.
    function : str
        As it is printed.
    names : two str
        The variables.

    Attributes
    ----------
    sides : (2, 2) array
        The slopes along x and along y, from the left and from the right; they differ at a non-smooth point.
    ax_, figure_ : Matplotlib axes in space and figure, after `plot`
    surface_ : Matplotlib surface
    lines_ : two Matplotlib lines
    finding, alt_text : str

    Examples
    --------
    >>> PlaneSlopesDisplay.from_function("8*rpm + 3*load + 5", at={"rpm": 2, "load": 7}).slopes.tolist()
    [3.0, 8.0]
    """

    projection, size = "3d", (5.8, 5.2)

    def __init__(
        self, *, x: Array, y: Array, z: Array, at: Array, slopes: Array, function: str, names: tuple[str, ...]
    ) -> None:
        self.sides = np.column_stack((slopes, slopes))
        self.x, self.y, self.z, self.at, self.slopes = x, y, z, at, slopes
        self.function, self.names = function, names

    @classmethod
    def from_function(
        cls, f: str | Formula | Callable[..., Any], *, at: ArrayLike, width: float | None = None
    ) -> PlaneSlopesDisplay:
        """From a formula or callable of two variables, at a point.

        Parameters
        ----------
        f : str, Formula or callable
            A callable takes an array (2,) and returns a number.
        at : two numbers, or dict from name to number
            Numbers are in the order of the formula's sorted names.
        width : float > 0, optional
            Half the width of the surface; by default the largest of 1 and the sizes of the point's coordinates.

        Raises
        ------
        UsageError
            If a number is invalid, f has more variables, or no finite value or gradient at the point.
        """
        shown = drawn(f, tuple(at) if isinstance(at, dict) else ("x", "y"))
        if isinstance(at, dict) and set(at) != set(shown.names):
            raise UsageError(f"at must name the two variables {' and '.join(shown.names)}, not {', '.join(at)}")
        point = numbers([at[name] for name in shown.names] if isinstance(at, dict) else at, "at")
        if len(point) != 2:
            raise UsageError(f"at must be two numbers, not {len(point)}")
        if width is not None and not 0 < width < np.inf:
            raise UsageError(f"width must be a number > 0, not {width!r}")
        height = shown.sound(point[None])[0]
        x, y = (p + np.linspace(-1, 1, GRID) * (width or max(1.0, abs(p))) for p in point)
        grid = np.stack(np.meshgrid(x, y), axis=-1)
        z = shown.values(grid.reshape(-1, 2)).reshape(GRID, GRID)
        slopes, both = slopes_along(shown, point, np.array([np.ptp(x), np.ptp(y)]))
        touched = np.append(point, height)
        picture = cls(x=x, y=y, z=z, at=touched, slopes=slopes, function=shown.words, names=shown.names)
        picture.sides = both
        return picture

    @property
    def finding(self) -> str:
        """The two partial derivatives."""
        place = ", ".join(f"{name} = {number(p)}" for name, p in zip(self.names, self.at, strict=False))
        sound = int(not np.isnan(self.slopes[0]))
        return f"Partial derivatives: at {place} {'the slope is ' * sound}{' and '.join(map(self._slope, (0, 1)))}"

    def _slope(self, i: int) -> str:
        """The slope along axis i in words."""
        if np.isnan(self.slopes[i]):
            left, right = (number(float(s), 3) for s in self.sides[i])
            return f"no slope along {self.names[i]}: {left} on the left and {right} on the right"
        return f"{number(self.slopes[i])} along {self.names[i]}"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        x, y, z = (f"{v:.6g}" for v in self.at)
        lines = [
            f"A line along {self.names[i]} through it, with constant {self.names[1 - i]}: {self._slope(i)}."
            if np.isnan(self.slopes[i])
            else f"A line along {self.names[i]} through it, with constant {self.names[1 - i]}, has the slope "
            f"{self.slopes[i]:.6g}."
            for i in range(2)
        ]
        return f"Surface of {self.function} in space. The point ({x}, {y}) has the value {z}. {' '.join(lines)}"

    def plot(self, ax: Any = None) -> PlaneSlopesDisplay:
        """Draw, on axes in space.

        Parameters
        ----------
        ax : Matplotlib axes in space, optional
            By default new ones, on a new figure.

        Raises
        ------
        UsageError
            If the axes are flat.
        """
        ax = axes(ax, projection="3d", size=self.size)
        if not has_depth(ax):
            raise UsageError("this picture needs axes in space: figure.add_subplot(projection='3d')")
        self.ax_, self.figure_ = ax, ax.figure
        style = {"cmap": "cividis", "alpha": 0.45, "lw": 0, "rstride": 1, "cstride": 1}
        self.surface_ = ax.plot_surface(*np.meshgrid(self.x, self.y), self.z, **style)
        self.lines_ = [self._line(ax, i) for i in range(2)]
        ax.plot(*self.at[:, None], "o", color="black", ms=5, zorder=10)
        in_space(ax, (*self.names, self.function))
        heading(ax, self.finding)
        legend(ax, loc="upper left")
        return self

    def _line(self, ax: Any, i: int) -> Any:
        """The tangent along axis i, within the surface."""
        along = (self.x, self.y)[i]
        points = np.tile(self.at[:, None], len(along))
        points[i] = along
        points[2] += np.where(along < self.at[i], *self.sides[i]) * (along - self.at[i])
        low, high = np.nanmin(self.z), np.nanmax(self.z)
        near = (points[2] >= low - 0.2 * (high - low) - 1e-9) & (points[2] <= high + 0.2 * (high - low) + 1e-9)
        words = f"{self._slope(i)}, {self.names[1 - i]} = {number(self.at[1 - i])} fixed"
        (line,) = ax.plot(*points[:, near], DASHES[i], color=(COLOURS[1], COLOURS[0])[i], lw=2.4, zorder=9, label=words)
        return line
