"""The compiled layer once more, as the loops one would write first: one row, one target, one coordinate at a time."""

from __future__ import annotations

import numpy as np

from steepest.methods.sampling import SAMPLINGS, fill_order


def dense(X):
    """Any table as a float64 array."""
    if not hasattr(X, "indptr"):
        return np.asarray(X, np.float64)
    out = np.zeros(X.shape)
    for i in range(X.shape[0]):
        for e in range(X.indptr[i], X.indptr[i + 1]):
            out[i, X.indices[e]] += X.data[e]
    return out


def seen(x, units):
    """One row in the units of the descent, with a 1 for the intercept."""
    if units.shift is not None:
        x = x - units.shift
    if units.scale is not None:
        x = x * units.scale
    return np.append(x, 1.0)


def summed(loss, rows, numbers, w):
    """Sum over the numbered rows of weight times loss, and its gradient (d + 1, k)."""
    X = dense(rows.X)
    cost, g = 0.0, np.zeros_like(w)
    for i in numbers:
        x = seen(X[i], rows.units)
        mass = 1.0 if rows.weight is None else rows.weight[i]
        for c in range(w.shape[1]):
            z = x @ w[:, c] + (0.0 if rows.offset is None else rows.offset[i])
            cost += mass * float(loss.value(z, rows.y[i, c]))
            g[:, c] += mass * float(loss.slope(z, rows.y[i, c])) * x
    return cost, g


def value_and_gradient(loss, rows, w):
    """Weighted mean of the loss over all rows, and its gradient."""
    cost, g = summed(loss, rows, range(rows.shape[0]), w)
    return cost / rows.total, g / rows.total


def sampled_steps(loss, penalty, rule, step, rows, free, batch_size, sampling, seed, steps, start):
    """Answers w_1, w_2, ... (steps, d + 1, k), the memory of the rule, and the learning rates."""
    n, d = rows.shape
    factor = rows.units.factor(d)
    at, memory = start.copy(), np.zeros((rule.slots + len(rule.sees), *start.shape))
    points, etas = [], []
    batches = -(-n // batch_size)
    for t in range(1, steps + 1):
        epoch, place = divmod(t - 1, batches)
        order = np.empty(n, np.int64)
        fill_order(order, seed, epoch, SAMPLINGS.index(sampling))
        batch = order[place * batch_size : (place + 1) * batch_size]
        _, g = summed(loss, rows, batch, at)
        g = g * n / rows.total / len(batch) + factor * penalty.slope(factor * at)
        eta = step.rate(t)
        shown = {"rate": np.full_like(at, eta), "point": at, "weights": at * np.append(free[:-1], [[0.0]], 0)}
        memory[rule.slots :] = [shown[name] for name in rule.sees] or 0.0
        at = at - eta * rule.direction(free * g, memory, t)
        points.append(rule.answer(at, memory) if rule.answers else at)
        etas.append(eta)
    return np.array(points), memory, np.array(etas)
