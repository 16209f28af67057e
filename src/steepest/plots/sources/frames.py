"""Frames: what is read from a table of pandas or Polars, whichever is there."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

__all__ = ["Frame", "Named", "WithColumns"]


@runtime_checkable
class Named(Protocol):
    """A column of pandas or Polars."""

    name: Any


@runtime_checkable
class WithColumns(Protocol):
    """A table with names of columns."""

    columns: Any


@runtime_checkable
class Frame(WithColumns, Protocol):
    """A table of pandas or Polars."""

    def to_numpy(self) -> NDArray[Any]:
        """Its values."""
