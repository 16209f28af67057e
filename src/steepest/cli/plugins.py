"""Plugins, rules and learning rates in a user's file: ``--rule mymodule:MyRule`` loads the class from it.

Only names on the command line are loaded; no table, model or recorded run can name code.
"""

from __future__ import annotations

import re
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

from ..core.errors import UsageError
from ..core.records import is_record, make

__all__ = ["error_of_own_code", "own_record"]

PACKAGE = Path(__file__).parents[1]
SPEC = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)(?::(.*))?")


def own_record(spec: object, what: str) -> Any:
    """The record named by ``mymodule:MyRule`` or ``mymodule:MyRule:beta=0.9``; any other value is returned unchanged.

    The module is looked for in the working directory first.

    Raises
    ------
    UsageError
        If there is no such module, or no such record in it, or a field is unknown or not a number.
    """
    found = SPEC.fullmatch(spec) if isinstance(spec, str) else None
    if found is None:
        return spec
    module, name, fields = found.groups()
    cls = getattr(_module(module, what), name, None)
    if not (isinstance(cls, type) and is_record(cls)):
        raise UsageError(f"{module!r} has no {what} {name!r}: it must be a NamedTuple class of that name")
    return make(cls, fields or "", what)


def error_of_own_code(error: Exception) -> str | None:
    """Where a file of the user's, in the working directory, raised an error, and which; None if no such file did."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        if file.is_relative_to(PACKAGE):
            return None
        if file.is_relative_to(Path.cwd()) and "site-packages" not in file.parts:  # not a library that it calls
            mend = ": write np.where(a > b, c, d) in place of if" if "truth value of an array" in str(error) else ""
            return f"{file.name}, line {frame.lineno}: {type(error).__name__}: {error}{mend}"
    return None


def _module(name: str, what: str) -> Any:
    sys.path.insert(0, "")
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise UsageError(f"{what}: the module {name!r} needs {error.name!r}, which is not installed") from error
        raise UsageError(f"{what}: there is no module {name!r} in this folder or installed") from error
    except Exception as error:
        raise UsageError(f"{what}: the module {name!r} cannot be loaded: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove("")
