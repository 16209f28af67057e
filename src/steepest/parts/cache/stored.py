"""A cache that is there: its rows, each block of which is compared with its checksum when it is first read."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.memory import free_memory
from ...data.regroup import rows_between
from ...data.rows import Rows
from ...data.sections import rows_of
from .plan import BLOCK, Plan, read_plan
from .reading import Mapped, Read, mapped_bytes, opened_bytes

__all__ = ["CHECKSUMS", "STARTS", "DamagedError", "Stored", "file_name", "fits", "opened", "opened_again"]

CHECKSUMS, STARTS = "checksums.npy", "starts.npy"
SHARE = 0.5  # of the free memory, up to which a cache is mapped


class DamagedError(Exception):
    """A cache that is not as it was written."""


class Stored(NamedTuple):
    """The rows of a cache."""

    folder: Path
    plan: Plan
    checksums: NDArray[np.uint32]  # (blocks, sections)
    starts: NDArray[np.int64]  # (blocks,) place in its file of the first number of each block; sparse rows only
    checked: NDArray[np.bool_]  # (blocks,) in this process
    mapped: bool  # whether the files are mapped into memory
    maps: dict[str, Mapped]  # the mappings, by path

    def is_checked(self, low: int, high: int) -> bool:
        """Whether dense rows low .. high - 1 were compared with their checksums, so that they can be read alone."""
        return self.plan.stored is None and bool(self.checked[low // BLOCK : -(-high // BLOCK)].all())

    def rows(self, low: int, high: int, size: int) -> Iterator[Rows]:
        """Rows low .. high - 1, all in one file, in batches of ``size``.

        Whole blocks are read where a batch has any that were not compared with their checksums.

        Raises
        ------
        DamagedError
            If the cache is not as it was written.
        """
        file = low // self.plan.file
        with ExitStack() as stack:
            try:
                reads = {name: self._opened(stack, file_name(name, file)) for name in self.plan.sections}
                while low < high:
                    stop = min(high, low + size - (low % BLOCK if size >= BLOCK else 0))
                    alone = self.is_checked(low, stop)
                    first, last = (low, stop) if alone else (low // BLOCK * BLOCK, -(-stop // BLOCK) * BLOCK)
                    whole = self._blocks(reads, first, min(last, self.plan.rows))
                    yield rows_between(whole, low - first, stop - first)
                    low = stop
            except (OSError, EOFError):
                raise DamagedError from None

    def _opened(self, stack: ExitStack, name: str) -> Read:
        if self.mapped:
            return mapped_bytes(f"{self.folder}{os.sep}{name}", self.maps).view
        return stack.enter_context(opened_bytes(self.folder / name))

    def _blocks(self, reads: dict[str, Read], low: int, high: int) -> Rows:
        """The rows of whole blocks, or of some whose blocks are checked."""
        blocks, at = slice(low // BLOCK, -(-high // BLOCK)), low % self.plan.file
        of_rows = [name for name, section in self.plan.sections.items() if section.width is not None]
        found = {name: self._array(reads[name], name, at, at + high - low) for name in of_rows}
        self._check(blocks, found, np.arange(high - low + 1))
        if self.plan.stored is not None:
            ends = np.concatenate(([0], np.cumsum(found["lengths"])))
            first = int(self.starts[blocks.start])
            ragged = {
                name: self._array(reads[name], name, first, first + int(ends[-1])) for name in ("data", "indices")
            }
            self._check(blocks, ragged, ends)
            found |= ragged
        self.checked[blocks] = True
        return rows_of(found, len(self.plan.names))

    def _array(self, read: Read, name: str, low: int, high: int) -> NDArray[Any]:
        section = self.plan.sections[name]
        array = read(low * section.size, high * section.size).view(section.kind)
        return array.reshape(high - low, section.width) if name in ("X", "y") and section.width is not None else array

    def _check(self, blocks: slice, found: dict[str, NDArray[Any]], ends: NDArray[np.int64]) -> None:
        """Compare the blocks that were not read before with their checksums; row i ends before number ends[i + 1]."""
        names = list(self.plan.sections)
        for block in np.flatnonzero(~self.checked[blocks]).tolist():
            low, high = (ends[min(i * BLOCK, len(ends) - 1)] for i in (block, block + 1))
            for name, array in found.items():
                if zlib.crc32(array[low:high].data) != self.checksums[blocks.start + block, names.index(name)]:
                    raise DamagedError


def file_name(section: str, file: int) -> str:
    """Name of a file of a section."""
    return f"{file:05d}.{section}"


def fits(size: int) -> bool:
    """Whether so many bytes are mapped into memory."""
    return size <= SHARE * free_memory()


def opened(folder: Path, identity: str, beside: int = 0) -> Stored:
    """The cache in a folder, which is one of several of ``beside`` bytes together.

    Raises
    ------
    DamagedError
        If there is none that can be used, or it is of another source.
    """
    try:
        plan = read_plan(folder)
        data = (folder / CHECKSUMS).read_bytes() + (folder / STARTS).read_bytes()
        if plan.identity != identity or hashlib.sha256(data).hexdigest() != plan.checksums:
            raise DamagedError
        checksums, starts = (np.load(folder / name, allow_pickle=False) for name in (CHECKSUMS, STARTS))
        if sum(path.stat().st_size for path in _files(folder, plan)) != plan.size:
            raise DamagedError
    except (OSError, ValueError, KeyError, TypeError):
        raise DamagedError from None
    checked = np.zeros(len(checksums), np.bool_)
    return Stored(folder, plan, checksums, starts, checked, fits(max(beside, plan.size)), {})


def _files(folder: Path, plan: Plan) -> Iterator[Path]:
    for file in range(-(-plan.rows // plan.file)):
        yield from (folder / file_name(name, file) for name in plan.sections)


@lru_cache(32)
def opened_again(folder: Path, identity: str, made: str) -> Stored:
    """The cache that another process has opened. It is opened once in a process, so that its blocks are checked once.

    Raises
    ------
    DamagedError
        If it is another by now.
    """
    found = opened(folder, identity)
    if found.plan.made != made:
        raise DamagedError
    return found
