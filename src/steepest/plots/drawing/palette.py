"""Colours, dashes and marks of lines."""

from __future__ import annotations

from typing import Any

__all__ = ["COLOURS", "DASHED", "DASHES", "MARKERS"]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#C28500", "#4098D0", "#4D4D4D")
# safe for colour-blind readers, and of a contrast of 3 or more with white
DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (3, 1)), (0, (1, 1)))
DASHED: dict[str, Any] = {"color": "black", "ls": (0, (4, 3)), "lw": 1}  # reference values: an optimum, a limit
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
