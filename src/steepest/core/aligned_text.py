"""Numbers and tables as aligned text."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

__all__ = ["aligned", "by_point", "number", "on_point"]

DIGITS = 10


def number(value: float, digits: int = DIGITS) -> str:
    """Write a number to so many significant digits.

    Examples
    --------
    >>> number(13.172267656), number(float("nan"))
    ('13.17226766', '-')
    """
    return "-" if math.isnan(value) else f"{value:.{digits}g}"


def by_point(values: Sequence[float], digits: int = DIGITS) -> list[str]:
    """Write numbers under each other, their decimal points in one column.

    Examples
    --------
    >>> by_point([1.5, -12.0])
    ['  1.5', '-12  ']
    """
    return on_point([number(value, digits) for value in values])


def on_point(texts: Sequence[str]) -> list[str]:
    """Texts of numbers under each other, their decimal points in one column.

    Examples
    --------
    >>> on_point(["1.5", "-", "-12"])
    ['  1.5', '  -  ', '-12  ']
    """
    heads = [re.split(r"[.e]", text)[0] for text in texts]
    left = max(map(len, heads), default=0)
    padded = [" " * (left - len(head)) + text for head, text in zip(heads, texts, strict=True)]
    return _filled(padded)


def aligned(rows: Sequence[Sequence[str]], left: int = 1, gap: str = "   ") -> list[str]:
    """Lines of a table: the first ``left`` columns flush left, the others flush right."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    lines = []
    for row in rows:
        padded = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        padded[:left] = [cell.ljust(width) for cell, width in zip(row[:left], widths[:left], strict=True)]
        lines.append(gap.join(padded).rstrip())
    return lines


def _filled(texts: list[str]) -> list[str]:
    width = max(map(len, texts), default=0)
    return [text.ljust(width) for text in texts]
