"""A cache that is there: its rows, each block of which is compared with its checksum when it is first read."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.memory import free_memory
from ...data.csr import CSR
from ...data.regroup import rows_between
from ...data.rows import Rows
from .plan import BLOCK, Plan, read_plan
from .reading import Read, opened_bytes

__all__ = ["CHECKSUMS", "STARTS", "DamagedError", "Stored", "file_name", "opened", "opened_again"]

CHECKSUMS, STARTS = "checksums.npy", "starts.npy"
SHARE = 0.5  # of the free memory, up to which a cache is mapped


Sections = dict[str, tuple[str, int | None]]  # type and numbers a row of each array


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

    def is_checked(self, low: int, high: int) -> bool:
        """Whether dense rows low .. high - 1 were compared with their checksums, so that they can be read alone."""
        return self.plan.indices is None and bool(self.checked[low // BLOCK : -(-high // BLOCK)].all())

    def rows(self, low: int, high: int, size: int) -> Iterator[Rows]:
        """Rows low .. high - 1, all in one file, in batches of ``size``.

        Whole blocks are read where a batch has any that were not compared with their checksums.

        Raises
        ------
        DamagedError
            If the cache is not as it was written.
        """
        file, sections = low // self.plan.file, self.plan.sections
        with ExitStack() as stack:
            try:
                reads = {
                    name: stack.enter_context(opened_bytes(self.folder / file_name(name, file), self.mapped))
                    for name in sections
                }
                while low < high:
                    stop = min(high, low + size - (low % BLOCK if size >= BLOCK else 0))
                    alone = self.is_checked(low, stop)
                    first, last = (low, stop) if alone else (low // BLOCK * BLOCK, -(-stop // BLOCK) * BLOCK)
                    whole = self._blocks(reads, sections, first, min(last, self.plan.rows))
                    yield rows_between(whole, low - first, stop - first)
                    low = stop
            except (OSError, EOFError):
                raise DamagedError from None

    def _blocks(self, reads: dict[str, Read], sections: Sections, low: int, high: int) -> Rows:
        """The rows of whole blocks."""
        plan, blocks = self.plan, slice(low // BLOCK, -(-high // BLOCK))
        at = low % plan.file
        ends = at, at + high - low
        found: dict[str, Any] = {
            name: _array(reads[name], *sections[name], *ends)
            for name, (_, width) in sections.items()
            if width is not None
        }
        if plan.indices is not None:
            self._check(blocks, {"lengths": found["lengths"]})
            indptr = np.concatenate(([0], np.cumsum(found["lengths"])))
            first = int(self.starts[blocks.start])
            for name in ("data", "indices"):
                found[name] = _array(reads[name], *sections[name], first, first + int(indptr[-1]))
            self._check(blocks, found, indptr)
            found["X"] = CSR(found["data"], found["indices"], indptr, len(plan.names))
        else:
            self._check(blocks, found)
            found["X"] = found["X"].reshape(high - low, len(plan.names))
        y = np.asfortranarray(found["y"].reshape(high - low, plan.outputs))
        self.checked[blocks] = True
        return Rows(found["X"], y, found.get("weight"), found.get("offset"))

    def _check(self, blocks: slice, found: dict[str, Any], indptr: NDArray[np.int64] | None = None) -> None:
        """Compare the blocks that were not read before with their checksums."""
        unchecked = np.flatnonzero(~self.checked[blocks])
        names = list(self.plan.sections) if len(unchecked) else []
        for block in unchecked.tolist():
            for name, array in found.items():
                width = self.plan.sections[name][1]
                low, high = block * BLOCK, (block + 1) * BLOCK
                if width is None and indptr is not None:
                    part = array[indptr[low] : indptr[min(high, len(indptr) - 1)]]
                else:
                    part = array[low * (width or 0) : high * (width or 0)]
                if zlib.crc32(part.data) != self.checksums[blocks.start + block, names.index(name)]:
                    raise DamagedError


def _array(read: Read, kind: str, width: int | None, low: int, high: int) -> NDArray[Any]:
    """Rows low .. high - 1 of a section."""
    scale = np.dtype(kind).itemsize * (1 if width is None else width)
    return read(low * scale, high * scale).view(kind)


def file_name(section: str, file: int) -> str:
    """Name of a file of a section."""
    return f"{file:05d}.{section}"


def opened(folder: Path, identity: str) -> Stored:
    """The cache in a folder.

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
    mapped = plan.size <= SHARE * free_memory()
    return Stored(folder, plan, checksums, starts, np.zeros(len(checksums), np.bool_), mapped)


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
