"""Many small steps in one call: the loop of ``descent.py`` over batches of rows, compiled."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np

from .methods import apply_rule, fill_order, rate, shrink, slope
from .primitives import entry, fetch, row_add, row_dot

__all__ = ["sampled_steps"]


def sampled_steps(
    loss, penalty, rule, step, X, y, weight, offset, shift, scale, mass, factor, free,
    batch_size, sampling, seed, t, steps, every, at, memory, order, window, kept, etas,
):  # fmt: skip
    """Take ``steps`` steps after update t; those whose number ``every`` divides are kept; at, memory change in place.

    at (k, d + 1), memory (slots, k, d + 1), order (n,) already filled for the epoch of update t + 1, factor and free
    (d + 1,), window (rows, d), kept (however many, k, d + 1), etas (steps,). Returns False when a number overflowed.
    """
    n, d = len(y), len(factor) - 1
    k = at.shape[0]
    per_epoch = (n + batch_size - 1) // batch_size
    g = np.empty_like(at)
    held_low, held_high = 0, 0  # the places of the order whose rows are in the window
    for s in range(steps):
        place = (t + s) % per_epoch
        if place == 0 and s > 0:
            fill_order(order, seed, (t + s) // per_epoch, sampling)
            held_high = 0
        low = place * batch_size
        high = min(n, low + batch_size)
        g[:] = 0.0
        for start in range(low, high):
            if start >= held_high or start < held_low:
                held_low, held_high = start, min(n, start + window.shape[0])
                fetch(X, order[held_low:held_high], shift, scale, window)
            i = order[start]
            share = entry(weight, i, 1.0) * mass / (high - low)
            for c in range(k):
                z = row_dot(X, window, start - held_low, i, scale, at[c]) + at[c, d] + entry(offset, i, 0.0)
                r = share * slope(loss, z, y[i, c])
                row_add(X, window, start - held_low, i, scale, r, g[c])
                g[c, d] += r
        for c in range(k):
            for j in range(d + 1):
                g[c, j] = free[j] * (g[c, j] + factor[j] * shrink(penalty, factor[j] * at[c, j]))
        eta = rate(step, t + s + 1)
        apply_rule(rule, eta, g, memory, t + s + 1, at)
        etas[s] = eta
        if (t + s + 1) % every == 0:
            kept[(t + s + 1) // every - t // every - 1] = at
    return np.isfinite(at).all()
