"""The step of batch size 1, fused: from a row straight to the parameters, without a gradient in between."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from numba import types
from numba.extending import overload

from ..objective.penalties import NoPenalty
from .dispatch import INLINE, direct, see, shrink, slope
from .row_access import entry, seen

__all__ = ["step_alone"]


def step_alone(loss, penalty, rule, X, y, weight, offset, shift, scale, mass, factor, eta, i, memory, own, t, at):
    """Take the step of row i if rows are contiguous and the rule goes by coordinate; say whether it was taken."""


def pull(penalty, factor, j, w):
    """Derivative of the penalty by one parameter; nothing is read where there is none."""


@overload(pull, jit_options=INLINE)
def _pull(penalty, factor, j, w):
    if penalty.instance_class is NoPenalty:
        return lambda penalty, factor, j, w: 0.0
    return lambda penalty, factor, j, w: factor[j] * shrink(penalty, factor[j] * w)


def _taken(loss, penalty, rule, X, y, weight, offset, shift, scale, mass, factor, eta, i, memory, own, t, at):
    x, d = X[i], at.shape[1] - 1
    for c in range(at.shape[0]):
        w, total = at[c], 0.0
        for j in range(len(x)):
            total += seen(x, j, shift, scale) * w[j]
        z = total + w[d] + entry(offset, i, 0.0)
        u = mass * entry(weight, i, 1.0) * slope(loss, z, y[i, c])
        for j in range(len(x)):
            g = u * seen(x, j, shift, scale) + pull(penalty, factor, j, w[j])
            see(rule, memory, own, c, j, w[j], eta, 1.0)
            w[j] -= eta * direct(rule, g, memory[:own, c, j], float(t))
        see(rule, memory, own, c, d, w[d], eta, 0.0)
        w[d] -= eta * direct(rule, u, memory[:own, c, d], float(t))
    return True


def _left(loss, penalty, rule, X, y, weight, offset, shift, scale, mass, factor, eta, i, memory, own, t, at):
    return False


@overload(step_alone, jit_options=INLINE)
def _step_alone(loss, penalty, rule, X, y, weight, offset, shift, scale, mass, factor, eta, i, memory, own, t, at):
    by_rows = isinstance(X, types.Array) and X.layout != "F"
    return _taken if by_rows and rule.instance_class.elementwise else _left
