"""Delimiter and quote character of a text table, and their detection."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from ...core.errors import UsageError
from .cells import DECIMAL_COMMA, is_number

__all__ = ["BLANKS", "Dialect", "named_delimiter", "sniff"]

BLANKS = " "  # any run of white space
CANDIDATES = (",", "\t", ";", BLANKS)
SPELLED = {"comma": ",", "tab": "\t", r"\t": "\t", "semicolon": ";", "space": BLANKS, "whitespace": BLANKS}


class Dialect(NamedTuple):
    """A text table's delimiter and quote; a quote opens only at the start of a field, two within a field are one."""

    delimiter: str
    quote: str = '"'

    def split(self, line: str) -> list[str] | None:
        """Fields of one line, or None if a quoted field does not end where a field ends.

        Examples
        --------
        >>> Dialect(",").split('1,"a, ""b"" c",3')
        ['1', 'a, "b" c', '3']
        >>> Dialect(",").split('1,"2') is None
        True
        >>> Dialect(" ", "'").split("'OBS'  'GPA points'")
        ['OBS', 'GPA points']
        """
        if self.quote not in line:
            return line.split() if self.delimiter == BLANKS else line.split(self.delimiter)
        fields = []
        for quoted, plain in _pattern(self.delimiter, self.quote).findall(line):
            if plain.lstrip().startswith(self.quote):
                return None
            fields.append(quoted.replace(self.quote * 2, self.quote) or plain)
        return fields

    @property
    def is_white(self) -> bool:
        """Whether fields are separated by white space of any length."""
        return self.delimiter == BLANKS

    def is_blank(self, line: str) -> bool:
        """Whether a line is blank; a tab counts as content if tabs are the delimiter."""
        return not line.strip(" \n" if self.delimiter == "\t" else None)


def named_delimiter(delimiter: str) -> str:
    r"""Delimiter as given by a user: a character or its name.

    Raises
    ------
    UsageError
        If it is not one character that can stand between numbers.

    Examples
    --------
    >>> named_delimiter("tab"), named_delimiter("|")
    ('\t', '|')
    """
    found = SPELLED.get(delimiter, delimiter)
    if len(found) != 1 or not found.isascii() or found.isalnum() or found in "\"'.+-_\r\n\0":
        raise UsageError(f"delimiter {delimiter!r}: write one character such as ',' or ';', or tab, or space")
    return found


def sniff(sample: Sequence[str], delimiter: str | None = None) -> Dialect:
    """Dialect of the first lines of a table.

    The delimiter is the one of comma, tab, semicolon and white space that cuts most lines into the same number of
    fields; if several do, the one with the most numeric fields. Names quoted with ' make ' the quote.

    Examples
    --------
    >>> sniff(["Reservations  Pizzas", "13   33"]), sniff(["a;b", "1,5;2"])
    (Dialect(delimiter=' ', quote='"'), Dialect(delimiter=';', quote='"'))
    """
    quote = "'" if sample[0].lstrip().startswith("'") else '"'
    if delimiter is not None:
        return Dialect(delimiter, quote)
    scores = {d: _score(sample, Dialect(d, quote)) for d in CANDIDATES}
    best = max(CANDIDATES, key=lambda d: scores[d])
    cuts = scores[best][0] >= min(2, len(sample))  # otherwise the table has one column
    return Dialect(best if cuts else ",", quote)


def _score(sample: Sequence[str], dialect: Dialect) -> tuple[float, float]:
    """How many lines have the commonest number of fields above one, and the share of numbers.

    A first line that is one field longer or shorter counts a half: a header may be so.
    """
    rows = [dialect.split(line) or [line] for line in sample]
    if all(len(row) > 1 and not row[-1] for row in rows[1:]):  # a delimiter at the end of each line
        rows = [row if row[-1] else row[:-1] for row in rows]
    widths = [len(row) for row in rows]
    width, alike = max(Counter(w for w in widths if w > 1).items(), key=itemgetter(1), default=(0, 0))
    near = len(rows) > 2 and widths[0] > 1 and abs(widths[0] - width) == 1
    cells = [cell for row in rows for cell in row]
    numbers = [is_number(cell) or bool(DECIMAL_COMMA.fullmatch(cell)) for cell in cells]
    return alike + 0.5 * near, sum(numbers) / max(len(numbers), 1)


@cache
def _pattern(delimiter: str, quote: str) -> re.Pattern[str]:
    """Match one field: quoted in group 1, plain in group 2. It never backtracks (possessive ++ and *+)."""
    quoted = f"{quote}((?:[^{quote}]++|{quote}{quote})*+){quote}"
    if delimiter == BLANKS:
        return re.compile(rf"{quoted}(?=\s|\Z)|(\S+)")
    d = re.escape(delimiter)
    return re.compile(rf"(?:^|{d})(?: *{quoted} *(?={d}|\Z)|([^{d}]*))")
