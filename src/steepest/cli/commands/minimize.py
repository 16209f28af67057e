"""The command ``minimize``: its options. The work is in ``actions/minimize.py``, loaded when it is called."""

from __future__ import annotations

import re
from typing import Any

import click

from ..options import force_option, json_option
from ..values import NUMBERS, RATE, TOL

__all__ = ["command"]

EXAMPLES = """\b
Try:  steepest minimize "(x-3)**2+2" --start 6 --rule plain --learning-rate 0.25
      steepest minimize "(1-x)**2 + 100*(y-x**2)**2" --start -1.2,1
"""
# The formula may begin with a minus, so there are no one-letter options, and an unknown option is the formula.
SETTINGS = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
# No formula: names of two letters and more are functions of something, or pi, and none has an underscore.
OPTION = re.compile(r"(--(?:[a-z][a-z-]+|(?!pi\b)[a-z]{2}[\w-]*|[a-z][a-z\d]*_[\w-]*))(=.*)?", re.ASCII)


class Minimize(click.Command):
    """The command, whose formula may look like an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take -h alone for --help, and refuse words that only an option can be."""
        known = {name for option in self.params for name in option.opts} | {"--help"}
        until = args.index("--") if "--" in args else len(args)
        for found in filter(None, map(OPTION.fullmatch, args[:until])):
            if found[1] not in known:
                raise click.NoSuchOption(found[1], ctx=ctx)
        return super().parse_args(ctx, ["--help"] if "-h" in args and "--start" not in args else args)


@click.command(cls=Minimize, short_help="Find a minimum of a formula.", context_settings=SETTINGS, epilog=EXAMPLES)
@click.argument("formula")
@click.option("--start", type=NUMBERS, required=True, metavar="X,...", help="Start, one number for each variable.")
@click.option("--rule", default="auto", metavar="RULE", help="auto, plain, momentum:beta=0.95, newton, ...")
@click.option("--learning-rate", type=RATE, default="auto", metavar="auto|RATE", help="auto, 0.1, or a schedule.")
@click.option("--steps", type=click.IntRange(min=0), default=1000, metavar="N", help="At most N steps. [default: 1000]")
@click.option("--tol", type=TOL, default="none", metavar="T|none", help="Stop at a predicted decrease of T x cost.")
@click.option("--bounds", multiple=True, metavar="X=LOW:HIGH", help="Bounds; LOW or HIGH may be omitted.")
@click.option("--trajectory", metavar="RUN.npz", help="Write every step (.npz, .json, .parquet, or .csv).")
@click.option("--require-converged", is_flag=True, help="Exit status 5 unless a minimum was reached.")
@json_option
@force_option
def command(**flags: Any) -> int:
    """Minimise FORMULA from --start, print the steps, and classify the point that was found.

    A formula may contain numbers, variables, + - * / **, parentheses, pi, e, and functions such as sin, exp, log, sqrt,
    abs. Variables are ordered as x, y or x1, x2, ..., x10.
    """
    from ..actions.minimize import Flags, minimize_command

    return minimize_command(Flags(**flags))
