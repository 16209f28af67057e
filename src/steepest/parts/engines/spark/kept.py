"""Rows of a partition on the disk of the machine where they were cut: numbers that each pass maps into memory.

They are in Spark's own folder for the files of workers, which Spark removes at the end of the application.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any, NamedTuple

from ....data.rows import Rows
from ...cache.plan import BLOCK
from ...cache.stored import opened_again
from ...cache.writing import write_cache
from ...sources.source import Piece

__all__ = ["Disk", "Kept"]

FOLDERS = "SPARK_LOCAL_DIRS"  # of a worker, as Spark sets it


class Kept(NamedTuple):
    """Where the rows are, and what they were written as."""

    folder: Path
    identity: str
    made: str
    rows: int

    def batches(self, size: int) -> Iterator[Rows]:
        """The rows in batches of whole blocks, of about ``size`` rows.

        Raises
        ------
        DamagedError
            If they are not on this machine, or no longer.
        """
        found = opened_again(self.folder, self.identity, self.made)
        size = max(BLOCK, size // BLOCK * BLOCK)
        for low in range(0, self.rows, found.plan.piece):
            yield from found.rows(low, min(self.rows, low + found.plan.piece), size)


class Written(NamedTuple):
    """The source of rows that come once."""

    names: tuple[str, ...]
    targets: tuple[str, ...]
    levels: tuple[str, ...] | None
    identity: str
    rows: Iterable[Rows]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """One, of unknown length."""
        return (Piece("", 0, 1),)

    def read(self, piece: int, start: int, size: int) -> Iterator[Rows]:
        """The rows, as they come."""
        del piece, start, size
        yield from self.rows


class Disk(NamedTuple):
    """The disks of the workers, for the rows of one table."""

    table: str  # its name there, in hexadecimal digits
    names: tuple[str, ...]
    targets: tuple[str, ...]
    gone: tuple[str, ...] = ()  # tables whose rows are no longer needed

    def keep(self, partition: int, rows: Iterable[Rows]) -> Kept:
        """Write rows of a partition to a folder of their own."""
        identity = f"{self.table}, {partition}"
        source: Any = Written(self.names, self.targets, None, identity, rows)
        found = write_cache(source, _folder(self.table) / token_hex(8))
        return Kept(found.folder, identity, found.plan.made, found.plan.rows)

    def has_room(self, rows: int) -> bool:
        """Whether this is a worker of Spark whose disk has twice the room of so many rows."""
        if FOLDERS not in os.environ:
            return False
        _folder(self.table).mkdir(parents=True, exist_ok=True)
        size = 8 * rows * (len(self.names) + len(self.targets) + 2)
        return shutil.disk_usage(_folder(self.table)).free > 2 * size

    def tidy(self) -> None:
        """Remove the rows of tables that are gone from this machine."""
        for table in self.gone if FOLDERS in os.environ else ():
            shutil.rmtree(_folder(table), ignore_errors=True)


def _folder(table: str) -> Path:
    """The folder of a table, in one of Spark's."""
    folders = os.environ[FOLDERS].split(",")
    return Path(folders[int(table, 16) % len(folders)]) / f"steepest-{table}"
