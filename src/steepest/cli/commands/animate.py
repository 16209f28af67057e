"""The command ``animate``: a run in motion. What it sets in motion stands in `moving`, loaded when it is called."""

from __future__ import annotations

from typing import Any

import click

from ..options import force_option, json_option, table_options

__all__ = ["command"]


@click.command(short_help="Draw a run in motion.")
@click.argument("given", nargs=-1, metavar="RUN [FILE]")
@click.option("-o", "--output", required=True, metavar="MOTION", help="Where to: .gif, or .mp4 where ffmpeg is.")
@click.option("-t", "--target", metavar="COL", help="The column predicted. [default: as the run says]")
@click.option("--frames", type=click.IntRange(2, 1000), default=60, metavar="N", help="Pictures. [default: 60]")
@click.option("--fps", type=click.IntRange(1, 50), default=12, metavar="N", help="Of them a second. [default: 12]")
@table_options
@json_option
@force_option
def command(**flags: Any) -> None:
    """Draw the steps of RUN one after the other: the fit, the cost and the path on it, moving together.

    FILE is the table that the run was fitted to; the run of a formula needs none.
    """
    from ..actions.animate import Flags, animate_command

    animate_command(Flags(**flags))
