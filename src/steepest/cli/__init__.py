"""The command line: commands/ says what each takes, actions/ does it. Only Click is imported here.

Imports every room but ``estimators``; each command's file is loaded when it is called. Begin with ``commands/fit.py``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

__all__ = ["main"]

COMMANDS = (
    "fit",
    "scan",
    "compare",
    "predict",
    "evaluate",
    "summary",
    "show",
    "limit",
    "explain",
    "minimize",
    "plot",
    "animate",
    "lab",
    "report",
    "sample",
)


class LazyGroup(click.Group):
    """A group whose command ``name`` is ``command`` in the module of that name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands in the order of their use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f".commands.{cmd_name}", __name__).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was probably meant."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            from .suggestions import unknown_command

            raise click.UsageError(unknown_command(args[0], COMMANDS), ctx)
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *more: Any, **extra: Any) -> Any:
        """Run and leave with one of the documented exit statuses."""
        if "_STEEPEST_COMPLETE" in os.environ or not extra.get("standalone_mode", True):
            return super().main(args, prog_name, *more, **extra)
        from .exit_status import exit_status

        given = list(sys.argv[1:] if args is None else args) or ["--help"]
        sys.exit(exit_status(lambda: self._called(given), as_json="--json" in given))

    def _called(self, given: list[str]) -> Any:
        with self.make_context("steepest", list(given)) as context:
            context.meta["steepest.words"] = given  # for suggestions
            return self.invoke(context)


def _show_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from ..core.version import __version__

        click.echo(f"steepest {__version__}")
        ctx.exit()


EPILOG = """\b
Exit status: 0 done, 1 a file cannot be read or written, 2 a wrong option or
name, 3 bad data, 4 diverged, 5 not converged (with --require-converged),
130 interrupted.

\b
Try:  steepest sample park > park.txt
      steepest fit linear park.txt -t visitors --at temperature=33

Terms: the Glossary"""
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings=SETTINGS)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Print it.")
def main() -> None:
    """Gradient descent that records every step and certifies its answer."""
