"""The work of ``report``: from a recorded run to one HTML file that replays it."""

from __future__ import annotations

from typing import NamedTuple

from ...core.errors import DataError, UsageError
from ...data.readers.text_format import TextFormat
from ...descent.replay import recording_of, still_of_run
from ...descent.replay_settings import obstacle, settings_of
from ...descent.trajectory import Trajectory
from ...lab.page import Page
from ...lab.payload import Payload
from ..exit_status import print_object
from ..lab_table import table_for_page
from ..outputs import check_output
from ..picture_input import sources_of, table_of
from ..text import describe, note, say

__all__ = ["Flags", "report_command"]

OF_ROWS = ("where", "missing", "held_out")  # settings of a run that leave rows out


class Flags(NamedTuple):
    """The options of ``report`` as Click hands them over."""

    run: str
    file: str | None
    output: str
    target: str | None
    form: TextFormat
    as_json: bool
    force: bool
    weights: None = None


def report_command(flags: Flags) -> None:
    """Write the page of a run, and say what it holds."""
    given = [flags.run] if flags.file is None else [flags.run, flags.file]
    check_output(flags.output, given, flags.force)
    label, run = _run(flags, given)
    recording = recording_of(run)
    payload = Payload("report", recording=recording.member())
    if (reason := obstacle(run)) is not None:
        note(f"note: the page replays the run and tries no other rate: {reason}")
    elif "function" in run.meta:
        payload = payload._replace(settings=settings_of(run))
    elif flags.file is not None:
        payload = _with_table(payload, run, flags)
    size = Page(payload, f"{label} - steepest", still_of_run(run, recording)).save(flags.output, force=flags.force)
    _tell(flags, size, len(recording.step), len(run))


def _run(flags: Flags, given: list[str]) -> tuple[str, Trajectory]:
    """The run, with its label."""
    sources = sources_of(given)
    if len(sources.runs) != 1 or sources.models or len(sources.files) != len(given) - 1:
        raise UsageError(
            f"a report is of a recorded run, and its table, not of {sources.words()}: fit --trajectory writes a run"
        )
    label, run = next(iter(sources.runs.items()))
    if "function" in run.meta and flags.file is not None:
        raise UsageError(f"{label} is a run on a formula: leave the table out")
    return label, run


def _with_table(payload: Payload, run: Trajectory, flags: Flags) -> Payload:
    """The same with the table of the run, and the settings by which the page descends on it."""
    assert flags.file is not None
    read = table_of(run, flags.file, flags)
    known, rows, fitted = run.meta["table"], read.X.shape[0], run.meta.get("rows", read.X.shape[0])
    if rows != fitted:
        raise DataError(
            f"{rows:,} rows, but the run was fitted to {fitted:,}: name the table of the run", file=read.source
        )
    edited = flags.form != TextFormat() or any(run.meta.get(name) is not None for name in OF_ROWS)
    table = table_for_page(read, known["classes"], edited)
    return payload._replace(table=table.member(), settings=table.settings() | settings_of(run))


def _tell(flags: Flags, size: int, kept: int, recorded: int) -> None:
    if flags.as_json:
        print_object(
            {"command": "report", "bytes": size, "states": kept, "recorded": recorded, "files": [flags.output]}
        )
        return
    states = f"{kept:,}" + (f" of {recorded:,}, log-spaced" if kept < recorded else "")
    say(describe([("wrote", f"{flags.output}   ({size:,} bytes)"), ("states", states)]))
