"""The table of the recorded states of a run: what .csv files and data frames hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .trajectory import Trajectory

__all__ = ["state_table"]


def state_table(path: Trajectory) -> dict[str, NDArray[Any]]:
    """Columns of the table of recorded states; NaN where a sampled run did not evaluate the cost."""
    where = np.searchsorted(path.step, path.cost_step)
    fixed = ("step", "epoch", "seconds", "learning_rate")
    columns: dict[str, NDArray[Any]] = {name: getattr(path, name) for name in fixed}
    for name in ("cost", "gradient_norm"):
        column = np.full(len(path), np.nan)
        column[where] = getattr(path, name)
        columns[name] = column
    coef = path.coef.reshape(len(path), -1)
    parts = [f": {part}" for part in path.parts] if path.coef.ndim > 2 else [""]
    names = tuple(f"{name}{part}" for name in path.names for part in parts)
    names = names if coef.shape[1] == len(names) else tuple(f"w{j}" for j in range(coef.shape[1]))
    named = [f"coef {name}" if name in {*columns, "intercept"} else name for name in names]
    columns |= dict(zip(named, coef.T, strict=True))
    if "function" in path.meta:
        return columns
    intercept = path.intercept.reshape(len(path), -1)
    k = intercept.shape[1]
    numbered = [f"intercept{c}" for c in range(k)] if k > 1 else ["intercept"]
    ends = [f"intercept{part}" for part in parts] if len(parts) == k else numbered
    return columns | {name: intercept[:, c] for c, name in enumerate(ends)}
