"""Style of all pictures: colours, font sizes, headings, and files with descriptions for screen readers."""

from __future__ import annotations

import io
import textwrap
import warnings
from html import escape
from pathlib import Path
from typing import Any, Self

import numpy as np

from ...core.errors import UsageError
from ...core.files import write_new
from ...core.html_text import image
from ...core.shown_text import visible
from .lettering import lettered, numbered, unseen
from .palette import COLOURS, DASHED, DASHES, MARKERS
from .thinning import finite

__all__ = [
    "COLOURS",
    "CUBE",
    "DASHED",
    "DASHES",
    "MARKERS",
    "Picture",
    "axes",
    "blank",
    "finite",
    "has_depth",
    "heading",
    "legend",
    "legend_beside",
    "letters",
]

WIDTH, HEIGHT = 6.4, 4.4  # inches
CUBE = (WIDTH, 5.4)  # of a picture that is as wide as high, and of one in space
FORMATS = ("svg", "png", "pdf")
DOTS = 200  # an inch, of PNG
PIXELS = 96  # an inch, of what a notebook shows
LARGE = 200_000  # bytes, above which a notebook shows PNG in place of SVG
FILE = {  # names inside of an SVG, so that the same picture is the same bytes; texts that can be searched
    "svg.hashsalt": "steepest",
    "svg.fonttype": "none",
}
MISSING = "pictures need Matplotlib: pip install 'steepest[plot]'"
LETTER = 0.52  # mean width of a letter in its size
HIGHEST = 0.45  # share of the height that a heading takes at most
BOLD, SMALL, LEAD = 1.12, 0.88, 1.45  # width of bold letters, size of small ones, height of a line; times that


class Picture:
    """The base class of Displays: ``plot``, ``save``, and after these ``ax_`` and ``figure_``."""

    ax_: Any
    figure_: Any
    size: tuple[float, float] = (WIDTH, HEIGHT)  # inches
    projection: str | None = None  # "3d" where it is one in space
    unseen: str = ""  # after `save`: letters that no installed font has, which are boxes but in an SVG

    def __init_subclass__(cls) -> None:
        """Every ``plot`` shows names as they are written."""
        if "plot" in vars(cls):
            type.__setattr__(cls, "plot", lettered(vars(cls)["plot"]))

    @property
    def finding(self) -> str:
        """The title: a sentence that states what the picture shows."""
        raise NotImplementedError

    @property
    def alt_text(self) -> str:
        """Description of the picture, made from its data, for readers who cannot see it."""
        raise NotImplementedError

    def plot(self, ax: Any = None) -> Self:
        """Draw, on ``ax`` or on a new figure, and return the Display.

        Parameters
        ----------
        ax : Matplotlib axes, optional
            Where to draw; by default on axes of a new figure.
        """
        raise NotImplementedError

    def draw(self, figure: Any) -> None:
        """Draw on an empty figure of any size.

        Parameters
        ----------
        figure : Matplotlib figure
            An empty one.
        """
        self.plot(figure.add_subplot(projection=self.projection))

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write to .svg, .png or .pdf, with title and `alt_text` inside; the same picture is the same bytes.

        Parameters
        ----------
        path : str or Path
            The file; its ending says what is written.
        force : bool, default False
            Whether an existing file is replaced.

        Raises
        ------
        UsageError
            If the name ends in something else.
        FileError
            If the file exists (unless ``force``) or cannot be written; no partial file is left behind.
        """
        path = Path(path)
        kind = path.suffix.lower().removeprefix(".")
        if kind not in FORMATS:
            raise UsageError(f"a picture ends in .svg, .png or .pdf, not {path.name!r}")
        data = self._bytes(kind)
        write_new(path, lambda file: file.write(data), force)

    def _bytes(self, kind: str) -> bytes:
        if not hasattr(self, "figure_"):
            self.draw(blank(self.size))
        self.unseen = "" if kind == "svg" else unseen(self.figure_)
        return picture_bytes(self.figure_, kind, self.finding, self.alt_text)

    def _repr_html_(self) -> str | None:
        """The picture in a cell of a notebook; where pyplot shows it after `plot`, no second time."""
        if "figure_" in vars(self) and shown_by_pyplot(self.figure_):
            return None
        svg = self._bytes("svg")
        kind, data = ("svg+xml", svg) if len(svg) <= LARGE else ("png", self._bytes("png"))
        return image(kind, data, self.alt_text, PIXELS * float(self.figure_.get_size_inches()[0]))


def shown_by_pyplot(figure: Any) -> bool:
    """Whether pyplot shows a figure by itself: it is one of pyplot's, not closed yet, in interactive mode."""
    manager = figure.canvas.manager
    if manager is None:
        return False
    from matplotlib import pyplot

    return bool(pyplot.isinteractive() and pyplot.fignum_exists(manager.num))


