"""A column of text as categories: a column of 0 and 1 for each level but one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.aliases import Answer, use
from ...core.shown_text import counted
from .column_summary import Levels
from .faults import CellError, missing_at, row_of
from .pieces import Piece
from .settings import Settings, Unknown
from .text_column import Column, Text

__all__ = ["ABSENT", "OTHER", "Category", "learn_category"]

OTHER, ABSENT = "(other)", "(missing)"
FALSE_WORDS = {"false": "true", "no": "yes", "f": "t", "n": "y"}  # and their opposites
NAMES_ROWS = Answer("leave the column out with {}, or pool rare texts with {}")
SHOWN = 5  # levels listed in a message
IDENTIFYING = 20  # from so many levels on, a level for every second row is no category


class Category(NamedTuple):
    """Levels, each compared with the reference.

    Attributes
    ----------
    name : str
    levels : tuple of str
        Those with a column, "NAME=LEVEL".
    reference : str
        The one without.
    pooled : tuple of str
        Rare levels that count as the level "(other)".
    fill : str or None
        The level of a missing value; None: a missing value is refused.
    """

    name: str
    levels: tuple[str, ...]
    reference: str
    pooled: tuple[str, ...] = ()
    fill: str | None = None

    @property
    def plain(self) -> bool:
        """Whether nothing is done to the column."""
        return False

    def pieces(self, column: Column, unknown: Unknown) -> list[Piece]:
        """A column for each of ``levels``."""
        assert isinstance(column, Text)
        places = {level: j for j, level in enumerate(self.levels)} | {self.reference: -1}
        spelled = places | dict.fromkeys(self.pooled, places.get(OTHER, -1))
        known = np.array([level in spelled for level in column.levels], bool)
        if not known.all():
            known |= column.counts() == 0  # a level of a dictionary that no row has
        if not known.all():
            self._meet_unknown(column, known, unknown)
        spelled = {level: spelled.get(level, places.get(OTHER, -1)) for level in column.levels}
        gone = column.codes < 0
        if gone.any() and self.fill is None:
            raise missing_at(self.name, column)
        return [
            Piece(
                tuple(f"{self.name}={level}" for level in self.levels),
                column.renamed(spelled, places.get(self.fill or "", -1)),
            )
        ]

    def _meet_unknown(self, column: Text, known: NDArray[np.bool_], unknown: Unknown) -> None:
        new = [level for level, is_known in zip(column.levels, known, strict=True) if not is_known]
        if unknown.policy == "error":
            problem = f"{_quoted(new[0])} is not among the levels of the fit"
            answer = use("unknown", "other", "correct it, or use {}")
            raise CellError(problem, self.name, row_of(column, ~known), answer)
        as_what = OTHER if OTHER in (*self.levels, self.reference) else f"the reference {self.reference}"
        rows = int(column.counts()[~known].sum())
        unknown.notes.append(
            f"{self.name}: {_listed(new)} in {counted(rows, 'row')} unknown to the fit, taken as {as_what}"
        )


def learn_category(name: str, found: Levels, settings: Settings) -> tuple[Category, str]:
    """The rule of a column of text, and what was decided about it.

    The reference is the level asked for, the false one of true and false or yes and no, else the most frequent one, of
    several the first in the alphabet.
    """
    counts = dict(zip(found.texts, found.counts.tolist(), strict=True))
    if not counts:
        raise CellError("no value in any row", name, answer=use("drop", name))
    n = found.rows
    kept = _kept(counts, settings.min_count)
    if len(kept) >= IDENTIFYING and 2 * len(kept) > n and name not in settings.categories:
        problem = f"{len(kept):,} different texts in {counted(n, 'row')} are no categories"
        raise CellError(problem, name, answer=NAMES_ROWS._replace(settings=(("drop", name), ("min_count", 10))))
    pooled = tuple(sorted(level for level in counts if level not in kept))
    gone = found.missing
    if pooled:
        kept[OTHER] = kept.get(OTHER, 0) + sum(counts[level] for level in pooled)
    if gone and settings.missing == "indicator":
        kept[ABSENT] = kept.get(ABSENT, 0) + gone
    often = min(kept, key=lambda level: (-kept[level], level))
    fill = None if settings.missing not in ("mean", "indicator") else ABSENT if ABSENT in kept else often
    reference = _reference(name, kept, pooled, settings) or _false_word(kept) or often
    levels = tuple(sorted((level for level in kept if level != reference), key=_order))
    return Category(name, levels, reference, pooled, fill), _decided(kept, reference, pooled, counts, gone, fill)


def _kept(counts: dict[str, int], least: int) -> dict[str, int]:
    """The levels that are not pooled: those of ``least`` rows or more, without the rarest if the pool has fewer."""
    kept = {level: count for level, count in counts.items() if count >= least}
    pool = sum(counts.values()) - sum(kept.values())
    while 0 < pool < least and len(kept) > 1:
        rarest = min(kept, key=lambda level: (kept[level], level))
        pool += kept.pop(rarest)
    return kept


def _decided(
    kept: dict[str, int], reference: str, pooled: tuple[str, ...], counts: dict[str, int], gone: int, fill: str | None
) -> str:
    """What was decided about a column of text."""
    if len(kept) == 1:
        said = f"one level, {reference}: it has no column"
    else:
        said = f"{len(kept):,} levels, compared with {reference}"
    if pooled:
        rows = sum(counts[level] for level in pooled)
        said += f"; {counted(len(pooled), 'rare level')} pooled as {OTHER} ({counted(rows, 'row')})"
    return f"{said}; {gone:,} missing, taken as {fill}" if gone and fill is not None else said


def _reference(name: str, kept: dict[str, int], pooled: tuple[str, ...], settings: Settings) -> str | None:
    asked = settings.reference.get(name)
    if asked is None or asked in kept:
        return asked
    why = "is a rare level, pooled by --min-count" if asked in pooled else "is not a level"
    raise CellError(f"the reference {_quoted(asked)} {why}: it has {_listed(sorted(kept, key=_order))}", name)


def _false_word(kept: dict[str, int]) -> str | None:
    """The level that says no, if there are two that say yes and no."""
    words = {level.casefold(): level for level in kept}
    return next((words[no] for no, yes in FALSE_WORDS.items() if set(words) == {no, yes} and len(kept) == 2), None)


def _order(level: str) -> tuple[bool, float, str]:
    """Levels in the order of their numbers, if they are numbers, then of the alphabet; what we made up last."""
    try:
        number = float(level)
    except ValueError:
        number = float("inf")
    return level in (OTHER, ABSENT), number if number == number else float("inf"), level


def _quoted(level: str) -> str:
    return repr(level if len(level) <= 30 else level[:30] + "...")


def _listed(levels: list[str]) -> str:
    first = ", ".join(map(_quoted, levels[:SHOWN]))
    return first if len(levels) <= SHOWN else f"{first}, ... ({len(levels):,} in all)"
