"""DecisionBoundaryDisplay: the probability of a class over two columns, and the decision boundary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.exp_log import logistic
from ...core.types import Array
from ..drawing.edges import margins
from ..drawing.fields import CLASSES, class_marks, diverging, shaded
from ..drawing.legends import clear_legend
from ..drawing.names import UNNAMED, Names
from ..drawing.scatter import labels, most_of
from ..drawing.style import axes, heading, letters
from ..drawing.thinning import evenly
from ..drawing.words import brief, number, own_side, sentences, share_words
from ..sources.plane_cut import Cut, OverColumns, Span, crossing, slice_of
from ..sources.predicted import Predicted
from ..sources.several import Several

__all__ = ["DecisionBoundaryDisplay"]

MOST = 1500  # rows drawn, so that the field is visible between them
CELLS = 160  # points of the field along each side
FAR = 0.01  # share of rows at each end, of many, that may lie outside of the picture


class DecisionBoundaryDisplay(OverColumns):
    """The probability of the positive class over two columns, the line P = 0.5 and the rows of each class.

    Of three classes or more each point has the colour of the most probable class. Rows on the wrong side have a ring.

    For more than two columns the picture is a slice: over the two named columns, or the two with the most influence
    (``|coefficient|`` times the range of nine of ten rows), with the others at their means. For a loss without
    probabilities the field is the linear predictor z, and the line is z = 0.

    Parameters
    ----------
    points : (n, 2) array
        The two columns, raw.
    y : (n,) array
        Labels as 0, 1, ...
    cut : Cut
        The linear predictor over the two columns.
    right : float
        Share of the rows on their own side, by all columns.
    probable : bool, default True
        Whether the link of z is a probability.
    names : Names, default Names()
        Of the target and the classes.
    verdict : str, default ""
        The verdict of the fit, in one line.

    Attributes
    ----------
    target, classes : str, labels
        From ``names``.
    wrong : (n,) array of bool or None
        Rows on the wrong side, by all columns.
    link : callable
        From linear predictors to probabilities.
    shares : callable or None
        From linear predictors (..., k) to the shares of k classes.
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    field_, bar_ : Matplotlib artists
        Of three classes or more without a bar.
    boundary_ : Matplotlib line or None
        None where it lies outside of the picture; of three classes or more the lines between them.
    rows_ : list of Matplotlib lines, one a class
    wrong_ : Matplotlib line or None
    finding, alt_text : str

    Notes
    -----
    Of more than 1,500 rows, 1,500 are drawn, evenly spaced. Cost: two passes over the data.

    Examples
    --------
    >>> from steepest import GDClassifier
    >>> X, y = [[1.0, 2], [2, 1], [2, 4], [4, 3], [3, 1], [1, 5]], ["no", "no", "yes", "yes", "yes", "no"]
    >>> DecisionBoundaryDisplay.from_estimator(GDClassifier(alpha=0.1).fit(X, y), X, y).finding
    'The line P = 0.5 has 6 of 6 rows on their own side'
    """

    what, alone = "a boundary", "SigmoidDisplay"
    wrong: NDArray[np.bool_] | None = None
    shares: Callable[[Array], Array] | None = None
    bar_: Any = None
    link: Callable[[Array], Array] = staticmethod(logistic)

    def __init__(
        self,
        *,
        points: Array,
        y: Array,
        cut: Cut,
        right: float,
        probable: bool = True,
        names: Names = UNNAMED,
        verdict: str = "",
    ) -> None:
        self.points, self.y, self.cut, self.right = np.asarray(points, np.float64), np.asarray(y), cut, right
        self.target, self.classes, self.probable, self.verdict = names.target, names.classes, probable, verdict

    @classmethod
    def _check(cls, found: Predicted) -> None:
        if not found.answer.loss.labels:
            raise UsageError("the answer predicts numbers, not classes: draw FitDisplay")

    @classmethod
    def _over(cls, found: Predicted, places: tuple[int, int], cut: Cut) -> Self:
        answer = found.answer
        picture = cls(
            points=np.stack([found.column(j) for j in places], axis=1),
            y=found.y,
            cut=cut,
            right=float(((found.z > 0) == (found.y > 0.5)).mean()),
            probable=not answer.loss.attained,
            names=Names(target=found.target, classes=answer.classes or (0, 1)),
            verdict=found.verdict,
        )
        picture.link = answer.loss.inverse
        picture.wrong = (found.z > 0) != (found.y > 0.5)
        return picture

    @classmethod
    def _over_several(cls, found: Several, target: str | None, columns: Sequence[str] | None) -> Self:
        if not found.classes:
            raise UsageError("the answer predicts numbers, not classes: draw FitDisplay")
        if len(found.parts) > CLASSES:
            most = f"a boundary is drawn of up to {CLASSES} classes, here are {len(found.parts)}"
            raise UsageError(f"{most}: draw ResidualsDisplay or CostHistoryDisplay")
        if len(found.names) < 2:
            raise UsageError("a boundary is drawn over two columns, this answer has one: draw ResidualsDisplay")
        places, cut = slice_of(found.rows, found.coef, found.intercept, found.names, columns)
        actual = found.y.argmax(axis=1)
        wrong = found.z.argmax(axis=1) != actual
        picture = cls(
            points=np.stack([found.column(j) for j in places], axis=1),
            y=actual,
            cut=cut,
            right=float(1 - wrong.mean()),
            probable=found.together is not None,
            names=Names(target=target or "y", classes=found.parts),
            verdict=found.verdict,
        )
        picture.wrong, picture.shares = wrong, found.predictions
        return picture

    @property
    def finding(self) -> str:
        """How many rows are on their own side of the line."""
        rows = own_side(self.right, len(self.y))
        line = "P = 0.5" if self.probable else "z = 0"
        cut = f"; {self.cut.words}" if self.cut.words else ""
        said = f"The line {line} has {rows} on their own side"
        if self.shares is not None:
            said = f"{rows} are where their own class is the most {'probable' if self.probable else 'favoured'}{cut}"
        elif cut:
            said = f"{rows} are on their own side of {line}{cut}"
        status = self.verdict.lower()
        if status.startswith("diverged"):
            return f"Diverged, no answer: {said[0].lower()}{said[1:]}"
        if not status.startswith("separable"):
            return said
        return f"{said}: {'separable' if self.right == 1 else 'some classes are separable'}, no finite optimum"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        u, v = self.cut.names
        if self.shares is not None:
            words = f"Regions of the {len(self.classes)} classes over {u} and {v}, with {len(self.y)} rows"
            return sentences(words, self.finding, self.verdict)
        a, b = self.cut.a
        field = "probability" if self.probable else "linear predictor"
        line = f"{number(a)} {u} + {number(b)} {v} + {number(self.cut.rest)} = 0"
        words = f"Field of the {field} of class {self.classes[1]} over {u} and {v}, with {len(self.y)} rows"
        return sentences(f"{words} and the boundary {line}", self.finding, self.verdict)

    def at(self, u: Array, v: Array) -> Array:
        """Linear predictor z over the two columns, shaped like u and v; of k classes (..., k).

        Parameters
        ----------
        u, v : arrays of one shape
            Values of the two columns.
        """
        if self.shares is not None:
            u, v = np.asarray(u)[..., None], np.asarray(v)[..., None]
        return np.asarray(self.cut.a[0] * u + self.cut.a[1] * v + self.cut.rest)

    def limits(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Least and largest value of each column to draw."""
        far = FAR if len(self.points) > MOST else 0.0  # a few distant rows would compress the others
        x, y = (margins(*most_of(column, far, 2.0), 0.06) for column in self.points.T)
        return x, y

    def plot(self, ax: Any = None) -> Self:
        """Draw."""
        ax = axes(ax)
        self.ax_, self.figure_ = ax, ax.figure
        xlim, ylim = self.limits()
        if self.shares is None:
            self._field(ax, xlim, ylim)
            self.boundary_ = self._boundary(ax, xlim, ylim)
        else:
            self.boundary_ = self._regions(ax, xlim, ylim, self.shares)
        drawn = self._rows(ax, xlim, ylim)
        ax.set(xlim=xlim, ylim=ylim)
        labels(ax, *self.cut.names)
        beyond = "" if self.boundary_ is not None else "the boundary lies outside of the picture"
        heading(ax, self.finding, self.verdict, beyond, share_words(drawn, len(self.y), "rows"))
        clear_legend(ax)
        return self

    def _grid(self, xlim: Span, ylim: Span) -> list[Array]:
        sides = [low + (np.arange(CELLS) + 0.5) / CELLS * (high - low) for low, high in (xlim, ylim)]
        return list(np.meshgrid(*sides))

    def _field(self, ax: Any, xlim: Span, ylim: Span) -> None:
        z = self.at(*self._grid(xlim, ylim))
        most = 1.0 if self.probable else float(np.abs(z).max()) or 1.0
        style = {"cmap": diverging(), "origin": "lower", "aspect": "auto", "vmax": most, "interpolation": "bilinear"}
        shown, least = (self.link(z), 0.0) if self.probable else (z, -most)
        self.field_ = ax.imshow(shown, extent=(*xlim, *ylim), vmin=least, zorder=0, **style)
        self.bar_ = ax.figure.colorbar(self.field_, ax=ax, pad=0.02)
        name = brief(f"{self.target} = {self.classes[1]}", 24)
        self.bar_.set_label(f"P({name})" if self.probable else "linear predictor z", size=0.9 * letters(ax))
        self.bar_.ax.tick_params(labelsize=0.9 * letters(ax))

    def _boundary(self, ax: Any, xlim: Span, ylim: Span) -> Any:
        ends = crossing(self.cut, xlim, ylim)
        if ends is None:
            return None
        name = "P = 0.5" if self.probable else "z = 0"
        return ax.plot(*ends.T, "--", color="black", lw=1.6, label=name, zorder=3)[0]

    def _regions(self, ax: Any, xlim: Span, ylim: Span, shares: Callable[[Array], Array]) -> Any:
        """The colours of the classes and the lines between them; None where one class takes the whole picture."""
        u, v = self._grid(xlim, ylim)
        z = self.at(u, v)
        style = {"origin": "lower", "aspect": "auto", "interpolation": "nearest"}
        self.field_ = ax.imshow(shaded(shares(z)), extent=(*xlim, *ylim), zorder=0, **style)
        leading = z.argmax(axis=-1)
        if np.ptp(leading) == 0:
            return None
        line = {"colors": "black", "linewidths": 1.2, "zorder": 1.5}
        return [
            ax.contour(u, v, z[..., c] - np.delete(z, c, axis=-1).max(axis=-1), levels=[0.0], **line)
            for c in np.unique(leading)[:-1].tolist()
        ]

    def _rows(self, ax: Any, xlim: Span, ylim: Span) -> int:
        n = len(self.y)
        some = evenly(n, MOST)
        u, v = self.points[some].T
        some = some[(u >= xlim[0]) & (u <= xlim[1]) & (v >= ylim[0]) & (v <= ylim[1])]
        size = (0.62 if n <= 100 else 0.4 if n <= 500 else 0.3) * letters(ax)
        self.rows_ = []
        for level, (label, (marker, colour)) in enumerate(
            zip(self.classes, class_marks(len(self.classes)), strict=True)
        ):
            points = self.points[some][self.y[some] == level]
            style = {"color": colour, "ls": "none", "ms": size, "mec": "black", "mew": 0.06 * size, "zorder": 2}
            self.rows_ += ax.plot(*points.T, marker, label=brief(f"{self.target} = {label}", 24), **style)
        self.wrong_ = self._rings(ax, some, size)
        return len(some)

    def _rings(self, ax: Any, some: NDArray[np.int64], size: float) -> Any:
        """Rings around the rows on the wrong side."""
        if self.wrong is None or not self.wrong.any():
            return None
        points = self.points[some][self.wrong[some]]
        style = {"ls": "none", "ms": 1.3 * size + 3.5, "mfc": "none", "mec": "black", "mew": 0.9, "zorder": 2.5}
        return ax.plot(*points.T, "o", label=f"misclassified: {int(self.wrong.sum()):,}", **style)[0]
