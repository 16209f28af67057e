"""Preview: the optimum of a sample of the rows and the curvature there, where the descent on all of them starts."""

from __future__ import annotations

from typing import Any

import numpy as np

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
from ...optimality.preconditioner import definite

__all__ = ["preview"]

PART = 8  # the first steps are taken over one in so many rows of the sample
STEPS = 30  # Newton steps on the sample at most; only classes that a plane separates need so many
UNSEEN = 1e-8  # curvature of a standardised column below which the sample holds nothing of it


def preview(rows: Rows, problem: Problem, start: Any, m: int, seed: int) -> tuple[Checkpoint, bool]:
    """Where to start on all rows, the metric to measure in, both from about m of them, and whether some of it is flat.

    The optimum of the sample is found by damped Newton over an eighth of it, and one step over all of it: no nearer
    than the sample itself is to all rows. A column of which the sample shows nothing is given the curvature of a
    standardised one.
    Cost: some 3 m d^2 flops.
    """
    d, w = rows.shape[1], start
    for size, most in ((m // PART, STEPS), (m, 1)):
        some, near = rows.sample(size, seed, problem.loss.labels), 0.01 * d / size
        states = descend(problem, Method(Newton(), Backtracking()), some, start=w)
        for state in until(states, updates(most), lambda s, near=near: s.t > 0 and abs(s.change) <= near * s.cost):
            w = state.w
    objective = Objective(problem, some)
    H, penalty, free = hessian(objective, w), objective.l2[:, 0], objective.moves
    unseen = np.flatnonzero(np.diag(H) - penalty <= UNSEEN * H[-1, -1])
    H[unseen, unseen] += H[-1, -1]
    metric = definite(H, free, damping=1.0)  # flat in the sample need not be flat in all rows
    return Checkpoint(0, w, metric), not np.allclose(metric[np.ix_(free, free)], H[np.ix_(free, free)], rtol=1e-6)
