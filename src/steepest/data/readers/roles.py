"""The role of each column of a table: feature, target, weights, offset or exposure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from ...core.errors import DataError, UsageError
from .asked import Asked
from .cells import FILL
from .columns import Sheet, Wanted, listed

__all__ = ["Roles", "check_names", "choose"]

DROPPED = f"{FILL}, or say --missing drop"
FILLED = f"{DROPPED} (or mean, indicator)"


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

    def wanted(self, labels: bool, text: Collection[str], missing: str | None = None) -> list[Wanted]:
        """Columns to be read: features, weights, the others, then the target.

        Features in ``text`` are text, the target is if it has ``labels``, all others are numbers. Features may have
        gaps unless ``missing`` is "error", the others only if it is "drop". None is for a recipe: features may have
        gaps, and no option is a remedy.
        """
        wanted = [
            Wanted(name, self._mend(name, missing), name in text, missing != "error", FILLED) for name in self.features
        ]
        gaps, fill = missing == "drop", FILL if missing is None else DROPPED
        if self.weights is not None:
            wanted.append(Wanted(self.weights, "correct it or remove the row", gaps=gaps, fill=fill))
        wanted += [Wanted(name, "correct it or remove the row", gaps=gaps, fill=fill) for name in self.others]
        if self.target is not None:
            wanted.append(Wanted(self.target, "correct it, or choose a target of numbers", labels, gaps, fill))
        return wanted

    def _mend(self, name: str, missing: str | None) -> str:
        """The remedy for text in a feature of numbers."""
        if missing is None:
            return "correct it or remove the row"
        others = "" if self.asked else f"--drop {name}, or "
        return f"correct it, or say {others}--categories {name} if the column is text"


def choose(sheet: Sheet, asked: Asked) -> Roles:
    """Assign a role to each column; those to drop have none.

    A format's own target and weights are used, unless other columns are given or they are named as features. An index
    has no role unless it is named.

    Raises
    ------
    UsageError
        If a name is unknown or used twice.
    """
    named = None if asked.features is None else tuple(_known(sheet, name) for name in asked.features)
    first, *more = [asked.target] if isinstance(asked.target, (str, int)) else asked.target or [""]
    goal = _own(sheet.own_target, named) if asked.target is None else _known(sheet, first)
    weight = _own(sheet.own_weights, named) if asked.weights is None else _known(sheet, asked.weights)
    further = tuple(_known(sheet, name) for name in more)
    part, size = (None if name is None else _known(sheet, name) for name in (asked.offset, asked.exposure))
    given = [name for name in (goal, *further, weight, part, size) if name is not None]
    left = [_known(sheet, name) for name in asked.drop]
    _check_distinct([*left, *(named or ()), *given], sheet.file)
    taken = (*given, *sheet.row_names, *left)
    chosen = named if named is not None else tuple(name for name in sheet.names if name not in taken)
    _check_distinct([*chosen, *given], sheet.file)
    if not chosen and named is None:
        index = f", or use the index with -x {sheet.row_names[0]}" if set(sheet.row_names) - {goal, weight} else ""
        raise DataError(f"no column is left for the features: add one or choose another target{index}", file=sheet.file)
    return Roles(chosen, goal, weight, named is not None, further, part, size)


def check_names(sheet: Sheet, names: Sequence[str]) -> None:
    """Refuse a name that is no column of the sheet."""
    for name in names:
        _known(sheet, name)


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
