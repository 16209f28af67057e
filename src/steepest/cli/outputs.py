"""Output files, checked before the work is done rather than after it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..core.errors import UsageError
from ..core.files import check_new, real_path
from ..descent.storage import check_name

__all__ = ["check_output", "check_outputs"]


def check_outputs(source: str, model: str | None, run: str | None, force: bool) -> None:
    """Refuse outputs that exist, cannot be written, or have the name of the input or of each other.

    Raises
    ------
    UsageError
        If two names refer to one file, or the name of a run has an unknown ending.
    FileError
        If a file exists and ``force`` is false, or its folder is missing or not writable.
    """
    if run is not None:
        check_name(Path(run))
    given = [source]
    for output in filter(None, (model, run)):
        check_output(output, given, force)
        given.append(output)


def check_output(output: str, given: Sequence[str], force: bool) -> None:
    """Refuse an output that exists, cannot be written, or has the name of a file that is given too.

    Raises
    ------
    UsageError
        If two names refer to one file.
    FileError
        If the file exists and ``force`` is false, or its folder is missing or not writable.
    """
    check_new(output, force)
    place = real_path(output)
    if place in {real_path(name) for name in given if name != "-"} and (place.is_file() or not place.exists()):
        raise UsageError(f"{output} is named twice: each file needs a name of its own")
