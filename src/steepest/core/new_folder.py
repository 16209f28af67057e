"""A new folder of files, complete or not at all, as `files.write_new` writes a file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from shutil import rmtree

from .errors import FileError
from .files import real_path
from .part_files import LOCKS, locked
from .shown_text import visible

__all__ = ["check_new_folder", "new_folder"]


def check_new_folder(path: str | Path, ours: re.Pattern[str], force: bool = False) -> None:
    """Refuse, before any work is done, a path that `new_folder` would refuse.

    Raises
    ------
    FileError
        If it is a file, cannot be made, or is a folder that is not empty: without ``force``, or with other files than
        those whose names ``ours`` matches.
    """
    target, shown = real_path(path), visible(str(path))
    if target.exists() and not target.is_dir():
        raise FileError(f"{shown} is a file: name a folder")
    if not target.parent.is_dir():
        raise FileError(f"{shown}: there is no folder {target.parent.name!r}: make it first")
    if not os.access(target.parent, os.W_OK):
        raise FileError(f"{shown}: cannot be written (permission denied): no part of it was kept")
    names = [each.name for each in target.iterdir()] if target.is_dir() else []
    if names and not force:
        raise FileError(f"{shown} is not empty: name a new folder, or add --force to replace its files")
    for name in names:
        if not ours.fullmatch(name) or (target / name).is_dir():
            raise FileError(f"{shown} has other files, such as {visible(name)!r}: name a new folder")


@contextmanager
def new_folder(path: str | Path, ours: re.Pattern[str], force: bool = False) -> Iterator[Path]:
    """A folder beside ``path`` to be filled, which gets its name at the end, unless there was an error.

    Folders that a killed process left are removed.

    Raises
    ------
    FileError
        As of `check_new_folder`, or if a file cannot be written.
    """
    check_new_folder(path, ours, force)
    target = real_path(path)
    stem = f".{target.name[:50]}."
    _sweep(target.parent, stem)
    made = target.parent / f"{stem}{token_hex(8)}.parts"
    try:
        made.mkdir()
        with _lock(made):
            yield made
            check_new_folder(path, ours, force)
            _named(made, target)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FileError(f"{visible(str(path))}: cannot be written ({reason}): no part of it was kept") from None
    finally:
        rmtree(made, ignore_errors=True)


def _named(made: Path, target: Path) -> None:
    """Bring the files to the disk and give the folder its name; an old one is removed after that."""
    for file in (*made.iterdir(), made):
        _sync(file)
    if not target.exists():
        made.rename(target)
    else:
        old = made.with_suffix(".old")
        target.rename(old)
        try:
            made.rename(target)
        except OSError:
            old.rename(target)
            raise
        rmtree(old, ignore_errors=True)
    _sync(target.parent)


def _sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk, where the system can."""
    with suppress(PermissionError):  # Windows opens no folder
        number = os.open(path, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """A lock that says that the folder is being filled, which ends with its process."""
    if not LOCKS:
        yield
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        locked(number)
        yield
    finally:
        os.close(number)


def _sweep(parent: Path, stem: str) -> None:
    """Remove the folders of killed processes."""
    named = re.compile(re.escape(stem) + r"[0-9a-f]{16}\.parts")
    for folder in parent.iterdir() if LOCKS else ():
        if named.fullmatch(folder.name) and not folder.is_symlink():
            with suppress(OSError):
                number = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
                try:
                    if locked(number):
                        rmtree(folder, ignore_errors=True)
                finally:
                    os.close(number)
