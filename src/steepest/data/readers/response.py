"""What belongs to the response of a row: several targets side by side, and the part of its predictor that is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import refuse

__all__ = ["joined", "known_offset"]


def joined(targets: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """One target (n,), or several side by side (n, k).

    Examples
    --------
    >>> joined([np.array([1.0, 2.0]), np.array([3.0, 4.0])]).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    return np.ascontiguousarray(targets[0]) if len(targets) == 1 else np.stack(targets, axis=1)


def known_offset(
    columns: Mapping[str, Any],
    offset: str | None,
    exposure: str | None,
    file: str,
    line: Callable[[int], int | None],
) -> NDArray[np.float64] | None:
    """Offset plus the logarithm of the exposure (n,), from the columns of these names; None without either.

    Raises
    ------
    DataError
        If an exposure is not above 0.
    """
    if exposure is None:
        return None if offset is None else columns[offset]
    size = columns[exposure]
    if not (size > 0).all():
        row = int((size <= 0).argmax())
        refuse(f"exposure {size[row]:g} is not above zero: correct it", file, exposure, row, line(row))
    log: NDArray[np.float64] = np.log(size)
    return log if offset is None else log + columns[offset]
