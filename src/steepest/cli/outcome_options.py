"""Options of what is predicted and of single columns: classes, offsets, penalty factors and signs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from .values import FIX, Columns

__all__ = ["outcome_options"]

OPEN = ("+", "-")


class Signs(Columns):
    """One of "+" and "-" for all columns, or NAME=+ and NAME=- separated by commas."""

    name = "signs"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Keep one sign; turn the text of several into a dict."""
        if not isinstance(value, str) or value.strip() in OPEN:
            return value.strip() if isinstance(value, str) else value
        found: dict[str, str] = {}
        for item in self.items(value, param, ctx):
            name, equals, sign = (part.strip() for part in item.rpartition("="))
            if not equals or not name or sign not in OPEN:
                self.fail(f"{item!r} is not COL=+ or COL=-; + or - alone is for all columns", param, ctx)
            if name in found:
                self.fail(f"{name!r} is given twice", param, ctx)
            found[name] = sign
        return found


def outcome_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of classes, offsets and single columns."""
    for option in reversed(
        (
            click.option(
                "--multi-class", type=click.Choice(["softmax", "ovr"]), help="Of 3 classes or more. [softmax]"
            ),
            click.option("--offset", metavar="COL", help="Column that is added to each linear predictor."),
            click.option("--exposure", metavar="COL", help="Column whose logarithm is added; for --loss poisson."),
            click.option(
                "--penalty-factors", type=FIX, metavar="COL=F,...", help="Factors of the penalty, 0: none. [default: 1]"
            ),
            click.option("--signs", type=Signs(), metavar="+|-|COL=+,...", help="Signs that coefficients must have."),
            click.option("--intercept-only", is_flag=True, help="Use no column: the constant model."),
        )
    ):
        command = option(command)
    return command
