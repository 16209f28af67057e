"""A text file as bytes, unpacked block by block. It is refused where it is damaged, or changed since it was found."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from ...data.readers.content import PACKING, Content, damaged
from ...data.readers.encoding import encoding_of
from .files import File

__all__ = ["BLOCK", "TextFile", "blocks", "text_file"]

BLOCK = 1 << 22  # bytes
FIRST = 1 << 12  # bytes that tell the encoding
ZSTANDARD = ".zst"


class TextFile(NamedTuple):
    """A file of text, perhaps compressed."""

    file: File
    suffix: str  # of the format, in lower case: ".csv" of "a.CSV.gz"
    packing: str  # ".gz"; "" of a file that is not compressed
    encoding: str = "utf-8"

    @property
    def name(self) -> str:
        """As messages show it."""
        return self.file.name

    @property
    def kind(self) -> tuple[str, str, str]:
        """What its rows depend on, beside the file."""
        return self.suffix, self.packing, self.encoding

    @property
    def seekable(self) -> bool:
        """Whether the text can be read from any byte on: it is UTF-8 and not compressed."""
        return not self.packing and self.encoding == "utf-8"


def text_file(file: File, encoding: str | None = None) -> TextFile:
    """A file of the encoding given, or as its first bytes say.

    Raises
    ------
    DataError
        If it is no text.
    """
    suffixes = [suffix.lower() for suffix in PurePosixPath(file.path).suffixes[-2:]]
    packing = suffixes.pop() if suffixes and suffixes[-1] in (*PACKING, ZSTANDARD) else ""
    found = TextFile(file, (suffixes or [""])[-1], packing)
    first = Content(file.name, found.suffix, next(blocks(found, size=FIRST), b""))
    return found._replace(encoding=encoding_of(first, encoding))


def blocks(text: TextFile, at: int = 0, size: int = 0) -> Iterator[bytes]:
    """The unpacked bytes of a file from ``at`` on, 4 MB or ``size`` at a time.

    Raises
    ------
    FileError
        If it is damaged, or cannot be read any more.
    DataError
        If it is not as it was found.
    """
    text.file.check()
    with text.file.store.open(text.file.path, text.name) as raw:
        stream: Any = _unpacking(text, raw) if text.packing else raw
        if not text.packing:
            raw.seek(at)
            at = 0
        while block := _block(text, stream, size or BLOCK):
            skip = min(at, len(block))
            at -= skip
            if skip < len(block):
                yield block[skip:]
    text.file.check()


def _unpacking(text: TextFile, raw: Any) -> Any:
    if text.packing != ZSTANDARD:
        return import_module(PACKING[text.packing]).open(raw)
    import pyarrow as pa

    return pa.CompressedInputStream(raw, "zstd")


def _block(text: TextFile, stream: Any, size: int) -> bytes:
    try:
        return bytes(stream.read(size))
    except Exception:  # each of the formats raises its own errors
        raise damaged(text.name, f"a {text.packing or 'text'} file") from None
