"""Predictions for collections."""

from __future__ import annotations

from typing import Any

from .collections import Predict

__all__ = ["predicted"]


def predicted(table: Any, predict: Predict) -> Any:
    """The predictions for a collection, of the same kind."""
    raise NotImplementedError
