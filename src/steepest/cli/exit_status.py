"""How a command ends: its exit status, and one line (or one JSON object) for whatever went wrong."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from ..core.errors import SteepestError
from ..core.files import json_text
from ..core.shown_text import visible
from .interrupt import heard, listening
from .streams import drop_output, fill_closed

if TYPE_CHECKING:  # the help must not wait for NumPy
    from ..optimality.verdict import Verdict

__all__ = ["INTERRUPTED", "VERDICTS", "exit_status", "of_verdict", "print_object"]

SCHEMA_VERSION = 1  # of every object that --json prints
INTERRUPTED = 130
VERDICTS = {"diverged": 4, "unbounded": 4}  # of other verdicts it is 0
NOT_CONVERGED = 5  # where --require-converged asks for it
CLOSED = ("file", "standard output is closed: the answer is not printed", 1)
STOPPED = ("interrupted", "interrupted: nothing was written", INTERRUPTED)
CLOSED_PIPE = 141  # 128 + SIGPIPE, as other commands end


def print_object(found: dict[str, Any]) -> None:
    """Print what --json asks for."""
    click.echo(json_text({"schema_version": SCHEMA_VERSION, **found}), nl=False)


def exit_status(call: Callable[[], Any], as_json: bool) -> int:
    """Run a command that returns its exit status or None; say in one line what stops it."""
    closed = fill_closed()
    as_json &= not closed
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name the terminal cannot show must not stop the answer
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with listening():
            status = _ended(call)
        sys.stdout.flush()
        return status or (_told(*CLOSED, as_json) if closed else 0)
    except BrokenPipeError:
        drop_output()
        return CLOSED_PIPE
    except (KeyboardInterrupt, click.Abort):
        return _told(*STOPPED, as_json)
    except Exception as error:
        if heard.is_set():
            return _told(*STOPPED, as_json)
        if os.environ.get("STEEPEST_DEBUG", "0") not in ("", "0"):
            raise
        return _told(*_meaning(error), as_json)


def _ended(call: Callable[[], Any]) -> int | None:
    """The exit status that a command returns, or that Click raises after its help."""
    try:
        status: int | None = call()
    except click.exceptions.Exit as ending:
        return ending.exit_code
    return status


def of_verdict(verdict: Verdict, missed: bool) -> int:
    """Exit status of a descent with this verdict; ``missed`` if it was required to converge and did not."""
    return VERDICTS.get(verdict.status, NOT_CONVERGED if missed else 0)


def _meaning(error: Exception) -> tuple[str, str, int]:
    """Kind, message and exit status of an error."""
    if isinstance(error, click.ClickException):
        context = error.ctx if isinstance(error, click.UsageError) else None
        hint = f" (see {context.command_path} --help)" if context else ""
        if isinstance(error, click.NoSuchOption) or type(error) is click.UsageError:  # words that are left over
            from .suggestions import unknown_word

            return "usage", unknown_word(error) + hint, 2
        return "usage", error.format_message() + hint, 2
    if isinstance(error, SteepestError):
        kind = {1: "file", 2: "usage", 3: "data"}.get(error.exit_code, "internal")
        return kind, _in_options(error), error.exit_code
    if isinstance(error, MemoryError):
        return "internal", "out of memory: try fewer columns, fewer recorded steps or a smaller file", 1
    if isinstance(error, OSError):
        reason = str(error.strerror or error).lower()
        if error.filename is not None:
            return "file", f"{error.filename}: cannot be used ({reason}): check the file", 1
        drop_output()
        return "file", f"the output cannot be written: {reason}", 1
    from .plugins import error_of_own_code

    if own := error_of_own_code(error):
        return "usage", own, 2
    return "internal", f"internal error, {type(error).__name__}: {error} (STEEPEST_DEBUG=1 shows where)", 1


def _in_options(error: SteepestError) -> str:
    """The message of an error, its remedy in options."""
    if error.answer is None:
        return str(error)
    from .suggestions import as_option

    return error.spelled(as_option)


def _told(kind: str, message: str, status: int, as_json: bool) -> int:
    line = visible(" ".join(message.split()))
    if as_json:
        error = {"kind": kind, "message": line, "exit_code": status}
        _try(lambda: print_object({"error": error}))
    else:
        _try(lambda: click.echo(f"error: {line}" if kind != "interrupted" else line, err=True))
    return status


def _try(write: Callable[[], None]) -> None:
    try:
        write()
    except OSError:
        drop_output()
