"""Tables from files: one function for every format, and one line for every error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import DataError, UsageError
from ...core.whole_numbers import EXACT, rounding_note
from ..csr import CSR
from .arrow_file import open_arrow, open_parquet
from .cells import loses_digits
from .columns import Sheet, listed, refuse
from .content import Content, check_text, lines, read_content
from .delimited import open_text
from .dialect import named_delimiter
from .json_lines import open_json
from .libsvm import LABEL, looks_sparse, may_be_times, read_libsvm
from .numpy_file import open_npy, open_npz
from .response import joined, known_offset
from .roles import Asked, Roles, choose

__all__ = ["Table", "read_columns", "read_rows", "read_table"]

TEXT = "text"
JSON = "JSON lines"
LIBSVM = "libsvm"
KINDS = {
    **dict.fromkeys((".csv", ".tsv", ".txt", ".dat", ".data"), TEXT),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), JSON),
    **dict.fromkeys((".libsvm", ".svm", ".svmlight"), LIBSVM),
    **dict.fromkeys((".parquet", ".pq"), "Parquet"),
    **dict.fromkeys((".arrow", ".feather", ".ipc"), "Arrow"),
    ".npy": "npy",
    ".npz": "npz",
}
OPENERS: dict[str, Callable[[Content], Sheet]] = {
    "Parquet": open_parquet,
    "Arrow": open_arrow,
    "npy": open_npy,
    "npz": open_npz,
}


EITHER = "for libsvm use a file name that ends in .libsvm, for a table name the delimiter, such as --delimiter space"
SPARSE_SAMPLE = 100  # lines by which text is told from libsvm


class Table(NamedTuple):
    """Rows of numbers, with names and source."""

    X: NDArray[np.float64] | CSR  # (n, d), C order
    y: NDArray[Any] | None  # (n,) float64, or labels; (n, k) of several targets
    weight: NDArray[np.float64] | None  # (n,) >= 0, not all zero
    names: tuple[str, ...]  # (d,) of the features
    target: str | None  # the names of several with ", " between them
    source: str  # the file's name as shown in messages
    notes: tuple[str, ...] = ()  # what was decided about the file and is not obvious
    roundings: tuple[str, ...] = ()  # a note for each column with whole numbers that are no doubles
    offset: NDArray[np.float64] | None = None  # (n,) offset plus log of the exposure
    targets: tuple[str, ...] = ()  # names of the targets; y is (n, k) if there are k > 1


def read_table(
    source: str | Path,
    *,
    target: str | int | Sequence[str] | None = None,
    features: Sequence[str] | None = None,
    weights: str | int | None = None,
    header: bool | None = None,
    delimiter: str | None = None,
    labels: bool = False,
) -> Table:
    r"""The table in a file; every number is finite.

    Parameters
    ----------
    source : str or Path
        A file, or "-" for standard input. The ending gives the format: .csv .tsv .txt .dat .data (delimited text),
        .jsonl .ndjson .json (JSON lines), .libsvm .svm .svmlight, each also with .gz .bz2 .xz after it; .parquet .arrow
        .feather .ipc; .npy (a 2-D array); .npz (arrays X, y and perhaps weight, names). A file with any other ending,
        and standard input, is text of one of the first three kinds, detected from its first hundred lines; libsvm is
        detected in delimited text too, where no line can be anything else.
    target : str or int, or sequence of str, optional
        The target's column: its name, or its number from 1 if the columns have no names (they are called c1, c2, ...);
        a sequence names several targets of numbers. A libsvm file's first number is its target, called "label"; in
        .npz it is y, in .npy the last column.
    features : sequence of str, optional
        The columns to read, in this order; all that have no other part by default. Other columns may have any content.
    weights : str or int, optional
        The column of the rows' weights; "weight" in .npz.
    header : bool, optional
        Whether the first row of delimited text is the header. By default this is judged by the first hundred rows: it
        is if it has text above numbers, or counts on by one above other numbers.
    delimiter : str, optional
        A character, or " " for white space of any length. By default the one of comma, tab, semicolon and white space
        that fits the first hundred lines, or the one of a line "sep=;".
    labels : bool
        Whether the target names classes: kept as text unless all of it is numbers.

    Returns
    -------
    Table
        With X (n, d) float64 in C order, or CSR for libsvm; y is None where there is no target.

    Raises
    ------
    DataError
        If a cell, row, or header cannot be used: with file, line and column.
    UsageError
        If there is no such column, or the delimiter is invalid.
    FileError
        If the file cannot be read.

    Notes
    -----
    An index is left out unless it is named among the features: columns before the first name of a header, and those
    that pandas' metadata name. Comments above a table (#, %) are skipped, or are its header; a delimiter at the end of
    each line is left out. ``Table.notes`` say what was decided so.

    Missing values, text in a column of numbers, infinities, short rows, unclosed quotes and two columns of one name are
    errors; no value is guessed. Numbers are what ``float`` reads, without underscores. Large text is read by pyarrow,
    if it is installed; small text, and files that pyarrow cannot read, by our own reader. The whole file is in memory
    while it is read. No pickle is ever loaded.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "pizza.txt")
    ...     _ = path.write_text("Reservations  Pizzas\n13  33\n2   16\n")
    ...     table = read_table(path, target="Pizzas")
    >>> table.names, table.X.tolist(), table.y.tolist()
    (('Reservations',), [[13.0], [2.0]], [33.0, 16.0])
    """
    return read_columns(source, Asked(target, features, weights), header=header, delimiter=delimiter, labels=labels)


def read_columns(
    source: str | Path,
    asked: Asked,
    *,
    header: bool | None = None,
    delimiter: str | None = None,
    labels: bool = False,
) -> Table:
    """The same for columns that are asked for by their parts, an offset and an exposure among them."""
    content = read_content(source)
    kind = _kind(content, header, delimiter)
    if kind != TEXT and (header is not None or delimiter is not None):
        raise UsageError(f"{content.name}: header and delimiter are for delimited text, this is {kind}")
    if kind == LIBSVM:
        notes = () if KINDS.get(content.suffix) != TEXT else ("the rows are read as libsvm: LABEL INDEX:VALUE ...",)
        return _sparse_table(content, asked, labels)._replace(notes=notes)
    sheet = _sheet(content, kind, header, delimiter)
    return _dense_table(sheet, choose(sheet, asked), labels)


def read_rows(source: str | Path, *, header: bool | None = None, delimiter: str | None = None) -> Table:
    """The rows of a file without any of its columns, for a model of the intercept alone: X is (n, 0)."""
    content = read_content(source)
    if (kind := _kind(content, header, delimiter)) == LIBSVM:
        n = read_libsvm(content).X.shape[0]
    else:
        sheet = _sheet(content, kind, header, delimiter)
        n = len(sheet.read([], sheet.names[0])[0])
    return Table(np.empty((n, 0)), None, None, (), None, content.name)


def _kind(content: Content, header: bool | None, delimiter: str | None) -> str:
    kind = KINDS.get(content.suffix)
    if kind in OPENERS:
        return str(kind)
    check_text(content)
    if kind not in (None, TEXT) or header is not None or delimiter is not None or content.suffix == ".tsv":
        return kind or TEXT
    sample = [line for line in islice(lines(content.data), SPARSE_SAMPLE) if line.strip()]
    if kind is None and sample[:1] and sample[0].lstrip().startswith("{"):
        return JSON
    if not looks_sparse(sample):
        return TEXT
    if may_be_times(sample, kind == TEXT):
        raise DataError(f"either libsvm rows or a table of times: {EITHER}", file=content.name)
    return LIBSVM


def _sheet(content: Content, kind: str, header: bool | None, delimiter: str | None) -> Sheet:
    if kind == JSON:
        return open_json(content)
    if kind in OPENERS:
        return OPENERS[kind](content)
    given = "\t" if delimiter is None and content.suffix == ".tsv" else delimiter
    return open_text(content, header, None if given is None else named_delimiter(given))


def _dense_table(sheet: Sheet, roles: Roles, labels: bool) -> Table:
    columns = sheet.read(roles.numbers(labels), roles.target if labels else None)
    if not columns:
        raise UsageError(f"{sheet.file}: no column is asked for: name a target or a feature")
    if not len(columns[0]):
        raise DataError("no rows: add some", file=sheet.file)
    d = len(roles.features)
    X = np.empty((len(columns[0]), d))
    for j in range(d):
        X[:, j] = columns[j]
    known = dict(zip(roles.others, columns[d + (roles.weights is not None) :], strict=False))
    y = None if roles.target is None else joined([columns[-1], *(known[name] for name in roles.further)])
    weight = None if roles.weights is None else _weight(columns[d], sheet, roles.weights)
    large = [name for name, column in zip(roles.features, columns, strict=False) if _is_large(column)]
    large += [name for name in roles.others if _is_large(known[name])]
    large += [roles.target] if roles.target is not None and _is_large(columns[-1]) else []
    roundings = tuple(rounding_note(f"column {name!r}") for name in large if any(map(loses_digits, sheet.cells(name))))
    notes = (*sheet.notes, *_unused_index(sheet, roles))
    targets = () if roles.target is None else (roles.target, *roles.further)
    offset = known_offset(known, roles.offset, roles.exposure, sheet)
    target = ", ".join(targets) or None
    return Table(X, y, weight, roles.features, target, sheet.file, notes, roundings, offset, targets)


def _is_large(column: NDArray[Any]) -> bool:
    """Whether a column is of whole numbers that may have been rounded: 2^53 + 1 becomes 2^53."""
    if column.dtype.kind != "f":
        return False
    return max(float(column.max()), -float(column.min())) >= EXACT and bool((column == np.floor(column)).all())


def _unused_index(sheet: Sheet, roles: Roles) -> tuple[str, ...]:
    """A note of the index that is left out, unless the user chose the features."""
    left = [name for name in sheet.row_names if name not in (roles.target, roles.weights)]
    if roles.asked or not left:
        return ()
    return (f"the index of the rows, column {listed(left)}, is left out: name it among the features to use it",)


def _weight(column: NDArray[Any], sheet: Sheet, name: str) -> NDArray[np.float64]:
    if (column < 0).any():
        row = int((column < 0).argmax())
        refuse(f"weight {column[row]:g} is below zero: correct it", sheet.file, name, row, sheet.line(row))
    if not column.any():
        raise DataError("all weights are zero: give some row a weight above zero", file=sheet.file, column=name)
    return np.ascontiguousarray(column)


def _sparse_table(
    content: Content,
    asked: Asked,
    labels: bool,
) -> Table:
    target, features, *others = asked
    lacking = [what for what, name in zip(("weights", "offset", "exposure"), others, strict=True) if name is not None]
    if target not in (None, LABEL) or lacking:
        lack = lacking[0] if lacking else "weights"
        raise UsageError(f"{content.name}: the target of a libsvm file is {LABEL!r} and it has no {lack}")
    sparse = read_libsvm(content)
    names = sparse.names if features is None else tuple(features)
    X = sparse.X if features is None else sparse.select(names)
    y = sparse.target(labels)
    large = _is_large(y) and any(map(loses_digits, sparse.labels))
    return Table(
        X,
        y,
        None,
        names,
        LABEL,
        content.name,
        (),
        (rounding_note(f"column {LABEL!r}"),) if large else (),
        None,
        (LABEL,),
    )
