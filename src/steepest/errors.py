"""Errors and warnings of the package, for callers that catch them."""

from .core.errors import (
    DataError,
    DivergenceWarning,
    FileError,
    NotConvergedWarning,
    SeparationWarning,
    SteepestError,
    UsageError,
)

__all__ = [
    "DataError",
    "DivergenceWarning",
    "FileError",
    "NotConvergedWarning",
    "SeparationWarning",
    "SteepestError",
    "UsageError",
]
