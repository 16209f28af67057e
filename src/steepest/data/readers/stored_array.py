"""An array in a .npy file, of which some rows and columns are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from ...core.errors import DataError
from .content import damaged

__all__ = ["Bytes", "Stored", "stored_array"]


class Bytes(Protocol):
    """A file that is open for reading at any place."""

    def read(self, count: int = ..., /) -> bytes:
        """The next bytes."""

    def read_at(self, count: int, place: int) -> bytes:
        """Bytes from a place on."""

    def tell(self) -> int:
        """The place of the next byte."""


class Stored(NamedTuple):
    """An array in a file."""

    file: str  # its name as messages show it
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    in_columns: bool  # Fortran order
    start: int  # bytes before the first number

    @property
    def row_bytes(self) -> int:
        """Bytes of a row."""
        return self.dtype.itemsize * int(np.prod(self.shape[1:]))

    def rows(self, low: int, high: int, columns: Sequence[int], raw: Bytes) -> list[NDArray[Any]]:
        """Some columns of rows low .. high - 1, as they are stored; ``raw`` is the open file."""
        n, size = self.shape[0], self.dtype.itemsize
        if self.in_columns:
            places = [self.start + (j * n + low) * size for j in columns]
            return [self._numbers(raw, place, high - low) for place in places]
        width = self.shape[1] if len(self.shape) > 1 else 1
        block = self._numbers(raw, self.start + low * width * size, (high - low) * width).reshape(-1, width)
        return [block[:, j] for j in columns]

    def _numbers(self, raw: Bytes, place: int, count: int) -> NDArray[Any]:
        data = raw.read_at(count * self.dtype.itemsize, place)
        if len(data) != count * self.dtype.itemsize:
            raise damaged(self.file, "a .npy file")
        return np.frombuffer(data, self.dtype)


def stored_array(raw: Bytes, size: int, file: str) -> Stored:
    """The shape and type of the array in an open .npy file of ``size`` bytes.

    Raises
    ------
    FileError
        If it is damaged.
    DataError
        If it is an array of Python objects.
    """
    try:
        version = npy.read_magic(raw)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, in_columns, dtype = read(raw)
    except ValueError:
        raise damaged(file, "a .npy file") from None
    if dtype.kind == "O":
        raise DataError("Python objects, which could run code when loaded: save an array of numbers", file=file)
    if size < raw.tell() + dtype.itemsize * int(np.prod(shape, dtype=object)):
        raise damaged(file, "a .npy file")
    return Stored(file, shape, dtype, in_columns, raw.tell())
