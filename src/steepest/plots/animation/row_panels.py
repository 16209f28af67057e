"""Panels of the line and of the predictions, drawn once and then updated from frame to frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.types import Array
from ..drawing.edges import margins
from ..drawing.style import COLOURS, DASHED, finite, legend

__all__ = ["LARGER", "LinePanel", "Panel", "PredictionPanel", "inside", "near", "room"]

FAR = 1e3  # distance outside of a picture, in its widths, at which a line ends
GOLDEN = 0.6180339887498949
LARGER = 1.25  # font size relative to a still picture


class Panel:
    """A panel: ``draw`` once on axes, then ``move`` to a frame, which returns the changed artists."""

    words = ""  # its moving artists

    def draw(self, ax: Any) -> None:
        """Draw the static artists, and create the moving ones."""
        raise NotImplementedError

    def move(self, i: int) -> Sequence[Any]:
        """Move to frame i."""
        raise NotImplementedError


class LinePanel(Panel):
    """The line, or curve of probability, over the rows of one column.

    Parameters
    ----------
    points : (n, 2) array
        Column and target.
    x : (m,) array
    lines : (frames, m) array
        Predictions at x.
    names : two str
    """

    words = "the line over the rows"

    def __init__(self, points: Array, x: Array, lines: Array, names: tuple[str, str]) -> None:
        self.points, self.x, self.lines, self.names = points, x, lines, names

    def draw(self, ax: Any) -> None:
        """Rows, and the first line pale."""
        n = len(self.points)
        size = 5.0 if n <= 50 else 2.5 if n <= 500 else 1.2
        ax.plot(*self.points.T, "o", color="#4D4D4D", ms=size, alpha=1.0 if n <= 50 else 0.5)
        room(ax, self.x, near(self.lines[0], self.points[:, 1]))
        low, high = ax.get_ylim()
        self._lines = inside(self.lines, low, high)
        ax.plot(self.x, self._lines[0], color="#A0A0A0", lw=1, ls="--")
        (self.line,) = ax.plot(self.x, self._lines[0], color=COLOURS[1], lw=2, animated=True)
        ax.set_xlabel(self.names[0])
        ax.set_ylabel(self.names[1])

    def move(self, i: int) -> Sequence[Any]:
        """The line of frame i."""
        self.line.set_ydata(self._lines[i])
        return (self.line,)


class PredictionPanel(Panel):
    """Predictions against actual targets, for several columns; probabilities for classes.

    Parameters
    ----------
    actual : (n,) array
    predicted : (frames, n) array
    name : str
    classes : (negative, positive), three or more classes whose own probabilities are predicted, or None
    """

    words = "predictions against actual targets"

    def __init__(self, actual: Array, predicted: Array, name: str, classes: Any = None) -> None:
        self.actual, self.predicted, self.name, self.classes = actual, predicted, name, classes

    def draw(self, ax: Any) -> None:
        """The diagonal of perfect predictions; of classes, the cut-off."""
        ends = np.array([self.actual.min(), self.actual.max()])
        across = self.actual
        if self.classes is None:
            room(ax, ends, near(self.predicted[-1], self.actual))
            ax.plot(ends, ends, label="perfect", **DASHED)
        else:
            across = self.actual + 0.6 * (np.arange(len(self.actual)) * GOLDEN % 1 - 0.5)  # side by side, to be visible
            k = len(self.classes)
            room(ax, np.array([-0.35, k - 0.65]), np.array([0.0, 1.0]))
            ax.axhline(0.5, label="cut-off" if k == 2 else "one half", **DASHED)
            ax.set_xticks(range(k), [str(label)[:12] for label in self.classes])
        self._predicted = inside(self.predicted, *ax.get_ylim())
        size = 3.0 if len(self.actual) <= 100 else 1.2
        (self.dots,) = ax.plot(across, self._predicted[0], "o", color=COLOURS[1], ms=size, alpha=0.5, animated=True)
        ax.set_xlabel(f"actual {self.name}")
        ax.set_ylabel(self._predicted_name())
        legend(ax, loc="upper left")

    def _predicted_name(self) -> str:
        if self.classes is None:
            return "predicted"
        return f"probability of {str(self.classes[1])[:12] if len(self.classes) == 2 else 'its own class'}"

    def move(self, i: int) -> Sequence[Any]:
        """The predictions of frame i."""
        self.dots.set_ydata(self._predicted[i])
        return (self.dots,)


def inside(values: Array, low: float, high: float) -> Array:
    """Values, with distant and non-finite ones clipped to a place outside of the picture.

    Examples
    --------
    >>> inside(np.array([0.5, 1e200, np.nan]), 0.0, 1.0).tolist()
    [0.5, 1001.0, 1001.0]
    """
    far = FAR * (high - low)
    return np.clip(np.nan_to_num(values, nan=high + far, posinf=high + far, neginf=low - far), low - far, high + far)


def near(values: Array, points: Array) -> Array:
    """Points, and those values that are near them.

    Examples
    --------
    >>> near(np.array([2.5, 90.0]), np.array([0.0, 2.0])).tolist()
    [0.0, 2.0, 2.5]
    """
    sound = values[finite(values)]
    return np.append(points, sound[np.abs(sound - points.mean()) <= np.ptp(points) + 1e-300])


def room(ax: Any, x: Array, y: Array, beside: float = 0.04) -> None:
    """Limits around x and y."""
    for values, share, setter in ((x, beside, ax.set_xlim), (y, 0.08, ax.set_ylim)):
        setter(*margins(float(values.min()), float(values.max()), share))
