"""A text file as bytes, unpacked block by block. It is refused where it is damaged, or changed since it was found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from ...core.errors import DataError, FileError, UsageError
from ...core.interrupts import postponed_interrupt
from ...core.shown_text import visible
from ...data.readers.content import PACKING, Content, damaged
from ...data.readers.encoding import encoding_of

__all__ = ["BLOCK", "TextFile", "blocks", "text_file"]

BLOCK = 1 << 22  # bytes
ZSTANDARD = ".zst"


class TextFile(NamedTuple):
    """A file as it was when it was found."""

    path: str
    name: str  # as messages show it
    suffix: str  # of the format, in lower case: ".csv" of "a.CSV.gz"
    packing: str  # ".gz"; "" of a file that is not compressed
    size: int
    time: int  # of its last change, in ns
    encoding: str = "utf-8"

    @property
    def seekable(self) -> bool:
        """Whether a reading may begin at any place: the text in UTF-8 is what is on the disk."""
        return not self.packing and self.encoding == "utf-8"


def text_file(path: str | Path, encoding: str | None = None) -> TextFile:
    """A file that is there, of the encoding given, or as its first bytes say.

    Raises
    ------
    FileError
        If there is no such file or it cannot be read.
    DataError
        If it is no text.
    """
    name, suffixes = visible(str(path)), [suffix.lower() for suffix in Path(path).suffixes[-2:]]
    packing = suffixes.pop() if suffixes and suffixes[-1] in (*PACKING, ZSTANDARD) else ""
    with _readable(name):
        if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for a long name
            raise FileError(f"{name}: a directory: name a file in it")
        found = os.stat(path)  # noqa: PTH116 - as above
    file = TextFile(str(path), name, (suffixes or [""])[-1], packing, found.st_size, found.st_mtime_ns)
    first = Content(name, file.suffix, next(blocks(file), b""))
    return file._replace(encoding=encoding_of(first, encoding))


def blocks(file: TextFile, at: int = 0) -> Iterator[bytes]:
    """The unpacked bytes of a file from ``at`` on, 4 MB at a time.

    Raises
    ------
    FileError
        If it is damaged, or cannot be read any more.
    DataError
        If its size or the time of its last change is not what it was.
    """
    with _readable(file.name), open(file.path, "rb") as raw:  # noqa: PTH123 - as os.stat
        _check_same(file, raw)
        stream: Any = raw if not file.packing else _unpacking(file, raw)
        if not file.packing:
            raw.seek(at)
        while block := _block(file, stream):
            skip = min(at, len(block)) if file.packing else 0
            at -= skip
            if skip < len(block):
                yield block[skip:]
        _check_same(file, raw)


def _unpacking(file: TextFile, raw: BinaryIO) -> Any:
    if file.packing != ZSTANDARD:
        return import_module(PACKING[file.packing]).open(raw)
    try:
        with postponed_interrupt():
            import pyarrow as pa
    except ImportError:
        raise UsageError(f"{file.name}: needs pyarrow: pip install steepest[tables]") from None
    return pa.CompressedInputStream(pa.PythonFile(raw, "r"), "zstd")


def _block(file: TextFile, stream: Any) -> bytes:
    if not file.packing:
        return bytes(stream.read(BLOCK))
    try:
        return bytes(stream.read(BLOCK))
    except Exception:  # each of the formats raises its own errors
        raise damaged(file.name, f"a {file.packing} file") from None


def _check_same(file: TextFile, raw: BinaryIO) -> None:
    now = os.fstat(raw.fileno())
    if (now.st_size, now.st_mtime_ns) != (file.size, file.time):
        raise DataError("changed since it was scanned: scan it again", file=file.name)


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Errors of the system as those of a file that cannot be read."""
    try:
        yield
    except FileNotFoundError:
        raise FileError(f"{name}: no such file: check its name and place") from None
    except (DataError, FileError, UsageError):
        raise
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise FileError(f"{name}: cannot be read ({reason.lower()}): check the file") from None
