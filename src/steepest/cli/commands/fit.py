"""The command ``fit``: its options. What they set in motion stands in `fitting`, loaded when it is called."""

from __future__ import annotations

from typing import Any

import click

from ..options import AT, descent_options, force_option, json_option, loss_options, table_options

__all__ = ["command"]


@click.command(short_help="Fit a line or a logistic curve to a table.")
@click.argument("kind", type=click.Choice(["linear", "logistic"]))
@click.argument("file")
@loss_options
@click.option("--positive", metavar="LABEL", help="The label whose probability is modelled. [default: the second]")
@descent_options
@click.option("--at", type=AT, metavar="COL=VALUE,...", help="Also predict there.")
@click.option("-o", "--output", metavar="MODEL.json", help="Write the model.")
@click.option("--trajectory", metavar="RUN.npz", help="Write every step (.npz, .json, .parquet, or .csv).")
@click.option("--require-converged", is_flag=True, help="Exit status 5 unless converged.")
@table_options
@json_option
@force_option
def command(**flags: Any) -> int:
    """Fit a model to the rows of FILE (or - for standard input) by gradient descent.

    A number as learning rate is the textbook method on the columns as they are; auto takes care of scaling too.
    """
    from ..actions.fit import Flags, fit_command

    return fit_command(Flags(**flags))
