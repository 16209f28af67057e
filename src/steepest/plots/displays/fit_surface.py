"""FitSurfaceDisplay: the fitted plane over two columns, with the rows and their residuals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from ...core.errors import UsageError
from ...core.types import Array
from ..drawing.edges import margins
from ..drawing.in_space import Marks, Sheet, drawn_points, sheet
from ..drawing.scatter import most_of
from ..drawing.style import COLOURS, CUBE, has_depth, heading, legend_beside
from ..drawing.thinning import evenly
from ..drawing.words import brief, number, sentences, share_words
from ..sources.plane_cut import Cut, OverColumns, Span
from ..sources.predicted import Predicted

__all__ = ["FitSurfaceDisplay"]

MOST = 300  # rows drawn, so that their residuals can be told from each other
FAR = 0.01  # share of rows at each end, of many, that may lie outside of the picture
SIDES = (("v", COLOURS[0], "below", False), ("^", COLOURS[1], "above", True))  # of the surface


class FitSurfaceDisplay(OverColumns):
    """The prediction over two columns as a surface in space, each row with a line to it, its residual.

    With two columns the points are the rows. With more, the others are at their means, and each point is at its
    residual above or below the surface: the target minus what the other columns add to its prediction.

    Parameters
    ----------
    points : (n, 2) array
        The two columns, raw.
    residuals : (n,) array
        Targets minus predictions by all columns.
    cut : Cut
        The linear predictor over the two columns.
    r2 : float
        Share of the targets' variance that the predictions explain.
    target : str, default "y"
        Name of the target.
    verdict : str, default ""
        The verdict of the fit, in one line.

    Attributes
    ----------
    ax_, figure_ : Matplotlib axes and figure
        After `plot`.
    surface_ : Matplotlib surface
    rows_ : list of Matplotlib artists
        Lines and points below the surface, and those above it.
    finding, alt_text : str

    Notes
    -----
    Of more than 300 rows, 300 are drawn, evenly spaced. Cost: two passes over the data.

    References
    ----------
    Larsen, W. A. and McCleary, S. J. (1972). The use of partial residual plots in regression analysis. Technometrics
    14(3). doi:10.1080/00401706.1972.10488966

    Examples
    --------
    >>> from steepest import GDRegressor
    >>> X, y = [[1.0, 2], [2, 1], [2, 4], [4, 3], [3, 1], [1, 5]], [4.0, 4.5, 8.0, 9.0, 6.0, 8.5]
    >>> FitSurfaceDisplay.from_estimator(GDRegressor().fit(X, y), X, y).finding
    'A unit of x0 adds 1.19 to y, a unit of x1 adds 1.238: R² = 0.975'
    """

    alone = "FitDisplay"
    projection = "3d"
    size = CUBE
    link: Callable[[Array], Array] = staticmethod(np.asarray)
    grows = False

    def __init__(
        self, *, points: Array, residuals: Array, cut: Cut, r2: float, target: str = "y", verdict: str = ""
    ) -> None:
        self.points, self.residuals = np.asarray(points, np.float64), np.asarray(residuals, np.float64)
        self.cut, self.r2, self.target, self.verdict = cut, r2, target, verdict

    @classmethod
    def _check(cls, found: Predicted) -> None:
        if found.answer.loss.labels:
            raise UsageError("a plane is fitted to numbers, these are classes: draw SigmoidSurfaceDisplay")

    @classmethod
    def _over(cls, found: Predicted, places: tuple[int, int], cut: Cut) -> Self:
        errors, weight, loss = found.y - found.predictions(), found.rows.weight, found.answer.loss
        spread = np.average((found.y - np.average(found.y, weights=weight)) ** 2, weights=weight)
        picture = cls(
            points=np.stack([found.column(j) for j in places], axis=1),
            residuals=errors,
            cut=cut,
            r2=float(1.0 - np.average(errors**2, weights=weight) / spread) if spread else float("nan"),
            target=found.target,
            verdict=found.verdict,
        )
        picture.link, picture.grows = loss.inverse, not loss.identity_link
        return picture

    def at(self, u: Array, v: Array) -> Array:
        """The prediction over the two columns, shaped like u and v.

        Parameters
        ----------
        u, v : arrays of one shape
            Values of the two columns.
        """
        with np.errstate(over="ignore"):
            return np.asarray(self.link(np.asarray(self.cut.a[0] * u + self.cut.a[1] * v + self.cut.rest)))

    @property
    def finding(self) -> str:
        """What a unit of each column does to the prediction, and R²."""
        share = "" if np.isnan(self.r2) else f": R² = {number(self.r2, 3)}"
        u, v = (brief(name, 20) for name in self.cut.names)
        target, slopes = brief(self.target, 20), np.array(self.cut.a)
        a, b = (number(float(each)) for each in (np.exp(slopes) if self.grows else slopes))
        said = f"A unit of {u} adds {a} to {target}, a unit of {v} adds {b}{share}"
        if self.grows:
            said = f"A unit of {u} multiplies {target} by {a}, a unit of {v} by {b}{share}"
        if self.verdict.lower().startswith("diverged"):
            said = f"Diverged, no answer: the surface is that of the start{share}"
        return f"{said}; {self.cut.words}" if self.cut.words else said

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        u, v = self.cut.names
        ends = [number(float(x)) for column in self.points.T for x in (column.min(), column.max())]
        shape = "Surface" if self.grows else "Plane"
        what = f"{shape} in space of the predicted {self.target} over {u}, from {ends[0]} to {ends[1]}"
        words = f"{what}, and {v}, from {ends[2]} to {ends[3]}, with {len(self.points)} rows"
        typical = number(float(np.median(np.abs(self.residuals))))
        return sentences(f"{words} and their residuals, half of them within {typical}", self.finding, self.verdict)

    def limits(self) -> tuple[Span, Span]:
        """Least and largest value of each column to draw."""
        far = FAR if len(self.points) > MOST else 0.0
        x, y = (margins(*most_of(column, far, 2.0), 0.04) for column in self.points.T)
        return x, y

    def plot(self, ax: Any = None) -> Self:
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
        if ax is not None and not has_depth(ax):
            raise UsageError('a surface needs axes in space: figure.add_subplot(projection="3d")')
        some, feet = self._chosen()
        heights = feet + self.residuals[some]
        xlim, ylim = self.limits()
        corners = self.at(*np.meshgrid(xlim, ylim))
        zlim = margins(float(min(corners.min(), heights.min())), float(max(corners.max(), heights.max())), 0.03)
        names = (*self.cut.names, self.target)
        self.ax_, self.surface_ = sheet(ax, self.size, Sheet(self.at, (xlim, ylim, zlim), names))
        self.figure_, self.rows_ = self.ax_.figure, list[Any]()
        for marker, colour, side, above in SIDES:
            own = (self.residuals[some] > 0) == above
            marks = Marks(marker, colour, 5.5 if len(some) <= 100 else 3.5, f"{side} the surface", above)
            self.rows_ += drawn_points(self.ax_, self.points[some[own]], heights[own], marks, feet[own])
        note = "lines are residuals" if not self.cut.words else "points: the surface plus the residual of each row"
        drawn = share_words(len(some), len(self.points), "rows")
        heading(self.ax_, self.finding, self.verdict, "; ".join(filter(None, (note, drawn))))
        legend_beside(self.ax_)
        return self

    def _chosen(self) -> tuple[Any, Array]:
        """Rows to draw, and the heights of the surface there."""
        some, limits = evenly(len(self.points), MOST), np.array(self.limits())
        far = most_of(self.residuals, FAR if len(self.points) > MOST else 0.0, 2.0)
        near = ((self.points[some] >= limits[:, 0]) & (self.points[some] <= limits[:, 1])).all(axis=1)
        some = some[near & (self.residuals[some] >= far[0]) & (self.residuals[some] <= far[1])]
        return some, self.at(*self.points[some].T)
