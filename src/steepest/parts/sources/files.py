"""Files of a table: found by name, pattern, folder or URI, on this machine or elsewhere, and whether they changed."""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import unquote

from ...core.errors import DataError, FileError, UsageError
from ...core.shown_text import visible
from .store import HERE, Store, store_of

__all__ = ["FORMATS", "File", "find_files", "hash_of"]

FORMATS = {
    "parquet": (".parquet", ".pq", ".parq"),
    "arrow": (".arrow", ".feather", ".ipc"),
    "text": (".csv", ".tsv", ".txt", ".dat", ".data"),
    "json": (".jsonl", ".ndjson", ".json"),
    "libsvm": (".libsvm", ".svm", ".svmlight"),
    "numpy": (".npy",),
}
PACKED = (".gz", ".bz2", ".xz", ".zst")
PATTERN = set("*?[")
MARKERS = ("_", ".")  # files that describe the others, and hidden ones, begin so


class File(NamedTuple):
    """A file as it was found; it must stay so."""

    store: Store
    path: str  # in the store
    name: str  # as messages show it
    size: int  # bytes
    stamp: str  # changes with the content: a time of change, or a tag of the store

    def __hash__(self) -> int:
        return hash((self.path, self.size, self.stamp))  # a store has no hash

    @property
    def format(self) -> str | None:
        """The format that the ending of the name tells, None for any other ending."""
        suffixes = [suffix.lower() for suffix in PurePosixPath(self.path).suffixes[-2:]]
        ending = suffixes[0] if len(suffixes) == 2 and suffixes[1] in PACKED else (suffixes or [""])[-1]
        return next((format_ for format_, endings in FORMATS.items() if ending in endings), None)

    @property
    def partition(self) -> dict[str, str]:
        """Columns that the folders name, as year of "year=2024/"."""
        folders = PurePosixPath(self.path).parts[:-1]
        pairs = [folder.split("=", 1) for folder in folders if "=" in folder]
        return {unquote(name): unquote(value) for name, value in pairs}

    def check(self) -> None:
        """Refuse a file that is no longer as it was found.

        Raises
        ------
        DataError
            If its size or its time of change is another.
        FileError
            If it is no longer there.
        """
        if self.store.facts(self.path, self.name) != (self.size, self.stamp):
            raise changed(self.name)


def changed(name: str) -> DataError:
    """The error of a file whose content is another than before."""
    return DataError("changed after the table was scanned: scan it again", file=name)


def find_files(files: Any, storage_options: Mapping[str, Any] | None = None) -> tuple[File, ...]:
    """The files of a name, pattern, folder, URI, or of a sequence of these, sorted by name.

    Raises
    ------
    FileError
        If there is no such file, or none that a pattern or folder names.
    UsageError
        If two of them name the same file, or no library knows the kind of a URI.
    """
    listed: Sequence[Any] = [files] if isinstance(files, (str, os.PathLike)) else list(files)
    if not listed:
        raise UsageError("no file: name one or more")
    found = sorted((file for each in listed for file in _found(str(each), storage_options)), key=lambda file: file.name)
    for one, other in pairwise(found):
        if one.name == other.name:
            raise UsageError(f"{one.name} is named twice: name each file once")
    return tuple(found)


def _found(text: str, options: Mapping[str, Any] | None) -> Iterator[File]:
    store, path = store_of(text, options)
    if PATTERN & set(path) and not store.is_there(path):
        names = [name for name in _matching(store, path) if _is_table(name)]
        if not names:
            raise FileError(f"{visible(text)}: no file has such a name: check the pattern and its folder")
    elif store.is_folder(path):
        names = [name for name in store.listing(path) if _is_table(name, path)]
        if not names:
            known = ", ".join(ending for endings in FORMATS.values() for ending in endings[:1])
            raise FileError(f"{visible(text)}: no table in this folder: tables end in {known} and others")
    else:
        names = [path]
    for name in names:
        shown = visible(store.prefix + name)
        shown = name if shown == name else shown  # one object is sent to workers once
        yield File(store, name, shown, *store.facts(name, shown))


def _matching(store: Store, pattern: str) -> Iterable[str]:
    if store is HERE:
        return (name for name in glob.glob(pattern, recursive=True) if Path(name).is_file())  # noqa: PTH207
    return store.matching(pattern)


def _is_table(path: str, folder: str = "") -> bool:
    """Whether a file that was found is one of the table: hidden ones, marks and files of another kind are not."""
    below = PurePosixPath(path).parts[len(PurePosixPath(folder).parts) if folder else -1 :]
    if any(part.startswith(MARKERS) for part in below):
        return False
    return not folder or File(HERE, path, path, 0, "").format is not None


def hash_of(files: Sequence[File], *others: object) -> str:
    """SHA-256 over names, sizes and stamps of files, and whatever else the rows depend on."""
    facts = [(file.store.prefix + file.path, file.size, file.stamp) for file in files]
    return hashlib.sha256(repr((facts, others)).encode()).hexdigest()
