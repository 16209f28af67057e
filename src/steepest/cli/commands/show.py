"""The command ``show``: the content of a model file or of a recorded run."""

from __future__ import annotations

import click

from ..options import all_option, json_option

__all__ = ["command"]


@click.command(short_help="Show a model file or a recorded run.")
@click.argument("file", metavar="RUN|MODEL")
@all_option
@json_option
def command(file: str, everything: bool, as_json: bool) -> None:
    """Show a model (coefficients, settings, verdict) or a recorded run (ten of its steps, log-spaced)."""
    from ..actions.show import show_file

    show_file(file, everything, as_json)
