"""The version, where no other file needs to be loaded to read it."""

from __future__ import annotations

__version__ = "0.1.0"
