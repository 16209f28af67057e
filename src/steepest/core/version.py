"""The version, in a file of its own so that reading it loads no other."""

from __future__ import annotations

__version__ = "0.2.0"
