"""One cell of a table: a finite number, a missing value or an error, with its message."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.whole_numbers import is_rounded
from .text_format import PLAIN, SPELLINGS, TextFormat

__all__ = [
    "WHOLE",
    "as_labels",
    "as_numbers",
    "is_missing",
    "is_number",
    "is_numeric",
    "label_fault",
    "loses_digits",
    "number_fault",
    "shown",
    "spelled",
]

MISSING = frozenset({"", "?", "na", "n/a", "<na>", "nan", "+nan", "-nan", "null"})
LONGEST_LABEL = 200  # characters; an array of text needs the longest label times the rows
WHOLE = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
FILL = "remove the row or fill it in"


def shown(cell: object) -> str:
    r"""A cell as messages show it: text quoted, on one line, at most 30 characters.

    Examples
    --------
    >>> shown("a\nb"), shown(2.5), shown("x" * 40)
    ("'a\\nb'", '2.5', "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'")
    """
    text = cell.strip() if isinstance(cell, str) else str(cell)
    text = text if len(text) <= 30 else text[:30] + "..."
    return repr(text) if isinstance(cell, str) or not text.isprintable() else text


def is_missing(cell: object) -> bool:
    """Whether a cell is a missing value: empty, NA, ?, nan, null (in any case), or None.

    Examples
    --------
    >>> is_missing(" NA "), is_missing(None), is_missing("0")
    (True, True, False)
    """
    if isinstance(cell, str):
        return cell.strip().casefold() in MISSING
    return cell is None or (isinstance(cell, float) and math.isnan(cell))


def is_number(cell: Any, form: TextFormat = PLAIN) -> bool:
    """Whether ``float`` reads the cell, written as ``form`` says; underscores, which it would read, are refused.

    Examples
    --------
    >>> is_number(" 1e3 "), is_number("1_000"), is_number("inf"), is_number("one")
    (True, False, True, False)
    """
    cell = form.plain(cell) if isinstance(cell, str) else cell
    try:
        float(cell)
    except OverflowError:  # a whole number above 1e308
        return True
    except (ValueError, TypeError):
        return False
    return not (isinstance(cell, str) and "_" in cell)


def is_numeric(cell: object) -> bool:
    """Whether a cell is a number, or is meant as one: with a decimal comma, or marks between thousands."""
    return not isinstance(cell, (list, dict)) and any(is_number(cell, form) for form in SPELLINGS)


def spelled(cell: object) -> str:
    """A cell as text, without blanks around it; whole numbers without a decimal point, true and false as 1 and 0.

    Examples
    --------
    >>> spelled(" a b "), spelled(2.0), spelled(True)
    ('a b', '2', '1')
    """
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def loses_digits(cell: str | float) -> bool:
    """Whether a number that is spelled, or kept, as a whole number is changed where it becomes a double.

    Examples
    --------
    >>> loses_digits("9007199254740993"), loses_digits("1e18"), loses_digits(2**53 + 1), loses_digits(1e18)
    (True, False, True, False)
    """
    if isinstance(cell, str):
        digits = cell.strip().lstrip("+-0")  # int refuses more than a few thousand digits, zeros too
        return len(digits) > 15 and bool(WHOLE.fullmatch(cell)) and is_rounded(int(digits))
    return not isinstance(cell, float) and int(cell) == cell and is_rounded(int(cell))


def number_fault(cell: object, mend: str, form: TextFormat | None = None, fill: str = FILL) -> str | None:
    """The error of a cell that should be a finite number, with its remedy; None if it is one.

    A number that another ``form`` would read is answered by the options, or spelled where no form can be given.

    Examples
    --------
    >>> number_fault("abc", "correct it or remove the row")
    "'abc' is not a number: correct it or remove the row"
    >>> number_fault("2,5", ""), number_fault("2,5", "", PLAIN)
    ("'2,5' is not a number: write 2.5", "'2,5' is not a number: say --decimal ,")
    >>> number_fault("2.5", "") is None
    True
    """
    if is_missing(cell):
        value = f" {shown(cell)}" if str(cell or "").strip() else ""
        return f"missing value{value}: {fill}"
    if not is_number(cell, form or PLAIN):
        so = f" with {form.marks}" if form and form.marks else ""
        return f"{shown(cell)} is not a number{so}: {_otherwise(cell, form) or mend}"
    return None if _is_finite(cell, form or PLAIN) else f"{shown(cell)} is not finite: correct it or remove the row"


def _otherwise(cell: object, form: TextFormat | None) -> str | None:
    """What to say, or to write, for a number whose marks are not those of ``form``; None if it is none in any."""
    found = [other for other in SPELLINGS if isinstance(cell, str) and is_number(cell, other)]
    if not found:
        return None
    if form is None:
        return "write " + " or ".join(dict.fromkeys(str(other.plain(str(cell))) for other in found))
    own = [other for other in found if other.decimal == form.decimal and form.thousands in (None, other.thousands)]
    best = (own if form.marks else []) or found
    if not best[0].marks:
        return "leave the option out, or write all numbers alike"
    fewest = best[0].marks.count("--")
    return "say " + " or ".join(other.marks for other in best if other.marks.count("--") == fewest)


def label_fault(cell: object, form: TextFormat = PLAIN) -> str | None:
    """The error of a cell that should be a class label; None if it is one."""
    if is_missing(cell) or is_number(cell, form):
        return number_fault(cell, "", form)
    if isinstance(cell, (list, dict)):
        return f"{shown(cell)} is not a label: write text or a number"
    if len(str(cell)) > LONGEST_LABEL:
        return f"label of {len(str(cell))} characters: write at most {LONGEST_LABEL}"
    return None


def as_numbers(cells: Sequence[Any], form: TextFormat = PLAIN) -> NDArray[np.float64] | None:
    """Cells as float64, or None if one of them is not a finite number."""
    cells = cells if form.is_plain else [form.plain(cell) for cell in cells]
    try:
        values = np.fromiter(map(float, cells), np.float64, len(cells))
    except (ValueError, TypeError, OverflowError):
        return None
    underscore = any("_" in cell for cell in cells if isinstance(cell, str))
    return None if underscore or not np.isfinite(values).all() else values


def as_labels(cells: Sequence[Any], form: TextFormat = PLAIN) -> NDArray[Any]:
    """Labels as float64 if every one is a number, else as text.

    Examples
    --------
    >>> as_labels(["1", "0"]), as_labels([" yes", "no", "1"])
    (array([1., 0.]), array(['yes', 'no', '1'], dtype='<U3'))
    """
    numbers = as_numbers(cells, form)
    return np.array([str(cell).strip() for cell in cells], dtype=np.str_) if numbers is None else numbers


def _is_finite(cell: Any, form: TextFormat) -> bool:
    try:
        return math.isfinite(float(form.plain(cell) or "nan" if isinstance(cell, str) else cell))
    except OverflowError:
        return False
