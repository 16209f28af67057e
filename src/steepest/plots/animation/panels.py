"""The panels of an animation of a run, and the state of each frame."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import UsageError
from ...core.types import Array
from ...data.make_rows import make_rows
from ...data.rows import Rows
from ...descent.trajectory import Trajectory
from ..drawing.thinning import along_path, evenly
from ..drawing.words import share_words, spelled
from ..landscape.landscape import Landscape, landscape_of
from ..landscape.scene import Scene, scene_of
from ..sources.answer import Answer, answer_of
from ..sources.runs import least_of, run_of
from .cost_panels import BallPanel, CostPanel, PathPanel
from .row_panels import LinePanel, Panel, PredictionPanel, inside
from .several_panels import several_panel

__all__ = ["panels_of"]

Places = NDArray[np.int64]
DRAWN = 1000  # rows drawn at most
TRAIL = 1500  # points of a path drawn at most
GRID, CURVE = 48, 241  # points of a contour map along each axis, points of a curve


def panels_of(
    fitted: object, X: Any, y: Any, weight: Any, offset: Any, f: object, frames: int
) -> tuple[list[Panel], Places, str]:
    """Panels of a run, the index of the state of each frame, and notes; of several outputs without a path."""
    run, _ = run_of(fitted)
    if len(run) < 2 or not len(run.cost):
        raise UsageError("nothing to animate: record a run with its costs and at least one step")
    places, scene = _places(run, frames), list[Panel]()
    if run.coef.ndim > 2:
        row_panel, note = several_panel(fitted, run, (X, y, weight, offset), places)
        name = spelled(str(run.meta.get("loss_formula", "")))
        name += "" if run.meta.get("penalty") == "no_penalty" else " + penalty"
        cost = CostPanel(run.cost_step, run.cost, run.step[places], least_of({"": run}), name)
        return [row_panel, cost], places, f"{note}." if note else ""
    if "function" in run.meta:
        land, note = landscape_of(run, f=f), ""
    else:
        answer = answer_of(fitted)
        land = landscape_of(run, X, y, sample_weight=weight, offset=offset, classes=answer.classes)
        scene, note = _prediction(answer, run, (X, y, offset), places)
    least = land.least if land.convex else None
    cost = CostPanel(run.cost_step, run.cost, run.step[places], least, land.cost)
    moving, words = _moving(land, run, places)
    panels = [*scene, cost, moving] if scene else [moving, cost]
    return panels, places, " ".join(f"{text}." for text in (note, land.note, words) if text)


def _places(run: Trajectory, frames: int) -> Places:
    """Log-spaced states, including the first and the last."""
    last = run.step[-1]
    wanted = np.geomspace(1, last + 1, frames) - 1 if last + 1 > frames else np.arange(last + 1.0)
    return np.unique(np.searchsorted(run.step, np.round(wanted))).clip(max=len(run) - 1)


def _prediction(
    answer: Answer, run: Trajectory, table: tuple[Any, Any, Any], places: Places
) -> tuple[list[Panel], str]:
    """The predictions at each frame, and the number of rows drawn."""
    X, y, offset = table
    targets = answer.numbers(y)
    n, d = len(targets), run.coef.shape[1]
    kept = evenly(n, DRAWN)
    rows: Rows = make_rows(X, targets, offset=offset).take(kept)
    w = run.x[places].T
    note = share_words(len(kept), n, "rows")
    if d != 1 or offset is not None:
        classes = answer.classes if answer.loss.labels else None
        return [PredictionPanel(targets[kept], _predicted(answer, rows.predictor(w)).T, answer.target, classes)], note
    column = rows.predictor(np.array([[1.0], [0.0]]))[:, 0]
    x = np.linspace(column.min(), column.max(), 2 if _straight(answer) else 201)
    with np.errstate(over="ignore", invalid="ignore"):
        lines = _predicted(answer, x[:, None] * w[:1] + w[1:]).T
    target = f"probability of {answer.classes[1]}" if answer.classes and answer.loss.labels else answer.target
    return [LinePanel(np.column_stack((column, targets[kept])), x, lines, (answer.names[0], target))], note


def _straight(answer: Answer) -> bool:
    return not answer.loss.labels and answer.loss.identity_link


def _predicted(answer: Answer, z: Array) -> Array:
    """Predictions from linear predictors: probabilities, classes or numbers."""
    with np.errstate(over="ignore", invalid="ignore"):
        if answer.loss.labels and answer.loss.attained:
            return (z > 0).astype(np.float64)
        found: Array = answer.loss.inverse(z)
        return found


def _moving(land: Landscape, run: Trajectory, places: Places) -> tuple[Panel, str]:
    """The path for two or more free parameters, the ball for one."""
    scene = scene_of({"": run}, land, axes=1 if (~land.fixed).sum() <= 1 else 2)
    path, (low, high) = scene.paths[""], (scene.low, scene.high)
    near = np.column_stack([inside(path[:, j], low[j], high[j]) for j in range(len(low))])
    kept = np.unique(np.append(along_path(near, TRAIL), places))
    at = np.searchsorted(kept, places)
    least = None if land.best is None else scene.middle
    made = _ball if len(low) == 1 else _path
    return made(scene, path[kept], at, least), scene.plane.words


def _ball(scene: Scene, path: Array, at: Places, least: Array | None) -> Panel:
    x = np.linspace(scene.low[0], scene.high[0], CURVE)
    with np.errstate(all="ignore"):
        heights = scene.cost(path)
        best = None if least is None else np.append(least, scene.cost(least[None]))
    names = (scene.plane.labels[0], scene.landscape.cost)
    states = np.column_stack((path[:, 0], heights))
    return BallPanel(x, scene.cost(x[:, None]), states, at, best, names, scene.landscape.lowest)


def _path(scene: Scene, path: Array, at: Places, least: Array | None) -> Panel:
    names = (scene.plane.labels[0], scene.plane.labels[1])
    return PathPanel(*scene.grid(GRID), path, at, least, names, scene.landscape.lowest)
