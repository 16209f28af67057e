"""The command ``plot``: its options and kinds. What it sets in motion stands in `drawing`, loaded when it is called."""

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
@click.option("-o", "--output", required=True, metavar="PICTURE", help="Where to: .svg, .png or .pdf.")
@click.option("-t", "--target", metavar="COL", help="The column predicted. [default: as the run or model says]")
@click.option("--weights", metavar="COL", help="Column of the rows' weights. [default: as the run says]")
@click.option("--parameter", metavar="NAME", help="cost-curve: the one to vary. [default: which moved farthest]")
@click.option("--parameters", type=COLUMNS, metavar="A,B", help="cost-surface: the two to vary; or intercept.")
@click.option("--columns", type=COLUMNS, metavar="A,B", help="decision-boundary: the two to draw.")
@click.option("--kind", "view", type=click.Choice(["contour", "surface"]), help="Of a cost-surface. [default: contour]")
@click.option("--at", type=NUMBERS, metavar="X[,DX]|X,Y", help="tangent: where, and the run of its triangle; slopes.")
@table_options
@json_option
@force_option
def command(**flags: Any) -> None:
    """Draw a picture of one KIND from a recorded run, a model file or a formula, and say what it shows.

    FILE is the table that a run or model was fitted to, or another with its columns.
    """
    from ..actions.plot import Flags, plot_command

    plot_command(Flags(**flags))
