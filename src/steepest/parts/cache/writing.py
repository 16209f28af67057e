"""Writing a cache: all rows of a source, once and in order."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

import numpy as np

from ...data.regroup import regrouped
from ...data.rows import Rows
from ...data.sections import Section, sections_of
from ..prefetch import prefetched
from ..sources.numbering import Numbered
from ..sources.source import Source
from .plan import BLOCK, Plan, write_plan
from .reading import PAGE
from .stored import CHECKSUMS, STARTS, Stored, file_name, opened

__all__ = ["BATCH", "write_cache"]

BATCH = 1 << 24  # bytes of a piece
MOST = 1 << 18  # rows of a piece
PIECES = 64  # of a file
ALL = 1 << 62
RESERVE = 1 << 28  # bytes that are left free on the disk


def write_cache(source: Source, folder: Path) -> Stored:
    """Write the rows of a source to a new folder. Cost: a pass over the source.

    Raises
    ------
    OSError
        If there is no room, or nothing can be written there.
    """
    folder.mkdir(parents=True)
    sections = Sections(folder)
    try:
        for rows in prefetched(regrouped(_all_rows(source), BLOCK, ALL)):
            sections.append(rows)
        sections.close()
        _write_settled(source, sections)
        write_plan(folder, sections.plan(source))
    except BaseException:
        sections.abandon()
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return opened(folder, source.identity)


def _all_rows(source: Source) -> Iterator[Rows]:
    if isinstance(source, Numbered):
        yield from source.first_pass()
        return
    size = piece_rows(8 * len(source.names))
    for piece in range(len(source.pieces)):
        yield from source.read(piece, 0, size)


def piece_rows(width: int) -> int:
    """Rows of a piece, of ``width`` bytes each: a power of two.

    Examples
    --------
    >>> piece_rows(200)
    65536
    """
    return max(BLOCK, min(MOST, 1 << max(0, (BATCH // max(1, width)).bit_length() - 1)))


class Sections:
    """The files of the arrays of a table, while blocks of rows are appended."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.rows, self.size = folder, 0, 0
        self.files: dict[str, BinaryIO] = {}
        self.sections: dict[str, Section] = {}
        self.outputs = 0
        self.piece = BLOCK
        self.checksums: list[list[int]] = []
        self.starts: list[int] = []
        self.stored, self.in_file = 0, 0  # numbers of sparse rows in all files, in this one

    def append(self, rows: Rows) -> None:
        """Write a block."""
        sections, arrays = zip(*sections_of(rows).values(), strict=True)
        if not self.sections:
            self.sections = dict(zip(sections_of(rows), sections, strict=True))
            self.outputs = rows.outputs
            self.piece = piece_rows(sum(array.nbytes for array in arrays) // rows.shape[0])
        if self.rows % (self.piece * PIECES) == 0:
            self._next_file()
        for file, array in zip(self.files.values(), arrays, strict=True):
            file.write(array.data)
        self.checksums.append([zlib.crc32(array.data) for array in arrays])
        self.starts.append(self.in_file)
        count = len(arrays[0]) if sections[0].width is None else 0
        self.rows, self.stored, self.in_file = self.rows + rows.shape[0], self.stored + count, self.in_file + count

    def _next_file(self) -> None:
        self.close()
        if shutil.disk_usage(self.folder).free < RESERVE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        number = self.rows // (self.piece * PIECES)
        self.files = {name: (self.folder / file_name(name, number)).open("xb") for name in self.sections}
        self.in_file = 0

    def close(self) -> None:
        """Bring the files to the disk, each as whole pages."""
        for file in self.files.values():
            with file:
                file.write(bytes(-file.tell() % PAGE))
                file.flush()
                os.fsync(file.fileno())
                self.size += file.tell()
        self.files = {}

    def abandon(self) -> None:
        """Close the files, which are not wanted."""
        for file in self.files.values():
            with suppress(OSError):  # what is still to be written finds no room
                file.close()

    def plan(self, source: Source) -> Plan:
        """The plan, after the checksums were written."""
        np.save(self.folder / CHECKSUMS, np.array(self.checksums, np.uint32))
        np.save(self.folder / STARTS, np.array(self.starts, np.int64))
        data = b"".join((self.folder / name).read_bytes() for name in (CHECKSUMS, STARTS))
        return Plan(
            identity=source.identity,
            made=token_hex(8),
            names=list(source.names),
            targets=list(source.targets),
            levels=None if source.levels is None else list(source.levels),
            rows=self.rows,
            piece=self.piece,
            file=self.piece * PIECES,
            sections=self.sections,
            stored=self.stored if "data" in self.sections else None,
            size=self.size,
            checksums=hashlib.sha256(data).hexdigest(),
            marks=source.counted if isinstance(source, Numbered) else None,
        )


def _write_settled(source: Source, sections: Sections) -> None:
    """Write the targets of a numbered stream again, as they are known at the end of its first pass."""
    if not isinstance(source, Numbered) or source.levels is None or not sections.rows:
        return
    place = list(sections.sections).index("y")
    width = sections.piece * PIECES
    for low in range(0, sections.rows, width):
        path = sections.folder / file_name("y", low // width)
        count = min(width, sections.rows - low)
        y = np.fromfile(path, np.float64, count * sections.outputs).reshape(count, -1)
        y = np.ascontiguousarray(source.stream.settled(Rows(np.empty((count, 0)), y)).y)
        with path.open("r+b") as file:
            file.write(y.data)
            file.flush()
            os.fsync(file.fileno())
        for start in range(0, count, BLOCK):
            sections.checksums[(low + start) // BLOCK][place] = zlib.crc32(y[start : start + BLOCK].data)
