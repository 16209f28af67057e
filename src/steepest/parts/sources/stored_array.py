"""An array in a .npy file, of which some rows and columns are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from ...core.errors import DataError
from ...data.readers.content import damaged
from .files import File

__all__ = ["Stored", "stored_array"]


class Stored(NamedTuple):
    """An array in a file."""

    file: File
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    in_columns: bool  # Fortran order
    start: int  # bytes before the first number

    def rows(self, low: int, high: int, columns: Sequence[int], raw: Any) -> list[NDArray[Any]]:
        """Some columns of rows low .. high - 1, as they are stored; ``raw`` is the open file."""
        n, size = self.shape[0], self.dtype.itemsize
        if self.in_columns:
            places = [self.start + (j * n + low) * size for j in columns]
            return [self._numbers(raw, place, high - low) for place in places]
        width = self.shape[1] if len(self.shape) > 1 else 1
        block = self._numbers(raw, self.start + low * width * size, (high - low) * width).reshape(-1, width)
        return [block[:, j] for j in columns]

    def opened(self) -> Any:
        """The open file."""
        return self.file.store.open(self.file.path, self.file.name)

    def _numbers(self, raw: Any, place: int, count: int) -> NDArray[Any]:
        data = raw.read_at(count * self.dtype.itemsize, place)
        if len(data) != count * self.dtype.itemsize:
            raise damaged(self.file.name, "a .npy file")
        return np.frombuffer(data, self.dtype)


def stored_array(file: File) -> Stored:
    """The shape and type of the array in a .npy file.

    Raises
    ------
    FileError
        If it is damaged.
    DataError
        If it is no array of numbers or labels.
    """
    with file.store.open(file.path, file.name) as raw:
        try:
            version = npy.read_magic(raw)
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, in_columns, dtype = read(raw)
        except ValueError:
            raise damaged(file.name, "a .npy file") from None
        start = raw.tell()
    if dtype.kind == "O":
        raise DataError("Python objects, which could run code when loaded: save an array of numbers", file=file.name)
    if file.size < start + dtype.itemsize * int(np.prod(shape, dtype=object)):
        raise damaged(file.name, "a .npy file")
    return Stored(file, shape, dtype, in_columns, start)
