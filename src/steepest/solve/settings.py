"""Settings of a fit: how it descends, when it ends, and who looks on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..core.errors import UsageError
from ..core.progress import Told
from ..data.rows import Rows
from ..descent.states import State

__all__ = ["DEFAULT_TOL", "Limits", "Settings", "Watch", "is_auto"]

DEFAULT_TOL = 1e-10  # what "converged" means where tol is None


@dataclass(frozen=True)
class Settings:
    """How to descend, as it was asked for: what is "auto" here a plan chooses.

    Parameters
    ----------
    rule, learning_rate : "auto", name, number or record
        A number as rate is the textbook: that rate, on the columns as they are. Both "auto": standardised columns and
        the cheapest method, see `steepest.solve.auto.cost_model`.
    batch_size, sampling : see `Method`
    average : "auto", bool, name or record
        What the answer is made of: a record of `steepest.averages`; True is "polyak_ruppert", False the last point.
        "auto" is "weighted" where batches are descended at the rate "auto", else the last point.
    estimate : name or record
        What a batch takes for the gradient of all rows: a record of `steepest.estimates`.
    standardize : "auto" or bool
        Whether to descend on shifted and scaled columns; "auto" does where the rate is "auto".
    seed : int
        Names the order of the rows.

    Raises
    ------
    UsageError
        If ``standardize`` is something else.

    Examples
    --------
    >>> Settings().scaled, Settings(learning_rate=0.1).scaled, Settings(learning_rate=0.1, standardize=True).scaled
    (True, False, True)
    """

    rule: Any = "auto"
    learning_rate: Any = "auto"
    batch_size: int | None = None
    sampling: str = "shuffle"
    average: Any = "auto"
    estimate: Any = "own_rows"
    standardize: Any = "auto"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.standardize not in ("auto", True, False):
            raise UsageError(f"standardize must be 'auto', True or False, not {self.standardize!r}")

    @property
    def auto(self) -> bool:
        """Whether the learning rate is left to the package."""
        return is_auto(self.learning_rate)

    @property
    def scaled(self) -> bool:
        """Whether to descend on shifted and scaled columns."""
        return self.auto if is_auto(self.standardize) else bool(self.standardize)


@dataclass(frozen=True)
class Limits:
    """When a fit ends at the latest, and when its answer is good enough.

    Parameters
    ----------
    max_iter, max_updates : number >= 1
        Limits in epochs and in updates; the earlier one counts.
    tol : float >= 0 or None
        Stop when the certified gap is at most tol x the cost of the constant model; None runs to the limit.

    Raises
    ------
    UsageError
        If one of them is out of its range.

    Examples
    --------
    >>> Limits(max_iter=20).updates, Limits(max_updates=7).updates
    (20, 7)
    """

    max_iter: float = 1000
    max_updates: int | None = None
    tol: float | None = DEFAULT_TOL

    def __post_init__(self) -> None:
        for name, value in (("max_iter", self.max_iter), ("max_updates", self.max_updates)):
            if value is not None and not value >= 1:
                raise UsageError(f"{name} must be a number >= 1, not {value!r}")
        if self.max_updates is not None and self.max_updates != int(min(self.max_updates, 1 << 62)):
            raise UsageError(f"max_updates must be a whole number >= 1, not {self.max_updates!r}")
        if self.tol is not None and not 0 <= self.tol < float("inf"):
            raise UsageError(f"tol must be a number >= 0, or None to run to the limit, not {self.tol!r}")

    @property
    def updates(self) -> float:
        """Updates over all rows at most."""
        return self.max_iter if self.max_updates is None else min(self.max_iter, self.max_updates)


@dataclass(frozen=True)
class Watch:
    """Who looks on while a fit runs: what is kept of it, who is told, and who may end it.

    Parameters
    ----------
    keep : "auto", True, int or False
        Which states are recorded, see `record`.
    progress : callable or None
        Told how far it is, see `record`.
    callback : callable or None
        Asked at each update (sampled: epoch; rounds of a non-smooth loss: each), with a State, ``w`` raw; True ends it.
    validation : Rows or None
        Held-out rows: the answer is the one of least loss over them, and the run ends after ``patience`` epochs in
        which it fell by no more than tol x the cost of the constant model.
    patience : int >= 1
    """

    keep: Any = "auto"
    progress: Told | None = None
    callback: Callable[[State], bool | None] | None = None
    validation: Rows | None = None
    patience: int = 5


def is_auto(setting: object) -> bool:
    """Whether a setting is left to the package."""
    return isinstance(setting, str) and setting == "auto"
