"""Held-out rows and folds: row numbers, as a documented function of the number of rows, the seed and the labels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import DataError, UsageError
from ..core.shown_text import counted

__all__ = ["folds", "held_out_rows", "other_rows"]

GOLDEN = 0x9E3779B97F4A7C15  # 2^64 divided by the golden ratio
MIXERS = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


def held_out_rows(n: int, share: float, *, seed: int = 0, labels: ArrayLike | None = None) -> NDArray[np.int64]:
    """Numbers of the rows that are held out, from 0, rising.

    Rows are ordered by ``mix(mix(seed) + (i + 1) GOLDEN)``, where ``mix`` is the finaliser of SplitMix64 and the
    arithmetic is modulo 2^64. The first floor(share n + 1/2) of them are held out, and at least one row is on each
    side. With labels this is done in each class. The result depends on nothing else: no library, no platform.

    Parameters
    ----------
    n : int
        Rows of the table, 2 or more.
    share : float
        Share of the rows to hold out, between 0 and 1.
    seed : int, default 0
        Names the order of the rows; the same seed gives the same rows.
    labels : (n,) array, optional
        Classes, of which each keeps its share.

    Returns
    -------
    (m,) array of int64

    Raises
    ------
    UsageError
        If the share is not between 0 and 1, or there is one row only.
    DataError
        If a class has one row only, or labels is not of length n.

    Notes
    -----
    Cost: one sort of n numbers. Row numbers do not depend on the columns, so that what is learnt from a table, such as
    its categories, can be learnt on the other rows alone.

    References
    ----------
    Steele, G. L., Lea, D. and Flood, C. H. (2014). Fast splittable pseudorandom number generators. OOPSLA.
    doi:10.1145/2660193.2660195

    Examples
    --------
    >>> held_out_rows(10, 0.2).tolist()
    [2, 4]
    >>> held_out_rows(6, 0.3, labels=list("aabbbb")).tolist()
    [1, 2]
    """
    if not 0 < share < 1:
        raise UsageError(f"the share of held-out rows must be a number between 0 and 1, not {share!r}")
    classes = _classes(n, labels, 2, "one on each side of the split")
    order, taken = shuffled(n, seed), []
    for c in range(classes.max() + 1):
        own = order[classes[order] == c]
        taken.append(own[: min(max(1, math.floor(share * len(own) + 0.5)), len(own) - 1)])
    return np.sort(np.concatenate(taken))


def folds(n: int, count: int, *, seed: int = 0, labels: ArrayLike | None = None) -> tuple[NDArray[np.int64], ...]:
    """The held-out rows of each fold: every row is in one fold, whose sizes differ by 1 at most.

    In the order of `held_out_rows`, sorted by class if there are labels, rows are dealt to the folds in turn. So the
    rows of each class are spread as evenly as all rows.

    Parameters
    ----------
    n : int
        Rows of the table.
    count : int
        Number of folds, 2 or more.
    seed : int, default 0
        Names the order of the rows; the same seed gives the same rows.
    labels : (n,) array, optional
        Classes, of which each fold gets its share.

    Returns
    -------
    tuple of count arrays of int64
        Row numbers, rising. `other_rows` gives those to fit.

    Raises
    ------
    UsageError
        If there are fewer than 2 folds, or more folds than rows.
    DataError
        If a class has fewer rows than there are folds.

    Notes
    -----
    Cost: one sort of n numbers. A fold can be fitted without a copy of the table by weights of 0 for its rows.

    Examples
    --------
    >>> [fold.tolist() for fold in folds(6, 3, labels=list("aaabbb"))]
    [[2, 4], [1, 5], [0, 3]]
    >>> from steepest.data.folds import other_rows
    >>> other_rows(6, folds(6, 3)[0]).tolist()
    [0, 3, 4, 5]
    """
    if count < 2:
        raise UsageError(f"cross-validation needs 2 folds or more, not {count}")
    classes = _classes(n, labels, count, f"one in each of {count} folds")
    order = shuffled(n, seed)
    order = order[np.argsort(classes[order], kind="stable")]
    return tuple(np.sort(order[i::count]) for i in range(count))


def other_rows(n: int, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows that are not among these, rising: those to fit, for numbers that are held out.

    Examples
    --------
    >>> other_rows(5, np.array([1, 3])).tolist()
    [0, 2, 4]
    """
    left = np.ones(n, bool)
    left[numbers] = False
    return np.flatnonzero(left)


def shuffled(n: int, seed: int) -> NDArray[np.int64]:
    """The rows 0 .. n - 1 in an order that depends on the seed alone."""
    with np.errstate(over="ignore"):
        key = _mixed(np.full(1, seed % 2**64, np.uint64))
        numbers = np.arange(1, n + 1, dtype=np.uint64)
        return np.argsort(_mixed(key + numbers * np.uint64(GOLDEN)), kind="stable")


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    for shift, factor in MIXERS:
        x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
    mixed: NDArray[np.uint64] = x ^ (x >> np.uint64(31))
    return mixed


def _classes(n: int, labels: ArrayLike | None, least: int, where: str) -> NDArray[np.int64]:
    """The number of each row's class, all 0 without labels; ``least`` rows are needed of each."""
    if labels is None:
        if n < least:
            raise UsageError(f"{counted(n, 'row')} cannot be split: {least} are needed, {where}")
        return np.zeros(n, np.int64)
    given: NDArray[Any] = np.asarray(labels)
    if given.shape != (n,):
        raise DataError(f"there are {n} rows but labels of shape {given.shape}: give one for each row")
    names, classes, counts = np.unique(given, return_inverse=True, return_counts=True)
    if counts.min() < least:
        c = int(counts.argmin())
        label = names[c].item()
        label = int(label) if isinstance(label, float) and label.is_integer() else label
        problem = f"class {label!r} has {counted(int(counts[c]), 'row')}"
        raise DataError(f"{problem}, but {least} are needed, {where}: leave that class out, or join it with another")
    return classes
