"""Subsampled Newton: the optimum of a sample of the rows and the Hessian there, to start the descent on all rows."""

from __future__ import annotations

import numpy as np

from ...core.types import Array
from ...data.rows import Rows
from ...descent.descent import descend, until
from ...descent.states import Checkpoint
from ...descent.stops import updates
from ...methods.method import Method
from ...methods.rules import Newton
from ...methods.steps import Backtracking
from ...objective.objective import Objective
from ...objective.problem import Problem
from ...optimality.curvature import hessian
from ...optimality.definite import definite

__all__ = ["subsampled_newton"]

PART = 8  # the first steps are taken over 1 / PART of the sample
STEPS = 30  # most Newton steps on the sample; only separated classes need so many
UNSEEN = 1e-8  # curvature of a standardised column below which it is constant in the sample


def subsampled_newton(rows: Rows, problem: Problem, start: Array | None, m: int, seed: int) -> tuple[Checkpoint, bool]:
    """A start with a preconditioner, from a sample of about m rows, and whether that has flat directions.

    The optimum of the sample is found by damped Newton over an eighth of it and one step over all of it, to the
    accuracy of the sample. A column that is constant in the sample gets the curvature of a standardised one. Cost: some
    3 m d^2 flops.
    """
    d = rows.shape[1]
    w = np.zeros((d + 1, rows.outputs)) if start is None else start
    for size, most in ((max(1, m // PART), STEPS), (m, 1)):
        some, share = rows.sample(size, seed, problem.loss.labels), 0.01 * d / size
        states = descend(problem, Method(Newton(), Backtracking()), some, start=w)
        for state in until(states, updates(most), lambda s, share=share: s.t > 0 and abs(s.change) <= share * s.cost):
            w = state.w
    objective = Objective(problem, some)
    H, penalty, free = hessian(objective, w), objective.l2[:, 0], objective.moves
    unseen = np.flatnonzero(np.diag(H) - penalty <= UNSEEN * H[-1, -1])
    H[unseen, unseen] += H[-1, -1]
    metric = definite(H, free, damping=1.0)  # a direction that is flat in the sample may not be flat in all rows
    return Checkpoint(0, w, metric), not np.allclose(metric[np.ix_(free, free)], H[np.ix_(free, free)], rtol=1e-6)
