"""Pictures of fits and labels: rows, line, cut-off and boundary are drawn where the answer has them."""

from __future__ import annotations

import time
import warnings

import numpy as np
import pytest
from conftest import LABELS8, X8, Y8
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures_judge import faults

pytest.importorskip("matplotlib")

from steepest import GDClassifier, GDRegressor, Method, Problem, descend, make_rows, record, until, updates
from steepest.core.errors import DataError, UsageError
from steepest.core.exp_log import logistic as sigmoid
from steepest.plots import CostShapesDisplay, DecisionBoundaryDisplay, FitDisplay, ResidualsDisplay, SigmoidDisplay
from steepest.plots.displays.boundary import Cut
from steepest.plots.drawing.edges import corner
from steepest.plots.drawing.names import Names
from steepest.plots.drawing.scatter import group_means
from steepest.plots.drawing.style import blank
from steepest.plots.drawing.words import line_words
from steepest.solve.model import Model

near = pytest.approx
quick = settings(max_examples=40, deadline=None, derandomize=True)
SIZES = [(6.4, 4.4), (3.2, 2.2)]
ALPHA = 1 / 8e5


def drawn(display, size=(6.4, 4.4)):
    display.draw(blank(size))
    return display.ax_


def words(ax):
    """Everything that is written on a picture."""
    texts = [ax.get_xlabel(), ax.get_ylabel(), ax.get_title(loc="left"), *(t.get_text() for t in ax.texts)]
    legend = ax.get_legend()
    return "\n".join([*texts, *(t.get_text() for t in legend.get_texts())] if legend else texts)


def wide(n, d=4, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) * np.arange(1, d + 1)
    return X, X @ np.linspace(1, -1, d) + rng.normal(size=n)


@pytest.fixture(scope="module")
def textbook():
    return GDRegressor(learning_rate=0.01, max_iter=4000, tol=None).fit(X8, Y8)


@pytest.fixture(scope="module")
def separated():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return GDClassifier().fit(X8, LABELS8)


@pytest.fixture(scope="module")
def two_columns():
    rng = np.random.default_rng(3)
    labels = np.repeat(["calm", "windy"], 40)
    X = rng.normal(size=(80, 2)) * [2, 4] + np.outer(labels == "windy", [3, 7])
    return X, labels, GDClassifier().fit(X, labels)


# ------------------------------------------------------------------ fit


def test_fit_draws_rows_descent_and_exact_line(textbook):
    picture = FitDisplay.from_estimator(textbook, X8, Y8)
    ax = drawn(picture)
    assert picture.points_.get_xdata().tolist() == X8[:, 0].tolist()
    assert picture.points_.get_ydata().tolist() == Y8.tolist()
    x, z = picture.line_.get_data()
    assert z == near(0.8450107631510549 * x + 2.6022056448336817, rel=1e-12)
    x, z = picture.exact_.get_data()
    assert z == near(0.84482759 * x + 2.6034482758620694, rel=1e-8)
    assert picture.distance == near(0.0010595, abs=1e-6)
    assert "y = 0.845 x + 2.602" in words(ax)
    assert "exact: y = 0.8448 x + 2.603" in words(ax)
    assert "Stopped" in words(ax)
    assert "dashed" in picture.alt_text


def test_lines_on_the_way_are_those_of_the_recorded_steps(textbook):
    picture = FitDisplay.from_estimator(textbook, X8, Y8)
    drawn(picture)
    assert next(iter(picture.earlier)) == 0
    assert len(picture.earlier_) == len(picture.earlier) == 5
    for (step, line), artist in zip(picture.earlier.items(), picture.earlier_, strict=True):
        assert line == (textbook.trajectory_.coef[step, 0], textbook.trajectory_.intercept[step])
        assert artist.get_ydata() == near(line[0] * artist.get_xdata() + line[1])


def test_a_converged_line_is_called_exact():
    picture = FitDisplay.from_estimator(GDRegressor().fit(X8, Y8), X8, Y8)
    assert picture.finding == "y = 0.8448 x + 2.603 after 1 step: the exact line"


