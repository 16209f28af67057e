"""RegularizationPathDisplay: the coefficients by penalty weight."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ...core.shown_text import counted
from ...core.types import Array
from ...objective.penalties import elastic
from ...objective.problem import Problem
from ...solve.cross_validation import path_of_all
from ...solve.regularization_path import alpha_grid
from ..drawing.ends import End, name_ends
from ..drawing.style import COLOURS, DASHES, axes, heading
from ..drawing.words import brief, listed, number, sentences
from ..sources.predicted import OfRows, Predicted
from ..sources.validation import Choice, choice_of
from .cross_validation import mark_choices, penalty_axis

__all__ = ["RegularizationPathDisplay"]

NAMED = 10  # coefficients whose lines are named and coloured
POINTS, EPS = 100, 1e-3  # penalty weights, and the share of the largest at the end, where none were tried
OTHERS = {"color": "#B0B0B0", "lw": 0.8, "zorder": 1}


class RegularizationPathDisplay(OfRows):
    """The regularisation path: each coefficient times the standard deviation of its column, by alpha.

    The path is computed on the rows that are given, for the alphas that were tried in cross-validation, or a range of
    100. The penalty becomes weaker from left to right. The ten largest coefficients at the right are named. Cost: that
    of `steepest.alpha_path`.

    Parameters
    ----------
    alphas : (m,) array
        Decreasing.
    coefs : (d, m) array
        Coefficients times the standard deviations of the columns.
    names : tuple of str
        Of the d columns.
    l1_ratio : float
        Share of the L1 penalty.
    choice : Choice or None
        The choice by cross-validation, which is marked.

    Attributes
    ----------
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    lines_ : list of Matplotlib lines
    finding, alt_text : str

    References
    ----------
    Friedman, J., Hastie, T. and Tibshirani, R. (2010). Regularization paths for generalized linear models via
    coordinate descent. J. Stat. Softw. 33(1). doi:10.18637/jss.v033.i01

    Examples
    --------
    >>> import numpy as np
    >>> from steepest import GDRegressorCV
    >>> X = np.random.default_rng(0).standard_normal((60, 4))
    >>> y = X @ [2.0, 0.0, -1.0, 0.0] + np.random.default_rng(1).standard_normal(60)
    >>> RegularizationPathDisplay.from_estimator(GDRegressorCV(l1_ratio=1.0, rule="1se").fit(X, y), X, y).finding
    'At alpha 0.2355, 2 of 4 coefficients are not 0; the first to enter are x0 and x2'
    """

    lines_: list[Any]

    def __init__(
        self, *, alphas: Array, coefs: Array, names: tuple[str, ...], l1_ratio: float, choice: Choice | None = None
    ) -> None:
        self.alphas, self.coefs, self.names = np.asarray(alphas), np.asarray(coefs), names
        self.l1_ratio, self.choice = l1_ratio, choice

    @classmethod
    def _of(cls, found: Predicted) -> Self:
        answer, rows = found.answer, found.rows
        settings = answer.settings if answer.trajectory is None else answer.trajectory.meta
        choice = choice_of(settings) if "cross_validation" in settings else None
        l1_ratio = 1.0 if choice is None else choice.l1_ratio
        problem = Problem(answer.loss, elastic(1.0, l1_ratio), bool(settings.get("intercept", True)))
        problem = replace(problem, factors=_numbers(settings, "penalty_factors"), signs=_numbers(settings, "signs"))
        alphas = alpha_grid(rows, problem, POINTS, EPS) if choice is None else choice.alphas
        points = path_of_all(rows, problem, alphas)[:, :-1, 0].T
        scale = np.sqrt(rows.columns().variance)
        return cls(alphas=alphas, coefs=points * scale[:, None], names=found.names, l1_ratio=l1_ratio, choice=choice)

    @property
    def order(self) -> NDArray[np.int64]:
        """The columns by the size of their coefficients at the smallest alpha, (d,), the largest first."""
        size = np.abs(self.coefs)
        return np.asarray(np.lexsort((-size.max(axis=1), -size[:, -1])), np.int64)

    @property
    def finding(self) -> str:
        """How many coefficients there are at the choice, and which are the first; without L1 which are the largest."""
        d = len(self.names)
        if not self.l1_ratio > 0:
            largest = listed([brief(self.names[j], 20) for j in self.order[:3]])
            return f"Ridge path of {counted(d, 'coefficient')}; at the smallest alpha the largest are {largest}"
        first = np.where((self.coefs != 0).any(1), (self.coefs != 0).argmax(1), len(self.alphas))
        ahead = [brief(self.names[j], 20) for j in np.argsort(first, kind="stable")[:2] if first[j] < len(self.alphas)]
        at = len(self.alphas) - 1 if self.choice is None else self.choice.chosen
        inside = int((self.coefs[:, at] != 0).sum())
        words = f"At alpha {number(float(self.alphas[at]))}, {inside} of {counted(d, 'coefficient')} are not 0"
        return f"{words}; the first to enter {'is' if len(ahead) == 1 else 'are'} {listed(ahead)}" if ahead else words

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        ends = [f"{brief(self.names[j], 20)} {number(float(self.coefs[j, -1]))}" for j in self.order[:4]]
        low, high = number(float(self.alphas[-1])), number(float(self.alphas[0]))
        what = (
            f"Line chart of coefficients times the standard deviations of their columns, for alpha from {high} to {low}"
        )
        return sentences(f"{what}. At the end: {listed(ends)}", self.finding)

    def plot(self, ax: Any = None) -> Self:
        """Draw."""
        ax = axes(ax)
        self.ax_, self.figure_, self.lines_ = ax, ax.figure, []
        ax.axhline(0.0, color="#000000", lw=0.8, zorder=1)
        order, ends = self.order, []
        named = min(NAMED, int((self.coefs != 0).any(axis=1).sum()) or NAMED)  # a line that stays at 0 has no name
        for place, j in enumerate(order.tolist()):
            style = OTHERS
            if place < named:
                style = {"color": COLOURS[place % len(COLOURS)], "ls": DASHES[place // len(COLOURS) % len(DASHES)]}
                ends.append(End(float(self.alphas[-1]), float(self.coefs[j, -1]), self.names[j], str(style["color"])))
            self.lines_ += ax.plot(self.alphas, _moving(self.coefs[j]), **style)
        penalty_axis(ax, self.alphas)
        if self.choice is not None:
            mark_choices(ax, self.choice, None)
        ax.autoscale(False)
        name_ends(ax, ends)
        ax.set_ylabel("coefficient \N{MULTIPLICATION SIGN} standard deviation")
        rest = int((self.coefs[order[named:]] != 0).any(axis=1).sum())
        still = len(order) - named - rest
        more = f"; the other {counted(rest, 'line')} in grey" if rest else ""
        more += f"; {still:,} stay at 0" if still else ""
        heading(ax, self.finding, f"share of the L1 penalty: {number(self.l1_ratio)}{more}")
        return self


def _moving(coefs: Array) -> Array:
    """The values of a coefficient without the stretches in which it stays 0."""
    away = coefs != 0
    near = away | np.append(away[1:], False) | np.append(False, away[:-1])
    return np.where(near, coefs, np.nan)


def _numbers(settings: Any, name: str) -> tuple[Any, ...]:
    """Factors or signs by column among settings."""
    found = settings.get(name) or ()
    return tuple(found)
