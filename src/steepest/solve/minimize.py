"""Minimise any function: a formula written as text, or a callable with or without a gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias, overload

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import UsageError
from ..core.progress import Told, may_end
from ..core.records import to_name
from ..core.setting_types import AverageLike, Keep, RuleLike, StepLike
from ..core.types import Array
from ..descent.descent import descend, until
from ..descent.recording import record
from ..descent.states import State
from ..descent.stops import Stop, updates
from ..descent.trajectory import Trajectory
from ..methods import steps
from ..objective.functions.formula import Formula
from ..objective.functions.function import name_of
from ..objective.problem import Problem
from ..optimality.evidence import Evidence, reversals, run_out
from ..optimality.forecast import course_of
from ..optimality.verdict import judge
from .critical_points import LARGE, Standing, convex, endless, kind_of, quadratic_form, stand
from .minimize_setup import Request, Task, make_array, make_task

__all__ = ["minimize"]

F: TypeAlias = str | Formula | Callable[..., Any]
G: TypeAlias = Callable[..., Any] | bool | None
SMALL_SLOPE = 1e-6  # share of the gradient norm at the start that counts as 0, beyond 50 variables
LOWEST = -1e290  # cost below which a function counts as unbounded
LATE = 8  # recorded points at which the stability limit is computed
ROUNDING = 1e-32  # the same where no further decrease is possible
OF_TABLES = (
    "loss",
    "penalty",
    "intercept",
    "fixed",
    "penalty_factors",
    "signs",
    "batch_size",
    "sampling",
    "standardized",
    "rows",
)


@overload
def minimize(
    f: F, start: float | Sequence[float], *, gradient: G = ..., rule: RuleLike = ..., learning_rate: StepLike = ...,
    steps: int = ..., tol: float | None = ..., bounds: object = ..., average: AverageLike = ...,
    names: Iterable[str] | None = ..., record: Keep = ..., seed: int = ..., progress: Told | None = ...,
) -> Trajectory: ...  # fmt: skip
@overload
def minimize(
    f: F, start: Sequence[Sequence[float]], *, gradient: G = ..., rule: RuleLike = ..., learning_rate: StepLike = ...,
    steps: int = ..., tol: float | None = ..., bounds: object = ..., average: AverageLike = ...,
    names: Iterable[str] | None = ..., record: Keep = ..., seed: int = ..., progress: Told | None = ...,
) -> list[Trajectory]: ...  # fmt: skip
@overload
def minimize(
    f: F, start: Array, *, gradient: G = ..., rule: RuleLike = ..., learning_rate: StepLike = ...,
    steps: int = ..., tol: float | None = ..., bounds: object = ..., average: AverageLike = ...,
    names: Iterable[str] | None = ..., record: Keep = ..., seed: int = ..., progress: Told | None = ...,
) -> Trajectory | list[Trajectory]: ...  # fmt: skip
def minimize(
    f: F,
    start: ArrayLike,
    *,
    gradient: G = None,
    rule: RuleLike = "plain",
    learning_rate: StepLike = "auto",
    steps: int = 1000,
    tol: float | None = None,
    bounds: object = None,
    average: AverageLike = "last_point",
    names: Iterable[str] | None = None,
    record: Keep = "auto",
    seed: int = 0,
    progress: Told | None = None,
) -> Trajectory | list[Trajectory]:
    """The run of a descent on a function, from a start: its points, costs, and a verdict on where it ended.

    x_{t+1} = x_t - eta_t p_t, with p_t what ``rule`` makes of the gradient at x_t and eta_t the ``learning_rate``.

    Parameters
    ----------
    f : str, Formula or callable
        A formula such as "(x - 3)**2 + 2"; or a callable that takes an array (d,), a number where ``start`` is one, and
        returns a number. Its own exceptions are passed on.
    start : number, (d,) or (n, d) array
        Where to begin; of n starts each has a run of its own.
    gradient : callable, True or None
        For a callable f: x -> (d,), or anything that NumPy converts to an array; True if f returns value and gradient;
        None for central differences. Formulas have exact derivatives.
    rule : record or name, default "plain"
        "plain" is steepest descent. "auto" is the robust choice: up to 50 variables Newton's method with the absolute
        values of the curvatures; beyond, "secant", or "plain" if there are bounds.
    learning_rate : "auto", number, name or record, default "auto"
        "auto" is Barzilai and Borwein's step size for "plain", and a line search for preconditioned rules.
    steps : int >= 0, default 1000
        Steps at most.
    tol : float >= 0 or None
        End when the predicted decrease ``g' |H|^-1 g / 2``, with gradient g and Hessian H, is at most ``tol`` times the
        size of the cost at the start (1 if that is 0); beyond 50 variables, when a step lowers the cost by no more than
        that. None stands for 1e-32, and also ends when no step lowers the cost.
    bounds : (d, 2) array, mapping or None
        Lower and upper bounds of x, None or infinite where there is none; {"x": (0, None)} by name. For the rules
        plain, newton, whitened, spectral, and auto.
    average : record or name, default "last_point"
        Which average of the points is the answer, see `steepest.averages`.
    names : iterable of str or None
        Names of the variables; those of the formula by default, sorted naturally, or x1, x2, ...
    record : "auto", True, int or False, default "auto"
        Which steps are kept, see `steepest.record`.
    seed : int, default 0
        Kept with the run; a descent on a function draws no random numbers.
    progress : callable, optional
        Called with the progress of the run, see `steepest.record`.

    Returns
    -------
    Trajectory, or a list of them for several starts
        ``x`` (m, d), ``cost``, ``gradient_norm``, ``learning_rate``; ``verdict``.

    Raises
    ------
    UsageError
        If the formula, start, bounds or names do not fit, or the function has no finite value at the start.

    Notes
    -----
    A line search shortens a step that leads to a value that is not finite. Cost of a step: one gradient for each trial,
    and for Newton's method one evaluation of the second derivatives (by differences d gradients or 2 d^2 values).

    References
    ----------
    Nocedal, J. and Wright, S. (2006). Numerical Optimization, 3. doi:10.1007/978-0-387-40065-5 Dauphin, Y. et al.
    (2014). Identifying and attacking the saddle point problem. arXiv:1406.2572 (absolute values of curvatures)

    Examples
    --------
    >>> path = minimize("(x - 3)**2 + 2", 6, learning_rate=0.25)
    >>> path.x[:4, 0].tolist(), path.verdict.status
    ([6.0, 4.5, 3.75, 3.375], 'converged')
    """
    starts = make_array(start)
    asked = Request(gradient, rule, learning_rate, tol, bounds, average, names)
    if starts.ndim <= 1:
        return _run(make_task(f, starts, asked), steps, record, seed, progress)
    return [_run(make_task(f, one, asked), steps, record, seed, progress) for one in starts]


def _run(task: Task, most: int, keep: Keep, seed: int, progress: Told | None) -> Trajectory:
    if isinstance(most, bool) or not most >= 0 or most != int(most):
        raise UsageError(f"steps must be a whole number >= 0, not {most!r}")
    states = descend(Problem(), task.method, task.function, start=task.start, seed=seed)
    path = record(until(states, updates(int(most)), *_stops(task)), keep=keep, progress=may_end(progress))
    path = path.mapped(lambda w: np.concatenate((w, np.zeros((len(w), 1, 1))), axis=1))
    meta = {name: value for name, value in path.meta.items() if name not in OF_TABLES}
    text = task.f.text if isinstance(task.f, Formula) else name_of(task.f, type(task.f).__name__)
    meta |= {"function": text, "loss_formula": text, "slopes": task.function.slopes, "columns": len(task.names)}
    if task.function.bounds is not None:
        meta["bounds"] = [[b if np.isfinite(b) else None for b in side] for side in task.function.bounds.tolist()]
    return _judged(task, replace(path, names=task.names, meta=meta))


def _stops(task: Task) -> list[Stop]:
    """The stopping criteria of a run before its last step."""
    stops = [Stop(lambda s: s.gradient_norm == 0.0, "the slope is 0")]
    if task.method.learning_rate.adapts:
        stops.append(Stop(lambda s: s.change == 0.0, "no step lowers the cost"))
    elif task.method.learning_rate.seeks:
        stops.append(Stop(lambda s: s.change <= 0.0, "no step lowers the cost"))
    if task.function.size <= LARGE:
        stops.append(Stop(lambda s: _near(task, s), "settled", check=True))
    elif task.tol is not None:
        stops.append(Stop(lambda s: abs(s.change) <= task.target, "settled"))
    return stops


def _near(task: Task, state: State) -> bool:
    found = stand(task.function, state.w)
    least = ROUNDING * task.scale if task.tol is None else task.target
    return found.gap is not None and found.gap <= least


def _judged(task: Task, path: Trajectory) -> Trajectory:
    """The run with its verdict; a run that diverged reports its recorded state of lowest cost."""
    final = path.x[-1][:, None]
    standing = stand(task.function, final)
    gap, fall = _by_form(task, path.x[-1])
    formed = gap is not None
    if fall is None and not formed and not _settled(task, path, standing):
        fall = _far_fall(task, path)
    evidence = _evidence(task, path, standing._replace(gap=gap) if formed else standing, formed, fall)
    verdict = judge(evidence)
    if verdict.status == "converged":
        verdict = verdict._replace(notes=("the function is quadratic and convex, so the minimum is global",))
    place = int(np.argmin(path.cost)) if verdict.unusable else len(path.step) - 1
    return replace(path, verdict=verdict, meta={**path.meta, "reported_step": int(path.step[place])})


def _by_form(task: Task, x: Array) -> tuple[float | None, str | None]:
    """Gap of a quadratic formula that is convex, and the evidence if it is unbounded below."""
    if not isinstance(task.f, Formula) or task.f.degree > 2 or task.function.size > LARGE:
        return None, None
    H = task.f.jet(task.start, 2).hessian  # at the end, which may be far off, it may overflow
    if task.function.bounds is None:
        return quadratic_form(H, task.f.jet(x, 1).slope, lambda direction: endless(task.f, x, [direction]))
    return (stand(task.function, x[:, None]).gap if convex(H) else None), None


def _far_fall(task: Task, path: Trajectory) -> str | None:
    if path.cost[-1] < LOWEST:
        return f"it has fallen to {path.cost[-1]:.4g} already"
    _, g = task.function.look(path.x[-1])
    value = task.f if isinstance(task.f, Formula) else lambda x: task.function.look(x)[0]
    inside = lambda x: value(task.function.inside(x[:, None])[:, 0])  # noqa: E731
    return endless(inside, path.x[-1], [-g, path.x[-1] - path.x[max(0, len(path) - 2)]])


def _left(task: Task, path: Trajectory, gap: float) -> float | None:
    """Steps that a linear rule at a constant rate needs on a convex quadratic formula, if it converges."""
    rule, rate = task.method.rule, task.method.learning_rate
    constant = isinstance(rate, steps.Constant) and not task.method.answers and task.function.bounds is None
    if rule.stability is None or not constant or gap <= task.target:
        return None
    jet, eta = task.f.jet(path.x[-1], 2), rate.rate(1)
    course = course_of(jet.hessian, jet.slope[:, None], (path.x[-1] - path.x[0])[:, None], rule, eta)
    stable = eta * course.curvature.max(initial=0.0) < rule.stability
    return course.left(int(path.step[-1]), task.target) if stable else None


def _settled(task: Task, path: Trajectory, standing: Standing) -> bool:
    if task.function.size > LARGE:
        return bool(path.gradient_norm[-1] <= SMALL_SLOPE * path.gradient_norm[0])
    if standing.gap is None:
        return False
    return standing.gap <= task.target or path.gradient_norm[-1] == 0.0


def _evidence(task: Task, path: Trajectory, standing: Standing, formed: bool, fall: str | None) -> Evidence:
    rule, rate = task.method.rule, task.method.learning_rate
    fixed = not rate.looks
    plain = min((stand(task.function, x[:, None]).limit for x in path.x[-LATE:]), default=np.inf) if fixed else np.inf
    last = float(path.learning_rate[-1]) or rate.rate(1)
    settled = not formed and _settled(task, path, standing)
    return Evidence(
        cost=path.cost,
        step=path.cost_step,
        end=path.meta["end"],
        gap=standing.gap if formed or settled or standing.upward else None,
        reached=float(path.cost[-1]),
        target=task.target,
        scale=task.scale,
        gradient_norm=float(path.gradient_norm[-1]),
        rate=last,
        limit=None if rule.stability is None else 0.5 * rule.stability * plain,
        safe=0.5 * plain if np.isfinite(plain) else 0.1 * last,
        condition=standing.condition,
        quadratic=formed,
        sampled=False,
        rule=to_name(type(rule)),
        constant=isinstance(rate, steps.Constant),
        auto=task.auto,
        spent=run_out(rate, int(path.step[-1])),
        separated=None,
        reversals=reversals(path),
        function=True,
        convex=formed,
        left=_left(task, path, standing.gap) if formed and standing.gap is not None else None,
        endless=fall,
        standing=kind_of(task.function, path.x[-1][:, None]) if settled else None,
    )
