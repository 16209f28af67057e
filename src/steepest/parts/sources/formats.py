"""Files as sources by their format: of text, whose first lines tell its kind, of typed columns, and arrays."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...core.errors import UsageError
from ...data.readers.asked import Asked
from ...data.readers.tables import JSON, KINDS, LIBSVM, OF_TEXT, OPENERS, text_kind
from ...data.readers.text_format import PLAIN, TextFormat
from .chunks import head
from .files import File, find_files
from .ipc import scan_arrow
from .libsvm import LibsvmStream
from .npy import NpySource
from .numbering import Numbered, Stream
from .parquet import scan_parquet
from .sheets import SheetStream
from .source import Source
from .store import needs_pyarrow
from .text_file import text_file

__all__ = ["are_files", "scan_npy", "scan_text", "source_in_files", "text_stream"]


TYPED = {"parquet": "Parquet", "arrow": "Arrow", "numpy": "npy"}  # as messages call a format that is no text


def are_files(table: object) -> bool:
    """Whether a table is the name of a file, folder or pattern, or a sequence of them."""
    names = table if isinstance(table, Sequence) and not isinstance(table, str) else [table]
    return all(isinstance(name, (str, os.PathLike)) for name in names)


def source_in_files(
    files: Any, asked: Asked, options: Mapping[str, Any] | None = None, form: TextFormat = PLAIN
) -> Source:
    """The source of a table in files, whose names say their format. A store is told the options.

    Raises
    ------
    FileError
        If there is no such file or it cannot be read.
    UsageError
        If the files have different formats, a format of text is given for others, or pyarrow is missing.
    """
    found = find_files(files, options)
    needs_pyarrow(found[0].name)
    kinds = {file.format: file for file in found}
    if len(kinds) > 1:
        one, other = list(kinds.values())[:2]
        raise UsageError(f"{one.name} and {other.name} have different formats: scan one format at a time")
    typed = SCANS.get(str(found[0].format))
    if typed is None:
        return scan_text(found, asked, form)
    if form != PLAIN:
        raise UsageError(f"{found[0].name}: {OF_TEXT}, this is {TYPED[str(found[0].format)]}")
    return typed(found, asked)


def scan_text(files: Sequence[File], asked: Asked, form: TextFormat = PLAIN) -> Numbered:
    """Files of text as a source, whose rows are counted by the first pass; see `text_stream`."""
    return Numbered(text_stream(files, asked, form))


def text_stream(files: Sequence[File], asked: Asked, form: TextFormat = PLAIN) -> Stream:
    """Files of one kind of text: delimited, JSON lines or libsvm. Cost: the first lines of each file.

    Raises
    ------
    DataError
        If a file is no text, or a feature is text.
    UsageError
        If files are of two kinds, no column has such a name, or a format is given for text that is not delimited.
    """
    texts = [text_file(file, form.encoding) for file in files]
    given, first = form._replace(encoding=None) != PLAIN, texts[0]
    if other := next((text for text in texts if KINDS.get(text.suffix) != KINDS.get(first.suffix)), None):
        raise UsageError(f"{first.name} and {other.name} have different formats: scan one format at a time")
    named = KINDS.get(first.suffix)
    kind = text_kind(head(first), None if named in OPENERS else named, given)
    if given and kind in (JSON, LIBSVM):
        raise UsageError(f"{first.name}: {OF_TEXT}, this is {kind}")
    if kind == LIBSVM:
        return LibsvmStream(texts, asked)
    return SheetStream(texts, asked, form, kind == JSON)


def scan_npy(files: Sequence[File], asked: Asked) -> NpySource:
    """Arrays in .npy files. A target that ends in .npy is a file with the target of one array.

    Raises
    ------
    DataError
        If an array has no rows and columns of numbers, or the arrays do not fit together.
    """
    if not isinstance(asked.target, str) or not asked.target.endswith(".npy"):
        return NpySource(files, asked)
    return NpySource(files, asked._replace(target=None), find_files(asked.target)[0])


SCANS: Mapping[str, Callable[[Sequence[File], Asked], Source]] = {
    "parquet": scan_parquet,
    "arrow": scan_arrow,
    "numpy": scan_npy,
}
