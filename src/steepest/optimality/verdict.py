"""Verdicts: what happened, in words, with the number that shows it and one thing to try.

`TABLE` is the whole judgement: the first row whose criterion holds names the status. `docs/verdicts.md` is that table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..core.types import Array
from .evidence import Evidence

__all__ = ["TABLE", "Row", "Verdict", "judge"]


class Verdict(NamedTuple):
    """What happened.

    Attributes
    ----------
    status : str
        One of the names in ``TABLE``.
    message : str
        One plain sentence with the numbers.
    advice : str or None
        One thing to try.
    notes : tuple of str
        Facts about the data: constant columns, columns that depend on others.
    """

    status: str
    message: str
    advice: str | None = None
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.status}: {self.message}", *([f"try: {self.advice}"] if self.advice else [])]
        return "\n".join(lines + [f"note: {note}" for note in self.notes])

    @property
    def exit_code(self) -> int:
        """Exit status of the command line: 4 if diverged, else 0."""
        return next((row.exit_code for row in TABLE if row.status == self.status), 0)


class Row(NamedTuple):
    """One status: when it holds, how it is said, what to try; docs quote the docstrings of ``holds`` and ``advice``."""

    status: str
    holds: Callable[[Evidence], bool]
    message: Callable[[Evidence], str]
    advice: Callable[[Evidence], str | None]
    exit_code: int = 0
    warning: str | None = "NotConvergedWarning"


def judge(evidence: Evidence, notes: tuple[str, ...] = ()) -> Verdict:
    """Name what happened: the first row of ``TABLE`` that holds; a run that the user ended is only stopped."""
    rows = TABLE[-1:] if evidence.end in ("interrupted", "validation", "callback") else TABLE
    row = next(row for row in rows if row.holds(evidence))
    return Verdict(row.status, row.message(evidence), row.advice(evidence), notes)


def _parts(values: Array) -> tuple[Array, Array]:
    """The last quarter of the values and the quarter before it."""
    quarter = max(1, len(values) // 4)
    return values[-quarter:], values[-2 * quarter : -quarter]


def _separable(e: Evidence) -> bool:
    """Log loss without penalty; for some v no margin s_i (x_i . v) is negative and some are positive, or all."""
    return e.separated is not None


def _diverged(e: Evidence) -> bool:
    """A number overflowed; or a squared loss ends above its start (sampled: 10 times), highest of all and growing.

    Or it rises at a plain constant rate above the limit.
    """
    if e.end == "overflow" or not e.quadratic or len(e.cost) < 3:
        return e.end == "overflow"
    late, before = _parts(e.cost)
    rounding = 1e-9 * e.cost[-1] + 1e-12 * e.scale
    if e.rate > e.batch_limit and e.cost[-1] > e.cost[-2] + rounding:
        return True
    bar = 10 * max(e.cost[0], e.scale) if e.sampled else e.cost[0] + rounding
    return bool(e.cost[-1] > bar and late.max() >= e.cost.max() and late.max() > before.max())


def _unbounded(e: Evidence) -> bool:
    """A function that falls without end: by its form, or seen to at 10^15 times the size of the point."""
    return e.endless is not None


def _stationary(e: Evidence) -> bool:
    """A function not known to be convex: the fall that its slope promises is at most tol x the cost at the start."""
    return e.standing is not None


def _converged(e: Evidence) -> bool:
    """The certified gap is at most tol x the cost of the constant model (tol None: 1e-10), or its own rounding."""
    slack = 10 if e.end == "certified" else 1  # the stop that found it so did before it was rounded to raw units
    return e.convex and e.gap is not None and e.gap <= slack * e.target


def _cycling(e: Evidence) -> bool:
    """Batch steps, loss not squared, rate above the limit: a quarter of late steps rise and their range does not halve.

    Or nine in ten go back against the one before and the cost stays.
    """
    if e.sampled or e.quadratic or e.rate <= e.limit or len(e.cost) < 16:
        return False
    (late, before), rounding = _parts(e.cost), 1e-9 * e.scale
    jumps = np.mean(np.diff(late) > rounding) >= 0.25 and np.ptp(late) > 0.5 * np.ptp(before)
    return bool(jumps or (e.reversals >= 0.9 and late.min() >= before.min() - rounding))


def _oscillating(e: Evidence) -> bool:
    """Batch steps, rate above half the limit: nine in ten of the last 20 steps go back against the one before."""
    return not e.sampled and e.reversals >= 0.9 and e.rate > 0.5 * e.limit


def _noise_floor(e: Evidence) -> bool:
    """Sampled steps: the later half's median gap is over a quarter of the earlier, and a fifth of its costs rise."""
    if not e.sampled or e.above is None or len(e.cost) < 9:
        return False
    half = e.step > 0.5 * e.steps
    late, middle = e.above[half], e.above[(e.step > 0.1 * e.steps) & ~half]
    return min(len(late), len(middle)) >= 3 and bool(
        np.median(late) > 0.25 * np.median(middle) and np.mean(np.diff(late) > 0) >= 0.2
    )


