"""Files that are no Arrow tables as sources: text by its kind, which its first lines tell, and arrays."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.errors import UsageError
from ...data.readers.asked import Asked
from ...data.readers.tables import JSON, KINDS, LIBSVM, OF_TEXT, OPENERS, text_kind
from ...data.readers.text_format import PLAIN, TextFormat
from .chunks import head
from .files import File, find_files
from .libsvm import LibsvmStream
from .npy import NpySource
from .numbering import Numbered, Stream
from .sheets import SheetStream
from .text_file import text_file

__all__ = ["scan_npy", "scan_text", "text_stream"]


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
