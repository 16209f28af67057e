"""The command ``plot``: its options and kinds. The work is in ``actions/plot.py``, loaded when it is called."""

from __future__ import annotations

from typing import Any

import click

from ..kinds import KINDS, ONLY
from ..options import force_option, json_option, table_options
from ..values import COLUMNS, NUMBERS

__all__ = ["command"]

EPILOG = "\b\nKinds, each with an example (-o picture.svg is always needed):\n" + "\n".join(
    f"  {kind:<21}{example}" for kind, example in KINDS.items()
)


class OfKind(click.Command):
    """The command, whose help for a named kind has that kind's example and options only."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Remember the kind, if one is named before the help is asked for."""
        ctx.meta["kind"] = next((arg for arg in args if arg in KINDS), None)
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of the kind, or all."""
        kind = ctx.meta.get("kind")
        shown = [p for p in self.get_params(ctx) if kind is None or kind in ONLY.get(str(p.name), (kind,))]
        with formatter.section("Options"):
            formatter.write_dl([record for p in shown if (record := p.get_help_record(ctx)) is not None])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The example of the kind, or those of all."""
        kind = ctx.meta.get("kind")
        if kind is None:
            super().format_epilog(ctx, formatter)
        else:
            formatter.write_paragraph()
            formatter.write_text(f"Example: steepest plot {kind} {KINDS[kind]} -o picture.svg")


@click.command(cls=OfKind, short_help="Draw a run, a model or a formula.", epilog=EPILOG)
@click.argument("kind")
@click.argument("given", nargs=-1, metavar="RUN|MODEL|FORMULA [FILE]")
@click.option("-o", "--output", required=True, metavar="PICTURE", help="Output file: .svg, .png or .pdf.")
@click.option("-t", "--target", metavar="COL", help="Target column. [default: that of the run or model]")
@click.option("--weights", metavar="COL", help="Column of the rows' weights. [default: that of the run]")
@click.option("--parameter", metavar="NAME", help="cost-curve: the one to vary. [default: moved farthest]")
@click.option("--parameters", type=COLUMNS, metavar="A,B", help="cost-surface, cost-slices: the ones to vary.")
@click.option("--columns", type=COLUMNS, metavar="A,B", help="Surfaces, decision-boundary: the two to draw.")
@click.option("--cov", metavar="KIND", help="coefficients: standard errors: nonrobust, HC0, HC1, HC2, HC3.")
@click.option("--raw", is_flag=True, default=None, help="coefficients: of raw columns, not standardised.")
@click.option("--kind", "view", type=click.Choice(["contour", "surface"]), help="cost-surface. [default: contour]")
@click.option("--step", type=click.IntRange(1), metavar="K", help="cost-curve: along this step. [default: the first]")
@click.option("--scale", type=click.Choice(["linear", "log"]), help="cost-history: of the cost.")
@click.option("--gap/--no-gap", default=None, help="cost-history, comparison: the cost above its minimum.")
@click.option("--log-steps/--no-log-steps", default=None, help="cost-history, comparison: steps on a log axis.")
@click.option("--at", type=NUMBERS, metavar="X[,DX]|X,Y", help="tangent, slopes: the point; DX: run of a triangle.")
@click.option("--held-out", is_flag=True, default=None, help="Only the rows that fit --test held out of FILE.")
@table_options
@json_option
@force_option
def command(**flags: Any) -> None:
    """Draw a picture of one KIND from a recorded run, a model file or a formula, and print what it shows.

    FILE is the table that a run or model was fitted to, or another table with the same columns.
    """
    from ..actions.plot import Flags, plot_command

    plot_command(Flags(**flags))
