"""Numbers, labels and tables on a terminal: aligned, no wider than the terminal, coloured only on request."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Sequence
from contextlib import suppress
from secrets import randbelow

import click

from ..core.aligned_text import aligned, by_point, number
from ..core.shown_text import visible
from ..solve.model import Label

__all__ = ["aligned", "by_point", "describe", "label_text", "number", "paint", "say", "shown_name", "warn"]

WIDEST = 100
NAME_WIDTH = 30
COLOURS = {"converged": "green", "diverged": "red"}
MARK = chr(0xF0000 + randbelow(0xFFFE))  # around a word in colour; drawn anew, so that no file holds it


def label_text(label: Label) -> str:
    """Write a class label as in the file: 1 rather than 1.0."""
    return str(int(label)) if isinstance(label, float) and label.is_integer() and abs(label) < 1e15 else str(label)


def shown_name(name: str) -> str:
    """Write a column's name on one line, cut if it is long."""
    name = visible(name)
    return name if len(name) <= NAME_WIDTH else name[: NAME_WIDTH - 3] + "..."


def describe(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Lines "word   text", texts under each other; folded on a terminal."""
    indent = max(len(word) for word, _ in pairs) + 3
    return [line for word, text in pairs for line in _folded(word.ljust(indent), text)]


def paint(status: str, text: str) -> str:
    """Colour a text by the status of a verdict; `say` drops the colour where there is none."""
    place = text.lower().find(status)
    if place < 0:
        return text
    head, word, tail = text[:place], text[place : place + len(status)], text[place + len(status) :]
    return f"{head}{MARK}{word}{MARK}{tail}"


def say(lines: Sequence[str]) -> None:
    """Print lines as the result; nothing in them but `paint` can give the terminal orders."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    parts = "\n".join(visible(line, MARK) for line in lines).split(MARK)
    parts[1::2] = [click.style(word, fg=COLOURS.get(word.lower(), "yellow"), bold=True) for word in parts[1::2]]
    click.echo("".join(parts), color=False if plain else None)


def warn(line: str) -> None:
    """Print one line beside the result."""
    note(f"warning: {line}")


def note(line: str) -> None:
    """Write a line to stderr, if that can be written to."""
    with suppress(OSError):
        click.echo(visible(line), err=True)


def _folded(head: str, text: str) -> list[str]:
    lines = [line for part in text.split("\n") for line in _wrapped(part, len(head))]
    return [head + lines[0], *(" " * len(head) + line for line in lines[1:])]


def _wrapped(text: str, indent: int) -> list[str]:
    if not sys.stdout.isatty():
        return [text]
    width = min(shutil.get_terminal_size().columns, WIDEST) - indent
    return textwrap.wrap(text, max(width, 20), break_on_hyphens=False) or [""]
