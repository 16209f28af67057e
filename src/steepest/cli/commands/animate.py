"""The command ``animate``: its options. The work is in ``actions/animate.py``, loaded when the command is called."""

from __future__ import annotations

from typing import Any

import click

from ..options import force_option, json_option, table_options

__all__ = ["command"]


@click.command(short_help="Animate the steps of a run.")
@click.argument("given", nargs=-1, metavar="RUN [FILE]")
@click.option("-o", "--output", required=True, metavar="MOTION", help="Output file: .gif, or .mp4 with ffmpeg.")
@click.option("-t", "--target", metavar="COL", help="Target column. [default: that of the run]")
@click.option("--frames", type=click.IntRange(2, 1000), default=60, metavar="N", help="Number of frames. [default: 60]")
@click.option("--fps", type=click.IntRange(1, 50), default=12, metavar="N", help="Frames per second. [default: 12]")
@table_options
@json_option
@force_option
def command(**flags: Any) -> None:
    """Animate the steps of RUN: the fit, the cost and the path on the cost, side by side.

    FILE is the table that the run was fitted to; a run on a formula needs none.
    """
    from ..actions.animate import Flags, animate_command

    animate_command(Flags(**flags))
