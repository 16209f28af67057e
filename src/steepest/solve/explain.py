"""Explain: one step of a recorded run in numbers, from its recorded states and the rows or the formula it was on."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ..core.errors import UsageError
from ..core.types import UNIT, Array
from ..data.rows import Rows
from ..descent.method_text import method_text
from ..descent.minibatch import Sampled
from ..descent.trajectory import Trajectory
from ..methods.method import Method
from ..methods.rules import Plain
from ..objective.data import MATRIX_COLUMNS
from ..optimality.curvature import among, hessian
from .explanation import Batch, Eigendirection, Explanation
from .explanation_reason import reason
from .recorded_run import RecordedRun, recorded_run

__all__ = ["explain"]

SAME = 1e-6  # share of a step within which it is the gradient's


def explain(
    trajectory: Trajectory, step: int, X: Any = None, y: Any = None, *, sample_weight: Any = None, offset: Any = None
) -> Explanation:
    """What a step of a run did, from state ``step`` to the next: gradient, direction, rows, cost, and why.

    The state moves by w <- w - eta p, with p what the rule makes of the gradient g. Along an eigenvector of the Hessian
    with curvature lambda a plain step multiplies the distance to the minimum by 1 - eta lambda. A quadratic cost falls
    by eta g . p - eta^2 p' H p / 2.

    Parameters
    ----------
    trajectory : Trajectory
        Of a fit with one target or two classes, or of `minimize` on a formula.
    step : int
        K >= 0: the step from state K to K + 1, both of them recorded.
    X, y, sample_weight, offset : as given to ``fit``
        The rows, for a run that had rows.

    Returns
    -------
    Explanation
        Prints as text.

    Raises
    ------
    UsageError
        If the step is not recorded, the rows are missing or not those of the run, or the states are averages.
    DataError
        If the cost over the rows is not the recorded one.

    Notes
    -----
    Cost: three passes over the rows, and n d^2 flops for the Hessian up to 1,500 columns.

    References
    ----------
    Nocedal, J. and Wright, S. (2006). Numerical Optimization, 3.3. doi:10.1007/978-0-387-40065-5

    Examples
    --------
    >>> from steepest import minimize
    >>> found = explain(minimize("(x - 3)**2 + 2", 6, learning_rate=0.25, steps=4), 1)
    >>> found.gradient.tolist(), found.after.tolist(), found.decrease, found.predicted
    ([3.0], [3.75], 1.6875, 1.6875)
    >>> found.why
    'Each step multiplies the distance to the minimum by 1 - 2 x 0.25 = 0.5.'
    """
    if not isinstance(trajectory, Trajectory):
        what = type(trajectory).__name__
        raise UsageError(f"explain takes a Trajectory, such as trajectory_ of a fitted estimator, not {what}")
    place = _place(trajectory, step)
    return _explained(recorded_run(trajectory, X, y, sample_weight=sample_weight, offset=offset), place)


def _place(path: Trajectory, step: int) -> int:
    """The place of state ``step``, which is recorded with the one that follows."""
    last, meta = int(path.step[-1]), path.meta
    if isinstance(step, bool) or not isinstance(step, (int, np.integer)) or not 0 <= step < last:
        range_ = f"0 .. {last - 1}, each from state K to K + 1" if last else "none"
        raise UsageError(f"the run has no step {step!r}: its steps are {range_}")
    if meta.get("average") not in (None, "last_point") or str(meta.get("rule")).startswith("schedule_free"):
        raise UsageError("the states of this run are averages of the points that move: explain one without an average")
    if meta.get("estimate") not in (None, "own_rows"):
        raise UsageError(f"the estimate {meta['estimate']} adds gradients of earlier steps: explain a run on own_rows")
    known = np.flatnonzero(np.diff(path.step) == 1)
    here = np.flatnonzero(path.step[known] == step)
    if not len(here):
        raise UsageError(f"step {step:,} is not recorded with the state after it: {_nearest(path.step[known], step)}")
    return int(known[here[0]])


def _nearest(steps: NDArray[np.int64], step: int) -> str:
    """The steps nearest to one that is not recorded, in words."""
    at = int(np.searchsorted(steps, step))
    near = [f"{t:,}" for t in steps[max(0, at - 1) : at + 1].tolist()]
    return f"the nearest are {' and '.join(near)}" if len(near) > 1 else (
        f"the nearest is {near[0]}" if near else "no two consecutive states are: record every step"
    )  # fmt: skip


def _explained(run: RecordedRun, place: int) -> Explanation:
    F, path, step = run.objective, run.path, int(run.path.step[place])
    w, after, eta = run.state(place), run.state(place + 1), float(path.learning_rate[place + 1])
    (cost, whole), (cost_after, whole_after) = F(w), F(after)
    batch, g = _drawn(run, step, w, whole) if path.meta.get("batch_size") else (None, whole)
    direction, own = _direction(run, (w, after), g, eta)
    move = after - w
    H = hessian(F, w) if F.d <= MATRIX_COLUMNS else None
    slope = -float(np.vdot(whole, move)) + F.nonsmooth_value(w) - F.nonsmooth_value(after)
    alone = eta if own and batch is None else None
    found = Explanation(
        step=step,
        names=run.names,
        before=w[:, 0],
        after=after[:, 0],
        gradient=g[:, 0] + 0.0,
        direction=direction[:, 0] + 0.0,
        rate=eta,
        cost=cost,
        cost_after=cost_after,
        by_slope=slope,
        by_curvature=None if H is None else -0.5 * float(np.vdot(move, H @ move)),
        directions=() if H is None else _directions(run, H, (w, whole, whole_after), alone),
        batch=batch,
        fixed=tuple(name for name, free in zip(run.names, F.moves, strict=True) if not free),
        **_settings(run),
        why="",
    )
    return found._replace(why=reason(found))


def _drawn(run: RecordedRun, step: int, w: Array, whole: Array) -> tuple[Batch, Array]:
    """The rows of a step, and the gradient over them."""
    F, meta, rows = run.objective, run.path.meta, cast(Rows, run.rows)
    method = Method(batch_size=int(meta["batch_size"]), sampling=str(meta["sampling"]))
    walker = Sampled(F.problem, method, cast(Rows, F.data), run.seed)
    _, g = walker.look(step, w, np.zeros((0, *w.shape)))
    first = walker.seek(step) * walker.batch_size
    numbers = walker.order[first : first + walker.batch_size].copy()
    some = rows.take(numbers)
    z, y = some.predictor(F.units.raw(w))[:, 0], some.y[:, 0]
    error = np.asarray(F.loss.slope(z, y), np.float64)
    lengths = float(np.linalg.norm(g) * np.linalg.norm(whole))
    cosine = float(np.vdot(g, whole)) / lengths if lengths > 0 else 1.0
    angle = float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
    return Batch(run.numbers[numbers], rows.shape[0], z, y, error, some.weight, angle), g


def _direction(run: RecordedRun, ends: tuple[Array, Array], g: Array, eta: float) -> tuple[Array, bool]:
    """The direction of a step, and whether it is the gradient, as that of a plain step is."""
    w, after = ends
    moved = w - after
    if isinstance(run.rule, Plain) and np.linalg.norm(moved - eta * g) <= SAME * np.linalg.norm(moved) + _least(w):
        return g, True
    return moved / eta if eta > 0 else np.zeros_like(w), False


def _least(w: Array) -> float:
    """What rounding leaves of a point."""
    return 64 * UNIT * float(np.abs(w).max(initial=0.0)) * len(w)


def _directions(
    run: RecordedRun, H: Array, at: tuple[Array, Array, Array], eta: float | None
) -> tuple[Eigendirection, ...]:
    """What the step did along each eigenvector; ``eta`` of a plain step over all rows."""
    (w, before, after), free = at, run.objective.moves
    values, vectors = np.linalg.eigh(among(free, H))
    most = float(np.abs(values).max(initial=0.0))
    noise = 64 * UNIT * (most * float(np.linalg.norm(w)) + float(np.linalg.norm(before)))
    found = []
    for value, v in zip(values[::-1].tolist(), vectors.T[::-1], strict=True):
        vector = np.zeros(len(w))
        vector[free] = v if v[np.abs(v).argmax()] > 0 else -v
        first, then = (float(vector @ g[:, 0]) for g in (before, after))
        measured = (0.0 if abs(then) <= noise else then / first) if abs(first) > noise else None
        found.append(Eigendirection(value, vector, None if eta is None else 1.0 - eta * value, measured))
    return tuple(found)


def _settings(run: RecordedRun) -> dict[str, Any]:
    """What the explanation says of the settings."""
    meta, weight = run.path.meta, None if run.rows is None else run.rows.weight
    return {
        "method": method_text(meta),
        "rule": _words(run),
        "remembers": run.rule is not None and run.rule.memory_share > 0,
        "loss": str(meta.get("loss", "")),
        "quadratic": run.quadratic,
        "scaled": bool(meta.get("standardized")),
        "weighted": weight is not None,
        "penalised": not run.objective.problem.unpenalised,
    }


def _words(run: RecordedRun) -> str:
    """How the rule makes the direction of the gradient, as its own documentation says; "" for plain steps."""
    if isinstance(run.rule, Plain):
        return ""
    if run.rule is None:
        return f"the rule {run.path.meta.get('rule')} is one of your own"
    first = (type(run.rule).__doc__ or "").partition("\n\n")[0]
    return " ".join(first.split())
