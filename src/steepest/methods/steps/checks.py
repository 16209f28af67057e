"""Checks of the settings of a learning rate: each returns what is wrong, or None."""

from __future__ import annotations

import sys
from numbers import Real
from typing import Any

__all__ = ["not_negative", "number", "positive", "share", "up_to", "whole"]

LARGEST = sys.float_info.max  # beyond it a whole number has no float


def positive(eta: float) -> str | None:
    """Whether a learning rate is a positive number."""
    return None if number(eta) and eta > 0 else f"the learning rate must be a positive number, not {eta!r}"


def not_negative(eta: float) -> str | None:
    """Whether a learning rate is a positive number, or 0 where one is to be found."""
    return None if number(eta) and eta >= 0 else f"the learning rate must be a number >= 0 (0 finds one), not {eta!r}"


def whole(name: str, value: Any, least: int = 1) -> str | None:
    """Whether a count is a whole number, ``least`` or more."""
    right = number(value) and value >= least and value == int(value)
    return None if right else f"{name} must be a whole number >= {least}, not {value!r}"


def share(name: str, value: Any) -> str | None:
    """Whether a factor is in (0, 1]."""
    return None if number(value) and 0 < value <= 1 else f"{name} must be in (0, 1], not {value!r}"


def up_to(name: str, value: Any, most: float) -> str | None:
    """Whether a number is from 0 to ``most``."""
    return None if number(value) and 0 <= value <= most else f"{name} must be from 0 to {most:g}, not {value!r}"


def number(value: Any) -> bool:
    """Whether this is a finite number."""
    real = isinstance(value, Real) and not isinstance(value, bool)
    return real and bool(abs(value) <= LARGEST)
