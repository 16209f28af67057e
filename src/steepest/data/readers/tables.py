"""Tables from files: one function for every format, and one line for every error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from ...core.errors import DataError, UsageError
from ...core.whole_numbers import rounding_note
from ..encoding.condition import read_condition
from ..encoding.settings import names_of, settings_of
from .arrow_file import open_arrow, open_parquet
from .asked import Asked
from .cells import loses_digits
from .columns import Sheet
from .content import Content, lines, read_content
from .delimited import open_text
from .encoding import as_text
from .json_lines import open_json
from .libsvm import LABEL, looks_sparse, may_be_times, read_libsvm, text_label
from .numpy_file import open_npy, open_npz
from .raw_table import RawTable, Table, columns_of, is_large
from .roles import check_names, choose
from .text_format import PLAIN, TextFormat, text_format

__all__ = ["JSON", "KINDS", "LIBSVM", "OF_TEXT", "OPENERS", "TEXT", "Table", "read_columns", "read_table", "text_kind"]

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


OF_TEXT = "header, delimiter, decimal and thousands are for delimited text"
EITHER = "for libsvm use a file name that ends in .libsvm, for a table name the delimiter, such as --delimiter space"
SPARSE_SAMPLE = 100  # lines by which text is told from libsvm


def read_table(
    source: str | Path,
    *,
    target: str | int | Sequence[str] | None = None,
    features: Sequence[str] | None = None,
    weights: str | int | None = None,
    offset: str | None = None,
    exposure: str | None = None,
    header: bool | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    encoding: str | None = None,
    labels: bool = False,
    drop: str | Sequence[str] = (),
    where: str | None = None,
    missing: str = "error",
    categories: str | Sequence[str] = (),
    reference: Mapping[str, str] | None = None,
    min_count: int = 1,
    dates: str | Sequence[str] | Mapping[str, str] | None = None,
    date_format: str | None = None,
    terms: str = "",
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
    offset, exposure : str, optional
        Columns of a part that is known of each linear predictor, and of numbers above 0 whose logarithm is one.
    header : bool, optional
        Whether the first row of delimited text is the header. By default this is judged by the first hundred rows: it
        is if it has text above numbers, or counts on by one above other numbers.
    delimiter : str, optional
        A character, or " " for white space of any length. By default the one of comma, tab, semicolon, bar and white
        space that fits the first hundred lines, or the one of a line "sep=;".
    decimal : {".", ","}, optional
        The mark before the decimals of delimited text: "." by default, "," if thousands are marked by ".".
    thousands : {",", ".", " ", "'"}, optional
        The mark between thousands of delimited text, in groups of three digits; " " is any space. None by default.
    encoding : str, optional
        The encoding of a text file, as Python names it; UTF-8 by default. A byte order mark goes before it.
    labels : bool, default False
        Whether the target names classes: kept as text unless all of it is numbers.
    drop : str or sequence of str, default ()
        Columns that are left out.
    where : str, optional
        The rows to use, such as "carat < 3 and cut = Fair". It is parsed, never run as code.
    missing : {"error", "drop", "mean", "indicator"}, default "error"
        Missing values are refused; or rows with one are left out; or the others as in `steepest.tables.TableEncoder`.
    categories, reference, min_count, dates, date_format, terms : as of `steepest.tables.TableEncoder`
        How columns become numbers.

    Returns
    -------
    Table
        With X (n, d) float64 in C order, or CSR for libsvm and for many categories; y is None where there is no
        target. ``decided`` says what was decided about columns of text, ``recipe`` holds it.

    Raises
    ------
    DataError
        If a cell, row, or header cannot be used: with file, line and column.
    UsageError
        If there is no such column, or a setting is invalid.
    FileError
        If the file cannot be read.

    Notes
    -----
    An index is left out unless it is named among the features: columns before the first name of a header, and those
    that pandas' metadata name. Comments above a table (#, %) are skipped, or are its header; a delimiter at the end of
    each line is left out. ``Table.notes`` say what was decided so.

    A column is text if most of its first hundred cells are. It becomes a column of 0 and 1 for each level but one.
    Dates are refused unless they are named.

    Missing values, text in a column of numbers, infinities, short rows, unclosed quotes and two columns of one name are
    errors; no value is guessed. Numbers are what ``float`` reads, without underscores. Large text is read by pyarrow,
    if it is installed; small text, and files that pyarrow cannot read, by our own reader. The whole file is in memory
    while it is read. No pickle is ever loaded.

    Cost: one pass over the file, which is in memory while it is read.

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
    settings = settings_of(
        missing=missing,
        categories=categories,
        reference=reference,
        min_count=min_count,
        dates=dates,
        date_format=date_format,
        terms=terms,
    )
    condition = None if where is None else read_condition(where)
    wanted = [features] if isinstance(features, str) else features
    asked = Asked(target, wanted, weights, offset, exposure, labels, names_of(drop), condition, settings)
    form = text_format(header, delimiter, decimal, thousands, encoding)
    return read_columns(source, asked, form).encoded(settings)


def read_columns(source: str | Path, asked: Asked, form: TextFormat = PLAIN) -> RawTable:
    """The same table before it is encoded; with a recipe, its columns are read as the recipe wants them."""
    content, kind = _content(source, form)
    given = form._replace(encoding=None) != PLAIN
    if kind != TEXT and (given or (kind in OPENERS and form.encoding)):
        raise UsageError(f"{content.name}: {OF_TEXT if given else 'an encoding is for text'}, this is {kind}")
    if kind == LIBSVM:
        return _sparse_table(content, asked)
    sheet = _sheet(content, kind, form)
    table = columns_of(sheet, choose(sheet, asked), asked)
    check_names(sheet, asked.kept)
    return table._replace(kept={name: list(sheet.cells(name)) for name in asked.kept}) if asked.kept else table


def _content(source: str | Path, form: TextFormat) -> tuple[Content, str]:
    """The content of a file, text in UTF-8, and its kind."""
    content = read_content(source)
    kind = KINDS.get(content.suffix)
    if kind in OPENERS:
        return content, str(kind)
    content = as_text(content, form.encoding)
    return content, text_kind(content, kind, form._replace(encoding=None) != PLAIN)


def text_kind(content: Content, kind: str | None, given: bool) -> str:
    """The kind of a text file; delimited text if a format was given."""
    if kind not in (None, TEXT) or given or content.suffix == ".tsv":
        return kind or TEXT
    sample = [line for line in islice(lines(content.data), SPARSE_SAMPLE) if line.strip()]
    if kind is None and sample[:1] and sample[0].lstrip().startswith("{"):
        return JSON
    if not looks_sparse(sample):
        if (label := text_label(sample)) is not None:
            problem = f"libsvm rows whose label {label!r} is text: write a number, or name the delimiter of a table"
            raise DataError(problem, file=content.name)
        return TEXT
    if may_be_times(sample, kind == TEXT):
        raise DataError(f"either libsvm rows or a table of times: {EITHER}", file=content.name)
    return LIBSVM


def _sheet(content: Content, kind: str, form: TextFormat) -> Sheet:
    if kind == JSON:
        return open_json(content)
    if kind in OPENERS:
        return OPENERS[kind](content)
    tab = "\t" if content.suffix == ".tsv" else None
    return open_text(content, form._replace(delimiter=form.delimiter or tab))


def _sparse_table(content: Content, asked: Asked) -> RawTable:
    given = {"weights": asked.weights, "offset": asked.offset, "exposure": asked.exposure}
    lacking = [what for what, name in given.items() if name is not None]
    if asked.target not in (None, LABEL, (LABEL,)) or lacking:
        lack = lacking[0] if lacking else "weights"
        raise UsageError(f"{content.name}: the target of a libsvm file is {LABEL!r} and it has no {lack}")
    if asked.where is not None or asked.drop or asked.kept:
        raise UsageError(f"{content.name}: columns of libsvm rows have no names: leave drop, where and keep out")
    features = asked.features
    sparse = read_libsvm(content)
    names = sparse.names if features is None else tuple(features)
    X = sparse.X if features is None else sparse.select(names)
    y = sparse.target(asked.labels)
    large = is_large(y) and any(map(loses_digits, sparse.labels))
    notes = () if KINDS.get(content.suffix) != TEXT else ("the rows are read as libsvm: LABEL INDEX:VALUE ...",)
    roundings = (rounding_note(f"column {LABEL!r}"),) if large else ()
    return RawTable((), names, len(y), y, (LABEL,), content.name, notes=notes, roundings=roundings, sparse=X)
