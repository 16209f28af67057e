"""A recorded run as a page shows it, and whether the page can descend on its problem with other settings."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.aligned_text import number
from ..core.errors import UsageError
from ..core.html_text import table
from ..core.records import from_name, to_name
from ..descent.html import html_of
from ..descent.trajectory import Trajectory
from ..lab.recording import Recording, kept_states
from ..lab.still import unstyled
from ..methods import steps

__all__ = ["obstacle", "recording_of", "settings_of", "still_of_run"]

MOST_PARAMETERS = 100
SHOWN = 12  # states in the table of numbers
UNKNOWN = {"status": "stopped", "message": "The run was recorded without a verdict.", "advice": None}
PLAIN = {  # settings of a run whose problem is the page's own: the mean loss over the rows
    "penalty": ("no_penalty", "it has a penalty"),
    "signs": ([], "it has constraints on signs"),
    "fixed": ([], "it has fixed coefficients"),
    "penalty_factors": ([], "it has penalty factors"),
    "intercept": (True, "it has no intercept"),
}


def recording_of(run: Trajectory) -> Recording:
    """The states that a page holds.

    Raises
    ------
    UsageError
        If the run has several targets or classes, or more parameters than a page shows.
    """
    if run.coef.ndim > 2:
        raise UsageError(
            "a page replays runs of one target or two classes, this run has more: plot cost-history draws it"
        )
    p = run.x.shape[1]
    if p > MOST_PARAMETERS:
        raise UsageError(
            f"{p:,} parameters are more than a page replays, {MOST_PARAMETERS}: plot cost-history draws the run"
        )
    names = run.names if "function" in run.meta else (*run.names, "intercept")
    names = names if len(names) == p else tuple(f"w{j}" for j in range(p))
    rule = str(run.meta.get("rule", "unknown"))
    verdict = UNKNOWN if run.verdict is None else {name: getattr(run.verdict, name) for name in UNKNOWN}
    reported = int(run.meta.get("reported_step", run.step[-1]))
    cost = run.table()["cost"]
    return Recording(rule, names, run.x, run.step, cost, reported, verdict).finite().thinned()


def obstacle(run: Trajectory) -> str | None:
    """Why the page cannot descend on the problem of a run, or None."""
    known = run.meta.get("table") or {}
    for name, (plain, reason) in PLAIN.items():
        if run.meta.get(name, plain) != plain:
            return reason
    for name, reason in {
        "weights": "its rows have weights",
        "offset": "it has an offset",
        "exposure": "it has an exposure",
    }.items():
        if known.get(name) is not None:
            return reason
    return None


def settings_of(run: Trajectory) -> dict[str, Any]:
    """Members of the page's settings that continue a run: the same problem, rule and rate."""
    meta = run.meta
    found: dict[str, Any] = {
        "rules": [str(meta.get("rule", "plain"))],
        "steps": int(run.step[-1]),
        "seed": meta.get("seed", 0),
    }
    found |= {"rate": float(run.learning_rate[1])} if len(run) > 1 and run.learning_rate[1] > 0 else {}
    if "function" in meta:
        return found | {"task": "formula", "formula": meta["function"], "start": run.x[0].tolist()}
    schedule = to_name(type(from_name(meta.get("learning_rate", "constant:eta=1"), steps, "learning rate")))
    found |= {"task": "table", "data": "own", "loss": meta.get("loss"), "schedule": schedule}
    found |= {"batch": meta.get("batch_size") or 0, "sampling": meta.get("sampling", "shuffle")}
    standardized = bool(meta.get("standardized"))
    return found | {"standardize": standardized} | ({} if standardized else {"start": run.x[0].tolist()})


def still_of_run(run: Trajectory, recording: Recording) -> str:
    """The run without scripts: answer, verdict, costs as a picture, and some states in numbers."""
    places = kept_states(recording.step, recording.reported, SHOWN)
    head = ["step", *recording.names, "cost"]
    columns = np.column_stack((recording.path, recording.cost))[places].tolist()
    rows = [[f"{t:,}", *map(number, row)] for t, row in zip(recording.step[places].tolist(), columns, strict=True)]
    return unstyled(html_of(run) + table(head, rows))
