"""How compiled code calls a record's method: by the record's type, with the source the record itself is written in."""

from __future__ import annotations

from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

from ..core.record_types import AverageRecord, LossRecord, Penalty, Rule, RuleRecord, StepRecord
from ..core.types import Array, Gradient, LinkValue, Memory
from ..methods import sampling as orders
from ..objective.penalties import NoPenalty
from . import exp_log as exp_log  # compiled exp and log1p
from . import normal as normal  # compiled log Phi

__all__ = [
    "answer",
    "answer_whole",
    "apply_rule",
    "direct",
    "fill_order",
    "penalise",
    "permute",
    "rate",
    "second_derivative",
    "see",
    "share",
    "shrink",
    "slope",
    "value",
]

SHOWN = ("rate", "point", "weights")  # what a rule may be shown
INLINE = {"forceinline": True}  # a call that is not inlined keeps the loop around it from being vectorised


def value(item: LossRecord, z: LinkValue, y: LinkValue) -> LinkValue:
    """Loss of one row."""
    return item.value(z, y)


def slope(item: LossRecord, z: LinkValue, y: LinkValue) -> LinkValue:
    """Derivative of the loss of one row by its linear predictor."""
    return item.slope(z, y)


def second_derivative(item: LossRecord, z: LinkValue, y: LinkValue) -> LinkValue:
    """Second derivative of the loss of one row by its linear predictor."""
    return item.second_derivative(z, y)


def shrink(item: Penalty, w: LinkValue) -> LinkValue:
    """Derivative of the penalty by one raw coefficient."""
    return item.slope(w)


def rate(item: StepRecord, t: int) -> float:
    """Learning rate of update t."""
    return item.rate(t)


def share(item: AverageRecord, t: int) -> float:
    """How far a mean moves to the point after update t."""
    return item.share(t)


def answer(item: Rule, at: Gradient, memory: Memory) -> Gradient:
    """What a rule makes of one coordinate."""
    return item.answer(at, memory)


def answer_whole(item: Rule, at: Gradient, memory: Memory) -> Gradient:
    """What a rule makes of all coordinates in one row."""
    return item.answer(at, memory)


def direct(item: RuleRecord, g: Gradient, memory: Memory, t: Any) -> Gradient:
    """Direction of a rule for one coordinate."""
    return item.direction(g, memory, t)


def direct_whole(item: RuleRecord, g: Gradient, memory: Memory, t: int) -> Gradient:
    """Direction of a rule for all coordinates in one row: array arithmetic compiles the faster the fewer dimensions."""
    return item.direction(g, memory, t)


def penalise(penalty: Penalty, factor: Array, w: Array, g: Array) -> None:
    """Add the penalty's gradient at w (k, d + 1) to g; without a penalty nothing is read or written."""
    g += factor * penalty.slope(factor * w)


def see(rule: Rule, memory: Array, own: int, c: int, j: int, w: Array, eta: float, loose: float) -> None:
    """Show a rule what it sees of the coordinate c, j at w; ``loose`` is 0 where that is no weight."""


def apply_rule(rule: Rule, eta: float, g: Array, memory: Array, own: int, free: Array, t: int, w: Array) -> None:
    """W <- w - eta p, then g <- 0 for the next step, in place, in one pass over both."""


def choose(condition: LinkValue, a: LinkValue, b: LinkValue) -> LinkValue:
    """np.where; of numbers, compiled, without the array that Numba's own np.where would make (50 ns)."""
    return np.where(condition, a, b)


@overload(choose, jit_options=INLINE)
def _choose(condition, a, b):  # type: ignore[no-untyped-def]
    if isinstance(condition, types.Array):
        return lambda condition, a, b: np.where(condition, a, b)
    return lambda condition, a, b: a if condition else b


NUMPY = ModuleType("numpy_of_numbers")  # NumPy as the records see it in compiled code
NUMPY.__dict__.update({key: value_of for key, value_of in vars(np).items() if key[:2] != "__"}, where=choose)


