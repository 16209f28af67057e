"""A progress bar on stderr: only on a terminal, and only for runs longer than half a second."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ..core.progress import Bar, Progress, Told
from .interrupt import heard

__all__ = ["shown"]


@contextmanager
def shown(unit: str = "epochs") -> Iterator[Told]:
    """The progress callback of a run; it raises KeyboardInterrupt if a library caught it before."""
    terminal = sys.stderr.isatty()
    with Bar(unit) as bar:

        def tell(now: Progress) -> None:
            if heard.is_set():
                raise KeyboardInterrupt
            if terminal:
                bar(now)

        yield tell
