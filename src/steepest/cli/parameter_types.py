"""Click's classes of values as bases: they take a type argument since Click 8.4, and none before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

__all__ = ["ParameterType", "WordChoice"]

if TYPE_CHECKING:
    ParameterType = click.ParamType[Any]
    WordChoice = click.Choice[str]
else:
    ParameterType = click.ParamType
    WordChoice = click.Choice
