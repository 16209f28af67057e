"""CostShapesDisplay: why a sigmoid is fitted by cross-entropy and not by squared error."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core.errors import UsageError
from ...core.exp_log import logistic
from ...core.types import Array
from ...objective.losses import LogLoss
from ..drawing.ends import ink
from ..drawing.style import COLOURS, axes, heading, legend_beside, letters
from ..drawing.thinning import evenly
from ..drawing.words import number, share_words
from ..sources.predicted import OfRows, Predicted

__all__ = ["CostShapesDisplay"]

GRID = 601
FLAT = 0.05  # share of the steepest derivative up to which a curve is flat
ROOM, ASIDE = 0.18, 0.44  # of the height, above a flat place; of the slopes on each side of the middle to look at
ABOVE = 0.6  # of this room, from the flat place up to its text
NEGATIVE = 1e-9  # share of the largest second difference below which it counts as negative


class Touched(NamedTuple):
    """The slope ``at`` which tangents touch the two costs.

    ``gradients`` are the derivatives of squared error and cross-entropy by the slope; that of the cross-entropy is mean
    (P - y) x.
    """

    at: float
    gradients: tuple[float, float]


class CostShapesDisplay(OfRows):
    """Two costs of P = 1 / (1 + exp(-(m x + b))) along the slope m: mean (P - y)^2 and mean cross-entropy.

    Each is divided by its value at the left end, and its tangent at one slope is drawn. The cross-entropy lies above
    its tangents everywhere. The squared error does not, and where it is flat, descent makes little progress. Cost: the
    probabilities of at most 5,000 rows at 601 slopes.

    Parameters
    ----------
    slopes : (m,) array
        The horizontal axis.
    squared, entropy : (m,) arrays
        The two costs.
    touched : Touched
        Where the two tangents are drawn, and their slopes.
    intercept : float, default 0.0
        b, the same for all slopes.
    rows, of : int, default 0
        Rows used for the means, and rows in all.

    Attributes
    ----------
    at, gradients : float, (float, float)
        From ``touched``.
    concave : (m,) array of bool
        Where the squared error is not convex.
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    squared_, entropy_ : Matplotlib lines
    tangents_ : list of two Matplotlib lines
    finding, alt_text : str

    Examples
    --------
    >>> x, y = [1.0, 3, 4, 5, 6, 7, 8, 10], [0, 0, 0, 1, 1, 1, 1, 1]
    >>> shapes = CostShapesDisplay.from_rows(x, y, intercept=-67.57, slopes=(0, 30))
    >>> float(shapes.slopes[shapes.entropy.argmin()])
    15.05
    """

    def __init__(
        self,
        *,
        slopes: Array,
        squared: Array,
        entropy: Array,
        touched: Touched,
        intercept: float = 0.0,
        rows: int = 0,
        of: int = 0,
    ) -> None:
        self.slopes, self.squared, self.entropy = slopes, squared, entropy
        self.at, self.gradients = touched
        self.intercept, self.rows, self.of = intercept, rows, of

    @classmethod
    def from_rows(
        cls,
        x: ArrayLike,
        y: Any,
        *,
        intercept: float = 0.0,
        slopes: tuple[float, float],
        at: float | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """From a column and labels 0 and 1.

        Parameters
        ----------
        x, y : (n,) arrays
            Of more than 5,000 rows, 5,000 are used, evenly spaced.
        intercept : float, default 0.0
            b, the same for all slopes.
        slopes : (low, high)
            Range of slopes.
        at : float, optional
            Slope of the tangents; by default a quarter of the range.
        sample_weight : (n,) array, optional
            Weights of the rows in both means, none below 0.

        Raises
        ------
        UsageError
            If the labels are not 0 and 1, lengths differ, a weight is below 0, all are 0, or the slopes do not rise.
        """
        x, y, (low, high) = np.asarray(x, np.float64), np.asarray(y, np.float64), slopes
        if x.ndim != 1 or x.shape != y.shape or not len(x) or not np.isfinite(x).all() or not np.isin(y, (0, 1)).all():
            raise UsageError("x must be one column of finite numbers, y as many labels 0 and 1")
        if not (np.isfinite([low, high, intercept]).all() and low < high):
            raise UsageError(f"slopes must be two rising numbers and the intercept finite, not {slopes}, {intercept}")
        weight = np.ones(len(x)) if sample_weight is None else _weights(sample_weight, len(x))
        counted = np.flatnonzero(weight)
        some = counted[evenly(len(counted))]
        x, y, weight = x[some], y[some], weight[some]
        at, grid = low + (high - low) / 4 if at is None else float(at), np.linspace(low, high, GRID)
        squared, entropy = np.array([_costs(m, intercept, x, y, weight) for m in grid]).T
        touched = Touched(at, _gradients(at, intercept, x, y, weight))
        count = {"rows": len(some), "of": len(counted)}
        return cls(slopes=grid, squared=squared, entropy=entropy, touched=touched, intercept=intercept, **count)

    @classmethod
    def _of(cls, found: Predicted) -> Self:
        """Slopes from 0 to twice the fitted one, with the fitted intercept."""
        if not (found.single and found.answer.loss.labels):
            raise UsageError("the shapes of costs are drawn of a classifier with one column")
        slope = float(found.answer.coef[0]) or 1.0
        around = (min(0.0, 2 * slope), max(0.0, 2 * slope))
        column, weight, intercept = found.column(0), found.rows.weight, found.answer.intercept
        return cls.from_rows(column, found.y, intercept=intercept, slopes=around, sample_weight=weight)

    @property
    def concave(self) -> NDArray[np.bool_]:
        """Where the squared error is not convex, (m,): its second difference is below 0."""
        second = np.diff(self.squared, 2)
        return np.concatenate(([False], second < -NEGATIVE * np.abs(second).max(initial=0.0), [False]))

    @property
    def finding(self) -> str:
        """Share of the slopes over which the squared error is not convex."""
        share = float(self.concave.mean())
        if share == 0:
            low, high = (number(float(m)) for m in self.slopes[[0, -1]])
            return f"Squared error and cross-entropy are both convex between the slopes {low} and {high}"
        return f"Squared error of a sigmoid is concave over {share:.0%} of these slopes; cross-entropy is convex"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        low, high = (number(float(m)) for m in (self.slopes[0], self.slopes[-1]))
        least = [number(float(self.slopes[c.argmin()])) for c in (self.squared, self.entropy)]
        words = f"Two costs by slope, from {low} to {high}: squared error, with flat stretches, minimum at {least[0]}"
        slopes = [number(g, 3) for g in self.gradients]
        tangents = f"At {number(self.at)} squared error has the derivative {slopes[0]}, cross-entropy {slopes[1]}"
        return f"{words}; cross-entropy, minimum at {least[1]}. {tangents}. {self.finding}."

    def plot(self, ax: Any = None) -> Self:
        """Draw."""
        ax = axes(ax)
        self.ax_, self.figure_, self.tangents_ = ax, ax.figure, list[Any]()
        names = ("mean (P \N{MINUS SIGN} y)²", "mean cross-entropy")
        lines = []
        for cost, gradient, name, dash, colour in zip(
            (self.squared, self.entropy), self.gradients, names, ("-.", "-"), (COLOURS[1], COLOURS[0]), strict=True
        ):
            unit = float(cost[0]) or 1.0
            lines += ax.plot(self.slopes, cost / unit, dash, color=colour, lw=2, label=name, zorder=3)
            self._tangent(ax, cost, gradient, unit, colour)
        self.squared_, self.entropy_ = lines
        low, high = ax.get_ylim()
        ax.fill_between(
            self.slopes, 0, 1, where=self.concave, color=COLOURS[1], alpha=0.12, lw=0,
            transform=ax.get_xaxis_transform(), label="squared error is concave", zorder=0,
        )  # fmt: skip
        ax.set(xlim=(self.slopes[0], self.slopes[-1]), ylim=(low, high))
        start = number(float(self.slopes[0]))
        ax.set_xlabel(f"slope m (intercept {number(self.intercept)})")
        ax.set_ylabel(f"each cost / its value at slope {start}")
        heading(ax, self.finding, self._said(), share_words(self.rows, self.of, "rows"))
        self._flat(ax)
        legend_beside(ax)
        return self

    def _said(self) -> str:
        squared, entropy = (number(g, 3) for g in self.gradients)
        return f"at m = {number(self.at)} squared error has the derivative {squared}, cross-entropy {entropy}"

    def _flat(self, ax: Any) -> None:
        """An arrow to where squared error is flattest away from its minimum, if it is flat there."""
        self.flat_ = None
        steep = np.abs(np.gradient(self.squared, self.slopes))
        places = np.arange(len(steep))
        away = np.abs(places - self.squared.argmin()) > len(steep) // 5
        away &= np.abs(places - len(steep) // 2) < ASIDE * len(steep)
        i = int(np.where(away & self.concave, steep, np.inf).argmin())
        if not (away & self.concave).any() or steep[i] > FLAT * steep.max():
            return
        at = (float(self.slopes[i]), float(self.squared[i]) / (float(self.squared[0]) or 1.0))
        low, high = ax.get_ylim()
        ax.set_ylim(low, high + ROOM * (high - low))
        left = i < len(steep) // 2
        place = {
            "xytext": (12 if left else -12, at[1] + ABOVE * ROOM * (high - low)),
            "textcoords": ("offset points", "data"),
            "ha": "left" if left else "right",
        }
        look = {"arrowstyle": "-|>", "color": COLOURS[1], "shrinkB": 2}
        style = {"fontsize": 0.85 * letters(ax), "va": "center", "zorder": 6, "color": ink(COLOURS[1])}
        self.flat_ = ax.annotate("flat: descent hardly moves", at, arrowprops=look, **place, **style)

    def _tangent(self, ax: Any, cost: Array, gradient: float, unit: float, colour: str) -> None:
        value = float(np.interp(self.at, self.slopes, cost))
        half = 0.13 * float(np.ptp(self.slopes))
        m = self.at + np.array([-half, half])
        style = {"color": "black", "lw": 1.0, "zorder": 4}
        label = f"tangents at m = {number(self.at)}" if not self.tangents_ else "_"
        self.tangents_ += ax.plot(m, (value + gradient * (m - self.at)) / unit, label=label, **style)
        ax.plot(self.at, value / unit, "o", ms=0.6 * letters(ax), color=colour, mec="black", mew=0.6, zorder=5)


def _weights(given: ArrayLike, count: int) -> Array:
    weight: Array = np.asarray(given, np.float64)
    if weight.shape != (count,) or not np.isfinite(weight).all() or (weight < 0).any() or not weight.any():
        raise UsageError(f"sample_weight must be {count} finite numbers, none below 0 and not all 0")
    return weight


def _costs(m: float, b: float, x: Array, y: Array, weight: Array) -> tuple[float, float]:
    z = m * x + b
    return _mean((logistic(z) - y) ** 2, weight), _mean(LogLoss().value(z, y), weight)


def _gradients(m: float, b: float, x: Array, y: Array, weight: Array) -> tuple[float, float]:
    p = logistic(m * x + b)
    return _mean(2 * (p - y) * p * (1 - p) * x, weight), _mean((p - y) * x, weight)


def _mean(values: Array, weight: Array) -> float:
    return float(np.average(values, weights=weight))
