"""Scores of a model on a table in parts: what ``steepest evaluate`` prints, from the sums of one pass."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...core.errors import DataError, UsageError
from ...core.types import Array
from ...data.tree import Partial
from ...parts.coding import places_of
from ...parts.part import Block
from ...parts.parts import Parts
from ...parts.predictors import linear_predictors
from ..model import Model
from .class_sums import ClassSums, class_measures
from .number_sums import NumberSums, number_measures

__all__ = ["Scored", "Scores", "scores_in_parts"]


class Scored(NamedTuple):
    """The scores of a model.

    Attributes
    ----------
    measures : dict
        As of `model_scores`. Where the scores of classes were rounded, also "auc_within" and
        "average_precision_within": how far these may be from those of the scores themselves.
    rows : int
    targets : array
        Targets that occur: least and largest, (2,) or (2, k); of classes the places of those that have rows.
    """

    measures: dict[str, Any]
    rows: int
    targets: Array


class Scores(NamedTuple):
    """A work: the sums from which all scores of a model follow."""

    model: Model
    values: tuple[float, ...] = ()  # of each class in the target

    @property
    def sums(self) -> ClassSums | NumberSums:
        """What is summed."""
        return NumberSums(self.model) if self.model.classes is None else ClassSums(self.model)

    def __call__(self, block: Block) -> list[Partial]:
        """The sums of each leaf; the first is the number of rows."""
        if self.model.shifted and block.rows.offset is None:
            raise DataError("the model was fitted with an offset: scan the table with offset=...")
        z, y, leaf = linear_predictors(block, self.model.w), self._targets(block), block.how.leaf
        n = len(z)
        weight = np.ones(n) if block.rows.weight is None else block.rows.weight
        if weight.min() < 0:
            raise DataError("weights must be >= 0 and not all zero")
        found = []
        for low in range(0, n, leaf):
            at = slice(low, min(n, low + leaf))
            counted = weight[at] > 0
            own = (z[at][counted], y[at][counted], weight[at][counted])
            found.append((np.array([float(at.stop - low)]), *self.sums.of(*own)))
        return found

    def join(self, a: Partial, b: Partial) -> Partial:
        """The sums of both."""
        return (a[0] + b[0], *self.sums.join(a[1:], b[1:]))

    def _targets(self, block: Block) -> Array:
        """Targets (n, k); of classes their places (n, 1)."""
        y = block.rows.y
        if self.model.classes is None:
            return y
        places, known = places_of(self.values, y[:, 0])
        if not known.all():
            row = block.first + int(known.argmin()) + 1
            raise DataError(f"row {row:,}: the label is none of the model's classes: write labels as in the fit")
        return places[:, None].astype(np.float64)


def scores_in_parts(model: Model, parts: Parts) -> Scored:
    """The scores of a model on the rows of a table in parts, whose columns are those of the model.

    Raises
    ------
    DataError, UsageError
        If the table has other columns, or a label that the model does not know, or a prediction is not finite.

    Notes
    -----
    Cost: one pass. Rankings are exact while a class has at most `ranking.MOST` different scores, and else in bins,
    whose effect on AUC and average precision has a bound that is computed. The bits do not depend on the cut.
    """
    if not parts.source.targets:
        raise DataError("the table has no target to compare with: scan it with one")
    if parts.names != model.names:
        names = list(model.names[:20])
        raise UsageError(f"the table has other columns than the model: scan it with features={names}")
    work = Scores(model, _values(model, parts))
    rows, *sums = parts.sums(work)
    read = number_measures if model.classes is None else class_measures
    measures, targets = read(model, tuple(sums))
    return Scored(measures, int(rows[0]), targets)


def _values(model: Model, parts: Parts) -> tuple[float, ...]:
    """How the target of the table spells each class."""
    if model.classes is None:
        return ()
    levels = parts.source.levels
    if levels is not None:
        return tuple(float(levels.index(c)) if c in levels else np.nan for c in map(_spelt, model.classes))
    return tuple(np.nan if isinstance(label, str) else float(label) for label in model.classes)


def _spelt(label: str | float) -> str:
    """A label as text: 1 rather than 1.0."""
    return str(int(label)) if isinstance(label, float) and label.is_integer() and abs(label) < 1e15 else str(label)
