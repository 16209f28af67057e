"""The command ``fit``: its options. The work is in ``actions/fit.py``, loaded when the command is called."""

from __future__ import annotations

from typing import Any

import click

from ..column_options import column_options
from ..options import (
    all_option,
    descent_options,
    force_option,
    json_option,
    loss_options,
    table_options,
    training_options,
)
from ..outcome_options import outcome_options
from ..parts_options import PartsChoice, files_argument, name_of, parts_options
from ..values import AT, KIND, NUMBER

__all__ = ["command"]


@click.command(short_help="Fit a line or a logistic curve to a table.", epilog="Terms: the Glossary")
@click.argument("kind", type=KIND)
@files_argument
@loss_options
@click.option("--positive", metavar="LABEL", help="The label whose probability is modelled. [default: the second]")
@outcome_options
@descent_options
@click.option("--test", type=NUMBER, metavar="SHARE", help="Hold out this share of the rows, and score them.")
@click.option("--cv", type=click.INT, metavar="K", help="Score fits without each of K parts; folds of --alpha cv.")
@training_options
@click.option("--at", type=AT, metavar="COL=VALUE,...", help="Also predict at this point.")
@click.option("-o", "--output", metavar="MODEL.json", help="Write the model.")
@click.option("--trajectory", metavar="RUN.npz", help="Write every step (.npz, .json, .parquet, or .csv).")
@click.option("--require-converged", is_flag=True, help="Exit status 5 unless converged.")
@all_option
@parts_options
@column_options
@table_options
@json_option
@force_option
def command(files: tuple[str, ...], parts: PartsChoice, **flags: Any) -> int:
    """Fit a model to the rows of FILE (or - for standard input) by gradient descent.

    Several files, a folder, a pattern such as 'clicks/*.parquet' or an address are one table. A table larger than
    --memory is read in passes.

    With a number as learning rate this is textbook gradient descent on the raw columns. With auto the columns are
    scaled and the method is chosen automatically.
    """
    from ..actions.fit_flags import Flags

    asked = Flags(file=name_of(files), **flags)
    if parts.takes(files):
        from ..actions.fit_in_parts import fit_in_parts

        return fit_in_parts(asked, files, parts)
    from ..actions.fit import fit_command

    return fit_command(asked)
