"""The delimiter and quote of a text table, found by its first hundred lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

from .cells import is_number
from .dialect import BLANKS, Dialect
from .preamble import heading
from .text_format import PLAIN, TextFormat

__all__ = ["SAMPLE", "either_mark", "sniff"]

CANDIDATES = (",", "\t", ";", BLANKS, "|")
SAMPLE = 100  # lines where the rows begin by which the table is judged
QUOTES = ('"', "'")
COMMA = TextFormat(decimal=",")


def sniff(sample: Sequence[str], delimiter: str | None = None, form: TextFormat = PLAIN) -> Dialect:
    """Dialect of the first lines of a table: of its first hundred, and those in which a row of them goes on.

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
    dialects = [Dialect(d, q) for d in known for q in quotes]
    scores = {one: _alike(sample, one) * (0.5 if _either(sample, one, form) else 1) for one in dialects}
    most = max(scores.values())
    tied = {one: _numbers(sample, one, form) for one, alike in scores.items() if alike == most}
    best = max(_without_blanks(tied), key=lambda one: tied[one])
    if delimiter is not None or (most >= min(2, len(sample)) and not alone):
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
        return _either(sample, dialect, form)
    return (
        _one_column(sample, form)
        and dialect.quote not in sample[0]
        and "," in sample[0]
        and not is_number(sample[0], form)
    )


def _either(sample: Sequence[str], dialect: Dialect, form: TextFormat) -> bool:
    """Whether fields are cut at commas that may be decimals: no quoted number has one."""
    if dialect.delimiter != "," or form.decimal != ",":
        return False
    rows = [row for _, row in _rows(sample, dialect)]
    return max(map(len, rows)) > 1 and not any("," in cell and is_number(cell, form) for row in rows for cell in row)


def _without_blanks(tied: Mapping[Dialect, tuple[float, int]]) -> list[Dialect]:
    """Leave white space out where tabs cut as well, and it leaves more than numbers: texts may hold blanks."""
    tabs = any(one.delimiter == "\t" for one in tied)
    return [one for one, (share, _) in tied.items() if not (tabs and one.is_white and share < 1)]


def _one_column(sample: Sequence[str], form: TextFormat) -> bool:
    """Whether all lines below the first are numbers, whose marks might be taken for delimiters."""
    lines = sample[1:SAMPLE] or sample
    return not form.is_plain and all(is_number(line, form) for line in lines)


def _alike(sample: Sequence[str], dialect: Dialect) -> float:
    """How many lines are in rows of the commonest number of fields above one.

    A first row that names all columns but the rows' names counts too; one that is longer or shorter by one, a half.
    """
    counts, rows = zip(*_rows(sample, dialect), strict=True)
    if all(len(row) > 1 and not row[-1] for row in rows[1:]):  # a delimiter at the end of each line
        rows = tuple(row if row[-1] else row[:-1] for row in rows)
    width, alike = max(_lines_by_width(rows, counts).items(), key=itemgetter(1), default=(0, 0))
    near = len(rows) > 2 and len(rows[0]) > 1 and abs(len(rows[0]) - width) == 1
    named = near and len(heading(rows[0], rows[1:], dialect.delimiter != ",")) == width
    named = named and not (dialect.is_white and any("\t" in line for line in sample))  # names may hold blanks
    return alike + (1.0 if named else 0.5 * near)


def _numbers(sample: Sequence[str], dialect: Dialect, form: TextFormat) -> tuple[float, int]:
    """The share of numbers among what stands below the first row, and how many fields are quoted."""
    rows = [row for _, row in _rows(sample, dialect)]
    cells = [cell for row in rows[1:] or rows for cell in row if cell]
    numbers = sum(is_number(cell, form) or is_number(cell, COMMA) for cell in cells)
    return numbers / max(len(cells), 1), sum(map(dialect.quoted, sample))


def _lines_by_width(rows: Sequence[Sequence[str]], counts: Sequence[int]) -> Counter[int]:
    found: Counter[int] = Counter()
    for row, count in zip(rows, counts, strict=True):
        found[len(row)] += count * (len(row) > 1)
    return found


def _rows(sample: Sequence[str], dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Number of lines and fields of each row that begins in the sample's first hundred lines.

    A quoted field may go on over several lines. A line that cannot be cut is one field.
    """
    at = 0
    while at < min(len(sample), SAMPLE):
        end = at + 1
        fields = dialect.split(sample[at])
        is_open = fields is None and sample[at].count(dialect.quote) % 2 == 1
        while is_open and end < len(sample):
            is_open = sample[end].count(dialect.quote) % 2 == 0
            end += 1
        fields = dialect.split("\n".join(sample[at:end])) if end > at + 1 else fields
        yield end - at, fields or [sample[at]]
        at = end
