"""The work of ``explain``: a recorded run, the rows it was fitted to, and one of its steps in numbers."""

from __future__ import annotations

from typing import NamedTuple

from ...core.errors import UsageError
from ...data.readers.text_format import TextFormat
from ...descent.trajectory import Trajectory
from ...solve.explain import explain
from ...solve.explanation import Explanation
from ...solve.explanation_text import directions_of, facts_of, parameters_of, rows_of, title_of
from ..exit_status import print_object
from ..picture_input import columns_of_fit, sources_of
from ..suggestions import as_options
from ..table_input import encoded_aloud
from ..text import describe, say

__all__ = ["Flags", "explain_command"]


class Flags(NamedTuple):
    """The options of ``explain`` as Click hands them over."""

    run: str
    file: str | None
    step: int
    target: str | None
    weights: str | None
    form: TextFormat
    as_json: bool


def explain_command(flags: Flags) -> None:
    """Read the run and its table, and print."""
    run = _run(flags)
    try:
        found = explain(run, flags.step) if flags.file is None else _of_table(run, flags, flags.file)
    except UsageError as error:
        raise UsageError(as_options(str(error))) from None
    if flags.as_json:
        print_object({"command": "explain", "run": flags.run, "source": flags.file, **found.as_dict()})
    else:
        say(_lines(found))


def _run(flags: Flags) -> Trajectory:
    """The run; a table is asked for where there is one.

    Raises
    ------
    UsageError
        If the file is no run, or a table is missing or not needed.
    """
    sources = sources_of([flags.run])
    if not sources.runs:
        raise UsageError(f"explain takes a recorded run, which --trajectory writes, not {sources.words()}")
    run = next(iter(sources.runs.values()))
    if sources.tables and flags.file is None:
        raise UsageError("the run was fitted to a table: name it too, steepest explain RUN FILE --step K")
    if not sources.tables and flags.file is not None:
        raise UsageError(f"the run is on the formula {run.meta['function']}: leave {flags.file} out")
    return run


def _of_table(run: Trajectory, flags: Flags, file: str) -> Explanation:
    raw, recipe, _ = columns_of_fit(run, file, flags)
    table = encoded_aloud(raw, recipe, "other")
    found = explain(run, flags.step, table.X, table.y, sample_weight=table.weight, offset=table.offset)
    if found.batch is None or raw.places is None:
        return found
    return found._replace(batch=found.batch._replace(rows=raw.places[found.batch.rows - 1] + 1))


def _lines(found: Explanation) -> list[str]:
    tables = [lines for lines in (rows_of(found), directions_of(found)) if lines]
    after = [line for lines in tables for line in ["", *lines]]
    return [title_of(found), "", *parameters_of(found), "", *describe(facts_of(found)), *after]
