"""What an estimator predicts for a table in parts: computed block by block where it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..core.types import Array
from ..parts.parts import Parts
from ..parts.predictions import ROW, predictions, write_predictions

__all__ = ["TablePredictions"]


class TablePredictions:
    """The predictions of all rows, in their order.

    Each use makes a pass over the data: ``batches()`` gives dicts of columns, ``write(path)`` writes a .csv or .parquet
    file or a folder of Parquet files, and ``np.asarray`` holds all of them in memory.

    Parameters
    ----------
    table : Parts
    w : (d + 1, k) array
        Raw parameters, intercept last.
    predict : callable
        Makes columns by name from linear predictors (m, k).

    Examples
    --------
    >>> from steepest import GDRegressor, scan
    >>> table = scan([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    >>> found = GDRegressor().fit(table).predict(table)
    >>> len(found), np.asarray(found).round(9).tolist()
    (3, [1.0, 3.0, 5.0])
    """

    def __init__(self, table: Parts, w: Array, predict: Callable[[Array], dict[str, Any]]) -> None:
        self.table, self.w, self.predict = table, w, predict

    def __len__(self) -> int:
        return self.table.shape[0]

    def batches(self, keep: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
        """The columns of some rows after the other; ``keep`` names columns of the table that come first."""
        for columns in predictions(self.table, self.w, self.predict, keep):
            yield {name: column for name, column in columns.items() if keep or name != ROW}

    def write(self, path: str | Path, *, keep: Sequence[str] = (), force: bool = False) -> None:
        """Write them into a file or a folder, complete or not at all: with the number of each row, or with ``keep``."""
        write_predictions(self.table, path, self.w, self.predict, keep, force)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """All of them, (n,) or (n, k)."""
        del copy  # they are new
        whole = np.concatenate([np.column_stack(list(columns.values())) for columns in self.batches()])
        found = whole[:, 0] if whole.shape[1] == 1 else whole
        return found if dtype is None else found.astype(dtype)
