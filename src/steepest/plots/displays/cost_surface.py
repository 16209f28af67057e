"""CostSurfaceDisplay: the cost over two parameters as a contour map or a surface, with the paths of descents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...core.errors import UsageError
from ...core.shown_text import counted
from ...core.types import Array
from ...descent.trajectory import Trajectory
from ..drawing.contours import contour
from ..drawing.relief import relief
from ..drawing.style import CUBE, Picture, has_depth
from ..drawing.thinning import along_path
from ..drawing.words import number, sentences, share_words, verdict_words
from ..landscape.landscape import landscape_of
from ..landscape.plane import leaving
from ..landscape.scene import Scene, ends_of, scene_of
from ..landscape.track import UNTITLED, Caption, Track
from ..sources.runs import first_of, leading, run_of

__all__ = ["CostSurfaceDisplay"]

Place = tuple[float, float]
KINDS = ("contour", "surface")
ARROWS = (7, 5)  # across and up
ROUNDING = 1e-12  # share of the first cost below which a difference is rounding
SQUARE = 2.5  # largest ratio of width and height for which axes of the same unit get the same scale


class Grid(NamedTuple):
    """The cost over two parameters, or over a plane of more.

    Attributes
    ----------
    x, y : (m,), (n,) arrays
        Coordinates of the grid.
    costs : (n, m) array
    labels : (str, str)
    arrows : (q, 4) array
        Rows x, y and the negative gradient there, by x and y.
    square : bool
        Whether both axes have the same scale, so that gradients are perpendicular to the contour lines.
    lowest : str
        What the minimum is called.
    """

    x: Array
    y: Array
    costs: Array
    labels: tuple[str, str] = ("x", "y")
    arrows: Array = np.empty((0, 4))
    square: bool = False
    lowest: str = "minimum"


class CostSurfaceDisplay(Picture):
    """The cost over two parameters, or over the plane through start, answer and minimum, with one path or several.

    Parameters
    ----------
    grid : Grid
        The cost over the plane.
    tracks : dict from label to Track
        The runs on it; the label of a single run is "".
    steps : int, default 0
        Steps of the longest run.
    minimum : (x, y) or None
        Its place on the plane, if it is known.
    least : float or None
        The minimum cost, if it is known.
    caption : Caption, default Caption()
        Formula of the cost, what the plane is, the verdict and a note.
    kind : {"contour", "surface"}, default "contour"
        A contour map, or a surface in space.

    Attributes
    ----------
    x, y, costs, labels, arrows, square, lowest : as in ``grid``
    paths, path_costs, ends, leaves : dict from label to points, costs, ends, leaves
        From ``tracks``.
    recorded : int
        Number of recorded states, of which some are drawn; 0 where a run leaves the picture.
    cost_name, words, verdict, note : str
        From ``caption``.
    ax_, figure_ : Matplotlib axes and figure, after `plot`
    heights_ : Matplotlib contours or surface
    paths_ : dict from label to Matplotlib line
    minimum_, arrows_ : Matplotlib artists or None
    finding, alt_text : str

    Raises
    ------
    UsageError
        If ``kind`` is none of these.

    Notes
    -----
    Of long paths at most 5,000 states are drawn, evenly spaced along the path. The levels are
    round heights above the minimum in about equal ratios, which resolve the valley. Cost: see `landscape_of`.

    Examples
    --------
    >>> from steepest import GDRegressor
    >>> x, y = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]], [4.0, 3, 7, 7, 8, 10, 8, 11]
    >>> model = GDRegressor(learning_rate=0.01, max_iter=4000, tol=None).fit(x, y)
    >>> round(CostSurfaceDisplay.from_estimator(model, x, y).least, 6)
    0.631466
    """

    arrows_: Any

    def __init__(
        self,
        *,
        grid: Grid,
        tracks: Mapping[str, Track],
        steps: int = 0,
        minimum: Place | None = None,
        least: float | None = None,
        caption: Caption = UNTITLED,
        kind: str = "contour",
    ) -> None:
        if kind not in KINDS:
            raise UsageError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
        self.x, self.y, self.costs, self.labels, self.arrows, self.square, self.lowest = grid
        self.paths = {label: track.points for label, track in tracks.items()}
        self.path_costs = {label: track.costs for label, track in tracks.items()}
        self.ends = {label: track.both_ends for label, track in tracks.items()}
        self.leaves = {label: track.leaves for label, track in tracks.items() if track.leaves is not None}
        self.recorded = 0 if self.leaves else sum(track.of for track in tracks.values())
        self.cost_name, self.words, self.verdict, self.note = caption
        self.steps, self.minimum, self.least, self.kind = steps, minimum, least, kind
        self.projection = "3d" if kind == "surface" else None
        self.size = CUBE if self.square or kind == "surface" else self.size

    @classmethod
    def from_trajectory(
        cls,
        fitted: Any,
        X: Any = None,
        y: Any = None,
        *,
        parameters: Sequence[str] | None = None,
        kind: str = "contour",
        f: object = None,
        sample_weight: Any = None,
        offset: Any = None,
        classes: object = None,
    ) -> CostSurfaceDisplay:
        """From a run of a fit, with its rows, or of `minimize`; or from several. ``from_estimator`` is the same.

        Parameters
        ----------
        fitted : Trajectory, an estimator that has one, or dict from label to Trajectory
            With one target or two classes. Several are drawn on the landscape of the first.
        X, y, sample_weight, offset : as given to ``fit``
        parameters : two str, optional
            Names of columns or variables, or "intercept"; by default both if there are two, otherwise the plane
            through start, answer and minimum.
        kind : {"contour", "surface"}, default "contour"
            A contour map, or a surface that can be rotated.
        f : callable, optional
            The function, for a run on a callable.
        classes : two labels, optional
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
            return f"Final costs: {final}" + ("" if self.least is None else f"; {self.lowest} {number(self.least)}")
        before, after = next(iter(self.ends.values()))
        many = counted(self.steps, "step")
        if not self.leaves and after == before:
            return f"The cost stays at {number(after)} in {many}"
        if self.leaves or not after < before:
            verb = "falls" if after < before else "rises"
            return f"The run leaves the valley: the cost {verb} from {number(before)} to {number(after)} in {many}"
        least = "" if self.least is None else f"; the {self.lowest} is {number(self.least)}"
        if self.least is not None and (number(self.least) == number(after) or after - self.least < ROUNDING * before):
            least = f", {'the minimum' if self.lowest == 'minimum' else 'a local minimum'}"
        return f"{many} down the valley: the cost falls from {number(before)} to {number(after)}{least}"

    @property
    def alt_text(self) -> str:
        """Description of the picture."""
        how = "Contour map" if self.kind == "contour" else "Surface in space"
        text = f"{how} of the cost ({self.cost_name}) over {self.labels[0]} and {self.labels[1]}."
        for label, path in self.paths.items():
            ends = " to ".join(f"({number(a, 6)}, {number(b, 6)})" for a, b in path[[0, -1]])
            left = " and on out of the picture" if label in self.leaves else ""
            text += f" The path{label and f' of {label}'} leads from {ends}{left}."
        if self.minimum is not None:
            text += f" The {self.lowest}, a star, is at ({', '.join(number(v, 6) for v in self.minimum)})."
        return sentences(text, self.words, self.verdict)

    @property
    def known(self) -> float | None:
        """The minimum cost, if its place is known too."""
        return None if self.minimum is None else self.least

    @property
    def below(self) -> list[str]:
        """What is written below the title, once it is drawn."""
        hint = "arrows: negative gradient" if self.arrows_ is not None else ""
        many = share_words(sum(map(len, self.paths.values())), self.recorded, "states")
        above = f" above its {self.lowest}" if self.minimum is not None else ""
        cost = f"contours: cost{above}" + (f", {self.cost_name}" if self.cost_name else "")
        return [self.verdict, cost, "; ".join(filter(None, (self.words, self.note, many, hint)))]

    def plot(self, ax: Any = None) -> CostSurfaceDisplay:
        """Draw a contour map, or a surface in space.

        Parameters
        ----------
        ax : Matplotlib axes, optional
            By default new ones; for the kind "surface" they are in space.

        Raises
        ------
        UsageError
            If axes for a surface are flat.
        """
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
    shown = scene.grid(int(np.clip(np.sqrt(landscape.room), 41, 121)))
    verdict = verdict_words(first, landscape.least) if len(runs) == 1 else ""
    return cls(
        grid=Grid(*shown, (scene.plane.labels[0], scene.plane.labels[1]), _arrows(scene), square, landscape.lowest),
        tracks={label: _track(scene, label, run) for label, run in runs.items()},
        steps=max(int(run.step[-1]) for run in runs.values()),
        minimum=None if landscape.best is None else (float(scene.middle[0]), float(scene.middle[1])),
        least=landscape.least,
        caption=Caption(landscape.cost, scene.plane.words, verdict, landscape.note),
        kind=kind,
    )


def _track(scene: Scene, label: str, run: Trajectory) -> Track:
    path = scene.paths[label]
    kept, out = leaving(path, scene.low, scene.high)
    drawn = path[:kept][along_path(path[:kept])]
    leaves = None if out is None else (float(out[0]), float(out[1]))
    return Track(drawn, scene.cost(drawn), ends_of(run, scene.landscape), leaves, len(run))


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
