"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from ..data.readers.text_format import TextFormat, text_format
from .values import ALPHA, BATCH, COLUMNS, COUNT, FIX, NUMBER, NUMBERS, RATE, TARGETS, TOL, ClassWeight

__all__ = [
    "all_option",
    "descent_options",
    "force_option",
    "json_option",
    "loss_options",
    "table_options",
    "training_options",
]

Command = TypeVar("Command", bound=Callable[..., Any])


def _together(command: Command, *options: Callable[[Any], Any]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
all_option = click.option("--all", "everything", is_flag=True, help="Print all coefficients.")
force_option = click.option("--force", is_flag=True, help="Overwrite existing files.")


def table_options(command: Command) -> Command:
    """Add the options that say how a text table is written; the command gets them as ``form``, a TextFormat."""

    @wraps(command)
    def with_form(**flags: Any) -> Any:
        form = text_format(**{name: flags.pop(name) for name in TextFormat._fields})
        return command(form=form, **flags)

    return _together(
        with_form,
        click.option("--header/--no-header", default=None, help="The first row is the header, or data: c1, c2, ..."),
        click.option("--delimiter", metavar="D", help="A character, tab or space. [default: detected]"),
        click.option("--decimal", metavar=".|,", help="The mark before decimals. [default: .]"),
        click.option("--thousands", metavar="M", help="The mark between thousands: , . space or apostrophe."),
        click.option("--encoding", metavar="NAME", help="latin-1, cp1252, utf-16, ... [default: utf-8]"),
    )  # type: ignore[return-value]


def loss_options(command: Command) -> Command:
    """Add the options of the objective."""
    return _together(
        command,
        click.option("-t", "--target", type=TARGETS, metavar="COL", help="The column to predict; linear: COL,COL too."),
        click.option("-x", "--features", type=COLUMNS, metavar="COL,COL", help="Columns to use. [default: all others]"),
        click.option("--weights", metavar="COL", help="Column of the rows' weights."),
        click.option(
            "--class-weight", type=ClassWeight(), metavar="balanced|LABEL=W,...", help="Weights of the classes."
        ),
        click.option("--loss", metavar="NAME", help="squared_error ((z - y)^2 / 2), mse, huber, hinge, ..."),
        click.option("--alpha", type=ALPHA, default=0.0, metavar="A|cv", help="Ridge penalty: mean loss + A/2 |w|^2."),
        click.option("--no-intercept", is_flag=True, help="Fit through the origin."),
    )


def training_options(command: Command) -> Command:
    """Add the options of scaled columns and of early stopping."""
    return _together(
        command,
        click.option("--standardize/--no-standardize", default=None, help="Descend on scaled columns, or as they are."),
        click.option("--early-stopping", is_flag=True, help="Stop when the loss on held-out rows is lowest."),
        click.option("--validation-fraction", type=NUMBER, metavar="R", help="Share of the held-out rows. [0.1]"),
        click.option("--n-iter-no-change", type=COUNT, metavar="N", help="Epochs to wait for a lower loss. [5]"),
    )


def descent_options(command: Command) -> Command:
    """Add the options of the method and its stops."""
    return _together(
        command,
        click.option(
            "--learning-rate", type=RATE, default="auto", metavar="auto|RATE", help="auto, 0.001, or a schedule."
        ),
        click.option(
            "--rule", default="auto", metavar="RULE", help="momentum:beta=0.95, adam, ...; or mymodule:MyRule."
        ),
        click.option(
            "--batch-size", type=BATCH, default="all", metavar="all|K", help="Rows per step; K > n means all rows."
        ),
        click.option(
            "--sampling", default="shuffle", metavar="S", help="Order of batches: shuffle, replacement, sequential."
        ),
        click.option("--estimate", default="own_rows", metavar="E", help="own_rows, saga, loopless_svrg."),
        click.option("--average", default="auto", metavar="A", help="auto, last_point, polyak_ruppert, weighted."),
        click.option("--max-iter", type=COUNT, metavar="N", help="At most N passes over the data. [default: 1000]"),
        click.option("--steps", type=COUNT, metavar="N", help="At most N steps; all N unless --tol is given."),
        click.option(
            "--tol", type=TOL, metavar="T|none", help="Stop at a gap of T x the constant model's cost. [1e-10]"
        ),
        click.option("--l1-ratio", type=NUMBER, default=0.0, metavar="R", help="Share of the L1 penalty, from 0 to 1."),
        click.option(
            "--fix", type=FIX, multiple=True, metavar="COL=VALUE", help="Fix a coefficient, or intercept=VALUE."
        ),
        click.option(
            "--start", type=NUMBERS, metavar="W,...,B", help="Where to start: coefficients, then the intercept."
        ),
        click.option(
            "--seed",
            type=click.IntRange(min=0),
            default=0,
            metavar="S",
            help="Seed of the order of sampled rows and of held-out rows.",
        ),
    )