def test_a_diverged_run_is_drawn_near_the_rows_and_said():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = GDRegressor(learning_rate=0.1, max_iter=50, tol=None).fit(X8, Y8)
    picture = FitDisplay.from_estimator(model, X8, Y8)
    ax = drawn(picture)
    slope = "\N{MINUS SIGN}4.76\N{MULTIPLICATION SIGN}10²²"
    assert picture.finding == f"Diverged: after 50 steps the slope is {slope}, the exact one 0.8448"
    assert ax.get_ylim()[0] > -5
    assert ax.get_ylim()[1] < 20
    assert "Diverged: the cost" in words(ax)
    assert [line.get_label() for line in picture.earlier_] == ["earlier: step 1"]


def test_a_run_and_a_model_file_draw_the_same_line(textbook):
    rows = make_rows(X8, Y8)
    run = record(until(descend(Problem(), Method(learning_rate=0.01), rows), updates(4000)), names=["x"])
    model = Model(
        "linear", ("y",), ("x",), ((0.5,),), (1.0,), None, "mse", {}, {"status": "stopped", "message": "early"}, {}
    )
    of_run, of_model = FitDisplay.from_trajectory(run, X8, Y8), FitDisplay.from_model(model, X8, Y8)
    assert of_run.line == near(FitDisplay.from_estimator(textbook, X8, Y8).line)
    assert (of_model.line, of_model.verdict) == ((0.5, 1.0), "early")
    assert of_model.exact is None
    assert of_model.earlier == {}
    assert "y = 0.5 x + 1" in words(drawn(of_model))


def test_names_come_from_data_frames_and_arguments(textbook):
    pandas = pytest.importorskip("pandas")
    frame, target = pandas.DataFrame(X8, columns=["degrees"]), pandas.Series(Y8, name="visitors")
    ax = drawn(FitDisplay.from_estimator(GDRegressor().fit(frame, target), frame, target))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("degrees", "visitors")
    ax = drawn(FitDisplay.from_estimator(textbook, X8, Y8, names=["t"], target="v"))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("t", "v")
    model, other = GDRegressor().fit(frame, target), frame.rename(columns={"degrees": "size"})
    with pytest.raises(UsageError, match="columns are not the answer's: 'size'"):
        FitDisplay.from_estimator(model, other, target)


def test_many_columns_are_predictions_under_what_came():
    X, y = wide(400)
    model = GDRegressor().fit(X, y)
    picture = FitDisplay.from_estimator(model, X, y)
    ax = drawn(picture)
    assert picture.points_.get_xdata() == near(model.predict(X))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted y", "actual y")
    assert picture.line_.get_xdata() == near(picture.line_.get_ydata())
    assert picture.r2 == near(model.score(X, y), rel=1e-12)
    assert f"{np.abs(y - model.predict(X)).mean():.4g}" in picture.finding


def test_poisson_is_a_curve_of_growth():
    model = GDRegressor("poisson").fit(X8, Y8)
    picture = FitDisplay.from_estimator(model, X8, Y8)
    drawn(picture)
    x, z = picture.line_.get_data()
    assert z == near(np.exp(model.coef_[0] * x + model.intercept_))
    assert picture.errors == near(Y8 - model.predict(X8))
    assert "y = exp(" in picture.finding


def test_an_offset_moves_predictions_and_takes_the_picture_of_many_columns():
    model = GDRegressor().fit(X8, Y8)
    picture = FitDisplay.from_estimator(model, X8, Y8, offset=np.arange(8.0))
    assert picture.line is None
    assert picture.x == near(model.predict(X8) + np.arange(8.0))


def test_more_than_5000_rows_are_counted_in_cells_none_lost():
    X, y = wide(7000)
    picture = FitDisplay.from_estimator(GDRegressor().fit(X, y), X, y)
    ax = drawn(picture)
    assert int(picture.points_.get_array().sum()) == 7000
    assert "7,000 rows counted in cells" in words(ax)
    X[0] = 1e6
    picture = FitDisplay.from_estimator(GDRegressor(learning_rate="auto").fit(X[1:], y[1:]), X, y)
    ax = drawn(picture)
    missing = 7000 - int(picture.points_.get_array().sum())
    assert missing >= 1
    assert f"{missing} distant ones not drawn" in words(ax).replace("\n", " ")
    assert ax.get_xlim()[1] < 1e3


# ------------------------------------------------------------------ residuals


