"""The work of ``lab``: from flags to one HTML file, which is opened."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

from ...core.errors import UsageError
from ...core.files import check_new, real_path, write_new
from ...core.records import from_name
from ...data.readers.text_format import TextFormat
from ...lab.lessons import lesson
from ...lab.page import page
from ...lab.payload import Payload
from ...lab.still import still_of_formula, still_of_table
from ...lab.table import table_member
from ...methods import rules
from ...objective import losses
from ...objective.functions.formula import read_formula
from ..column_choice import ColumnChoice
from ..exit_status import print_object
from ..lab_settings import in_short
from ..lab_table import PageTable, page_table
from ..text import describe, note, say

__all__ = ["Flags", "lab_command", "open_page"]

OF_TABLES = ("target", "features", "loss", "batch_size")  # flags that need a table
NO_BROWSER = "no browser was found: open the file in one"


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


class Shown(NamedTuple):
    """What a page begins with."""

    payload: Payload
    title: str
    still: str
    rows: str  # a line for the terminal, "" without a table
    notes: tuple[str, ...] = ()


def lab_command(flags: Flags) -> None:
    """Write the page that the flags describe, open it, and say where it is."""
    _check(flags)
    shown = _shown(flags)
    text = page(shown.payload, shown.title, shown.still).encode()
    output = flags.output or str(Path(mkdtemp(prefix="steepest-lab-"), "lab.html"))
    write_new(output, lambda file: file.write(text), force=flags.force)
    for line in shown.notes:
        note(f"note: {line}")
    if flags.as_json:
        print_object({"command": "lab", "bytes": len(text), "files": [output]})
    else:
        rows = [("rows", shown.rows)] if shown.rows else []
        say(describe([("wrote", f"{output}   ({len(text):,} bytes; it opens without a network)"), *rows]))
    if flags.output is None if flags.opened is None else flags.opened:
        open_page(output)


def open_page(file: str) -> None:
    """Open a file in the user's browser."""
    import webbrowser

    if not webbrowser.open(real_path(file).as_uri()):
        note(NO_BROWSER)


def _check(flags: Flags) -> None:
    """Refuse flags that contradict each other, before anything is read."""
    if flags.file is not None and flags.formula is not None:
        raise UsageError("a page descends on a table or on a formula: leave FILE or --formula out")
    if flags.lesson is not None and (flags.file is not None or flags.formula is not None):
        raise UsageError("a lesson brings its own table or formula: leave FILE and --formula out")
    given = [name for name in OF_TABLES if flags.file is None and getattr(flags, name) is not None]
    if given:
        raise UsageError(f"--{given[0].replace('_', '-')} is for a table: name its FILE")
    if flags.learning_rate is not None and flags.learning_rate <= 0:
        raise UsageError(f"--learning-rate must be above 0, not {flags.learning_rate:g}")
    if flags.output is not None:
        check_new(flags.output, flags.force)
        if flags.file not in (None, "-") and real_path(flags.output) == real_path(str(flags.file)):
            raise UsageError(f"{flags.output} is named twice: each file needs a name of its own")


def _shown(flags: Flags) -> Shown:
    settings = _settings(flags)
    if flags.file is not None:
        loss = None if flags.loss is None else from_name(flags.loss, losses, "loss")
        found = page_table(flags.file, flags.target, flags.features, flags.columns, flags.form, loss)
        return _of_table(found, settings)
    if flags.formula is not None:
        formula = read_formula(flags.formula).text
        settings |= {"task": "formula", "formula": formula}
        return Shown(Payload("file", settings=settings), f"{formula} - steepest lab", still_of_formula(formula), "")
    return Shown(Payload("file", settings=settings), "steepest lab", still_of_formula("steepest lab"), "")


def _of_table(found: PageTable, settings: dict[str, Any]) -> Shown:
    name = Path(found.source).name
    held = len(found.columns[0].values)
    own: dict[str, Any] = {"task": "table", "data": "own"}
    if found.target is not None:
        default = {"loss": "log_loss"} if found.classes else {}
        own |= {"target": found.target, "features": list(found.features), **default}
    payload = Payload("file", table_member(name, found.columns, found.rows), own | settings)
    rows = f"{found.rows:,}" + (f"; the page holds a sample of {held:,}" if held < found.rows else "")
    return Shown(payload, f"{name} - steepest lab", still_of_table(name, found.columns, found.rows), rows, found.notes)


def _settings(flags: Flags) -> dict[str, Any]:
    """Members of the page's settings that the lesson and the flags name."""
    begin = {} if flags.lesson is None else lesson(flags.lesson).opened
    named = None if flags.rule is None else [in_short(from_name(rule, rules, "rule")) for rule in flags.rule]
    loss = None if flags.loss is None else in_short(from_name(flags.loss, losses, "loss"))
    found = {
        "loss": loss,
        "rules": named,
        "rate": flags.learning_rate,
        "batch": flags.batch_size,
        "steps": flags.steps,
        "seed": flags.seed,
        "race": None if named is None else [],
    }
    return begin | {name: value for name, value in found.items() if value is not None}
