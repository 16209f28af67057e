"""The command ``explain``: its options. The work is in ``actions/explain.py``, loaded when it is called."""

from __future__ import annotations

from typing import Any

import click

from ..options import json_option, table_options

__all__ = ["command"]


@click.command(short_help="Say what one step of a recorded run did, and why.", epilog="Terms: the Glossary")
@click.argument("run")
@click.argument("file", required=False)
@click.option("--step", type=click.IntRange(0), required=True, metavar="K", help="The step from state K to K + 1.")
@click.option("-t", "--target", metavar="COL", help="Target column. [default: that of the run]")
@click.option("--weights", metavar="COL", help="Column of the rows' weights. [default: that of the run]")
@table_options
@json_option
def command(**flags: Any) -> None:
    """Explain step K of RUN, a file that --trajectory wrote; FILE is the table that it was fitted to.

    The gradient and the update with their numbers, the rows of a batch, what the rule made of the gradient, the cost
    before and after beside what slope and curvature predict, and by what the step multiplied the distance to the
    minimum along each eigendirection. A run of `minimize` needs no FILE.
    """
    from ..actions.explain import Flags, explain_command

    explain_command(Flags(**flags))