def test_residual_sticks_reach_from_the_line_to_the_rows():
    model = GDRegressor().fit(X8, Y8)
    picture = ResidualsDisplay.from_estimator(model, X8, Y8)
    drawn(picture)
    sticks = np.array([path.vertices for path in picture.sticks_.get_paths()])
    assert sticks[:, :, 0] == near(np.repeat(X8, 2, axis=1))
    assert sticks[:, 0, 1] == near(model.predict(X8))
    assert sticks[:, 1, 1] == near(Y8)
    assert picture.residuals.sum() == near(0, abs=1e-12)
    assert 0.5 * (picture.residuals**2).mean() == near(0.6314655172413792)
    assert picture.finding == "Residuals of 8 rows: standard deviation 1.124, the largest \N{MINUS SIGN}2.138 at x = 3"


def test_residuals_of_many_columns_lie_above_their_predictions():
    X, y = wide(500)
    model = GDRegressor().fit(X, y)
    picture = ResidualsDisplay.from_estimator(model, X, y)
    ax = drawn(picture)
    assert picture.points_.get_xdata() == near(model.predict(X))
    assert picture.points_.get_ydata() == near(y - model.predict(X))
    assert picture.sticks_ is None
    assert set(picture.line_.get_ydata()) == {0.0}
    assert len(picture.means_.get_xdata()) == 20
    assert not picture.off
    assert f"± {picture.spread:.4g}" in words(ax)


def test_a_bend_that_a_line_misses_is_said():
    x = np.linspace(-2, 2, 2000)
    y = x**2 + 0.1 * np.random.default_rng(0).normal(size=2000)
    picture = ResidualsDisplay.from_estimator(GDRegressor().fit(x[:, None], y + x), x[:, None], y + x)
    assert picture.off
    assert "not 0 everywhere" in picture.finding


# ------------------------------------------------------------------ sigmoid


def test_the_sigmoid_alone_and_its_slope():
    picture = SigmoidDisplay()
    ax = drawn(picture)
    z, p = picture.curve_.get_data()
    assert (z[0], z[-1]) == ax.get_xlim() == (-10, 10)
    assert p == near(1 / (1 + np.exp(-z)), rel=1e-12)
    rise = 1 / (1 + np.exp(-z - 1e-5)) - 1 / (1 + np.exp(-z + 1e-5))
    assert picture.slope_.get_ydata() == near(rise / 2e-5, abs=1e-9)
    assert picture.slope_.get_ydata().max() == 0.25
    assert picture.rows_ == []


@quick
@given(st.floats(-1e308, 1e308))
def test_sigmoid_stays_between_0_and_1_and_is_symmetric(z):
    p, q = sigmoid(np.array([z, -z]))
    assert 0 <= p <= 1
    assert p + q == near(1, rel=1e-15)


def test_separated_labels_have_a_cut_and_no_optimum(separated):
    picture = SigmoidDisplay.from_estimator(separated, X8, LABELS8)
    ax = drawn(picture)
    assert picture.cut == near(-separated.intercept_[0] / separated.coef_[0, 0])
    assert 4 < picture.cut < 5
    assert picture.cut_.get_xdata()[0] == picture.cut
    assert picture.probability(picture.cut) == near(0.5)
    assert [line.get_xdata().tolist() for line in picture.rows_] == [[1, 3, 4], [5, 6, 7, 8, 10]]
    assert picture.right == 1
    assert "separable, no finite optimum" in picture.finding
    assert "separable" in words(ax)


def test_the_penalised_fit_of_the_textbook():
    picture = SigmoidDisplay.from_estimator(GDClassifier(alpha=ALPHA, tol=0).fit(X8, LABELS8), X8, LABELS8)
    assert (picture.a, picture.b) == near((17.3216, -77.9472), abs=1e-4)
    assert picture.finding == "P = 0.5 at x = 4.5; 8 of 8 rows are on their own side: TP 5, FP 0, TN 3, FN 0"


def test_labels_may_be_words():
    said = np.where(LABELS8 > 0, "yes", "no")
    picture = SigmoidDisplay.from_estimator(GDClassifier(alpha=0.01).fit(X8, said), X8, said)
    ax = drawn(picture)
    assert picture.classes == ("no", "yes")
    assert picture.y.tolist() == LABELS8.tolist()
    assert "P(y = yes)" in words(ax)
    assert "y = no" in words(ax)


