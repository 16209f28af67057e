"""What stands in for the page where no script runs: the table in numbers, and its target over its first feature."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ..core.aligned_text import number
from ..core.html_text import block, curves, safe, table
from ..core.shown_text import counted
from ..core.types import Array
from ..objective.functions.formula import read_formula
from .lessons import Lesson
from .table import Column, PageTable

__all__ = ["graph", "scatter", "still_of_formula", "still_of_lesson", "still_of_nothing", "still_of_table", "unstyled"]

WIDTH, HEIGHT, EDGE = 480, 300, 12  # of the picture, in pixels, and its margin
NEEDS_SCRIPTS = "This page needs scripts to be tried out. Without them it shows what it holds."
SHOWN = 30  # columns of the summary
POINTS = 1000  # of the picture
MINUS = re.compile(r"(?<![\w.])-(?=\d)")
STYLE = re.compile(r' style="[^"]*"')


def still_of_formula(formula: str, start: Sequence[float] = ()) -> str:
    """The formula and its curve around a start.

    Examples
    --------
    >>> "<b>x**2</b>" in still_of_formula("x**2")
    True
    """
    return unstyled(block(formula, [NEEDS_SCRIPTS], graph(formula, start)))


def still_of_nothing(title: str) -> str:
    """A page that begins with a table of its own.

    Examples
    --------
    >>> "<b>steepest lab</b>" in still_of_nothing("steepest lab")
    True
    """
    return unstyled(block(title, [NEEDS_SCRIPTS]))


def still_of_lesson(shown: Lesson) -> str:
    """The sentences of a lesson, its question and the answer, its numbers, and a picture of what it descends on.

    Examples
    --------
    >>> from steepest.lab.lessons import lesson
    >>> "<b>One variable at a time</b>" in still_of_lesson(lesson("partial-derivatives"))
    True
    """
    told = [*shown.sentences, shown.question, shown.answer, NEEDS_SCRIPTS]
    formula, start = shown.settings.get("formula"), shown.settings.get("start", [])
    drawn = graph(formula, start) if formula else ""
    cells = [[MINUS.sub("\N{MINUS SIGN}", text) for text in figure] for figure in shown.figures]
    return unstyled(block(shown.title, told, table(["", "value"], cells), drawn))


def graph(formula: str, start: Sequence[float]) -> str:
    """The curve of a formula along its first variable, around a start, and words of what it shows.

    Examples
    --------
    >>> graph("(x - 3)**2 + 2", [6.0]).count("<polyline")
    1
    """
    function = read_formula(formula)
    points = np.zeros((121, len(function.names)))
    points[:, : len(start)] += np.asarray(start[: len(function.names)], np.float64)
    reach = max(4.0, abs(points[0, 0]))
    points[:, 0] += np.linspace(-reach, reach, len(points))
    x = points[:, 0]
    words = MINUS.sub("\N{MINUS SIGN}", f"f along {function.names[0]}, from {x[0]:g} to {x[-1]:g}")
    return f"<div>{safe(words)}</div>{curves([(x, function(points))], words)}"


def still_of_table(found: PageTable) -> str:
    """A summary of the columns, and a picture of the target over the first feature."""
    told = counted(found.rows, "row") + (f", of which the page holds {found.kept:,}" if found.kept < found.rows else "")
    cells = [[column.name, *map(_cell, _summary(column.values))] for column in found.columns[-SHOWN:]]
    body = table(["column", "lowest", "mean", "highest"], cells)
    drawn = scatter(found.columns[0], found.columns[-1]) if len(found.columns) > 1 else ""
    return unstyled(block(found.name, [told, NEEDS_SCRIPTS], body, drawn))


def scatter(x: Column, y: Column) -> str:
    """Rows as points, in SVG without styles.

    Examples
    --------
    >>> x, y = Column("x", np.arange(3.0)), Column("y", np.ones(3))
    >>> scatter(x, y).count("<circle")
    3
    """
    left = _pixels(x.values[:POINTS], EDGE, WIDTH - EDGE)
    top = _pixels(y.values[:POINTS], HEIGHT - EDGE, EDGE)
    points = "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3"/>' for a, b in zip(left, top, strict=True))
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
    frame = f'<path d="M{EDGE} {EDGE}V{HEIGHT - EDGE}H{WIDTH - EDGE}" fill="none" stroke="currentColor"/>'
    title = f"<title>{safe(y.name)} over {safe(x.name)}</title>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} fill="currentColor">{title}{frame}{points}</svg>'


def _pixels(values: Array, start: float, end: float) -> list[float]:
    low, high = float(values.min()), float(values.max())
    share = (values / 2 - low / 2) / (high / 2 - low / 2) if high > low else np.full(len(values), 0.5)
    found: list[float] = (start + share * (end - start)).tolist()
    return found


def _summary(values: Array) -> tuple[float, float, float]:
    return float(values.min()), float(np.mean(values / 2) * 2), float(values.max())


def _cell(value: float) -> str:
    return number(value, 6)


def unstyled(html: str) -> str:
    """The same without styles, which the policy of the page forbids; texts in it are escaped.

    Examples
    --------
    >>> unstyled('<p style="a">b</p>')
    '<p>b</p>'
    """
    return STYLE.sub("", html)
