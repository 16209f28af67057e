"""RocCurveDisplay: true by false positive rate, at every cut-off."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from ...core.errors import DataError
from ...core.shown_text import counted
from ...solve.scores.ranking import Curve, auc, roc_curve
from ..drawing.class_curves import chosen_curves, curve_style, marked, score_words, square
from ..drawing.style import COLOURS, CUBE, DASHED, axes, heading, legend_beside, letters
from ..drawing.words import class_name, sentences
from ..sources.class_rows import ClassRows, OfClasses

__all__ = ["RocCurveDisplay"]


class RocCurveDisplay(OfClasses):
    """The ROC curve with the area under it (AUC); of three classes or more, each against the others.

    Of two classes the point of the cut-off P = 0.5 is marked: the rates of the predicted labels.

    Parameters
    ----------
    rows : ClassRows
        The rows' classes and scores.

    Attributes
    ----------
    curves : dict from class to Curve
        False positive rates ``x``, true positive rates ``y`` and cut-offs ``cut``.
    areas : dict from class to float
        The area under each.
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    lines_ : list of Matplotlib lines
    cut_ : Matplotlib line or None
        The cut-off.
    finding, alt_text : str

    Raises
    ------
    DataError
        If all rows are of one class.

    Notes
    -----
    Cost: a pass over the data, and a sort for each class. Of more than 7 classes those of smallest area are drawn.

    References
    ----------
    Fawcett, T. (2006). An introduction to ROC analysis. Pattern Recognition Letters 27.
    doi:10.1016/j.patrec.2005.10.010

    Examples
    --------
    >>> RocCurveDisplay.from_predictions(["no", "no", "yes", "yes"], [0.1, 0.6, 0.4, 0.8]).finding
    'AUC 0.75: at P = 0.5, 50% of yes are found, and 50% of the others taken for it'
    """

    size = CUBE

    def __init__(self, *, rows: ClassRows) -> None:
        self.rows = rows
        found = {c: roc_curve(rows.own(c), rows.scores[:, c], rows.weight) for c in rows.drawn}
        self.curves: dict[Any, Curve] = {rows.classes[c]: curve for c, curve in found.items() if curve is not None}
        if not self.curves:
            raise DataError("a ROC curve needs rows of two classes, all of these are of one: give other rows")
        areas = {c: auc(rows.own(c), rows.scores[:, c], rows.weight) for c in rows.drawn}
        self.areas = {rows.classes[c]: area for c, area in areas.items() if area is not None}

    @classmethod
    def _of_classes(cls, rows: ClassRows) -> Self:
        return cls(rows=rows)

    @property
    def point(self) -> tuple[float, float] | None:
        """Of two classes, the rates at the cut-off."""
        if len(self.rows.classes) > 2:
            return None
        return self.curves[self.rows.classes[1]].at(float(np.nextafter(self.rows.cut, np.inf)))

    @property
    def finding(self) -> str:
        """The area, and the rates at the cut-off; of several classes the mean area."""
        areas = list(self.areas.values())
        if self.point is None:
            worst = min(self.areas, key=lambda label: self.areas[label])
            least = f"the smallest, of {class_name(worst)}, is {score_words(min(areas))}"
            return f"Mean AUC {score_words(float(np.mean(areas)))} of {len(areas)} classes: {least}"
        found, false = (f"{100 * share:.3g}%" for share in self.point[::-1])
        others = (
            f"at {self.rows.cut_name}, {found} of {self.rows.name(1)} are found, and {false} of the others taken for it"
        )
        return f"AUC {score_words(areas[0])}: {others}"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        n = counted(len(self.rows.y), "row")
        many = "ROC curve" if len(self.curves) == 1 else f"ROC curves of {len(self.curves)} classes against the others"
        kind = f"{many} of {self.rows.target}, {n}: true by false positive rate, above the diagonal of chance"
        return sentences(kind, self.finding, self.rows.verdict)

    def plot(self, ax: Any = None) -> Self:
        """Draw."""
        ax = axes(ax, size=CUBE)
        square(ax)
        self.ax_, self.figure_, self.cut_ = ax, ax.figure, None
        drawn, said = chosen_curves(self.areas, "AUC")
        ax.plot([0, 1], [0, 1], zorder=1, label="chance", **DASHED)
        self.lines_ = []
        for i, label in enumerate(drawn):
            style = curve_style(ax, i, label, score_words(self.areas[label]))
            self.lines_ += ax.plot(self.curves[label].x, self.curves[label].y, **style)
        ax.set(xlabel="false positive rate", ylabel="true positive rate")
        if self.point is not None:
            self._marked(ax)
        beside = "" if self.point is not None else "beside each class its AUC against the others"
        heading(ax, self.finding, self.rows.verdict, said, beside)
        if self.point is None:
            legend_beside(ax)
        return self

    def _marked(self, ax: Any) -> None:
        """The cut-off and the area, by name."""
        curve = self.curves[self.rows.classes[1]]
        ax.fill_between(curve.x, curve.y, color=COLOURS[0], alpha=0.1, lw=0, zorder=0.5)
        assert self.point is not None
        self.cut_, _ = marked(ax, self.point, self.rows.cut_name)
        size = 0.9 * letters(ax)
        ax.text(0.97, 0.04, f"area {score_words(self.areas[self.rows.classes[1]])}", ha="right", fontsize=size)
        ax.text(0.25, 0.22, "chance", rotation=45, rotation_mode="anchor", va="top", fontsize=size)
