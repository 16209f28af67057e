"""Growing batches: before each epoch the inner-product test chooses the batch size."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ..core.errors import UsageError
from ..core.setting_types import Keep
from ..core.types import Array
from ..data.rows import Rows
from ..methods.method import Method
from ..objective.objective import Objective
from ..objective.problem import Problem
from .descent import descend, until
from .recording import record_on
from .states import Checkpoint, Start
from .stops import updates
from .trajectory import Trajectory

__all__ = ["descend_growing", "enough_rows"]

BLOCK = 4096


def descend_growing(
    problem: Problem,
    method: Method,
    rows: Rows,
    *,
    epochs: int = 20,
    theta: float = 0.9,
    start: Start = None,
    seed: int = 0,
    keep: Keep = "auto",
) -> Trajectory:
    """Descend on batches that grow from ``method.batch_size`` up to all rows.

    After each epoch the batch size m becomes `enough_rows`, m = var(g_i . g) / ``(theta |g|^2)^2`` rounded up, if that
    is larger: g_i is the gradient of row i and g their mean. Far from the optimum the gradient of few rows is a descent
    direction; near it the noise of small batches exceeds the gradient. With growing batches a constant learning rate
    converges.

    Parameters
    ----------
    problem, method, rows : Problem, Method, Rows
        As for `descend`; ``batch_size`` is the first one.
    epochs : int >= 1, default 20
        Passes over all rows by steps. Each is followed by three passes for the test.
    theta : float > 0, default 0.9
        Allowed standard deviation of the inner product with the gradient, relative to ``|g|^2``; smaller needs more
        rows.
    start, seed, keep : see `descend` and `record`

    Returns
    -------
    Trajectory
        ``meta["batch_sizes"]`` is the list of the batch sizes, one for each epoch.

    Raises
    ------
    UsageError
        If the method has no batch size, or a number is out of its range.

    Notes
    -----
    Cost: four passes over all rows an epoch: one by steps and three for the test.

    References
    ----------
    Bollapragada, R., Byrd, R. and Nocedal, J. (2018). Adaptive sampling strategies for stochastic optimization. SIAM J.
    Optim. 28(4). doi:10.1137/17M1154679

    Examples
    --------
    >>> import numpy as np
    >>> from steepest import Method, Problem, make_rows
    >>> X = np.random.default_rng(0).standard_normal((400, 2))
    >>> rows = make_rows(X, X @ [1.0, 2.0] + np.random.default_rng(1).standard_normal(400))
    >>> path = descend_growing(Problem(), Method("plain", 0.1, batch_size=2), rows, epochs=8)
    >>> path.meta["batch_sizes"][0], path.meta["batch_sizes"][-1] > 100
    (2, True)
    """
    if method.batch_size is None or not (epochs >= 1 and theta > 0):
        raise UsageError("growing batches need a batch_size to begin with, epochs >= 1 and theta > 0")
    n, there = rows.shape[0], start
    sizes = [min(method.batch_size, n)]
    path: Trajectory | None = None
    for epoch in range(int(epochs)):
        now = replace(method, batch_size=sizes[-1])
        begin = epoch * now.steps_per_epoch(n)  # t as if all epochs had had this batch size
        there = there._replace(t=begin) if isinstance(there, Checkpoint) else there
        states = until(descend(problem, now, rows, start=there, seed=seed), updates(begin + now.steps_per_epoch(n)))
        piece, there = record_on(states, keep=keep)
        path = (
            piece
            if path is None
            else path.then(piece.shifted(int(path.step[-1]) - begin, seconds=float(path.seconds[-1])))
        )
        sizes.append(max(sizes[-1], min(n, enough_rows(problem, rows, states.answer(there), theta))))
        if piece.meta["end"] in ("overflow", "interrupted"):
            break
    assert path is not None
    return replace(path, meta={**path.meta, "batch_size": sizes[0], "batch_sizes": sizes[:-1]})


def enough_rows(problem: Problem, rows: Rows, w: Array, theta: float = 0.9) -> int:
    """The batch size of a step at w (d + 1, k) by the inner-product test: Var(g_i . g) / (theta |g|^2)^2, rounded up.

    g_i is the gradient of row i and g the mean. For this size the standard deviation of the batch's inner product with
    g is theta |g|^2. Cost: three passes over the rows.

    Examples
    --------
    >>> from steepest import make_rows
    >>> rows = make_rows([[1.0], [1.0], [2.0]], [1.0, 2.0, 3.0])
    >>> enough_rows(Problem(intercept=False), rows, np.zeros((2, 1)), theta=0.5)
    3
    """
    _, g = Objective(problem, rows)(w)
    n, inner = rows.shape[0], np.empty(rows.shape[0])
    bare = rows.with_rows(offset=None)
    for low in range(0, n, BLOCK):
        high = min(n, low + BLOCK)
        along = bare.predictor(g, low, high)
        inner[low:high] = (problem.loss.slope(rows.predictor(w, low, high), rows.y[low:high]) * along).sum(1)
    if rows.weight is not None:
        inner *= rows.weight * (n / rows.total)
    length = float(np.vdot(g, g))
    share = float(inner.var()) / (theta * length) ** 2 if length > 0 else math.inf
    return math.ceil(min(share, n))
