"""The answer during compiled steps: the last point, an average of points, or the rule's own answer."""
# mypy: disable-error-code="no-untyped-def,no-untyped-call"

from __future__ import annotations

from numba.extending import overload, register_jitable

from ..methods.averages import LastPoint
from .dispatch import INLINE, answer, answer_whole, share

__all__ = ["after", "settle"]


def after(average, own):
    """First slot after the rule's memory and the average."""


@overload(after, jit_options=INLINE)
def _after(average, own):
    more = 0 if average.instance_class is LastPoint else 1
    return lambda average, own: own + more


@register_jitable(forceinline=True)
def settle(rule, average, t, u, every, at, memory, own, kept):
    """Update the average after update u, and write the answer to ``kept`` if ``every`` divides u."""
    update_average(average, u, at, memory, own)
    if u % every == 0:
        keep(rule, average, at, memory, own, kept[u // every - t // every - 1])


def update_average(average, t, at, memory, own):
    """Update the average with the point after update t, in the slot after the rule's."""


def keep(rule, average, at, memory, own, out):
    """Write the answer to ``out`` (k, d + 1)."""


def _nothing(average, t, at, memory, own):
    pass


def _carried(average, t, at, memory, own):
    part = share(average, t)
    for c in range(at.shape[0]):
        for j in range(at.shape[1]):
            memory[own, c, j] += part * (at[c, j] - memory[own, c, j])


@overload(update_average, jit_options=INLINE)
def _update_average(average, t, at, memory, own):
    return _nothing if average.instance_class is LastPoint else _carried


def _point(rule, average, at, memory, own, out):
    for c in range(at.shape[0]):
        for j in range(at.shape[1]):
            out[c, j] = at[c, j]


def _mean(rule, average, at, memory, own, out):
    for c in range(at.shape[0]):
        for j in range(at.shape[1]):
            out[c, j] = memory[own, c, j]


def _by_coordinate(rule, average, at, memory, own, out):
    for c in range(at.shape[0]):
        for j in range(at.shape[1]):
            out[c, j] = answer(rule, at[c, j], memory[:own, c, j])


def _as_a_whole(rule, average, at, memory, own, out):
    w = answer_whole(rule, at.reshape(at.size), memory[:own].reshape((own, at.size)))
    for c in range(at.shape[0]):
        for j in range(at.shape[1]):
            out[c, j] = w[c * at.shape[1] + j]


@overload(keep, jit_options=INLINE)
def _keep(rule, average, at, memory, own, out):
    if average.instance_class is not LastPoint:
        return _mean
    if not rule.instance_class.answers:
        return _point
    return _by_coordinate if rule.instance_class.elementwise else _as_a_whole
