"""The arrays of a trajectory: an entry for each recorded state, and one for each evaluation of the objective."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

__all__ = ["LOOKS", "STATES", "looks_of", "with_entry"]

P = TypeVar("P")  # a Trajectory

STATES = ("coef", "intercept", "step", "epoch", "learning_rate", "seconds")  # an entry for each recorded state
LOOKS = ("cost_step", "cost", "gradient_norm", "gradient")  # an entry for each evaluation of the objective


def with_entry(path: P, names: tuple[str, ...], values: tuple[Any, ...], t: int) -> P:
    """With values inserted at step t in the arrays of these names, unless they have an entry of step t already."""
    steps = getattr(path, "step" if names == STATES else "cost_step")
    place = int(np.searchsorted(steps, t))
    if place < len(steps) and steps[place] == t:
        return path
    longer: dict[str, Any] = {
        name: _if_known(lambda mine, one: np.insert(mine, place, one, axis=0), getattr(path, name), value)
        for name, value in zip(names, values, strict=True)
    }
    changed: P = replace(path, **longer)  # type: ignore[type-var]  # a dataclass
    return changed


def looks_of(path: P, f: Callable[[Any, Any], Any], other: P) -> dict[str, Any]:
    """f of what each evaluation left in a trajectory and in another one."""
    return {name: _if_known(f, getattr(path, name), getattr(other, name)) for name in LOOKS}


def _if_known(f: Callable[[Any, Any], Any], mine: Any, other: Any) -> Any:
    """f of both; None where one of them is."""
    return None if mine is None or other is None else f(mine, other)
