"""LineHistory: how a descent of one column came to its line, and how that ended."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from ...objective.losses import SquaredError
from .predicted import Predicted

__all__ = ["EXACT", "UNKNOWN", "Line", "LineHistory", "history_of", "optimum_of"]

Line = tuple[float, float]
STOPS = 5  # maximum number of lines of earlier steps
EXACT, LEAST_SQUARES = "exact line", "least-squares line of these rows"
FREE = {"penalty": "no_penalty", "intercept": True, "fixed": [], "signs": []}  # settings of a fit without constraints


class LineHistory(NamedTuple):
    """How a descent came to its line.

    Attributes
    ----------
    earlier : dict from step to (slope, intercept)
        Lines of earlier steps, the start first.
    step : int or None
        Number of updates up to the answer; for a run that diverged, all.
    diverged : (slope, intercept) or None
        The last line of a run that diverged; the answer is then its start.
    verdict, status : str
        The verdict in one line, and its status, such as "diverged".
    optimum : str
        What the exact line is called.
    """

    earlier: Mapping[int, Line] = MappingProxyType({})
    step: int | None = None
    diverged: Line | None = None
    verdict: str = ""
    status: str = ""
    optimum: str = EXACT


UNKNOWN = LineHistory()


def history_of(found: Predicted) -> LineHistory:
    """Lines at the start and at log-spaced steps, the step of the answer, and the last line of a divergent run."""
    path, told = found.answer.trajectory, LineHistory(verdict=found.verdict, status=found.status)
    if path is None:
        return told
    diverged = found.status == "diverged"
    reported = int(path.step[-1] if diverged else path.meta.get("reported_step", path.step[-1]))
    last = int(np.searchsorted(path.step, reported))
    places = np.arange(1, STOPS) if diverged else np.geomspace(1, max(1, last), STOPS + 1).round().astype(int) - 1
    lines = {int(path.step[i]): (float(path.coef[i, 0]), float(path.intercept[i])) for i in places if i < last}
    earlier = {step: line for step, line in lines.items() if np.isfinite(line).all()}
    earlier = {step: line for step, line in earlier.items() if step < 0.9 * reported}
    end = (float(path.coef[-1, 0]), float(path.intercept[-1])) if diverged else None
    return told._replace(earlier=earlier, step=reported, diverged=end)


def optimum_of(found: Predicted) -> tuple[Line | None, str]:
    """The optimum of the run; of a model file, which holds none, the least-squares line of the rows if that is it."""
    answer = found.answer
    if answer.trajectory is not None:
        exact = answer.trajectory.meta.get("exact")
        return (float(exact["coef"][0]), float(exact["intercept"])) if exact else None, EXACT
    unbound = isinstance(answer.loss, SquaredError) and all(
        answer.settings.get(name) == value for name, value in FREE.items()
    )
    return _least_squares(found) if unbound else None, LEAST_SQUARES


def _least_squares(found: Predicted) -> Line | None:
    """The line of least squared distance to the rows, with their weights; None where all have the same x."""
    x, w = found.column(0), found.rows.weight
    middle, height = np.average(x, weights=w), np.average(found.y, weights=w)
    wide = np.average((x - middle) ** 2, weights=w)
    if np.ptp(x) == 0 or wide == 0:
        return None
    slope = float(np.average((x - middle) * (found.y - height), weights=w) / wide)
    return slope, float(height - slope * middle)
