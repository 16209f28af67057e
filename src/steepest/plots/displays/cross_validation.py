"""CrossValidationDisplay: the mean score on held-out rows by penalty weight, and the choice."""

from __future__ import annotations

from typing import Any, Self

from ...core.types import Array
from ..drawing.ends import End, name_ends
from ..drawing.style import COLOURS, Picture, axes, heading, letters
from ..drawing.words import number, sentences
from ..sources.validation import Choice, choice_of, settings_of

__all__ = ["CrossValidationDisplay", "mark_choices"]

RIGHT = 0.85  # share of the width from which a label stands on the left of its line
BAND = {"alpha": 0.2, "lw": 0}


class CrossValidationDisplay(Picture):
    """The cross-validation curve: the mean over the folds by alpha, on a logarithmic axis, with its standard error.

    Marked are the alpha of the best mean, and the largest alpha whose mean is within one standard error of it. The
    penalty becomes weaker from left to right. Cost: O(m) for m alphas; the rows are not read.

    Parameters
    ----------
    choice : Choice
        Scores and choices of a fit.

    Attributes
    ----------
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    line_, band_ : Matplotlib artists
    finding, alt_text : str

    References
    ----------
    Hastie, T., Tibshirani, R. and Friedman, J. (2009). The Elements of Statistical Learning, figure 7.9.
    doi:10.1007/978-0-387-84858-7

    Examples
    --------
    >>> import numpy as np
    >>> from steepest import GDRegressorCV
    >>> X = np.random.default_rng(0).standard_normal((60, 4))
    >>> y = X @ [2.0, 0.0, -1.0, 0.0] + np.random.default_rng(1).standard_normal(60)
    >>> CrossValidationDisplay.from_estimator(GDRegressorCV(l1_ratio=1.0).fit(X, y)).finding
    'The best mean squared error in 5 folds is 0.6727 ± 0.2708, at alpha 0.02196; one standard error allows 0.2355'
    """

    line_: Any
    band_: Any

    def __init__(self, choice: Choice) -> None:
        self.choice = choice

    @classmethod
    def from_estimator(cls, fitted: object) -> Self:
        """From a fitted GDRegressorCV or GDClassifierCV, or from a run or a model of ``fit --alpha cv``.

        ``from_trajectory`` and ``from_model`` are the same method under other names.

        Parameters
        ----------
        fitted : GDRegressorCV, GDClassifierCV, Trajectory or Model
            With scores of cross-validation.

        Raises
        ------
        UsageError
            If its alpha was not chosen by cross-validation.
        """
        return cls(choice_of(settings_of(fitted)))

    from_trajectory = from_estimator
    from_model = from_estimator

    @property
    def finding(self) -> str:
        """The best score and the two choices."""
        c = self.choice
        best, wide = c.best, c.one_standard_error
        score = f"{number(float(c.mean[best]))} ± {number(float(c.standard_error[best]))}"
        what = c.scoring if c.is_loss else f"score ({c.scoring})"
        words = f"The best {what} in {c.folds} folds is {score}, at alpha {number(float(c.alphas[best]))}"
        return f"{words}; one standard error allows {number(float(c.alphas[wide]))}" if wide != best else words

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        c = self.choice
        ends = f"from {number(float(c.mean[0]))} at alpha {number(float(c.alphas[0]))} to {number(float(c.mean[-1]))}"
        what = f"Line chart of the {c.scoring}, averaged over {c.folds} folds, with one standard error, by alpha"
        return sentences(f"{what}, {ends} at alpha {number(float(c.alphas[-1]))}", self.finding, self._taken)

    @property
    def _taken(self) -> str:
        c = self.choice
        return f"The fit has alpha {number(float(c.alphas[c.chosen]))}, by the rule {c.rule}"

    def plot(self, ax: Any = None) -> Self:
        """Draw."""
        ax, c = axes(ax), self.choice
        self.ax_, self.figure_ = ax, ax.figure
        low, high = c.mean - c.standard_error, c.mean + c.standard_error
        self.band_ = ax.fill_between(c.alphas, low, high, color=COLOURS[0], label="_", **BAND)
        style = {"lw": 1.8} if len(c.alphas) > 1 else {"marker": "o"}
        self.line_ = ax.plot(c.alphas, c.mean, color=COLOURS[0], **style)[0]
        penalty_axis(ax, c.alphas)
        mark_choices(ax, c, c.mean)
        side, sign = (1.0, "+") if c.is_loss else (-1.0, "\N{MINUS SIGN}")
        limit = c.mean[c.best] + side * c.standard_error[c.best]
        ax.axhline(limit, color="#000000", lw=0.8, ls=":")
        last = End(float(c.alphas[-1]), float(c.mean[-1]), "mean", COLOURS[0])
        bound = End(float(c.alphas[-1]), float(limit), f"best {sign} 1 SE", "#000000")
        ax.autoscale(False)
        name_ends(ax, [last, bound])
        ax.set_ylabel(c.scoring if c.is_loss else f"score: {c.scoring}")
        ratio = f"share of the L1 penalty: {number(c.l1_ratio)}"
        heading(ax, self.finding, f"{self._taken}; {ratio}. The band is the mean ± one standard error.")
        return self


def penalty_axis(ax: Any, alphas: Array) -> None:
    """A logarithmic axis of alpha, the strongest penalty on the left."""
    if alphas[-1] > 0:
        ax.set_xscale("log")
    else:  # alpha = 0 has no place on it
        ax.set_xscale("symlog", linthresh=float(alphas[alphas > 0].min(initial=1.0)))
    if alphas[0] > alphas[-1]:
        ax.set_xlim(alphas[0], alphas[-1])
    ax.set_xlabel("alpha, the weight of the penalty (weaker to the right)")


def mark_choices(ax: Any, choice: Choice, values: Array | None) -> None:
    """Vertical lines at the two choices, the one of the fit stronger, with a point on the curve if there is one."""
    for rule, i in (("1se", choice.one_standard_error), ("min", choice.best)):
        x, taken = float(choice.alphas[i]), rule == choice.rule
        colour = COLOURS[1] if rule == "min" else COLOURS[2]
        ax.axvline(x, color=colour, lw=1.6 if taken else 0.9, ls="--", zorder=1)
        if values is not None:
            ax.plot([x], [values[i]], "o", color=colour, zorder=4)
        place = {"xy": (x, 1.0), "xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
        ahead = rule == "min" and ax.transAxes.inverted().transform(ax.transData.transform((x, 0.0)))[0] < RIGHT
        style = {"ha": "left" if ahead else "right", "va": "top", "color": colour, "size": 0.85 * letters(ax)}
        ax.annotate("1 SE" if rule == "1se" else "best", xytext=(3 if ahead else -3, -3), **place, **style)
