"""Progress of a fit whose steps are passes over the data: passes, parts, speed, and about how many passes are left."""

from __future__ import annotations

import math
import time
from typing import Protocol

from .progress import Progress, Told
from .record_types import Loss

__all__ = ["PassProgress", "passes_left"]

SMOOTH = 4.0  # passes of a smooth loss


class Passing(Protocol):
    """How far a pass is."""

    @property
    def done(self) -> int:
        """Parts that are done."""

    @property
    def parts(self) -> int:
        """Parts of the pass."""

    @property
    def rows(self) -> int:
        """Rows that were read in this pass."""


class PassProgress:
    """Puts the reports of a fit and of its passes together: call it with the former and ``passing`` with the latter.

    Parameters
    ----------
    tell : callable
        Told of every part.
    row_bytes : float
        Bytes of a row as numbers.
    loss : Loss
        By which the number of passes is guessed before the first certificate.
    """

    def __init__(self, tell: Told, row_bytes: float, loss: Loss) -> None:
        self.tell, self.row_bytes, self.expected = tell, row_bytes, 1.0 if loss.quadratic else SMOOTH
        self.known = Progress(0.0, self.expected)
        self.passes, self.parts = 0, 0  # parts of the running pass
        self.began = self.last = time.monotonic()

    def __call__(self, now: Progress) -> None:
        """Take the cost and the gap of a step."""
        self.known = now

    def passing(self, now: Passing) -> None:
        """Tell of a part."""
        clock = time.monotonic()
        if not 0 < self.parts < now.done:  # a pass begins
            self.passes, self.began = self.passes + 1, self.last
        self.parts, self.last = now.done % now.parts, clock
        done = self.passes - 1 + now.done / now.parts
        total = max(self.expected, math.ceil(done))
        if (left := passes_left(self.known)) is not None:
            total = min(max(self.passes + left - 1, math.ceil(done)), self.known.total)
        speed = now.rows * self.row_bytes / max(1e-9, clock - self.began) / 1e9
        words = f"part {now.done:,}/{now.parts:,}, {speed:.2g} GB/s"
        self.tell(self.known._replace(done=done, total=total, cost=None, rate=None, words=words))


def passes_left(now: Progress) -> int | None:
    """Passes until the gap is small enough, if each doubles its digits as Newton's steps do; None while unknown.

    Examples
    --------
    >>> [passes_left(Progress(1, 9, cost=1.0, gap=gap, target=1e-10)) for gap in (1e-3, 1e-6, 1e-11)]
    [2, 1, 0]
    """
    if now.gap is None or not now.target or not now.cost:
        return None
    gap, target = (max(1e-300, min(0.5, x / abs(now.cost))) for x in (now.gap, now.target))
    return max(0, math.ceil(math.log2(math.log(target) / math.log(gap))))
