"""Kinks: the run of the automatic mode where the loss has kinks. Each recorded step is a round of `smoothing`."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .certificate import Certificate
from .dual import provable
from .errors import UsageError
from .plan import Plan
from .polish import extended
from .problem import Problem
from .proof import Proof
from .smoothing import Round, rounds
from .trajectory import Trajectory

__all__ = ["smoothed", "smooths"]

Array = NDArray[np.float64]
IDLE = 25  # rounds that may pass without a smaller gap


class Step(NamedTuple):
    """The state after a round, in raw units."""

    w: Array
    cost: float
    gradient: Array


def smooths(problem: Problem, plan: Plan, watcher: Any = None) -> bool:
    """Whether the loss has kinks and the way to its optimum is left to us; nothing can then watch the steps."""
    found = problem.kinked and bool(plan.method.rule.metric)
    if found and watcher:
        raise UsageError("validation and callback need the steps of a loss with kinks: give a learning rate")
    return found


def smoothed(
    path: Trajectory, problem: Problem, plan: Plan, proof: Proof, tol: float | None, max_iter: float
) -> Trajectory:
    """The path, which is at its start, and rounds until the gap is small enough, shrinks no more, or ``max_iter``.

    The path itself where nothing is to be smoothed.
    """
    if not smooths(problem, plan):
        return path
    if plan.data.y.shape[1] > 1:
        raise UsageError("a loss with kinks takes one target at a time: fit each target by itself")
    began = time.perf_counter()
    taken: list[Round] = []
    best, end = (np.inf, 0), None
    for i, found in enumerate(rounds(problem, plan.data, plan.start, proof.target), 1):
        taken.append(found)
        proof.found[i] = certificate = _certificate(problem, plan, found)
        gap = np.inf if certificate.gap is None else certificate.gap
        best = min(best, (gap, i))
        end = _end(tol, gap <= proof.reached(certificate), i - best[1], found.steps, max_iter)
        if end:
            break
    return _joined(path, plan, taken[: best[1] or None], end, time.perf_counter() - began)


def _end(tol: float | None, enough: bool, idle: int, steps: int, max_iter: float) -> str | None:
    """Why to stop here, or None."""
    if enough and tol is not None:
        return "certified"
    if idle >= IDLE:
        return "no step lowers the cost"
    return f"{max_iter:g} epochs" if steps >= max_iter else None


def _joined(path: Trajectory, plan: Plan, taken: list[Round], end: str | None, seconds: float) -> Trajectory:
    """The trajectory of the start and these rounds."""
    units = plan.data.units
    steps = [Step(units.raw(found.w), found.cost, units.raw_gradient(found.g)) for found in taken]
    path = extended(path, steps, {"end": end, "smoothed": len(taken)})
    made = np.array([0, *(found.steps for found in taken)], float)
    return replace(path, epoch=made, seconds=seconds * made / made[-1])


def _certificate(problem: Problem, plan: Plan, found: Round) -> Certificate:
    """A duality gap where that is a proof, else an estimate by the same slopes."""
    norm = float(np.linalg.norm(plan.data.units.raw_gradient(found.g)))
    if not np.isfinite(found.proven.gap):
        return Certificate(None, "none", norm)
    kind = "duality gap" if provable(problem) else "dual estimate"
    return Certificate(found.proven.gap, kind, norm, found.proven.rounding)
