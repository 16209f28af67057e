"""The command ``lab``: its options. The work is in ``actions/lab.py``, loaded when the command is called."""

from __future__ import annotations

from textwrap import fill
from typing import Any

import click

from ...lab.lessons import lessons
from ..column_options import column_options
from ..options import force_option, json_option, table_options
from ..values import COLUMNS, COUNT, NUMBER

__all__ = ["command"]

EXAMPLES = f"""\b
Try:  steepest lab park.txt -t visitors -o lab.html
      steepest lab --formula "x**4 - 3*x**2 + x"
      steepest lab --lesson no-learning-rate

\b
Lessons, in their order:
{fill(", ".join(lessons()), 76, break_on_hyphens=False)}
"""


@click.command(short_help="Try a descent by hand, in a page for the browser.", epilog=EXAMPLES)
@click.argument("file", required=False)
@click.option("-t", "--target", metavar="COL", help="The column to predict.")
@click.option("-x", "--features", type=COLUMNS, metavar="COL,COL", help="Columns to use. [default: all others]")
@click.option("--loss", metavar="NAME", help="squared_error, mse, log_loss, huber, ... [default: by the target]")
@click.option("--formula", metavar="F", help='Descend on a function, such as "(x - 3)**2 + 2", instead of a table.')
@click.option("--learning-rate", type=NUMBER, metavar="RATE", help="The rate that the page begins with.")
@click.option("--rule", type=COLUMNS, metavar="RULE,RULE", help="plain, momentum, adam, ...: one rule or a race.")
@click.option("--batch-size", type=COUNT, metavar="K", help="Rows per step. [default: all]")
@click.option("--steps", type=COUNT, metavar="N", help="Steps of each rule.")
@click.option("--seed", type=click.IntRange(min=0), metavar="S", help="Seed of the order of sampled rows.")
@click.option("--lesson", metavar="NAME", help="Begin with a lesson; their names stand below.")
@click.option("-o", "--output", metavar="LAB.html", help="Where the page is written. [default: a temporary folder]")
@click.option("--open/--no-open", "opened", default=None, help="Open the page in a browser. [default: without -o]")
@click.option("--serve", is_flag=True, help="Serve the page from this machine: Python fits all rows. (extra lab)")
@column_options
@table_options
@json_option
@force_option
def command(**flags: Any) -> None:
    """Write a page in which the learning rate of a descent on FILE (or - for standard input) is tried by hand.

    The page is one HTML file with the table inside. It opens without a network, and nothing leaves the machine.
    """
    from ..actions.lab import Flags, lab_command

    lab_command(Flags(**flags))
