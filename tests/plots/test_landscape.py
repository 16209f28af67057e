"""Landscapes: the cost is that of the run, the curve and the map hold what they draw, and say it."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import sparse

from steepest import GDClassifier, GDRegressor, minimize
from steepest.core.errors import UsageError
from steepest.plots import CostCurveDisplay, CostSurfaceDisplay, Panels
from steepest.plots.drawing.contours import levels
from steepest.plots.drawing.style import blank
from steepest.plots.drawing.thinning import along_path
from steepest.plots.landscape.landscape import landscape_of
from steepest.plots.landscape.plane import leaving, level, plane_of, window

X = np.array([1.0, 3, 4, 5, 6, 7, 8, 10])[:, None]
Y = np.array([4.0, 3, 7, 7, 8, 10, 8, 11])
RNG = np.random.default_rng(5)
X4 = RNG.normal(size=(60, 4)) * [1.0, 10.0, 0.1, 3.0] + [0.0, 5.0, 1.0, 0.0]
Y4 = X4 @ [1.0, -0.3, 8.0, 0.5] + RNG.normal(size=60)
LABELS = np.where(Y4 + RNG.normal(size=60) * 3 > np.median(Y4), "yes", "no")
WEIGHT, OFFSET = RNG.uniform(0.2, 2.0, 60), RNG.normal(size=60)


def quiet_fit(model, *data, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(*data, **more)


def slope(rate, steps=100):
    """Descent on the slope of the eight points, the intercept held at 2.6."""
    model = GDRegressor(fixed=("intercept",), start=(0.0, 2.6), learning_rate=rate, max_iter=steps, tol=None)
    return quiet_fit(model, X, Y)


def both():
    return quiet_fit(GDRegressor(learning_rate=0.01, max_iter=4000, tol=None), X, Y)


def drawn(picture, scale=1.0):
    picture.draw(blank((picture.size[0] * scale, picture.size[1] * scale)))
    picture.figure_.draw_without_rendering()
    return picture


# The landscape


RUNS = {
    "squared": (GDRegressor(learning_rate=1e-3, max_iter=30, tol=None), Y4, {}),
    "mse": (GDRegressor("mse", learning_rate=1e-3, max_iter=30, tol=None), Y4, {}),
    "automatic": (GDRegressor(), Y4, {}),
    "huber": (GDRegressor("huber", learning_rate=1e-3, max_iter=30, tol=None), Y4, {}),
    "weighted": (GDRegressor(learning_rate=1e-3, max_iter=30, tol=None), Y4, {"sample_weight": WEIGHT}),
    "offset": (GDRegressor(learning_rate=1e-3, max_iter=30, tol=None), Y4, {"offset": OFFSET}),
    "ridge": (GDRegressor(alpha=0.7, learning_rate=1e-3, max_iter=30, tol=None), Y4, {}),
    "lasso": (GDRegressor(alpha=0.2, l1_ratio=1.0), Y4, {}),
    "log loss": (GDClassifier(learning_rate=1e-2, max_iter=30, tol=None), LABELS, {}),
    "log loss, weighted, penalised": (GDClassifier(alpha=0.1), LABELS, {"sample_weight": WEIGHT}),
    "stochastic": (GDRegressor(batch_size=1, learning_rate=1e-3, max_iter=5), Y4, {}),
    "held column": (GDRegressor(fixed=(1,), learning_rate=1e-3, max_iter=30, tol=None), Y4, {}),
    "no intercept": (GDRegressor(fit_intercept=False, learning_rate=1e-3, max_iter=30, tol=None), Y4, {}),
}


@pytest.mark.parametrize("name", RUNS)
def test_the_landscape_is_the_cost_that_the_run_recorded(name):
    model, y, more = RUNS[name]
    run = quiet_fit(model, X4, y, **more).trajectory_
    at = np.searchsorted(run.step, run.cost_step)
    assert_allclose(landscape_of(run, X4, y, **more).values(run.x[at]), run.cost, rtol=1e-12)


def test_factors_of_the_penalty_and_signs_count():
    model = quiet_fit(GDRegressor(alpha=0.3, penalty_factors=[0, 1, 2, 3], signs={0: "-"}), X4, Y4)
    landscape, run = landscape_of(model.trajectory_, X4, Y4), model.trajectory_
    assert_allclose(landscape.values(run.x), run.cost, rtol=1e-12)
    assert landscape.cost.endswith("+ penalty")


def test_sparse_rows_make_the_same_landscape():
    run = quiet_fit(GDClassifier(), X4, LABELS).trajectory_
    dense, thin = (landscape_of(run, table, LABELS) for table in (X4, sparse.csr_matrix(X4)))
    assert_allclose(thin.values(run.x), dense.values(run.x), rtol=1e-13)
    assert_allclose(thin.size, dense.size, rtol=1e-12)
    assert_allclose(dense.size, np.append(X4.std(0), 1.0), rtol=1e-12)


@pytest.mark.parametrize("name", ["squared", "ridge", "huber", "log loss", "weighted"])
def test_slopes_are_those_of_the_values(name):
    model, y, more = RUNS[name]
    run = quiet_fit(model, X4, y, **more).trajectory_
    landscape, at, h = landscape_of(run, X4, y, **more), run.x[-1], 1e-6
    steps = h * np.eye(len(at))
    expected = (landscape.values(at + steps) - landscape.values(at - steps)) / (2 * h)
    assert_allclose(landscape.slopes(at[None])[0], expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", ["squared", "ridge", "lasso", "log loss", "offset"])
def test_costs_on_a_plane_are_those_of_its_points(name):
    model, y, more = RUNS[name]
    run = quiet_fit(model, X4, y, **more).trajectory_
    landscape = landscape_of(run, X4, y, **more)
    origin, along, at = RNG.normal(size=5), RNG.normal(size=(2, 5)), RNG.normal(size=(40, 2))
    assert_allclose(landscape.along(origin, along)(at), landscape.values(origin + at @ along), rtol=1e-10)


def test_the_true_minimum_of_the_eight_points():
    landscape = landscape_of(both().trajectory_, X, Y)
    assert_allclose(landscape.best, [0.84482759, 2.60344828], rtol=1e-7)
    assert_allclose(landscape.values(landscape.best[None]), [0.631466], atol=5e-7)


def test_many_rows_are_stood_for_by_some_and_the_note_says_so():
    x = RNG.normal(size=(12_000, 2))
    labels = (x[:, 0] + RNG.logistic(size=12_000) > 0).astype(int)
    run = quiet_fit(GDClassifier(), x, labels).trajectory_
    landscape = landscape_of(run, x, labels)
    assert landscape.note == "shape of the cost from 5,000 of 12,000 rows"
    picture = CostSurfaceDisplay.from_trajectory(run, x, labels)
    assert picture.ends[""] == (run.cost[0], run.cost[-1])  # the title speaks of all rows
    assert landscape_of(quiet_fit(GDRegressor(), x, labels).trajectory_, x, labels).note == ""


def test_a_run_on_other_rows_is_refused():
    run = both().trajectory_
    with pytest.raises(UsageError, match="give X and y"):
        landscape_of(run)
    with pytest.raises(UsageError, match="has 1 columns, the table 4"):
        landscape_of(run, X4, Y4)


def test_the_function_of_a_callable_must_be_given():
    def bowl(x):
        return float((x**2).sum())

    run = minimize(bowl, [1.0, 2.0], learning_rate=0.1, steps=5)
    with pytest.raises(UsageError, match="give the function as f"):
        CostSurfaceDisplay.from_trajectory(run)
    picture = CostSurfaceDisplay.from_trajectory(run, f=bowl)
    assert_allclose(picture.path_costs[""], run.cost, rtol=1e-12)


# Planes, windows, thinning


def test_a_plane_holds_a_path_that_lies_in_a_plane():
    run = quiet_fit(GDRegressor(), X4, Y4).trajectory_
    landscape = landscape_of(run, X4, Y4)._replace(best=None)
    turn = RNG.normal(size=(2, 5))
    path = landscape.names and RNG.normal(size=(30, 2)) @ turn
    plane = plane_of(landscape, [path], path[-1])
    assert_allclose(plane.points(plane.coordinates(path)), path, atol=1e-9)
    assert_allclose(plane.along @ plane.onto.T, np.eye(2), atol=1e-12)
    assert plane.words == "plane of 5 parameters through start and answer, and along the path"


def test_start_answer_and_minimum_are_exactly_on_their_plane():
    rng = np.random.default_rng(11)
    run = quiet_fit(GDRegressor(rule="adam", learning_rate=0.1, max_iter=40, tol=None), X4, Y4).trajectory_
    landscape = landscape_of(run, X4, Y4)
    for _ in range(200):
        path = rng.normal(size=(int(rng.integers(2, 9)), 5)) * 10.0 ** rng.uniform(-2, 2, 5)
        shape = landscape._replace(best=rng.normal(size=5))
        plane = plane_of(shape, [path], path[-1])
        three = np.array([path[0], path[-1], shape.best])
        assert_allclose(plane.points(plane.coordinates(three)), three, rtol=1e-7, atol=1e-7 * np.abs(three).max())
    picture = CostSurfaceDisplay.from_trajectory(run, X4, Y4)
    assert_allclose(picture.path_costs[""][[0, -1]], run.cost[[0, -1]], rtol=1e-8)
    low, high = (picture.x[0], picture.y[0]), (picture.x[-1], picture.y[-1])
    for place in (*picture.paths[""][[0, -1]], picture.minimum):
        assert (place >= low).all()
        assert (place <= high).all()
    assert picture.words == "plane of 5 parameters through start, answer and minimum"


def test_across_a_straight_path_the_cost_rises_too():
    picture = CostSurfaceDisplay.from_estimator(quiet_fit(GDRegressor(), X4, Y4), X4, Y4)
    assert len(picture.paths[""]) == 2
    assert picture.labels[1].startswith("across that")
    j, i = (int(np.abs(v - m).argmin()) for v, m in zip((picture.y, picture.x), picture.minimum[::-1], strict=True))
    least = picture.costs.min()
    rises = np.array([picture.costs[:, i].max() - least, picture.costs[j].max() - least])
    assert 0.2 < rises[0] / rises[1] < 5.0


def test_named_parameters_are_a_slice_through_the_answer():
    model = quiet_fit(GDRegressor(), X4, Y4)
    picture = CostSurfaceDisplay.from_estimator(model, X4, Y4, parameters=("x2", "intercept"))
    assert picture.labels == ("coefficient of x2", "intercept")
    assert_allclose(picture.paths[""][-1], [model.coef_[2], model.intercept_], rtol=1e-12)
    assert "the other 3 parameters stay at the answer" in picture.words


@pytest.mark.parametrize(
    ("names", "words"), [(("a", "x1"), "no parameter is called 'a'"), (("x1",), "must be 2 names")]
)
def test_parameters_that_there_are_not_are_refused(names, words):
    with pytest.raises(UsageError, match=words):
        CostSurfaceDisplay.from_estimator(quiet_fit(GDRegressor(), X4, Y4), X4, Y4, parameters=names)


def test_a_surface_of_one_variable_is_refused():
    with pytest.raises(UsageError, match="needs two parameters"):
        CostSurfaceDisplay.from_trajectory(minimize("(x-3)**2", 1.0, learning_rate=0.1))


def test_a_window_keeps_a_path_that_comes_back_and_cuts_one_that_does_not():
    valley = minimize("(1-x)**2+20*(y-x**2)**2", (-1.2, 1.0), learning_rate=0.005, steps=2000).x
    low, high = window([valley], np.ones(2), np.ones(2))
    assert (low <= valley.min(0)).all()
    assert (high >= valley.max(0)).all()
    away = (-2.0) ** np.arange(30)[:, None]
    low, high = window([away], np.zeros(1), np.zeros(1))
    assert -12 < low[0] < -2
    assert 2 < high[0] < 12


def test_level_widens_what_shows_nothing():
    def cost(at):
        return at[:, 0] ** 2 + 1e-4 * at[:, 1] ** 2

    low, high = level(-np.ones(2), np.ones(2), np.zeros(2), np.array([True, False]), cost)
    assert high[0] == 1.0
    assert 0.5 <= cost(np.array([[0.0, high[1]]]))[0] <= 2.0
    assert low[1] == -high[1]


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_where_a_path_leaves_is_on_the_edge_or_before(points):
    path = np.array([(0.0, 0.0), *points])
    kept, out = leaving(path, -np.ones(2), np.ones(2))
    assert (np.abs(path[kept:]) > 1).any(axis=1).all()
    if out is None:
        assert kept == len(path)
    else:
        assert_allclose(np.abs(out).max(), 1.0, atol=1e-9)


@given(st.integers(2, 3000), st.integers(2, 60), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_thinning_keeps_first_and_last_and_no_more_than_asked(m, most, seed):
    path = np.random.default_rng(seed).normal(size=(m, 3)).cumsum(0)
    places = along_path(path, most)
    assert len(places) <= max(most, 0)
    assert (places[0], places[-1]) == (0, m - 1)
    assert (np.diff(places) > 0).all()


def test_levels_are_round_heights_above_the_least_in_about_equal_ratios():
    heights = np.geomspace(1e-3, 100.0, 5000)
    found = levels(5.0 + heights, 5.0)
    above = np.array([level.cost for level in found]) - 5.0
    ratios = above[1:] / above[:-1]
    assert ratios.max() <= 3.4
    assert ratios.min() >= 1.9
    assert_allclose(above[-1], 100.0)
    assert [level.label for level in found][-2:] == ["+30", "+100"]


@given(st.floats(-1e6, 1e6), st.floats(-6, 6), st.floats(0.1, 9.0), st.booleans())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_contours_are_between_the_costs_and_their_labels_differ(least, power, decades, known):
    heights = np.geomspace(10.0**power, 10.0 ** (power + decades), 900)
    costs = least + heights
    found = levels(costs, least, known)
    values = [level.cost for level in found]
    assert 1 <= len(found) <= 14
    assert values == sorted(values)
    if known and 10.0**power > 1e-9 * abs(least):
        assert all(re.fullmatch(r"\+\S+", level.label) for level in found)
        assert len({level.label for level in found}) == len(found)


# The curve


def test_the_ball_is_on_the_curve_and_the_minimum_is_that_of_the_slope():
    model = slope(0.001, 1000)
    picture = CostCurveDisplay.from_estimator(model, X, Y, tangent=(0, -1))
    m = picture.states
    expected = ((m[:, None] * X[:, 0] + 2.6 - Y) ** 2).mean(1) / 2
    assert_allclose(picture.state_costs, expected, rtol=1e-12)
    assert_allclose(np.interp(m, picture.at, picture.costs), expected, atol=2e-3)
    assert_allclose(picture.minimum, [0.845333, 0.631467], atol=2e-6)
    assert (m[0], picture.steps[-1], len(m) <= 60) == (0.0, 1000, True)
    assert m[-1] == pytest.approx(0.8453333333333318, rel=1e-12)
    assert_allclose(picture.tangents[0], [0.0, expected[0], -31.7], rtol=1e-12)
    assert abs(picture.tangents[1, 2]) < 1e-6
    assert picture.limit == pytest.approx(2 / 37.5)
    assert picture.finding == "From 0 to 0.8453 in 1,000 steps: the cost falls from 14.03 to 0.6315"


def test_a_rate_that_overshoots_is_drawn_with_an_arrow():
    picture = drawn(CostCurveDisplay.from_estimator(slope(1.0, 4), X, Y))
    assert_allclose(picture.states, [0.0, 31.7], rtol=1e-12)
    assert_allclose(picture.beyond, [-1125.35, 41106.975], rtol=1e-12)
    assert picture.finding == "Every step overshoots: 31.7 → \N{MINUS SIGN}1,125 → 41,107 (rate 1, limit 0.05333)"
    assert picture.verdict.startswith("Diverged")
    (left, right), (low, high) = picture.ax_.get_xlim(), picture.ax_.get_ylim()
    x, y = picture.leaves_.xy
    assert left <= x <= right
    assert low <= y <= high
    assert "leaves the picture" in picture.alt_text


@pytest.mark.parametrize(("rate", "settles"), [(0.001, True), (0.05, True), (0.1, False), (0.7, False)])
def test_beyond_the_limit_a_run_leaves(rate, settles):
    picture = CostCurveDisplay.from_estimator(slope(rate), X, Y)
    assert (picture.leaves is None) == settles == (rate < picture.limit)


@pytest.mark.parametrize("rule", ["plain", "momentum:beta=0.5", "momentum", "nesterov:beta=0.5", "nesterov"])
def test_the_limit_is_that_of_the_rule(rule):
    """Just below the limit the steps on x**2 shrink, just above it they grow."""

    def ran(rate, steps):
        return minimize("(x-3)**2", 1.0, rule=rule, learning_rate=rate, steps=steps, tol=0)

    limit = CostCurveDisplay.from_trajectory(ran(0.01, 5)).limit
    assert limit is not None
    ends = [np.abs(ran(share * limit, 900).x[-1] - 3.0).max() for share in (0.98, 1.02)]
    assert ends[0] < 1e-2
    assert not ends[1] < 1e2


def test_the_limit_is_not_claimed_where_it_is_not_known():
    assert CostCurveDisplay.from_estimator(quiet_fit(GDRegressor(), X, Y), X, Y).limit is None
    adam = quiet_fit(GDRegressor(rule="adam", learning_rate=0.01, max_iter=20, tol=None), X, Y)
    assert CostCurveDisplay.from_estimator(adam, X, Y).limit is None
    assert CostCurveDisplay.from_trajectory(minimize("x**4 - x", 1.0, learning_rate=0.1)).limit is None
    assert CostCurveDisplay.from_trajectory(minimize("(x-3)**2", 1.0, learning_rate=0.1)).limit == pytest.approx(1.0)


def test_a_slice_holds_the_answer_and_no_state_that_is_off_it():
    picture = drawn(CostCurveDisplay.from_estimator(both(), X, Y, parameter="x0"))
    assert picture.words == "slice at intercept = 2.602"
    assert len(picture.states) == 1
    assert_allclose(picture.state_costs, np.interp(picture.states, picture.at, picture.costs), rtol=1e-4)
    assert "the lowest of this slice is 0.6315" in picture.finding


@pytest.mark.parametrize("step", [None, 1, 2, 7, 100])
def test_a_step_is_drawn_on_its_line(step):
    run = both().trajectory_
    picture = drawn(CostCurveDisplay.from_trajectory(run, X, Y, step=step))
    k = step or 1
    assert picture.steps[:2].tolist() == [k - 1, k]
    assert_allclose(picture.state_costs[:2], run.cost[k - 1 : k + 1], rtol=1e-10)
    assert_allclose(picture.states[:2], [0.0, np.linalg.norm(run.x[k] - run.x[k - 1])], rtol=1e-10)
    assert_allclose(picture.tangents[0], [0.0, run.cost[k - 1], -run.gradient_norm[k - 1]], rtol=1e-6)
    on = np.interp(picture.states[:2], picture.at, picture.costs)
    assert_allclose(on, run.cost[k - 1 : k + 1], rtol=1e-3)
    assert picture.costs.min() >= run.meta["exact"]["cost"] - 1e-12


def test_balls_are_on_the_curve_whatever_the_run():
    rng = np.random.default_rng(8)
    rules = ["plain", "momentum", "adam", "rmsprop", "nesterov"]
    for seed in range(200):
        p = int(rng.integers(2, 6))
        a, c = rng.normal(size=p), rng.uniform(0.1, 3.0, p)
        names = "abcdf"[:p]
        formula = " + ".join(f"{c[j]:.3f}*({n}-({a[j]:.3f}))**2" for j, n in enumerate(names)) + " + 0.3*a*b"
        settings = {"rule": rules[seed % 5], "learning_rate": float(rng.choice([0.01, 0.1, 0.5])), "steps": 12}
        run = minimize(formula, rng.normal(size=p).tolist(), **settings)
        step = int(rng.integers(1, 1 + int(run.step[-1])))
        if (run.x[step] == run.x[step - 1]).all() or not np.isfinite(run.x[step]).all():
            continue
        picture = CostCurveDisplay.from_trajectory(run, step=step)
        known = {int(k): cost for k, cost in zip(run.step, run.cost, strict=True)}
        truth = np.array([known[int(k)] for k in picture.steps])
        assert_allclose(picture.state_costs, truth, rtol=1e-5, atol=1e-8)
        assert {step - 1, step} <= set(picture.steps.tolist()) or picture.leaves is not None


def test_a_step_that_there_is_not_is_refused():
    run = both().trajectory_
    for step in (0, 4001):
        with pytest.raises(UsageError, match=f"step {step} has no line"):
            CostCurveDisplay.from_trajectory(run, X, Y, step=step)
    with pytest.raises(UsageError, match="along a parameter or along a step"):
        CostCurveDisplay.from_trajectory(run, X, Y, step=1, parameter="x0")


def test_a_local_minimum_is_called_one():
    run = minimize("x**4-3*x**2+x", 2.0, rule="plain", learning_rate=0.02, steps=60)
    picture = drawn(CostCurveDisplay.from_trajectory(run))
    assert any("local minimum" in text.get_text() for text in picture.ax_.get_legend().get_texts())
    assert "local minimum" in picture.alt_text
    bowl = minimize("(x-3)**2+y**2", (1.0, 1.0), learning_rate=0.1)
    assert "minimum" in CostSurfaceDisplay.from_trajectory(bowl).alt_text
    assert "local" not in CostSurfaceDisplay.from_trajectory(bowl).alt_text
    two = CostSurfaceDisplay.from_trajectory(minimize("x**4-3*x**2+x+y**2", (2.0, 1.0), learning_rate=0.02))
    assert "local minimum" in two.finding


def test_title_and_verdict_tell_one_distance():
    rng = np.random.default_rng(4)
    for seed in range(12):
        x = rng.normal(size=(80, 2)) * [1.0, 3.0]
        labels = (x @ rng.normal(size=2) + rng.logistic(size=80) > 0).astype(int)
        path = quiet_fit(GDClassifier(learning_rate=0.003, max_iter=40 + seed, tol=None), x, labels).trajectory_
        picture = CostSurfaceDisplay.from_trajectory(path, x, labels)
        said = re.search(r"([\d.,]+) above the minimum", picture.verdict)
        if said and picture.least is not None:
            assert float(said[1]) == pytest.approx(path.cost[-1] - picture.least, rel=1e-3)


def test_a_line_without_end_has_no_minimum():
    picture = drawn(CostCurveDisplay.from_trajectory(minimize("2*x + 1", 2.0, learning_rate=0.1, steps=30)))
    assert picture.minimum is None
    assert picture.minimum_ is None
    assert picture.verdict.startswith("Unbounded")


@pytest.mark.parametrize("formula", ["-x**2", "-exp(x)", "x**3"])
def test_a_fall_without_end_is_drawn(formula):
    run = minimize(formula, 0.5, learning_rate=0.3, steps=60)
    picture = drawn(CostCurveDisplay.from_trajectory(run))
    assert np.isfinite(picture.ax_.get_ylim()).all()
    assert picture.states[0] == 0.5


def test_the_curve_drawn_is_the_one_held():
    picture = drawn(CostCurveDisplay.from_estimator(slope(0.05), X, Y, tangent=0))
    assert_allclose(picture.curve_.get_xydata(), np.column_stack((picture.at, picture.costs)))
    assert_allclose(picture.balls_.get_xydata(), np.column_stack((picture.states, picture.state_costs)))
    assert_allclose(picture.minimum_.get_xdata(), [picture.minimum[0]] * 2)
    ends = picture.tangents_[0].get_xydata()
    assert_allclose(np.diff(ends[:, 1]) / np.diff(ends[:, 0]), picture.tangents[0, 2], rtol=1e-9)
    assert picture.ax_.get_xlabel() == "coefficient of x0"
    assert picture.ax_.get_ylabel() == "cost: mean (z \N{MINUS SIGN} y)² / 2"
    assert "intercept = 2.6" in picture.alt_text


def test_a_state_that_there_is_not_is_refused():
    with pytest.raises(UsageError, match="tangent goes from 0 to 100"):
        CostCurveDisplay.from_estimator(slope(0.01), X, Y, tangent=101)


# The surface


def test_the_map_holds_path_minimum_and_slopes():
    model = both()
    picture = drawn(CostSurfaceDisplay.from_estimator(model, X, Y))
    run = model.trajectory_
    assert_allclose(picture.paths[""], run.x, rtol=1e-12)
    assert_allclose(picture.path_costs[""], run.cost, rtol=1e-12)
    assert_allclose(picture.minimum, [0.84482759, 2.60344828], rtol=1e-7)
    assert picture.least == pytest.approx(0.631466, abs=5e-7)
    assert picture.labels == ("coefficient of x0", "intercept")
    at = np.stack(np.meshgrid(picture.x, picture.y), axis=-1)
    assert_allclose(picture.costs, ((at @ np.vstack((X[:, 0], np.ones(8))) - Y) ** 2).mean(-1) / 2, rtol=1e-9)
    residual = picture.arrows[:, :2] @ np.vstack((X[:, 0], np.ones(8))) - Y
    assert_allclose(-picture.arrows[:, 2:], np.column_stack((residual @ X[:, 0], residual.sum(1))) / 8, rtol=1e-9)
    assert_allclose(picture.paths_[""].get_xydata(), picture.paths[""])
    assert_allclose(picture.minimum_.get_xydata()[0], picture.minimum)
    assert "the cost falls from 29.5 to 0.6315, the minimum" in picture.finding
    assert "(0.844828, 2.60345)" in picture.alt_text


def test_arrows_point_on_paper_where_a_step_would_go():
    assert drawn(CostSurfaceDisplay.from_estimator(both(), X, Y)).arrows_ is None  # of unlike scales
    picture = drawn(CostSurfaceDisplay.from_trajectory(minimize("(x-3)**2+y**2", (1.0, 1.0), learning_rate=0.1)))
    sizes = np.hypot(picture.arrows_.U, picture.arrows_.V)
    assert_allclose(sizes, 1.0)
    assert picture.arrows_.angles == "xy"


def test_a_diverging_run_leaves_the_map():
    model = quiet_fit(GDRegressor(learning_rate=0.06, max_iter=100, tol=None), X, Y)
    picture = drawn(CostSurfaceDisplay.from_estimator(model, X, Y))
    x, y = picture.leaves[""]
    assert picture.x[0] - 1e-9 <= x <= picture.x[-1] + 1e-9
    assert picture.y[0] - 1e-9 <= y <= picture.y[-1] + 1e-9
    assert np.abs(picture.paths[""]).max() < 100
    assert picture.finding.startswith("The run leaves the valley")
    assert picture.verdict.startswith("Diverged")


def test_a_surface_in_space_has_the_path_on_it():
    picture = drawn(CostSurfaceDisplay.from_estimator(both(), X, Y, kind="surface"))
    assert picture.ax_.name == "3d"
    assert_allclose(picture.paths_[""].get_data_3d(), [*picture.paths[""].T, picture.path_costs[""]])
    with pytest.raises(UsageError, match="axes in space"):
        picture.plot(blank((3, 2)).add_subplot())


def test_an_unknown_kind_is_refused():
    with pytest.raises(UsageError, match="contour, surface"):
        CostSurfaceDisplay.from_estimator(both(), X, Y, kind="wire")


def test_several_paths_on_one_map():
    runs = {
        size: quiet_fit(GDRegressor(batch_size=size, learning_rate=0.01, max_iter=40, tol=None), X, Y).trajectory_
        for size in (1, 3, None)
    }
    labels = {f"batches of {size}": run for size, run in runs.items()}
    picture = drawn(CostSurfaceDisplay.from_trajectory(labels, X, Y))
    assert list(picture.paths_) == list(labels)
    for label, run in labels.items():
        assert f"{label} {run.cost[-1]:.4g}" in picture.finding
        assert_allclose(picture.paths[label], run.x)
    styles = {(line.get_color(), str(line.get_linestyle())) for line in picture.paths_.values()}
    assert len(styles) == 3
    with pytest.raises(UsageError, match="no run to draw"):
        CostSurfaceDisplay.from_trajectory({}, X, Y)
    four = quiet_fit(GDRegressor(), X4, Y4).trajectory_
    with pytest.raises(UsageError, match="the same parameters"):
        CostSurfaceDisplay.from_trajectory({"a": runs[1], "b": replace(four, verdict=None)}, X, Y)


def test_a_function_map_is_square_and_knows_a_local_minimum():
    picture = drawn(CostSurfaceDisplay.from_trajectory(minimize("x**4/4-x**2+x/4+y**2", (0.4, 1.5), learning_rate=0.1)))
    assert np.ptp(picture.x) == pytest.approx(np.ptp(picture.y))
    assert picture.ax_.get_aspect() == 1.0
    x, y = picture.minimum
    assert abs(x**3 - 2 * x + 0.25) < 1e-6
    assert abs(y) < 1e-6


def test_a_long_path_is_thinned_and_says_so():
    run = quiet_fit(GDRegressor(learning_rate=0.01, max_iter=20_000, tol=None), X, Y).trajectory_
    picture = drawn(CostSurfaceDisplay.from_trajectory(run, X, Y))
    assert len(run) == 20_001
    assert len(picture.paths[""]) <= 5000
    assert_allclose(picture.paths[""][[0, -1]], run.x[[0, -1]])
    assert any("of 20,001 states drawn" in text.get_text() for text in picture.ax_.texts)


def test_several_classes_are_refused():
    model = quiet_fit(GDClassifier(), X4, np.arange(60) % 3)
    with pytest.raises(UsageError, match="one target or two classes"):
        CostSurfaceDisplay.from_estimator(model, X4, np.arange(60) % 3)


def test_separated_classes_have_no_minimum_to_mark():
    labels = [0, 0, 0, 1, 1, 1, 1, 1]
    picture = drawn(CostSurfaceDisplay.from_estimator(quiet_fit(GDClassifier(), X, labels), X, labels))
    assert picture.minimum is None
    assert picture.minimum_ is None
    assert picture.verdict.startswith("Separable")


def test_the_same_map_is_the_same_bytes(tmp_path):
    pieces = []
    for name in ("a.svg", "b.svg"):
        CostSurfaceDisplay.from_estimator(slope(0.01, 20), X, Y).save(tmp_path / name)
        pieces.append((tmp_path / name).read_bytes())
    assert pieces[0] == pieces[1]
    assert b"<title>" in pieces[0]


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_no_letters_leave_the_paper(scale):
    model = both()
    for picture in (
        drawn(CostSurfaceDisplay.from_estimator(model, X, Y), scale),
        drawn(CostSurfaceDisplay.from_estimator(model, X, Y, kind="surface"), scale),
        drawn(CostCurveDisplay.from_estimator(slope(0.05), X, Y, tangent=0), scale),
    ):
        figure = picture.figure_
        width, height = figure.get_size_inches() * figure.dpi
        texts = [picture.ax_.title, *picture.ax_.texts, picture.ax_.xaxis.label, picture.ax_.yaxis.label]
        for box in (text.get_window_extent() for text in texts if text.get_text()):
            assert -1 <= box.x0 <= box.x1 <= width + 1
            assert -1 <= box.y0 <= box.y1 <= height + 1


def test_panels_hold_surfaces_and_curves():
    both_kinds = Panels(
        CostCurveDisplay.from_estimator(slope(0.05), X, Y),
        CostSurfaceDisplay.from_estimator(both(), X, Y, kind="surface"),
    )
    assert [ax.name for ax in drawn(both_kinds).ax_] == ["rectilinear", "3d"]


@pytest.mark.parametrize(
    ("formula", "start"),
    [
        ("x**2 - y**2", (1.0, 0.01)),
        ("x + y", (1.0, 0.0)),
        ("0*x + 0*y + 1", (1.0, 2.0)),
        ("log(x)**2 + y**2", (0.3, 1.0)),
    ],
)
def test_maps_without_a_bowl_are_drawn(formula, start):
    picture = drawn(CostSurfaceDisplay.from_trajectory(minimize(formula, start, learning_rate=0.1, steps=40)))
    assert np.isfinite([*picture.ax_.get_xlim(), *picture.ax_.get_ylim()]).all()
    assert_allclose(picture.paths[""][0], start, rtol=1e-12, atol=1e-15)


def test_a_start_at_the_minimum_stays_there():
    run = minimize("x**2 + y**2", (0.0, 0.0), learning_rate=0.1)
    assert drawn(CostSurfaceDisplay.from_trajectory(run)).finding == "The cost stays at 0 in 0 steps"


def test_more_columns_than_rows_are_seen_on_their_plane():
    wide = RNG.normal(size=(40, 300))
    labels = (wide[:, 0] > 0).astype(int)
    picture = drawn(CostSurfaceDisplay.from_estimator(quiet_fit(GDClassifier(alpha=0.1), wide, labels), wide, labels))
    assert "plane of 301 parameters through start and minimum" in picture.words
    assert picture.costs.min() >= picture.least - 1e-12


def test_own_axes_are_drawn_on():
    ax = blank((6.4, 4.4)).add_subplot()
    assert CostCurveDisplay.from_estimator(slope(0.01), X, Y).plot(ax).ax_ is ax
    ax = blank((6.4, 4.4)).add_subplot()
    assert CostSurfaceDisplay.from_estimator(both(), X, Y).plot(ax).ax_ is ax


def test_a_run_within_bounds_says_so():
    run = minimize("(x-3)**2 + (y-1)**2", [0.0, 0.0], bounds={"x": (None, 2)})
    assert run.meta["bounds"] == [[None, None], [2.0, None]]
    picture = CostSurfaceDisplay.from_trajectory(run)
    assert "the run has bounds" in picture.note
    assert picture.least == pytest.approx(1.0)
