"""Partitions: collections of Dask beside each other, a table and its target, each partition as one Arrow table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....core.errors import DataError, UsageError
from ....core.shown_text import counted
from ....data.readers.arrow_file import ArrowSheet
from ....data.readers.asked import Asked
from ....data.readers.columns import unique_names
from ....data.readers.roles import choose
from ...sources.beside import OFFSET, TARGET, WEIGHT, names_of_columns, of_array
from ...sources.frames import TABLE, arrow_table, column_name, is_a, is_named
from ..roles import Roles, is_collection

if TYPE_CHECKING:  # types alone
    import pyarrow as pa
    from dask.array import Array as DaskArray

__all__ = ["Partitions", "in_order", "in_rows", "is_of_arrays", "partitions_of", "plain", "width_of"]

SAME = "give collections with the same partitions, such as columns of one data frame"
Labels = tuple[str, ...]
Beside = tuple[tuple[str, Labels, Labels], ...]  # what each collection is, names of its columns, and their own names


class Partitions(NamedTuple):
    """Partitions of a table and what lies beside it."""

    tables: tuple[Any, ...]  # objects of dask.delayed, each of which makes an Arrow table
    asked: Asked  # the roles of its columns
    token: str  # Dask's name for what the collections hold


class One(NamedTuple):
    """A collection, what messages call it, and the names of its columns."""

    what: str
    collection: Any
    labels: Labels
    own: Labels = ()  # names that the partitions of a data frame have


def partitions_of(table: Any, asked: Asked, roles: Roles) -> Partitions:
    """The partitions of a data frame or array of Dask with its target, weights and offset.

    Raises
    ------
    DataError
        If names of columns are not unique, or the collections have other partitions.
    UsageError
        If target, weights or offset are neither of Dask nor the name of a column.
    """
    import dask

    _check_kinds(roles)
    if is_of_arrays(table):
        whole, asked = _array(table, asked, roles)
    else:
        whole, asked = _frame(table, asked, roles)
    ones = [whole, *_beside(whole, roles)]
    for one in ones[1:]:
        if (count := _count(one.collection)) != (most := _count(whole.collection)):
            problem = f"the table has {counted(most, 'partition')} but the {one.what} {count}"
            raise DataError(f"{problem}: {SAME}")
    collections, what = [one.collection for one in ones], tuple((one.what, one.labels, one.own) for one in ones)
    return Partitions(_tables(collections, what), _asked(asked, ones), dask.base.tokenize(*collections))


def is_of_arrays(table: Any) -> bool:
    """Whether a collection is an array of Dask."""
    return is_a(table, "dask.array", "Array")


def _array(table: Any, asked: Asked, roles: Roles) -> tuple[One, Asked]:
    """An array of Dask, of which each partition has all columns."""
    for role, value in zip(Roles._fields, roles, strict=True):
        if value is not None and is_named(value):
            raise UsageError(f"an array has no column {value!r}: give the {role} as an array")
    if table.ndim != 2:
        raise DataError(f"the table must have two dimensions, rows and columns, not {table.ndim}")
    names = names_of_columns(width_of(table), asked.features)
    return One("table", in_rows(table), names), asked._replace(features=None)


def _frame(table: Any, asked: Asked, roles: Roles) -> tuple[One, Asked]:
    """A data frame of Dask with the columns that are asked for."""
    if not is_a(table, "dask.dataframe", "DataFrame"):
        kind = type(table).__name__
        raise UsageError(f"{kind} of Dask is no table: give a data frame, such as ddf[['x']] or series.to_frame()")
    named = [None if is_collection(value) else value for value in roles]
    asked = asked._replace(target=named[0], weights=named[1], offset=named[2])
    names = unique_names([*map(column_name, table.columns)], TABLE)
    chosen = choose(ArrowSheet(TABLE, names, _none), asked)
    goal = () if chosen.target is None else (chosen.target,)
    used = {*chosen.features, *goal, *chosen.others, *((chosen.weights,) if chosen.weights else ())}
    kept = [label for label, name in zip(table.columns, names, strict=True) if name in used]
    labels = tuple(name for name in names if name in used)
    asked = asked._replace(drop=())
    return One("table", table if len(kept) == len(names) else table[kept], labels, labels), asked


def _none(names: list[str]) -> None:
    """No cells: roles are chosen by names alone."""


def _check_kinds(roles: Roles) -> None:
    """Refuse what is neither a collection nor the name of a column."""
    for what, value in zip(Roles._fields, roles, strict=True):
        if not (is_collection(value) or is_named(value)):
            kind = type(value).__name__
            raise UsageError(f"{what} in memory ({kind}) beside a table of Dask: give a Series or an array of Dask")


def _beside(whole: One, roles: Roles) -> list[One]:
    """The collections beside a table."""
    found: list[One] = []
    for what, value, name in zip(Roles._fields, roles, (TARGET, WEIGHT, OFFSET), strict=True):
        if is_collection(value):
            labels = _labels(value, name)
            if _is_column(whole, value):
                problem = f"column {labels[0]!r} is a feature and of the {what} too: leave it out of the features"
                raise UsageError(problem)
            if what != "target" and len(labels) != 1:
                raise DataError(f"{len(labels)} columns of {what}: give one")
            taken = {label for one in (whole, *found) for label in one.labels}
            own = tuple(_free(label, what, taken) for label in labels)
            found.append(One(what, _like(value, whole.collection), own, labels if value.ndim == 2 else ()))
    return found


def _is_column(whole: One, value: Any) -> bool:
    """Whether a Series is a column of a data frame, as far as Dask knows."""
    if is_of_arrays(whole.collection) or is_of_arrays(value) or value.ndim != 1 or value.name not in whole.collection:
        return False
    return bool(whole.collection[value.name].simplify()._name == value.simplify()._name)


def _free(label: str, what: str, taken: Collection[str]) -> str:
    """A name for a column that is no other's."""
    while label in taken:
        label = f"{what} {label}"
    return label


