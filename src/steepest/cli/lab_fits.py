"""Fits that the served page asks for: all rows, any rule and the automatic mode, with verdict and certificate."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..core.errors import UsageError
from ..core.files import plain
from ..core.record_types import Loss
from ..core.records import from_name
from ..core.types import Array
from ..data.layout import dense_rows
from ..data.make_rows import make_rows
from ..data.readers.tables import Table
from ..data.rows import Rows
from ..descent.replay import recording_of
from ..lab.settings import MOST_STEPS
from ..objective import losses
from ..objective.problem import Problem
from ..solve.fit import Run, fit
from ..solve.model import Label
from ..solve.settings import Limits, Settings, Watch
from .table_input import class_numbers

__all__ = ["Fits"]

MOST_WORK = 2e8  # rows times steps
KINDS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "rules": (list, "a list of names"),
    "features": (list, "a list of names"),
    "start": (list, "a list of numbers"),
    "rate": ((int, float), "a number"),
    "steps": (int, "a whole number"),
    "batch": (int, "a whole number"),
    "seed": (int, "a whole number"),
    "loss": (str, "a name"),
    "schedule": (str, "a name"),
    "sampling": (str, "a name"),
    "standardize": (bool, "true or false"),
}


class Fits(NamedTuple):
    """A table in memory, and the fits to it.

    Attributes
    ----------
    X : (n, d) array
    names : tuple of str
    y : (n,) array or None
        Two classes as 0 and 1.
    target : str or None
    """

    X: Array
    names: tuple[str, ...]
    y: Array | None
    target: str | None

    @classmethod
    def of(cls, table: Table, classes: Sequence[Label] | None) -> Fits:
        """The fits to a table, of whose target these are the two labels."""
        y = table.y if classes is None else class_numbers(table, tuple(classes))
        return cls(dense_rows(table.X, 0, table.X.shape[0]), table.names, y, table.target)

    def answer(self, asked: dict[str, Any], over: Callable[[], bool]) -> dict[str, Any]:
        """`RemoteReply` to a `RemoteRequest`, both in front/src/types.ts.

        Parameters
        ----------
        asked : dict
            From a page, so anything may be in it.
        over : callable
            Whether the time is up; the fit then ends.

        Raises
        ------
        UsageError, DataError
            If a setting cannot be used, or the work is more than 2e8 rows times steps.
        """
        given, automatic, began = _checked(asked.get("settings")), asked.get("automatic") is True, time.monotonic()
        rows, names = self._rows(given)
        loss: Loss = from_name(given.get("loss", "squared_error"), losses, "loss")
        settings, limits = _method(given, automatic), _limits(given, automatic, rows)
        start = _start(given, automatic, rows.shape[1])
        run = fit(
            rows, Problem(loss), settings, limits, names=names, start=start, watch=Watch(callback=lambda _: over())
        )
        return _reply(run, rows.shape[0], time.monotonic() - began)

    def _rows(self, given: dict[str, Any]) -> tuple[Rows, tuple[str, ...]]:
        """The columns that are asked for."""
        if self.y is None:
            raise UsageError("the server was started without a target: name it with -t")
        places = {name: j for j, name in enumerate(self.names)}
        names = tuple(map(str, given.get("features", self.names)))
        repeated = len(set(names)) < len(names)
        if not names or repeated or not places.keys() >= set(names) or given.get("target", self.target) != self.target:
            raise UsageError("the server has the columns that it was started with: choose among those")
        X = self.X if names == self.names else self.X[:, [places[name] for name in names]]
        return make_rows(X, self.y), names


def _checked(settings: object) -> dict[str, Any]:
    """The settings of a page, each of the kind that it must have."""
    if not isinstance(settings, dict):
        raise UsageError("the request has no settings")
    if settings.get("moved") or settings.get("task", "table") != "table" or settings.get("data", "own") != "own":
        raise UsageError("the server fits the rows of its own file: undo the rows that were moved")
    for name, (kind, words) in KINDS.items():
        value = settings.get(name)
        if name in settings and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            raise UsageError(f"the setting {name} must be {words}")
    return settings


def _method(given: dict[str, Any], automatic: bool) -> Settings:
    if automatic:
        return Settings()
    rate, schedule = given.get("rate", 0.01), given.get("schedule", "constant")
    if not (0 < rate <= sys.float_info.max):  # JSON has larger ones
        raise UsageError("the rate must be above 0, and a number that a float can hold")
    eta = f"{schedule}{',' if ':' in schedule else ':'}eta={float(rate)!r}"
    return Settings(
        rule=str(next(iter(given.get("rules", [])), "plain")),
        learning_rate=eta,
        batch_size=given.get("batch") or None,
        sampling=given.get("sampling", "shuffle"),
        average="last_point",
        standardize=given.get("standardize", False),
        seed=given.get("seed", 0),
    )


def _limits(given: dict[str, Any], automatic: bool, rows: Rows) -> Limits:
    if automatic:
        return Limits()
    steps, n = given.get("steps", 200), rows.shape[0]
    if not 1 <= steps <= MOST_STEPS:
        raise UsageError(f"the server takes 1 to {MOST_STEPS:,} steps, not {steps:,}")
    if steps * min(given.get("batch") or n, n) > MOST_WORK:
        most = max(int(MOST_WORK / n), 1)
        raise UsageError(f"{steps:,} steps over {n:,} rows are too many here: at most {most:,}, or fewer rows a step")
    return Limits(steps, steps, None)


def _start(given: dict[str, Any], automatic: bool, d: int) -> Array | None:
    """The start in raw units: the page's, where it descends on the columns as they are."""
    start = given.get("start", [])
    if automatic or given.get("standardize") or len(start) != d + 1:
        return None
    try:
        return np.array([float(value) for value in start])
    except (TypeError, ValueError, OverflowError):
        raise UsageError("the setting start must be a list of numbers") from None


def _reply(run: Run, n: int, seconds: float) -> dict[str, Any]:
    gap, exact = run.certificate.gap, run.trajectory.meta.get("exact")
    found = None if exact is None else {"parameters": [*exact["coef"], exact["intercept"]], "cost": exact["cost"]}
    proven = None if gap is None or not math.isfinite(gap) else {"gap": gap, "kind": run.certificate.kind}
    recording = recording_of(run.trajectory).member()
    return {"rows": n, "recording": recording, "certificate": proven, "exact": plain(found), "seconds": seconds}
