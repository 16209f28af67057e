"""Collections as sources."""

from __future__ import annotations

from typing import Any

from ...data.readers.asked import Asked
from ..sources.source import Source
from .collections import Roles

__all__ = ["dask_source"]


def dask_source(table: Any, asked: Asked, roles: Roles, engine: Any = None) -> Source:
    """The source of a collection."""
    raise NotImplementedError
