"""Labels: the classes of a table in parts, their total weights, and the coding of a problem of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..core.errors import DataError
from ..core.whole_numbers import rounding_note
from .coding import Coding
from .parts import Parts

__all__ = ["Labels", "labels_of"]

Label = str | float


class Labels(NamedTuple):
    """The labels of a target in the order of the classes, and how the table spells them."""

    labels: tuple[Label, ...]
    values: tuple[float, ...]  # in the target: numbers, or places of texts
    totals: tuple[float, ...]  # total weight of each

    @property
    def balanced(self) -> tuple[float, ...]:
        """Weights that make the totals of all classes equal."""
        mean = sum(self.totals) / len(self.totals)
        return tuple(mean / total for total in self.totals)

    def ordered(self, labels: Sequence[Label]) -> Labels:
        """The same in another order."""
        places = [self.labels.index(label) for label in labels]
        values, totals = (tuple(each[i] for i in places) for each in (self.values, self.totals))
        return Labels(tuple(labels), values, totals)

    def coded(self, table: Parts, weights: tuple[float, ...] = (), one: int | None = None) -> Parts:
        """The table of a problem: of one class against the others, of two classes, or of all together."""
        one = 1 if one is None and len(self.labels) == 2 else one
        if (self.values, one, weights) == ((0.0, 1.0), 1, ()):  # which it is: its survey is known
            return table
        return table.coded(Coding(0 if one is not None else len(self.labels), one, weights, self.values))


def labels_of(table: Parts) -> Labels:
    """The labels of the target of a table, and their weights. Cost: the survey, a pass over the data, once.

    Raises
    ------
    DataError
        If they are so many that they are no classes, whole numbers that are rounded, all rows of one have weight 0, or
        there are several targets.
    """
    if len(table.source.targets) > 1:
        raise DataError(f"classes are one target, not {len(table.source.targets)}: name one, or fit a regression")
    targets, levels = table.survey.targets, table.source.levels
    what = table.source.targets[0]
    if targets.values is None:
        problem = "more than 1,000 different numbers are too many for classes: fit a regression"
        raise DataError(problem, column=what)
    if levels is None and rounding_note(f"column {what!r}") in table.source_notes:
        problem = "a label beyond 2^53, where double precision rounds whole numbers: store the labels as text"
        raise DataError(problem, column=what)
    values = tuple(targets.values.tolist())
    labels = values if levels is None else tuple(levels[int(i)] for i in values)
    empty = [label for label, total in zip(labels, targets.weights, strict=True) if not total > 0]
    if empty:
        raise DataError(f"every row of class {empty[0]!r} has weight 0: leave the class out", column=what)
    return Labels(labels, values, tuple(targets.weights.tolist()))
