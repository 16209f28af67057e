"""Fits by dask-ml, in a process of its own: ``python -m benchmarks.cluster_dask_ml SMALL LARGE`` prints JSON.

It runs in the interpreter that has dask-ml, which needs no steepest. SMALL and LARGE are folders of Parquet files; the
fit of the small table comes first and loads what is needed.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Sequence
from typing import Any

from benchmarks.processes import local_client, spent

SOLVERS = ("newton", "lbfgs")
UNPENALIZED = 1e12  # C, of a penalty that is not seen in sixteen digits


def main(small: str, large: str) -> None:
    """Print, for each solver, CPU seconds, seconds and the weights, the intercept last."""
    warnings.simplefilter("ignore")
    with local_client() as client:
        tables = [_resident(folder, client) for folder in (small, large)]
        for solver in SOLVERS:
            _fit(solver, tables[0])
            run = spent(lambda solver=solver: _fit(solver, tables[1]))
            print(json.dumps({"solver": solver, "cpu": run.cpu, "wall": run.wall, "w": run.found}), flush=True)


def _resident(folder: str, client: Any) -> Sequence[Any]:
    """Arrays of Dask in the memory of the workers."""
    import dask.dataframe as dd
    from distributed import wait

    frame = dd.read_parquet(folder).persist()
    arrays = client.persist(
        [frame.drop(columns="y").to_dask_array(lengths=True), frame["y"].to_dask_array(lengths=True)]
    )
    wait(arrays)
    return arrays


def _fit(solver: str, arrays: Sequence[Any]) -> list[float]:
    from dask_ml.linear_model import LogisticRegression

    model = LogisticRegression(solver=solver, C=UNPENALIZED, max_iter=50, tol=1e-8).fit(*arrays)
    return [*map(float, model.coef_.ravel()), float(model.intercept_)]


if __name__ == "__main__":
    main(*sys.argv[1:3])
