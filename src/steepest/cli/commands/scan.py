"""The command ``scan``: its options. The work is in ``actions/scan.py``, loaded when the command is called."""

from __future__ import annotations

from typing import Any

import click

from ..options import json_option
from ..parts_options import Size, files_argument, memory_option
from ..values import COLUMNS, COUNT, NUMBER, TARGETS

__all__ = ["command"]


@click.command(short_help="Say what large tables hold, and what a fit would cost.", epilog="Terms: the Glossary")
@files_argument
@click.option("-t", "--target", type=TARGETS, metavar="COL", help="Count its classes. Cost: a pass over this column.")
@click.option("--drop", type=COLUMNS, metavar="COL,COL", help="Columns to leave out.")
@click.option("--plan", is_flag=True, help="Measure how fast the table is read, and say what a fit would cost.")
@click.option("--rows", type=NUMBER, metavar="N", help="Plan also for so many such rows.")
@click.option("--machines", type=COUNT, metavar="N", help="On so many machines. [1]")
@click.option("--cores", type=COUNT, metavar="N", help="Cores of each. [those here]")
@click.option("--disk", type=Size(), metavar="SIZE", help="Bytes a second from the disk of each. [measured here]")
@click.option("--network", type=Size(), metavar="SIZE", help="Bytes a second into the client. [1.25GB]")
@memory_option
@json_option
def command(files: tuple[str, ...], **flags: Any) -> None:
    """Say what a table in FILE... holds: rows, columns, types, missing values, size.

    Several files, a folder, a pattern such as 'clicks/*.parquet' or an address are one table. Schemas and footers
    are read, not the rows.
    """
    from ..actions.scan import Flags, scan_command

    scan_command(files, Flags(**flags))
