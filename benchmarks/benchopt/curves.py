"""Convergence curves from the parquet file that ``benchopt run`` writes, as races for the page and the picture."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from importlib import metadata
from typing import Any

import pandas as pd

from benchmarks.__main__ import machine
from benchmarks.auto_race import OURS
from benchmarks.auto_report import versions

SOLVERS = {  # benchopt's names, without the names of their parameters
    "logreg_l2": {
        "peer[lbfgs]": "scikit-learn lbfgs",
        "peer[newton-cholesky]": "scikit-learn newton-cholesky",
        "peer[newton-cg]": "scikit-learn newton-cg",
        "peer[intelex]": "intelex lbfgs",
        "peer[torch]": "torch lbfgs",
    },
    "ols": {
        "sklearn": "scikit-learn LinearRegression",
        "peer[ridge]": "scikit-learn Ridge(cholesky)",
        "peer[intelex]": "intelex LinearRegression",
        "peer[torch]": "torch lstsq",
    },
}
TABLES = {
    "Simulated[n_features=10,n_samples=1000]": "simulated, 1,000 x 10",
    "Simulated[n_features=500,n_samples=200]": "simulated, 200 x 500",
    "Simulated[n_features=400,n_samples=100000]": "simulated, 100k x 400",
    "Simulated[n_features=500,n_samples=1000]": "simulated, 1,000 x 500",
    "Simulated[n_features=200,n_samples=5000]": "simulated, 5,000 x 200",
    "Simulated[n_features=100,n_samples=200000]": "simulated, 200k x 100",
    "Tables[table=california_housing]": "California housing, 20,433 x 9",
    "Tables[table=bike_sharing_hour]": "bike sharing, 17,379 x 13",
    "Tables[table=a9a]": "a9a, 33k x 123 sparse",
    "Tables[table=breast_cancer]": "breast cancer, 569 x 31",
}


def read(files: Iterable[str], problem: str) -> pd.DataFrame:
    """Every run of some files: table with penalty, solver, stopping value, file and repetition, seconds, objective."""
    return pd.concat([_read(file, i, problem) for i, file in enumerate(files)], ignore_index=True)


def _read(file: str, number: int, problem: str) -> pd.DataFrame:
    found = pd.read_parquet(file)
    title = found["data_name"].map(lambda name: TABLES.get(name, name))
    penalty = found["objective_name"].str.extract(r"lmbd=([\d.e-]+)")[0]
    return pd.DataFrame(
        {
            "table": title.where(penalty.isna() | (penalty == "1.0"), title + ", lmbd " + penalty),
            "solver": found["solver_name"].map(lambda name: _solver(name, problem)),
            "stop": found["stop_val"].astype(float),
            "file": number,
            "repetition": found["idx_rep"],
            "seconds": found["time"],
            "objective": found["objective_value"],
        }
    )


def _solver(name: str, problem: str) -> str:
    short = name.replace("setting=", "").replace("package=", "")
    inside = short.partition("[")[2].rstrip("]")
    if short.startswith("steepest"):
        return OURS if inside == "auto" else f"{OURS} {inside}"
    return SOLVERS[problem].get(short, inside or short)


def races(curves: pd.DataFrame, problem: str) -> dict[str, Any]:
    """Medians by table, solver and stopping value, loosest first, without those no closer than a looser one."""
    return {f"{problem}: {table}": _race(problem, table, group) for table, group in curves.groupby("table", sort=False)}


def _race(problem: str, table: str, group: pd.DataFrame) -> dict[str, Any]:
    least = float(group["objective"].min())
    points = group.groupby(["solver", "stop"], sort=False)
    medians = points[["seconds", "objective"]].median()
    ran = [
        {
            "name": solver,
            "level": f"stop {stop:g}",
            "seconds": float(f"{seconds:.4g}"),
            "error": float(f"{(value - least) / least:.3g}"),
            "runs": int(points.size()[solver, stop]),
        }
        for (solver, stop), (seconds, value) in zip(medians.index, medians.to_numpy(), strict=True)
    ]
    closest: dict[str, float] = {}
    front = []
    for one in ran:
        if one["error"] < closest.get(one["name"], math.inf):
            closest[one["name"]] = one["error"]
            front.append(one)
    return {"title": f"{problem}, {table}", "machine": described(), "ran": front}


def described() -> str:
    """The machine, its load, and the packages."""
    load = f"load average {os.getloadavg()[1]:.1f} of {os.cpu_count()} cores"
    return f"{machine().rstrip('.')}, benchopt {metadata.version('benchopt')}, {versions()}; {load}."
