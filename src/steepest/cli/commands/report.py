"""The command ``report``: its options. The work is in ``actions/report.py``, loaded when the command is called."""

from __future__ import annotations

from typing import Any

import click

from ..options import force_option, json_option, table_options

__all__ = ["command"]

EXAMPLES = """\b
Try:  steepest fit linear park.txt -t visitors --learning-rate 0.001 --trajectory run.npz
      steepest report run.npz park.txt -o report.html
"""


@click.command(short_help="Write a recorded run as a page that replays it.", epilog=EXAMPLES)
@click.argument("run", metavar="RUN")
@click.argument("file", required=False)
@click.option("-o", "--output", required=True, metavar="REPORT.html", help="Where the page is written.")
@click.option("-t", "--target", metavar="COL", help="Target column. [default: that of the run]")
@table_options
@json_option
@force_option
def command(**flags: Any) -> None:
    """Write a page that replays RUN, and tries other learning rates on FILE, the table that it was fitted to.

    Without FILE the page replays the run and no more. Of long runs it holds 600 states, exactly.
    """
    from ..actions.report import Flags, report_command

    report_command(Flags(**flags))
