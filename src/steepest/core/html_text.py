"""HTML for notebooks: escaped texts, small tables, and lines as SVG; without scripts and without another library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .shown_text import visible

__all__ = ["block", "curves", "fields", "image", "safe", "table"]

WIDTH, HEIGHT, EDGE = 260, 120, 6  # of small pictures, in pixels, and their margin
POINTS = 200  # of a curve


def safe(text: object) -> str:
    r"""A text on one line, escaped for HTML and XML.

    Examples
    --------
    >>> safe("<b>\x1b")
    '&lt;b&gt;\\x1b'
    """
    from html import escape  # loaded when a notebook shows something

    return escape(visible(str(text)))


def block(title: str, lines: Iterable[str] = (), *bodies: str) -> str:
    """A title, lines of text, which are escaped, and what is HTML already.

    Examples
    --------
    >>> block("a < b", ["c"], "<p/>")
    '<div style="line-height:1.45"><b>a &lt; b</b><div>c</div><p/></div>'
    """
    said = "".join(f"<div>{safe(line)}</div>" for line in lines if line)
    return f'<div style="line-height:1.45"><b>{safe(title)}</b>{said}{"".join(bodies)}</div>'


def table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """A table, its first column flush left; every cell is escaped.

    Examples
    --------
    >>> table(["", "x"], [["<a>", 1]])
    '<table><tr><th></th><th>x</th></tr><tr><th style="text-align:left">&lt;a&gt;</th><td>1</td></tr></table>'
    """
    cells = ["".join(f"<th>{safe(cell)}</th>" for cell in head)]
    for first, *rest in rows:
        left = f'<th style="text-align:left">{safe(first)}</th>'
        cells.append(left + "".join(f"<td>{safe(cell)}</td>" for cell in rest))
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def fields(record: Any) -> str:
    """A record as a table of its fields, numbers to three digits.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> class Pair(NamedTuple):
    ...     gap: float | None
    ...     kind: str
    >>> "<td>0.333</td>" in fields(Pair(1 / 3, "a")), "<td>unknown</td>" in fields(Pair(None, "a"))
    (True, True)
    """
    rows = [[name.replace("_", " "), _written(value)] for name, value in record._asdict().items()]
    return block(type(record).__name__, (), table(["", ""], rows))


def _written(value: object) -> str:
    return "unknown" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value)


def image(kind: str, data: bytes, words: str, width: float | None = None) -> str:
    """An image inside of the page, with the words that stand in for it, so many pixels wide where the page has room.

    Examples
    --------
    >>> image("gif", b"GIF89a", "a line that moves")
    '<img alt="a line that moves" style="max-width:100%" src="data:image/gif;base64,R0lGODlh">'
    """
    from base64 import b64encode  # loaded when a notebook shows something

    size = "" if width is None else f' width="{width:.0f}"'
    words = safe(" ".join(words.split()))
    return f'<img alt="{words}"{size} style="max-width:100%" src="data:image/{kind};base64,{b64encode(data).decode()}">'


def curves(lines: Sequence[tuple[Any, Any]], title: str) -> str:
    """Curves (x, y) on common axes, as a small SVG; values that are not finite are left out, and "" if no line is left.

    Examples
    --------
    >>> curves([([0.0, 1.0], [3.0, 1.0])], "a fall").count("<polyline")
    1
    >>> curves([([0.0], [np.nan])], "nothing")
    ''
    """
    kept = [found for found in map(_finite, lines) if len(found) > 1]
    if not kept:
        return ""
    together = np.concatenate(kept)
    low, span = together.min(0), np.ptp(together, axis=0)
    scale = np.array([WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE]) / np.where(span > 0, span, 1.0)
    drawn = "".join(_polyline((found - low) * scale + EDGE) for found in kept)
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" fill="none"'
    frame = f'<path d="M{EDGE} {EDGE}V{HEIGHT - EDGE}H{WIDTH - EDGE}" stroke="currentColor" stroke-opacity="0.6"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><title>{safe(title)}</title>'
    return f"{head}{frame}{drawn}</svg>"


def _finite(line: tuple[Any, Any]) -> Any:
    """Points (m, 2) of a curve, at most some 200."""
    points = np.stack([np.asarray(values, np.float64) for values in line], axis=1)
    points = points[np.isfinite(points).all(1) & (np.abs(points) < 1e150).all(1)]
    return points[np.unique(np.linspace(0, len(points) - 1, min(len(points), POINTS)).astype(int))]


def _polyline(points: Any) -> str:
    text = " ".join(f"{x:.1f},{HEIGHT - y:.1f}" for x, y in points.tolist())
    return f'<polyline points="{text}" stroke="currentColor" stroke-width="1.4"/>'
