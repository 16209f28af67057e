"""Versions: a cluster whose processes have another steepest than the client is refused before the first pass."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from weakref import WeakSet

from ....core.errors import SteepestError
from ....core.version import __version__

__all__ = ["refuse_other_versions"]

ANSWER = 5.0  # seconds in which all workers have to answer, else their tasks tell which version they have

_known = WeakSet[Any]()  # clients whose cluster was asked


def refuse_other_versions(client: Any) -> None:
    """Refuse a cluster that cannot read the tasks. Cost: a question to all its processes, once for a client.

    Raises
    ------
    SteepestError
        If a scheduler or worker has no steepest, or another version.
    """
    if client in _known:
        return
    found: dict[str, Any] = {}
    with suppress(Exception):  # a pass tells in better words that a cluster is gone
        found = client.sync(_asked, client, callback_timeout=ANSWER)
    _refuse(found)
    _known.add(client)


async def _asked(client: Any) -> dict[str, Any]:
    found: dict[str, Any] = await client.get_versions(packages=["steepest"])
    return found


def _refuse(found: dict[str, Any]) -> None:
    for place, facts in {"the scheduler": found.get("scheduler"), **found.get("workers", {})}.items():
        there = __version__ if facts is None else facts["packages"].get("steepest")
        if there != __version__:
            what = "no steepest" if there is None else f"steepest {there}"
            raise SteepestError(f"{place} has {what}: install {__version__} there, in the environment of Dask")
