"""Sections: rows as arrays by name, each contiguous and of one type, as they stand in files."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .csr import CSR
from .rows import Rows

__all__ = ["Section", "rows_of", "sections_of"]


class Section(NamedTuple):
    """The type of an array, and how many numbers each row has in it."""

    kind: str  # as NumPy writes it
    width: int | None  # None where rows differ, as sparse ones do

    @property
    def size(self) -> int:
        """Bytes of a row, or of a number where rows differ."""
        return int(np.dtype(self.kind).itemsize) * (1 if self.width is None else self.width)


def sections_of(rows: Rows) -> dict[str, tuple[Section, NDArray[Any]]]:
    """The arrays of rows. Those of sparse rows are ``data`` and ``indices``, and the ``lengths`` of the rows."""
    X = rows.X
    if isinstance(X, CSR):
        low, high = X.indptr[0], X.indptr[-1]
        found: dict[str, Any] = {"data": X.data[low:high], "indices": X.indices[low:high]}
        found["lengths"] = np.diff(X.indptr).astype(np.int64)
    else:
        found = {"X": X}
    optional = {"weight": rows.weight, "offset": rows.offset}
    found |= {"y": rows.y} | {name: array for name, array in optional.items() if array is not None}
    return {name: _section(name, np.ascontiguousarray(array)) for name, array in found.items()}


def _section(name: str, array: NDArray[Any]) -> tuple[Section, NDArray[Any]]:
    width = array.shape[1] if array.ndim == 2 else None if name in ("data", "indices") else 1
    return Section(array.dtype.str, width), array


def rows_of(arrays: dict[str, NDArray[Any]], columns: int) -> Rows:
    """The rows of such arrays: X (n, columns) and y (n, k), the others of one axis. Only several targets are copied."""
    X: Any = arrays.get("X")
    if X is None:
        ends = np.concatenate(([0], np.cumsum(arrays["lengths"])))
        X = CSR(arrays["data"], arrays["indices"], ends, columns)
    return Rows(X, np.asfortranarray(arrays["y"]), arrays.get("weight"), arrays.get("offset"))
