"""The command ``plot``: its options and kinds. The work is in ``actions/plot.py``, loaded when it is called."""

from __future__ import annotations

from typing import Any

import click

from ..kinds import KINDS
from ..options import COLUMNS, NUMBERS, force_option, json_option, table_options

__all__ = ["command"]

EPILOG = "\b\nKinds, each with an example (-o picture.svg is always needed):\n" + "\n".join(
    f"  {kind:<18}{example}" for kind, example in KINDS.items()
)


@click.command(short_help="Draw a run, a model or a formula.", epilog=EPILOG)
@click.argument("kind")
@click.argument("given", nargs=-1, metavar="RUN|MODEL|FORMULA [FILE]")
@click.option("-o", "--output", required=True, metavar="PICTURE", help="Output file: .svg, .png or .pdf.")
@click.option("-t", "--target", metavar="COL", help="Target column. [default: that of the run or model]")
@click.option("--weights", metavar="COL", help="Column of the rows' weights. [default: that of the run]")
@click.option("--parameter", metavar="NAME", help="cost-curve: the one to vary. [default: moved farthest]")
@click.option("--parameters", type=COLUMNS, metavar="A,B", help="cost-surface: the two to vary; or intercept.")
@click.option("--columns", type=COLUMNS, metavar="A,B", help="decision-boundary: the two to draw.")
@click.option("--kind", "view", type=click.Choice(["contour", "surface"]), help="cost-surface. [default: contour]")
@click.option("--step", type=click.IntRange(1), metavar="K", help="cost-curve: along this step. [default: the first]")
@click.option("--scale", type=click.Choice(["linear", "log"]), help="cost-history: of the cost.")
@click.option("--gap/--no-gap", default=None, help="cost-history, comparison: the cost above its minimum.")
@click.option("--log-steps/--no-log-steps", default=None, help="cost-history, comparison: steps on a log axis.")
@click.option("--at", type=NUMBERS, metavar="X[,DX]|X,Y", help="tangent, slopes: the point; DX: run of a triangle.")
@table_options
@json_option
@force_option
def command(**flags: Any) -> None:
    """Draw a picture of one KIND from a recorded run, a model file or a formula, and print what it shows.

    FILE is the table that a run or model was fitted to, or another table with the same columns.
    """
    from ..actions.plot import Flags, plot_command

    plot_command(Flags(**flags))
