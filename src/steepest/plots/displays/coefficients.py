"""CoefficientsDisplay: the coefficients of a fit with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from ...core.errors import UsageError
from ...core.records import to_spec
from ...core.shown_text import counted, visible
from ...core.types import Array
from ...solve.model_problem import problem_by
from ...solve.summary import Fitted, Summary, refuse_status, summarize
from ..drawing.legends import clear_legend
from ..drawing.style import COLOURS, DASHED, WIDTH, Picture, axes, heading, letters
from ..drawing.words import brief, listed, number, sentences, share_words
from ..sources.predicted import Predicted, predicted_of

__all__ = ["CoefficientsDisplay", "Interval"]

MOST = 20  # coefficients that are drawn
NAME = 26  # letters of a name at the axis
ROW, REST, LOWEST = 0.26, 1.7, 2.6  # inches of a coefficient, of all else, of the smallest picture
USUAL, LETTER = 6, 0.5  # letters of a name for which axes have room; mean width of a letter in its size
GREY = "#8C8C8C"  # colour of an interval that includes 0


class Interval(NamedTuple):
    """A coefficient and the ends of its interval, None where there is none."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None

    @property
    def sure(self) -> bool:
        """Whether there is an interval, and 0 is outside of it."""
        return self.low is not None and self.high is not None and not self.low <= 0.0 <= self.high


class CoefficientsDisplay(Picture):
    """Coefficients with intervals, the largest at the top, and a line at 0; at most 20 of them.

    Standardised coefficients, for one standard deviation of each column, can be compared with each other; raw ones have
    the units of their columns. The intercept is not drawn. Where a fit has no standard errors, since it is penalised
    say, the points are drawn without intervals, and the picture says why.

    Parameters
    ----------
    intervals : sequence of Interval
        In any order.
    target : str, default "y"
        Name of the target.
    standardized : bool, default True
        Whether values are for one standard deviation of each column.
    level : float, default 0.95
        Of the intervals.
    note : str, default ""
        How the standard errors were computed, or why there are none.

    Attributes
    ----------
    shown : tuple of Interval
        Those that are drawn, the largest first.
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    points_, bars_ : Matplotlib artists
        Points, and intervals by whether they exclude 0.
    finding, alt_text : str

    Raises
    ------
    UsageError
        If there is no coefficient but the intercept.

    Notes
    -----
    Cost: that of ``summary``, some eight passes over the data.

    Examples
    --------
    >>> from steepest import GDRegressor
    >>> X = [[1.0, 2.0], [3.0, 1.0], [4.0, 5.0], [5.0, 3.0], [6.0, 4.0], [7.0, 9.0], [8.0, 2.0], [10.0, 6.0]]
    >>> y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]
    >>> CoefficientsDisplay.from_estimator(GDRegressor().fit(X, y), X, y).finding
    'The 95 % intervals of 2 of 2 coefficients of y exclude 0; the largest is x0, 0.6708'
    """

    def __init__(
        self,
        *,
        intervals: Sequence[Interval],
        target: str = "y",
        standardized: bool = True,
        level: float = 0.95,
        note: str = "",
    ) -> None:
        if not intervals:
            raise UsageError("there is no coefficient but the intercept: fit with a column or more")
        self.intervals = tuple(sorted(intervals, key=lambda each: -abs(each.value)))
        self.shown = self.intervals[:MOST]
        self.target, self.standardized, self.level, self.note = target, standardized, level, note
        self.size = (WIDTH, max(LOWEST, ROW * len(self.shown) + REST))

    @classmethod
    def from_summary(cls, summary: Summary, *, standardized: bool = True) -> Self:
        """From a summary: ``CoefficientsDisplay.from_summary(model.summary(X, y))``.

        Parameters
        ----------
        summary : Summary
            What ``summary`` of an estimator returns.
        standardized : bool, default True
            Whether coefficients are for one standard deviation of each column; else for the raw columns.
        """
        found = [each for each in summary.coefficients if each.standardized is not None]
        sizes = np.array([(each.standardized or 0.0) / each.estimate if each.estimate else 1.0 for each in found])
        scale = sizes if standardized else np.ones(len(found))
        drawn = [
            Interval(each.name, each.estimate * c, *(None if end is None else end * c for end in (each.low, each.high)))
            for each, c in zip(found, scale.tolist(), strict=True)
        ]
        how = f"by {summary.clusters} clusters" if summary.clusters else summary.cov_type
        note = f"{_unit(summary.loss, summary.target, standardized)} Standard errors: {how}."
        return cls(intervals=drawn, target=summary.target, standardized=standardized, level=summary.level, note=note)

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
        standardized: bool = True,
        cov_type: str = "nonrobust",
    ) -> Self:
        """From something fitted and the rows of its fit; ``from_trajectory`` and ``from_model`` are the same.

        Parameters
        ----------
        fitted : GDRegressor, GDClassifier or another linear estimator, Trajectory or Model
            With one target or two classes.
        X, y : (n, d) and (n,) data
            The rows of the fit, by which the standard errors are computed.
        sample_weight, offset : (n,) arrays, optional
            Weights and offsets of the rows, as given to ``fit``.
        target : str, optional
            Name of the target; by default the name of ``y``.
        standardized : bool, default True
            As in ``from_summary``.
        cov_type : str, default "nonrobust"
            Of the standard errors, as in ``summary``; by clusters: ``from_summary(model.summary(X, y, groups=...))``.

        Raises
        ------
        UsageError, DataError
            If the answer has several targets or classes, or other columns than the rows.
        """
        found = predicted_of(fitted, X, y, sample_weight=sample_weight, offset=offset, target=target)
        try:
            refuse_status(found.status)
            summary = summarize(_fitted(found), cov_type=cov_type)
        except UsageError as error:
            return cls._without_errors(found, standardized, str(error))
        return cls.from_summary(summary, standardized=standardized)

    from_trajectory = from_estimator
    from_model = from_estimator

    @classmethod
    def _without_errors(cls, found: Predicted, standardized: bool, why: str) -> Self:
        """The coefficients alone."""
        loss = found.answer.loss
        scale = np.sqrt(found.rows.columns().variance) if standardized else np.ones(len(found.names))
        if standardized and loss.quadratic:
            mean = np.average(found.y, weights=found.rows.weight)
            scale = scale / (np.sqrt(np.average((found.y - mean) ** 2, weights=found.rows.weight)) or 1.0)
        values = (scale * found.answer.coef).tolist()
        drawn = [Interval(name, value) for name, value in zip(found.names, values, strict=True)]
        unit = _unit(to_spec(loss), _target(found), standardized)
        return cls(
            intervals=drawn, target=_target(found), standardized=standardized, note=f"{unit} No intervals: {why}."
        )

    @property
    def finding(self) -> str:
        """How many coefficients differ from 0, and which is the largest."""
        count, largest = len(self.intervals), self.intervals[0]
        sure = sum(each.sure for each in self.intervals)
        top = f"the largest is {_short(largest.name)}, {number(largest.value)}"
        of = f"{counted(count, 'coefficient')} of {brief(self.target, NAME)}"
        if not self.lines:
            return f"{of[0].upper()}{of[1:]}; {top}"
        return f"The {100 * self.level:g} % intervals of {sure} of {of} exclude 0; {top}"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        said = [f"{_short(each.name)} {number(each.value)}{_ends(each)}" for each in self.shown]
        most = f"Points, the largest at the top: {listed(said, 8)}"
        return sentences(self.finding, most, self.note)

    def plot(self, ax: Any = None) -> Self:
        """Draw."""
        ax = axes(ax, size=self.size)
        self.ax_, self.figure_ = ax, ax.figure
        at = -np.arange(len(self.shown), dtype=float)
        values = np.array([each.value for each in self.shown])
        sure = np.array([each.sure for each in self.shown])
        colours = [COLOURS[0] if one else GREY for one in sure] if self.lines else [COLOURS[0]] * len(at)
        self.bars_ = [self._bars(ax, at, sure == one, one) for one in (True, False)] if self.lines else []
        self.points_ = ax.scatter(values, at, s=5 * letters(ax), c=colours, zorder=4)
        ax.axvline(0.0, zorder=1, **DASHED)
        names = [_short(each.name) for each in self.shown]
        ax.set_yticks(at, names, fontsize=0.9 * letters(ax))
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(-len(at) + 0.4, 0.6)
        wide = float(ax.get_position(original=True).width * ax.figure.get_size_inches()[0])
        left = max(0.4, 1.0 - max(0, max(map(len, names)) - USUAL) * LETTER * letters(ax) / 72 / wide)
        ax.set_xlabel("standardised coefficient" if self.standardized else "coefficient of the raw column")
        ax.grid(axis="x", color="#E4E4E4", lw=0.7, zorder=0)
        ax.set_axisbelow(True)
        heading(
            ax, self.finding, self.note, share_words(len(self.shown), len(self.intervals), "coefficients"), share=left
        )
        clear_legend(ax)
        return self

    @property
    def lines(self) -> bool:
        """Whether there are intervals."""
        return any(each.low is not None for each in self.intervals)

    def _bars(self, ax: Any, at: Array, chosen: Array, sure: bool) -> Any:
        """The intervals that exclude 0, or that include it."""
        ends = np.array([[np.nan if end is None else end for end in each[2:]] for each in self.shown]).reshape(-1, 2)
        words = f"{100 * self.level:g} % interval {'excludes' if sure else 'includes'} 0"
        if not chosen.any():
            return None
        low, high = ends[chosen].T
        return ax.hlines(at[chosen], low, high, color=COLOURS[0] if sure else GREY, lw=2.2, label=words, zorder=3)


