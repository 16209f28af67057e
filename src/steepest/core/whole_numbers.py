"""Whole numbers that doubles cannot hold, and the note that says so."""

from __future__ import annotations

__all__ = ["EXACT", "is_rounded", "rounding_note"]

EXACT = 2**53  # whole numbers up to this size are doubles


def is_rounded(number: int) -> bool:
    """Whether a whole number is changed where it becomes a double.

    Examples
    --------
    >>> is_rounded(2**53 + 1), is_rounded(10**18)
    (True, False)
    """
    return abs(number) > EXACT and int(float(number)) != number


def rounding_note(what: str) -> str:
    """The note of a column, or of the target, with a whole number that is rounded.

    Examples
    --------
    >>> rounding_note("column 'id'")
    "column 'id': whole numbers beyond 2^53 are rounded to double precision"
    """
    return f"{what}: whole numbers beyond 2^53 are rounded to double precision"
