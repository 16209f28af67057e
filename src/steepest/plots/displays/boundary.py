"""DecisionBoundaryDisplay: the probability of a class over two columns, and the decision boundary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from ...core.errors import UsageError
from ...core.types import Array
from ...data.layout import means_and_deviations
from ...data.rows import Rows
from ..drawing.edges import corner, margins
from ..drawing.names import UNNAMED, Names
from ..drawing.scatter import labels, most_of
from ..drawing.style import COLOURS, axes, heading, legend, letters
from ..drawing.thinning import evenly
from ..drawing.words import brief, number, own_side, sentences, share_words
from ..landscape.plane import places_of
from ..sources.predicted import OfRows, Predicted, predicted_of
from .sigmoid import sigmoid

__all__ = ["DecisionBoundaryDisplay"]

MOST = 1500  # rows drawn, so that the field is visible between them
LOOKED = 5000  # rows from which the limits of the columns are computed
CELLS = 160  # points of the field along each side
FAR = 0.01  # share of rows at each end, of many, that may lie outside of the picture


class Cut(NamedTuple):
    """z = a[0] u + a[1] v + rest over two columns u and v with `names`; `words` describes the other columns."""

    a: tuple[float, float]
    rest: float
    names: tuple[str, str]
    words: str = ""


class DecisionBoundaryDisplay(OfRows):
    """The probability of the positive class over two columns, the line P = 0.5 and the rows of each class.

    For more than two columns the picture is a slice: over the two named columns, or the two with the most influence
    (|coefficient| times the column's standard deviation), with the others at their means. For a loss without
    probabilities the field is the linear predictor z, and the line is z = 0.

    Parameters
    ----------
    points : (n, 2) array
    y : (n,) array
        Labels as 0 and 1.
    cut : Cut
        The linear predictor over the two columns.
    right : float
        Share of the rows on their own side, by all columns.
    probable : bool
        Whether 1 / (1 + exp(-z)) is a probability.
    names : Names
        Of the target and the two classes.
    verdict : str

    Attributes
    ----------
    target, classes : str, two labels
        From ``names``.
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    field_, bar_ : Matplotlib artists
    boundary_ : Matplotlib line or None
        None where it lies outside of the picture.
    rows_ : list of two Matplotlib lines
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
    def from_estimator(
        cls,
        fitted: object,
        X: Any,
        y: Any,
        *,
        sample_weight: Any = None,
        offset: Any = None,
        target: str | None = None,
        names: Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
    ) -> Self:
        """From a fitted estimator, run or model and rows; ``columns`` are the two axes, see `OfRows`."""
        given = {"sample_weight": sample_weight, "offset": offset, "target": target, "names": names}
        found = predicted_of(fitted, X, y, **given)
        answer = found.answer
        if not answer.loss.labels:
            raise UsageError("the answer predicts numbers, not classes: draw FitDisplay")
        if len(found.names) < 2:
            raise UsageError("a boundary is drawn over two columns, this answer has one: draw SigmoidDisplay")
        places, cut = _cut(found, columns)
        return cls(
            points=np.stack([found.column(j) for j in places], axis=1),
            y=found.y,
            cut=cut,
            right=float(((found.z > 0) == (found.y > 0.5)).mean()),
            probable=not answer.loss.attained,
            names=Names(target=found.target, classes=answer.classes or (0, 1)),
            verdict=found.verdict,
        )

    from_trajectory = from_estimator
    from_model = from_estimator

    @property
    def finding(self) -> str:
        """How many rows are on their own side of the line."""
        rows = own_side(self.right, len(self.y))
        line = "P = 0.5" if self.probable else "z = 0"
        if self.cut.words:
            return f"{rows} are on their own side of {line}; {self.cut.words}"
        return f"The line {line} has {rows} on their own side"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        (a, b), (u, v) = self.cut.a, self.cut.names
        field = "probability" if self.probable else "linear predictor"
        line = f"{number(a)} {u} + {number(b)} {v} + {number(self.cut.rest)} = 0"
        words = f"Field of the {field} of class {self.classes[1]} over {u} and {v}, with {len(self.y)} rows"
        return sentences(f"{words} and the boundary {line}", self.finding, self.verdict)

    def at(self, u: Array, v: Array) -> Array:
        """Linear predictor z over the two columns."""
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
        self._field(ax, xlim, ylim)
        self.boundary_ = self._boundary(ax, xlim, ylim)
        drawn = self._rows(ax, xlim, ylim)
        ax.set(xlim=xlim, ylim=ylim)
        labels(ax, *self.cut.names)
        beyond = "" if self.boundary_ is not None else "the boundary lies outside of the picture"
        heading(ax, self.finding, self.verdict, beyond, share_words(drawn, len(self.y), "rows"))
        legend(ax, loc=corner(ax, self.points))
        return self

    def _field(self, ax: Any, xlim: tuple[float, float], ylim: tuple[float, float]) -> None:
        grid = [low + (np.arange(CELLS) + 0.5) / CELLS * (high - low) for low, high in (xlim, ylim)]
        z = self.at(*np.meshgrid(*grid))
        most = 1.0 if self.probable else float(np.abs(z).max()) or 1.0
        style = {"cmap": "cividis", "origin": "lower", "aspect": "auto", "vmax": most, "interpolation": "bilinear"}
        shown, least = (sigmoid(z), 0.0) if self.probable else (z, -most)
        self.field_ = ax.imshow(shown, extent=(*xlim, *ylim), vmin=least, zorder=0, **style)
        self.bar_ = ax.figure.colorbar(self.field_, ax=ax, pad=0.02)
        name = brief(f"{self.target} = {self.classes[1]}", 24)
        self.bar_.set_label(f"P({name})" if self.probable else "linear predictor z", size=0.9 * letters(ax))
        self.bar_.ax.tick_params(labelsize=0.9 * letters(ax))

    def _boundary(self, ax: Any, xlim: tuple[float, float], ylim: tuple[float, float]) -> Any:
        ends = _crossing(self.cut, xlim, ylim)
        if ends is None:
            return None
        name = "P = 0.5" if self.probable else "z = 0"
        ax.plot(*ends.T, "-", color="white", lw=3.0, zorder=3)  # so that the dashes are visible on dark and bright
        return ax.plot(*ends.T, "--", color="black", lw=1.6, label=name, zorder=3)[0]

    def _rows(self, ax: Any, xlim: tuple[float, float], ylim: tuple[float, float]) -> int:
        n = len(self.y)
        some = evenly(n, MOST)
        u, v = self.points[some].T
        some = some[(u >= xlim[0]) & (u <= xlim[1]) & (v >= ylim[0]) & (v <= ylim[1])]
        size = (0.62 if n <= 100 else 0.4 if n <= 500 else 0.3) * letters(ax)
        self.rows_ = []
        for label, level, marker, colour in zip(self.classes, (0, 1), "os", (COLOURS[5], COLOURS[1]), strict=True):
            points = self.points[some][self.y[some] == level]
            style = {"color": colour, "ls": "none", "ms": size, "mec": "black", "mew": 0.06 * size, "zorder": 2}
            self.rows_ += ax.plot(*points.T, marker, label=brief(f"{self.target} = {label}", 24), **style)
        return len(some)


def _cut(found: Predicted, columns: Sequence[str] | None) -> tuple[tuple[int, int], Cut]:
    """The two columns of the axes, and the predictor over them with the others at their means."""
    coef, names = found.answer.coef, found.names
    mean, spread = means_and_deviations(found.rows.X)
    effect = np.abs(coef) * _reach(found.rows, spread)
    strongest = sorted(np.argsort(-effect)[:2].tolist())
    i, j = strongest if columns is None else places_of(names, columns, "column", 2)
    others = np.delete(np.arange(len(coef)), [i, j])
    rest = found.answer.intercept + float(coef[others] @ mean[others])
    rest += 0.0 if found.rows.offset is None else float(found.rows.offset.mean())
    words = f"slice with the other {len(others)} columns at their means" if len(others) > 1 else ""
    if len(others) == 1:
        words = f"slice at {brief(names[others[0]], 20)} = {number(float(mean[others[0]]))}"
    return (i, j), Cut((float(coef[i]), float(coef[j])), rest, (names[i], names[j]), words)


def _reach(rows: Rows, spread: Array) -> Array:
    """The range of nine of ten rows along each column; the full range where that is 0 in all columns but one."""
    if rows.sparse:
        return spread
    low, high = np.quantile(rows.X[evenly(len(rows.X), LOOKED)], [0.05, 0.95], axis=0)
    return np.asarray(high - low) if (high > low).sum() > 1 else spread


def _crossing(cut: Cut, xlim: tuple[float, float], ylim: tuple[float, float]) -> Array | None:
    """The two points where the boundary enters and leaves the picture, None where it misses it."""
    (a, b), c = cut.a, cut.rest
    ends = [(u, -(a * u + c) / b) for u in xlim if b != 0] + [(-(b * v + c) / a, v) for v in ylim if a != 0]
    size = np.array([np.ptp(xlim), np.ptp(ylim)])
    low, high = np.array([xlim[0], ylim[0]]) - 1e-9 * size, np.array([xlim[1], ylim[1]]) + 1e-9 * size
    inside = [p for p in np.array(ends).reshape(-1, 2) if (p >= low).all() and (p <= high).all()]
    if not inside:
        return None
    far = max(inside, key=lambda p: float(np.abs((p - inside[0]) / size).sum()))
    return np.array([inside[0], far]) if np.abs(far - inside[0]).sum() > 0 else None
