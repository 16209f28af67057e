"""NumPy's own files: a 2-D array in .npy; X, y and perhaps names and weight in .npz. Never a pickle."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import DataError
from ...core.unpacking import most_unpacked
from ..encoding.text_column import Column
from .columns import Wanted, holds_text, listed, numbers_of, text_of_column, unique_names
from .content import Content, damaged, too_large
from .text_format import PLAIN, TextFormat

__all__ = ["ArraySheet", "open_npy", "open_npz"]

SAMPLE = 100  # rows by which columns of text are told


class ArraySheet(NamedTuple):
    """Columns in memory, as they were saved."""

    file: str
    columns: Mapping[str, NDArray[Any]]
    numbered: bool
    own_target: str | None = None
    own_weights: str | None = None

    @property
    def row_names(self) -> tuple[str, ...]:
        """None: the format has no index."""
        return ()

    @property
    def notes(self) -> tuple[str, ...]:
        """None: nothing is guessed."""
        return ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self.columns)

    @property
    def form(self) -> TextFormat:
        """Numbers are written as Python writes them."""
        return PLAIN

    @property
    def text_names(self) -> frozenset[str]:
        """Columns of an array of text, whose first cells are mostly no numbers."""
        of_text = ((name, column) for name, column in self.columns.items() if column.dtype.kind in "US")
        return frozenset(name for name, column in of_text if holds_text(column[:SAMPLE].tolist()))

    def read(self, wanted: Sequence[Wanted]) -> list[Column]:
        """Columns of numbers and of text."""
        return [(text_of_column if w.text else numbers_of)(self.columns[w.name], w, self.file) for w in wanted]

    def cells(self, name: str) -> list[Any]:
        """Cells of a column as they are kept."""
        kept: list[Any] = self.columns[name].tolist()
        return kept

    def line(self, row: int) -> None:
        """Return None: the file has no lines."""


def open_npy(content: Content) -> ArraySheet:
    """Read a 2-D array; by default its last column is the target.

    Examples
    --------
    >>> stream = io.BytesIO()
    >>> np.save(stream, [[1.0, 2.0], [3.0, 4.0]])
    >>> open_npy(Content("a.npy", ".npy", stream.getvalue())).names
    ('c1', 'c2')
    """
    X = _two_dimensional(_load(content, "a .npy file", b"\x93NUMPY"), "the array", content.name)
    names = _numbered(X)
    return ArraySheet(content.name, dict(zip(names, X.T, strict=True)), True, names[-1] if len(names) > 1 else None)


def open_npz(content: Content) -> ArraySheet:
    """Read the arrays X (n, d) and, if they are there, y (n,), weight (n,) and names (d,)."""
    arrays = _load(content, "a .npz file", b"PK")
    packed, unpacked = len(content.data), sum(member.file_size for member in arrays.zip.infolist())
    if unpacked > (most := most_unpacked(packed)):
        raise too_large(content.name, packed, most, "save it with np.savez")
    if "X" not in arrays:
        raise DataError(f"no array called 'X' among {listed(list(arrays))}: save one", file=content.name)
    found = {key: _member(arrays, key, content.name) for key in ("X", "y", "weight", "names") if key in arrays}
    X = _two_dimensional(found.pop("X"), "X", content.name)
    given = found.pop("names", None)
    names = _numbered(X) if given is None else _as_names(given, X, content.name)
    for key, array in found.items():
        _check_shape(key, array, X.shape[:1], content.name)
    unique_names([*names, *found], content.name)
    columns = dict(zip(names, X.T, strict=True)) | found
    return ArraySheet(content.name, columns, given is None, *(key if key in found else None for key in ("y", "weight")))


def _load(content: Content, kind: str, signature: bytes) -> Any:
    if not content.data.startswith(signature):
        raise damaged(content.name, kind)
    try:
        return np.load(io.BytesIO(content.data), allow_pickle=False)
    except Exception as error:  # the decoder may raise anything on a damaged file
        _refuse_objects(error, content.name)
        raise damaged(content.name, kind) from None


def _member(arrays: Any, key: str, file: str) -> NDArray[Any]:
    try:
        array = arrays[key]
    except Exception as error:  # as above
        _refuse_objects(error, file)
        raise damaged(file, "a .npz file") from None
    if not isinstance(array, np.ndarray):  # a member without NumPy's signature comes back as bytes
        raise damaged(file, "a .npz file")
    return array


def _refuse_objects(error: Exception, file: str) -> None:
    if "Object arrays" in str(error):
        problem = "Python objects, which could run code when loaded: save an array of numbers"
        raise DataError(problem, file=file) from None


def _two_dimensional(X: NDArray[Any], what: str, file: str) -> NDArray[Any]:
    if X.ndim != 2 or X.shape[1] == 0:
        raise DataError(f"{what} has shape {X.shape}: rows by columns are needed", file=file)
    return X


def _check_shape(key: str, array: NDArray[Any], shape: tuple[int, ...], file: str) -> None:
    if array.shape != shape:
        raise DataError(f"{key} has shape {array.shape}, expected {shape}: make it fit X", file=file)


def _as_names(given: NDArray[Any], X: NDArray[Any], file: str) -> tuple[str, ...]:
    _check_shape("names", given, X.shape[1:], file)
    if given.dtype.kind != "U":
        raise DataError(f"names are of type {given.dtype}: save them as text", file=file)
    return unique_names(given.tolist(), file)


def _numbered(X: NDArray[Any]) -> tuple[str, ...]:
    return tuple(f"c{i + 1}" for i in range(X.shape[1]))
