"""The step of batch size 1, fused: a row updates the parameters directly, without a gradient array."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from numba import types
from numba.extending import overload

from ..objective.penalties import NoPenalty
from .dispatch import INLINE, direct, see, shrink, slope
from .row_access import entry, scaled

__all__ = ["step_alone"]


def step_alone(loss, penalty, rule, X, y, weight, offset, shift, scale, norm, factor, eta, i, memory, own, t, at):
    """Take the step of row i if rows are contiguous and the rule is elementwise; return whether it was taken."""


def penalty_slope(penalty, factor, j, w):
    """Derivative of the penalty by one parameter; 0, without reading ``factor``, if there is no penalty."""


@overload(penalty_slope, jit_options=INLINE)
def _penalty_slope(penalty, factor, j, w):
    if penalty.instance_class is NoPenalty:
        return lambda penalty, factor, j, w: 0.0
    return lambda penalty, factor, j, w: factor[j] * shrink(penalty, factor[j] * w)


def _taken(loss, penalty, rule, X, y, weight, offset, shift, scale, norm, factor, eta, i, memory, own, t, at):
    x, d = X[i], at.shape[1] - 1
    for c in range(at.shape[0]):
        w, total = at[c], 0.0
        for j in range(len(x)):
            total += scaled(x, j, shift, scale) * w[j]
        z = total + w[d] + entry(offset, i, 0.0)
        u = norm * entry(weight, i, 1.0) * slope(loss, z, y[i, c])
        for j in range(len(x)):
            g = u * scaled(x, j, shift, scale) + penalty_slope(penalty, factor, j, w[j])
            see(rule, memory, own, c, j, w[j], eta, 1.0)
            w[j] -= eta * direct(rule, g, memory[:own, c, j], float(t))
        see(rule, memory, own, c, d, w[d], eta, 0.0)
        w[d] -= eta * direct(rule, u, memory[:own, c, d], float(t))
    return True


def _not_taken(loss, penalty, rule, X, y, weight, offset, shift, scale, norm, factor, eta, i, memory, own, t, at):
    return False


@overload(step_alone, jit_options=INLINE)
def _step_alone(loss, penalty, rule, X, y, weight, offset, shift, scale, norm, factor, eta, i, memory, own, t, at):
    by_rows = isinstance(X, types.Array) and X.layout != "F"
    return _taken if by_rows and rule.instance_class.elementwise else _not_taken
