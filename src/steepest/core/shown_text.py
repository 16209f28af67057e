"""Text as it is shown: no terminal obeys that of files and arguments, no spreadsheet runs it; counts have a noun."""

from __future__ import annotations

import re

__all__ = ["counted", "csv_cell", "csv_text", "visible"]

JOINERS = "\u200c\u200d"  # part of the spelling of Persian and of Indian languages, and of emoji
# where a spreadsheet may begin a cell, the characters with which a formula begins there, in both widths
FORMULA = re.compile(r"(?<![^;\t\r\n])('*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")
MARKED = re.compile(r"(?<![^;\t\r\n])'('*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")


def visible(text: str, keep: str = "") -> str:
    r"""The text on one line, with escapes for what a terminal obeys or hides: control and bidirectional characters.

    Parameters
    ----------
    text : str
    keep : str
        Characters that stay, whatever they are.

    Examples
    --------
    >>> visible("a\x1b[2Jb"), visible("größe, 20 °C")
    ('a\\x1b[2Jb', 'größe, 20 °C')
    """
    if text.isprintable():
        return text
    return "".join(c if _harmless(c) or c in keep else c.encode("unicode_escape").decode() for c in text)


def _harmless(c: str) -> bool:
    from unicodedata import category

    return c.isprintable() or c in JOINERS or category(c) == "Zs"


def counted(count: float, noun: str) -> str:
    """A number of things, the plural of which is formed with s.

    Examples
    --------
    >>> counted(1, "step"), counted(4000, "step")
    ('1 step', '4,000 steps')
    """
    return f"{count:,.0f} {noun}{'' if count == 1 else 's'}"


def csv_cell(text: str) -> str:
    """The content of a CSV cell that a spreadsheet shows as this text: a formula gets a ' before it.

    Examples
    --------
    >>> csv_cell("=1+1"), csv_cell("x-1")
    ("'=1+1", 'x-1')
    """
    return FORMULA.sub(r"'\1", text)


def csv_text(cell: str) -> str:
    """The text of a cell that `csv_cell` wrote.

    Examples
    --------
    >>> csv_text(csv_cell("=1+1")), csv_text("'quoted'")
    ('=1+1', "'quoted'")
    """
    return MARKED.sub(r"\1", cell)
