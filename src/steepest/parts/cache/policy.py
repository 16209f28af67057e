"""Which tables have a cache, and whose disk it is on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from ...core.memory import size_text
from ..part import Part
from ..sources.memory import MemorySource
from ..sources.source import Source, is_resident
from ..sources.streams import StreamSource
from .apart import Apart
from .cached import Cached
from .folders import default_folder

__all__ = ["Policy", "cached"]

FEW = 3  # passes up to which files that decode fast are read again

Policy = bool | str | os.PathLike[str]  # "auto", whether there is a cache, or the folder where it stays


def cached(
    source: Source,
    policy: Policy = "auto",
    passes: int = 1,
    told: Callable[[str], None] | None = None,
    apart: Callable[[], Sequence[Part]] | None = None,
) -> Source:
    """The source, with a cache or without.

    Parameters
    ----------
    source : Source
    policy : "auto", bool, str or Path
        "auto": with a cache if a second pass is expensive, or more than three passes are planned and the disk has
        twice the room. A folder, where the cache stays; others are removed at the end of the process, as
        are those of streams and lazy frames, of which nobody knows whether they are the same again.
    passes : int
        Passes that are planned.
    told : callable, optional
        Called with a note if there is no room for a cache.
    apart : callable, optional
        Gives the parts of the source if workers are elsewhere: each caches the rows of its parts on its own disk.
    """
    if policy is False or isinstance(source, (MemorySource, Apart, Cached)) or is_resident(source):
        return source
    named = None if isinstance(policy, bool) or policy == "auto" else Path(policy).absolute()
    folder = named or default_folder()
    if policy == "auto" and not source.remote and (passes <= FEW or not (apart or _has_room(source, folder, told))):
        return source
    if apart is not None:
        return Apart(apart(), named)
    stays = named is not None and not isinstance(source, StreamSource)  # rows of a stream have no name
    return Cached(source, folder, stays, told)


def _has_room(source: Source, folder: Path, told: Callable[[str], None] | None) -> bool:
    """Whether the disk has twice the room of a cache."""
    needed = 2 * sum(piece.rows for piece in source.pieces) * 8 * (len(source.names) + len(source.targets) + 2)
    there = next(parent for parent in (folder, *folder.parents) if parent.is_dir())
    free = shutil.disk_usage(there).free
    if needed > free and told is not None:
        told(
            f"no cache: it needs {size_text(needed)} of room and {size_text(free)} are free: every pass reads the files"
        )
    return needed <= free
