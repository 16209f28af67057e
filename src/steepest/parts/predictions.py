"""Predictions of a table in parts: computed block by block where they are asked for, never all of them in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import takewhile
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

import numpy as np

from ..core.errors import UsageError
from ..core.files import check_new, real_path, write_new
from ..core.new_folder import check_new_folder, new_folder
from ..core.threads import one_blas_thread
from ..core.types import Array
from .kept import check_kept, kept_columns
from .part import Part
from .parts import Parts
from .prediction_writers import Columns, check_ending, write_columns
from .predictors import linear_predictors
from .prefetch import prefetched
from .sources.source import place_of

__all__ = ["Predictions", "check_target"]

BLOCK = 1 << 17  # rows at most, which become a row group
NAMED = re.compile(r"part-\d{5,}\.parquet")  # the files of a folder


class Predictions:
    """The predictions of all rows, in their order.

    Parameters
    ----------
    table : Parts
    w : (d + 1, k) array
        Raw parameters, intercept last.
    of : callable
        Gives columns of predictions, arrays (m,) by name, from linear predictors (m, k).
    keep : sequence of str
        Columns of the files that stand before them.

    Notes
    -----
    Linear predictors are computed leaf by leaf, so that they have the same bits for every cut of the table. Workers
    that are elsewhere compute them, and send them here with the columns that are kept; files are written here alone.

    Examples
    --------
    >>> from steepest import scan
    >>> w = np.array([[2.0], [0.5]])
    >>> found = Predictions(scan([[1.0], [2.0]], [0.0, 0.0]), w, lambda z: {"prediction": z[:, 0]})
    >>> len(found), np.asarray(found).tolist()
    (2, [2.5, 4.5])
    """

    def __init__(self, table: Parts, w: Array, of: Callable[[Array], Columns], keep: Sequence[str] = ()) -> None:
        self.table, self.w, self.of, self.keep = table, w, of, tuple(keep)
        if keep:
            check_kept(table.source, self.keep)

    def __len__(self) -> int:
        return self.table.shape[0]

    def batches(self) -> Iterator[dict[str, Any]]:
        """The columns of each block of rows. Cost: one pass over the data."""
        self._begin()
        return prefetched(columns for blocks in self._of_parts() for columns in blocks)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """All predictions, (n,) or (n, k), in memory."""
        del copy  # they are new
        found = [np.column_stack(list(columns.values())) for columns in self.batches()]
        whole = np.concatenate(found)
        return (whole[:, 0] if whole.shape[1] == 1 else whole).astype(dtype or whole.dtype, copy=False)

    def write(self, path: str | Path, *, force: bool = False) -> None:
        """Write them as .csv or .parquet, or as a folder with a Parquet file for each part: complete or not at all.

        A name that ends with a slash, and one of a folder, is that of a folder; its files are in the order of the rows.

        Raises
        ------
        UsageError
            If the name has another ending, or is that of the table.
        FileError
            If it exists and ``force`` is false, or cannot be written. A folder with other files is never replaced.
        """
        check_target(path, force)
        self._check_input(path)
        if _is_folder(path):
            self._write_folder(path, force)
            return
        write_new(path, lambda file: write_columns(file, self.batches(), Path(path).suffix.lower()), force)

    def _begin(self) -> None:
        self.table.passes += 1
        _ = self.table.source.levels  # they are found before a thread needs them

    def _of_parts(self) -> Iterator[Iterator[dict[str, Any]]]:
        """The columns of the blocks of each part; workers that are elsewhere compute parts ahead."""
        own = Blocks(self.w, self.keep, self._size)
        if not self.table.elsewhere:
            return (self._columns(own.of_part(part)) for part in self.table.parts)
        return map(self._columns, self.table.engine.map(own.whole_part, self.table.parts))

    def _columns(self, blocks: Iterable[tuple[Columns, Array]]) -> Iterator[dict[str, Any]]:
        return ({**kept, **self.of(z)} for kept, z in blocks)

    @property
    def _size(self) -> int:
        """Rows of a block."""
        leaf = self.table.summation.leaf
        return min(self.table.block, leaf * max(1, BLOCK // leaf))

    def _check_input(self, path: str | Path) -> None:
        """Refuse to replace a file of the table, or the folder that it is in."""
        files = {real_path(piece.file) for piece in self.table.source.pieces if piece.file}
        if real_path(path) in files | {file.parent for file in files if _is_folder(path)}:
            raise UsageError(f"{path} is read: give the predictions a name of their own")

    def _write_folder(self, path: str | Path, force: bool) -> None:
        """Write a file for each part; an error, or Ctrl-C, ends all of them."""
        self._begin()
        with new_folder(path, NAMED, force) as folder:
            if self.table.elsewhere:
                for i, blocks in enumerate(self._of_parts()):
                    self._write_part(folder, i, blocks)
            else:
                self._write_side_by_side(folder)

    def _write_side_by_side(self, folder: Path) -> None:
        stopped = Event()
        with ThreadPoolExecutor(self.table.engine.workers) as pool:
            try:
                running = [
                    pool.submit(self._write_part, folder, i, takewhile(lambda _: not stopped.is_set(), blocks))
                    for i, blocks in enumerate(self._of_parts())
                ]
                for one in running:
                    one.result()
            except BaseException:
                stopped.set()
                pool.shutdown(cancel_futures=True)
                raise

    def _write_part(self, folder: Path, number: int, blocks: Iterator[dict[str, Any]]) -> None:
        """Write the predictions of a part, if there are any: its rows may all belong to the leaf of the part before."""
        if not self.table.parts[number].empty:
            with (folder / f"part-{number:05d}.parquet").open("xb") as file:
                write_columns(file, blocks, ".parquet")


class Blocks(NamedTuple):
    """What computes the blocks of a part, here or elsewhere: columns that are kept, and linear predictors (m, k)."""

    w: Array
    keep: tuple[str, ...]
    size: int

    def of_part(self, part: Part) -> Iterator[tuple[Columns, Array]]:
        """The blocks, one by one."""
        place = partial(place_of, part.source)
        kept = kept_columns(part, self.keep, self.size) if self.keep else None
        for block in part.blocks(self.size):
            with one_blas_thread(float("inf")):
                z = linear_predictors(block, self.w, place)
            first = {} if kept is None else {name: c[: block.rows.shape[0]] for name, c in next(kept).items()}
            yield first, z

    def whole_part(self, part: Part) -> list[tuple[Columns, Array]]:
        """All of them."""
        return list(self.of_part(part))


def check_target(path: str | Path, force: bool) -> None:
    """Refuse, before any work is done, a path that `Predictions.write` would refuse after it."""
    if _is_folder(path):
        check_new_folder(path, NAMED, force)
        check_ending("part.parquet")
        return
    check_ending(path)
    check_new(path, force)


def _is_folder(path: str | Path) -> bool:
    return str(path).endswith("/") or Path(path).is_dir()