def test_more_columns_are_drawn_along_the_linear_predictor():
    X, y = wide(3000)
    labels = y > 0.5
    model = GDClassifier().fit(X, labels)
    picture = SigmoidDisplay.from_estimator(model, X, labels)
    ax = drawn(picture)
    assert picture.x == near(model.decision_function(X))
    assert picture.right == near(model.score(X, labels))
    assert ax.get_xlabel() == "linear predictor z"
    at, share = picture.shares_.get_data()
    assert len(at) == 15
    assert np.average(share) == near(labels.mean())
    assert sigmoid(at).mean() == near(model.predict_proba(X)[:, 1].mean(), abs=1e-9)
    counted = [sum(bar.get_height() for bar in bars) for bars in picture.rows_]
    assert counted[0] > 0 > counted[1]
    assert "3,000 rows as histograms" in words(ax)


def test_a_flat_answer_has_no_cut():
    picture = SigmoidDisplay(x=[1.0, 2.0], y=[0, 1], a=0.0, b=0.0)
    drawn(picture)
    assert picture.cut is None
    assert picture.cut_ is None
    assert picture.finding == "P is 0.5 everywhere; 1 of 2 rows are on their own side"
    many = SigmoidDisplay(x=np.zeros(300), y=np.tile([0, 1], 150), a=0.0, b=1.0)
    drawn(many)
    assert many.shares_ is None


# ------------------------------------------------------------------ cost shapes


def test_shapes_of_costs_around_what_was_fitted():
    model = GDClassifier(alpha=0.1).fit(X8, LABELS8)
    picture = CostShapesDisplay.from_estimator(model, X8, LABELS8)
    assert picture.slopes[[0, -1]] == near([0.0, 2 * model.coef_[0, 0]])
    assert picture.intercept == near(model.intercept_[0])
    z = X8[:, 0] * picture.slopes[100] + model.intercept_[0]
    entropy = np.array([np.mean(np.logaddexp(0, w) - LABELS8 * w) for w in (z, np.full(8, model.intercept_[0]))])
    assert picture.entropy[100] / picture.entropy[0] == near(entropy[0] / entropy[1])
    with pytest.raises(UsageError, match="a classifier with one column"):
        CostShapesDisplay.from_estimator(GDRegressor().fit(X8, Y8), X8, Y8)


def test_weights_of_the_shapes_of_costs_are_repetitions_of_rows(monkeypatch):
    monkeypatch.setattr("steepest.plots.displays.cost_shapes.GRID", 21)
    random = np.random.default_rng(5)
    for _ in range(200):
        n = int(random.integers(2, 12))
        x, y, weight = random.normal(size=n), random.integers(0, 2, n), random.integers(0, 4, n)
        weight[0] += 1
        b = float(random.normal())
        found = CostShapesDisplay.from_rows(x, y, intercept=b, slopes=(-3.0, 5.0), sample_weight=weight)
        x, y = np.repeat(x, weight), np.repeat(y, weight)
        z = np.outer(found.slopes, x) + b
        assert found.squared == near(((1 / (1 + np.exp(-z)) - y) ** 2).mean(1), rel=1e-9)
        assert found.entropy == near((np.logaddexp(0, z) - y * z).mean(1), rel=1e-9)
        p = 1 / (1 + np.exp(-(found.at * x + b)))
        assert found.gradients[0] == near((2 * (p - y) * p * (1 - p) * x).mean(), rel=1e-9, abs=1e-12)
        assert found.gradients[1] == near(((p - y) * x).mean(), rel=1e-9, abs=1e-12)
    half = np.where(np.arange(8) < 5, 2.0, 0.5)
    model = GDClassifier(alpha=0.1).fit(X8, LABELS8, sample_weight=half)
    found = CostShapesDisplay.from_estimator(model, X8, LABELS8, sample_weight=half)
    z = np.outer(found.slopes, X8[:, 0]) + model.intercept_[0]
    assert found.entropy == near(np.average(np.logaddexp(0, z) - LABELS8 * z, axis=1, weights=half), rel=1e-9)
    for bad in ([1.0], [-1.0] * 8, [0.0] * 8, [np.nan] * 8):
        with pytest.raises(UsageError, match="sample_weight must be 8 finite numbers"):
            CostShapesDisplay.from_rows(X8[:, 0], LABELS8, slopes=(0, 3), sample_weight=bad)


