"""SigmoidSurfaceDisplay: the probability of a class over two columns as a surface, with the rows at 0 and 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from ...core.errors import UsageError
from ...core.exp_log import logistic
from ...core.types import Array
from ..drawing.edges import margins
from ..drawing.fields import class_marks, diverging
from ..drawing.in_space import Marks, Sheet, drawn_points, sheet
from ..drawing.names import UNNAMED, Names
from ..drawing.scatter import most_of
from ..drawing.style import CUBE, has_depth, heading, legend_beside
from ..drawing.thinning import evenly
from ..drawing.words import brief, class_name, number, own_side, sentences, share_words
from ..sources.plane_cut import Cut, OverColumns, Span, crossing
from ..sources.predicted import Predicted
from .sigmoid import check_probable

__all__ = ["SigmoidSurfaceDisplay"]

MOST = 600  # rows drawn
FAR = 0.01  # share of rows at each end, of many, that may lie outside of the picture
CELLS = 36  # of the surface along each side


class SigmoidSurfaceDisplay(OverColumns):
    """The probability of the positive class over two columns as a surface in space, and the line P = 0.5 on it.

    Rows of the positive class are at 1, others at 0. With more than two columns the others are at their means.

    Parameters
    ----------
    points : (n, 2) array
        The two columns, raw.
    y : (n,) array
        Labels as 0 and 1.
    cut : Cut
        The linear predictor over the two columns.
    right : float
        Share of the rows on their own side of P = 0.5, by all columns.
    names : Names, default Names()
        Of the target and the classes.
    verdict : str, default ""
        The verdict of the fit, in one line.

    Attributes
    ----------
    target, classes : str, labels
        From ``names``.
    link : callable
        From linear predictors to probabilities.
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    surface_ : Matplotlib surface
    boundary_ : Matplotlib line or None
        None where P = 0.5 lies outside of the picture.
    rows_ : list of Matplotlib lines, one a class
    finding, alt_text : str

    Notes
    -----
    Of more than 600 rows, 600 are drawn, evenly spaced. Cost: two passes over the data.

    Examples
    --------
    >>> from steepest import GDClassifier
    >>> X, y = [[1.0, 2], [2, 1], [2, 4], [4, 3], [3, 1], [1, 5]], ["no", "no", "yes", "yes", "yes", "no"]
    >>> SigmoidSurfaceDisplay.from_estimator(GDClassifier(alpha=0.1).fit(X, y), X, y).finding
    'P(y = yes) goes from 0.101 to 0.972 over x0 and x1, and 6 of 6 rows are on their own side of 0.5'
    """

    alone = "SigmoidDisplay"
    projection = "3d"
    size = CUBE
    link: Callable[[Array], Array] = staticmethod(logistic)

    def __init__(
        self, *, points: Array, y: Array, cut: Cut, right: float, names: Names = UNNAMED, verdict: str = ""
    ) -> None:
        self.points, self.y, self.cut, self.right = np.asarray(points, np.float64), np.asarray(y), cut, right
        self.target, self.classes, self.verdict = names.target, names.classes, verdict

    @classmethod
    def _check(cls, found: Predicted) -> None:
        if not found.answer.loss.labels:
            raise UsageError("the answer predicts numbers, not classes: draw FitSurfaceDisplay")
        check_probable(found.answer.loss)

    @classmethod
    def _over(cls, found: Predicted, places: tuple[int, int], cut: Cut) -> Self:
        picture = cls(
            points=np.stack([found.column(j) for j in places], axis=1),
            y=found.y,
            cut=cut,
            right=float(((found.z > 0) == (found.y > 0.5)).mean()),
            names=Names(target=found.target, classes=found.answer.classes or (0, 1)),
            verdict=found.verdict,
        )
        picture.link = found.answer.loss.inverse
        return picture

    def at(self, u: Array, v: Array) -> Array:
        """The probability over the two columns, shaped like u and v.

        Parameters
        ----------
        u, v : arrays of one shape
            Values of the two columns.
        """
        return np.asarray(self.link(np.asarray(self.cut.a[0] * u + self.cut.a[1] * v + self.cut.rest)))

    @property
    def named(self) -> str:
        """The probability by its name."""
        return f"P({brief(self.target, 14)} = {class_name(self.classes[1], 12)})"

    @property
    def finding(self) -> str:
        """How far the probability goes over the picture, and how many rows are on their own side of 0.5."""
        p = self.at(*np.meshgrid(*self.limits()))
        low, high = (_share(float(each)) for each in (p.min(), p.max()))
        u, v = (brief(name, 20) for name in self.cut.names)
        over = f"goes from {low} to {high} over {u} and {v}" if low != high else f"is {low} over {u} and {v}"
        said = f"{self.named} {over}, and {own_side(self.right, len(self.y))} are on their own side of 0.5"
        said = f"{said}; {self.cut.words}" if self.cut.words else said
        status = self.verdict.lower()
        if status.startswith("diverged"):
            return f"Diverged, no answer: {said}"
        if status.startswith("separable"):
            return f"{said}: {'separable' if self.right == 1 else 'some classes are separable'}, no finite optimum"
        return said

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        (a, b), (u, v) = self.cut.a, self.cut.names
        line = f"{number(a)} {u} + {number(b)} {v} + {number(self.cut.rest)} = 0"
        words = f"Surface in space of the probability of class {self.classes[1]} over {u} and {v}, with {len(self.y)}"
        return sentences(f"{words} rows at 0 and 1, and the line P = 0.5, {line}", self.finding, self.verdict)

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
        limits = self.limits()
        names = (*self.cut.names, self.named)
        self.ax_, self.surface_ = sheet(
            ax, self.size, Sheet(self.at, (*limits, (-0.02, 1.02)), names, diverging(), CELLS)
        )
        self.figure_ = self.ax_.figure
        self.boundary_ = self._boundary(limits)
        drawn = self._rows(limits)
        beyond = "" if self.boundary_ is not None else "P = 0.5 lies outside of the picture"
        heading(self.ax_, self.finding, self.verdict, beyond, share_words(drawn, len(self.y), "rows"))
        legend_beside(self.ax_)
        return self

    def _boundary(self, limits: tuple[Span, Span]) -> Any:
        """The line P = 0.5 on the surface, and its shadow on the floor."""
        ends = crossing(self.cut, *limits)
        if ends is None:
            return None
        self.ax_.plot(*ends.T, [-0.02, -0.02], ":", color="black", lw=1.0, zorder=0.5, label="_")
        return self.ax_.plot(*ends.T, [0.5, 0.5], "--", color="black", lw=1.8, zorder=2.5, label="P = 0.5")[0]

    def _rows(self, limits: tuple[Span, Span]) -> int:
        some, ends = evenly(len(self.y), MOST), np.array(limits)
        some = some[((self.points[some] >= ends[:, 0]) & (self.points[some] <= ends[:, 1])).all(axis=1)]
        self.rows_, size = list[Any](), 5.5 if len(some) <= 100 else 3.0
        for level, (label, (marker, colour)) in enumerate(zip(self.classes, class_marks(2), strict=True)):
            own = some[self.y[some] == level]
            name = f"{brief(self.target, 14)} = {class_name(label, 12)}"
            marks = Marks(marker, colour, size, name, above=bool(level))
            self.rows_ += drawn_points(self.ax_, self.points[own], np.full(len(own), float(level)), marks)
        return len(some)


def _share(p: float) -> str:
    """A probability to three digits.

    Examples
    --------
    >>> _share(0.25), _share(1e-9), _share(0.99999)
    ('0.25', 'below 0.001', 'above 0.999')
    """
    return "below 0.001" if p < 0.001 else "above 0.999" if p > 0.999 else f"{p:.3f}".rstrip("0")
