"""Settings of single columns by name or place: penalty factors, and signs of coefficients."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from ..core.errors import UsageError

__all__ = ["factors_of", "signs_of"]

SIGNS = {"+": 1, "-": -1}


def factors_of(asked: object, names: tuple[str, ...]) -> tuple[float, ...]:
    """The factor of each column's penalty; () if all are 1.

    Parameters
    ----------
    asked : None, d numbers >= 0, or {name or place: number}
        Columns that a dict leaves out have 1.
    names : tuple of d str

    Raises
    ------
    UsageError
        If there is no such column, or a factor is not a number >= 0.

    Examples
    --------
    >>> factors_of({"age": 0.0}, ("dose", "age")), factors_of([2.0, 1.0], ("dose", "age"))
    ((1.0, 0.0), (2.0, 1.0))
    """
    if asked is None:
        return ()
    factors = _by_place(asked, names, "penalty_factors", 1.0) if isinstance(asked, Mapping) else _listed(asked, names)
    for name, factor in zip(names, factors, strict=True):
        if isinstance(factor, (str, bool, np.bool_)) or not _is_size(factor):
            raise UsageError(f"penalty_factors: that of column {name!r} must be a number >= 0, not {factor!r}")
    found = tuple(float(factor) for factor in factors)
    return found if set(found) != {1.0} else ()


def signs_of(asked: object, names: tuple[str, ...]) -> tuple[int, ...]:
    """1 for each column whose coefficient must be >= 0, -1 for <= 0, 0 for any; () without constraints.

    Parameters
    ----------
    asked : None, "+", "-", or {name or place: "+" or "-"}
    names : tuple of d str

    Raises
    ------
    UsageError
        If there is no such column, or a sign is neither "+" nor "-".

    Examples
    --------
    >>> signs_of("+", ("dose", "age")), signs_of({"age": "-"}, ("dose", "age"))
    ((1, 1), (0, -1))
    """
    if asked is None:
        return ()
    for sign in list(asked.values()) if isinstance(asked, Mapping) else [asked]:
        if not isinstance(sign, str) or sign not in SIGNS:
            raise UsageError(f"signs must be '+', '-', or one of them for each of some columns, not {sign!r}")
    if not isinstance(asked, Mapping):
        return (SIGNS[str(asked)],) * len(names)
    found = tuple(SIGNS.get(sign, 0) for sign in _by_place(asked, names, "signs", ""))
    return found if any(found) else ()


def _by_place(asked: Mapping[Any, Any], names: tuple[str, ...], setting: str, usual: Any) -> list[Any]:
    """The setting of each column; ``usual`` for columns that are not named."""
    found, named = [usual] * len(names), set()
    for key, value in asked.items():
        place = names.index(key) if isinstance(key, str) and key in names else key
        if isinstance(place, bool) or not isinstance(place, (int, np.integer)) or not 0 <= place < len(names):
            raise UsageError(f"{setting}: no column is called {key!r}: there are {', '.join(names)}")
        if place in named:
            raise UsageError(f"{setting}: column {names[place]!r} is named twice, leave one out")
        found[place] = value
        named.add(place)
    return found


def _listed(asked: Any, names: tuple[str, ...]) -> list[Any]:
    """The factors of a sequence with one for each column."""
    if isinstance(asked, str) or not isinstance(asked, Collection) or len(asked) != len(names):
        raise UsageError(f"penalty_factors must be {len(names)} numbers >= 0, or a dict by column, not {asked!r}")
    return list(asked)


def _is_size(factor: Any) -> bool:
    try:
        return bool(0 <= float(factor) < np.inf)
    except (TypeError, ValueError):
        return False
