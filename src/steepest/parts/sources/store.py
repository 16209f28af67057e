"""Store: a file system, of this machine or behind a URI. pyarrow knows the common ones, fsspec all others."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ...core.errors import FileError, UsageError
from ...core.files import is_there
from ...core.shown_text import visible

if TYPE_CHECKING:  # types alone
    from fsspec import AbstractFileSystem
    from pyarrow import NativeFile
    from pyarrow.fs import FileInfo, FileSystem

__all__ = ["HERE", "Store", "needs_pyarrow", "store_of"]


class Store(NamedTuple):
    """A file system; it can be pickled."""

    system: FileSystem | None  # None on this machine
    prefix: str = ""  # of its files in messages, "s3://"

    @property
    def remote(self) -> bool:
        """Whether the files are on another machine."""
        return self.system is not None

    def is_folder(self, path: str) -> bool:
        """Whether a folder has this name."""
        return os.path.isdir(path) if self.system is None else self._info(path).type.name == "Directory"  # noqa: PTH112

    def is_there(self, path: str) -> bool:
        """Whether a file or folder has this name."""
        return is_there(path) if self.system is None else self._info(path).type.name != "NotFound"

    def listing(self, folder: str) -> list[str]:
        """All files below a folder."""
        if self.system is None:
            return [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]  # noqa: PTH118
        from pyarrow.fs import FileSelector

        infos = _told(folder, lambda: self.system.get_file_info(FileSelector(folder, recursive=True)))
        return [info.path for info in infos if info.is_file]

    def matching(self, pattern: str) -> Iterable[str]:
        """All files whose names match a pattern."""
        from fsspec.implementations.arrow import ArrowFSWrapper

        system = self._by_fsspec() or ArrowFSWrapper(self.system)
        found: list[str] = _told(pattern, lambda: system.glob(pattern))
        return found

    def facts(self, path: str, name: str) -> tuple[int, str]:
        """Size of a file in bytes, and a stamp that changes with its content.

        Raises
        ------
        FileError
            If there is no such file or it cannot be asked.
        """
        if self.system is None:
            found = _told(name, lambda: Path(path).stat())
            return found.st_size, f"{found.st_mtime_ns}-{found.st_ino}"  # the latter is another where files are swapped
        info = _told(name, lambda: self._info(path))
        if not info.is_file:
            raise FileError(f"{name}: no such file: check its name and place")
        by_fsspec = self._by_fsspec()
        return info.size or 0, str(info.mtime_ns if by_fsspec is None else by_fsspec.ukey(path))

    def open(self, path: str, name: str) -> NativeFile:
        """The file, opened by pyarrow."""
        import pyarrow

        if self.system is None:
            return _told(name, lambda: pyarrow.OSFile(path))
        return _told(name, lambda: self.system.open_input_file(path))

    def _by_fsspec(self) -> AbstractFileSystem | None:
        """The file system of fsspec behind it."""
        from pyarrow.fs import FSSpecHandler, PyFileSystem

        handler = self.system.handler if isinstance(self.system, PyFileSystem) else None
        return handler.fs if isinstance(handler, FSSpecHandler) else None

    def _info(self, path: str) -> FileInfo:
        assert self.system is not None
        return self.system.get_file_info(path)


HERE = Store(None)


def needs_pyarrow(what: str) -> None:
    """Refuse what needs pyarrow where it is not installed."""
    if find_spec("pyarrow") is None:
        raise UsageError(f"{what}: needs pyarrow: pip install 'steepest[files]'")


def store_of(text: str, options: Mapping[str, Any] | None = None) -> tuple[Store, str]:
    """The store of a path or URI, and the path in it.

    Raises
    ------
    UsageError
        If no library that is installed knows the kind of the URI.
    """
    if "://" not in text:
        return HERE, os.path.abspath(text)  # noqa: PTH100 - a pattern is no path
    needs_pyarrow(visible(text))
    from pyarrow import ArrowInvalid
    from pyarrow.fs import FileSystem, LocalFileSystem

    scheme = text.split("://", 1)[0]
    try:
        if options:
            return _by_fsspec(text, scheme, options)
        system, path = FileSystem.from_uri(text)
    except ArrowInvalid:
        return _by_fsspec(text, scheme, {})
    except OSError as error:
        raise unreachable(text, error) from None
    return (HERE, path) if isinstance(system, LocalFileSystem) else (Store(system, f"{scheme}://"), path)


def _by_fsspec(text: str, scheme: str, options: Mapping[str, Any]) -> tuple[Store, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise UsageError(f"{visible(text)}: needs fsspec: pip install 'steepest[files]'") from None
    from pyarrow.fs import FSSpecHandler, PyFileSystem

    try:
        system, path = url_to_fs(text, **options)
    except (ImportError, ValueError, TypeError) as error:
        reason = visible(str(error).splitlines()[0] if str(error) else type(error).__name__)
        raise UsageError(f"{visible(text)}: {reason}: check the kind of the URI and storage_options") from None
    prefix = "" if scheme in path.split("://")[0] and "://" in path else f"{scheme}://"
    return Store(PyFileSystem(FSSpecHandler(system)), prefix), path


def _told(name: str, call: Any) -> Any:
    """The answer of a store; its errors as one line."""
    try:
        return call()
    except FileNotFoundError:
        raise FileError(f"{name}: no such file: check its name and place") from None
    except FileError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise unreachable(name, error) from None


def unreachable(name: str, error: Exception) -> FileError:
    """The error of a file or store that does not answer."""
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return FileError(f"{visible(name)}: cannot be read ({visible(reason.splitlines()[0]).lower()}): check the file")