def _crawling(e: Evidence) -> bool:
    """At the pace of the later half more steps are needed than were made, the rate not run out; or none moves it."""
    left = e.remaining
    return left is not None and left > e.steps


def _stopped(_: Evidence) -> bool:
    """None of these: a limit or the user ended the run."""
    return True


def _n(x: float | None) -> str:
    return f"{x:.4g}" if x is not None and math.isfinite(x) else "unknown"


def _count(x: float) -> str:
    return f"{x:.1e}" if x >= 1e9 else f"{float(f'{x:.2g}'):,.0f}"


def _steps(e: Evidence) -> str:
    return "1 step" if e.steps == 1 else f"{e.steps} steps"


def _share(e: Evidence) -> str:
    if not e.convex:
        promise = "" if e.gap is None else f", its slope promising a fall of {_n(e.gap)}"
        return f"the cost is {_n(e.reached)}{promise}"
    return f"the cost, {_n(e.reached)}, is " + ("an unknown way" if e.gap is None else _n(e.gap)) + " above its least"


def _say_separable(e: Evidence) -> str:
    now = f"the cost, {_n(e.reached)} after {_steps(e)}, goes on falling while the coefficients grow without end"
    return f"{e.separated}, so no finite optimum exists: {now}"


def _say_unbounded(e: Evidence) -> str:
    return f"there is no minimum: {e.endless}; after {_steps(e)} the cost is {_n(e.reached)}"


def _say_stationary(e: Evidence) -> str:
    promise = "" if e.gap is None else f", which promises a fall of {_n(e.gap)}"
    where = f"after {_steps(e)} the gradient norm is {_n(e.gradient_norm)}{promise}"
    return f"{where}: the cost, {_n(e.reached)}, is that of {e.standing}"


def _say_converged(e: Evidence) -> str:
    within = f" to within {e.gap:.1e}" if e.gap else ""
    return f"after {_steps(e)} the cost, {_n(e.reached)}, is at its least{within}"


def _say_diverged(e: Evidence) -> str:
    last_below = np.flatnonzero(e.cost <= e.cost[0])[-1]
    since = f"from step {e.step[min(last_below + 1, len(e.step) - 1)]} on the cost was above its start"
    if e.end == "overflow" and e.cost[-1] <= e.cost[0] and e.steps:
        how = f"after step {e.steps}, where the cost is {_n(e.reached)}, the next one led to where it is no number"
    elif e.end == "overflow":
        how = f"{since}, and after step {e.steps} numbers overflowed" if e.steps else "the very first step overflowed"
    elif e.cost[-1] > e.cost[0]:
        how = f"{since}, {_n(e.cost[-1])} at step {e.steps}"
    else:
        how = f"the cost turned and rises, {_n(e.cost[-1])} at step {e.steps}"
    return how + _against_limit(e)


def _against_limit(e: Evidence) -> str:
    if not math.isfinite(e.limit):
        return ""
    side = "near" if 0.5 * e.limit < e.rate <= e.limit else "above" if e.rate > e.limit else "below"
    start = f"; the learning rate {_n(e.rate)} is {side}"
    return f"{start} the limit {_n(e.limit)}" + ("" if e.batch_limit < math.inf else " of plain batch descent")