def test_cross_entropy_is_convex_and_squared_error_is_not():
    picture = CostShapesDisplay.from_rows(X8[:, 0], LABELS8, intercept=-67.57, slopes=(0, 30), at=10)
    drawn(picture)
    P = 1 / (1 + np.exp(-(picture.slopes[:, None] * X8[:, 0] - 67.57)))
    assert picture.squared == near(((P - LABELS8) ** 2).mean(1), rel=1e-12)
    assert np.diff(picture.entropy, 2).min() > -1e-12
    assert np.diff(picture.squared, 2).min() < -1e-4
    assert 0.1 < picture.concave.mean() < 0.9
    assert picture.entropy_.get_ydata() == near(picture.entropy / picture.entropy[0])
    p = 1 / (1 + np.exp(-(np.array([[10 - 1e-6], [10], [10 + 1e-6]]) * X8[:, 0] - 67.57)))
    assert picture.gradients[1] == near(((p[1] - LABELS8) * X8[:, 0]).mean())
    squared = ((p - LABELS8) ** 2).mean(1)
    assert picture.gradients[0] == near((squared[2] - squared[0]) / 2e-6, rel=1e-4)
    m, tangent = picture.tangents_[1].get_data()
    assert (np.interp(m, picture.slopes, picture.entropy) / picture.entropy[0] - tangent).min() > -1e-9


@pytest.mark.parametrize(
    ("x", "y", "slopes"),
    [
        ([1.0], [2], (0, 1)),
        ([1.0, np.nan], [0, 1], (0, 1)),
        ([], [], (0, 1)),
        ([1.0], [1], (1, 0)),
        ([[1.0]], [1], (0, 1)),
    ],
)
def test_cost_shapes_refuse_in_a_line(x, y, slopes):
    with pytest.raises(UsageError, match=r"must be"):
        CostShapesDisplay.from_rows(x, y, slopes=slopes)


# ------------------------------------------------------------------ boundary


def test_on_the_boundary_both_classes_are_as_probable(two_columns):
    X, labels, model = two_columns
    picture = DecisionBoundaryDisplay.from_estimator(model, X, labels)
    ax = drawn(picture)
    ends = np.stack(picture.boundary_.get_data(), axis=1)
    assert model.decision_function(ends) == near(0, abs=1e-9)
    inside = [*zip(ends.T, (ax.get_xlim(), ax.get_ylim()), strict=True)]
    assert all(low - 1e-6 <= v <= high + 1e-6 for values, (low, high) in inside for v in values)
    assert picture.right == near(model.score(X, labels))
    assert sum(len(line.get_xdata()) for line in picture.rows_) == 80
    field = picture.field_.get_array()
    u, v = (low + (np.array([0.5, 159.5]) / 160) * (high - low) for low, high in (ax.get_xlim(), ax.get_ylim()))
    corners = model.predict_proba(np.array([[u[0], v[0]], [u[1], v[1]]]))[:, 1]
    assert [field[0, 0], field[-1, -1]] == near(corners)


def test_a_slice_is_along_the_columns_of_most_influence_and_says_so():
    X, y = wide(3000)  # coefficients times spreads 1, 2/3, -1, -4
    labels = y > 0
    model = GDClassifier().fit(X, labels)
    picture = DecisionBoundaryDisplay.from_estimator(model, X, labels)
    ax = drawn(picture)
    influence = np.abs(model.coef_[0]) * np.ptp(np.quantile(X, [0.05, 0.95], axis=0), axis=0)  # of nine of ten rows
    assert picture.cut.names == tuple(f"x{j}" for j in sorted(np.argsort(influence)[-2:]))
    assert "slice with the other 2 columns at their means" in picture.finding
    assert "1,500 of 3,000 rows drawn" in words(ax)
    named = DecisionBoundaryDisplay.from_estimator(model, X, labels, columns=["x1", "x0"])
    at = X.mean(0)
    at[[1, 0]] = 0.3, -0.7
    assert named.at(0.3, -0.7) == near(model.decision_function(at[None])[0])


def test_sparse_rows_draw_as_dense_ones():
    sparse = pytest.importorskip("scipy.sparse")
    X, y = wide(300, 3)
    X[np.abs(X) < 1] = 0
    labels = y > 0
    model = GDClassifier().fit(X, labels)
    dense = DecisionBoundaryDisplay.from_estimator(model, X, labels)
    thin = DecisionBoundaryDisplay.from_estimator(model, sparse.csr_matrix(X), labels)
    assert thin.points == near(dense.points)
    assert thin.cut.names == dense.cut.names
    assert (*thin.cut.a, thin.cut.rest) == near((*dense.cut.a, dense.cut.rest))


