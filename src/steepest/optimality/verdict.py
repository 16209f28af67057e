"""Verdicts: what happened, in words, with the number that shows it and one thing to try.

`TABLE` is the whole judgement: the first row whose criterion holds names the status. `docs/understand/verdicts.md` is
that table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..core.html_text import block
from ..core.shown_text import visible
from . import advice
from . import verdict_text as say
from .advice import Remedy, as_python, spelled
from .evidence import ENDED, Evidence, quarters

__all__ = ["TABLE", "Row", "Verdict", "judge"]


class Verdict(NamedTuple):
    """What happened.

    Attributes
    ----------
    status : str
        One of the names in ``TABLE``.
    message : str
        One or two plain sentences with the numbers; the first begins with the status.
    advice : str or None
        What to try, spelled as Python.
    notes : tuple of str
        Facts about the data: constant columns, columns that depend on others.
    remedies : tuple of Remedy
        The advice as data: settings and their values.

    Examples
    --------
    >>> from steepest import minimize
    >>> print(minimize("(x - 3)**2 + 2", 6, learning_rate=0.25).verdict)
    Converged after 54 steps: the cost, 2, is the minimum.
    Note: the function is quadratic and convex, so the minimum is global.
    """

    status: str
    message: str
    advice: str | None = None
    notes: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()

    def __str__(self) -> str:
        lines = [self.message, *([f"Try {self.advice}."] if self.advice else [])]
        return "\n".join(map(visible, lines + [f"Note: {note}." for note in self.notes]))

    def _repr_html_(self) -> str:
        advice = [f"Try {self.advice}."] if self.advice else []
        return block(self.message, advice + [f"Note: {note}." for note in self.notes])

    @property
    def unusable(self) -> bool:
        """Whether the last state is no answer: the cost rose, or falls without end."""
        return self.status in ("unbounded", "diverged")

    def as_dict(self) -> dict[str, Any]:
        """What files hold of it."""
        return {**self._asdict(), "remedies": [remedy._asdict() for remedy in self.remedies]}

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> Verdict:
        """The verdict that `as_dict` wrote.

        Parameters
        ----------
        found : dict
            With ``status``, ``message`` and ``notes``.

        Examples
        --------
        >>> verdict = Verdict("stopped", "Stopped.", "more steps", ("n",), (Remedy("more steps", "steps"),))
        >>> Verdict.from_dict(verdict.as_dict()) == verdict
        True
        """
        remedies = tuple(Remedy(**remedy) for remedy in found.get("remedies", ()))
        return cls(**{**found, "notes": tuple(found["notes"]), "remedies": remedies})


class Row(NamedTuple):
    """One status: when it holds, how it is said, what to try; docs quote the docstrings of ``holds`` and ``advice``."""

    status: str
    holds: Callable[[Evidence], bool]
    message: Callable[[Evidence], str]
    advice: Callable[[Evidence], tuple[Remedy, ...]]


def judge(evidence: Evidence, notes: tuple[str, ...] = ()) -> Verdict:
    """Name what happened: the first row of ``TABLE`` that holds; a run that the user ended is only stopped."""
    rows = TABLE[-1:] if evidence.end in ENDED else TABLE
    row = next(row for row in rows if row.holds(evidence))
    remedies = row.advice(evidence)
    return Verdict(row.status, row.message(evidence), spelled(remedies, as_python), notes, remedies)


def _separable(e: Evidence) -> bool:
    """Proven: along some direction the cost never rises, and the loss of some rows falls without end."""
    return e.separated is not None


def _diverged(e: Evidence) -> bool:
    """A number overflowed; or a squared loss ends above its start (sampled: 10 times), highest of all and growing.

    Or it rises at a constant rate above the limit.
    """
    if e.end == "overflow" or not e.quadratic or len(e.cost) < 3:
        return e.end == "overflow"
    late, before = quarters(e.cost)
    rounding = 1e-9 * e.cost[-1] + 1e-12 * e.scale
    if e.rate > e.batch_limit and e.cost[-1] > e.cost[-2] + rounding:
        return True
    bar = 10 * max(e.cost[0], e.scale) if e.sampled else e.cost[0] + rounding
    return bool(e.cost[-1] > bar and late.max() >= e.cost.max() and late.max() > before.max())


def _unbounded(e: Evidence) -> bool:
    """A function that falls without end: by its form, or seen to at 10^15 times the size of the point."""
    return e.endless is not None


def _stationary(e: Evidence) -> bool:
    """A function not known to be convex: the predicted decrease of the cost is at most tol x the cost at the start."""
    return e.standing is not None


def _converged(e: Evidence) -> bool:
    """The certified gap is at most tol x the cost of the constant model (tol None: 1e-10), or its own rounding.

    And a direction of recession is ruled out.
    """
    slack = 10 if e.end == "certified" else 1  # the stop that found it so did before it was rounded to raw units
    return e.convex and e.local and not e.unproven and e.gap is not None and e.gap <= slack * e.target


def _cycling(e: Evidence) -> bool:
    """Batch steps, loss not squared, rate above the limit: a quarter of late steps rise and their range does not halve.

    Or the rate is not known to be below it, nine in ten go back against the one before and the cost stays.
    """
    if e.sampled or e.quadratic or len(e.cost) < 16 or (e.limit is not None and e.rate <= e.limit):
        return False
    (late, before), rounding = quarters(e.cost), 1e-9 * e.scale
    jumps = np.mean(np.diff(late) > rounding) >= 0.25 and np.ptp(late) > 0.5 * np.ptp(before)
    stays = e.reversals >= 0.9 and late.min() >= before.min() - rounding
    return bool((jumps and e.limit is not None) or stays)


def _oscillating(e: Evidence) -> bool:
    """Batch steps, rate not known to be below half the limit: nine in ten of the last 20 steps go back."""
    return not e.sampled and e.reversals >= 0.9 and (e.limit is None or e.rate > 0.5 * e.limit)


def _noise_floor(e: Evidence) -> bool:
    """Sampled steps, rate steady: their mean has at most a tenth of the late gap (squared losses: a twentieth).

    That gap has not halved since the quarter before, and a fifth of the late costs rise.
    """
    if not e.sampled or e.bias is None or e.above is None or e.bias > (0.05 if e.quadratic else 0.1):
        return False
    half = e.step > 0.5 * e.steps
    late, middle = e.above[half], e.above[(e.step > 0.25 * e.steps) & ~half]
    return min(len(late), len(middle)) >= 3 and bool(
        np.median(late) > 0.5 * np.median(middle) and np.mean(np.diff(late) > 0) >= 0.2
    )


def _crawling(e: Evidence) -> bool:
    """More steps are needed than were made: computed for squared losses, elsewhere at the pace of the later half."""
    return e.farther


def _stopped(_: Evidence) -> bool:
    """None of these: a limit or the user ended the run."""
    return True


TABLE = (
    Row("separable", _separable, say.separable, advice.penalise),
    Row("unbounded", _unbounded, say.unbounded, advice.bound),
    Row("diverged", _diverged, say.diverged, advice.lower_rate),
    Row("converged", _converged, say.converged, advice.nothing),
    Row("stationary", _stationary, say.stationary, advice.elsewhere),
    Row("cycling", _cycling, say.cycling, advice.lower_rate),
    Row("oscillating", _oscillating, say.oscillating, advice.lower_rate),
    Row("noise floor", _noise_floor, say.noise_floor, advice.smaller_noise),
    Row("crawling", _crawling, say.crawling, advice.faster),
    Row("stopped", _stopped, say.stopped, advice.more),
)
