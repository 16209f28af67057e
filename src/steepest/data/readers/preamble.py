"""What the first hundred lines of a text table say about it: lines above it, header, index, delimiters at line ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from .cells import WHOLE, is_missing, is_number
from .dialect import Dialect

__all__ = [
    "Preamble",
    "body_width",
    "common_width",
    "heading",
    "is_comment",
    "is_header",
    "is_index_name",
    "may_be_data",
    "may_be_header",
    "named_width",
    "preamble",
]

SEPARATOR = re.compile(r"""\s*"?sep=([^\w.+\-"'\n])"?\1*\s*""", re.IGNORECASE)
COMMENT = re.compile(r"\s*([#%])[#%!]*")
INDEX = re.compile(r"Unnamed: \d+|__index_level_\d+__|")  # names that pandas gives to an index without one


class Preamble(NamedTuple):
    """Lines above a table."""

    lines: int = 0
    separator: str | None = None  # of Excel's line "sep=;"
    comments: tuple[tuple[int, str], ...] = ()  # (line number, text without its mark)


def preamble(sample: Sequence[str]) -> Preamble:
    """Lines of a sample that stand above its table: Excel's separator line and comments.

    Examples
    --------
    >>> preamble(["sep=;", "a;b", "1;2"])
    Preamble(lines=1, separator=';', comments=())
    >>> preamble(["# x y", "1 2"])
    Preamble(lines=1, separator=None, comments=((1, 'x y'),))
    """
    separator: str | None = None
    mark: str | None = None
    comments = []
    for number, line in enumerate(sample, 1):
        found = COMMENT.match(line)
        if separator is None and (excel := SEPARATOR.fullmatch(line)):
            separator = excel[1]
        elif found and found[1] == (mark or found[1]):
            mark = found[1]
            comments.append((number, line[found.end() :].strip()))
        else:
            return Preamble(number - 1, separator, tuple(comments))
    first = SEPARATOR.fullmatch(sample[0]) if len(sample) > 1 else None  # the rest is a table whose cells begin so
    return Preamble(int(first is not None), first[1] if first else None)


def is_comment(cell: str) -> bool:
    """Whether a cell begins as comments do.

    Examples
    --------
    >>> is_comment(" # made in May"), is_comment("5")
    (True, False)
    """
    return COMMENT.match(cell) is not None


def is_header(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the first row holds names, judged by the rows below it.

    A text above numbers is a name. A row of numbers is a header if it counts on by one above cells that are not whole
    numbers, or below an index without a name. A text above texts is data if numbers beside it stand above numbers.

    Examples
    --------
    >>> is_header(["x", "y"], [["1", "2"]]), is_header(["5.1", "red"], [["4.9", "blue"]])
    (True, False)
    >>> is_header(["0", "1"], [["2.5", "3"], ["1.5", "4"]]), is_header(["0", "1"], [["2", "3"]])
    (True, False)
    """
    columns = [[row[j] for row in body if j < len(row)] for j in range(len(first))]
    texts = [j for j, cell in enumerate(first) if not is_number(cell) and not is_missing(cell)]
    if not texts:
        return may_be_header(first) and (not first[0].strip() or _differs(first, columns))
    numbers = [j for j, cell in enumerate(first) if is_number(cell) and not is_missing(cell)]
    if any(_numeric(columns[j]) for j in texts) or not any(_numeric(columns[j]) for j in numbers):
        return True
    if any(first[j] in columns[j] for j in texts):
        return False
    return len(numbers) > 1 and may_be_header([first[j] for j in numbers])


def may_be_data(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether a row that is a header has numbers and no text above numbers, as a row of data may.

    Examples
    --------
    >>> may_be_data(["0", "1"], [["2.5", "3"]]), may_be_data(["year", "1"], [["1990", "3"]])
    (True, False)
    """
    columns = [[row[j] for row in body if j < len(row)] for j in range(len(first))]
    named = any(_numeric(column) for cell, column in zip(first, columns, strict=True) if not is_number(cell))
    return any(map(is_number, first)) and not named


def may_be_header(first: Sequence[str]) -> bool:
    """Whether a row counts on by one, as a header of numbers does, perhaps after the empty name of an index."""
    cells = first[not first[0].strip() :]
    if len(cells) < 2 or not all(map(WHOLE.fullmatch, cells)):
        return False
    values = [int(cell) for cell in cells]
    return values == list(range(values[0], values[0] + len(values)))


def heading(names: Sequence[str], body: Sequence[Sequence[str]], may_be_numbers: bool) -> list[str]:
    """Names of a header, with an empty one first if the rows have one field more and the first ones differ: row names.

    Row names that are numbers are believed only if they may be numbers: unquoted between commas, they may be parts of
    decimals with a comma.

    Examples
    --------
    >>> heading(["x", "y"], [["a", "1", "2"], ["b", "3", "4"]], False)
    ['', 'x', 'y']
    """
    firsts = [row[0] for row in body]
    short = common_width(body) == len(names) + 1 and len(set(firsts)) == len(firsts)
    return ["", *names] if short and (may_be_numbers or not _numeric(firsts)) else list(names)


def common_width(body: Sequence[Sequence[str]]) -> int | None:
    """Number of fields of two rows or more that are at least four in five, None if there is none.

    Examples
    --------
    >>> common_width([["1", "2"]] * 4 + [["1"]]), common_width([["1", "2"], ["1"]])
    (2, None)
    """
    width, count = Counter(map(len, body)).most_common(1)[0] if body else (0, 0)
    return width if count > 1 and 5 * count >= 4 * len(body) else None


def is_index_name(name: str) -> bool:
    """Whether a header leaves this name out, or pandas made it up.

    Examples
    --------
    >>> is_index_name(""), is_index_name("Unnamed: 0"), is_index_name("x")
    (True, True, False)
    """
    return bool(INDEX.fullmatch(name.strip()))


def body_width(first: Sequence[str], body: Sequence[Sequence[str]], dialect: Dialect) -> int | None:
    """Number of fields of a row without delimiters at its end that no name stands above; None if there are no such.

    Rows may have one field more than the first has names: row names.

    Examples
    --------
    >>> body_width(["x", "y"], [["1", "2", ""], ["3", "4", ""]], Dialect(","))
    2
    >>> body_width(["x", "y", ""], [["a", "1", "2", ""], ["b", "3", "4", ""]], Dialect(","))
    3
    """
    named = named_width(first)
    if not body or named == 0 or dialect.is_white:
        return None
    for width in (named, named + 1):
        rows = [row for row in body if len(row) > width]
        if 5 * len(rows) >= 4 * len(body) and all(named_width(row) <= width for row in rows):
            return width
    return named if named < len(first) and all(len(row) <= named for row in body) else None


def named_width(row: Sequence[str]) -> int:
    """Number of fields up to the last that is not blank.

    Examples
    --------
    >>> named_width(["x", "", "y", "", " "])
    3
    """
    return max((j for j, cell in enumerate(row, 1) if cell.strip()), default=0)


def _numeric(cells: Sequence[str]) -> bool:
    """Whether most cells that are not missing are numbers."""
    known = [cell for cell in cells if not is_missing(cell)]
    return 2 * sum(map(is_number, known)) > len(known)


def _differs(first: Sequence[str], columns: Sequence[Sequence[str]]) -> bool:
    """Whether a column goes on, for two rows or more, without any whole number; 0 or 1 begins the count, or all do."""
    differ = [len(cells) > 1 and not any(map(WHOLE.fullmatch, cells)) for cells in columns]
    return all(differ) if int(first[0]) not in (0, 1) else any(differ)