def _labels(value: Any, name: str) -> Labels:
    """Names of the columns of a role."""
    if is_of_arrays(value):
        width = width_of(value) if value.ndim == 2 else 1
        return (name,) if width == 1 else tuple(f"{name}{j}" for j in range(width))
    if value.ndim == 2:
        return unique_names([*map(column_name, value.columns)], TABLE)
    return (name if value.name is None else column_name(value.name),)


def _asked(asked: Asked, ones: Sequence[One]) -> Asked:
    """The roles of the columns, those that lie beside the table too."""
    beside = {one.what: one.labels for one in ones[1:]}
    weights, offset = (beside.get(what, (None,))[0] for what in ("weights", "offset"))
    return asked._replace(
        target=beside.get("target", asked.target), weights=weights or asked.weights, offset=offset or asked.offset
    )


def width_of(array: DaskArray) -> int:
    """How many columns an array has."""
    if array.shape[1] == 0:
        raise DataError("the array has no columns: give one or more")
    if np.isnan(array.shape[1]):
        raise DataError("the number of columns of the array is not known: call its compute_chunk_sizes() first")
    return int(array.shape[1])


def in_rows(array: DaskArray) -> DaskArray:
    """An array whose chunks have all columns."""
    return array if array.ndim == 1 or array.numblocks[1] == 1 else array.rechunk({1: -1})


def _like(value: Any, table: Any) -> Any:
    """What lies beside a table, with chunks like its rows where both are arrays whose chunks are known."""
    if not is_of_arrays(value):
        return value
    value = in_rows(value)
    known = is_of_arrays(table) and not np.isnan(np.concatenate([value.chunks[0], table.chunks[0]])).any()
    same = known and sum(value.chunks[0]) == sum(table.chunks[0])
    return value.rechunk({0: table.chunks[0]}) if same else value


def _count(collection: Any) -> int:
    return int(collection.numblocks[0] if is_of_arrays(collection) else collection.npartitions)


def _tables(collections: Sequence[Any], what: Beside) -> tuple[Any, ...]:
    """The partitions of all collections beside each other.

    Data frames are optimised together, so that what they share is computed once: alone, Dask may merge the partitions
    of each of them in another way.
    """
    import dask

    if not any(map(is_of_arrays, collections)):
        import dask.dataframe as dd

        meta = collections[0]._meta
        whole = dd.map_partitions(
            _beside_frame, *collections, what=what, align_dataframes=False, meta=meta, enforce_metadata=False
        )
        return tuple(whole.to_delayed())
    pieces = [one.to_delayed(optimize_graph=False) for one in collections]
    made = dask.delayed(beside_each_other, pure=False)
    rows = zip(*(np.ravel(np.array(own, object)).tolist() for own in pieces), strict=True)
    return tuple(made(what, *values) for values in rows)


def _beside_frame(*values: Any, what: Beside) -> pa.Table:
    return beside_each_other(what, *values)


def beside_each_other(what: Beside, *values: object) -> pa.Table:
    """A partition of each collection as one Arrow table, where they lie."""
    tables = [_arrow(value, labels, own) for value, (_, labels, own) in zip(values, what, strict=True)]
    whole = tables[0]
    for table, (name, *_) in zip(tables[1:], what[1:], strict=True):
        if table.num_rows != whole.num_rows:
            problem = f"the table has {counted(whole.num_rows, 'row')} but the {name} {table.num_rows}: {SAME}"
            raise DataError(problem)
        for label, column in zip(table.column_names, table.columns, strict=True):
            whole = whole.append_column(label, column)
    return whole


def _arrow(value: Any, labels: Labels, own: Labels) -> pa.Table:
    """A partition of a collection."""
    if not is_a(value, "pandas", "DataFrame", "Series"):
        chunk = plain(value)
        return of_array(chunk[:, None] if chunk.ndim == 1 else chunk, labels)
    if value.ndim == 1:
        return arrow_table(value.to_frame()).rename_columns(list(labels))
    return in_order(arrow_table(value), own).rename_columns(list(labels))


def plain(value: Any) -> NDArray[Any]:
    """A chunk of an array.

    Raises
    ------
    DataError
        If it is another kind of array, such as one with a mask.
    """
    if type(value) is not np.ndarray:
        kind = type(value).__name__
        raise DataError(f"{kind} is no chunk that can be read: give NumPy arrays, or data frames of pandas")
    return value


def in_order(table: pa.Table, names: Labels) -> pa.Table:
    """A partition of a data frame with its columns in the order of the whole; each partition may have its own.

    Raises
    ------
    DataError
        If its columns have other names.
    """
    found = unique_names(table.column_names, TABLE)
    if len(found) != len(names):
        raise DataError(f"{len(found)} columns, but Dask expects {len(names)}: give the right meta")
    if other := [name for name in names if name not in found]:
        raise DataError(f"no column is called {other[0]!r}, as Dask expects: give the right meta")
    return table.rename_columns(list(found)).select(list(names))
