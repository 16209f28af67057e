"""Pictures of hostile runs and tables: drawn or refused in a line, with no warning, and what they say is true."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest
from conftest import LABELS8, X8, Y8
from pictures_judge import SMALL, draw, faults

pytest.importorskip("matplotlib")

from matplotlib import rcParams
from matplotlib.figure import Figure

from steepest import GDClassifier, GDRegressor, minimize
from steepest.core.errors import SteepestError, UsageError
from steepest.plots import (
    CostCurveDisplay,
    CostHistoryDisplay,
    CostSurfaceDisplay,
    DecisionBoundaryDisplay,
    FitDisplay,
    ResidualsDisplay,
    SigmoidDisplay,
    TangentDisplay,
    animate,
)
from steepest.plots.drawing.style import axes, blank, heading, picture_bytes
from steepest.plots.landscape.landscape import landscape_of

near = pytest.approx
NO_NUMBER = re.compile(r"\b(nan|inf|None)\b")
NAMES = ["$cost$ 100% a_b^{c}", '$ \\alpha <b>&"q"</b>', "x" * 80]
OF_ROWS = (CostCurveDisplay, CostSurfaceDisplay, FitDisplay, ResidualsDisplay, SigmoidDisplay, DecisionBoundaryDisplay)
FUNCTIONS = {
    "unbounded": ("-x**2", 1.0, {}),
    "straight": ("2*x+1", 1.0, {}),
    "pole": ("1/x+x", 3.0, {}),
    "beyond numbers": ("x**2", 1e150, {}),
    "no number": ("log(x)", 1.0, {}),
    "diverged": ("(x-3)**2+2", 6.0, {"learning_rate": 1.1, "steps": 200}),
    "overflow at once": ("(x-3)**2+2", 6.0, {"learning_rate": 1e200}),
    "no step": ("(x-3)**2", 3.0, {}),
    "saddle": ("x**2-y**2", [1.0, 1e-3], {}),
    "three, unbounded": ("a**2-2*b**2+3*c**2", [1.0, 2.0, 3.0], {}),
    "four": ("a**2+2*b**2+3*c**2+d**4+a*b", [1.0, 2.0, 3.0, 1.0], {}),
}


def fitted(estimator, X, y, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return estimator.fit(X, y, **more)


def ran(f, start, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return minimize(f, start, **settings)


def sound(make) -> Any:
    """The picture, drawn small with nothing wrong; None where it is refused in a line."""
    try:
        picture = make()
    except SteepestError as error:
        return None if "\n" not in str(error) else pytest.fail(str(error))
    assert faults(draw(picture, SMALL)) == []  # where room is least
    assert not NO_NUMBER.search(f"{picture.finding} {picture.alt_text}")
    return picture


@pytest.mark.parametrize("name", FUNCTIONS)
def test_runs_of_functions_are_drawn_or_refused(name):
    f, start, settings = FUNCTIONS[name]
    run = ran(f, start, **settings)
    assert sound(lambda: CostHistoryDisplay.from_trajectory(run)) is not None
    assert sound(lambda: CostCurveDisplay.from_trajectory(run)) is not None
    surface = sound(lambda: CostSurfaceDisplay.from_trajectory(run))
    assert (surface is None) == (np.size(start) == 1)
    tangent = sound(lambda: TangentDisplay.from_trajectory(run))
    assert (tangent is None) == (np.size(start) > 1)
    assert not NO_NUMBER.search(re.sub("<[^>]*>", " ", run._repr_html_()))


@pytest.mark.parametrize("name", ["unbounded", "straight", "pole", "diverged", "saddle"])
def test_runs_without_end_move(name):
    f, start, settings = FUNCTIONS[name]
    assert not NO_NUMBER.search(animate(ran(f, start, **settings), frames=3).alt_text)


def test_an_unbounded_run_is_drawn_where_it_began():
    picture = CostCurveDisplay.from_trajectory(ran("-x**2", 1.0))
    assert picture.at[0] < 1.0 < picture.at[-1] < 100.0
    assert picture.finding.startswith("The steps leave the picture")
    assert picture.leaves is not None
    falls = CostSurfaceDisplay.from_trajectory(ran("x**2-y**2", [1.0, 1e-3])).finding
    assert "the cost falls from 1 to \N{MINUS SIGN}" in falls


def test_titles_say_what_became_of_the_cost():
    still, hardly = ran("(x-3)**2", 3.0), ran("x**2", 1.0, steps=1)
    assert CostHistoryDisplay.from_trajectory(still).finding == "The cost stays at 0 in 0 steps"
    found = re.fullmatch(
        r"The cost fell from (\S+) to (\S+) in 1 step", CostHistoryDisplay.from_trajectory(hardly).finding
    )
    assert found
    assert float(found[2]) < float(found[1]) == hardly.cost[0]
    down = TangentDisplay.from_trajectory(ran("log(x)", 1.0)).finding
    assert down.startswith("The steps lead down and away: log(x) fell from 0 to \N{MINUS SIGN}")
    assert "no step leads away" in TangentDisplay.from_trajectory(still).finding
    assert CostCurveDisplay.from_trajectory(ran("log(x)", 1.0)).minimum is None


def test_what_rounding_leaves_is_called_so():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3))
    y = X @ [1.0, -2.0, 3.0]
    model = fitted(GDRegressor(), X, y)
    picture = ResidualsDisplay.from_estimator(model, X, y)
    assert picture.rounding
    assert not picture.off
    assert "are 0 up to rounding" in picture.finding
    assert CostSurfaceDisplay.from_estimator(model, X, y).finding.endswith("the minimum")
    noisy = ResidualsDisplay.from_estimator(model, X, y + 1e-6 * rng.normal(size=300))
    assert not noisy.rounding
    one = fitted(GDRegressor(), X8[:1], Y8[:1])
    assert ResidualsDisplay.from_estimator(one, X8[:1], Y8[:1]).finding == "All residuals of 1 row are 0"


def test_costs_of_different_classes_have_no_common_least():
    X = np.random.default_rng(3).normal(size=(90, 3))
    model = fitted(GDClassifier(multi_class="ovr"), X, np.repeat([0, 1, 2], 30))
    picture = CostHistoryDisplay.from_estimator(model)
    assert picture.optimum is None
    assert sorted(picture.costs) == ["class 0", "class 1", "class 2"]
    assert re.match(r"Of 3 runs class \d ends lowest", picture.finding)


def test_the_cost_from_some_rows_is_that_of_all_at_the_least_point():
    rng = np.random.default_rng(5)
    X = rng.normal(size=(20_000, 2)) * [1.0, 10.0]
    y = (X @ [1.0, 0.1] + rng.logistic(size=20_000) > 0).astype(int)
    model = fitted(GDClassifier(), X, y)
    land = landscape_of(model.trajectory_, X, y)
    w = np.append(model.coef_[0], model.intercept_)
    z, sign = X @ w[:2] + w[2], 2 * y - 1
    assert "5,000 of 20,000 rows" in land.note
    assert land.values(w[None])[0] == near(np.logaddexp(0.0, -sign * z).mean(), rel=1e-10)
    assert np.abs(land.slopes(w[None])[0]).max() < 1e-6
    away = w + np.array([0.3, -0.02, 0.1])
    truth = np.logaddexp(0.0, -sign * (X @ away[:2] + away[2])).mean()
    assert land.values(away[None])[0] == near(truth, rel=0.01)
    assert land.along(w, np.eye(3)[:2])(np.array([[0.3, -0.02]]))[0] == near(
        land.values((w + np.array([0.3, -0.02, 0.0]))[None])[0]
    )
    curve = CostCurveDisplay.from_estimator(model, X, y, parameter="x0")
    assert curve.minimum == near((curve.states[-1], model.trajectory_.cost[-1]), rel=1e-4)


def test_a_rare_column_is_not_what_a_boundary_is_drawn_over():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(2000, 3))
    X[:, 0] = 0.0
    X[7, 0] = 1.0
    y = X[:, 1] + 0.5 * X[:, 2] + rng.normal(size=2000) > 0
    y[7] = False
    model = fitted(GDClassifier(alpha=1e-9), X, y)
    assert DecisionBoundaryDisplay.from_estimator(model, X, y).cut.names == ("x1", "x2")


@pytest.mark.parametrize("name", NAMES)
def test_names_are_no_formulas_for_the_printer(name):
    pandas = pytest.importorskip("pandas")
    X, target = pandas.DataFrame({name: X8[:, 0]}), pandas.Series(Y8, name=name + " t")
    line = fitted(GDRegressor(), X, target)
    classes = pandas.Series(np.where(np.asarray(LABELS8) > 0, name, "$"), name=name)
    cut = fitted(GDClassifier(alpha=0.1), X, classes)
    for display in (CostCurveDisplay, FitDisplay, ResidualsDisplay):
        assert sound(lambda display=display: display.from_estimator(line, X, target)) is not None
    picture = sound(lambda: SigmoidDisplay.from_estimator(cut, X, classes))
    assert picture is not None
    svg = picture_bytes(draw(picture), "svg", picture.finding, picture.alt_text)
    assert b"<title>" in svg


HOSTILE = {
    "one row": (X8[:1], Y8[:1]),
    "constant column": (np.ones((8, 1)), Y8),
    "constant target": (X8, np.full(8, 3.0)),
    "zero target": (X8, np.zeros(8)),
    "tiny": (X8 * 1e-9, np.asarray(Y8) * 1e-150),
    "huge": (X8 * 1e12, np.asarray(Y8) * 1e10),
    "outlier": (X8, np.append(Y8[:-1], 1e10)),
    "wide": (np.random.default_rng(0).normal(size=(5, 20)), np.arange(5.0)),
    "float32": (np.asarray(X8, np.float32), np.asarray(Y8, np.float32)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_tables_are_drawn_or_refused(name):
    X, y = HOSTILE[name]
    model = fitted(GDRegressor(), X, y)
    assert sound(lambda: CostHistoryDisplay.from_estimator(model)) is not None
    drawn = [sound(lambda display=display: display.from_estimator(model, X, y)) for display in OF_ROWS]
    assert sum(picture is not None for picture in drawn) == 4  # no classes there


def test_no_factor_stands_over_an_axis():
    figure = blank((6.4, 4.4))
    ax = axes(figure.add_subplot())
    ax.plot([0.0, 1.0], [2e10, 3e10])
    heading(ax, "A title", "words below it")
    assert faults(figure) == []
    assert ax.yaxis.get_offset_text().get_text() == ""
    assert "2\N{MULTIPLICATION SIGN}10¹⁰" in [text.get_text() for text in ax.get_yticklabels()]


def test_a_heading_leaves_room_for_the_picture():
    figure = blank((3.2, 2.2))
    ax = axes(figure.add_subplot())
    ax.plot([0.0, 1.0], [2.0, 3.0])
    heading(ax, "A title that is long enough for two lines of a small picture", "words " * 80)
    assert faults(figure) == []
    assert ax.get_position().height > 0.3
    assert ax.texts[0].get_text().endswith("…")


def test_axes_of_ones_own_are_drawn_on_again_and_again():
    model = fitted(GDRegressor(learning_rate=0.01, max_iter=50, tol=None), X8, Y8)
    settings = dict(rcParams)
    figure = Figure(figsize=(9, 7), layout="constrained")
    for ax, display in zip(figure.subplots(2, 2).flat, OF_ROWS[:4], strict=True):
        picture = display.from_estimator(model, X8, Y8)
        assert picture.plot(ax).plot(ax).ax_ is ax
    assert dict(rcParams) == settings


def test_a_run_given_twice_is_refused():
    with pytest.raises(UsageError, match="dx must be different"):
        TangentDisplay.from_function("x**2", at=1, dx=[0.5, 0.5])


def test_matplotlib_is_loaded_by_pictures_alone():
    code = "import sys, steepest, steepest.plots, steepest.cli; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_saving_leaves_no_window_open(tmp_path):
    from matplotlib import pyplot

    before = pyplot.get_fignums()
    CostHistoryDisplay.from_trajectory(ran("(x-3)**2", 6.0)).save(tmp_path / "a.svg")
    assert pyplot.get_fignums() == before
