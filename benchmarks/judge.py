"""One judge for all answers: the objective in float64, in plain NumPy, outside of the measured time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.workloads import Workload

BLOCK = 1 << 22  # numbers of a dense table at once
MOST_COLUMNS = 1000
POLISHES = 6


def objective(work: Workload, coef: Any, intercept: float) -> float:
    """Mean loss + alpha/2 |coef|^2; infinite where an answer is not finite."""
    if not (np.isfinite(coef).all() and np.isfinite(intercept)):
        return math.inf
    total = math.fsum(_losses(work.kind, X @ coef + intercept, y).sum() for X, y in _blocks(work))
    return total / len(work.y) + work.alpha / 2 * float(coef @ coef)


def least(work: Workload, answers: list[tuple[Any, float]]) -> float:
    """Least objective of any answer, and of Newton steps on all rows from the best one where there are few columns."""
    costs = [objective(work, *answer) for answer in answers]
    best = min(costs)
    if work.X.shape[1] > MOST_COLUMNS or not math.isfinite(best):
        return best
    coef, intercept = answers[costs.index(best)]
    w = np.append(coef, intercept)
    for _ in range(POLISHES):
        w = w - _newton_step(work, w)
        best = min(best, objective(work, w[:-1], w[-1]))
    return best


def _newton_step(work: Workload, w: Any) -> Any:
    """The inverse Hessian times the gradient, solved on columns of equal curvature."""
    d = work.X.shape[1]
    g, H = np.zeros(d + 1), np.zeros((d + 1, d + 1))
    for X, y in _blocks(work):
        A = np.column_stack([X.toarray() if hasattr(X, "toarray") else X, np.ones(len(y))])
        slope, curvature = _slopes(work.kind, A @ w, y)
        g += A.T @ slope
        H += (A * curvature[:, None]).T @ A
    penalty = np.append(np.full(d, work.alpha), 0.0)
    g, H = g / len(work.y) + penalty * w, H / len(work.y) + np.diag(penalty)
    scale = 1 / np.sqrt(np.maximum(np.diag(H), np.finfo(float).tiny))
    return scale * np.linalg.lstsq(H * scale[:, None] * scale, scale * g, rcond=None)[0]


def _losses(kind: str, z: Any, y: Any) -> Any:
    return (z - y) ** 2 / 2 if kind == "least squares" else np.logaddexp(0, (1 - 2 * y) * z)


def _slopes(kind: str, z: Any, y: Any) -> tuple[Any, Any]:
    """First and second derivative of each row's loss."""
    if kind == "least squares":
        return z - y, np.ones_like(z)
    e = np.exp(-np.abs(z))
    p = np.where(z >= 0, 1, e) / (1 + e)
    return p - y, e / (1 + e) ** 2


def _blocks(work: Workload) -> Iterator[tuple[Any, Any]]:
    n, d = work.X.shape
    rows = max(1, BLOCK // (d if d <= MOST_COLUMNS else 60))
    for low in range(0, n, rows):
        yield work.X[low : low + rows], work.y[low : low + rows]
