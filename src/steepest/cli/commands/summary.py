"""The command ``summary``: its options. The work is in ``actions/summary.py``, loaded when it is called."""

from __future__ import annotations

from typing import Any

import click

from ..options import json_option, table_options
from ..values import NUMBER

__all__ = ["command"]

COVARIANCES = ("nonrobust", "HC0", "HC1", "HC2", "HC3")


@click.command(short_help="Standard errors, tests and intervals of a model.", epilog="Terms: the Glossary")
@click.argument("model")
@click.argument("file")
@click.option(
    "--cov",
    type=click.Choice(COVARIANCES, case_sensitive=False),
    default="nonrobust",
    metavar="KIND",
    help="nonrobust, or HC0, HC1, HC2, HC3: robust to unequal variances. [default: nonrobust]",
)
@click.option("--cluster", metavar="COL", help="Column of clusters, within which rows may depend on each other.")
@click.option("--level", type=NUMBER, default=0.95, metavar="P", help="Level of the intervals. [default: 0.95]")
@click.option("--all", "everything", is_flag=True, help="All coefficients. [default: 12]")
@click.option("--sort", type=click.Choice(["size", "name", "p"]), help="Order: standardised size, name, or p-value.")
@click.option("--weights", metavar="COL", help="Column of the rows' weights. [default: that of the model]")
@table_options
@json_option
def command(**flags: Any) -> None:
    """Say how certain the coefficients of MODEL are, from FILE, the table that it was fitted to.

    For each: estimate, standard error, t or z, p-value, interval, standardised coefficient, VIF. For the model: R2 or
    pseudo-R2, test of all slopes, deviance, log-likelihood, AIC, BIC. A fit that is penalised or not converged, or has
    no finite optimum, is refused.
    """
    from ..actions.summary import Flags, print_summary

    print_summary(Flags(**flags))
