"""The built files of the page, as the wheel carries them. ``front/`` has their sources."""

from __future__ import annotations

from importlib.resources import files

from ..core.errors import FileError

__all__ = ["asset"]


def asset(name: str) -> str:
    """The text of a built file, such as lab.js.

    Raises
    ------
    FileError
        If the page was not built, in a checkout without it.
    """
    try:
        return (files(__package__) / "static" / name).read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise FileError(
            f"the lab has no {name}: build it, npm ci && npm run build in front/, or install a wheel"
        ) from None
