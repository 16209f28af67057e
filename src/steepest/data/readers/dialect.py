"""Delimiter and quote character of a text table."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from ...core.errors import UsageError

__all__ = ["BLANKS", "Dialect", "named_delimiter"]

BLANKS = " "  # any run of white space
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

    def quoted(self, line: str) -> int:
        """How many fields of one line are quoted.

        Examples
        --------
        >>> Dialect(",").quoted('1,"a, b","c"')
        2
        """
        return sum(bool(quoted) for quoted, _ in _pattern(self.delimiter, self.quote).findall(line))

    @property
    def is_white(self) -> bool:
        """Whether fields are separated by white space of any length."""
        return self.delimiter == BLANKS

    @property
    def blanks(self) -> bytes:
        """What a blank line has: a tab is content where it is the delimiter."""
        return b" \r\n" if self.delimiter == "\t" else b" \t\r\n"

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


@cache
def _pattern(delimiter: str, quote: str) -> re.Pattern[str]:
    """Match one field: quoted in group 1, plain in group 2. It never backtracks (possessive ++ and *+)."""
    quoted = f"{quote}((?:[^{quote}]++|{quote}{quote})*+){quote}"
    if delimiter == BLANKS:
        return re.compile(rf"{quoted}(?=\s|\Z)|(\S+)")
    d = re.escape(delimiter)
    return re.compile(rf"(?:^|{d})(?: *{quoted} *(?={d}|\Z)|([^{d}]*))")
