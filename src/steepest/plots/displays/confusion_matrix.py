"""ConfusionMatrixDisplay: rows by true and predicted class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from ...core.shown_text import counted
from ...solve.scores.labels import confusion_matrix
from ..drawing.lettering import laid_out
from ..drawing.style import CUBE, axes, heading, letters
from ..drawing.words import class_name, number, sentences
from ..sources.class_rows import ClassRows, OfClasses, places

__all__ = ["ConfusionMatrixDisplay"]

SHADES = ("#FFFFFF", "#0072B2")  # of shares from 0 to 1
DARK = 0.8  # share from which letters are white
NUMBERS, FEW, SMALL = 12, 5, 7.0  # classes up to which cells have numbers; the same where letters are so small
ACROSS, DOWN = 3.4, 3.0  # width and height of a cell with a count, in sizes of its letters
CUT, SHORT, WIDE = 14, 8, 36  # letters of a class, the same where they are small, and of all side by side


class ConfusionMatrixDisplay(OfClasses):
    """The confusion matrix: counts of rows, and shares of their true class, by predicted class.

    The colour of a cell is its share of the row of the matrix, so that each row sums to 1. Beyond 12 classes cells have
    no numbers. Cost: one pass over the labels.

    Parameters
    ----------
    counts : (k, k) array
        Rows, or sums of weights, by true class and predicted class.
    classes : tuple of k labels, default (0, 1)
        In the order of the counts.
    target : str, default "class"
        Name of the target.
    verdict : str, default ""
        The verdict of the fit, in one line.

    Attributes
    ----------
    shares : (k, k) array
        Shares of the true class; 0 where it has no rows.
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    image_ : Matplotlib image
    finding, alt_text : str

    Examples
    --------
    >>> picture = ConfusionMatrixDisplay.from_predictions(["a", "a", "b", "b"], ["a", "b", "b", "b"])
    >>> picture.counts.tolist(), picture.finding
    ([[1.0, 1.0], [0.0, 2.0]], '3 of 4 rows are predicted right: 1 of a is taken for b')
    """

    size = CUBE

    def __init__(
        self, *, counts: ArrayLike, classes: tuple[Any, ...] = (0, 1), target: str = "class", verdict: str = ""
    ) -> None:
        self.counts = np.asarray(counts, np.float64)
        self.classes, self.target, self.verdict = classes, target, verdict
        sums = self.counts.sum(axis=1, keepdims=True)
        self.shares = self.counts / np.where(sums > 0, sums, 1.0)

    @classmethod
    def from_predictions(
        cls,
        y: Any,
        scores: ArrayLike,
        *,
        classes: Sequence[Any] | None = None,
        sample_weight: Any = None,
        target: str = "class",
    ) -> Self:
        """From true and predicted labels.

        Parameters
        ----------
        y, scores : (n,) arrays
            True labels, and predicted ones.
        classes : sequence of k labels, optional
            By default the sorted labels of both.
        sample_weight : (n,) array, optional
            Weights of the rows; by default 1.
        target : str, default "class"
            Name of the target.

        Raises
        ------
        DataError
            If a label is none of the classes.
        """
        known = (
            np.unique(np.concatenate((np.asarray(y), np.asarray(scores)))).tolist()
            if classes is None
            else list(classes)
        )
        counts = confusion_matrix(places(y, known), places(scores, known), len(known), sample_weight)
        return cls(counts=counts, classes=tuple(known), target=target)

    @classmethod
    def _of_classes(cls, rows: ClassRows) -> Self:
        k = len(rows.classes)
        counts = confusion_matrix(rows.y, np.asarray(rows.scores.argmax(axis=1), np.float64), k, rows.weight)
        return cls(counts=counts, classes=rows.classes, target=rows.target, verdict=rows.verdict)

    @property
    def finding(self) -> str:
        """How many rows are predicted right, and the most frequent error."""
        right, of = float(np.trace(self.counts)), float(self.counts.sum())
        what = "rows" if (self.counts == np.round(self.counts)).all() else "units of weight"
        head = f"{number(right)} of {number(of)} {what} are predicted right"
        wrong = self.counts - np.diag(np.diag(self.counts))
        a, b = np.unravel_index(int(wrong.argmax()), wrong.shape)
        if not wrong.max() > 0:
            return head
        verb = "is" if wrong[a, b] == 1 else "are"
        most = f"{number(float(wrong[a, b]))} of {self._name(int(a))} {verb} taken for {self._name(int(b))}"
        return f"{head}: {'most often ' if len(self.classes) > 2 else ''}{most}"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        k = len(self.classes)
        kind = f"Confusion matrix of {self.target}, {counted(k, 'line')} of true and {k} columns of predicted classes"
        shares = ", ".join(f"{self._name(c)} {100 * self.shares[c, c]:.3g}%" for c in range(min(k, NUMBERS)))
        return sentences(kind, self.finding, f"predicted right: {shares}", self.verdict)

    def _name(self, c: int) -> str:
        return class_name(self.classes[c], CUT)

    def plot(self, ax: Any = None) -> Self:
        """Draw."""
        from matplotlib.colors import LinearSegmentedColormap

        ax = axes(ax, size=CUBE)
        self.ax_, self.figure_ = ax, ax.figure
        colours = LinearSegmentedColormap.from_list("shares", SHADES)
        self.image_ = ax.imshow(self.shares, cmap=colours, vmin=0.0, vmax=1.0, interpolation="nearest")
        k = len(self.classes)
        names = [class_name(label, CUT if letters(ax) > SMALL else SHORT) for label in self.classes]
        turned = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if k * max(map(len, names)) > WIDE else {}
        step = max(1, k // 24)
        ax.set_xticks(range(0, k, step), names[::step], **turned)
        ax.set_yticks(range(0, k, step), names[::step])
        ax.tick_params(length=0)
        ax.set(xlabel=f"predicted {self.target}", ylabel=f"true {self.target}")
        for side in ("left", "bottom"):
            ax.spines[side].set_visible(False)
        fits = k <= (NUMBERS if letters(ax) > SMALL else FEW)
        cells = "in each cell rows, and their share of the true class"
        heading(ax, self.finding, self.verdict, cells if fits else "colours: share of the true class, from 0 to 1")
        if fits:
            self._numbers(ax)
        return self

    def _numbers(self, ax: Any) -> None:
        """The count and the share in each cell, in letters that fit."""
        laid_out(ax)
        k = len(self.classes)
        cell = ax.get_window_extent().width * 72 / ax.figure.dpi / k
        size = min(letters(ax), cell / ACROSS, cell / DOWN)
        for a, b in np.ndindex(k, k):
            share, colour = self.shares[a, b], "white" if self.shares[a, b] > DARK else "black"
            words = f"{number(float(self.counts[a, b]))}\n{100 * share:.0f}%" if self.counts[a, b] else "0"
            ax.text(b, a, words, ha="center", va="center", color=colour, fontsize=size)
