"""Verdicts: what happened, in words, with the number that shows it and one thing to try.

`TABLE` is the whole judgement: the first row whose criterion holds names the status. `docs/verdicts.md` is that table.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["TABLE", "Evidence", "Row", "Verdict", "judge"]

Array = NDArray[np.float64]


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
        lines = [f"{self.status}: {self.message}"]
        lines += [f"try: {self.advice}"] if self.advice else []
        return "\n".join(lines + [f"note: {note}" for note in self.notes])

    @property
    def exit_code(self) -> int:
        """Exit status of the command line: 4 if diverged, else 0."""
        return next((row.exit_code for row in TABLE if row.status == self.status), 0)


class Evidence(NamedTuple):
    """What a verdict is judged by; costs are the full objective at the recorded steps."""

    cost: Array  # (c,)
    step: NDArray[np.int64]  # (c,) updates at which those costs were looked at
    end: str  # why the run ended: a stop's name, "overflow" or "interrupted"
    gap: float | None  # certified cost above the least, if known
    target: float  # the gap that counts as converged: tol x cost of the constant model
    gradient_norm: float
    rate: float  # learning rate of the last step
    limit: float  # largest constant rate of plain descent that settles
    condition: float | None  # kappa
    quadratic: bool  # squared loss
    sampled: bool  # steps looked at batches of rows
    plain: bool  # plain rule at a constant rate
    separated: bool  # the answer proves the classes separated
    reversals: float  # share of the last steps that went back against the one before

    @property
    def steps(self) -> int:
        """Updates made."""
        return int(self.step[-1]) if len(self.step) else 0


class Row(NamedTuple):
    """One status: when it holds, how it is said, what to try."""

    status: str
    criterion: str  # the same in words, for the documentation
    holds: Callable[[Evidence], bool]
    message: Callable[[Evidence], str]
    advice: Callable[[Evidence], str | None]
    exit_code: int = 0
    warning: str | None = None


def judge(evidence: Evidence, notes: tuple[str, ...] = ()) -> Verdict:
    """Name what happened: the first row of ``TABLE`` that holds."""
    row = next(row for row in TABLE if row.holds(evidence))
    return Verdict(row.status, row.message(evidence), row.advice(evidence), notes)


def _n(x: float) -> str:
    return f"{x:.4g}"


def _diverged(e: Evidence) -> bool:
    """Numbers overflowed, or the cost of a squared loss ends above its start and is still growing."""
    if e.end == "overflow":
        return True
    if not e.quadratic or len(e.cost) < 3 or not e.cost[-1] > e.cost[0] * (1 + 1e-9):
        return False
    late = e.cost[len(e.cost) // 2 :]
    return bool(late[-1] >= late.max() and late[-1] > (10.0 if e.sampled else 1.0) * max(late[0], e.cost[0]))


def _cycling(e: Evidence) -> bool:
    """Batch descent above the limit whose cost neither falls nor explodes: up at least a quarter of the late steps."""
    if e.sampled or e.quadratic or e.rate <= e.limit or len(e.cost) < 16:
        return False
    quarter = len(e.cost) // 4
    above = e.cost - (0.0 if e.gap is None else e.cost[-1] - e.gap)
    late, middle = above[-quarter:], above[-2 * quarter : -quarter]
    rises = np.mean(np.diff(late) > 1e-12 * np.abs(e.cost[-1]))
    return bool(rises >= 0.25 and np.median(late) > 0.5 * np.median(middle))


def _oscillating(e: Evidence) -> bool:
    return not e.sampled and e.reversals >= 0.9 and e.rate > 0.5 * e.limit


def _noise_floor(e: Evidence) -> bool:
    """Sampled steps whose cost stays on a plateau above the optimum: its late third is no lower than its middle third."""
    if not e.sampled or e.gap is None or len(e.cost) < 9:
        return False
    above = e.cost - (e.cost[-1] - e.gap)
    epochs_late = e.step > 0.5 * e.step[-1]
    late, middle = above[epochs_late], above[(e.step > 0.1 * e.step[-1]) & ~epochs_late]
    if len(late) < 3 or len(middle) < 3:
        return False
    return bool(np.median(late) > 0.5 * np.median(middle) and np.median(middle) < 0.9 * above[0])


def remaining(e: Evidence) -> float | None:
    """Steps still to go at the late pace; None where the gap does not fall or is unknown."""
    if e.gap is None or len(e.cost) < 3 or e.steps < 2:
        return None
    above = e.cost - (e.cost[-1] - e.gap)
    middle = int(np.searchsorted(e.step, e.steps / 2))
    if middle >= len(e.cost) - 1 or not above[middle] > e.gap > 0:
        return None
    pace = math.log(above[middle] / e.gap) / (e.steps - int(e.step[middle]))
    return math.log(e.gap / e.target) / pace if e.target > 0 else math.inf


def _crawling(e: Evidence) -> bool:
    left = remaining(e)
    return left is not None and left > e.steps and e.end != "interrupted"


def _share(e: Evidence) -> str:
    return (
        f"the cost is {_n(e.gap)} above its least" if e.gap is not None else "how far it is from the least is unknown"
    )


def _first_above_start(e: Evidence) -> int:
    below = np.flatnonzero(e.cost <= e.cost[0])
    return int(e.step[min(below[-1] + 1, len(e.step) - 1)])


def _say_diverged(e: Evidence) -> str:
    where = f"from step {_first_above_start(e)} on the cost was above its start"
    how = (
        f"{where} and it overflowed after step {e.steps}"
        if e.end == "overflow"
        else f"{where}, {_n(e.cost[-1])} at step {e.steps}"
    )
    return f"{how}; the learning rate {_n(e.rate)} {_against_limit(e)}"


def _against_limit(e: Evidence) -> str:
    word = "is above" if e.rate > e.limit else "is below"
    kind = "the limit" if e.plain and not e.sampled else "the limit of plain batch descent,"
    return f"{word} {kind} {_n(e.limit)}"


def _say_crawling(e: Evidence) -> str:
    left = remaining(e)
    more = f"{left:.2g}" if left is not None and math.isfinite(left) else "endlessly many"
    kappa = f"; the condition number is {_n(e.condition)}" if e.condition else ""
    return f"after {e.steps} steps {_share(e)}; at this pace {more} more steps are needed{kappa}"


def _say_stopped(e: Evidence) -> str:
    reason = "by the user" if e.end == "interrupted" else f"at the limit of {e.steps} steps" if "c" in e.end else e.end
    return f"{reason}; {_share(e)}, the gradient norm {_n(e.gradient_norm)}"


TABLE = (
    Row(
        "separable",
        "log loss without penalty, and every margin s_i (x_i . v) is positive for the free part v of the answer",
        lambda e: e.separated,
        lambda e: (
            f"a plane separates the classes, so no finite optimum exists: the cost, {_n(e.cost[-1])} after {e.steps} steps, "
            "falls towards 0 while the coefficients grow without end"
        ),
        lambda e: "a penalty, alpha=0.001 say, or fewer columns",  # noqa: ARG005
        warning="SeparationWarning",
    ),
    Row(
        "diverged",
        "a number overflowed, or the cost of a squared loss ends above its start, at its highest and growing",
        _diverged,
        _say_diverged,
        lambda e: f"a learning rate of {_n(0.5 * e.limit)}, or learning_rate='auto'",
        exit_code=4,
        warning="DivergenceWarning",
    ),
    Row(
        "converged",
        "the certified gap is at most tol x the cost of the constant model (1e-10 where tol is None)",
        lambda e: e.gap is not None and e.gap <= e.target and e.end != "interrupted",
        lambda e: f"after {e.steps} steps {_share(e)} at most",
        lambda e: None,  # noqa: ARG005
    ),
    Row(
        "cycling",
        "batch, log loss, rate above the limit: the cost rises in a quarter of the late steps and the median gap does not halve",
        _cycling,
        lambda e: (
            f"the cost goes up and down, between {_n(e.cost[-(len(e.cost) // 4) :].min())} and "
            f"{_n(e.cost[-(len(e.cost) // 4) :].max())} of late, without settling; the learning rate {_n(e.rate)} {_against_limit(e)}"
        ),
        lambda e: f"a learning rate of {_n(0.5 * e.limit)}, or learning_rate='auto'",
        warning="NotConvergedWarning",
    ),
    Row(
        "oscillating",
        "batch, rate above half the limit: nine in ten of the late steps go back against the step before",
        _oscillating,
        lambda e: (
            f"each step overshoots and comes back; after {e.steps} steps {_share(e)}; the learning rate "
            f"{_n(e.rate)} is {_n(e.rate / e.limit)} of the limit {_n(e.limit)}"
        ),
        lambda e: f"a learning rate of {_n(0.5 * e.limit)}",
        warning="NotConvergedWarning",
    ),
    Row(
        "noise floor",
        "sampled steps: the late median of the gap is more than half of the earlier one, both above tol",
        _noise_floor,
        lambda e: (
            f"the steps jump about a level where {_share(e)}; batches at a learning rate of {_n(e.rate)} get no lower"
        ),
        lambda e: "a falling learning rate such as inverse_scaling, or larger batches",  # noqa: ARG005
        warning="NotConvergedWarning",
    ),
    Row(
        "crawling",
        "the gap falls, but at the late pace more steps are needed than were made",
        _crawling,
        _say_crawling,
        lambda e: "learning_rate='auto', or columns of one scale",  # noqa: ARG005
        warning="NotConvergedWarning",
    ),
    Row(
        "stopped",
        "none of these: a limit or the user ended the run",
        lambda e: True,  # noqa: ARG005
        _say_stopped,
        lambda e: "more iterations" if e.end != "interrupted" else None,
        warning="NotConvergedWarning",
    ),
)
