"""The role of each column of a table: feature, target, weights, offset or exposure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...core.errors import DataError, UsageError
from .columns import Sheet, Wanted, listed

__all__ = ["Asked", "Roles", "choose"]


class Asked(NamedTuple):
    """Columns asked for by their parts: names, or numbers from 1 if the file names none; None where none is asked for.

    The offset is a part that is known of each linear predictor, and so is the logarithm of the exposure.
    """

    target: str | int | Sequence[str] | None = None
    features: Sequence[str] | None = None
    weights: str | int | None = None
    offset: str | None = None
    exposure: str | None = None


class Roles(NamedTuple):
    """Names of the columns of each role; None for a role without a column."""

    features: tuple[str, ...]
    target: str | None  # the first of several
    weights: str | None
    asked: bool  # whether the features were named by the user
    further: tuple[str, ...] = ()  # targets after the first
    offset: str | None = None
    exposure: str | None = None

    @property
    def others(self) -> tuple[str, ...]:
        """Columns of numbers beside features, weights and the first target."""
        return (*self.further, *(name for name in (self.offset, self.exposure) if name is not None))

    def numbers(self, labels: bool) -> list[Wanted]:
        """Columns to be read as numbers: features, weights, the others, then the target unless it has labels."""
        mend = "correct it or remove the row" if self.asked else "correct it, or name the columns to use with -x"
        wanted = [Wanted(name, mend) for name in self.features]
        if self.weights is not None:
            wanted.append(Wanted(self.weights, "correct it or remove the row"))
        wanted += [Wanted(name, "correct it or remove the row") for name in self.others]
        if self.target is not None and not labels:
            wanted.append(Wanted(self.target, "correct it, or choose a target of numbers"))
        return wanted


def choose(sheet: Sheet, columns: Asked) -> Roles:
    """Assign a role to each column.

    A format's own target and weights are used, unless other columns are given or they are named as features. An index
    has no role unless it is named.

    Raises
    ------
    UsageError
        If a name is unknown or used twice.
    """
    target, features, weights, offset, exposure = columns
    features = [features] if isinstance(features, str) else features
    asked = None if features is None else tuple(_known(sheet, name) for name in features)
    first, *more = [target] if isinstance(target, (str, int)) else target or [""]
    goal = _own(sheet.own_target, asked) if target is None else _known(sheet, first)
    weight = _own(sheet.own_weights, asked) if weights is None else _known(sheet, weights)
    further = tuple(_known(sheet, name) for name in more)
    part, size = (None if name is None else _known(sheet, name) for name in (offset, exposure))
    given = [name for name in (goal, *further, weight, part, size) if name is not None]
    taken = (*given, *sheet.row_names)
    chosen = asked if asked is not None else tuple(name for name in sheet.names if name not in taken)
    _check_distinct([*chosen, *given], sheet.file)
    if not chosen and asked is None:
        index = f", or use the index with -x {sheet.row_names[0]}" if set(sheet.row_names) - {goal, weight} else ""
        raise DataError(f"no column is left for the features: add one or choose another target{index}", file=sheet.file)
    return Roles(chosen, goal, weight, asked is not None, further, part, size)


def _own(name: str | None, asked: tuple[str, ...] | None) -> str | None:
    return None if name in (asked or ()) else name


def _known(sheet: Sheet, name: str | int) -> str:
    text = str(name)
    if text in sheet.names:
        return text
    if sheet.numbered and f"c{text}" in sheet.names:
        return f"c{text}"
    raise UsageError(f"{sheet.file} has no column {text!r}: {_nearest(text, sheet.names)}it has {listed(sheet.names)}")


def _nearest(name: str, names: Sequence[str]) -> str:
    from difflib import get_close_matches

    lowered = {known.casefold(): known for known in reversed(names)}
    near = get_close_matches(name.casefold()[:100], list(lowered)[-1000:], 1)
    return f"did you mean {lowered[near[0]]!r}? " if near else ""


def _check_distinct(names: Sequence[str], file: str) -> None:
    known: set[str] = set()
    for name in names:
        if name in known:
            raise UsageError(f"{file}: column {name!r} is asked for twice: give each column one part")
        known.add(name)
