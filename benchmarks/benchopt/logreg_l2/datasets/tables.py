"""Public tables, for the folder ``datasets/`` of ``benchopt/benchmark_logreg_l2``; $STEEPEST_DATA holds sparse/a9a."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from benchopt import BaseDataset
from sklearn.datasets import load_breast_cancer, load_svmlight_file


def _a9a() -> tuple[Any, Any]:
    X, y = load_svmlight_file(str(Path(os.environ["STEEPEST_DATA"], "sparse", "a9a")))
    X.indices, X.indptr = X.indices.astype(np.int32), X.indptr.astype(np.int32)  # saga takes no others
    return X, y


def _breast_cancer() -> tuple[Any, Any]:
    X, y = load_breast_cancer(return_X_y=True)
    return np.column_stack([(X - X.mean(0)) / X.std(0), np.ones(len(y))]), 2.0 * y - 1


TABLES = {"a9a": _a9a, "breast_cancer": _breast_cancer}


class Dataset(BaseDataset):
    """One table with labels -1 and 1; columns of the dense one are standardised, and a column of ones is added."""

    name = "Tables"
    parameters = {"table": list(TABLES)}  # noqa: RUF012 - benchopt reads it on the class

    def get_data(self) -> dict[str, Any]:
        """X and y."""
        X, y = TABLES[self.table]()
        return {"X": X, "y": y}