def _say_cycling(e: Evidence) -> str:
    low, high = (_n(bound(_parts(e.cost)[0])) for bound in (np.min, np.max))
    return f"steps jump to and fro, the cost between {low} and {high} of late{_against_limit(e)}"


def _say_oscillating(e: Evidence) -> str:
    return f"each step overshoots and comes back; after {_steps(e)} {_share(e)}{_against_limit(e)}"


def _say_noise(e: Evidence) -> str:
    return f"steps that look at a batch only jump about and get no lower; after {_steps(e)} {_share(e)}"


def _say_crawling(e: Evidence) -> str:
    left = e.remaining or 0.0
    more = f"at this pace about {_count(left)} more are needed" if math.isfinite(left) else "it hardly moves"
    kappa = f"; the condition number is {_n(e.condition)}" if e.condition and e.condition > 10 else ""
    return f"after {_steps(e)} {_share(e)}; {more}{kappa}"


def _say_stopped(e: Evidence) -> str:
    why = "" if e.end in ("certified", f"{e.steps} epochs") else f" ({e.end})"
    out = f"; the schedule of learning rates has run out, {_n(e.rate)} now" if e.spent else ""
    return f"after {_steps(e)}{why} {_share(e)}, the gradient norm {_n(e.gradient_norm)}{out}"


def _penalise(_: Evidence) -> str | None:
    """A penalty, or fewer columns."""
    return "a penalty, alpha=0.001 say, or fewer columns"


def _bound(_: Evidence) -> str | None:
    """Bounds."""
    return "bounds that hold the minimum that is meant"


def _elsewhere(e: Evidence) -> str | None:
    """Another start, unless it is a minimum."""
    return None if "minimum" in str(e.standing) else "another start, a little beside this point"


def _lower_rate(e: Evidence) -> str | None:
    """A learning rate that settles, or auto."""
    if e.function and e.auto:
        return "bounds that keep to where the function has a value"
    rate = e.safe if e.batch_limit < math.inf else min(e.safe, 0.5 * e.rate)
    return f"a learning rate of {_n(rate)}" + ("" if e.auto else ", or learning_rate='auto'")


def _nothing(_: Evidence) -> str | None:
    """Nothing."""
    return None


def _faster(e: Evidence) -> str | None:
    """A higher learning rate, or auto."""
    if e.function:
        return "more steps, or rule='auto'"
    if e.auto:
        return "more iterations" if e.quadratic else "more iterations, or a small penalty such as alpha=0.0001"
    higher = f"a learning rate of {_n(e.safe)}, or " if e.rate < 0.5 * e.safe and e.batch_limit < math.inf else ""
    return higher + "learning_rate='auto', which scales the columns"


def _smaller_noise(e: Evidence) -> str | None:
    """A falling learning rate, estimate='saga', or larger batches."""
    return ("" if e.auto else "a falling rate such as inverse_scaling, ") + "estimate='saga', or larger batches"


def _more(e: Evidence) -> str | None:
    """More iterations, or of a schedule that has run out a longer one."""
    if e.spent or e.end == "no step lowers the cost":
        return "a longer schedule, or the rate 'auto'" if e.spent else "another start, or a look at the slopes there"
    left, what = e.remaining, "steps" if e.function else "iterations"
    return f"more {what}" + (f", about {_count(left)}" if left and math.isfinite(left) else "")


TABLE = (
    Row("separable", _separable, _say_separable, _penalise, warning="SeparationWarning"),
    Row("unbounded", _unbounded, _say_unbounded, _bound, exit_code=4, warning="DivergenceWarning"),
    Row("diverged", _diverged, _say_diverged, _lower_rate, exit_code=4, warning="DivergenceWarning"),
    Row("converged", _converged, _say_converged, _nothing, warning=None),
    Row("stationary", _stationary, _say_stationary, _elsewhere, warning=None),
    Row("cycling", _cycling, _say_cycling, _lower_rate),
    Row("oscillating", _oscillating, _say_oscillating, _lower_rate),
    Row("noise floor", _noise_floor, _say_noise, _smaller_noise),
    Row("crawling", _crawling, _say_crawling, _faster),
    Row("stopped", _stopped, _say_stopped, _more),
)
