"""scan: a table in files, larger than memory if need be, or in memory, as `Parts`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..core.errors import DataError, UsageError
from ..core.memory import byte_size, free_memory, size_text
from ..data.readers.asked import Asked
from ..data.rows import make_rows
from .engines.engine import Engine
from .parts import AHEAD, Parts
from .sources.memory import MemorySource
from .sources.source import Source

__all__ = ["scan"]

SHARE = 0.25  # of the memory that is free


def scan(
    files: Any,
    target: Any = None,
    features: Sequence[str] | None = None,
    *,
    weights: Any = None,
    offset: Any = None,
    drop: str | Sequence[str] = (),
    memory: int | str | None = None,
    engine: Engine | None = None,
    storage_options: Mapping[str, Any] | None = None,
) -> Parts:
    """A table in files, larger than memory if need be, that is fitted in passes over the data.

    Only the schemas and the numbers of rows are read here. The sums of a pass have the same bits for every division of
    a table into files and for every number of threads. The rows are numbered through files that are sorted by name.

    Parameters
    ----------
    files : str, path, sequence of these, or array (n, d)
        Parquet files; a pattern such as "clicks/*.parquet"; a folder with all files below it; URIs such as
        "s3://bucket/clicks/". Or an array in memory, with the target as the second argument.
    target : str, sequence of str, or array (n,) or (n, k), optional
        The column to predict; several of numbers. A target of text is the classes. None: there is none.
    features : sequence of str, optional
        Columns to use, in this order; all that have no other role by default. Of an array, their names.
    weights : str or array (n,), optional
        The column of the rows' weights, at least 0.
    offset : str or array (n,), optional
        The column of a known part of each linear predictor.
    drop : str or sequence of str
        Columns that are left out.
    memory : int or str, optional
        Bytes that all blocks of rows may take together, such as "512MB" or "2GiB". By default a quarter of the memory
        that is free.
    engine : Engine, optional
        Where passes are made; by default in threads of this process.
    storage_options : dict, optional
        Settings of the store, which fsspec is told.

    Returns
    -------
    Parts

    Raises
    ------
    DataError
        If a column is missing in a file, its type differs from that in the first, or it has a type that is no number.
    UsageError
        If no column has such a name, or the memory is less than that of the smallest block.
    FileError
        If there is no such file or it cannot be read.

    Notes
    -----
    X is float32 if every feature is, else float64. A missing or infinite number is refused by the pass that meets it,
    with file and row. Cost: the footer of each file.

    Examples
    --------
    >>> from steepest import scan
    >>> table = scan([[1.0], [3.0], [5.0]], [4.0, 3.0, 7.0])
    >>> table.shape, table.names
    ((3, 1), ('x0',))
    """
    if _is_array(files):
        source = _in_memory(files, target, features, weights, offset)
    else:
        drops = [drop] if isinstance(drop, str) else drop
        source = _in_files(files, Asked(target, features, weights, offset, drop=drops), storage_options)
    return _within(source, memory, engine)


def _is_array(table: Any) -> bool:
    """Whether a table is an array, sparse ones and lists of lists among them."""
    if hasattr(table, "__array__") or hasattr(table, "tocsr") or hasattr(table, "indptr"):
        return True
    return isinstance(table, (list, tuple)) and bool(table) and not isinstance(table[0], (str, os.PathLike))


def _in_memory(X: Any, y: Any, features: Sequence[str] | None, weights: Any, offset: Any) -> Source:
    """An array in memory; labels of text become their places among the sorted ones."""
    levels, y = None, np.zeros((len(X), 0)) if y is None else np.asarray(y)
    if y.dtype.kind in "UOb":
        found, y = np.unique(y.astype(str), return_inverse=True)
        levels = tuple(found.tolist())
    rows = make_rows(X, y, weight=weights, offset=offset)
    if isinstance(rows.X, np.ndarray):
        rows = rows._replace(X=np.ascontiguousarray(rows.X))
    names = tuple(features or (f"x{j}" for j in range(rows.shape[1])))
    targets = ("y",) if rows.outputs == 1 else tuple(f"y{j}" for j in range(rows.outputs))
    return MemorySource(rows, names, targets, levels)


def _in_files(files: Any, asked: Asked, options: Mapping[str, Any] | None) -> Source:
    from .sources.files import find_files
    from .sources.parquet import scan_parquet

    found = find_files(files, options)
    kinds = {file.format: file for file in found}
    if len(kinds) > 1:
        one, other = list(kinds.values())[:2]
        raise UsageError(f"{one.name} and {other.name} have different formats: scan one format at a time")
    if kinds.keys() != {"parquet"}:
        raise UsageError(f"{found[0].name}: this format cannot be scanned: write Parquet")
    return scan_parquet(found, asked)


def _within(source: Source, memory: int | str | None, engine: Engine | None) -> Parts:
    """The parts of a source, whose blocks fit the memory."""
    bytes_ = int(min(SHARE * free_memory(), 1 << 40)) if memory is None else byte_size(memory)
    table = Parts(source, bytes_, engine)
    if not table.shape[0]:
        raise DataError("the table has no rows: nothing to fit", file=source.pieces[0].file if source.pieces else None)
    leaf = table.summation.leaf * 8 * (table.shape[1] + 2)
    if memory is not None and (needed := AHEAD * table.engine.workers * leaf) > bytes_:
        words = f"{size_text(bytes_)} of memory is too little for {table.shape[1]:,} columns: give {size_text(needed)}"
        raise UsageError(words)
    return table
