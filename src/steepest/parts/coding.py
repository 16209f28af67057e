"""Coding: what the target of a part stands for, and the weights of its classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError
from ..core.types import Array
from ..data.classes import Classes
from ..data.rows import Rows

__all__ = ["AS_GIVEN", "Coding", "places_of"]


class Coding(NamedTuple):
    """How the targets of a source become those of a problem: numbers as they are, or places of classes.

    Called with rows, it gives rows whose targets and weights are those of the problem.
    """

    classes: int = 0  # one-hot columns for so many classes; 0 leaves the target as it is
    one: int | None = None  # this class against the others
    weights: tuple[float, ...] = ()  # of each class, by its place
    values: tuple[float, ...] = ()  # of each class in the target; () where that holds places

    def __call__(self, rows: Rows) -> Rows:
        """The rows with the targets and weights of the problem."""
        weight, places = rows.weight, self._places(rows.y)
        if self.weights:
            own = np.array(self.weights)[places.astype(np.int64)]
            weight = own if weight is None else own * weight
        total = float(rows.shape[0] if weight is None else weight.sum())
        rows = rows._replace(weight=weight, total=total, threads=1)
        if self.one is not None:
            return rows._replace(y=np.asfortranarray((places == self.one)[:, None], np.float64))
        if not self.classes:
            return rows
        hot = np.asfortranarray(places[:, None] == np.arange(self.classes), np.float64)
        return Classes(*rows._replace(y=hot))

    def _places(self, y: Array) -> NDArray[Any]:
        """The place of each target among the classes."""
        if not self.values:
            return y[:, 0] if y.shape[1] else np.zeros(len(y))
        places, known = places_of(self.values, y[:, 0])
        if not known.all():
            raise DataError("a label that no row of weight > 0 had before: leave its rows out, or scan the table again")
        return places


AS_GIVEN = Coding()


def places_of(values: Sequence[float], y: Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The place of each target among the values, of which those that are NaN have no rows; and whether it is there.

    Examples
    --------
    >>> places_of((2.0, 1.0), np.array([1.0, 2.0, 5.0]))
    (array([1, 0, 0]), array([ True,  True, False]))
    """
    known = np.array(values)
    order = np.argsort(known)  # NaN is last
    places = order[np.searchsorted(known[order], y).clip(max=len(order) - 1)]
    return places, known[places] == y
