"""Sums from which the scores of predicted numbers follow: R2 or D2, RMSE and MAE of each target."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...core.errors import DataError
from ...core.types import Array
from ...data.tree import Partial
from ...objective.explained import explains_deviance, out_of_range
from ..model import Model, loss_of, predicted_at

__all__ = ["NumberSums", "number_measures"]

TOTAL, MEAN, ERRORS, SPREAD, SIZES, SCALE, LEAST, MOST, COST, CONSTANT, OUT = range(11)


class NumberSums(NamedTuple):
    """Sums (11, k) for k targets, by the places above.

    The squares of errors, those of distances from the mean and the sizes of errors are in units of SCALE, a power of 2,
    or of its square.
    """

    model: Model

    def of(self, z: Array, y: Array, weight: Array) -> Partial:
        """The sums of some rows of weight > 0: z, y (m, k), weight (m,)."""
        found = np.zeros((11, y.shape[1]))
        found[LEAST], found[MOST] = y.min(0, initial=np.inf), y.max(0, initial=-np.inf)
        found[SCALE] = np.finfo(float).tiny
        if not len(y):
            return (found,)
        predicted = predicted_at(self.model, z).reshape(y.shape)
        found[TOTAL] = weight.sum()
        found[MEAN] = np.clip(weight @ y / found[TOTAL], found[LEAST], found[MOST])
        error, distance = y - predicted, y - found[MEAN]
        scale = _power_of_two(np.maximum(np.abs(error).max(0), np.abs(distance).max(0)))
        error, distance = error / scale, distance / scale
        found[SCALE], found[ERRORS], found[SPREAD] = scale, weight @ error**2, weight @ distance**2
        found[SIZES] = weight @ np.abs(error)
        loss = loss_of(self.model)
        if loss is not None and explains_deviance(loss):
            out = out_of_range(loss, y) if loss.positive else np.zeros(y.shape, bool)
            with np.errstate(all="ignore"):
                found[COST], found[CONSTANT] = weight @ loss.value(z, y), weight @ loss.value(0.0 * z, y)
            found[OUT] = out.sum(0)
        return (found,)

    def join(self, a: Partial, b: Partial) -> Partial:
        """The sums of both."""
        one, other = a[0], b[0]
        found, total = one + other, np.maximum(one[TOTAL] + other[TOTAL], np.finfo(float).tiny)
        difference = np.where((one[TOTAL] > 0) & (other[TOTAL] > 0), other[MEAN] - one[MEAN], 0.0)
        share = other[TOTAL] / total
        found[MEAN] = np.where(one[TOTAL] > 0, one[MEAN] + share * difference, other[MEAN])
        scale = np.maximum(_power_of_two(np.abs(difference)), np.maximum(one[SCALE], other[SCALE]))
        first, second = one[SCALE] / scale, other[SCALE] / scale
        for place, power in ((ERRORS, 2), (SPREAD, 2), (SIZES, 1)):
            found[place] = one[place] * first**power + other[place] * second**power
        found[SPREAD] += (difference / scale) ** 2 * share * one[TOTAL]
        found[SCALE] = scale
        found[LEAST], found[MOST] = np.minimum(one[LEAST], other[LEAST]), np.maximum(one[MOST], other[MOST])
        return (found,)


def _power_of_two(size: Array) -> Array:
    """The least power of two above each size."""
    exponent = np.frexp(np.maximum(size, np.finfo(float).tiny))[1]
    return np.asarray(np.exp2(exponent.astype(np.float64).clip(max=1023)))


def number_measures(model: Model, sums: Partial) -> tuple[dict[str, Any], Array]:
    """The scores as of `model_scores`, from the sums; least and largest targets."""
    whole = sums[0]
    if not whole[TOTAL].min() > 0:
        raise DataError("weights must be >= 0 and not all zero")
    each = [_measures(model, column) for column in whole.T]
    ends = whole[[LEAST, MOST]]
    if len(each) == 1:
        return each[0], ends[:, 0]
    return {**{name: _mean([one[name] for one in each]) for name in each[0]}, "targets": each}, ends


def _measures(model: Model, s: Array) -> dict[str, Any]:
    errors, total, loss = s[ERRORS] / s[TOTAL], s[TOTAL], loss_of(model)
    sizes = {"rmse": float(s[SCALE] * np.sqrt(errors)), "mae": float(s[SCALE] * s[SIZES] / total)}
    alike = not s[MOST] > s[LEAST]
    if loss is None or not explains_deviance(loss):
        return {"r2": None if alike or not s[SPREAD] > 0 else float(1.0 - s[ERRORS] / s[SPREAD]), **sizes}
    if s[OUT] or alike:
        return {"d2": None, **sizes}
    mean = np.array([s[MEAN]])  # losses whose best constant is known differ by numbers that are linear in the target
    change = loss.value(np.array([loss.constant(s[MEAN])]), mean) - loss.value(np.zeros(1), mean)
    least = float(s[CONSTANT] / total + change[0])
    return {"d2": float(1.0 - s[COST] / total / least) if least > 0 else None, **sizes}


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None
