"""Writing files, complete or not at all and never over an existing one by default; values as JSON or a data frame."""

from __future__ import annotations

import errno
import json
import math
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from .errors import FileError, UsageError
from .shown_text import visible

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["check_new", "data_frame", "is_there", "json_text", "plain", "real_path", "write_new"]


def check_new(path: str | Path, force: bool = False) -> None:
    """Refuse, before any work is done, a path that `write_new` would refuse after it.

    Raises
    ------
    FileError
        If the path is a directory, its folder is missing or not writable, or the file exists and ``force`` is false.
    """
    path = Path(path)
    try:
        _check(path, force)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise _refusal(path, error) from None


def is_there(path: str | Path) -> bool:
    """Whether a file has this name; a name that no file can have is that of none.

    Examples
    --------
    >>> is_there("a" * 300)
    False
    """
    return os.path.exists(path)  # noqa: PTH110 - Path.exists raises for a long name


def real_path(path: str | Path) -> Path:
    """The file that a name leads to, symbolic links followed; where they form a loop, one of them.

    Examples
    --------
    >>> real_path("a/../b").name
    'b'
    """
    return Path(os.path.realpath(path))


def write_new(path: str | Path, write: Callable[[BinaryIO], object], force: bool = False) -> None:
    """Write a file that appears complete or not at all.

    The bytes go to a temporary file in the same folder, which gets its name once they are on the disk; then the folder
    is brought there too. Temporary files of the same name that a killed process left are removed. A device or pipe is
    written to directly.

    Parameters
    ----------
    path : str or Path
        Where; a symbolic link is followed.
    write : callable
        Takes the open binary file and fills it.
    force : bool
        Whether an existing file may be replaced.

    Raises
    ------
    FileError
        If the file exists and ``force`` is false, even if it appeared a moment ago, or it cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_new(Path(folder, "a.txt"), lambda file: file.write(b"1"))
    ...     Path(folder, "a.txt").read_text()
    '1'
    """
    path = Path(path)
    try:
        _check(path, force)
        if path.exists() and not path.is_file():
            with path.open("wb", buffering=0) as device:
                write(device)
            return
        _write(real_path(path), write, force)
    except (OSError, ValueError) as error:
        raise _refusal(path, error) from None


def _check(path: Path, force: bool) -> None:
    if path.is_dir():
        raise FileError(f"{visible(str(path))} is a directory: name a file in it")
    if path.is_file() and not force:
        raise FileExistsError
    target = real_path(path)
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if not target.parent.is_dir():
        raise FileError(f"{visible(str(path))}: there is no folder {target.parent.name!r}: make it first")
    if not os.access(path if path.exists() and not path.is_file() else target.parent, os.W_OK):
        raise PermissionError(13, "permission denied")


def _refusal(path: Path, error: Exception) -> Exception:
    """The error as one line; a ValueError of the caller is raised unchanged."""
    name = visible(str(path))
    if isinstance(error, FileError) or (isinstance(error, ValueError) and "\0" not in str(path)):
        return error
    if isinstance(error, FileExistsError):
        return FileError(f"{name} exists: add --force to overwrite it")
    reason = str((error.strerror if isinstance(error, OSError) else None) or error)
    return FileError(f"{name}: cannot be written ({reason.lower()}): no part of it was kept")


def _write(target: Path, write: Callable[[BinaryIO], object], force: bool) -> None:
    """Fill a temporary file, bring it to the disk and give it its name."""
    from .part_files import LOCKS, part_file  # only a command that writes a file needs it

    with part_file(target) as (part, file):
        if target.exists():
            part.chmod(stat.S_IMODE(target.stat().st_mode))
        write(file)
        file.flush()
        os.fsync(file.fileno())
        if not LOCKS:
            file.close()  # Windows renames no open file
        if force:
            part.replace(target)
        else:
            _link(part, target)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Bring the names of the files in a folder to the disk, where the system can."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _link(part: Path, target: Path) -> None:
    """Name the file unless something has that name by now."""
    try:
        target.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: reserve the name first, so that no other file is overwritten
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        try:
            part.replace(target)
        except BaseException:
            target.unlink(missing_ok=True)
            raise


def plain(value: Any) -> Any:
    """Turn a value into JSON types: records and tuples to lists, NumPy values to numbers, NaN and infinities to None.

    Examples
    --------
    >>> plain({"gap": float("nan"), "names": ("a", "b")})
    {'gap': None, 'names': ['a', 'b']}
    """
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def json_text(value: Any) -> str:
    r"""Write a value as strict JSON, floats exactly, one key a line.

    Examples
    --------
    >>> json_text({"coef": [0.1, float("inf")]})
    '{\n "coef": [0.1, null]\n}\n'
    """
    members = [f" {json.dumps(str(k))}: {_line(v)}" for k, v in value.items()]
    return "{\n" + ",\n".join(members) + "\n}\n"


def _line(value: Any) -> str:
    """One value, with escapes for what a terminal would obey."""
    text = json.dumps(plain(value), ensure_ascii=False, allow_nan=False)
    return text if text == visible(text) else json.dumps(plain(value), allow_nan=False)


def data_frame(table: dict[str, Any]) -> DataFrame:
    """Columns by name as a pandas DataFrame.

    Raises
    ------
    UsageError
        If pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise UsageError("to_frame needs pandas: pip install pandas") from error
    return pd.DataFrame(table)
