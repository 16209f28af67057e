"""Predictions over a table in parts: written block by block in the order of the rows, complete or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from ..core.errors import DataError, FileError, UsageError
from ..core.files import check_new, write_new
from ..core.shown_text import visible
from ..core.types import Array
from ..data.full_pass import predictors
from ..data.rows import Rows
from .part import Block
from .parts import Parts
from .prediction_writers import Columns, Writer, writer_for
from .prefetch import prefetched
from .sources.arrow import ArrowSource
from .sources.source import Source
from .works import leaves_of

__all__ = ["ROW", "Written", "linear_predictors", "predictions", "write_predictions"]

ROW = "row"  # the column of row numbers, from 1
PART = "part-{:05d}.parquet"  # a file of a folder
NAMED = re.compile(r"part-\d{5,}\.parquet")
WRITTEN = 1 << 17  # most rows of a block, which becomes a row group

Predict = Callable[[Array], Columns]  # columns by name from linear predictors (m, k)


class Written(NamedTuple):
    """What was written."""

    rows: int
    files: tuple[str, ...]


def linear_predictors(block: Block, w: Array) -> Array:
    """Linear predictors (m, k) of the rows of a block at w (d + 1, k), in double precision, leaf by leaf.

    Raises
    ------
    DataError
        If one is too large for a number: with the row.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        z = np.concatenate(
            [predictors(leaf, w, 0, leaf.shape[0]) for leaf in leaves_of(_doubles(block.rows), block.how)]
        )
    finite = np.isfinite(z).all(1)
    if not finite.all():
        row = block.first + int(finite.argmin()) + 1
        what = "the prediction is too large for a number: look at its values and the coefficients"
        raise DataError(f"row {row:,}: {what}")
    return z


def _doubles(rows: Rows) -> Rows:
    """The same rows in double precision."""
    return rows if rows.X.dtype == np.float64 else rows._replace(X=rows.X.astype(np.float64))


