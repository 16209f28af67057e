"""Arrays in .npy files as a source: rows are read where they stand, in C or Fortran order, never the whole array."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, NamedTuple

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
from ...data.readers.stored_array import Bytes, Stored, stored_array
from ...data.rows import Rows
from .files import File, hash_of
from .source import Piece

__all__ = ["NpySource"]

PIECE = 1 << 24  # bytes of a piece
LABELS = 1 << 16  # rows whose labels are read at a time
VERSION = 1
MEND = "correct it or remove the row"


class Saved(NamedTuple):
    """A file with an array."""

    file: File
    array: Stored

    @property
    def name(self) -> str:
        """As messages show it."""
        return self.file.name

    @contextmanager
    def opened(self) -> Iterator[Bytes]:
        """The open file, if it is as it was."""
        self.file.check()
        with self.file.store.open(self.file.path, self.name) as raw:
            yield raw


class NpySource:
    """Two-dimensional arrays of numbers, one below the other, with columns c1, c2, ...

    Parameters
    ----------
    files : sequence of File
        Arrays of one type with as many columns each.
    asked : Asked
    target : File, optional
        The target, (n,) or (n, k), of one array. By default it is a column, the last one if none is asked for.
    """

    def __init__(self, files: Sequence[File], asked: Asked, target: File | None = None) -> None:
        self._arrays, self._y = tuple(map(_saved, files)), None if target is None else _saved(target)
        _check_arrays(self._arrays)
        if self._y is not None:
            _check_target(self._arrays, self._y)
        if asked.settings.missing != "error":
            raise UsageError(f"missing={asked.settings.missing!r} is for text: an array must be without gaps")
        columns = {f"c{j + 1}": np.zeros(0) for j in range(self._first.shape[1])}
        own = f"c{len(columns)}" if len(columns) > 1 and target is None else None
        self._roles: Roles = choose(ArraySheet(files[0].name, columns, True, own), asked)
        self._places = {name: j for j, name in enumerate(columns)}
        self.identity = hash_of([*files, *([] if target is None else [target])], "npy", VERSION, self._roles)

    @property
    def _first(self) -> Stored:
        return self._arrays[0].array

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self._roles.features

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets."""
        if self._y is not None:
            shape = self._y.array.shape
            return ("y",) if len(shape) == 1 else tuple(f"y{j}" for j in range(shape[1]))
        return () if self._roles.target is None else (self._roles.target, *self._roles.further)

    @property
    def remote(self) -> bool:
        """Whether the files are on another machine."""
        return any(saved.file.store.remote for saved in self._arrays)

    @property
    def seeks(self) -> bool:
        """Whether rows are read alone: of files on this machine."""
        return not self.remote

    waits = False
    stored = None  # rows are dense

    @cached_property
    def levels(self) -> tuple[str, ...] | None:
        """Labels of a target of text or of true and false. Cost: the target is read."""
        if self._y is None or len(self._y.array.shape) > 1 or self._y.array.dtype.kind not in "USb":
            return None
        y, n = self._y.array, self._y.array.shape[0]
        found: set[str] = set()
        with self._y.opened() as raw:
            for low in range(0, n, LABELS):
                found.update(np.unique(y.rows(low, min(n, low + LABELS), [0], raw)[0].astype(str)).tolist())
        return tuple(sorted(found))

    @property
    def weights(self) -> str | None:
        """The name of the column of weights."""
        return self._roles.weights

    @property
    def truths(self) -> bool:
        """Whether the labels are true and false."""
        return self._y is not None and self._y.array.dtype.kind == "b"

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Ranges of rows of about 16 MB."""
        found = []
        for saved in self._arrays:
            n, step = saved.array.shape[0], self._step
            found += [Piece(saved.name, i, min(step, n - low)) for i, low in enumerate(range(0, n, step))]
        return tuple(found)

    @property
    def _step(self) -> int:
        return max(1, PIECE // self._first.row_bytes)

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        """The rows, copied."""
        known = self.pieces[piece]
        saved = next(saved for saved in self._arrays if saved.name == known.file)
        first = known.number * self._step
        with saved.opened() as raw:
            for low in range(first + start, first + known.rows, size):
                yield self._rows(saved.array, low, min(first + known.rows, low + size), raw)

    def check(self, pieces: range | None = None) -> None:
        """Refuse files that are no longer as they were found; those of some pieces alone."""
        asked = None if pieces is None else {self.pieces[piece].file for piece in pieces}
        some = [saved for saved in self._arrays if asked is None or saved.name in asked]
        for array in (*some, *(() if self._y is None else (self._y,))):
            array.file.check()

    def place(self, piece: int, row: int) -> str:
        """File and row, from 1."""
        known = self.pieces[piece]
        return f"{known.file}, row {known.number * self._step + row + 1:,}"

    def _rows(self, array: Stored, low: int, high: int, raw: Bytes) -> Rows:
        roles = self._roles
        further = [name for name in (*self._own_targets, roles.weights, roles.offset, roles.exposure) if name]
        every = [*roles.features, *further]
        columns = array.rows(low, high, [self._places[name] for name in every], raw)
        X = np.empty((high - low, len(roles.features)), np.float32 if array.dtype == np.float32 else np.float64)
        fill_rows(X, columns[: X.shape[1]])
        if not all_finite(X):
            row, j = (int(places[0]) for places in np.nonzero(~np.isfinite(X)))
            _refuse(X[row, j], array, roles.features[j], low + row)
        read = {name: _vector(c, name, array, low) for name, c in zip(further, columns[X.shape[1] :], strict=True)}
        weight = None if roles.weights is None else read[roles.weights]
        if weight is not None and (weight < 0).any():
            row = int((weight < 0).argmax())
            refuse(f"weight {weight[row]:g} is below zero: correct it", array.file, str(roles.weights), low + row)
        offset = known_offset(read, roles.offset, roles.exposure, array.file, lambda row: None)
        y = self._target(read, low, high)
        return Rows(X, y, weight, offset, total=float(len(X) if weight is None else weight.sum()))

    @property
    def _own_targets(self) -> tuple[str, ...]:
        return self.targets if self._y is None else ()

    def _target(self, read: dict[str, NDArray[np.float64]], low: int, high: int) -> NDArray[np.float64]:
        if self._y is None:
            return np.asfortranarray(np.array([read[name] for name in self.targets]).reshape(-1, high - low).T)
        with self._y.opened() as raw:
            columns = self._y.array.rows(low, high, range(len(self.targets)), raw)
        if self.levels is not None:
            columns = [np.searchsorted(np.array(self.levels), columns[0].astype(str))]
        found = [_vector(column, name, self._y.array, low) for name, column in zip(self.targets, columns, strict=True)]
        return np.asfortranarray(np.array(found).T)


def _saved(file: File) -> Saved:
    with file.store.open(file.path, file.name) as raw:
        return Saved(file, stored_array(raw, file.size, file.name))


def _check_arrays(arrays: Sequence[Saved]) -> None:
    """Refuse arrays that are no tables of numbers, or that differ."""
    first = arrays[0].array
    for _, array in arrays:
        shape, dtype = array.shape, array.dtype
        if len(shape) != 2 or shape[1] == 0:
            raise DataError(f"the array has shape {shape}: rows by columns are needed", file=array.file)
        if dtype.kind not in "biuf":
            raise DataError(f"the array is of type {dtype}: save numbers", file=array.file)
        if (shape[1], dtype) != (first.shape[1], first.dtype):
            theirs = f"{first.file} has {first.shape[1]} of {first.dtype}"
            raise DataError(f"{shape[1]} columns of {dtype}, but {theirs}: make them the same", file=array.file)


def _check_target(arrays: Sequence[Saved], saved: Saved) -> None:
    """Refuse a target that does not fit the one array."""
    y, n = saved.array, arrays[0].array.shape[0]
    if len(arrays) > 1:
        raise UsageError(f"{y.file}: a target of its own is for one array: save the target as a column of each")
    if len(y.shape) not in (1, 2) or y.shape[0] != n or 0 in y.shape[1:]:
        raise DataError(f"the target has shape {y.shape}, expected {(n,)}: make it fit X", file=y.file)
    if y.dtype.kind not in ("biufUS" if len(y.shape) == 1 else "biuf"):
        raise DataError(f"the target is of type {y.dtype}: save numbers or labels", file=y.file)


def _vector(column: NDArray[Any], name: str, array: Stored, low: int) -> NDArray[np.float64]:
    """One column of numbers, (m,)."""
    numbers = column.astype(np.float64)
    if not all_finite(numbers):
        row = int((~np.isfinite(numbers)).argmax())
        _refuse(numbers[row], array, name, low + row)
    return numbers


def _refuse(value: Any, array: Stored, name: str, row: int) -> None:
    refuse(str(number_fault(float(value), MEND)), array.file, name, row)
