"""The reason why a step did what it did, in one sentence with its numbers."""

from __future__ import annotations

from ..core.shown_text import counted
from ..optimality.contraction import contraction
from .explanation import Batch, Eigendirection, Explanation

__all__ = ["reason"]

FAR = ", so the step overshoots and lands farther away"
NEAR = ", so the step overshoots and lands nearer, on the other side"


def reason(found: Explanation) -> str:
    """The sentence: of plain steps on a convex quadratic the factor, of a batch its angle, else slope and curvature."""
    curved = [each for each in found.directions if each.factor is not None and each.measured is not None]
    if found.batch is not None:
        return _of_batch(found, found.batch)
    if found.quadratic and curved and min(each.curvature for each in curved) > 0:
        return _of_factor(found, curved)
    return _of_slope(found)


def _of_factor(found: Explanation, curved: list[Eigendirection]) -> str:
    """The factor along the direction that holds most of the cost above the minimum after the step."""
    slopes = [abs(float(each.vector @ found.gradient)) for each in curved]
    left = [(s * float(each.measured or 0.0)) ** 2 / each.curvature for s, each in zip(slopes, curved, strict=True)]
    before = [s**2 / each.curvature for s, each in zip(slopes, curved, strict=True)]
    by = left if any(left) else before
    chosen = curved[by.index(max(by))]
    told = contraction(chosen.curvature, found.rate)
    free = len(found.names) - len(found.fixed)
    sentence = told.sentence if free == 1 else told.along(_which(chosen, found.directions))
    overshoots = FAR if told.factor < -1 else NEAR if told.factor < 0 else ""
    return sentence[:-1] + overshoots + "."


def _which(chosen: Eigendirection, all_: tuple[Eigendirection, ...]) -> str:
    if chosen is all_[0] or chosen is all_[-1]:
        return "the steepest direction" if chosen is all_[0] else "the flattest direction"
    return f"the direction of curvature {chosen.curvature:.4g}"


def _of_batch(found: Explanation, batch: Batch) -> str:
    whose = f"row {batch.rows[0]}" if len(batch.rows) == 1 else f"the {counted(len(batch.rows), 'row')} drawn"
    away = f"points {batch.angle:.0f} degrees away from that over all rows"
    return f"The gradient over {whose} {away}, and the cost over all rows {_fell(found)}."


def _of_slope(found: Explanation) -> str:
    if found.by_slope <= 0:
        uphill = f"The step does not go downhill: the slope along it predicts an increase of {-found.by_slope:.4g}"
        return f"{uphill}, and the cost {_fell(found)}."
    along = found.by_curvature
    curvature = "" if along is None else f", the curvature {'takes back' if along <= 0 else 'adds'} {abs(along):.4g}"
    predicts = f"The slope along the step predicts a decrease of {found.by_slope:.4g}"
    return f"{predicts}{curvature}, and the cost {_fell(found)}."


def _fell(found: Explanation) -> str:
    if found.decrease == 0:
        return "stays"
    return f"{'falls' if found.decrease > 0 else 'rises'} by {abs(found.decrease):.4g}"
