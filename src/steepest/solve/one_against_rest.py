"""One against the rest: the fits of each of several classes as one run, whose cost is the sum of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..core.types import Array
from ..descent.trajectory import Trajectory
from ..optimality.certificate import Certificate
from ..optimality.verdict import TABLE, Verdict
from .fit import Run

__all__ = ["as_one"]

STATUSES = [row.status for row in TABLE]  # the more serious first
FINE = ("converged", "settled")


def as_one(runs: Sequence[Run], classes: Sequence[object]) -> Run:
    """The fits of k classes, each against the rest, as one run of k outputs.

    Its certificate bounds the sum of the gaps, its verdict is the most serious one, and its trajectory has two states,
    the start and the answer, with the sums of the costs, steps and passes.

    Examples
    --------
    >>> from steepest import Problem, make_rows
    >>> from steepest.solve.fit import fit
    >>> from steepest.objective.penalties import elastic
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], np.array([0, 1, 2, 2])
    >>> problem = Problem("log_loss", elastic(0.1))
    >>> run = as_one([fit(make_rows(X, y == c), problem) for c in range(3)], "abc")
    >>> run.coef.shape, run.verdict.status, run.trajectory.coef.shape
    ((1, 3), 'converged', (2, 1, 3))
    """
    coef = np.column_stack([run.coef[:, 0] for run in runs])
    intercept = np.array([run.intercept[0] for run in runs])
    verdict = _most_serious(runs, classes)
    return Run(coef, intercept, _ends(runs, coef, intercept, verdict), _summed(runs), verdict)


def _most_serious(runs: Sequence[Run], classes: Sequence[object]) -> Verdict:
    worst = min(range(len(runs)), key=lambda c: (_rank(runs[c].verdict.status), -(runs[c].certificate.gap or 0.0)))
    verdict = runs[worst].verdict
    others = f", and the other {len(runs) - 1} fits ended no worse" if verdict.status in FINE else ""
    return verdict._replace(message=f"{verdict.message} This is class {classes[worst]!s} against the rest{others}.")


def _rank(status: str) -> int:
    return len(STATUSES) if status in FINE else STATUSES.index(status)


def _summed(runs: Sequence[Run]) -> Certificate:
    parts = [run.certificate for run in runs]
    gaps = [part.gap for part in parts if part.gap is not None]
    norm = float(np.linalg.norm([part.gradient_norm for part in parts]))
    if len(gaps) < len(parts):
        return Certificate(None, "none", norm)
    kind = "duality gap" if all(part.kind == "duality gap" for part in parts) else "decrement"
    return Certificate(sum(gaps), kind, norm, sum(part.rounding for part in parts))


def _ends(runs: Sequence[Run], coef: Array, intercept: Array, verdict: Verdict) -> Trajectory:
    """The start and the answer of all classes together."""
    paths = [run.trajectory for run in runs]
    starts = np.stack([np.append(path.coef[0], path.intercept[0]) for path in paths], axis=1)
    last = [int(np.searchsorted(path.cost_step, path.meta["reported_step"])) for path in paths]
    cost = np.array([[path.cost[0], path.cost[i]] for path, i in zip(paths, last, strict=True)]).sum(0)
    slopes = np.stack([_gradient(path)[[0, i]] for path, i in zip(paths, last, strict=True)], axis=2)
    both = Trajectory.of(np.stack((starts, np.vstack((coef, intercept)))), cost, slopes)
    made = {name: sum(getattr(path, name)[-1] for path in paths) for name in ("step", "epoch", "seconds")}
    ends: dict[str, Any] = {
        name: np.array([0, total]).astype(getattr(both, name).dtype) for name, total in made.items()
    }
    rates = np.array([0.0, paths[0].learning_rate[-1]])
    meta = {**paths[0].meta, "reported_step": int(made["step"]), "passes": sum(path.meta["passes"] for path in paths)}
    meta |= {"loss_formula": f"sum over the classes of the {meta['loss_formula']} of each against the rest"}
    return replace(
        both, **ends, cost_step=ends["step"], learning_rate=rates, names=paths[0].names, meta=meta, verdict=verdict
    )


def _gradient(path: Trajectory) -> Array:
    """The gradients of a run, which every fit keeps."""
    assert path.gradient is not None
    return path.gradient
