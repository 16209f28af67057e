"""Memory: how much is free, and amounts of it as text, "512MB"."""

from __future__ import annotations

import os
import re
from pathlib import Path

from .errors import UsageError

__all__ = ["byte_size", "free_memory", "size_text"]

UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}
AMOUNT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]i?|)b?\s*", re.IGNORECASE)

GROUPS = Path("/sys/fs/cgroup")


def byte_size(amount: int | str) -> int:
    """Bytes, at least 1, of an amount such as 512000000, "512MB", "512M" (10^6) or "1.5GiB" (2^30).

    Raises
    ------
    UsageError
        If it is no amount of memory.

    Examples
    --------
    >>> byte_size("512MB"), byte_size("1.5GiB"), byte_size(4096)
    (512000000, 1610612736, 4096)
    """
    found = AMOUNT.fullmatch(str(amount))
    size = 0 if found is None else int(float(found[1]) * UNITS[found[2].lower()])
    if size < 1:
        raise UsageError(f"{amount!r} is not an amount of memory: write 512MB or 2GB")
    return size


def size_text(size: float) -> str:
    """Bytes for a reader, with three digits.

    Examples
    --------
    >>> size_text(512_000_000), size_text(999), size_text(1_234_567_890)
    ('512 MB', '999 bytes', '1.23 GB')
    """
    for unit, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{float(f'{size / unit:.3g}'):g} {name}"
    return f"{size:.0f} bytes"


def free_memory() -> float:
    """Bytes that are free: of the machine or of the control group of the process; infinite if the system says neither.

    Examples
    --------
    >>> free_memory() > 1_000_000
    True
    """
    return min(_free_of_machine(), _free_of_group())


def _free_of_machine() -> float:
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:  # noqa: PTH123
            found = next(line for line in lines if line.startswith("MemAvailable:"))
        return 1024.0 * int(found.split()[1])
    except (OSError, StopIteration, ValueError, IndexError):
        return _installed()


def _installed() -> float:
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):  # Windows
        return float("inf")


def _free_of_group() -> float:
    """The least that the limit of a control group around the process leaves."""
    known = (("", "memory.max", "memory.current"), ("memory", "memory.limit_in_bytes", "memory.usage_in_bytes"))
    return min(
        (_left(folder, *files) for controller, *files in known for folder in _groups(controller)), default=float("inf")
    )


def _groups(controller: str) -> list[Path]:
    """The folders of the control groups around the process, the nearest first."""
    root = GROUPS / controller
    try:
        lines = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
    except OSError:
        return []
    nearest = [root / line[2].strip("/") for line in lines if line[1] == controller]
    return [folder for group in nearest for folder in (group, *group.parents) if folder.is_relative_to(root)]


def _left(folder: Path, limit: str, usage: str) -> float:
    """What a limit leaves beside memory that is in use and no copy of a file; infinite without a limit."""
    try:
        most = float((folder / limit).read_text().replace("max", "inf"))
        return max(0.0, most - float((folder / usage).read_text()) + _cached(folder))
    except (OSError, ValueError):
        return float("inf")


def _cached(folder: Path) -> float:
    """Bytes of pages of files, which make room when they have to."""
    facts = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
    return float(facts.get("inactive_file", 0)) + float(facts.get("active_file", 0))
