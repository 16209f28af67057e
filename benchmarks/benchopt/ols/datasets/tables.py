"""Public tables, for the folder ``datasets/`` of ``benchopt/benchmark_ols``; $STEEPEST_DATA is the folder of the files.

Columns are standardised, the target has variance 1, and a column of ones takes the place of the intercept.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from benchopt import BaseDataset

TARGETS = {"california_housing": "medianHouseValue", "bike_sharing_hour": "count"}
TEXT_AND_PARTS = ["instant", "dateday", "casual", "registered"]  # of the bike counts


class Dataset(BaseDataset):
    """One table with its target."""

    name = "Tables"
    parameters = {"table": list(TARGETS)}  # noqa: RUF012 - benchopt reads it on the class

    def get_data(self) -> dict[str, Any]:
        """X and y without rows that have gaps."""
        path = Path(os.environ["STEEPEST_DATA"], "tables", f"{self.table}.csv")
        table = pd.read_csv(path).drop(columns=TEXT_AND_PARTS, errors="ignore").select_dtypes("number").dropna()
        y = table.pop(TARGETS[self.table]).to_numpy(np.float64)
        X = table.to_numpy(np.float64)
        return {"X": np.column_stack([(X - X.mean(0)) / X.std(0), np.ones(len(y))]), "y": y / y.std()}
