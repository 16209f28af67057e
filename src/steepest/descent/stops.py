"""Stops: conditions that end a descent. Each is one expression on a state, or on the arrays of a block of states.

``until`` also takes any function State -> bool, which is evaluated at every state.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from ..core.errors import UsageError
from .states import State

__all__ = [
    "Stop",
    "StopLike",
    "cost_change_below",
    "epochs",
    "gradient_below",
    "next_check",
    "updates",
    "wall_time",
]

LOOK_EVERY = 1000  # fewest updates between two evaluations over all rows in sampled descent


class StopLike(Protocol):
    """A `Stop`, or any function of a state that returns whether to end there."""

    def __call__(self, state: State, /) -> object:
        """Whether this state is the last one."""


class Stop(NamedTuple):
    """End at the first state for which ``test`` is true, that state included.

    ``test`` takes an object with t, epoch, cost, gradient_norm, change and seconds, as numbers or as arrays. ``limit``
    (updates) and ``epochs`` say when it is true at the latest. ``looks``: it needs the cost or the gradient of all
    rows, which sampled descent computes only at check points. ``check``: the test is expensive, and is evaluated with a
    `State` at check points only. Check points are ends of epochs in sampled descent, else t = 8, 10, 13, 16 ...
    ``each``: it is evaluated with a `State` at the end of every epoch, which in batch descent is every update.
    """

    test: Callable[[Any], Any]  # a state gives a bool, a block an array of them
    name: str
    limit: float = float("inf")
    epochs: float = float("inf")
    looks: bool = False
    check: bool = False
    each: bool = False

    def __call__(self, state: Any) -> Any:
        """Whether to stop at this state (or, for arrays, at which)."""
        return self.test(state)


def updates(n: int) -> Stop:
    """After n updates of the parameters: t >= n.

    Parameters
    ----------
    n : int >= 0
        Number of updates.

    Returns
    -------
    Stop
        For `until`: true where ``state.t >= n``.

    Raises
    ------
    UsageError
        If it is not a number >= 0.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> updates(10)(SimpleNamespace(t=10))
    True
    """
    if not n >= 0 or n != int(min(n, 1 << 62)):
        raise UsageError(f"updates takes a whole number >= 0, not {n!r}")
    return Stop(lambda s: s.t >= n, f"{n} updates", limit=n)


def epochs(n: float) -> Stop:
    """After n passes over all rows: epoch >= n.

    Parameters
    ----------
    n : float >= 0
        n updates in batch descent, ``n * rows / batch_size`` in sampled descent.

    Returns
    -------
    Stop
        For `until`: true where ``state.epoch >= n``.

    Raises
    ------
    UsageError
        If it is not a number >= 0.

    Examples
    --------
    >>> epochs(2).name
    '2 epochs'
    """
    return Stop(lambda s: s.epoch >= n, f"{n} epochs", epochs=_bound(n, "epochs"))


def gradient_below(bound: float) -> Stop:
    """When the Euclidean norm of the gradient of the objective, by the raw parameters, is <= bound.

    Parameters
    ----------
    bound : float >= 0
        In units of the objective per unit of the raw parameters.

    Returns
    -------
    Stop
        For `until`: true where ``state.gradient_norm <= bound``.

    Raises
    ------
    UsageError
        If it is not a number >= 0.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> gradient_below(1e-6)(SimpleNamespace(gradient_norm=1e-7))
    True
    """
    _bound(bound, "gradient_below")
    return Stop(lambda s: s.gradient_norm <= bound, f"gradient below {bound:g}", looks=True)


def cost_change_below(bound: float) -> Stop:
    """When the cost changed by no more since its last evaluation: abs(change) <= bound.

    Parameters
    ----------
    bound : float >= 0
        In units of the cost. It is evaluated at each step, in sampled descent at the end of each epoch.

    Returns
    -------
    Stop
        For `until`: true where ``abs(state.change) <= bound``.

    Raises
    ------
    UsageError
        If it is not a number >= 0.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> cost_change_below(1e-6)(SimpleNamespace(change=-1.0))
    False
    """
    _bound(bound, "cost_change_below")
    return Stop(lambda s: abs(s.change) <= bound, f"cost change below {bound:g}", looks=True)


def wall_time(limit: float) -> Stop:
    """When the time has passed, to about 0.2 s: seconds >= limit.

    Parameters
    ----------
    limit : float >= 0
        Seconds since the start.

    Returns
    -------
    Stop
        For `until`: true where ``state.seconds >= limit``.

    Raises
    ------
    UsageError
        If it is not a number >= 0.

    Examples
    --------
    >>> wall_time(0.5).name
    '0.5 seconds'
    """
    _bound(limit, "wall_time")
    return Stop(lambda s: s.seconds >= limit, f"{limit:g} seconds")


def _bound(value: float, name: str) -> float:
    if not value >= 0:
        raise UsageError(f"{name} takes a number >= 0, not {value!r}")
    return value


def next_check(t: int, per_epoch: int | None) -> int:
    """First check point after update t: the end of an epoch in sampled descent, else 8, 10, 13, 16, 20 and so on.

    Examples
    --------
    >>> next_check(8, None), next_check(8, 7)
    (10, 1001)
    """
    if per_epoch is None:
        k = max(0, math.floor(math.log(max(t, 1) / 8) / math.log(1.25)) - 1)
        return next(p for p in (math.ceil(8 * 1.25**i) for i in range(k, k + 6)) if p > t)
    every = per_epoch * -(-LOOK_EVERY // per_epoch)
    return (t // every + 1) * every
