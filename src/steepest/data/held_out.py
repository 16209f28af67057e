"""Held-out rows: those of a table that a seed chooses, each class in its share."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..core.errors import UsageError
from .rows import Rows

__all__ = ["split"]

Numbers = NDArray[np.int64]
GIVE = "give them with fit(X, y, validation=(Xv, yv))"


def split(rows: Rows, share: float, seed: int, *, labels: bool, mend: str = GIVE) -> tuple[Rows, Rows]:
    """Training rows and held-out rows, in the order of the table; stratified where the classes are large enough.

    One row of each class is trained on in any case. ``mend`` says what to do where none can be held out.

    Raises
    ------
    UsageError
        If the share is not between 0 and 1, or there is no row to hold out or to train on.

    Examples
    --------
    >>> from steepest import make_rows
    >>> kept, held_out = split(make_rows(np.arange(8.0)[:, None], [0.0, 0, 0, 0, 1, 1, 1, 1]), 0.5, 0, labels=True)
    >>> kept.y.ravel().tolist(), held_out.y.ravel().tolist()
    ([0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0])
    """
    if not 0 < share < 1:
        raise UsageError(f"validation_fraction must be a number between 0 and 1, not {share!r}")
    n = rows.shape[0]
    classes = rows.y[:, 0] if rows.y.shape[1] == 1 else rows.y.argmax(1)
    firsts = np.unique(classes, return_index=True)[1] if labels else np.zeros(0, np.int64)
    needed = max(1, len(firsts))
    if n <= needed:
        few = f"{n} row{'s' * (n > 1)}" + (", one of each class" if n > 1 and labels else "")
        raise UsageError(f"no rows can be held out of {few}: {mend}")
    if math.ceil(share * n) >= n > 2:
        raise UsageError(f"validation_fraction={share:g} of {n} rows leaves none to train on: hold out fewer")
    count = min(max(1, math.ceil(share * n)), n - needed)
    random = np.random.RandomState(seed % 2**32)
    if labels and count >= len(firsts) and np.bincount(classes.astype(int)).min() > 1:
        held_out = _by_class(classes, count, random)
    else:
        others = np.setdiff1d(np.arange(n), firsts)
        held_out = others[random.permutation(len(others))[:count]]
    return _part(rows, np.setdiff1d(np.arange(n), held_out)), _part(rows, np.sort(held_out))


def _by_class(classes: NDArray[np.float64], count: int, random: np.random.RandomState) -> Numbers:
    """``count`` rows, of each class its share: rounded down, and the largest remainders up."""
    _, kind, sizes = np.unique(classes, return_inverse=True, return_counts=True)
    exact = count * sizes / len(classes)
    taken = np.minimum(exact.astype(int), sizes - 1)
    order = np.argsort(taken - exact, kind="stable")
    open_ones = order[taken[order] < sizes[order] - 1]
    taken[open_ones[: count - taken.sum()]] += 1
    return np.concatenate([random.permutation(np.flatnonzero(kind == c))[:m] for c, m in enumerate(taken)])


def _part(rows: Rows, numbers: Numbers) -> Rows:
    part = rows.take(numbers)
    total = len(numbers) if part.weight is None else part.weight.sum()
    return part._replace(y=np.asfortranarray(part.y), total=float(total))
