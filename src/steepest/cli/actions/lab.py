"""The work of ``lab``: from flags to one HTML file, which is opened."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

from ...core.errors import UsageError
from ...core.files import real_path
from ...data.readers.text_format import TextFormat
from ...lab.page import Page
from ...lab.pages import page_of_table, page_without_table
from ...lab.settings import Choice
from ...lab.table import PageTable
from ..column_choice import ColumnChoice
from ..exit_status import print_object
from ..lab_table import as_read, read_for_page, table_for_page
from ..outputs import check_output
from ..text import describe, note, say

__all__ = ["Flags", "lab_command"]

OF_TABLES = ("target", "features", "loss", "batch_size")  # flags that need a table
NO_BROWSER = "no browser was found: open it in one"


class Flags(NamedTuple):
    """The options of ``lab`` as Click hands them over."""

    file: str | None
    target: str | None
    features: tuple[str, ...] | None
    loss: str | None
    formula: str | None
    learning_rate: float | None
    rule: tuple[str, ...] | None
    batch_size: int | None
    steps: int | None
    seed: int | None
    lesson: str | None
    output: str | None
    opened: bool | None
    form: TextFormat
    as_json: bool
    force: bool
    columns: ColumnChoice = ColumnChoice()
    serve: bool = False


def lab_command(flags: Flags) -> None:
    """Write the page that the flags describe, open it, and say where it is."""
    _check(flags)
    if flags.serve:
        serve_table(flags)
        return
    page, table = _page(flags)
    output = flags.output or str(Path(mkdtemp(prefix="steepest-lab-"), "lab.html"))
    size = page.save(output, force=flags.force)
    _tell(flags, output, size, table)
    if flags.output is None if flags.opened is None else flags.opened:
        open_address(real_path(output).as_uri())


def open_address(address: str) -> None:
    """Open a file or an address in the user's browser."""
    import webbrowser

    if not webbrowser.open(address):
        note(NO_BROWSER)


def _check(flags: Flags) -> None:
    """Refuse flags that contradict each other, before anything is read."""
    begun = {"FILE": flags.file, "--formula": flags.formula, "--lesson": flags.lesson}
    both = [name for name, value in begun.items() if value is not None]
    if len(both) > 1:
        raise UsageError(f"a page begins with a table, a formula or a lesson: leave {both[0]} or {both[1]} out")
    given = [name for name in OF_TABLES if flags.file is None and getattr(flags, name) is not None]
    if given:
        raise UsageError(f"--{given[0].replace('_', '-')} is for a table: name its FILE")
    if flags.serve and flags.file is None:
        raise UsageError("--serve is for a table: name its FILE")
    if flags.serve and flags.output is not None:
        raise UsageError("--serve writes no file: leave -o out")
    if flags.output is not None:
        check_output(flags.output, [] if flags.file is None else [flags.file], flags.force)


def choice_of(flags: Flags) -> Choice:
    """What the page begins with."""
    return Choice(**{name: getattr(flags, name) for name in Choice._fields})


def serve_table(flags: Flags) -> None:
    """Serve the page of a table until Ctrl-C, or until the terminal is gone.

    Raises
    ------
    UsageError
        If the packages of the extra are missing.
    """
    assert flags.file is not None  # checked before
    try:
        from ...lab.server.serve import serve
    except ModuleNotFoundError as error:
        raise UsageError(f"--serve needs {error.name}: pip install 'steepest[lab]'") from error
    from ..lab_fits import Fits

    choice = choice_of(flags)
    table, classes = read_for_page(flags.file, flags, choice)
    kept = table_for_page(table, classes, not as_read(flags.columns, flags.form))
    page = page_of_table(kept, choice.settings())
    html = page._replace(payload=page.payload._replace(home="server")).html()
    serve(html, Fits.of(table, classes).answer, lambda address: _served(address, flags))


def _served(address: str, flags: Flags) -> None:
    say([f"{address}", "Ctrl-C ends the server; it answers this machine alone"])
    sys.stdout.flush()
    if flags.opened is not False:
        open_address(address)


def _page(flags: Flags) -> tuple[Page, PageTable | None]:
    """The page, and the table in it."""
    choice = choice_of(flags)
    if flags.file is None:
        return page_without_table(choice.settings()), None
    read = read_for_page(flags.file, flags, choice)
    table = table_for_page(*read, not as_read(flags.columns, flags.form))
    return page_of_table(table, choice.settings()), table


def _tell(flags: Flags, output: str, size: int, table: PageTable | None) -> None:
    for line in () if table is None else table.notes:
        note(f"note: {line}")
    if flags.as_json:
        print_object({"command": "lab", "bytes": size, "files": [output]})
        return
    facts = [("wrote", f"{output}   ({size:,} bytes; it opens without a network)")]
    if table is not None:
        sample = f"; the page holds a sample of {table.kept:,}" if table.kept < table.rows else ""
        facts += [("rows", f"{table.rows:,}{sample}")]
    say(describe(facts))
