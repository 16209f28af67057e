"""Panels: several pictures side by side in one."""

from __future__ import annotations

from typing import Any

from ...core.shown_text import visible
from ..drawing.legends import clear_legends
from ..drawing.style import HEIGHT, WIDTH, Picture, broken

__all__ = ["Panels"]

SHARE = 0.62  # of the width of a picture that stands alone


class Panels(Picture):
    """Pictures side by side.

    Cost: that of the pictures.

    Parameters
    ----------
    pictures : Displays
        From left to right.
    finding : str, default ""
        The common finding; by default that of the first picture.

    Attributes
    ----------
    pictures : tuple of Displays
    ax_, figure_ : list of Matplotlib axes, and their figure, after `plot`

    Examples
    --------
    >>> from steepest import minimize
    >>> from steepest.plots import CostHistoryDisplay, Panels
    >>> runs = [minimize("(x-3)**2+2", 6.0, learning_rate=rate, steps=9) for rate in (0.1, 0.25)]
    >>> both = Panels(*map(CostHistoryDisplay.from_trajectory, runs), finding="A larger rate is sooner there")
    >>> len(both.pictures)
    2
    """

    def __init__(self, *pictures: Picture, finding: str = "") -> None:
        self.pictures = pictures
        self._finding = finding or (pictures[0].finding if pictures else "")
        self.size = (max(WIDTH, SHARE * WIDTH * len(pictures)), HEIGHT)

    @property
    def finding(self) -> str:
        """The common finding of the pictures."""
        return self._finding

    @property
    def alt_text(self) -> str:
        """Descriptions of the pictures, one after the other."""
        return " ".join([f"{len(self.pictures)} pictures side by side.", *(p.alt_text for p in self.pictures)])

    def plot(self, ax: Any = None) -> Panels:
        """Draw on a new pyplot figure; several pictures have no common ``ax``."""
        from matplotlib import pyplot

        self.draw(pyplot.figure(figsize=self.size, layout="constrained"))
        return self

    def draw(self, figure: Any) -> None:
        """Draw on an empty figure of any size."""
        width = float(figure.get_size_inches()[0])
        size = 10 * min(1.0, width / self.size[0] + 0.15)
        title = visible(broken(self.finding, 0.95 * width, size), keep="\n")
        figure.suptitle(title, fontsize=size, fontweight="bold", parse_math=False)
        self.figure_, self.ax_ = figure, []
        for i, picture in enumerate(self.pictures):
            picture.plot(figure.add_subplot(1, len(self.pictures), i + 1, projection=picture.projection))
            self.ax_.append(picture.ax_)
        clear_legends(self.ax_)
