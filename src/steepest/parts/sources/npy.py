"""Arrays in .npy files as a source: rows are read where they stand, in C or Fortran order, never the whole array."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import DataError, UsageError
from ...data.finite import all_finite
from ...data.in_rows import fill_rows
from ...data.readers.asked import Asked
from ...data.readers.cells import number_fault
from ...data.readers.columns import refuse
from ...data.readers.numpy_file import ArraySheet
from ...data.readers.response import known_offset
from ...data.readers.roles import Roles, choose
from ...data.rows import Rows
from .files import hash_of
from .source import Piece
from .stored_array import Stored

__all__ = ["NpySource"]

PIECE = 1 << 24  # bytes of a piece
LABELS = 1 << 16  # rows whose labels are read at a time
VERSION = 1
MEND = "correct it or remove the row"


class NpySource:
    """Two-dimensional arrays of numbers, one below the other, with columns c1, c2, ...

    Parameters
    ----------
    arrays : sequence of Stored
        Of one type and as many columns each.
    asked : Asked
    y : Stored, optional
        The target, (n,) or (n, k), of one array. By default it is a column, the last one if none is asked for.
    """

    def __init__(self, arrays: Sequence[Stored], asked: Asked, y: Stored | None = None) -> None:
        self._arrays, self._y = tuple(arrays), y
        _check_shapes(self._arrays, y)
        if asked.settings.missing != "error":
            raise UsageError(f"missing={asked.settings.missing!r} is for text: an array must be without gaps")
        self._columns = tuple(f"c{j + 1}" for j in range(arrays[0].shape[1]))
        own = self._columns[-1] if len(self._columns) > 1 and y is None else None
        none = dict.fromkeys(self._columns, np.zeros(0))
        self._roles: Roles = choose(ArraySheet(arrays[0].file.name, none, True, own), asked)
        files = [array.file for array in (*arrays, *([] if y is None else [y]))]
        self.identity = hash_of(files, "npy", VERSION, self._roles)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self._roles.features

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets."""
        if self._y is not None:
            return ("y",) if len(self._y.shape) == 1 else tuple(f"y{j}" for j in range(self._y.shape[1]))
        return () if self._roles.target is None else (self._roles.target, *self._roles.further)

    @property
    def remote(self) -> bool:
        """Whether the files are on another machine."""
        return any(array.file.store.remote for array in self._arrays)

    @property
    def seeks(self) -> bool:
        """Whether rows are read alone: of files on this machine."""
        return not self.remote

    @cached_property
    def levels(self) -> tuple[str, ...] | None:
        """Labels of a target of text or of true and false. Cost: the target is read."""
        y = self._y
        if y is None or len(y.shape) > 1 or y.dtype.kind not in "USb":
            return None
        found: set[str] = set()
        with y.opened() as raw:
            for low in range(0, y.shape[0], LABELS):
                labels = y.rows(low, min(y.shape[0], low + LABELS), [0], raw)[0]
                found.update(np.unique(labels.astype(str)).tolist())
        return tuple(sorted(found))

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Ranges of rows of about 16 MB."""
        found = []
        for array in self._arrays:
            n, step = array.shape[0], self._step
            found += [Piece(array.file.name, i, min(step, n - low)) for i, low in enumerate(range(0, n, step))]
        return tuple(found)

    @property
    def _step(self) -> int:
        row = self._arrays[0].dtype.itemsize * len(self._columns)
        return max(1, PIECE // max(1, row))

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        """The rows, copied."""
        known = self.pieces[piece]
        array = next(array for array in self._arrays if array.file.name == known.file)
        first = known.number * self._step
        array.file.check()
        with array.opened() as raw:
            for low in range(first + start, first + known.rows, size):
                yield self._rows(array, low, min(first + known.rows, low + size), raw)

    def place(self, piece: int, row: int) -> str:
        """File and row, from 1."""
        known = self.pieces[piece]
        return f"{known.file}, row {known.number * self._step + row + 1:,}"

    def _rows(self, array: Stored, low: int, high: int, raw: Any) -> Rows:
        roles = self._roles
        further = [name for name in (*self._own_targets, roles.weights, roles.offset, roles.exposure) if name]
        every = [*roles.features, *further]
        columns = array.rows(low, high, [self._columns.index(name) for name in every], raw)
        X = np.empty((high - low, len(roles.features)), np.float32 if array.dtype == np.float32 else np.float64)
        fill_rows(X, columns[: X.shape[1]])
        if not all_finite(X):
            row, j = (int(places[0]) for places in np.nonzero(~np.isfinite(X)))
            _refuse(X[row, j], array, roles.features[j], low + row)
        read = {name: _vector(c, name, array, low) for name, c in zip(further, columns[X.shape[1] :], strict=True)}
        weight = None if roles.weights is None else read[roles.weights]
        if weight is not None and (weight < 0).any():
            row = int((weight < 0).argmax())
            refuse(f"weight {weight[row]:g} is below zero: correct it", array.file.name, str(roles.weights), low + row)
        offset = known_offset(read, roles.offset, roles.exposure, array.file.name, lambda row: None)
        y = self._target(read, low, high)
        return Rows(X, y, weight, offset, total=float(len(X) if weight is None else weight.sum()))

    @property
    def _own_targets(self) -> tuple[str, ...]:
        return self.targets if self._y is None else ()

    def _target(self, read: dict[str, NDArray[np.float64]], low: int, high: int) -> NDArray[np.float64]:
        y = self._y
        if y is None:
            return np.asfortranarray(np.array([read[name] for name in self.targets]).reshape(-1, high - low).T)
        y.file.check()
        with y.opened() as raw:
            columns = y.rows(low, high, range(len(self.targets)), raw)
        if self.levels is not None:
            columns = [np.searchsorted(np.array(self.levels), columns[0].astype(str))]
        found = [_vector(column, name, y, low) for name, column in zip(self.targets, columns, strict=True)]
        return np.asfortranarray(np.array(found).T)


def _check_shapes(arrays: Sequence[Stored], y: Stored | None) -> None:
    first = arrays[0]
    for array in arrays:
        name, shape = array.file.name, array.shape
        if len(shape) != 2 or shape[1] == 0:
            raise DataError(f"the array has shape {shape}: rows by columns are needed", file=name)
        if array.dtype.kind not in "biuf":
            raise DataError(f"the array is of type {array.dtype}: save numbers", file=name)
        if (shape[1], array.dtype) != (first.shape[1], first.dtype):
            problem = (
                f"{shape[1]} columns of {array.dtype}, but {first.file.name} has {first.shape[1]} of {first.dtype}"
            )
            raise DataError(f"{problem}: make them the same", file=name)
    if y is None:
        return
    if len(arrays) > 1:
        raise UsageError(f"{y.file.name}: a target of its own is for one array: save the target as a column of each")
    if len(y.shape) not in (1, 2) or y.shape[0] != first.shape[0] or 0 in y.shape[1:]:
        raise DataError(f"the target has shape {y.shape}, expected {first.shape[:1]}: make it fit X", file=y.file.name)
    if y.dtype.kind not in ("biufUS" if len(y.shape) == 1 else "biuf"):
        raise DataError(f"the target is of type {y.dtype}: save numbers or labels", file=y.file.name)


def _vector(column: NDArray[Any], name: str, array: Stored, low: int) -> NDArray[np.float64]:
    """One column of numbers, (m,)."""
    numbers = column.astype(np.float64)
    if not all_finite(numbers):
        row = int((~np.isfinite(numbers)).argmax())
        _refuse(numbers[row], array, name, low + row)
    return numbers


def _refuse(value: Any, array: Stored, name: str, row: int) -> None:
    refuse(str(number_fault(float(value), MEND)), array.file.name, name, row)
