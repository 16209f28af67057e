"""The delimiter and quote of a text table, found by its first hundred lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import itemgetter

from .cells import is_number
from .dialect import BLANKS, Dialect
from .text_format import PLAIN, TextFormat

__all__ = ["either_mark", "sniff"]

CANDIDATES = (",", "\t", ";", BLANKS, "|")
QUOTES = ('"', "'")
COMMA = TextFormat(decimal=",")


def sniff(sample: Sequence[str], delimiter: str | None = None, form: TextFormat = PLAIN) -> Dialect:
    """Dialect of the first lines of a table.

    The delimiter is the one of comma, tab, semicolon, bar and white space that cuts most rows into the same number of
    fields; if several do, the one with the most numeric fields. A quote is the one of " and ' that quotes most fields.
    Lines that are numbers with a decimal comma, or with thousands, are rows of one column.

    Examples
    --------
    >>> sniff(["Reservations  Pizzas", "13   33"]), sniff(["a;b", "1,5;2"])
    (Dialect(delimiter=' ', quote='"'), Dialect(delimiter=';', quote='"'))
    >>> sniff(["a", "1,5", "2,5"], form=TextFormat(decimal=",")).split("1,5")
    ['1,5']
    """
    quotes = QUOTES if any("'" in line for line in sample) else QUOTES[:1]
    known = CANDIDATES if delimiter is None else (delimiter,)
    alone = delimiter is None and _one_column(sample, form)
    scores = {Dialect(d, q): _score(sample, Dialect(d, q), form) for d in known for q in quotes}
    best = max(scores, key=lambda dialect: scores[dialect])
    if delimiter is not None or (scores[best][0] >= min(2, len(sample)) and not alone):
        return best
    return Dialect("," if not alone else ";", best.quote)  # the table has one column


def either_mark(sample: Sequence[str], dialect: Dialect, form: TextFormat) -> bool:
    """Whether commas may separate fields or decimals: no delimiter was given, and nothing in quotes tells.

    Examples
    --------
    >>> german = TextFormat(decimal=",")
    >>> either_mark(["1,5,2,5"], Dialect(","), german), either_mark(['"1,5",2'], Dialect(","), german)
    (True, False)
    """
    marks = {form.decimal, form.thousands} & {","}
    if form.delimiter is not None or not marks:
        return False
    if dialect.delimiter == ",":
        rows = list(_rows(sample, dialect))
        said = any("," in field and is_number(field, form) for row in rows for field in row)
        return form.decimal == "," and max(map(len, rows)) > 1 and not said
    return (
        _one_column(sample, form)
        and dialect.quote not in sample[0]
        and "," in sample[0]
        and not is_number(sample[0], form)
    )


def _one_column(sample: Sequence[str], form: TextFormat) -> bool:
    """Whether all lines below the first are numbers, whose marks might be taken for delimiters."""
    lines = sample[1:] or sample
    return not form.is_plain and all(is_number(line, form) for line in lines)


def _score(sample: Sequence[str], dialect: Dialect, form: TextFormat) -> tuple[float, float, int]:
    """How many rows have the commonest number of fields above one, the share of numbers, and how many are quoted.

    A first row that is one field longer or shorter counts a half: a header may be so.
    """
    rows = list(_rows(sample, dialect))
    if all(len(row) > 1 and not row[-1] for row in rows[1:]):  # a delimiter at the end of each line
        rows = [row if row[-1] else row[:-1] for row in rows]
    widths = [len(row) for row in rows]
    width, alike = max(Counter(w for w in widths if w > 1).items(), key=itemgetter(1), default=(0, 0))
    near = len(rows) > 2 and widths[0] > 1 and abs(widths[0] - width) == 1
    numbers = [is_number(cell, form) or is_number(cell, COMMA) for row in rows for cell in row]
    return alike + 0.5 * near, sum(numbers) / max(len(numbers), 1), sum(map(dialect.quoted, sample))


def _rows(sample: Sequence[str], dialect: Dialect) -> Iterator[list[str]]:
    """Fields of each row; a quoted field may go on over several lines. A line that cannot be cut is one field."""
    rest = iter(sample)
    for line in rest:
        fields = dialect.split(line)
        while fields is None and line.count(dialect.quote) % 2 and (more := next(rest, None)) is not None:
            line += "\n" + more
            fields = dialect.split(line) if line.count(dialect.quote) % 2 == 0 else None
        yield fields or [line]
