"""The loop of ``minibatch.py`` for variance-reduced gradient estimates, see ``steepest.estimates``."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np
from numba.extending import overload, register_jitable

from ..methods.estimates import SAGA
from .averaging import after, settle
from .dispatch import INLINE, apply_rule, fill_order, penalise, rate, slope
from .minibatch import clear_fixed, window_at
from .row_access import accumulate, entry, fetch, predict, prefetch

__all__ = ["estimated_steps"]


def estimated_steps(
    loss, penalty, rule, step, average, estimate, X, y, weight, offset, shift, scale, norm, factor, free, own,
    batch_size, sampling, seed, t, steps, every, at, memory, order, window, kept, etas,
):  # fmt: skip
    """Take ``steps`` steps as `sampled_steps` does.

    The arrays of the estimate come after those of the rule and the average in memory. They are filled before the call:
    a gradient over all rows is stored between two calls.
    """
    n = len(y)
    per_epoch = (n + batch_size - 1) // batch_size
    stored = memory[after(average, own) :]
    g, r, other = np.zeros(at.shape), np.empty((at.shape[0], len(window))), np.empty((at.shape[0], len(window)))
    fresh, twice = np.empty((at.shape[0], min(n, batch_size))), np.zeros(at.shape)
    last = np.zeros(n, np.int64)
    start, end = 0, 0  # the window contains the rows at places start .. end - 1 of the order
    for u in range(t + 1, t + steps + 1):
        batch = (u - 1) % per_epoch
        if batch == 0 and u > t + 1:
            fill_order(order, seed, (u - 1) // per_epoch, sampling)
            end = 0
        first, stop = batch * batch_size, min(n, (batch + 1) * batch_size)
        low, share = first, norm / (stop - first)
        eta = etas[u - t - 1] = rate(step, u)
        while low < stop:
            if low >= end:
                start, end = window_at(low, stop, n, batch_size, len(window))
                fetch(X, order, shift, scale, start, end, window)
            high = min(stop, end)
            prefetch(X, y, order, low, high)
            predict(X, order, window, start, shift, scale, at, low, high, r)
            subtract_stored(estimate, loss, X, y, offset, shift, scale, order, window, start, low, high, first, at,
                            stored, r, other, fresh)  # fmt: skip
            weigh(weight, share, order, low, high, r, g)
            accumulate(X, order, window, start, shift, scale, r, low, high, g)
            if sampling == 1 and repeats(order, low, high, u, last, r, twice):
                accumulate(X, order, window, start, shift, scale, r, low, high, twice)
            low = high
        complete(estimate, order, first, stop, n, stored, fresh, g, twice)
        penalise(penalty, factor, at, g)
        clear_fixed(free, g)
        apply_rule(rule, eta, g, memory, own, free, u, at)
        settle(rule, average, t, u, every, at, memory, own, kept)


def subtract_stored(
    estimate, loss, X, y, offset, shift, scale, order, window, start, low, high, first, at, stored, r, other, fresh
):
    """Replace the predictors r of the rows at places low .. high - 1 by slopes minus the stored slopes."""


def _with_stored(
    estimate, loss, X, y, offset, shift, scale, order, window, start, low, high, first, at, stored, r, other, fresh
):
    table, k = stored[1:].reshape(stored[1:].size), at.shape[0]
    for c in range(k):
        for p in range(low, high):
            i = order[p]
            fresh[c, p - first] = slope(loss, r[c, p - low] + at[c, -1] + entry(offset, i, 0.0), y[i, c])
            r[c, p - low] = fresh[c, p - first] - table[i * k + c]


def _with_older(
    estimate, loss, X, y, offset, shift, scale, order, window, start, low, high, first, at, stored, r, other, fresh
):
    older = stored[0]
    predict(X, order, window, start, shift, scale, older, low, high, other)
    for c in range(at.shape[0]):
        for p in range(low, high):
            i = order[p]
            now = slope(loss, r[c, p - low] + at[c, -1] + entry(offset, i, 0.0), y[i, c])
            r[c, p - low] = now - slope(loss, other[c, p - low] + older[c, -1] + entry(offset, i, 0.0), y[i, c])


@overload(subtract_stored, jit_options=INLINE)
def _subtract_stored(
    estimate, loss, X, y, offset, shift, scale, order, window, start, low, high, first, at, stored, r, other, fresh
):
    return _with_stored if estimate.instance_class is SAGA else _with_older


@register_jitable(forceinline=True)
def weigh(weight, share, order, low, high, r, g):
    """Multiply each row's slope by its weight in the mean, and add the intercept's gradient to g."""
    for c in range(g.shape[0]):
        total = 0.0
        for p in range(low, high):
            r[c, p - low] *= share * entry(weight, order[p], 1.0)
            total += r[c, p - low]
        g[c, -1] += total


@register_jitable
def repeats(order, low, high, u, last, r, twice):
    """Set r to 0 but for rows that are repeated in the batch of update u; return whether there are any."""
    found = False
    for p in range(low, high):
        again = last[order[p]] == u
        found, last[order[p]] = found or again, u
        for c in range(r.shape[0]):
            r[c, p - low] = r[c, p - low] if again else 0.0
            twice[c, -1] += r[c, p - low]
    return found


def complete(estimate, order, first, stop, n, stored, fresh, g, twice):
    """Add the stored mean gradient to g and store the new slopes. ``twice`` is the part of g from repeated rows."""


def _stored(estimate, order, first, stop, n, stored, fresh, g, twice):
    table, mean, part = stored[1:].reshape(stored[1:].size), stored[0], (stop - first) / n
    for c in range(g.shape[0]):
        for j in range(g.shape[1]):
            change = part * (g[c, j] - twice[c, j])
            g[c, j] += mean[c, j]
            mean[c, j] += change
            twice[c, j] = 0.0
        for p in range(first, stop):
            table[order[p] * g.shape[0] + c] = fresh[c, p - first]


def _older(estimate, order, first, stop, n, stored, fresh, g, twice):
    for c in range(g.shape[0]):
        for j in range(g.shape[1]):
            g[c, j] += stored[1, c, j]


@overload(complete, jit_options=INLINE)
def _complete(estimate, order, first, stop, n, stored, fresh, g, twice):
    return _stored if estimate.instance_class is SAGA else _older
