"""Advice: what to try after a run, as settings with values, which each layer above spells in its own syntax."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from .evidence import Evidence

__all__ = ["Remedy", "as_python", "spelled"]


class Remedy(NamedTuple):
    """One thing to try.

    Attributes
    ----------
    words : str
        What to do; "{}" stands where the setting is spelled.
    setting : str or None
        Name of the parameter of an estimator that it is about.
    value : object
        What to set it to; None where that is open.
    """

    words: str
    setting: str | None = None
    value: Any = None


def spelled(remedies: Iterable[Remedy], spell: Callable[[str, Any], str]) -> str | None:
    """Remedies as one phrase, each setting as ``spell`` writes it; None where there is none.

    Examples
    --------
    >>> spelled([Remedy("a penalty, {} say", "alpha", 0.001), Remedy("fewer columns")], as_python)
    'a penalty, alpha=0.001 say, or fewer columns'
    """
    texts = [r.words if r.setting is None else r.words.replace("{}", spell(r.setting, r.value)) for r in remedies]
    return ", or ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts) or None


def as_python(setting: str, value: Any) -> str:
    """Spell a setting as an argument, ``learning_rate='auto'``."""
    return f"{setting}={value!r}"


AUTO = Remedy("{}", "learning_rate", "auto")
SCALED = Remedy("{}, which scales the columns", "learning_rate", "auto")


def penalise(_: Evidence) -> tuple[Remedy, ...]:
    """A penalty, or fewer columns."""
    return Remedy("a penalty, {} say", "alpha", 0.001), Remedy("fewer columns")


def bound(_: Evidence) -> tuple[Remedy, ...]:
    """Bounds."""
    return (Remedy("bounds that hold the minimum that is meant", "bounds"),)


def elsewhere(e: Evidence) -> tuple[Remedy, ...]:
    """Another start, unless it is a minimum."""
    return () if "minimum" in str(e.standing) else (Remedy("another start, a little beside this point", "start"),)


def lower_rate(e: Evidence) -> tuple[Remedy, ...]:
    """A learning rate that settles, or auto."""
    if e.function and e.auto:
        return (Remedy("bounds that keep to where the function has a value", "bounds"),)
    rate = _rate(e.safe if e.batch_limit < math.inf else min(e.safe, 0.5 * e.rate))
    return (rate,) if e.auto else (rate, AUTO)


def nothing(_: Evidence) -> tuple[Remedy, ...]:
    """Nothing."""
    return ()


def faster(e: Evidence) -> tuple[Remedy, ...]:
    """A higher learning rate, or auto."""
    if e.function:
        return Remedy("more steps", "steps"), Remedy("{}", "rule", "auto")
    if e.auto:
        more = Remedy("more iterations", "max_iter")
        return (more,) if e.quadratic else (more, Remedy("a small penalty such as {}", "alpha", 0.0001))
    higher = e.rate < 0.5 * e.safe and e.batch_limit < math.inf
    return (_rate(e.safe), SCALED) if higher else (SCALED,)


def smaller_noise(e: Evidence) -> tuple[Remedy, ...]:
    """A falling learning rate, estimate='saga', or larger batches."""
    falling = Remedy("a falling rate such as inverse_scaling", "learning_rate", "inverse_scaling")
    others = Remedy("{}", "estimate", "saga"), Remedy("larger batches", "batch_size")
    return others if e.auto else (falling, *others)


def more(e: Evidence) -> tuple[Remedy, ...]:
    """More iterations, of a schedule that has run out a longer one, or a penalty where only a proof is missing."""
    if e.end == "validation":  # as the user asked: more would fit the held-out rows worse
        return ()
    if e.spent:
        return Remedy("a longer schedule", "learning_rate"), Remedy("the rate 'auto'", "learning_rate", "auto")
    if e.unproven and e.gap is not None and e.gap <= e.target:
        return penalise(e)
    if e.end == "no step lowers the cost":
        return Remedy("another start", "start"), Remedy("a look at the slopes there")
    what, setting = ("steps", "steps") if e.function else ("iterations", "max_iter")
    if e.end == f"{e.steps} updates" and not e.function:
        what, setting = "updates", "max_updates"
    known = e.left is not None and math.isfinite(e.left) and not e.sampled
    about = f", about {count(e.left or 0.0)}" if known else ""
    return (Remedy(f"more {what}{about}", setting),)


def _rate(rate: float) -> Remedy:
    return Remedy(f"a learning rate of {rate:.4g}", "learning_rate", float(f"{rate:.4g}"))


def count(x: float) -> str:
    """A number of steps, with two digits.

    Examples
    --------
    >>> count(12345), count(3e12)
    ('12,000', '3.0e+12')
    """
    return f"{x:.1e}" if x >= 1e9 else f"{float(f'{x:.2g}'):,.0f}"
