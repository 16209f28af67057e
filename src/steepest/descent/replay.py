"""A recorded run as a page shows it: some of its states, and what stands in for them where no script runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.aligned_text import number
from ..core.errors import SteepestError, UsageError
from ..core.html_text import table
from ..lab.page import Page
from ..lab.payload import Payload
from ..lab.recording import Recording, kept_states
from ..lab.still import unstyled
from .html import html_of, known_minimum

if TYPE_CHECKING:
    from .trajectory import Trajectory

__all__ = ["cell_of", "recording_of", "still_of_run"]

MOST_PARAMETERS = 64
SHOWN = 12  # states in the table of numbers
UNKNOWN = {"status": "stopped", "message": "The run was recorded without a verdict.", "advice": None}


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
    verdict = UNKNOWN if run.verdict is None else {name: getattr(run.verdict, name) for name in UNKNOWN}
    reported = int(run.meta.get("reported_step", run.step[-1]))
    rule, cost = str(run.meta.get("rule", "unknown")), run.table()["cost"]
    whole = Recording(rule, names, run.x, run.step, cost, reported, verdict, known_minimum(run))
    return whole.finite().thinned()


def cell_of(run: Trajectory) -> str:
    """What a notebook shows: the run in words and as a picture, which need no scripts, and the page that replays it.

    Examples
    --------
    >>> from steepest import minimize
    >>> cell_of(minimize("(x-3)**2+2", 6.0, learning_rate=0.25, steps=9)).count("<svg")
    1
    """
    try:
        recording = recording_of(run).member()
        return html_of(run) + Page(Payload("notebook", recording=recording), "steepest", "")._repr_html_()
    except SteepestError:  # several targets, many parameters, or a checkout where the page was not built
        return html_of(run)


def still_of_run(run: Trajectory, recording: Recording) -> str:
    """The run without scripts: answer, verdict, costs as a picture, and some states in numbers."""
    places = kept_states(recording.step, recording.reported, SHOWN)
    head = ["step", *recording.names, "cost"]
    columns = np.column_stack((recording.path, recording.cost))[places].tolist()
    rows = [[f"{t:,}", *map(number, row)] for t, row in zip(recording.step[places].tolist(), columns, strict=True)]
    return unstyled(html_of(run) + table(head, rows))
