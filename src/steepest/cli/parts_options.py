"""Options of tables in parts: files larger than memory, and where and how they are read in passes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from ..core.errors import UsageError
from ..core.memory import byte_size, free_memory
from .parameter_types import ParameterType

__all__ = ["PartsChoice", "Size", "engine_option", "files_argument", "memory_option", "name_of", "parts_options"]

OPTIONS = ("memory", "cache", "checkpoint", "resume", "engine")
SHARE = 0.25  # of the free memory: beyond it a file is read in passes
GLOB = frozenset("*?[")

Command = TypeVar("Command", bound=Callable[..., Any])


class Size(ParameterType):
    """An amount of memory, such as 512M."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Turn the text into bytes."""
        try:
            return byte_size(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)


class PartsChoice(NamedTuple):
    """Whether a table is read in passes, and how."""

    memory: int | None = None  # bytes of all blocks; None: a quarter of what is free
    cache: str = "auto"
    checkpoint: str | None = None
    resume: bool = False
    engine: str | None = None

    def takes(self, files: tuple[str, ...]) -> bool:
        """Whether files go this way: several, a folder, a pattern, an address, or one larger than the memory."""
        if self.resume and self.checkpoint is None:
            raise UsageError("--resume continues from a checkpoint: name it with --checkpoint FILE")
        asked = (self.cache, self.checkpoint, self.engine) != ("auto", None, None)
        return asked or len(files) > 1 or is_address(files[0]) or self._is_large(files[0])

    def _is_large(self, file: str) -> bool:
        try:
            size = Path(file).stat().st_size
        except (OSError, ValueError):  # standard input, or no such file
            return False
        return size > (SHARE * free_memory() if self.memory is None else self.memory)


def is_address(file: str) -> bool:
    """Whether a name stands for other files: a folder, a pattern such as "clicks/*.parquet", an address with ://.

    Examples
    --------
    >>> is_address("s3://bucket/clicks"), is_address("*.parquet"), is_address("park.txt"), is_address("-")
    (True, True, False, False)
    """
    try:
        path = Path(file)
        return "://" in file or path.is_dir() or (not GLOB.isdisjoint(file) and not path.exists())
    except (OSError, ValueError):
        return False


def name_of(files: tuple[str, ...]) -> str:
    """How messages call a table in these files.

    Examples
    --------
    >>> name_of(("a.csv",)), name_of(("a.csv", "b.csv", "c.csv"))
    ('a.csv', 'a.csv and 2 more files')
    """
    more = len(files) - 1
    return files[0] + (f" and {more:,} more file{'s' * (more > 1)}" if more else "")


def files_argument(command: Command) -> Command:
    """Add FILE..., of which several make one table."""

    @wraps(command)
    def with_files(files: tuple[str, ...], **flags: Any) -> Any:
        return command(files=_checked(files), **flags)

    return click.argument("files", nargs=-1, required=True, metavar="FILE...")(with_files)  # type: ignore[return-value]


def _checked(files: tuple[str, ...]) -> tuple[str, ...]:
    """The files; a word after them that is none is refused as a word too many."""
    extra = [file for file in files[1:] if not (is_address(file) or Path(file).exists())]
    if extra:
        raise click.UsageError(f"Got unexpected extra argument ({' '.join(extra)})", click.get_current_context())
    return files


memory_option = click.option(
    "--memory", type=Size(), metavar="SIZE", help="Beyond this read in passes, within it. [a quarter of what is free]"
)

engine_option = click.option(
    "--engine", metavar="local:N|dask:ADDRESS", help="Processes or a Dask cluster that make the passes. [threads here]"
)


def parts_options(command: Command) -> Command:
    """Add the options of tables in parts; the command gets them as ``parts``, a PartsChoice."""

    @wraps(command)
    def with_parts(**flags: Any) -> Any:
        return command(parts=PartsChoice(**{name: flags.pop(name) for name in OPTIONS}), **flags)

    found: Any = with_parts
    options = (
        memory_option,
        click.option(
            "--cache", default="auto", metavar="DIR|auto|no", help="Where rows are kept for later passes. [auto]"
        ),
        click.option("--checkpoint", metavar="FILE", help="Save the state of the fit here, to go on from."),
        click.option("--resume", is_flag=True, help="Continue from the checkpoint, where there is one."),
        engine_option,
    )
    for option in reversed(options):
        found = option(found)
    return found  # type: ignore[no-any-return]
