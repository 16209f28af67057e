"""The command ``limit``: its options. The work is in ``actions/limit.py``, loaded when it is called."""

from __future__ import annotations

from typing import Any

import click

from ..column_options import column_options
from ..options import json_option, loss_options, table_options
from ..values import FIX, NUMBER

__all__ = ["command"]


@click.command(short_help="Print the largest stable learning rate for a table, and what a step does.")
@click.argument("file")
@click.option("--rule", default="plain", metavar="RULE", help="plain, momentum, nesterov, or momentum:beta=0.5.")
@click.option("--learning-rate", type=NUMBER, metavar="R", help="The rate of a step. [default: half of the limit]")
@click.option("--fix", type=FIX, multiple=True, metavar="COL=VALUE", help="Fix a coefficient, or intercept=VALUE.")
@loss_options
@column_options
@table_options
@json_option
def command(**flags: Any) -> None:
    """Print the stability limit of batch descent on the columns of FILE (or - for standard input).

    With a constant learning rate below the limit descent converges; above it, it diverges (squared losses) or may cycle
    (log loss). The limit of mse is half that of squared_error. Along the steepest and the flattest direction it says
    the curvature, by what a step multiplies the distance to the minimum, and how many steps leave 10^-6 of it.
    """
    from ..actions.limit import Flags, limit_command

    limit_command(Flags(**flags))
