"""Pictures of slopes, of runs side by side and of learning rates: what is drawn is what was worked out."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from conftest import X8, Y8
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures_judge import draw, faults

pytest.importorskip("matplotlib")

from steepest import (
    GDRegressor,
    Method,
    Problem,
    compare,
    descend,
    epochs,
    find_learning_rate,
    make_rows,
    minimize,
    record,
    stability_limit,
    until,
    updates,
)
from steepest.core.errors import UsageError
from steepest.plots import ComparisonDisplay, LearningRateDisplay, Panels, PlaneSlopesDisplay, TangentDisplay
from steepest.plots.drawing.secant import Secant
from steepest.plots.drawing.style import blank, letters
from steepest.plots.sources.function_input import drawn

near = pytest.approx
quick = settings(max_examples=30, deadline=None, derandomize=True)
LEAST = 0.6314666666666667  # of the cost of the eight points where the intercept is 2.6
SLOPE = st.floats(-50, 50).filter(lambda v: abs(v) > 1e-3)


def shown(display):
    display.draw(blank(display.size))
    return display.ax_


def slope_run(rate, steps=100, batch_size=None):
    method = Method("plain", learning_rate=rate, batch_size=batch_size)
    states = descend(Problem(fixed=("intercept",)), method, make_rows(X8, Y8), start=[0.0, 2.6])
    return record(until(states, updates(steps)))


def rates_compared(*rates, **how):
    return ComparisonDisplay.from_trajectories({f"{rate}": slope_run(rate) for rate in rates}, **how)


# Tangents


def test_slope_triangles_of_the_tutorial():
    display = TangentDisplay.from_function("x**2", at=[2, 6], dx=2)
    assert [(s.run, s.rise, s.slope) for s in display.secants] == [(2, 12, 6), (2, 28, 14)]
    ax = shown(display)
    assert {"rise 12 / run 2 = slope 6", "rise 28 / run 2 = slope 14"} <= set(ax.get_legend_handles_labels()[1])
    assert [text.get_text() for text in ax.texts] == ["2", "12", "2", "28"]
    assert display.secants_[1].get_xdata() == near([6, 8])
    assert display.secants_[1].get_ydata() == near([36, 64])
    assert display.tangents_ == []


def test_secants_turn_into_the_tangent():
    display = TangentDisplay.from_function("x**2", at=4, dx=[4, 1, 0.0001])
    assert [s.slope for s in display.secants] == near([12, 9, 8.0001], abs=1e-8)
    assert display.finding == "The secants at x = 4 turn into the tangent of slope 8 as the run shrinks"
    shown(display)
    slopes = [np.ptp(line.get_ydata()) / np.ptp(line.get_xdata()) for line in (*display.secants_, *display.tangents_)]
    assert slopes == near([12, 9, 8.0001, 8], abs=1e-6)


def test_tangents_of_the_parabola_touch_it():
    display = TangentDisplay.from_function("(x - 3)**2 + 2", at=(6, 4, 3))
    assert display.slopes == near([6, 2, 0])
    shown(display)
    for line, p, h, s in zip(display.tangents_, (6, 4, 3), (11, 3, 2), (6, 2, 0), strict=True):
        x, y = line.get_data()
        assert x.mean() == near(p)
        assert y.mean() == near(h)
        assert np.ptp(y) * math.copysign(1, s) == near(s * np.ptp(x), abs=1e-12)


@quick
@given(a=SLOPE, b=SLOPE, at=st.floats(-100, 100))
def test_tangent_of_a_line_is_the_line(a, b, at):
    display = TangentDisplay.from_function(lambda x: a * x + b, at=at, dx=1.0)
    assert display.slopes == near([a], rel=1e-5)
    assert display.secants[0].slope == near(a, rel=1e-6, abs=1e-9)
    low, high = shown(display).get_ylim()
    assert low <= min(a * at + b, a * (at + 1) + b) <= max(a * at + b, a * (at + 1) + b) <= high


def test_steps_are_drawn_on_the_curve():
    run = minimize("(x - 3)**2 + 2", 6, learning_rate=1 / 3)
    display = TangentDisplay.from_trajectory(run)
    shown(display)
    x, y = display.steps_.get_data()
    assert x == near(run.x[:, 0])
    assert y == near((run.x[:, 0] - 3) ** 2 + 2)
    assert (display.at[:2], display.slopes[:2]) == (near([6, 4]), near([6, 2]))
    assert display.optimum == near(2)
    assert "As the slope shrinks, so do the steps" in display.finding
    assert len(display.ax_.get_legend_handles_labels()[1]) <= 5


def test_a_function_without_minimum_is_said_to_have_none():
    display = TangentDisplay.from_trajectory(minimize("2*x + 1", 6, learning_rate=0.5, steps=8))
    assert display.finding == "The slope is 2 everywhere: 2·x + 1 has no minimum"
    assert display.slopes == near(2)
    assert any(text.arrow_patch is not None for text in shown(display).texts if hasattr(text, "arrow_patch"))
    assert "Unbounded after 8 steps: " in display.alt_text


def test_a_diverging_run_is_drawn_near_its_start():
    run = minimize("(x - 3)**2 + 2", 6, learning_rate=1.2, steps=300)
    display = TangentDisplay.from_trajectory(run)
    ax = shown(display)
    assert abs(run.x[-1, 0]) > 1e40
    assert np.ptp(ax.get_xlim()) < 100
    assert max(map(abs, ax.get_ylim())) < 1e4
    assert "lead up and away" in display.finding
    assert "Diverged: the cost was above its initial value from step 1 on" in display.alt_text


def test_a_pole_does_not_flatten_the_curve():
    display = TangentDisplay.from_function("1/x", at=1)
    low, high = shown(display).get_ylim()
    assert high - low < 100
    assert np.nanmax(np.abs(display.y)) > 0
    assert TangentDisplay.from_function("log(x)", at=0.5, dx=0.1).slopes == near([2])


def test_tangents_of_a_callable_agree_with_those_of_its_formula():
    by_text = TangentDisplay.from_function("sin(x)*x", at=[1, 2])
    by_call = TangentDisplay.from_function(lambda x: math.sin(x) * x, at=[1, 2])
    assert by_call.slopes == near(by_text.slopes, rel=1e-7)
    assert by_call.y == near(by_text.y)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: TangentDisplay.from_function("x*y", at=1), "one of 1 variable, but the formula has 2"),
        (lambda: TangentDisplay.from_function("x", at=1, dx=0), "dx must be other than 0"),
        (lambda: TangentDisplay.from_function("x", at="two"), "at must be numbers"),
        (lambda: TangentDisplay.from_function("x", at=[]), "at needs a number"),
        (lambda: TangentDisplay.from_function("x", at=math.nan), "at must be finite"),
        (lambda: TangentDisplay.from_function("log(x)", at=1, dx=-2), "no finite value at x = -1"),
        (lambda: TangentDisplay.from_function("sqrt(x)", at=0), "slope"),
        (lambda: TangentDisplay.from_trajectory(slope_run(0.01)), "minimize on one variable"),
        (lambda: TangentDisplay.from_trajectory(minimize("x**2+y**2", [1, 1], steps=3)), "minimize on one variable"),
        (lambda: TangentDisplay.from_trajectory(minimize(lambda x: x * x, 1.0, steps=3)), "give the function as f"),
    ],
)
def test_bad_slopes_are_refused_in_a_line(call, words):
    with pytest.raises(UsageError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_secants_know_their_fraction():
    secant = Secant(6.0, 2.0, 36.0, 28.0)
    assert secant.fraction == "between 6 and 8 is 28 / 2 = 14"
    assert secant.described("x") == "Secant from x = 6: run 2, rise 28, slope 14."


def test_formulas_with_a_name_that_does_not_appear_are_flat_in_it():
    held = drawn("3*a", ("a", "b"))
    assert held.names == ("a", "b")
    assert held.values(np.array([[1.0, 5.0], [2.0, 7.0]])) == near([3, 6])


# Partial slopes


def test_partial_slopes_of_a_plane():
    display = PlaneSlopesDisplay.from_function("8*rpm + 3*load + 5", at={"rpm": 2, "load": 7})
    assert (display.names, display.slopes.tolist(), display.at.tolist()) == (("load", "rpm"), [3, 8], [7, 2, 42])
    shown(display)
    for i, (line, slope) in enumerate(zip(display.lines_, (3, 8), strict=True)):
        points = np.array(line.get_data_3d())
        assert np.ptp(points[2]) == near(slope * np.ptp(points[i]))
        assert np.ptp(points[1 - i]) == 0
    assert display.z == near(8 * display.y[:, None] + 3 * display.x[None, :] + 5)


def test_partial_slopes_of_a_callable():
    display = PlaneSlopesDisplay.from_function(lambda p: p[0] ** 2 * p[1], at=(3, 2))
    assert display.slopes == near([12, 9], rel=1e-6)
    assert "12" in display.alt_text


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: PlaneSlopesDisplay.from_function("x*y*z", at=(1, 2)), "the formula has 3"),
        (lambda: PlaneSlopesDisplay.from_function("x*y", at=(1, 2, 3)), "two numbers, not 3"),
        (lambda: PlaneSlopesDisplay.from_function("x*y", at={"x": 1, "v": 3}), "must name the two variables x and y"),
        (lambda: PlaneSlopesDisplay.from_function("x*y", at=(1, 2), width=-1), "width must be"),
        (lambda: PlaneSlopesDisplay.from_function("x/y", at=(1, 0)), "no finite value"),
        (lambda: PlaneSlopesDisplay.from_function("x*y", at=(1, 2)).plot(blank((4, 3)).add_subplot()), "axes in space"),
    ],
)
def test_bad_planes_are_refused(call, words):
    with pytest.raises(UsageError, match=words):
        call()


# Runs side by side


def test_learning_rates_of_the_tutorial():
    display = rates_compared(0.001, 0.05, 0.1, 0.7, least=LEAST, excess=False)
    assert display.diverged == ("0.1", "0.7")
    assert "0.1 and 0.7 diverge" in display.finding
    assert display.costs["0.05"][-1] == near(LEAST, rel=1e-9)
    ax = shown(display)
    assert set(display.arrows_) == {"0.1", "0.7"}
    assert {"0.1: diverged", "0.7: diverged", "0.05"} <= set(ax.get_legend_handles_labels()[1])
    assert ax.get_ylim()[1] < 1e5
    for label in display.arrows_:
        assert display.arrows_[label].xy[1] == near(ax.get_ylim()[1])
    assert display.lines_["0.05"].get_ydata() == near(display.costs["0.05"])


def test_cost_above_the_least_by_epoch():
    sizes = {"batch": None, "one": 1, "three": 3}
    rows = make_rows(X8, Y8)
    runs = {
        label: record(until(descend(Problem(), Method("plain", 0.005, size), rows, start=[0.8, 2.0]), epochs(12)))
        for label, size in sizes.items()
    }
    display = ComparisonDisplay.from_trajectories(runs, by="epoch", least=0.6314655172413793, excess=True)
    ax = shown(display)
    assert ax.get_yscale() == "log"
    assert ax.get_xlabel() == "epochs (passes over the data)"
    x, y = display.lines_["batch"].get_data()
    assert x == near(np.arange(13))
    assert y == near(runs["batch"].cost - 0.6314655172413793)
    assert display.along["one"][-1] == near(12)


def test_comparison_of_compare():
    found = compare(lambda learning_rate: slope_run(learning_rate), {"learning_rate": [0.01, 0.02]})
    display = ComparisonDisplay.from_comparison(found)
    assert list(display.costs) == ["learning_rate=0.01", "learning_rate=0.02"]
    assert "learning_rate=0.02 is fastest" in display.finding


def test_first_down_is_the_first_within_a_hundredth():
    display = rates_compared(0.01, 0.02, least=LEAST)
    costs = slope_run(0.02).cost
    expected = np.flatnonzero(costs - LEAST <= 0.01 * (costs[0] - LEAST))[0]
    assert display.reached("0.02") == expected
    assert f"after {expected} steps" in display.finding


def test_each_run_is_named_at_its_end():
    display = rates_compared(0.0001, 0.0002, 0.0003, 0.0004, 0.0005, 0.0006, 0.02, least=LEAST, excess=False)
    ax = shown(display)
    assert display.finding.startswith("Of 7 runs 0.02 is fastest")
    assert ax.get_legend() is None
    assert set(display.costs) <= {text.get_text() for text in ax.texts}


@pytest.mark.parametrize("count", [8, 9, 13])
def test_eight_runs_or_more_have_a_picture_each(count):
    display = rates_compared(*np.geomspace(0.0005, 0.2, count), least=LEAST)
    figure = draw(display)
    assert faults(figure) == []
    titles = [ax.get_title(loc="left") for ax in figure.axes[1:]]
    assert len(titles) == count
    assert len({line.axes for line in display.lines_.values()}) == count
    assert len({(ax.get_xlim(), ax.get_ylim()) for ax in figure.axes[1:]}) == 1


def test_a_run_at_its_least_cost_leaves_the_logarithmic_picture_below():
    slow = GDRegressor(learning_rate=0.02, max_iter=50, tol=None).fit(X8, Y8).trajectory_
    runs = {"newton": GDRegressor().fit(X8, Y8).trajectory_, "plain": slow}
    display = ComparisonDisplay.from_trajectories(runs, excess=True)
    low = shown(display).get_ylim()[0]
    assert 0 < display.lines_["newton"].get_ydata()[-1] <= low


def test_all_diverge_and_one_alone():
    display = rates_compared(0.1, 0.7)
    assert display.finding == "All 2 runs diverge"
    shown(display)
    assert "diverges" in rates_compared(0.7).finding


@quick
@given(st.lists(st.sampled_from([1e-4, 0.003, 0.02, 0.05, 0.06, 0.3, 5.0]), min_size=1, max_size=6, unique=True))
def test_any_set_of_rates_is_drawn_within_its_limits(rates):
    display = rates_compared(*rates, least=LEAST)
    ax = shown(display)
    low, high = ax.get_ylim()
    assert np.isfinite([low, high]).all()
    assert set(display.arrows_) <= set(display.diverged)
    assert len({text.get_text() for text in ax.texts} & set(map(display._label, display.costs))) == len(rates)
    assert all(np.nanmax(line.get_ydata()) <= high for line in display.lines_.values() if len(line.get_ydata()))


def test_many_steps_are_thinned_and_said_so():
    display = ComparisonDisplay.from_trajectories({"a": slope_run(0.0001, 20_000)}, least=LEAST, excess=False)
    ax = shown(display)
    assert len(display.lines_["a"].get_xdata()) <= 5000
    assert any("of 20,001 points drawn" in text.get_text() for text in ax.texts)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ComparisonDisplay.from_trajectories({}), "no cost to compare"),
        (lambda: ComparisonDisplay.from_trajectories({"a": slope_run(0.01)}, by="hour"), "by must be one of"),
        (lambda: ComparisonDisplay.from_trajectories({"a": slope_run(0.01)}, excess=True), "minimum cost is not known"),
        (
            lambda: ComparisonDisplay.from_trajectories({"a": slope_run(0.01), "b": minimize("x**2", 1, steps=3)}),
            "different costs",
        ),
        (lambda: LearningRateDisplay.from_trajectories([slope_run(0.01)], show="pace"), "show must be one of"),
        (lambda: LearningRateDisplay.from_trajectories([slope_run(0.01)], show="steps"), "minimum cost is not known"),
        (lambda: LearningRateDisplay.from_trajectories([slope_run(0.01, 0)], show="cost"), "one constant rate"),
    ],
)
def test_bad_comparisons_are_refused(call, words):
    with pytest.raises(UsageError, match=words):
        call()


# Learning rates on an axis


def test_where_no_run_comes_all_the_way_the_last_costs_are_drawn():
    runs = [slope_run(rate, 3) for rate in (0.001, 0.002)]
    display = LearningRateDisplay.from_trajectories(runs, least=LEAST)
    assert display.values.tolist() == [run.cost[-1] for run in runs]
    assert display.finding == "Of 2 learning rates 0.002 ends lowest"
    late = LearningRateDisplay.from_trajectories(runs, least=LEAST, show="steps")
    assert late.finding == "None of 2 learning rates reaches 99.9 % of the decrease"


def test_steps_needed_turn_at_half_of_the_limit():
    limit = stability_limit(X8, fit_intercept=False)
    rates = limit * np.array([0.05, 0.2, 0.5, 0.8, 0.95, 1.2])
    display = LearningRateDisplay.from_trajectories([slope_run(r, 300) for r in rates], least=LEAST, limit=limit)
    # plain descent on one parameter shrinks the cost above the minimum by (1 - 2 rate / limit)^2 a step
    shrink = np.abs(1 - 2 * rates[:5] / limit)
    expected = [1 if s < 1e-12 else math.ceil(math.log(1e-3) / (2 * math.log(s)) - 1e-9) for s in shrink]
    assert display.values[:5] == near(expected)
    assert display.diverged.tolist() == [False] * 5 + [True]
    assert display.best == near(limit / 2)
    assert display.finding.endswith(f"beyond {limit:.4g} all diverge")
    ax = shown(display)
    assert f"stability limit {limit:.4g}" in ax.get_legend_handles_labels()[1]
    assert any(np.allclose(line.get_xdata(), limit) for line in ax.lines)


def test_every_rate_has_a_mark_and_rates_of_different_rules_are_not_ranked():
    runs = [slope_run(rate, 30) for rate in (0.0001, 0.01, 0.03, 0.1)]
    display = LearningRateDisplay.from_trajectories(runs, least=LEAST)
    ax = shown(display)
    marks = sum(len(line.get_xdata()) for line in ax.lines if line.get_marker() in ("o", "^", "v"))
    assert marks == len(runs)
    assert "not there in 30 steps" in ax.get_legend_handles_labels()[1]
    assert "1 rate did not get there in 30 steps" in display.alt_text
    momentum = GDRegressor(rule="momentum", learning_rate=0.002, max_iter=30, tol=None).fit(X8, Y8).trajectory_
    two = LearningRateDisplay.from_trajectories([*runs, momentum], least=LEAST)
    assert "best" not in two.finding
    assert "plain and momentum" in two.finding
    shown(two)


@pytest.mark.parametrize("seed", range(20))
def test_the_limit_that_runs_advise_is_that_of_the_rows(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(30, 3)) * 10.0 ** rng.uniform(-1, 1, 3), rng.normal(size=30)
    limit = stability_limit(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rates = limit * np.array([0.02, 0.9, 1.5])
        runs = [GDRegressor(learning_rate=r, max_iter=25, tol=None).fit(x, y).trajectory_ for r in rates]
    display = LearningRateDisplay.from_trajectories(runs)
    assert display.limit == near(limit, rel=1e-3)
    shown(display)


def test_final_costs_over_rates():
    display = LearningRateDisplay.from_trajectories([slope_run(0.02), slope_run(0.001)], show="cost")
    assert display.rates.tolist() == [0.001, 0.02]
    assert display.values == near([slope_run(0.001).cost[-1], slope_run(0.02).cost[-1]])
    assert display.value_name == "cost after the last step: mean (z \N{MINUS SIGN} y)² / 2"


def test_range_test_is_drawn_with_its_suggestion():
    found = find_learning_rate(X8, Y8)
    display = LearningRateDisplay.from_range_test(found, limit=stability_limit(X8))
    ax = shown(display)
    x, y = display.line_.get_data()
    assert x == near(found.rates[: len(x)])
    assert y == near(found.costs[: len(x)])
    assert f"suggested {found.suggestion:.4g}" in ax.get_legend_handles_labels()[1]
    assert ax.get_xscale() == "log"
    assert found.reason in display.alt_text


# All of them


def every_display():
    yield TangentDisplay.from_function("x**2", at=[2, 6], dx=2)
    yield TangentDisplay.from_function("x**2", at=4, dx=[4, 2, 0.5])
    yield TangentDisplay.from_trajectory(minimize("2*x + 1", 6, learning_rate=0.5, steps=8))
    yield PlaneSlopesDisplay.from_function("8*rpm + 3*load + 5", at=(7, 2))
    yield rates_compared(0.001, 0.05, 0.1, 0.7, least=LEAST, excess=False)
    yield LearningRateDisplay.from_range_test(find_learning_rate(X8, Y8), limit=stability_limit(X8))


@pytest.mark.parametrize("i", range(6))
def test_no_text_leaves_the_canvas_or_meets_another(i):
    display = list(every_display())[i]
    assert [fault for share in (1.0, 0.5) for fault in faults(draw(display, share))] == []


@pytest.mark.parametrize("i", range(6))
def test_titles_numbers_and_files(i, tmp_path):
    display = list(every_display())[i]
    ax = shown(display)
    assert ax.get_title(loc="left").replace("\n", " ") == display.finding
    assert all(abs(text.get_fontsize()) <= 1.01 * letters(ax) for text in ax.texts)
    display.save(tmp_path / "a.svg")
    list(every_display())[i].save(tmp_path / "b.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert display.alt_text.split(".")[0] in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_nobody_elses_settings_are_changed():
    from matplotlib import rcParams

    before = dict(rcParams)
    for display in every_display():
        shown(display)
    assert dict(rcParams) == before


def test_side_by_side():
    both = Panels(*list(every_display())[:2], finding="Slopes")
    both.draw(blank(both.size))
    assert len(both.ax_) == 2


def test_runs_of_estimators_are_compared():
    fits = {f"{rate}": GDRegressor(learning_rate=rate, max_iter=60, tol=None).fit(X8, Y8) for rate in (0.01, 0.02)}
    display = ComparisonDisplay.from_trajectories({label: fit.trajectory_ for label, fit in fits.items()})
    assert display.least is None or display.least == near(0.631466, abs=1e-5)
    assert display.along["0.01"][-1] == 60
