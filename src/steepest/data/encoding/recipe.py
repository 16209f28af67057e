"""A recipe: what was learnt about each column of a table, so that rows to predict are encoded in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.aliases import Answer, use
from ...core.errors import DataError
from ..csr import CSR
from .categories import Category, learn_category
from .column_summary import Levels, Summary, summary_of
from .dates import Date, learn_date, looks_like_dates
from .faults import CellError
from .numbers import Number, learn_number
from .pieces import Piece, joined
from .settings import Settings, Unknown
from .terms import Term, read_terms, term_piece
from .text_column import Column, Text

__all__ = ["Learnt", "Recipe", "Rule", "learn", "learn_from", "plain_recipe"]

Rule = Number | Category | Date


class Recipe(NamedTuple):
    """How the columns of a table become numbers.

    Attributes
    ----------
    rules : tuple of Number, Category or Date
        One for each column of the table, in order.
    terms : tuple of Term
        Powers and products, after the columns.
    """

    rules: tuple[Rule, ...]
    terms: tuple[Term, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the table's columns."""
        return tuple(rule.name for rule in self.rules)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of the encoded table."""
        none = np.zeros(0)
        empty = [Text(none.astype(np.int32), ()) if rule.name in self.text_columns else none for rule in self.rules]
        return self.encode(empty, Unknown())[1]

    @property
    def text_columns(self) -> frozenset[str]:
        """Those that hold text."""
        return frozenset(rule.name for rule in self.rules if not isinstance(rule, Number))

    @property
    def plain(self) -> bool:
        """Whether the table's columns are used as they are."""
        return not self.terms and all(isinstance(rule, Number) and rule.plain for rule in self.rules)

    def encode(self, columns: Sequence[Column], unknown: Unknown) -> tuple[NDArray[np.float64] | CSR, tuple[str, ...]]:
        """The encoded table (n, d) and the names of its columns.

        Raises
        ------
        CellError
            If a cell does not suit its rule.
        DataError
            If two columns would have one name, or none is left.
        """
        if self.plain:
            return np.column_stack(
                [_plain(rule, column) for rule, column in zip(self.rules, columns, strict=True)]
            ), self.columns
        pieces: list[Piece] = []
        named: dict[str, Piece] = {}
        for rule, column in zip(self.rules, columns, strict=True):
            own = rule.pieces(column, unknown)
            named.update(_named(rule, own))
            pieces += own
        pieces += [term_piece(term, named) for term in self.terms]
        names = tuple(name for piece in pieces for name in piece.names)
        _check_names(names)
        return joined([piece for piece in pieces if piece.names]), names


def plain_recipe(names: Sequence[str]) -> Recipe:
    """The recipe of columns of numbers that are used as they are."""
    return Recipe(tuple(map(Number, names)))


class Learnt(NamedTuple):
    """A recipe, and what was decided, a line for each column that is not simply used."""

    recipe: Recipe
    decided: tuple[str, ...]


def learn(names: Sequence[str], columns: Sequence[Column], settings: Settings) -> Learnt:
    """Find out how each column becomes numbers.

    Text becomes categories, numbers stay numbers; `Settings` say the rest.

    Raises
    ------
    CellError
        If a column cannot be used.
    UsageError
        If a setting names no column, or a term cannot be read.
    """
    return learn_from(names, list(map(summary_of, columns)), settings)


def learn_from(names: Sequence[str], summaries: Sequence[Summary], settings: Settings) -> Learnt:
    """The same from summaries of the columns, whose rows need not be in memory."""
    rules: list[Rule] = []
    decided = []
    for name, found in zip(names, summaries, strict=True):
        _check_gaps(name, found, settings.missing)
        rule, said = _learn_one(name, found, settings)
        rules.append(rule)
        decided += [f"{name}: {said}"] if said else []
    return Learnt(Recipe(tuple(rules), read_terms(settings.terms)), tuple(decided))


def _check_gaps(name: str, found: Summary, missing: str) -> None:
    """Refuse a gap in a column to be learnt from, unless gaps are filled."""
    if missing == "error" and found.gap is not None:
        answer = use("missing", "mean", "remove the row or fill it in, or use {}")
        what = "missing value" if isinstance(found, Levels) else "missing value (NaN)"
        raise CellError(what, name, found.gap, answer)


def _learn_one(name: str, found: Summary, settings: Settings) -> tuple[Rule, str | None]:
    if name in settings.dates:
        return learn_date(name, found, settings)
    if not isinstance(found, Levels):
        return learn_number(name, found, settings)
    if name not in settings.categories and looks_like_dates(found.texts):
        raise CellError(
            f"{found.texts[0]!r} looks like a date",
            name,
            0,
            DATES._replace(settings=(("dates", name), ("categories", name))),
        )
    return learn_category(name, found, settings)


DATES = Answer("read it with {}, or as text with {}")


def _plain(rule: Rule, column: Column) -> NDArray[np.float64]:
    value = rule.pieces(column, Unknown())[0].value
    assert value is not None  # a plain rule gives numbers
    return value


def _named(rule: Rule, pieces: Sequence[Piece]) -> dict[str, Piece]:
    """Pieces by the names that terms may use: of the column, and of each part of a date."""
    if not isinstance(rule, Date):
        return {rule.name: pieces[0]}
    parts = {f"{rule.name} {part}": piece for (part, _), piece in zip(rule.parts, pieces, strict=False)}
    return parts | ({rule.name: pieces[0]} if len(rule.parts) == 1 else {})


def _check_names(names: Sequence[str]) -> None:
    if not names:
        raise DataError("no column is left for the features: each has one level")
    known: set[str] = set()
    for name in names:
        if name in known:
            raise DataError(f"two features would be called {name!r}: rename a column")
        known.add(name)
