"""scan: a table in files, larger than memory if need be, or in memory, as `Parts`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from ..core.errors import DataError, UsageError
from ..core.memory import byte_size, free_memory, size_text
from ..core.shown_text import counted
from ..data.encoding.recipe import Recipe
from ..data.encoding.settings import Settings, names_of, settings_of
from ..data.readers.asked import Asked
from ..data.readers.tables import OF_TEXT
from ..data.readers.text_format import PLAIN, text_format
from .cache.policy import Policy, cached
from .engines.chosen import chosen_engine
from .engines.collections import Roles, collection_source, is_collection
from .parts import AHEAD, Parts
from .sources.formats import are_files, source_in_files
from .sources.frames import is_named
from .sources.kinds import is_array, source_beside, source_of
from .sources.source import Source

__all__ = ["scan", "within"]

MOST = 1 << 40  # bytes, where the system says nothing
SHARE = 0.25  # of the memory that is free


def scan(
    files: Any,
    target: Any = None,
    features: Sequence[str] | None = None,
    *,
    weights: Any = None,
    offset: Any = None,
    exposure: str | None = None,
    drop: str | Sequence[str] = (),
    missing: str = "error",
    categories: str | Sequence[str] = (),
    reference: Mapping[str, str] | None = None,
    min_count: int = 1,
    dates: str | Sequence[str] | Mapping[str, str] | None = None,
    date_format: str | None = None,
    terms: str = "",
    recipe: Recipe | None = None,
    header: bool | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    encoding: str | None = None,
    memory: int | str | None = None,
    cache: Policy = "auto",
    checkpoint: str | os.PathLike[str] | None = None,
    engine: object = None,
    storage_options: Mapping[str, Any] | None = None,
    rows: int | None = None,
) -> Parts:
    """A table in files, larger than memory if need be, that is fitted in passes over the data.

    Only the schemas and the numbers of rows are read here. The sums of a pass have the same bits for every division of
    a table into files and for every number of threads. The rows are numbered through files that are sorted by name.

    Parameters
    ----------
    files : str, path, or sequence of these
        Files of Parquet, Arrow, text (delimited, JSON lines, libsvm) or .npy arrays; a pattern such as
        ``"clicks/*.parquet"``; a folder with all files below it; URIs such as "s3://bucket/clicks/". Or a dataset or
        table of pyarrow, a data frame of pandas or polars, a lazy frame, what exports an Arrow stream, or a function
        without arguments that makes an iterator of record batches, tables, data frames, or tuples of arrays (X, y) or
        (X, y, weights). Or a data frame or array of Dask, or a data frame of Spark, whose rows stay where they are. Or
        an array (n, d), with its target as the second argument.
    target : str, sequence of str, or array (n,) or (n, k), optional
        The column to predict; several of numbers. A target of text is the classes. None: there is none.
    features : sequence of str, optional
        Columns to use, in this order; all that have no other role by default. Those that folders name, as year of
        "year=2024/", are used where they are named here. Of an array, names for its columns.
    weights : str or array (n,), optional
        The column of the rows' weights, at least 0.
    offset : str or array (n,), optional
        The column of a known part of each linear predictor.
    exposure : str, optional
        The column of numbers above 0 whose logarithm is such a part too.
    drop : str or sequence of str, default ()
        Columns that are left out.
    missing : {"error", "drop", "mean", "indicator"}, default "error"
        Missing values are refused; or rows with one get the weight 0; or the others as in
        `steepest.tables.TableEncoder`.
    categories, reference, min_count, dates, date_format, terms : as of `steepest.tables.TableEncoder`
        How columns become numbers.
    recipe : Recipe, optional
        How they became numbers in the table of a fit, its attribute ``recipe``: for rows to predict and to score.
    header, delimiter, decimal, thousands, encoding : optional
        How files of text are written: as in `steepest.read_table`.
    memory : int or str, optional
        Bytes that all blocks of rows may take together, such as "512MB" or "2GiB". By default a quarter of the memory
        that is free. Besides them a fit takes some 10 MB for a sample, and its sums. No answer depends on it.
    cache : "auto", bool, str or path, default "auto"
        Whether the first pass writes the rows to a cache on disk, from which further passes are read. "auto": where a
        pass over the files is expensive, as over text and over files of other machines. It is removed at the end of
        the process, unless a folder is named here. Workers of an engine write it part by part on their own disks, in
        this folder of each machine, or in that which its environment variable STEEPEST_CACHE_DIR names.
    checkpoint : str or path, optional
        A file in which a fit saves its state while it runs. If it is there, the fit goes on from it, to the same bits,
        with any memory and number of threads. It is removed when the fit is complete.
    engine : Client, SparkSession, Executor, Engine or str, optional
        Where passes are made: a client of Dask, a session of Spark, an executor of concurrent.futures, all of which
        stay open. Or "local:4" for 4 processes or "dask:tcp://HOST:PORT" for a cluster, a client of which is closed
        when the table is deleted. By default in threads of this process, and where a collection of Dask or Spark is.
    storage_options : dict, optional
        Settings of the store, which fsspec is told.
    rows : int, optional
        Rows that a function makes; by default they are counted in a pass of their own.

    Returns
    -------
    Parts

    Raises
    ------
    DataError
        If a column is missing in a file, its type differs from that in the first, or it cannot be encoded as numbers.
    UsageError
        If no column has such a name, the memory is less than that of the smallest block, or the checkpoint is of
        another table; a fit refuses one of another fit.
    FileError
        If there is no such file or it cannot be read, or no checkpoint can be written there.

    Notes
    -----
    X is float32 if every feature is, else float64. A missing or infinite number is refused by the pass that meets it,
    with file and row. A column of text becomes a column of 0 and 1 for each level but one, which takes a pass over it
    here. Without a cache a function is called again for every pass, in one thread, and a lazy frame is
    computed again, by batches. Beside the blocks a pass needs, for each thread, two batches of rows, a page of each
    column of a Parquet file (often 1 MB), or a record batch of an Arrow file. Cost: the footer of each file.

    The partitions of a data frame or array of Dask are computed here, once, by its client. Their columns lie in the
    memory of its workers until the first pass turns them into rows of at most 8 (d + k + 2) bytes, which stay there as
    long as the table. Without a client the first pass writes the rows to a cache. Of a Spark DataFrame the columns in
    use are persisted in memory or on disk, unless the DataFrame is persisted already. So are the blocks of numbers
    that the first pass makes of them. Spark forgets both with the table.

    Workers are sent coefficients and the names of parts, or of rows that they have. They send back sums, the sample,
    and the rows of batches where a fit takes these.

    Examples
    --------
    >>> from steepest import scan
    >>> table = scan([[1.0], [3.0], [5.0]], [4.0, 3.0, 7.0])
    >>> table.shape, table.names
    ((3, 1), ('x0',))
    """
    if rows is not None and not callable(files):
        raise UsageError("rows is for a function that makes tables: leave it out")
    settings = settings_of(
        missing=missing,
        categories=categories,
        reference=reference,
        min_count=min_count,
        dates=dates,
        date_format=date_format,
        terms=terms,
    )
    if recipe is not None:
        if features is not None or settings._replace(missing="error") != Settings():
            raise UsageError("a recipe says how columns become numbers: leave features and the like out")
        features = recipe.columns
    form = text_format(header, delimiter, decimal, thousands, encoding)
    if form != PLAIN and not are_files(files):
        raise UsageError(f"{OF_TEXT}, and encoding is for files of text: leave them out of this table")
    if exposure is not None and is_array(files):
        raise UsageError(f"an array has no column {exposure!r}: give offset=numpy.log(exposure)")
    asked = Asked(None, features, exposure=exposure, drop=names_of(drop), settings=settings, recipe=recipe)
    if isinstance(engine, str):
        engine = chosen_engine(engine)
    if is_collection(files):
        source, engine = collection_source(files, asked, Roles(target, weights, offset), engine)
    elif is_array(files) or not all(map(is_named, (target, weights, offset))):
        source = source_beside(files, target, asked, weights, offset)
    else:
        asked = asked._replace(target=target, weights=weights, offset=offset)
        in_files = are_files(files)
        source = source_in_files(files, asked, storage_options, form) if in_files else source_of(files, asked, rows)
    return within(source, memory, engine, cache, checkpoint)


def within(
    source: Source,
    memory: int | str | None,
    engine: object,
    cache: Policy = "auto",
    checkpoint: str | os.PathLike[str] | None = None,
) -> Parts:
    """The parts of a source, whose blocks fit the memory."""
    bytes_ = int(min(SHARE * free_memory(), MOST)) if memory is None else byte_size(memory)
    table = Parts(source, bytes_, chosen_engine(engine), caching=lambda of, *told: cached(of, cache, *told))
    if not table.shape[0]:
        raise DataError("the table has no rows: nothing to fit")
    leaf = table.summation.leaf * 8 * (table.shape[1] + 2)
    if memory is not None and (needed := AHEAD * table.engine.workers * leaf) > bytes_:
        columns = counted(table.shape[1], "column")
        raise UsageError(f"{size_text(bytes_)} of memory is too little for {columns}: give {size_text(needed)}")
    if checkpoint is not None:
        from .checkpoint import Checkpoint

        table.checkpoint = Checkpoint(os.fspath(checkpoint), {"table": source.identity})
    return table