def _source(item: Any, name: str) -> Any:
    if not isinstance(item, types.BaseNamedTuple):
        return None
    method = getattr(item.instance_class, name)
    names = {key: NUMPY if value_of is np else value_of for key, value_of in method.__globals__.items()}
    return FunctionType(method.__code__, names, name, method.__defaults__, method.__closure__)


overload(value, strict=False, jit_options=INLINE)(lambda item, z, y: _source(item, "value"))
overload(slope, strict=False, jit_options=INLINE)(lambda item, z, y: _source(item, "slope"))
overload(second_derivative, strict=False, jit_options=INLINE)(lambda item, z, y: _source(item, "second_derivative"))
overload(shrink, strict=False, jit_options=INLINE)(lambda item, w: _source(item, "slope"))
overload(rate, strict=False, jit_options=INLINE)(lambda item, t: _source(item, "rate"))
overload(share, strict=False, jit_options=INLINE)(lambda item, t: _source(item, "share"))
overload(answer, strict=False, jit_options=INLINE)(lambda item, at, memory: _source(item, "answer"))
overload(answer_whole, strict=False)(lambda item, at, memory: _source(item, "answer"))
overload(direct_whole, strict=False)(lambda item, g, memory, t: _source(item, "direction"))
overload(direct, strict=False, jit_options=INLINE)(lambda item, g, memory, t: _source(item, "direction"))


@overload(see, jit_options=INLINE)
def _see(rule, memory, own, c, j, w, eta, loose):  # type: ignore[no-untyped-def]
    sees = rule.instance_class.sees
    if not sees:
        return lambda rule, memory, own, c, j, w, eta, loose: None
    rate, point, weights = (sees.index(name) - len(sees) if name in sees else 0 for name in SHOWN)

    def shown(rule, memory, own, c, j, w, eta, loose):  # type: ignore[no-untyped-def]
        if rate:
            memory[own + rate, c, j] = eta
        if point:
            memory[own + point, c, j] = w
        if weights:
            memory[own + weights, c, j] = w * loose

    return shown


def _by_coordinate(rule, eta, g, memory, own, free, t, w):  # type: ignore[no-untyped-def]  # compiled
    for c in range(w.shape[0]):
        for j in range(w.shape[1]):
            see(rule, memory, own, c, j, w[c, j], eta, free[j] if j < w.shape[1] - 1 else 0.0)
            w[c, j] -= eta * direct(rule, g[c, j], memory[:own, c, j], float(t))
            g[c, j] = 0.0


def _as_a_whole(rule, eta, g, memory, own, free, t, w):  # type: ignore[no-untyped-def]  # compiled
    for c in range(w.shape[0]):
        for j in range(w.shape[1]):
            see(rule, memory, own, c, j, w[c, j], eta, free[j] if j < w.shape[1] - 1 else 0.0)
    p = direct_whole(rule, g.reshape(g.size), memory[:own].reshape((own, g.size)), t)
    for c in range(w.shape[0]):
        for j in range(w.shape[1]):
            w[c, j] -= eta * p[c * w.shape[1] + j]
    g.fill(0.0)


@overload(apply_rule, jit_options=INLINE)
def _apply_rule(rule, eta, g, memory, own, free, t, w):  # type: ignore[no-untyped-def]
    return _by_coordinate if rule.instance_class.elementwise else _as_a_whole


def _no_penalty(penalty, factor, w, g):  # type: ignore[no-untyped-def]  # compiled
    pass


def _some_penalty(penalty, factor, w, g):  # type: ignore[no-untyped-def]  # compiled
    for c in range(w.shape[0]):
        for j in range(w.shape[1]):
            g[c, j] += factor[j] * shrink(penalty, factor[j] * w[c, j])


@overload(penalise, jit_options=INLINE)
def _penalise(penalty, factor, w, g):  # type: ignore[no-untyped-def]
    return _no_penalty if penalty.instance_class is NoPenalty else _some_penalty


for _function in (orders.mix, orders.below, orders.shuffle, orders.shuffle_blocks):
    register_jitable(_function)
fill_order, permute = register_jitable(orders.fill_order), register_jitable(orders.permute)
