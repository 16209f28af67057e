"""Lettering: names drawn as they are written, and numbers on axes as everywhere else."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from ...core.shown_text import visible
from ...core.types import Array
from .words import number

__all__ = ["as_written", "laid_out", "lettered", "numbered", "unseen"]

Drawn = TypeVar("Drawn")
FONTS = (  # fonts of letters that the usual font lacks, by system; those that are installed are used
    "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans JP", "Noto Sans SC", "Source Han Sans", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "IPAexGothic", "IPAGothic", "Droid Sans Fallback", "Hiragino Sans", "PingFang SC",
    "Yu Gothic", "Meiryo", "MS Gothic", "Microsoft YaHei", "SimHei", "Malgun Gothic", "Apple SD Gothic Neo",
    "NanumGothic", "Noto Sans KR", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Nirmala UI",
    "Noto Sans Thai", "Leelawadee UI", "Noto Sans Symbols", "Segoe UI Symbol", "Segoe UI Emoji", "Noto Emoji",
    "Arial Unicode MS", "Unifont",
)  # fmt: skip
EXACT = 1e-6  # share of the distance of two ticks to which their texts are exact
MOST = 12  # decimals of a tick
FEWER = 1e-3, 1e5  # between which numbers are short
SMALLEST, LARGEST = 1e-4, 1e7  # numbers of ticks without an exponent


def lettered(plot: Callable[..., Drawn]) -> Callable[..., Drawn]:
    """A method ``plot(self, ax=None)`` after which every text of the picture is `as_written`."""

    @functools.wraps(plot)
    def whole(self: Any, ax: Any = None) -> Drawn:
        others = set() if ax is None else set(ax.figure.axes) - {ax}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph", UserWarning)  # `Picture.unseen` says which
            found = plot(self, ax)
        for each in self.figure_.axes:
            if each not in others:
                as_written(each)
        return found

    return whole


def as_written(ax: Any) -> None:
    """Show every text of axes as it is: no formulas, no control characters, and fonts for letters of any language."""
    from matplotlib.text import Text

    for text in ax.findobj(Text):
        text.set_parse_math(False)
        text.set_usetex(False)
        text.set_text(visible(text.get_text(), keep="\n"))
        if not text.get_text().isascii():
            text.set_family([*text.get_family(), *(font for font in _fonts() if font not in text.get_family())])
    numbered(ax)


def laid_out(ax: Any) -> None:
    """Lay out a figure, with the texts of these axes `as_written`, so that sizes can be measured before it is drawn."""
    as_written(ax)
    ax.figure.draw_without_rendering()


@functools.cache
def _fonts() -> tuple[str, ...]:
    from matplotlib.font_manager import fontManager

    installed = {entry.name for entry in fontManager.ttflist}
    return tuple(font for font in FONTS if font in installed)


def numbered(ax: Any) -> None:
    """Write the numbers on axes with `number`: thousands separated, a true minus, no factor at the end of an axis."""
    from matplotlib.ticker import LogFormatter, ScalarFormatter

    major, minor = _formatters()
    for name in ("xaxis", "yaxis", "zaxis"):
        axis = getattr(ax, name, None)
        if axis is None:
            continue
        if isinstance(axis.get_major_formatter(), ScalarFormatter | LogFormatter):
            axis.set_major_formatter(major())
        if name != "zaxis":
            _roomy(axis)
        if isinstance(axis.get_minor_formatter(), LogFormatter) and not isinstance(axis.get_minor_formatter(), minor):
            axis.set_minor_formatter(minor())


def _roomy(axis: Any) -> None:
    """Few ticks where their numbers are long."""
    from matplotlib.ticker import MaxNLocator

    size = float(np.abs(axis.get_view_interval()).max())
    if (
        axis.get_scale() == "linear"
        and not FEWER[0] <= size < FEWER[1]
        and isinstance(axis.get_major_locator(), MaxNLocator)
    ):
        axis.get_major_locator().set_params(nbins=3 if size >= LARGEST else 4)


@functools.cache
def _formatters() -> tuple[Any, Any]:
    """Classes for major ticks, and for the minor ones of logarithmic axes; Matplotlib is loaded when they are used."""
    from matplotlib.ticker import Formatter, LogFormatterSciNotation

    class Major(Formatter):
        def __call__(self, value: float, place: int | None = None) -> str:
            return number(value)

        def format_ticks(self, values: Any) -> list[str]:
            return tick_words(np.asarray(values, np.float64))

    class Minor(LogFormatterSciNotation):
        def __call__(self, value: float, place: int | None = None) -> str:
            return number(value) if super().__call__(value, place) else ""

    return Major, Minor


def tick_words(values: Array) -> list[str]:
    """The numbers of an axis, with the same decimals if they are evenly spaced.

    Examples
    --------
    >>> tick_words(np.array([0.0, 2.5, 5.0])), tick_words(np.array([-1000.0, 0.0]))
    (['0.0', '2.5', '5.0'], ['−1,000', '0'])
    >>> tick_words(np.array([0.01, 1.0, 100.0])), tick_words(np.array([0.0, 2e8]))
    (['0.01', '1', '100'], ['0', '2×10⁸'])
    """
    largest = float(np.abs(values).max(initial=0.0))
    step = np.diff(values)
    even = len(values) > 1 and np.allclose(step, step[0], rtol=1e-6, atol=0.0)
    if not even or not SMALLEST <= largest < LARGEST:
        near = 0.01 * float(np.abs(step[step != 0]).min(initial=largest))
        digits = next((k for k in range(4, 16) if all(abs(float(f"{v:.{k}g}") - v) <= near for v in values)), 16)
        return [number(float(v), digits) for v in values]
    rounded = (k for k in range(MOST) if (np.abs(values - values.round(k)) <= EXACT * abs(step[0])).all())
    decimals = next(rounded, MOST)
    return [_signed(float(v), decimals) for v in values]


def _signed(value: float, decimals: int) -> str:
    text = f"{abs(value):,.{decimals}f}"
    return text if value >= 0 or float(text.replace(",", "")) == 0 else "\N{MINUS SIGN}" + text


def unseen(figure: Any) -> str:
    """Letters of a figure's texts that no installed font has.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> _ = figure.text(0.5, 0.5, "plain")
    >>> unseen(figure)
    ''
    """
    from matplotlib.font_manager import FontProperties, findfont, get_font
    from matplotlib.text import Text

    missing: dict[str, None] = {}
    for text in figure.findobj(Text):
        letters = {c for c in text.get_text() if not c.isascii()}
        if letters:
            fonts = [get_font(findfont(FontProperties(family=[family]))) for family in text.get_family()]
            missing |= {c: None for c in sorted(letters) if not any(f.get_char_index(ord(c)) for f in fonts)}
    return "".join(missing)
