"""The command ``fit``: its options. What they set in motion stands in `fitting`, loaded when it is called."""

from __future__ import annotations

from typing import Any

import click

from .options import AT, BATCH, FIX, NUMBER, NUMBERS, RATE, TOL, force_option, json_option, loss_options, table_options

__all__ = ["command"]

COUNT = click.IntRange(min=1)


@click.command(short_help="Fit a line or a logistic curve to a table.")
@click.argument("kind", type=click.Choice(["linear", "logistic"]))
@click.argument("file")
@loss_options
@click.option("--positive", metavar="LABEL", help="The label whose probability is modelled. [default: the second]")
@click.option("--learning-rate", type=RATE, default="auto", metavar="auto|RATE", help="auto, 0.001, or a schedule.")
@click.option("--rule", default="auto", metavar="RULE", help="plain, momentum:beta=0.95, nesterov, accelerated.")
@click.option("--batch-size", type=BATCH, default="all", metavar="all|K", help="Rows a step; K > n is all of them.")
@click.option("--sampling", default="shuffle", metavar="S", help="Order of batches: shuffle, replacement, sequential.")
@click.option("--max-iter", type=COUNT, metavar="N", help="At most N readings of all rows. [default: 1000]")
@click.option("--steps", type=COUNT, metavar="N", help="N steps instead, all of them unless --tol is given.")
@click.option("--tol", type=TOL, metavar="T|none", help="Stop at a gap of T x the constant model's cost. [1e-10]")
@click.option("--l1-ratio", type=NUMBER, default=0.0, metavar="R", help="Only 0 in this version.")
@click.option("--fix", type=FIX, multiple=True, metavar="COL=VALUE", help="Hold a coefficient, or intercept=VALUE.")
@click.option("--start", type=NUMBERS, metavar="W,...,B", help="Where to start: coefficients, then the intercept.")
@click.option("--seed", type=click.IntRange(min=0), default=0, metavar="S", help="Names the order of sampled rows.")
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
    from .fitting import Flags, fit_command

    return fit_command(Flags(**flags))
