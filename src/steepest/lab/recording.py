"""A recorded run as the page replays it: some of its states, exactly, and its verdict."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.types import Array

__all__ = ["Recording", "kept_states"]

MOST_STATES = 600
HALVINGS = 50  # of the interval that has the width of the bins
MOST_NUMBERS = 2400  # of all kept states, so that runs of many parameters make no large page


class Recording(NamedTuple):
    """States of a run, in raw units, the intercept of a table last.

    Attributes
    ----------
    rule : str
    names : tuple of str
        Of the p parameters.
    path : (m, p) array
    step, cost : (m,) arrays
        A cost that was not evaluated is NaN.
    reported : int
        The step whose state is the answer.
    verdict : dict
        With ``status``, ``message`` and ``advice``.
    minimum : float or None
        Of the cost, if it is known.
    """

    rule: str
    names: tuple[str, ...]
    path: Array
    step: NDArray[np.int64]
    cost: Array
    reported: int
    verdict: dict[str, Any]
    minimum: float | None = None

    def finite(self) -> Recording:
        """The states before the first that overflows."""
        fits = np.isfinite(self.path).all(1) & ~np.isinf(self.cost)
        return self._at(np.arange(len(fits) if fits.all() else max(int(fits.argmin()), 1)))

    def thinned(self) -> Recording:
        """At most 600 states, fewer where there are more than two parameters."""
        most = max(min(MOST_STATES, MOST_NUMBERS // (self.path.shape[1] + 2)), 3)
        return self._at(kept_states(self.step, self.reported, most))

    def member(self) -> dict[str, Any]:
        """`Recording` in front/src/types.ts, its arrays as little-endian float64 in base64.

        Examples
        --------
        >>> path, step = np.ones((1, 2)), np.zeros(1, np.int64)
        >>> Recording("plain", ("x", "y"), path, step, np.ones(1), 0, {}).member()["cost"]
        'AAAAAAAA8D8='
        """
        arrays = {name: _packed(getattr(self, name)) for name in ("path", "step", "cost")}
        known = {} if self.minimum is None else {"minimum": self.minimum}
        of_run = {"rule": self.rule, "names": self.names, "reported": self.reported, "verdict": self.verdict}
        return {**of_run, **arrays, **known}

    def _at(self, kept: NDArray[np.int64]) -> Recording:
        return self._replace(path=self.path[kept], step=self.step[kept], cost=self.cost[kept])


def kept_states(step: NDArray[np.int64], reported: int, most: int) -> NDArray[np.int64]:
    """Places of at most so many states: the first, the last, the answer, and others log-spaced by step.

    Examples
    --------
    >>> step = np.arange(100_001)
    >>> kept = kept_states(step, 777, 50)
    >>> len(kept) <= 50, kept[:5].tolist(), int(kept[-1]), 777 in kept
    (True, [0, 1, 2, 3, 4], 100000, True)
    >>> kept_states(step[:9], 8, 50).tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8]
    """
    m = len(step)
    if m <= most:
        return np.arange(m)
    logs = np.log1p(step)
    wide, narrow = float(logs[-1]) + 1.0, 0.0  # widths of bins: one bin in all, and too many
    for _ in range(HALVINGS):
        width = (wide + narrow) / 2
        wide, narrow = (width, narrow) if len(_firsts(logs, width)) <= most - 3 else (wide, width)
    return np.unique([0, int(np.searchsorted(step, reported)), m - 1, *_firsts(logs, wide)])


def _firsts(logs: Array, width: float) -> NDArray[np.int64]:
    """The place of the first in each bin of this width."""
    return np.flatnonzero(np.diff(np.floor(logs / width), prepend=-1.0))


def _packed(values: NDArray[Any]) -> str:
    return b64encode(np.ascontiguousarray(values, "<f8").tobytes()).decode()
