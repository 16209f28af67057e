"""Progress: how far a run is, reported while it runs, and a bar that shows it."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["Bar", "Outlook", "Progress", "Told", "may_end"]

PATIENCE = 0.5  # seconds before a bar opens: a short run shows none
PAUSE = 0.1  # seconds from one change of the bar to the next
KNOWN = "{percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f}"
ENDLESS = "{n:.0f}"


class Progress(NamedTuple):
    """How far a run is. Every field is a by-product of the descent: nothing is computed for the report.

    Attributes
    ----------
    done, total : float
        Passes over the data (epochs) so far, and their maximum; infinite where no limit is known.
    cost, rate : float or None
        Last computed value of the objective; learning rate of the last step.
    gap : float or None
        Gap of the last certificate; None before the first.
    target : float or None
        The gap that ends the run; 0 if another criterion may end it; None if the run always takes ``total`` epochs.
    words : str
        More, said first. ``total`` is an estimate then.

    Examples
    --------
    >>> str(Progress(3, 10, 0.25, 0.1, gap=1.5e-3)), Progress(3, 10).done
    ('cost 0.25, gap 0.0015, rate 0.1', 3)
    """

    done: float
    total: float
    cost: float | None = None
    rate: float | None = None
    gap: float | None = None
    target: float | None = None
    words: str = ""

    @staticmethod
    def of(block: Any, total: float) -> Progress:
        """The report at the end of a block of states."""
        costs = (float(block.cost[-1]), float(block.last.cost))
        rate = float(block.eta[-1])
        cost = next((c for c in costs if math.isfinite(c)), None)
        return Progress(float(block.epoch[-1]), float(total), cost, rate if math.isfinite(rate) else None)

    def __str__(self) -> str:
        known = {"cost": (self.cost, ".6g"), "gap": (self.gap, ".2g"), "rate": (self.rate, ".3g")}
        said = [f"{name} {value:{form}}" for name, (value, form) in known.items() if value is not None]
        return ", ".join([self.words, *said] if self.words else said)


Told = Callable[[Progress], Any]


def may_end(told: Told | None) -> Told | None:
    """The same report, for a run that may end before its limit."""
    return None if told is None else lambda now: told(now._replace(target=0.0))


class Outlook:
    """The remaining time of a run to its limit, at the speed so far: a bound where the run may end before.

    It is an estimate, "about", where the limit is one.

    Examples
    --------
    >>> outlook = Outlook()
    >>> outlook(Progress(10, 1000, target=1e-6), 1.0), outlook(Progress(20, 1000, target=1e-6), 2.0)
    (None, ('at most', 98.0))
    """

    def __init__(self) -> None:
        self.first: tuple[float, float] | None = None  # seconds, epochs

    def __call__(self, now: Progress, seconds: float) -> tuple[str, float] | None:
        """Kind of the figure ("at most", or "" where the run goes to its limit) and seconds; None while unknown."""
        self.first = self.first or (seconds, now.done)
        since, done = seconds - self.first[0], now.done - self.first[1]
        if not done > 0 or not math.isfinite(now.total):
            return None
        kind = "about" if now.words else "" if now.target is None else "at most"
        return kind, since * max(0.0, now.total - now.done) / done


class Bar:
    """A bar on stderr, or in a notebook, which opens after half a second; call it with `Progress`, in a ``with``."""

    def __init__(self, unit: str = "epochs") -> None:
        self.unit = unit
        self.began = self.last = time.monotonic()
        self.outlook = Outlook()
        self.bar: Any = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()

    def __call__(self, now: Progress) -> None:
        """Show how far it is, some ten times a second at most."""
        clock = time.monotonic()
        left = self.outlook(now, clock - self.began)
        if clock - self.began < PATIENCE or clock - self.last < PAUSE or sys.stderr is None:
            return
        if self.bar is None:  # not ``or``: an empty bar is false
            self.bar = _opened(now.total, self.unit, clock - self.began)
        self.last = clock
        self.bar.set_postfix_str(_words(now, left), refresh=False)
        if math.isfinite(now.total):
            self.bar.total = now.total
        self.bar.n = min(now.done, now.total)
        self.bar.refresh()


def _opened(total: float, unit: str, seconds: float) -> Any:
    from tqdm.auto import tqdm

    known = math.isfinite(total)
    bar = tqdm(
        total=total if known else None,
        file=sys.stderr,
        leave=False,
        bar_format=(KNOWN if known else ENDLESS) + f" {unit} [{{elapsed}}{{postfix}}]",
        dynamic_ncols=True,
    )
    bar.start_t -= seconds
    return bar


def _words(now: Progress, left: tuple[str, float] | None) -> str:
    if left is None:
        return str(now)
    return ", ".join(part for part in (f"{left[0]} {_clock(left[1])} left".strip(), str(now)) if part)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"
