"""The descent: four independent choices make one step.

    g_t       = gradient at at_t of mean loss over the rows B_t, plus penalty   which rows: Method.batch_size, .sampling
                                                                                which loss: Problem
    p_t       = rule(g_t, memory, t)                                            which direction: Method.rule
    eta_t     = learning_rate(t)                                                how far: Method.learning_rate
    at_{t+1}  = at_t - eta_t p_t

`loop.walk` is that loop. `descend` yields its states, `until` ends it, `recording.record` stores them. States are
computed in blocks of about 0.1 s, so that a million steps do not need a million Python objects, and Ctrl-C is handled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import overload

from ..core.errors import UsageError
from ..methods.method import Method
from ..objective.data import Data
from ..objective.objective import Objective
from ..objective.problem import Problem, read_start
from ..optimality.preconditioner import preconditioner_of
from .engine import Descent
from .loop import Whole
from .states import Checkpoint, Start, State
from .stops import StopLike

__all__ = ["Descent", "descend", "until"]


def descend(
    problem: Problem, method: Method, data: Data, *, start: Start = None, seed: int = 0, compiled: bool | None = None
) -> Descent:
    """The endless descent from ``start``: iterating over it yields one `State` after the other.

    g_t is the gradient of the objective at the point at_t, over the rows of a batch or all. Then p_t = rule(g_t,
    memory, t) and at_{t+1} = at_t - eta_t p_t, with eta_t the learning rate.

    Parameters
    ----------
    problem : Problem
        The objective.
    method : Method
        Rule, learning rate and batches.
    data : Rows, Moments or Function
        Data of the objective; parameters are in its units.
    start : array, State, Checkpoint or None
        A vector (d + 1,) or (d + 1, k), intercept last; None is 0. From a State the descent continues with the same
        bits. A Checkpoint includes the memory: a preconditioner from a sample, for example.
    seed : int, default 0
        Seed of the order of rows. The same seed gives the same bits, for any recording and the same ``compiled`` (plain
        and compiled steps differ by rounding).
    compiled : bool or None
        Whether sampled steps are compiled; None decides by the expected work. Batch steps use compiled passes if a
        pass is enough work.

    Returns
    -------
    Descent
        Endless; end it with `until`. By itself it ends only when numbers overflow.

    Raises
    ------
    UsageError
        If the start does not fit the data, or the method needs batches of data without rows.

    Notes
    -----
    Cost of a step: one pass over its rows, about 4 n d flops for n rows of d columns, or 2 d^2 flops on moments.

    References
    ----------
    Robbins, H. and Monro, S. (1951). A stochastic approximation method. Ann. Math. Statist. 22(3).
    doi:10.1214/aoms/1177729586
    Nocedal, J. and Wright, S. (2006). Numerical Optimization, 3. doi:10.1007/978-0-387-40065-5

    Examples
    --------
    >>> from steepest import Method, Problem, make_rows, until, updates
    >>> rows = make_rows([[1.0], [2.0]], [2.0, 4.0])
    >>> states = descend(Problem("mse", intercept=False), Method(learning_rate=0.1), rows)
    >>> [round(float(s.w[0, 0]), 3) for s in until(states, updates(3))]
    [0.0, 1.0, 1.5, 1.75]
    """
    if isinstance(start, Checkpoint):
        return Descent(problem, method, data, start, seed, compiled, walker=_whole(problem, method, data))
    if isinstance(start, State):
        walker = _whole(problem, method, data)
        descent = Descent(problem, method, data, start.origin, start.seed, start.compiled, walker=walker)
        return replace(descent, start=descent.replay(start.origin, start.t))
    if method.batch_size is not None and not data.supports.rows:
        raise UsageError("sampled descent needs rows: use batch_size=None on moments")
    method.refuse_for(problem)
    at = read_start(problem, start, data.shape[1], data.outputs)
    walker = _whole(problem, method, data)
    memory = (walker.preconditioner if walker else preconditioner_of(Objective(problem, data), method)).open(at)
    return Descent(problem, method, data, Checkpoint(0, at, memory), seed, compiled, walker=walker)


def _whole(problem: Problem, method: Method, data: Data) -> Whole | None:
    """The steps of batch descent; those of sampled descent depend on the stops."""
    return Whole(problem, method, data) if method.batch_size is None else None


@overload
def until(states: Descent, *stops: StopLike) -> Descent: ...
@overload
def until(states: Iterable[State], *stops: StopLike) -> Iterable[State]: ...
def until(states: Iterable[State], *stops: StopLike) -> Iterable[State]:
    """The descent up to the first state where a stop is true, that state included.

    Parameters
    ----------
    states : Descent, or any iterable of State
        What `descend` returns.
    *stops : Stop or callable
        `updates`, `epochs`, `gradient_below`, `cost_change_below`, `wall_time`, or any function State -> bool. The
        first one that is true ends the descent.

    Returns
    -------
    Descent, or iterator of State
        The same kind of states, with an end.

    Notes
    -----
    Cost: none by updates, epochs and time. In batch descent gradients and costs are known anyway. In sampled descent
    they take a pass over all rows at ends of epochs, at most every 1,000 updates. A function is called with each state.

    Examples
    --------
    >>> from steepest import Method, Problem, descend, make_rows
    >>> states = descend(Problem("mse"), Method(learning_rate=0.1), make_rows([[1.0], [2.0]], [2.0, 4.0]))
    >>> [s.t for s in until(states, lambda s: s.cost < 1.0)]
    [0, 1, 2]
    """
    if isinstance(states, Descent):
        return replace(states, stops=(*states.stops, *stops))
    return _until_one_by_one(states, stops)


def _until_one_by_one(states: Iterable[State], stops: tuple[StopLike, ...]) -> Iterator[State]:
    for state in states:
        yield state
        if any(stop(state) for stop in stops):
            return
