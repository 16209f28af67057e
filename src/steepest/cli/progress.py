"""A progress bar on stderr: only on a terminal, and only for runs longer than half a second."""

from __future__ import annotations

import sys
import time
from typing import Any

from .interrupt import heard

__all__ = ["Progress"]

PATIENCE = 0.5  # seconds


class Progress:
    """Callable that ``fit`` tells how far it is; use it in a ``with`` statement."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.bar: Any = None
        self.shown = sys.stderr.isatty()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()

    def __call__(self, done: float, total: float, cost: float | None) -> None:
        """Move the bar to ``done`` of ``total`` epochs; raise KeyboardInterrupt if somebody swallowed it before."""
        if heard.is_set():
            raise KeyboardInterrupt
        if not self.shown or time.monotonic() - self.began < PATIENCE:
            return
        if self.bar is None:  # not ``or``: an empty bar is false
            self.bar = _bar(float(total))
            self.bar.start_t -= time.monotonic() - self.began
        self.bar.set_postfix_str("" if cost is None else f"cost {cost:.6g}", refresh=False)
        self.bar.n = min(float(done), float(total))
        self.bar.refresh()


def _bar(total: float) -> Any:
    from tqdm import tqdm

    form = "{percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} epochs [{elapsed}<{remaining}{postfix}]"
    return tqdm(total=total, file=sys.stderr, leave=False, bar_format=form, dynamic_ncols=True)
