"""Public tables: our defaults against the best of scikit-learn's estimators over a grid, mean of 5 x 2 folds.

The files are read from the folder STEEPEST_DATA; digits come with scikit-learn. Scores are accuracies or R2.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.measure import SEED, Row

NEAR = 0.001  # share by which the scores may differ


class Table(NamedTuple):
    """Columns, target, and whether it is a class."""

    X: Any
    y: Any
    classes: bool


def rows() -> Iterator[Row]:
    """One row for each table that is there."""
    for name, read in TABLES.items():
        what = f"tables, {name}: score minus that of scikit-learn's best"
        try:
            table = read()
        except FileNotFoundError as error:
            yield Row(
                what, "not measured", f"{Path(str(error.filename)).name} is missing: set STEEPEST_DATA", ">= -0.001"
            )
            continue
        mine, (best, label) = _score(_ours(table), table), max((_score(m, table), name) for name, m in _grid(table))
        yield Row(what, f"{mine - best:+.4f}", f"{mine:.4f}; {best:.4f} {label}", f">= -{NEAR}")


def _score(model: Any, table: Table) -> float:
    from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold, cross_val_score

    split = RepeatedStratifiedKFold if table.classes else RepeatedKFold
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folds = split(n_splits=2, n_repeats=5, random_state=SEED)
        return float(np.mean(cross_val_score(model, table.X, table.y, cv=folds)))


def _ours(table: Table) -> Any:
    from steepest import GDClassifier, GDRegressor

    return GDClassifier() if table.classes else GDRegressor()


def _grid(table: Table) -> Iterator[tuple[str, Any]]:
    """Standard linear estimators on scaled columns, over penalties and rates."""
    from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier, SGDRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def scaled(model: Any) -> Any:
        return make_pipeline(StandardScaler(with_mean=isinstance(table.X, np.ndarray)), model)

    for alpha in (1e-6, 1e-4, 1e-2):
        kind = SGDClassifier(loss="log_loss", alpha=alpha, random_state=SEED)
        yield f"SGD, alpha {alpha:g}", scaled(kind if table.classes else SGDRegressor(alpha=alpha, random_state=SEED))
    for C in (0.1, 1.0, 100.0):
        kind = LogisticRegression(C=C, max_iter=500)
        yield f"C {C:g}" if table.classes else f"Ridge {1 / C:g}", scaled(kind if table.classes else Ridge(1 / C))


def _file(name: str) -> Path:
    return Path(os.environ.get("STEEPEST_DATA", ""), "tables", name)


def _adult() -> Table:
    """One-hot sparse columns and numbers as they are."""
    import pandas as pd
    from scipy.sparse import csr_matrix, hstack

    frame = pd.read_csv(_file("adult-train.csv"), header=None, skipinitialspace=True)
    words = [c for c in frame.columns[:-1] if not pd.api.types.is_numeric_dtype(frame[c])]
    numbers = [c for c in frame.columns[:-1] if c not in words]
    X = hstack([csr_matrix(frame[numbers].astype(float)), csr_matrix(pd.get_dummies(frame[words]).astype(float))])
    X = X.tocsr()
    X.indices, X.indptr = X.indices.astype(np.int32), X.indptr.astype(np.int32)
    return Table(X, frame.iloc[:, -1].to_numpy(), True)


def _california() -> Table:
    import pandas as pd

    frame = pd.read_csv(_file("california_housing.csv")).dropna()
    return Table(frame.iloc[:, :-1].to_numpy(float), frame.iloc[:, -1].to_numpy(float), False)


def _bikes() -> Table:
    import pandas as pd

    frame = pd.read_csv(_file("bike_sharing_hour.csv")).dropna()
    kept = frame.drop(columns=["instant", "dateday", "casual", "registered", "count"])
    return Table(kept.to_numpy(float), frame["count"].to_numpy(float), False)


def _digits() -> Table:
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return Table(X, y, True)


TABLES: dict[str, Callable[[], Table]] = {
    "Adult, 32,561 x 108 sparse": _adult,
    "California housing, 20,640 x 8": _california,
    "bike sharing, 17,379 x 12": _bikes,
    "digits, 1,797 x 64, 10 classes": _digits,
}
