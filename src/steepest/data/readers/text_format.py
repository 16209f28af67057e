"""How a delimited text table is written, as its reader is told: header, delimiter, marks in numbers, encoding."""

from __future__ import annotations

import codecs
import re
from functools import cache
from typing import NamedTuple

from ...core.errors import UsageError
from .dialect import named_delimiter

__all__ = ["PLAIN", "SPELLINGS", "TextFormat", "text_format"]

THOUSANDS = {
    ",": ",",
    ".": ".",
    " ": " \u00a0\u2009\u202f",
    "'": "'\u2019",
}  # each mark with the characters it stands for
SPELLED = {"comma": ",", "point": ".", "space": " ", "apostrophe": "'"}
NO_TEXT = (
    "idna",
    "punycode",
    "undefined",
    "unicode-escape",
    "raw-unicode-escape",
    "utf-7",
)  # names, program text, mail


class TextFormat(NamedTuple):
    """How a text table is written; None: judged by the file. ``text_format`` makes a valid one."""

    header: bool | None = None
    delimiter: str | None = None
    decimal: str = "."
    thousands: str | None = None
    encoding: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether numbers are written as Python writes them."""
        return self.decimal == "." and self.thousands is None

    @property
    def marks(self) -> str:
        """The marks in numbers, as options.

        Examples
        --------
        >>> TextFormat(decimal=",", thousands=" ").marks
        '--decimal , --thousands space'
        """
        decimal = [] if self.decimal == "." else ["--decimal ,"]
        names = {" ": "space", "'": "apostrophe"}
        thousands = [] if self.thousands is None else [f"--thousands {names.get(self.thousands, self.thousands)}"]
        return " ".join(decimal + thousands)

    def plain(self, cell: str) -> str | None:
        """A number as Python writes it; None of a number whose marks stand elsewhere. Other text keeps its letters.

        Thousands stand in groups of three digits; those further left may have two, as in India.

        Examples
        --------
        >>> german = TextFormat(decimal=",", thousands=".")
        >>> german.plain("1.250,5"), german.plain("0,5"), german.plain("1.5"), german.plain("town")
        ('1250.5', '0.5', None, 'town')
        """
        if self.is_plain:
            return cell
        text = cell.strip()
        bare = text if self.thousands is None else text.translate(_dropped(self.thousands))
        if len(bare) != len(text) and not _grouped(self.decimal, str(self.thousands)).fullmatch(text):
            return None
        if self.decimal == ".":
            return bare
        return None if "." in bare else bare.replace(self.decimal, ".")


PLAIN = TextFormat()
SPELLINGS = tuple(  # those with one mark first
    TextFormat(decimal=decimal, thousands=thousands)
    for decimal, thousands in (
        *((".", mark) for mark in (None, ",", " ", "'")),
        *((",", mark) for mark in (None, ".", " ", "'")),
    )
)


def text_format(
    header: bool | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    encoding: str | None = None,
) -> TextFormat:
    r"""The format that options describe, each checked; names such as "tab" and "space" are replaced by the character.

    Raises
    ------
    UsageError
        If a value is none of those that can be, or the decimal and the thousands have the same mark.

    Examples
    --------
    >>> text_format(delimiter="tab", thousands=".")
    TextFormat(header=None, delimiter='\t', decimal=',', thousands='.', encoding=None)
    """
    mark = None if thousands is None else SPELLED.get(thousands, thousands)
    point = ("," if mark == "." else ".") if decimal is None else SPELLED.get(decimal, decimal)
    if point not in (".", ","):
        raise UsageError(f"decimal {decimal!r}: write . or ,")
    if mark is not None and mark not in THOUSANDS:
        raise UsageError(f"thousands {thousands!r}: write one of , . space apostrophe")
    if mark == point:
        raise UsageError(f"decimals and thousands cannot both be marked by {mark!r}: choose another for one of them")
    named = None if delimiter is None else named_delimiter(delimiter)
    return TextFormat(header, named, point, mark, None if encoding is None else _encoding(encoding))


def _encoding(encoding: str) -> str:
    """The name of an encoding of text, as Python spells it."""
    try:
        name = codecs.lookup(encoding).name
        b"ab".decode(name)  # refuses those of bytes, such as hex
    except UnicodeError:
        pass
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        name = ""
    if not name or name.replace("_", "-") in NO_TEXT:
        raise UsageError(f"encoding {encoding!r} is not known: write one such as utf-8, latin-1, cp1252 or utf-16")
    return name


@cache
def _dropped(thousands: str) -> dict[int, None]:
    return dict.fromkeys(map(ord, THOUSANDS[thousands]))


@cache
def _grouped(decimal: str, thousands: str) -> re.Pattern[str]:
    mark, point = f"[{THOUSANDS[thousands]}]", re.escape(decimal)
    return re.compile(rf"[+-]?\d{{1,3}}(?:{mark}\d{{2,3}})*{mark}\d{{3}}(?:{point}\d*)?(?:[eE][+-]?\d+)?", re.ASCII)