def _fitted(found: Predicted) -> Fitted:
    """The fit that the answer is of."""
    answer = found.answer
    settings = answer.settings if answer.trajectory is None else answer.trajectory.meta
    w = np.append(answer.coef, answer.intercept)[:, None]
    return Fitted(found.rows, problem_by(answer.loss, settings), w, found.names, _target(found))


def _target(found: Predicted) -> str:
    classes = found.answer.classes
    said = found.target if classes is None else f"{found.target} = {classes[1]}"
    return f"P({said})" if classes is not None and found.answer.loss.likelihood else said


def _unit(loss: str, target: str, standardized: bool) -> str:
    """What a standardised coefficient is, as a sentence."""
    name, target = loss.partition(":")[0], brief(target, NAME)
    if not standardized:
        return ""
    if name in ("squared_error", "mse"):
        return f"Change of {target} in its standard deviations, for one of the column."
    changed = {"log_loss": "log odds", "poisson": f"log of the mean {target}"}.get(name, "linear predictor")
    return f"Change of the {changed} for one standard deviation of the column."


def _short(name: str) -> str:
    """A name; of a long one the middle is left out, since names that begin alike may end differently."""
    name = visible(name)
    return name if len(name) <= NAME else f"{name[: NAME // 2]}…{name[1 - NAME // 2 :]}"


def _ends(each: Interval) -> str:
    return "" if each.low is None or each.high is None else f" ({number(each.low, 3)} to {number(each.high, 3)})"
