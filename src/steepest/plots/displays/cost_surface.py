"""CostSurfaceDisplay: the cost over two parameters as a contour map or a surface, with the paths of descents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...core.errors import UsageError
from ...core.types import Array
from ...descent.trajectory import Trajectory
from ..drawing.contours import contour, relief
from ..drawing.style import CUBE, Picture, has_depth
from ..drawing.thinning import along_path
from ..drawing.words import counted, number, sentences, verdict_words
from ..landscape.landscape import landscape_of
from ..landscape.plane import leaving
from ..landscape.scene import Scene, ends_of, scene_of
from ..sources.runs import first_of, leading, run_of

__all__ = ["CostSurfaceDisplay"]

Place = tuple[float, float]
KINDS = ("contour", "surface")
ARROWS = (9, 7)  # across and up
ROUNDING = 1e-12  # share of the first cost below which a difference is rounding
SQUARE = 2.5  # largest ratio of width and height for which axes of the same unit get the same scale


class CostSurfaceDisplay(Picture):
    """The cost over two parameters, or over the principal plane of the paths, with one path or several.

    Parameters
    ----------
    x, y : (m,), (n,) arrays
        Coordinates of the grid.
    costs : (n, m) array
    paths : dict from label to (k, 2) array
        The drawn states in the coordinates of the plane; the label of a single run is "".
    path_costs : dict from label to (k,) array
        The cost of the plane at each state.
    ends : dict from label to (cost at the start, cost at the end)
        Costs at all parameters, not only those on the plane.
    leaves : dict from label to (x, y)
        Where a run leaves the picture for good.
    minimum : (x, y) or None
    arrows : (q, 4) array
        Rows x, y and the negative gradient there, by x and y.
    labels : (str, str)
    cost_name, words, verdict, note : str
        Formula of the cost; the plane, if there are more parameters; the verdict; a note.
    steps, recorded : int
        Steps of the longest run; number of recorded states, of which some are drawn.
    least : float or None
        The minimum cost, if it is known.
    kind : {"contour", "surface"}
    square : bool
        Whether both axes have the same scale, so that gradients are perpendicular to the contour lines.

    Attributes
    ----------
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    heights_ : Matplotlib contours or surface
    paths_ : dict from label to Matplotlib line
    minimum_, arrows_ : Matplotlib artists or None
    finding, alt_text : str

    Notes
    -----
    Of long paths at most 5,000 states are drawn, evenly spaced along the path. The levels above the minimum cost form a
    geometric sequence, which resolves the valley. Cost: see `landscape_of`.

    Examples
    --------
    >>> from steepest import GDRegressor
    >>> x, y = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]], [4.0, 3, 7, 7, 8, 10, 8, 11]
    >>> model = GDRegressor(learning_rate=0.01, max_iter=4000, tol=None).fit(x, y)
    >>> round(CostSurfaceDisplay.from_estimator(model, x, y).least, 6)
    0.631466
    """

    def __init__(
        self,
        *,
        x: Array,
        y: Array,
        costs: Array,
        paths: Mapping[str, Array],
        path_costs: Mapping[str, Array],
        ends: Mapping[str, Place],
        leaves: Mapping[str, Place] | None = None,
        minimum: Place | None = None,
        arrows: Array | None = None,
        labels: tuple[str, str] = ("x", "y"),
        cost_name: str = "",
        words: str = "",
        verdict: str = "",
        note: str = "",
        steps: int = 0,
        recorded: int = 0,
        least: float | None = None,
        kind: str = "contour",
        square: bool = False,
    ) -> None:
        if kind not in KINDS:
            raise UsageError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
        self.x, self.y, self.costs = x, y, costs
        self.paths, self.path_costs, self.ends, self.leaves = (
            dict(paths),
            dict(path_costs),
            dict(ends),
            dict(leaves or {}),
        )
        self.minimum, self.arrows = minimum, np.empty((0, 4)) if arrows is None else arrows
        self.labels, self.cost_name, self.words, self.verdict, self.note = labels, cost_name, words, verdict, note
        self.steps, self.recorded, self.least, self.kind, self.square = steps, recorded, least, kind, square
        self.projection = "3d" if kind == "surface" else None
        self.size = CUBE if square or kind == "surface" else self.size

    @classmethod
    def from_trajectory(
        cls,
        fitted: Any,
        X: Any = None,
        y: Any = None,
        *,
        parameters: Sequence[str] | None = None,
        kind: str = "contour",
        f: Any = None,
        sample_weight: Any = None,
        offset: Any = None,
        classes: Any = None,
    ) -> CostSurfaceDisplay:
        """From a run of a fit, with its rows, or of `minimize`; or from several. ``from_estimator`` is the same.

        Parameters
        ----------
        fitted : Trajectory, an estimator that has one, or dict from label to Trajectory
            With one target or two classes. Several are drawn on the landscape of the first.
        X, y, sample_weight, offset : as given to ``fit``
        parameters : two str, optional
            Names of columns or variables, or "intercept"; by default both if there are two, otherwise the principal
            plane of the paths.
        kind : {"contour", "surface"}
            A contour map, or a surface that can be rotated.
        f : callable
            The function, for a run on a callable.
        classes : two labels
            See `landscape_of`.

        Raises
        ------
        UsageError
            If there is only one parameter, the rows do not fit the run, or a name is unknown.
        """
        one, known = (None, None) if isinstance(fitted, Mapping) else run_of(fitted)
        runs = dict(fitted) if one is None else {"": one}
        given = {"sample_weight": sample_weight, "offset": offset, "f": f, "classes": classes or known}
        scene = scene_of(runs, landscape_of(leading(runs), X, y, **given), axes=2, parameters=parameters)
        return _drawn(cls, runs, scene, kind)

    from_estimator = from_trajectory

    @property
    def finding(self) -> str:
        """The decrease of the cost in a run, or the final costs of several."""
        if len(self.ends) > 1:
            final = ", ".join(f"{label} {number(cost)}" for label, (_, cost) in self.ends.items())
            return f"Final costs: {final}" + ("" if self.least is None else f"; minimum {number(self.least)}")
        before, after = next(iter(self.ends.values()))
        many = counted(self.steps, "step")
        if not self.leaves and after == before:
            return f"The cost stays at {number(after)} in {many}"
        if self.leaves or not after < before:
            verb = "falls" if after < before else "rises"
            return f"The run leaves the valley: the cost {verb} from {number(before)} to {number(after)} in {many}"
        least = "" if self.least is None else f"; the minimum is {number(self.least)}"
        if self.least is not None and (number(self.least) == number(after) or after - self.least < ROUNDING * before):
            least = ", the minimum"
        return f"{many} down the valley: the cost falls from {number(before)} to {number(after)}{least}"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        how = "Contour map" if self.kind == "contour" else "Surface in space"
        text = f"{how} of the cost ({self.cost_name}) over {self.labels[0]} and {self.labels[1]}."
        for label, path in self.paths.items():
            ends = " to ".join(f"({a:.6g}, {b:.6g})" for a, b in path[[0, -1]])
            left = " and on out of the picture" if label in self.leaves else ""
            text += f" The path{label and f' of {label}'} leads from {ends}{left}."
        if self.minimum is not None:
            text += " The minimum, a star, is at ({:.6g}, {:.6g}).".format(*self.minimum)
        return sentences(text, self.words, self.verdict)

    def plot(self, ax: Any = None) -> CostSurfaceDisplay:
        """Draw; axes given for the kind "surface" need projection="3d"."""
        if self.kind == "contour":
            contour(self, ax)
            return self
        if ax is not None and not has_depth(ax):
            raise UsageError('a surface needs axes in space: figure.add_subplot(projection="3d")')
        relief(self, ax)
        return self


def _drawn(
    cls: type[CostSurfaceDisplay], runs: Mapping[str, Trajectory], scene: Scene, kind: str
) -> CostSurfaceDisplay:
    landscape, first = scene.landscape, first_of(runs)
    scene, square = _squared(scene)
    x, y, costs = scene.grid(int(np.clip(np.sqrt(landscape.room), 41, 121)))
    paths: dict[str, Array] = {}
    leaves: dict[str, Place] = {}
    for label, path in scene.paths.items():
        kept, out = leaving(path, scene.low, scene.high)
        paths[label] = path[:kept][along_path(path[:kept])]
        leaves |= {} if out is None else {label: (float(out[0]), float(out[1]))}
    ends = {label: ends_of(run, landscape) for label, run in runs.items()}
    best = landscape.best
    return cls(
        x=x,
        y=y,
        costs=costs,
        paths=paths,
        path_costs={label: scene.cost(path) for label, path in paths.items()},
        ends=ends,
        leaves=leaves,
        minimum=None if best is None else (float(scene.middle[0]), float(scene.middle[1])),
        arrows=_arrows(scene),
        labels=(scene.plane.labels[0], scene.plane.labels[1]),
        cost_name=landscape.cost,
        words=scene.plane.words,
        verdict=verdict_words(first) if len(runs) == 1 else "",
        note=landscape.note,
        steps=max(int(run.step[-1]) for run in runs.values()),
        recorded=sum(map(len, runs.values())) if not leaves else 0,
        least=landscape.least,
        kind=kind,
        square=square,
    )


def _squared(scene: Scene) -> tuple[Scene, bool]:
    """The scene with equal scales, if both axes are variables of a function."""
    size = scene.high - scene.low
    if scene.landscape.prefix or size.max() > SQUARE * size.min():
        return scene, False
    room = (size.max() - size) / 2
    return scene._replace(low=scene.low - room, high=scene.high + room), True


def _arrows(scene: Scene) -> Array:
    """Negative gradients on a coarse grid, in the coordinates of the plane."""
    size = scene.high - scene.low
    x, y = (
        np.linspace(low + room / (2 * k), high - room / (2 * k), k)
        for low, high, room, k in zip(scene.low, scene.high, size, ARROWS, strict=True)
    )
    at = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    with np.errstate(over="ignore", invalid="ignore"):
        fall = -scene.landscape.slopes(scene.plane.points(at)) @ scene.plane.along.T
    known = np.isfinite(fall).all(1) & (fall != 0).any(1)
    arrows: Array = np.column_stack((at, fall))[known]
    return arrows