def test_a_hinge_draws_its_predictor(two_columns):
    X, labels, _ = two_columns
    model = GDClassifier("hinge", alpha=0.01).fit(X, labels)
    picture = DecisionBoundaryDisplay.from_estimator(model, X, labels)
    drawn(picture)
    assert not picture.probable
    assert picture.bar_.ax.get_ylabel() == "linear predictor z"
    assert "z = 0" in picture.finding
    with pytest.raises(UsageError, match="no probabilities: draw DecisionBoundaryDisplay"):
        SigmoidDisplay.from_estimator(model, X, labels)


def test_a_boundary_outside_of_the_picture_is_said():
    points = np.array([[0.0, 0.0], [1.0, 1.0]])
    for a in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)):
        picture = DecisionBoundaryDisplay(points=points, y=[0, 1], cut=Cut(a, -99.0, ("u", "v")), right=0.5)
        ax = drawn(picture)
        assert picture.boundary_ is None
        assert "lies outside" in words(ax).replace("\n", " ")


# ------------------------------------------------------------------ what all of them share


@pytest.mark.parametrize(
    ("display", "kind", "X", "y", "message"),
    [
        (FitDisplay, "classifier", X8, LABELS8, "draw SigmoidDisplay"),
        (ResidualsDisplay, "classifier", X8, LABELS8, "draw SigmoidDisplay"),
        (SigmoidDisplay, "regressor", X8, Y8, "draw FitDisplay"),
        (DecisionBoundaryDisplay, "regressor", X8, Y8, "draw FitDisplay"),
        (DecisionBoundaryDisplay, "classifier", X8, LABELS8, "one: draw SigmoidDisplay"),
        (FitDisplay, "regressor", np.ones((8, 2)), Y8, "1 coefficients, the table 2 columns"),
        (FitDisplay, "regressor", X8, Y8[:5], "8 rows but the target has 5"),
        (FitDisplay, "regressor", X8, np.ones((8, 2)), "one target a row"),
        (FitDisplay, "regressor", X8, list("abcdefgh"), "must be numbers"),
        (FitDisplay, "regressor", X8, [np.nan, *Y8[1:]], "row 1: the target is not finite"),
        (FitDisplay, "regressor", [[np.inf], *X8[1:].tolist()], Y8, "row 1: the prediction is not finite"),
        (FitDisplay, "regressor", X8[:0], Y8[:0], "no rows"),
        (SigmoidDisplay, "classifier", X8, LABELS8 + 5, "labels of two classes"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_line(display, kind, X, y, message, textbook, separated):
    with pytest.raises((UsageError, DataError), match=message) as caught:
        display.from_estimator(textbook if kind == "regressor" else separated, X, y)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("fitted", [GDRegressor(), GDClassifier(), None, "model.json"])
def test_what_holds_no_answer_is_refused_in_a_line(fitted):
    with pytest.raises(UsageError, match=f"this {type(fitted).__name__} has no answer: give a fitted"):
        FitDisplay.from_estimator(fitted, X8, Y8)


def test_several_targets_need_as_many_and_a_picture_of_several():
    model = GDRegressor().fit(X8, np.stack((Y8, Y8), axis=1))
    with pytest.raises(UsageError, match=r"2 targets: y must be of shape \(n, 2\), not \(8,\)"):
        FitDisplay.from_estimator(model, X8, Y8)
    with pytest.raises(UsageError, match="single target or of two classes, the answer has several targets: draw"):
        SigmoidDisplay.from_estimator(model, X8, np.stack((Y8, Y8), axis=1))


@pytest.mark.parametrize("columns", ["x0", ["x0"], ["x0", "x0"], ["x0", "colour"]])
def test_columns_must_be_two_known_names(two_columns, columns):
    X, labels, model = two_columns
    with pytest.raises(UsageError, match="x0, x1"):
        DecisionBoundaryDisplay.from_estimator(model, X, labels, columns=columns)


def test_names_must_be_as_many_as_columns(textbook):
    with pytest.raises(UsageError, match="names must be 1 name"):
        FitDisplay.from_estimator(textbook, X8, Y8, names=["a", "b"])


LONG = "a column with a name that goes on and on and on for ever"


def hard_pictures():
    """Long names, large and tiny numbers, one row, rows all alike."""
    X, y = wide(6000)
    model = GDRegressor().fit(X, 1e6 * y)
    labels = y > 0
    classifier = GDClassifier().fit(X[:, 2:], labels)
    yield FitDisplay.from_estimator(model, X, 1e6 * y, target=LONG)
    yield ResidualsDisplay.from_estimator(model, X, 1e6 * y, target=LONG)
    yield FitDisplay(x=[1.0], y=[2.0], line=(0.0, 2.0), exact=(0.0, 2.0), names=Names(LONG, LONG))
    yield FitDisplay(x=[1e-9, 3e-9], y=[5e12, 5e12], line=(0.0, 5e12))
    yield ResidualsDisplay(predicted=[3.0, 3.0], y=[3.0, 3.0], x=[1.0, 1.0], x_name=LONG)
    yield SigmoidDisplay.from_estimator(classifier, X[:, 2:], labels, target=LONG)
    yield SigmoidDisplay(x=[1.0], y=[1], a=1e9, b=-1e9, names=Names(LONG, classes=(LONG, LONG[::-1])))
    yield DecisionBoundaryDisplay.from_estimator(classifier, 1e5 * X[:, 2:], labels, names=[LONG, LONG[::-1]])


@pytest.mark.parametrize("size", SIZES)
def test_no_text_is_hidden_whatever_the_names_and_numbers(size):
    for picture in hard_pictures():
        drawn(picture, size)
        assert faults(picture.figure_) == [], picture.finding
        assert "nan" not in picture.alt_text


def test_alt_text_has_the_numbers_and_files_carry_it(tmp_path, textbook):
    picture = FitDisplay.from_estimator(textbook, X8, Y8)
    assert "8 rows" in picture.alt_text
    assert "y = 0.845 x + 2.602" in picture.alt_text
    picture.save(tmp_path / "a.svg")
    FitDisplay.from_estimator(textbook, X8, Y8).save(tmp_path / "b.svg")
    svg = (tmp_path / "a.svg").read_bytes()
    assert svg == (tmp_path / "b.svg").read_bytes()
    assert b"<desc>Scatter plot of 8 rows" in svg


def test_a_million_rows_are_drawn_in_seconds():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1_000_000, 3))
    y = X @ [1.0, 2.0, 3.0] + rng.normal(size=1_000_000)
    model = Model("linear", ("y",), ("a", "b", "c"), ((1.0, 2.0, 3.0),), (0.0,), None, "mse", {}, {}, {})
    logistic = model._replace(kind="logistic", classes=(0.0, 1.0), loss="log_loss")
    start = time.process_time()
    drawn(FitDisplay.from_model(model, X, y))
    drawn(ResidualsDisplay.from_model(model, X, y))
    drawn(SigmoidDisplay.from_model(logistic, X, (y > 0).astype(float)))
    drawn(DecisionBoundaryDisplay.from_model(logistic, X, (y > 0).astype(float)))
    assert time.process_time() - start < 12  # 3 s each


# ------------------------------------------------------------------ parts


@quick
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.integers(1, 25))
def test_group_means_keep_the_mean(values, groups):
    x = np.array(values)
    at, mean = group_means(x, 2 * x, groups)
    edges = np.linspace(0, len(x), min(groups, len(x)) + 1).astype(int)
    assert np.average(at, weights=np.diff(edges)) == near(x.mean(), rel=1e-9, abs=1e-6)
    assert mean == near(2 * at)
    assert (np.diff(at) >= -1e-6).all()


def test_legends_go_where_the_rows_are_not():
    ax = blank((6, 4)).add_subplot()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    x = np.linspace(0, 1, 100)
    rising, falling = np.column_stack((x, x)), np.column_stack((x, 1 - x))
    assert corner(ax, rising) in ("upper left", "lower right")
    assert corner(ax, falling) in ("upper right", "lower left")
    assert corner(ax, rising, falling[:50]) == "lower right"
    assert corner(ax, paths=[rising[[0, -1]], falling[:50]]) == "lower right"


def test_a_formula_of_long_names_is_of_x_and_y():
    assert line_words(1.0, -2.0, LONG, LONG) == "y = 1 x \N{MINUS SIGN} 2"
