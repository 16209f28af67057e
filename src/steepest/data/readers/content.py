"""The bytes of a file: read, decompressed."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from ...core.errors import DataError, FileError, UsageError
from ...core.shown_text import visible
from ...core.unpacking import most_unpacked

__all__ = ["Content", "check_format", "damaged", "file_bytes", "lines", "read_content", "too_large"]

PART = 1 << 20  # bytes decompressed at a time
PACKING = {".gz": "gzip", ".bz2": "bz2", ".xz": "lzma"}
UNPACKED = (".npy", ".npz", ".parquet", ".pq", ".arrow", ".feather", ".ipc")  # formats with a compression of their own
SIGNATURES = {
    b"\x1f\x8b": "a gzip file: use a file name that ends in .gz",
    b"BZh": "a bzip2 file: use a file name that ends in .bz2",
    b"\xfd7zXZ\x00": "an xz file: use a file name that ends in .xz",
    b"PAR1": "a Parquet file: use a file name that ends in .parquet",
    b"ARROW1": "an Arrow file: use a file name that ends in .arrow",
    b"\x93NUMPY": "a NumPy array: use a file name that ends in .npy",
    b"PK\x03\x04": "a zip, Excel or .npz file: use a file name that ends in .npz, or save the table as CSV",
    b"\x89HDF": "an HDF5 file: save the table as CSV or Parquet",
} | {bytes([0x80, protocol]): "a pickle, which could run code when loaded: save it as CSV" for protocol in range(2, 6)}


class Content(NamedTuple):
    """The content of a file."""

    name: str  # as shown to people, always one line
    suffix: str  # of the format, in lower case: ".csv" of "a.CSV.gz"
    data: bytes


def read_content(source: str | Path) -> Content:
    """Read a file, or standard input for "-", and decompress what ends in .gz, .bz2 or .xz.

    Raises
    ------
    FileError
        If there is no such file or it cannot be read or decompressed.
    """
    if str(source) == "-":
        return Content("standard input", "", _standard_input())
    name = visible(str(source))
    suffixes = [suffix.lower() for suffix in Path(source).suffixes[-2:]]
    data = file_bytes(Path(source), name)
    if not suffixes or suffixes[-1] not in PACKING:
        return Content(name, suffixes[-1] if suffixes else "", data)
    inner = suffixes[0] if len(suffixes) > 1 else ""
    if inner in UNPACKED:
        raise UsageError(f"{name}: only text may be compressed: decompress it to a {inner} file")
    return Content(name, inner, _unpacked(data, suffixes[-1], name))


def check_format(content: Content) -> None:
    """Refuse content whose first bytes are those of a format that is no text."""
    for signature, what in SIGNATURES.items():
        if content.data.startswith(signature):
            raise DataError(f"not a text table but {what}", file=content.name)


def lines(data: bytes) -> Iterator[str]:
    r"""Lines of UTF-8 text without its byte order mark, each ending in "\n" whatever its original ending.

    Examples
    --------
    >>> list(lines(b"a,b\r\n1,2\r3,4"))
    ['a,b\n', '1,2\n', '3,4']
    """
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig")


def damaged(name: str, kind: str) -> FileError:
    """Return the error for a file that its own format's reader cannot read."""
    return FileError(f"{name}: damaged or not {kind}: create it again")


def too_large(name: str, packed: int, most: int, mend: str) -> DataError:
    """Return the error for a file that unpacks to more than ``most`` bytes, with its remedy."""
    problem = f"{packed:,} bytes unpack to more than {most:,}, too many to be a table: if it is one, {mend}"
    return DataError(problem, file=name)


def file_bytes(path: Path, name: str) -> bytes:
    """The bytes of a file, which messages call ``name``.

    Raises
    ------
    FileError
        If there is no such file or it cannot be read.
    """
    try:
        if path.is_dir():
            raise FileError(f"{name}: a directory: name a file in it")
        return path.read_bytes()
    except FileNotFoundError:
        raise FileError(f"{name}: no such file: check its name and place") from None
    except FileError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise FileError(f"{name}: cannot be read ({reason.lower()}): check the file") from None


def _standard_input() -> bytes:
    if sys.stdin is None:  # as Python says that it is closed
        raise FileError("standard input: closed: give a file")
    try:
        return sys.stdin.buffer.read()
    except (OSError, ValueError) as error:
        raise FileError(f"standard input: cannot be read ({str(error).lower()}): give a file") from None


def _unpacked(data: bytes, suffix: str, name: str) -> bytes:
    most = left = most_unpacked(len(data))
    parts: list[bytes] = []
    try:
        with import_module(PACKING[suffix]).open(io.BytesIO(data)) as stream:
            while part := stream.read(PART):
                parts.append(part)
                if (left := left - len(part)) < 0:
                    break
    except Exception:  # each of the three formats raises its own errors
        raise damaged(name, f"a {suffix} file") from None
    if left < 0:
        raise too_large(name, len(data), most, "decompress it first")
    return b"".join(parts)
