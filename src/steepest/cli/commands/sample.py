"""The command ``sample``: a small table to try things on."""

from __future__ import annotations

import click

from ..options import json_option

__all__ = ["command"]


@click.command(short_help="Print a small table to try things on.")
@click.argument("name", required=False)
@json_option
def command(name: str | None, as_json: bool) -> None:
    """Print the table NAME; without a name, list them."""
    from ...data.samples import SAMPLES, sample
    from ..exit_status import print_object

    about = {key: item.about for key, item in SAMPLES.items()}
    if as_json:
        found = {"samples": about} if name is None else {"name": name, "text": sample(name), "about": about[name]}
        print_object({"command": "sample", **found})
    elif name is None:
        click.echo("\n".join(f"{key:<14}{text}" for key, text in about.items()))
    else:
        click.echo(sample(name), nl=False)
        click.echo(f"{name}: {about[name]}", err=True)
