"""Kinks: the run of the automatic mode where the loss has kinks. Each recorded step is a round of `smoothing`."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from ..core.errors import UsageError
from ..core.progress import Progress, Told
from ..descent.states import Checkpoint, State
from ..descent.stops import updates
from ..descent.trajectory import Trajectory
from ..objective.problem import Problem
from ..optimality.certificate import Certificate
from ..optimality.duality import provable
from .auto.plan import Plan
from .auto.smoothing import Round, rounds
from .certified_stop import Proof
from .settings import Limits

__all__ = ["smoothed", "smooths"]

START = updates(0).name  # how a path ends that is at its start
IDLE = 25  # rounds that may pass without a smaller gap


def smooths(problem: Problem, plan: Plan, held: Any = None) -> bool:
    """Whether the loss has kinks and the way to its optimum is left to us; rounds are too few to hold rows back."""
    found = problem.nonsmooth and plan.method.preconditioned
    if found and held:
        raise UsageError("validation needs the steps of a loss with kinks: give a learning rate")
    return found


def smoothed(
    path: Trajectory,
    problem: Problem,
    plan: Plan,
    proof: Proof,
    limits: Limits,
    asked: Any = (),
    told: Told | None = None,
) -> Trajectory:
    """The path, which is at its start, and rounds until the gap is small enough, shrinks no more, or ``max_iter``.

    Or until one of the stops that are ``asked`` is true, or Ctrl-C. The path itself where nothing is to be smoothed.
    """
    if not smooths(problem, plan) or path.meta["end"] != START:
        return path
    if plan.data.outputs > 1:
        raise UsageError("a loss with kinks takes one target at a time: fit each target by itself")
    began = time.perf_counter()
    taken: list[Round] = []
    best, end = (np.inf, 0), None
    try:
        for i, found in enumerate(rounds(problem, plan.data, plan.start, proof.target), 1):
            proof.found[i] = certificate = _certificate(problem, plan, found)
            taken.append(found)
            gap = np.inf if certificate.gap is None else certificate.gap
            best = min(best, (gap, i))
            end = _end(limits, gap <= proof.reached(certificate), i - best[1], found.steps)
            if told is not None:
                told(Progress(found.steps, limits.max_iter, found.cost))
            for stop in asked:
                end = stop.name if stop(_state(path, plan, taken, time.perf_counter() - began)) else end
            if end:
                break
    except KeyboardInterrupt:
        end = "interrupted"
    return _joined(path, plan, taken[: best[1] or None], end, time.perf_counter() - began)


def _state(path: Trajectory, plan: Plan, taken: list[Round], seconds: float) -> State:
    """What is asked at the end of a round."""
    found, t = taken[-1], len(taken)
    before = taken[-2].cost if t > 1 else float(path.cost[0])
    norm = float(np.linalg.norm(plan.data.units.raw_gradient(found.g)))
    there = Checkpoint(t, found.w, np.zeros((0, *found.w.shape)), cost=found.cost, seconds=seconds)
    return State(t, float(found.steps), found.w, 1.0, found.cost, norm, before - found.cost, seconds, 0, False, there)


def _end(limits: Limits, enough: bool, idle: int, steps: int) -> str | None:
    """Why to stop here, or None."""
    if enough and limits.tol is not None:
        return "certified"
    if idle >= IDLE:
        return "no step lowers the cost"
    return f"{limits.max_iter:g} epochs" if steps >= limits.max_iter else None


def _joined(path: Trajectory, plan: Plan, taken: list[Round], end: str | None, seconds: float) -> Trajectory:
    """The trajectory of the start and these rounds."""
    meta = {**path.meta, "end": end, "smoothed": len(taken), "interrupted": end == "interrupted"}
    made = np.array([0, *(found.steps for found in taken)], float)
    if taken:
        w = np.stack([plan.data.units.raw(found.w) for found in taken])
        norms = np.array([np.linalg.norm(plan.data.units.raw_gradient(found.g)) for found in taken])
        path = path.then(Trajectory.of(w, np.array([found.cost for found in taken]), norms).shifted(1))
    return replace(path, meta=meta, epoch=made, seconds=seconds * made / max(made[-1], 1.0))


def _certificate(problem: Problem, plan: Plan, found: Round) -> Certificate:
    """A duality gap where that is a proof, else an estimate by the same slopes."""
    norm = float(np.linalg.norm(plan.data.units.raw_gradient(found.g)))
    if not np.isfinite(found.proven.gap):
        return Certificate(None, "none", norm)
    kind = "duality gap" if provable(problem) else "dual estimate"
    return Certificate(found.proven.gap, kind, norm, found.proven.rounding)
