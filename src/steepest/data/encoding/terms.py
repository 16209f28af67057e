"""Powers and products of columns, as users write them: "carat^2, carat:depth". Nothing is evaluated."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import reduce
from math import prod

from ...core.errors import UsageError
from .pieces import Piece, power, product

__all__ = ["LARGEST", "Term", "read_terms", "term_piece"]

Term = tuple[tuple[str, int], ...]  # factors: a column and its exponent
FACTOR = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([^\s,:^*"+()][^,:^*"+()]*?))\s*(?:\^\s*(\d+)\s*)?(?=[,:]|\Z)')
LARGEST = 9  # exponent
MOST = 1_000_000  # columns of a term
WRITE = "write powers and products of columns, such as carat^2, carat:depth"


def read_terms(text: str) -> tuple[Term, ...]:
    """The terms of a text; a name with one of , : ^ * + ( ) in it stands in double quotes.

    Examples
    --------
    >>> read_terms('carat^2, carat:"net, weight"')
    ((('carat', 2),), (('carat', 1), ('net, weight', 1)))
    """
    terms: list[Term] = []
    at, factors = 0, []
    while text.strip():
        found = FACTOR.match(text, at)
        if found is None:
            raise UsageError(f"{text[at:].strip()[:30] or 'the end'!r} is not understood: {WRITE}")
        name = found[1].replace('""', '"') if found[1] else found[2]
        factors.append((name, _exponent(found[3], text)))
        at = found.end() + 1
        if text[found.end() : at] != ":":
            terms.append(_term(factors, text))
            factors = []
        if found.end() == len(text):
            break
    return tuple(dict.fromkeys(terms))


def _exponent(digits: str | None, text: str) -> int:
    exponent = int((digits or "1")[:3])
    if not 1 <= exponent <= LARGEST:
        raise UsageError(f"{text!r}: an exponent is a whole number from 1 to {LARGEST}")
    return exponent


def _term(factors: Sequence[tuple[str, int]], text: str) -> Term:
    if len(factors) == 1 and factors[0][1] == 1:
        raise UsageError(f"{factors[0][0]!r} in {text!r} is a column, which is there anyway: {WRITE}")
    return tuple(factors)


def term_piece(term: Term, pieces: Mapping[str, Piece]) -> Piece:
    """The piece of a term, from those of the columns.

    Raises
    ------
    UsageError
        If a name is no column of the table, a category has an exponent, or there would be too many columns.
    """
    for name, exponent in term:
        if name not in pieces:
            raise UsageError(f"no feature is called {name!r}: there is {', '.join([*pieces][:20])}")
        if exponent > 1 and pieces[name].value is None:
            raise UsageError(f"{name!r} has categories, which have no powers: {WRITE}")
    count = prod(len(pieces[name].names) for name, _ in term)
    if count > MOST:
        raise UsageError(
            f"{':'.join(name for name, _ in term)} has {count:,} columns: pool rare levels, or leave it out"
        )
    return reduce(product, (power(pieces[name], exponent) for name, exponent in term))