def predictions(parts: Parts, w: Array, predict: Predict, keep: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """The columns of predictions, block by block in the order of the rows.

    Parameters
    ----------
    parts : Parts
    w : (d + 1, k) array
        Raw parameters, intercept last.
    predict : callable
        Makes columns by name from linear predictors (m, k).
    keep : sequence of str
        Columns of the files to be written first, as they are; without any, the number of each row, from 1.

    Raises
    ------
    DataError, UsageError
        If a row cannot be predicted, or a column to keep is not there or has the name of a prediction.
    """
    return (columns for _, columns in _by_part(parts, w, predict, keep))


def _by_part(parts: Parts, w: Array, predict: Predict, keep: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The number of the part and the columns of each block."""
    size = min(parts.block, max(parts.summation.leaf, WRITTEN))
    kept = _Kept(parts.source, tuple(keep), size) if keep else None
    parts.passes += 1
    _ = parts.source.levels  # they are found before a thread needs them
    for i, block in prefetched((i, block) for i, part in enumerate(parts.parts) for block in part.blocks(size)):
        own, rows = predict(linear_predictors(block, w)), block.rows.shape[0]
        first = {ROW: np.arange(block.first + 1, block.first + rows + 1)} if kept is None else kept.columns(rows)
        for name in first:
            if name in own:
                raise UsageError(f"--keep {name}: a column of predictions has this name: rename it in the file")
        yield i, {**first, **own}


class _Kept:
    """The columns to keep, from one row to the next."""

    def __init__(self, source: Source, keep: tuple[str, ...], size: int) -> None:
        if not isinstance(source, ArrowSource):
            raise UsageError(f"--keep {keep[0]}: only columns of files and of data frames can be kept")
        self.keep = keep
        self._batches = chain.from_iterable(source.batches(i, 0, size, keep) for i in range(len(source.pieces)))
        self._left: list[Any] = []

    def columns(self, rows: int) -> dict[str, Any]:
        """The columns of the next rows."""
        import pyarrow as pa

        found: list[Any] = []
        while rows > 0:
            batch = self._left.pop() if self._left else self._next()
            found.append(batch.slice(0, rows))
            if batch.num_rows > rows:
                self._left.append(batch.slice(rows))
            rows -= found[-1].num_rows
        table = pa.Table.from_batches(found)
        return {name: table[name] for name in self.keep}

    def _next(self) -> Any:
        try:
            return next(self._batches)
        except (KeyError, FileError):
            raise UsageError(f"--keep {', '.join(self.keep)}: the table has no such column") from None


def write_predictions(
    parts: Parts, path: str | Path, w: Array, predict: Predict, keep: Sequence[str] = (), force: bool = False
) -> Written:
    """Write predictions into a file, or into a folder with a file for each part.

    Parameters
    ----------
    parts, w, predict, keep
        As of `predictions`.
    path : str or Path
        A name that ends with .csv or .parquet; any other name, or one that ends with a slash, is a folder of Parquet
        files. It appears complete or not at all.
    force : bool
        Whether an existing file, or a folder of such files, may be replaced.

    Raises
    ------
    FileError
        If the name is taken and ``force`` is false, or nothing can be written there.
    DataError, UsageError
        As of `predictions`.

    Notes
    -----
    Memory: some blocks. Cost: a pass over the data, in one thread that computes and writes and one that reads.
    """
    if str(path).endswith(("/", "\\")) or not Path(path).suffix or Path(path).is_dir():
        return _in_folder(parts, Path(path), w, predict, keep, force)
    writer = writer_for(path)
    check_new(path, force)
    rows = 0

    def write(file: BinaryIO) -> None:
        nonlocal rows
        rows = _written(writer(file), predictions(parts, w, predict, keep))

    write_new(path, write, force)
    return Written(rows, (str(path),))


def _written(writer: Writer, blocks: Iterator[Columns]) -> int:
    rows = 0
    try:
        for columns in blocks:
            writer.write(columns)
            rows += len(next(iter(columns.values())))
    finally:
        writer.close()
    return rows


def _in_folder(parts: Parts, folder: Path, w: Array, predict: Predict, keep: Sequence[str], force: bool) -> Written:
    """Write a Parquet file for each part into a new folder, which gets its name when all are there."""
    writer = writer_for(PART.format(0))
    _check_folder(folder, force)
    made = folder.parent / f".{folder.name}.{token_hex(8)}.part"
    rows, names = 0, list[str]()
    try:
        made.mkdir()
        for i, blocks in groupby(_by_part(parts, w, predict, keep), key=itemgetter(0)):
            names.append(PART.format(i))
            with (made / names[-1]).open("xb") as file:
                rows += _written(writer(file), (columns for _, columns in blocks))
                os.fsync(file.fileno())
        _emptied(folder)
        made.rename(folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FileError(f"{visible(str(folder))}: cannot be written ({reason}): no part of it was kept") from None
    finally:
        _emptied(made)
    return Written(rows, tuple(str(folder / name) for name in names))


def _check_folder(folder: Path, force: bool) -> None:
    """Refuse a name that is taken, unless by a folder of predictions that may be replaced."""
    shown = visible(str(folder))
    if not folder.parent.is_dir():
        raise FileError(f"{shown}: there is no folder {folder.parent.name!r}: make it first")
    if not folder.is_dir():
        if folder.exists():
            raise FileError(f"{shown} is a file: name a folder, or end the name with .csv or .parquet")
        return
    others = [each.name for each in folder.iterdir() if not NAMED.fullmatch(each.name)]
    if others:
        raise FileError(f"{shown} has other files, as {visible(others[0])!r}: name a new folder")
    if not force and any(folder.iterdir()):
        raise FileError(f"{shown} exists: add --force to overwrite it")


def _emptied(folder: Path) -> None:
    """Remove a folder with files of predictions, if it is there."""
    if folder.is_dir():
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
