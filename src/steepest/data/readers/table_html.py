"""A table as HTML for notebooks: its shape, its first rows, and what was noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.html_text import block, table
from ...core.shown_text import counted
from ..layout import dense_rows

if TYPE_CHECKING:
    from .raw_table import Table

__all__ = ["table_html"]

ROWS, COLUMNS = 5, 8  # that are shown


def table_html(found: Table) -> str:
    """Shape, first rows and notes of a `Table`; every text is escaped."""
    n, d = found.X.shape
    shown = min(n, ROWS)
    cells = [[f"{value:.6g}" for value in row] for row in dense_rows(found.X, 0, shown)[:, :COLUMNS].tolist()]
    more = ["..."] if d > COLUMNS else []
    ends = [] if found.y is None else [[str(value)] for value in found.y[:shown].tolist()]
    rows = [[i + 1, *row, *more, *(ends[i] if ends else [])] for i, row in enumerate(cells)]
    head = ["", *found.names[:COLUMNS], *more, *([found.target] if ends else [])]
    said = [f"target: {found.target}" if ends else "", "weighted" if found.weight is not None else ""]
    title = f"{found.source}: {counted(n, 'row')}, {counted(d, 'column')}"
    return block(title, [*said, *(f"Note: {note}." for note in (*found.notes, *found.roundings))], table(head, rows))