def picture_bytes(figure: Any, kind: str, title: str, alt_text: str) -> bytes:
    """A figure as the bytes of a file of this kind, with its title and description inside."""
    from matplotlib import rc_context

    title, alt_text = visible(title, keep="\n"), visible(alt_text, keep="\n")
    words: dict[str, dict[str, Any]] = {
        "svg": {"Title": title, "Description": alt_text, "Date": None, "Creator": None},
        "png": {"Title": title, "Description": alt_text, "Software": None},
        "pdf": {"Title": title, "Subject": alt_text, "CreationDate": None},
    }
    out = io.BytesIO()
    with rc_context(FILE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # `Picture.unseen` says which
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # each layout pass moves artists slightly, and the next file must be the same
        figure.savefig(out, format=kind, dpi=DOTS, metadata=words[kind])
    return _spoken(out.getvalue(), title, alt_text) if kind == "svg" else out.getvalue()


def _spoken(svg: bytes, title: str, alt_text: str) -> bytes:
    """Put <title> and <desc>, which screen readers read, first into an SVG."""
    at = svg.index(b">", svg.index(b"<svg")) + 1
    words = f"\n <title>{escape(title)}</title>\n <desc>{escape(alt_text)}</desc>"
    return svg[: at - 1] + b' role="img">' + words.encode() + svg[at:]


def blank(size: tuple[float, float]) -> Any:
    """An empty figure, in inches, without a window."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UsageError(MISSING) from error
    return Figure(figsize=size, layout="constrained")


def axes(ax: Any = None, *, projection: str | None = None, size: tuple[float, float] = (WIDTH, HEIGHT)) -> Any:
    """The axes to draw on: those given, or those of a new pyplot figure."""
    if ax is None:
        try:
            from matplotlib import pyplot
        except ImportError as error:
            raise UsageError(MISSING) from error
        figure = pyplot.figure(figsize=size, layout="constrained")
        ax = figure.add_subplot(projection=projection)
    points = letters(ax)
    ax.set_anchor("W")  # under the heading, which begins there
    ax.tick_params(labelsize=0.9 * points)
    numbered(ax)
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set_size(points)
    for side in ("top", "right"):
        if side in ax.spines:
            ax.spines[side].set_visible(False)
    return ax


def letters(ax: Any) -> float:
    """Size of letters in points: 10 where the axes are wide, down to 6.5 where they are narrow."""
    return float(np.clip(10.0 * _width(ax) / (0.775 * WIDTH), 6.5, 10.0))


def _width(ax: Any) -> float:
    return float(ax.get_position(original=True).width * ax.figure.get_size_inches()[0])


def _height(ax: Any) -> float:
    """Size in points of the area of axes with their heading."""
    return float(ax.get_position(original=True).height * ax.figure.get_size_inches()[1] * 72)


def broken(text: str, inches: float, size: float, width: float = BOLD) -> str:
    """A text in lines that fit into a width, in letters of a size in points, by default bold ones."""
    return "\n".join(textwrap.wrap(text, max(18, int(inches * 72 / (LETTER * width * size)))))


def heading(ax: Any, finding: str, *below: str, share: float = 1.0) -> None:
    """Put the finding over the axes, bold, and notes between them, wrapped to the width, or to a share of it."""
    size, width = letters(ax), share * _width(ax)
    room = max(20, int(width * 72 / (LETTER * size)))
    lines = [line for text in below if text for line in textwrap.wrap(text, int(room / SMALL))]
    title = broken(finding, width, size)
    most = max(1, int((HIGHEST * _height(ax) - (title.count("\n") + 1) * 1.2 * size) / (SMALL * size * LEAD)))
    lines = lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1][: int(room / SMALL) - 2] + " …"]
    ax.set_title(title, fontsize=size, fontweight="bold", loc="left", pad=7 + len(lines) * SMALL * size * LEAD)
    if lines:
        place = {"xy": (0, 1), "xycoords": "axes fraction", "xytext": (0, 6), "textcoords": "offset points"}
        style = {"fontsize": SMALL * size, "color": "#404040", "va": "bottom", "ha": "left"}
        ax.annotate("\n".join(lines), **place, **style)


def has_depth(ax: Any) -> bool:
    """Whether axes have three dimensions."""
    return hasattr(ax, "get_zlim")


def legend(ax: Any, loc: str = "best") -> None:
    """Draw a legend, if there are labels, where it hides least."""
    handles, _ = ax.get_legend_handles_labels()
    if handles:
        ax.legend(fontsize=0.85 * letters(ax), frameon=True, framealpha=0.85, edgecolor="none", loc=loc)


def legend_beside(ax: Any) -> None:
    """Draw a legend on the right of the axes, where it hides nothing."""
    handles, _ = ax.get_legend_handles_labels()
    if handles:
        place = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "borderaxespad": 0.0}
        drawn = ax.legend(fontsize=0.85 * letters(ax), frameon=False, handlelength=1.6, **place)
        for line in drawn.get_lines():  # a path may be pale
            line.set_alpha(1.0)
