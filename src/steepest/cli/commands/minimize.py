"""The command ``minimize``: its options. What they set in motion stands in `minimizing`, loaded when it is called."""

from __future__ import annotations

from typing import Any

import click

from ..options import NUMBERS, RATE, TOL, force_option, json_option

__all__ = ["command"]

EXAMPLES = """\b
Try:  steepest minimize "(x-3)**2+2" --start 6 --rule plain --learning-rate 0.25
      steepest minimize "(1-x)**2 + 100*(y-x**2)**2" --start -1.2,1
"""
# No option of one letter, and unknown ones pass for the formula: it may begin with a minus.
SETTINGS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


@click.command(short_help="Find a minimum of a formula.", context_settings=SETTINGS, epilog=EXAMPLES)
@click.argument("formula")
@click.option("--start", type=NUMBERS, required=True, metavar="X,...", help="Where to begin, a number a variable.")
@click.option("--rule", default="auto", metavar="RULE", help="auto, plain, momentum:beta=0.95, newton, ...")
@click.option("--learning-rate", type=RATE, default="auto", metavar="auto|RATE", help="auto, 0.1, or a schedule.")
@click.option("--steps", type=click.IntRange(min=0), default=1000, metavar="N", help="Steps at most. [default: 1000]")
@click.option("--tol", type=TOL, default="none", metavar="T|none", help="End at a promised fall of T x cost at start.")
@click.option("--bounds", multiple=True, metavar="X=LOW:HIGH", help="Stay there; LOW or HIGH may be left out.")
@click.option("--trajectory", metavar="RUN.npz", help="Write every step (.npz, .json, .parquet, or .csv).")
@click.option("--require-converged", is_flag=True, help="Exit status 5 unless a minimum was reached.")
@json_option
@force_option
def command(**flags: Any) -> int:
    """Descend on FORMULA from --start, show the steps, and say what was found.

    A formula holds numbers, variables, + - * / **, parentheses, pi, e, and functions such as sin, exp, log, sqrt, abs.
    Variables are ordered as x, y or x1, x2, ..., x10.
    """
    from ..actions.minimize import Flags, minimize_command

    return minimize_command(Flags(**flags))
