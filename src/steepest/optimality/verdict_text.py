"""The sentences of a verdict: each begins with the status and holds the numbers that show it.

`tools/verdict_words.py` translates this file for the page of `steepest lab`: it has formatted strings and choices only.
"""

from __future__ import annotations

import math

from .advice import count
from .evidence import Evidence, Sense

__all__ = [
    "converged",
    "crawling",
    "cycling",
    "diverged",
    "noise_floor",
    "oscillating",
    "separable",
    "stationary",
    "stopped",
    "unbounded",
]


def _n(x: float | None) -> str:
    return f"{x:.4g}" if x is not None and math.isfinite(x) else "unknown"


def _steps(e: Evidence) -> str:
    return "1 step" if e.steps == 1 else f"{e.steps} steps"


def _limit(e: Evidence) -> str:
    """What ended the run, if it was the limit of updates and not of epochs."""
    return ", the limit of updates" if e.end == f"{e.steps} updates" and not e.function else ""


def _above(e: Evidence) -> str:
    """Where the cost stands: its distance from the minimum, or, where that is not known, what a step leads to."""
    if e.gap is None and e.convex:
        return f"the cost, {_n(e.reached)}, is an unknown amount above the minimum"
    if not e.convex or e.sense is Sense.PREDICTED:
        return f"the cost is {_n(e.reached)}" + (
            "" if e.gap is None else f", with a predicted decrease of {_n(_fall(e))}"
        )
    most = {Sense.EXACT: "", Sense.PROVEN: "at most ", Sense.ESTIMATED: "at most about "}[e.sense]
    return f"the cost, {_n(e.reached)}, is {most}{_n(e.gap)} above the minimum"


def _fall(e: Evidence) -> float:
    """The decrease that second derivatives predict: a certificate doubles it, except of squares and functions."""
    return (e.gap or 0.0) * (1.0 if e.quadratic or e.function else 0.5)


def separable(e: Evidence) -> str:
    """The direction of recession, and what the cost does about it."""
    now = f"the cost, {_n(e.reached)} after {_steps(e)}, keeps falling while the coefficients grow without bound"
    return f"Separable: {e.separated}. There is no finite optimum: {now}."


def unbounded(e: Evidence) -> str:
    """How the function is seen to fall."""
    return f"Unbounded after {_steps(e)}: the cost, {_n(e.reached)}, has no minimum, because {e.endless}."


def stationary(e: Evidence) -> str:
    """Which kind of point it is."""
    predicted = "" if e.gap is None else f", with a predicted decrease of {_n(e.gap)}"
    point = f"Stationary after {_steps(e)}: the cost, {_n(e.reached)}, is that of {e.standing}."
    return f"{point} The gradient norm is {_n(e.gradient_norm)}{predicted}."


def converged(e: Evidence) -> str:
    """How near the minimum is, and how near the optimum in units that a statistician cares about."""
    near, away = f"is within {e.gap:.1e} of the minimum" if e.gap else "is the minimum", ""
    if e.standard_errors is not None and e.standard_errors < 1.0:  # more would say how exact the fit is
        away = f" Each coefficient is within {e.standard_errors:.0e} standard errors of the optimum."
    return f"Converged after {_steps(e)}: the cost, {_n(e.reached)}, {near}.{away}"


def diverged(e: Evidence) -> str:
    """Since when the cost rises, and how the learning rate compares with the stability limit."""
    since = f"the cost was above its initial value from step {e.risen} on"
    if e.end == "overflow" and e.cost[-1] <= e.cost[0] and e.steps:
        how = f"after step {e.steps}, where the cost is {_n(e.reached)}, the next one led to a cost that is not finite"
    elif e.end == "overflow":
        how = f"{since}, and numbers overflowed after step {e.steps}" if e.steps else "the first step overflowed"
    elif e.cost[-1] > e.cost[0]:
        how = f"{since}, and is {_n(e.cost[-1])} at step {e.steps}"
    else:
        how = f"the cost fell, then rose again, to {_n(e.cost[-1])} at step {e.steps}"
    return f"Diverged: {how}.{_against_limit(e)}"


def _against_limit(e: Evidence) -> str:
    if e.limit is None or not math.isfinite(e.limit):
        return ""
    side = "near" if 0.5 * e.limit < e.rate <= e.limit else "above" if e.rate > e.limit else "below"
    whose = " of batch descent" if e.sampled else "" if e.rule == "plain" else f" of the rule {e.rule}"
    return f" The learning rate, {_n(e.rate)}, is {side} the stability limit{whose}, {_n(e.limit)}."


def cycling(e: Evidence) -> str:
    """Between which costs the steps jump."""
    low, high = e.recent
    return f"Cycling: steps jump back and forth, recently at costs between {_n(low)} and {_n(high)}.{_against_limit(e)}"


def oscillating(e: Evidence) -> str:
    """What is left to the minimum that each step overshoots."""
    return f"Oscillating after {_steps(e)}: each step overshoots and comes back, and {_above(e)}.{_against_limit(e)}"


def noise_floor(e: Evidence) -> str:
    """What is left that steps on batches cannot take."""
    after = f"{_steps(e)}{_limit(e)}"
    return f"Noise floor after {after}: steps on batches of rows fluctuate and get no lower, and {_above(e)}."


def crawling(e: Evidence) -> str:
    """What is left, and how many steps that takes at this rate; or else what the later half of the steps did."""
    known = e.condition is not None and e.condition > 10 and (e.quadratic or e.function)
    kappa = f" The condition number is {_n(e.condition)}." if known else ""
    return f"Crawling after {_steps(e)}{_limit(e)}: {_above(e)}, and {_more(e)}.{kappa}"


def _more(e: Evidence) -> str:
    """How many steps are needed, or where that is not computed, what the later half of the steps did."""
    if e.left is None:
        before, last = e.late or (0.0, 0.0)
        lowered = f"lowered {'its median' if e.sampled else 'it'} by {_n(before - last)}"
        return f"the later half of the steps {lowered if before > last else 'did not lower it'}"
    if math.isinf(e.left):
        return f"10^15 steps at this rate do not come within {e.target:.1e} of it"
    least = "at least" if e.sampled else "about"
    return f"{least} {count(e.left)} more steps are needed at this rate to come within {e.target:.1e} of it"


def stopped(e: Evidence) -> str:
    """What ended the run, and where it stands."""
    why = "" if e.end in ("certified", f"{e.steps} epochs", f"{e.steps} updates") else f" ({e.end})"
    out = f" The learning-rate schedule has run out; the rate is {_n(e.rate)} now." if e.spent else ""
    infinity = f" An optimum at infinity is not ruled out: {e.unproven}." if e.unproven else ""
    after = f"{_steps(e)}{_limit(e)}{why}"
    return f"Stopped after {after}: {_above(e)}, with gradient norm {_n(e.gradient_norm)}.{out}{infinity}"
