"""The work of ``plot``: from arguments to a picture in a file, and its finding in a line."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, NamedTuple

from ... import plots
from ...core.errors import UsageError
from ...data.readers.tables import Table
from ...data.readers.text_format import TextFormat
from ...descent.trajectory import Trajectory
from ...plots.drawing.words import listed
from ...plots.sources.runs import by_settings
from ...solve.model import Model
from ..exit_status import print_object
from ..kinds import KINDS, ONLY
from ..picture_input import Sources, check_picture, sources_of, table_of
from ..suggestions import as_options
from ..text import say, warn

__all__ = ["DRAWN", "Flags", "as_kinds", "plot_command"]

ENDINGS = (".svg", ".png", ".pdf")
MANY = 1000  # maximum number of runs in one picture
OF_OPTIMUM = ("coefficients", "regularization-path")
TABLELESS = ("cost-history", "cross-validation", "comparison", "learning-rates", "tangent", "slopes")


class Flags(NamedTuple):
    """The options of ``plot`` as Click hands them over."""

    kind: str
    given: tuple[str, ...]
    output: str
    target: str | None
    weights: str | None
    parameter: str | None
    parameters: tuple[str, ...] | None
    columns: tuple[str, ...] | None
    view: str | None
    at: tuple[float, ...] | None
    form: TextFormat
    as_json: bool
    force: bool
    scale: str | None = None
    gap: bool | None = None
    log_steps: bool | None = None
    step: int | None = None
    cov: str | None = None
    raw: bool | None = None
    held_out: bool | None = None


def plot_command(flags: Flags) -> None:
    """Draw as the flags say, write the file, and print the finding."""
    draw = _drawer(flags.kind)
    _check_options(flags)
    check_picture(flags.output, ENDINGS, flags.given, flags.force)
    try:
        picture = draw(flags)
    except UsageError as error:
        raise UsageError(as_kinds(str(error))) from None
    picture.save(flags.output, force=flags.force)
    if flags.as_json:
        words = {"finding": picture.finding, "alt_text": picture.alt_text}
        print_object({"command": "plot", "kind": flags.kind, "file": flags.output, **words})
    else:
        say([f"wrote {flags.output}: {picture.finding}"])
    if picture.unseen:
        names = f"no installed font has {picture.unseen!r}, so the picture has boxes there"
        warn(f"{names}: write an .svg, or install a font that has them, such as Noto Sans CJK")


def _drawer(kind: str) -> Callable[[Flags], Any]:
    if kind not in DRAWN:
        near = get_close_matches(kind, DRAWN, 1)
        hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(DRAWN)}"
        raise UsageError(f"no kind of picture is called {kind!r}: {hint}")
    return DRAWN[kind]


def _check_options(flags: Flags) -> None:
    """Refuse an option that this kind does not use."""
    for option, kinds in ONLY.items():
        if getattr(flags, option) is not None and flags.kind not in kinds:
            shown = "kind" if option == "view" else option.replace("_", "-")
            raise UsageError(f"--{shown} is for {listed(kinds, len(kinds))}, not for {flags.kind}: leave it out")
    for option in ("target", "weights"):
        if getattr(flags, option) is not None and flags.kind in TABLELESS:
            raise UsageError(f"--{option} names a column, and {flags.kind} is drawn without a table: leave it out")


def as_kinds(message: str) -> str:
    """Spell names of Displays and parameters as the command line does.

    Examples
    --------
    >>> as_kinds("draw DecisionBoundaryDisplay, or fit loss='log_loss'")
    'draw decision-boundary, or fit --loss log_loss'
    """
    named = re.sub(r"\b([A-Z]\w+?)Display\b", lambda m: re.sub(r"(?<!^)(?=[A-Z])", "-", m[1]).lower(), message)
    return as_options(named)


def _sources(flags: Flags, wanted: str, fits: Callable[[Sources], bool]) -> Sources:
    """The arguments, if they suit the kind."""
    sources = sources_of(flags.given)
    if not fits(sources):
        example = f"steepest plot {flags.kind} {KINDS[flags.kind]} -o picture.svg"
        raise UsageError(f"{flags.kind} is drawn of {wanted}, not of {sources.words()}: {example}")
    return sources


def _runs(flags: Flags, wanted: str, fewest: int) -> dict[str, Trajectory]:
    def fits(sources: Sources) -> bool:
        return len(sources.runs) >= fewest and not sources.models and not sources.files

    return by_settings(_sources(flags, wanted, fits).runs)


def _landscape(flags: Flags, wanted: str, most: int) -> tuple[dict[str, Trajectory], dict[str, Any]]:
    """Runs, and the rows they were fitted to, as arguments of `landscape_of`; no rows for a function."""

    def fits(sources: Sources) -> bool:
        return 1 <= len(sources.runs) <= most and not sources.models and len(sources.files) == sources.tables

    runs, _, files = _sources(flags, wanted, fits)
    if any(run.coef.ndim > 2 for run in runs.values()):
        raise UsageError(f"{flags.kind} is drawn of one target or two classes, this run has more: draw cost-history")
    if not files:
        return by_settings(runs), {}
    table = table_of(next(iter(runs.values())), files[0], flags)
    return by_settings(runs), {"X": table.X, "y": table.y, "sample_weight": table.weight, "offset": table.offset}


def _fitted(flags: Flags) -> tuple[Trajectory | Model, Table]:
    """A run or a model, and its rows: those it was fitted to, if the picture is of the optimum there."""

    def fits(sources: Sources) -> bool:
        return len(sources.runs) + len(sources.models) == len(sources.files) == 1

    runs, models, files = _sources(flags, "a run or a model, and a table", fits)
    fitted = models[0] if models else next(iter(runs.values()))
    return fitted, table_of(fitted, files[0], flags, bool(flags.held_out), flags.kind in OF_OPTIMUM)


def _point(flags: Flags, wanted: str, counts: tuple[int, ...]) -> tuple[str, tuple[float, ...]]:
    """The formula, and the numbers of --at."""
    if len(flags.given) != 1 or flags.at is None or len(flags.at) not in counts:
        example = f"steepest plot {flags.kind} {KINDS[flags.kind]} -o picture.svg"
        raise UsageError(f"{flags.kind} is drawn of a formula and {wanted}: {example}")
    return flags.given[0], flags.at


def _history(flags: Flags) -> Any:
    runs = _runs(flags, "one recorded run or more", 1)
    draw = plots.CostHistoryDisplay.from_trajectory
    return draw(_alone(runs), gap=flags.gap, scale=flags.scale, log_steps=flags.log_steps)


def _comparison(flags: Flags) -> Any:
    draw = plots.ComparisonDisplay.from_trajectories
    runs = _runs(flags, "two recorded runs or more", 2)
    return draw(runs, excess=flags.gap, log_steps=flags.log_steps)


def _rates(flags: Flags) -> Any:
    return plots.LearningRateDisplay.from_trajectories(_runs(flags, "two recorded runs or more", 2))


def _curve(flags: Flags) -> Any:
    runs, rows = _landscape(flags, "a recorded run, and the table it was fitted to", 1)
    return plots.CostCurveDisplay.from_trajectory(_alone(runs), **rows, parameter=flags.parameter, step=flags.step)


def _surface(flags: Flags) -> Any:
    runs, rows = _landscape(flags, "recorded runs, and the table they were fitted to", MANY)
    draw = plots.CostSurfaceDisplay.from_trajectory
    return draw(_alone(runs), **rows, parameters=flags.parameters, kind=flags.view or "contour")


def _alone(runs: dict[str, Trajectory]) -> Any:
    return runs if len(runs) > 1 else next(iter(runs.values()))


def _of_rows(display: Any, flags: Flags, **more: Any) -> Any:
    """A picture of predictions, from a run or a model."""
    fitted, table = _fitted(flags)
    draw = display.from_model if isinstance(fitted, Model) else display.from_trajectory
    return draw(fitted, table.X, table.y, sample_weight=table.weight, offset=table.offset, **more)


def _coefficients(flags: Flags) -> Any:
    standardized, cov_type = not flags.raw, flags.cov or "nonrobust"
    return _of_rows(plots.CoefficientsDisplay, flags, standardized=standardized, cov_type=cov_type)


def _over_columns(display: Any) -> Callable[[Flags], Any]:
    """Draws a picture over two columns."""
    return lambda flags: _of_rows(display, flags, columns=flags.columns)


def _slices(flags: Flags) -> Any:
    return _of_rows(plots.CostSlicesDisplay, flags, parameters=flags.parameters)


def _sigmoid(flags: Flags) -> Any:
    return _of_rows(plots.SigmoidDisplay, flags) if flags.given else plots.SigmoidDisplay()


def _validation(flags: Flags) -> Any:
    def fits(sources: Sources) -> bool:
        return len(sources.runs) + len(sources.models) == 1 and not sources.files

    runs, models, _ = _sources(flags, "a run or a model of fit --alpha cv", fits)
    return plots.CrossValidationDisplay.from_estimator(models[0] if models else next(iter(runs.values())))


def _tangent(flags: Flags) -> Any:
    formula, at = _point(flags, "--at X or --at X,DX", (1, 2))
    return plots.TangentDisplay.from_function(formula, at=at[0], dx=at[1] if len(at) > 1 else None)


def _slopes(flags: Flags) -> Any:
    formula, at = _point(flags, "--at X,Y", (2,))
    return plots.PlaneSlopesDisplay.from_function(formula, at=at)


DRAWN: dict[str, Callable[[Flags], Any]] = {
    "cost-history": _history,
    "cost-curve": _curve,
    "cost-surface": _surface,
    "cost-slices": _slices,
    "fit": lambda flags: _of_rows(plots.FitDisplay, flags),
    "fit-surface": _over_columns(plots.FitSurfaceDisplay),
    "residuals": lambda flags: _of_rows(plots.ResidualsDisplay, flags),
    "coefficients": _coefficients,
    "sigmoid": _sigmoid,
    "sigmoid-surface": _over_columns(plots.SigmoidSurfaceDisplay),
    "cost-shapes": lambda flags: _of_rows(plots.CostShapesDisplay, flags),
    "decision-boundary": _over_columns(plots.DecisionBoundaryDisplay),
    "cross-validation": _validation,
    "regularization-path": lambda flags: _of_rows(plots.RegularizationPathDisplay, flags),
    "roc-curve": lambda flags: _of_rows(plots.RocCurveDisplay, flags),
    "precision-recall": lambda flags: _of_rows(plots.PrecisionRecallDisplay, flags),
    "calibration": lambda flags: _of_rows(plots.CalibrationDisplay, flags),
    "confusion-matrix": lambda flags: _of_rows(plots.ConfusionMatrixDisplay, flags),
    "comparison": _comparison,
    "learning-rates": _rates,
    "tangent": _tangent,
    "slopes": _slopes,
}
