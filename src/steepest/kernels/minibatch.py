"""Mini-batch steps: the loop of ``descent/loop.py`` over batches of rows, compiled, many steps in one call."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from .averaging import settle
from .dispatch import apply_rule, fill_order, penalise, rate, slope
from .row_access import accumulate, entry, fetch, predict, prefetch
from .single_row import step_alone

__all__ = ["sampled_steps"]


def sampled_steps(
    loss, penalty, rule, step, average, X, y, weight, offset, shift, scale, norm, factor, free, own,
    batch_size, sampling, seed, t, steps, every, at, memory, order, window, kept, etas,
):  # fmt: skip
    """Take ``steps`` steps after update t and keep the answer of every ``every``-th update; at, memory change in place.

    Shapes: at (k, d + 1); memory (slots, k, d + 1), whose first ``own`` slots are the rule's; order (n,), filled for
    the epoch of update t + 1; factor and free (d + 1,); window (rows, d); etas (steps,);
    kept ((t + steps) // every - t // every, k, d + 1). ``norm`` is 1 / the mean weight of a row.
    """
    n = len(y)
    per_epoch = (n + batch_size - 1) // batch_size
    g, r = np.zeros(at.shape), np.empty((at.shape[0], len(window)))
    some_fixed = free.min() == 0.0
    start, end = 0, 0  # the window contains the rows at places start .. end - 1 of the order
    for u in range(t + 1, t + steps + 1):
        place = (u - 1) % per_epoch
        if place == 0 and u > t + 1:
            fill_order(order, seed, (u - 1) // per_epoch, sampling)
            end = 0
        low, stop = place * batch_size, min(n, (place + 1) * batch_size)
        eta = etas[u - t - 1] = rate(step, u)
        if batch_size == 1 and not some_fixed:
            prefetch(X, y, order, low, stop)
            i = order[low]
            if step_alone(
                loss, penalty, rule, X, y, weight, offset, shift, scale, norm, factor, eta, i, memory, own, u, at
            ):
                settle(rule, average, t, u, every, at, memory, own, kept)
                continue
        share = norm / (stop - low)
        while low < stop:
            if low >= end:
                start, end = window_at(low, stop, n, batch_size, len(window))
                fetch(X, order, shift, scale, start, end, window)
            high = min(stop, end)
            prefetch(X, y, order, low, high)
            predict(X, order, window, start, shift, scale, at, low, high, r)
            judge_sample(loss, y, weight, offset, share, order, low, high, at, r, g)
            accumulate(X, order, window, start, shift, scale, r, low, high, g)
            low = high
        penalise(penalty, factor, at, g)
        if some_fixed:
            clear_fixed(free, g)
        apply_rule(rule, eta, g, memory, own, free, u, at)
        settle(rule, average, t, u, every, at, memory, own, kept)


@register_jitable(forceinline=True)
def window_at(low, stop, n, batch_size, room):
    """First place and end of the window that contains place ``low``: whole batches, counted from the epoch's start.

    The grouping of sums depends on the place alone, so that the bits do not depend on where a call begins.
    """
    if batch_size > room:
        return low, min(stop, low + room)
    whole = room // batch_size * batch_size
    return low // whole * whole, min(n, low // whole * whole + whole)


@register_jitable(forceinline=True)
def judge_sample(loss, y, weight, offset, share, order, low, high, at, r, g):
    """Replace the predictors r of the rows at places low .. high - 1 by slopes; add the intercept's gradient to g."""
    d = at.shape[1] - 1
    for c in range(at.shape[0]):
        total = 0.0
        for p in range(low, high):
            i = order[p]
            z = r[c, p - low] + at[c, d] + entry(offset, i, 0.0)
            u = share * entry(weight, i, 1.0) * slope(loss, z, y[i, c])
            total += u
            r[c, p - low] = u
        g[c, d] += total


@register_jitable
def clear_fixed(free, g):
    """Set the gradient of fixed coordinates, where free is 0, to 0."""
    for c in range(g.shape[0]):
        for j in range(g.shape[1]):
            g[c, j] = g[c, j] if free[j] > 0.0 else 0.0
