"""Lazy updates: steps over batches of sparse rows whose cost is proportional to the stored numbers of the rows.

A coordinate that is 0 in all rows of a batch still moves: by momentum, by a penalty, in an average of points. For a
rule that is linear in gradient and memory one update maps its state x = (w, memory, average) to M x, with the same M
for every such coordinate. Many missed updates are therefore one product of matrices. Products over 2^l updates are
stored for each l. A coordinate that was last updated at update s is multiplied by the few products that cover s to now
when a row contains it again. Every ``SPAN`` updates all coordinates are brought up to date. States that are needed in
between (kept points, the end of a call) are computed in a copy: the bits do not depend on which states are kept.
"""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

import numpy as np
from numba.extending import overload, register_jitable

from ..methods.averages import LastPoint
from ..methods.rules import Plain
from ..methods.steps import Constant
from ..objective.penalties import NoPenalty
from .averaging import after
from .dispatch import INLINE, direct, fill_order, rate, share
from .minibatch import judge_sample
from .row_access import accumulate, place, predict
from .single_row import penalty_slope

__all__ = ["SPAN", "sparse_steps"]

LEVELS = 12
SPAN = 1 << LEVELS  # updates between two times when all coordinates are brought up to date


def sparse_steps(
    loss, penalty, rule, step, average, X, y, weight, offset, shift, scale, norm, factor, free, own,
    batch_size, sampling, seed, t, steps, every, at, memory, order, window, kept, etas,
):  # fmt: skip
    """Take ``steps`` steps as `sampled_steps` does, where the penalty's slope is the same multiple of each coefficient.

    The last slots of memory store the lazy state: w, the rule's memory and an average, a slot each. In one more slot,
    the first row is the update up to which each coordinate is current. A state of 0 is first copied from at and memory.
    """
    n, d = len(y), at.shape[1] - 1
    per_epoch = (n + batch_size - 1) // batch_size
    size = 1 + after(average, own)
    x, since = memory[len(memory) - 1 - size : len(memory) - 1], memory[len(memory) - 1, 0]
    begin(x, since, at, memory, t)
    maps, units = np.zeros((2 * SPAN, 3, 3)), np.zeros((size, 1, size))
    recall(penalty, rule, step, average, maps, t, factor, own, units)
    g, r, touched = np.zeros(at.shape), np.empty((at.shape[0], min(n, batch_size))), np.empty(d + 1, np.int64)
    for u in range(t + 1, t + steps + 1):
        batch = (u - 1) % per_epoch
        if batch == 0 and u > t + 1:
            fill_order(order, seed, (u - 1) // per_epoch, sampling)
        low, stop = batch * batch_size, min(n, (batch + 1) * batch_size)
        eta = etas[u - t - 1] = rate(step, u)
        number = touch(penalty, rule, step, average, X, order, low, stop, u, maps, x, since, touched)
        predict(X, order, None, 0, None, scale, x[0], low, stop, r)
        judge_sample(loss, y, weight, offset, norm / (stop - low), order, low, stop, x[0], r, g)
        accumulate(X, order, None, 0, None, scale, r, low, stop, g)
        move(penalty, rule, average, eta, u, touched[:number], factor, free, own, x, g)
        note(penalty, rule, step, average, maps, eta, u, factor, own, units)
        if u % SPAN == 0:
            show(penalty, rule, step, average, maps, u, x, since, x)
            since[:d] = u
        if u % every == 0:
            look(penalty, rule, step, average, maps, u, own, x, since, kept[u // every - t // every - 1])
    part = np.empty(x.shape)
    show(penalty, rule, step, average, maps, t + steps, x, since, part)
    at[:] = part[0]
    memory[: size - 1] = part[1:]


@register_jitable
def begin(x, since, at, memory, t):
    """Copy the state of all coordinates from at and memory, unless that was done: the intercept's place is the flag."""
    d = at.shape[1] - 1
    if since[d] == 0.0:
        x[0] = at
        x[1:] = memory[: len(x) - 1]
        since[:d] = t
        since[d] = 1.0


@register_jitable(forceinline=True)
def touch(penalty, rule, step, average, X, order, low, stop, u, maps, x, since, touched):
    """Bring the coordinates in the rows of update u's batch up to date, and list them, the intercept last."""
    number = 0
    for p in range(low, stop):
        i = order[p]
        for e in range(X.indptr[i], X.indptr[i + 1]):
            j = place(X.indices[place(e)])
            if since[j] != u:
                catch_up(penalty, rule, step, average, maps, since[j], u - 1, x, j)
                since[j] = u
                touched[number] = j
                number += 1
    touched[number] = x.shape[2] - 1
    return number + 1


@register_jitable(forceinline=True)
def move(penalty, rule, average, eta, u, touched, factor, free, own, x, g):
    """Take step u for the coordinates ``touched``, and set their gradient to 0."""
    for c in range(g.shape[0]):
        for j in touched:
            slope = g[c, j] + penalty_slope(penalty, factor, j, x[0, c, j]) if free[j] > 0.0 else 0.0
            one_step(rule, average, eta, u, slope, own, x, c, j)
            g[c, j] = 0.0


@register_jitable(forceinline=True)
def one_step(rule, average, eta, u, slope, own, x, c, j):
    """Take step u for one coordinate."""
    x[0, c, j] -= eta * direct(rule, slope, x[1 : 1 + own, c, j], float(u))
    update_average(average, u, x, c, j)


def update_average(average, u, x, c, j):
    """Update the average, the last slot of x, with the point after update u."""


@overload(update_average, jit_options=INLINE)
def _update_average(average, u, x, c, j):
    if average.instance_class is LastPoint:
        return lambda average, u, x, c, j: None

    def carried(average, u, x, c, j):
        x[len(x) - 1, c, j] += share(average, u) * (x[0, c, j] - x[len(x) - 1, c, j])

    return carried


def recall(penalty, rule, step, average, maps, t, factor, own, units):
    """Recompute the matrices that earlier calls had stored up to update t."""


def note(penalty, rule, step, average, maps, eta, u, factor, own, units):
    """Store the matrix of update u, and the products that it completes."""


def catch_up(penalty, rule, step, average, maps, s, u, x, j):
    """Apply the missed updates s + 1 .. u to coordinate j."""


def _no_recall(penalty, rule, step, average, maps, t, factor, own, units):
    pass


def _no_note(penalty, rule, step, average, maps, eta, u, factor, own, units):
    pass


def _no_catch_up(penalty, rule, step, average, maps, s, u, x, j):
    pass


@register_jitable
def probe(penalty, rule, average, M, eta, u, factor, own, units):
    """The matrix of update u: its columns are the images of the unit vectors."""
    units.fill(0.0)
    for b in range(len(units)):
        units[b, 0, b] = 1.0
        one_step(rule, average, eta, u, penalty_slope(penalty, factor, 0, units[0, 0, b]), own, units, 0, b)
        for a in range(len(units)):
            M[a, b] = units[a, 0, b]


@register_jitable
def multiply(A, B, out):
    """out = A B, for 3 x 3 matrices."""
    for a in range(3):
        for b in range(3):
            out[a, b] = A[a, 0] * B[0, b] + A[a, 1] * B[1, b] + A[a, 2] * B[2, b]


@register_jitable(forceinline=True)
def times(M, x0, x1, x2):
    """M x."""
    y0 = M[0, 0] * x0 + M[0, 1] * x1 + M[0, 2] * x2
    y1 = M[1, 0] * x0 + M[1, 1] * x1 + M[1, 2] * x2
    return y0, y1, M[2, 0] * x0 + M[2, 1] * x1 + M[2, 2] * x2


def _powers(penalty, rule, step, average, maps, t, factor, own, units):
    probe(penalty, rule, average, maps[0], rate(step, 1), 1, factor, own, units)
    for level in range(LEVELS):
        multiply(maps[level], maps[level], maps[level + 1])


def _by_powers(penalty, rule, step, average, maps, s, u, x, j):
    last = len(x) - 1
    for c in range(x.shape[1]):
        x0, x1, x2 = x[0, c, j], x[min(1, last), c, j], x[last, c, j]
        level, missed = 0, u - int(s)
        while missed > 0:
            if missed & 1:
                x0, x1, x2 = times(maps[level], x0, x1, x2)
            level, missed = level + 1, missed >> 1
        x[last, c, j], x[min(1, last), c, j] = x2, x1
        x[0, c, j] = x0


@register_jitable(forceinline=True)
def row_of(level, q):
    """Index of the product over the block of 2^level updates that contains place q."""
    return 2 * SPAN - (2 * SPAN >> level) + (q >> level)


@register_jitable
def add(penalty, rule, average, maps, eta, u, factor, own, units):
    """Store the matrix of update u, and the products that it completes, at their places."""
    q, level = (u - 1) % SPAN, 0
    probe(penalty, rule, average, maps[q], eta, u, factor, own, units)
    while (q >> level) & 1:
        here = row_of(level, q)
        multiply(maps[here], maps[here - 1], maps[row_of(level + 1, q)])
        level += 1


def _added(penalty, rule, step, average, maps, eta, u, factor, own, units):
    add(penalty, rule, average, maps, eta, u, factor, own, units)


def _products(penalty, rule, step, average, maps, t, factor, own, units):
    for u in range(t - t % SPAN + 1, t + 1):
        add(penalty, rule, average, maps, rate(step, u), u, factor, own, units)


def _by_products(penalty, rule, step, average, maps, s, u, x, j):
    base, last = (u - 1) // SPAN * SPAN, len(x) - 1
    for c in range(x.shape[1]):
        x0, x1, x2 = x[0, c, j], x[min(1, last), c, j], x[last, c, j]
        q, end, level = int(s) - base, u - base, 0
        while q < end:
            while (q >> level) & 1 == 0 and q + (2 << level) <= end:
                level += 1
            while q + (1 << level) > end:
                level -= 1
            x0, x1, x2 = times(maps[row_of(level, q)], x0, x1, x2)
            q += 1 << level
        x[last, c, j], x[min(1, last), c, j] = x2, x1
        x[0, c, j] = x0


def _chosen(penalty, rule, step, average, still, even, uneven):
    """``still`` if nothing moves by itself, ``even`` if every update has the same matrix, else ``uneven``."""
    if average.instance_class is not LastPoint:
        return uneven
    if rule.instance_class is Plain and penalty.instance_class is NoPenalty:
        return still
    return even if step.instance_class is Constant else uneven


@overload(recall)
def _recall(penalty, rule, step, average, maps, t, factor, own, units):
    return _chosen(penalty, rule, step, average, _no_recall, _powers, _products)


@overload(note)
def _note(penalty, rule, step, average, maps, eta, u, factor, own, units):
    return _chosen(penalty, rule, step, average, _no_note, _no_note, _added)


@overload(catch_up)
def _catch_up(penalty, rule, step, average, maps, s, u, x, j):
    return _chosen(penalty, rule, step, average, _no_catch_up, _by_powers, _by_products)


@register_jitable
def show(penalty, rule, step, average, maps, u, x, since, out):
    """Write the state of all coordinates after update u to ``out``, which may be x itself."""
    out[:] = x
    for j in range(x.shape[2] - 1):
        if since[j] < u:
            catch_up(penalty, rule, step, average, maps, since[j], u, out, j)


@register_jitable
def look(penalty, rule, step, average, maps, u, own, x, since, out):
    """Write the answer after update u to ``out`` (k, d + 1)."""
    part = np.empty(x.shape)
    show(penalty, rule, step, average, maps, u, x, since, part)
    out[:] = part[0] if len(x) == 1 + own else part[len(x) - 1]
