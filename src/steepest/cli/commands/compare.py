"""The command ``compare``: its options. The work is in ``actions/compare.py``, loaded when the command is called."""

from __future__ import annotations

from typing import Any

import click

from ..column_options import column_options
from ..options import descent_options, force_option, json_option, loss_options, table_options
from ..outcome_options import outcome_options
from ..values import KIND

__all__ = ["command"]


@click.command(short_help="Compare several settings on one table.")
@click.argument("kind", type=KIND)
@click.argument("file")
@click.option("--vary", multiple=True, metavar="OPTION=V,V", help="Values to compare; every combination is run.")
@loss_options
@click.option("--positive", metavar="LABEL", help="The label whose probability is modelled. [default: the second]")
@outcome_options
@descent_options
@click.option("--trajectory", metavar="RUN.npz", help="Write the runs, as RUN-1.npz, RUN-2.npz and so on.")
@column_options
@table_options
@json_option
@force_option
def command(**flags: Any) -> None:
    """Fit FILE once for each combination of the values after --vary, and print one line for each.

    \b
    steepest compare linear eight.csv -t y --steps 100 --vary learning-rate=0.0001,0.05,0.1,0.7
    steepest compare linear eight.csv -t y --vary rule=plain,momentum --vary batch-size=all,3,1 --learning-rate 0.001
    """  # noqa: D301  # Click wants the character itself
    from ..actions.compare import compare_command

    compare_command(flags)
