"""What pictures of rows say: diverged descents, weights, windows, several classes and targets, legends off the data."""

import warnings
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure

from steepest import GDClassifier, GDRegressor
from steepest.core.errors import UsageError
from steepest.plots import (
    CostHistoryDisplay,
    DecisionBoundaryDisplay,
    FitDisplay,
    ResidualsDisplay,
    SigmoidDisplay,
    TangentDisplay,
)
from steepest.plots.drawing.legends import clear_legend
from steepest.plots.drawing.style import blank
from steepest.solve.model import Model

near = pytest.approx
FREE = {"penalty": "no_penalty", "intercept": True, "fixed": [], "signs": []}


def plotted(display):
    return display.plot(blank(display.size).add_subplot(projection=display.projection)).ax_


def fitted(estimator, *rows, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return estimator.fit(*rows, **more)


def model(coef, intercept, status, **settings):
    said = {"status": status, "message": f"{status.capitalize()}: so it is."}
    names = tuple(f"x{j}" for j in range(len(coef))) if len(coef) > 1 else ("x",)
    line = (tuple(coef),), (intercept,)
    return Model("linear", ("y",), names, *line, None, "squared_error", {**FREE, **settings}, said, {})


def three_classes(n=90, seed=1):
    rng = np.random.default_rng(seed)
    labels = np.repeat(["a", "b", "c"], n // 3)
    return rng.normal(size=(n, 2)) + 1.6 * np.array([[0, 0], [2, 0], [1, 2]])[np.arange(n) * 3 // n], labels


def test_a_diverged_descent_is_no_answer_wherever_it_comes_from():
    rng = np.random.default_rng(3)
    x = rng.uniform(2, 30, (40, 1))
    y = 3 * x[:, 0] + rng.normal(size=40)
    run = fitted(GDRegressor(learning_rate=0.5, max_iter=50, tol=None), x, y)
    for source in (run, run.trajectory_, model([0.0], 0.0, "diverged")):
        line, left = FitDisplay.from_estimator(source, x, y), ResidualsDisplay.from_estimator(source, x, y)
        texts = [text.get_text() for text in plotted(line).get_legend().get_texts()]
        assert line.finding.startswith("Diverged")
        assert any(text.startswith("start:") for text in texts)
        assert not any(text.startswith("descent") for text in texts)
        assert "from the start of a descent that diverged" in left.finding
        assert "fitted line" not in [text.get_text() for text in plotted(left).get_legend().get_texts()]
    wide = np.column_stack((x, x**2))
    many = FitDisplay.from_model(model([0.0, 0.0], 0.0, "diverged"), wide, y)
    assert many.finding.startswith("Diverged, no answer: the predictions are those of the start")


def test_a_model_file_is_compared_with_least_squares_of_the_rows_where_that_was_fitted():
    rng = np.random.default_rng(4)
    for _ in range(200):
        x, y, w = rng.normal(size=(12, 1)) * 10 ** rng.uniform(-3, 3), rng.normal(size=12), rng.uniform(0, 5, 12)
        picture = FitDisplay.from_model(model([1.0], 0.0, "stopped"), x, y, sample_weight=w)
        root = np.sqrt(w)
        best = np.linalg.lstsq(np.column_stack((x[:, 0], np.ones(12))) * root[:, None], y * root, rcond=None)[0]
        assert picture.exact == near(best, rel=1e-6, abs=1e-9)
    assert "least-squares line of these rows" in picture.finding
    assert FitDisplay.from_model(model([1.0], 0.0, "stopped", penalty="ridge"), x, y).exact is None
    assert FitDisplay.from_model(model([1.0], 0.0, "stopped", fixed=["intercept"]), x, y).exact is None
    assert FitDisplay.from_model(model([1.0], 0.0, "stopped"), np.ones((12, 1)), y).exact is None


def test_the_window_holds_the_rows_and_the_line():
    rng = np.random.default_rng(5)
    for i in range(200):
        level, noise = rng.normal() * 10 ** rng.uniform(-2, 4), (0.0, 1e-9, 1.0)[i % 3]
        x, y = np.arange(10.0)[:, None], level + noise * rng.normal(size=10)
        line = (rng.normal() * 0.3 * (abs(level) + noise), level * rng.uniform(0, 2))
        picture = FitDisplay(x=x[:, 0], y=y, line=line, exact=(0.0, level))
        low, high = picture._height()
        ends = picture.at(line, np.array([0.0, 9.0]))
        assert low <= min(y.min(), ends.min()) <= max(y.max(), ends.max()) <= high


def test_weights_are_areas_and_count():
    rng = np.random.default_rng(6)
    for n in (12, 300):
        x, w = rng.normal(size=(n, 1)), rng.choice([0.0, 1.0, 40.0], n)
        y = x[:, 0] + rng.normal(size=n)
        run = fitted(GDRegressor(), x, y, sample_weight=w)
        picture = FitDisplay.from_estimator(run, x, y, sample_weight=w)
        plotted(picture)
        area = picture.points_.get_sizes()
        assert area[w > 0] / area.max() == near(w[w > 0] / 40, abs=0.03)
        assert picture.r2 == near(run.score(x, y, sample_weight=w))
        left = ResidualsDisplay.from_estimator(run, x, y, sample_weight=w)
        plotted(left)
        rest = y - run.predict(x)
        assert left.spread == near(np.sqrt(np.cov(rest, aweights=w, ddof=0)))
        assert "weighted standard deviation" in left.finding
    many = 7000
    x, w = rng.normal(size=(many, 1)), rng.uniform(1, 3, many)
    cells = FitDisplay(x=x[:, 0], y=x[:, 0], line=(1.0, 0.0))
    cells.weight = w
    plotted(cells)
    assert cells.points_.get_array().sum() == near(w.sum(), rel=2e-3)


@pytest.mark.parametrize("how", ["softmax", "ovr"])
def test_three_classes_have_regions_histories_and_residuals(how):
    X, labels = three_classes()
    run = fitted(GDClassifier(multi_class=how, alpha=0.01), X, labels)
    picture = DecisionBoundaryDisplay.from_estimator(run, X, labels)
    ax = plotted(picture)
    assert picture.right == near(run.score(X, labels))
    assert int(picture.wrong.sum()) == len(picture.wrong_.get_xdata()) == round(90 * (1 - run.score(X, labels)))
    assert run.decision_function(X) == near(picture.at(*X.T))
    assert run.predict_proba(X) == near(picture.shares(picture.at(*X.T)), abs=1e-12)
    colours = picture.field_.get_array()
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    corner = run.predict(np.array([[left + (right - left) / 320, low + (high - low) / 320]]))[0]
    strongest = {"a": 2, "b": 0, "c": 1}[corner]  # blue, red, green
    assert colours[0, 0].argmax() == strongest
    left_over = ResidualsDisplay.from_estimator(run, X, labels)
    plotted(left_over)
    assert left_over.residuals.reshape(3, -1).sum(axis=0) == near(np.zeros(90), abs=1e-12)
    assert near(run.predict_proba(X), abs=1e-12) == left_over.predicted.reshape(3, -1).T
    assert plotted(CostHistoryDisplay.from_estimator(run)).lines
    with pytest.raises(UsageError, match="draw DecisionBoundaryDisplay, ResidualsDisplay or CostHistoryDisplay"):
        SigmoidDisplay.from_estimator(run, X, labels)


def test_more_columns_and_classes_than_can_be_drawn():
    X, labels = three_classes()
    wide = np.column_stack((X, np.random.default_rng(0).normal(size=(90, 2)) * 0.1))
    picture = DecisionBoundaryDisplay.from_estimator(fitted(GDClassifier(alpha=0.01), wide, labels), wide, labels)
    plotted(picture)
    assert picture.cut.names == ("x0", "x1")
    assert "slice with the other 2 columns at their means" in picture.finding
    ten = np.arange(90) % 10
    with pytest.raises(UsageError, match="up to 7 classes, here are 10: draw"):
        DecisionBoundaryDisplay.from_estimator(fitted(GDClassifier(alpha=0.1, max_iter=5), X, ten), X, ten)


def test_several_targets_are_drawn_in_their_deviations():
    rng = np.random.default_rng(8)
    X = rng.normal(size=(60, 3))
    Y = X @ rng.normal(size=(3, 2)) * [1, 1000] + rng.normal(size=(60, 2)) * [1, 300]
    run = fitted(GDRegressor(), X, Y)
    picture = FitDisplay.from_estimator(run, X, Y)
    plotted(picture)
    parts = (picture.x.reshape(2, -1), picture.y.reshape(2, -1))
    assert parts[1].std(axis=1) == near([1.0, 1.0])
    assert 1 - ((parts[1] - parts[0]) ** 2).mean(axis=1).mean() == near(run.score(X, Y))
    left = ResidualsDisplay.from_estimator(run, X, Y)
    plotted(left)
    assert left.residuals == near(picture.errors)
    with pytest.raises(UsageError, match="predicts numbers"):
        DecisionBoundaryDisplay.from_estimator(run, X, Y)


def test_counts_of_both_kinds_of_error():
    rng = np.random.default_rng(9)
    for _ in range(200):
        n, a, b = int(rng.integers(1, 60)), rng.normal(), rng.normal()
        x, y = rng.normal(size=n), rng.integers(0, 2, n)
        counts = SigmoidDisplay(x=x, y=y, a=a, b=b).counts
        said = a * x + b > 0
        table = [[int((said == p)[y == q].sum()) for p in (1, 0)] for q in (1, 0)]
        assert [[counts["TP"], counts["FN"]], [counts["FP"], counts["TN"]]] == table
        assert sum(counts.values()) == n
    X, labels = three_classes()
    pair = labels != "c"
    of_two = SigmoidDisplay.from_estimator(
        fitted(GDClassifier(alpha=0.1), X[pair], labels[pair]), X[pair], labels[pair]
    )
    assert "own side of P = 0.5: TP " in of_two.finding
    assert "at z = 0" not in of_two.finding


def test_a_boundary_marks_what_is_wrong_and_is_white_at_the_cut():
    X, labels = three_classes()
    pair = labels != "c"
    run = fitted(GDClassifier(alpha=0.1), X[pair], labels[pair])
    picture = DecisionBoundaryDisplay.from_estimator(run, X[pair], labels[pair])
    plotted(picture)
    wrong = X[pair][run.predict(X[pair]) != labels[pair]]
    assert np.column_stack(picture.wrong_.get_data()) == near(wrong)
    assert picture.field_.cmap(0.5)[:3] == near((1, 1, 1), abs=0.01)
    assert all(min(picture.field_.cmap(end)[:3]) > 0.5 for end in (0.0, 1.0))
    apart = np.where(X[pair][:, 0] > 1.5, "far", "near")
    found = DecisionBoundaryDisplay.from_estimator(fitted(GDClassifier(), X[pair], apart), X[pair], apart)
    assert "separable, no finite optimum" in found.finding


def inked(ax):
    """Points of all lines and collections of axes, in pixels, densely."""
    for line in ax.lines:
        points = line.get_transform().transform(line.get_xydata())
        if line.get_linestyle() != "None":
            share = np.linspace(0, 1, 300)[:, None]
            points = np.concatenate([a + share * (b - a) for a, b in pairwise(points)])
        yield points
    for collection in ax.collections:
        yield collection.get_offset_transform().transform(np.ma.filled(collection.get_offsets(), np.nan))


def test_no_legend_covers_data():
    rng = np.random.default_rng(10)
    for i in range(200):
        ax = Figure((5, 3.5)).add_subplot()  # without the layout that takes most of the time of a picture
        ax.set(xticks=[], yticks=[])
        n = int(rng.choice([5, 30, 200]))
        x = rng.normal(size=n)
        if i % 2:
            ax.plot(x, rng.normal(size=n), "o", label="rows")
        for _ in range(int(rng.integers(1, 4))):
            ax.plot([-2, 2], rng.normal(size=2) * 2, label="a line of some length")
        clear_legend(ax)
        points = np.concatenate(list(inked(ax)))
        box = ax.get_legend().get_window_extent()
        inside = ((points > box.min) & (points < box.max)).all(axis=1)
        view = ((points >= ax.bbox.min) & (points <= ax.bbox.max)).all(axis=1)
        assert not (inside & view).any(), i


def test_pictures_without_room_have_the_legend_below():
    rng = np.random.default_rng(11)
    X, y = rng.uniform(size=(900, 2)), rng.uniform(size=900)
    ax = plotted(ResidualsDisplay.from_estimator(fitted(GDRegressor(), X, y), X, y))
    ax.figure.draw_without_rendering()
    assert ax.get_legend().get_window_extent().y1 < ax.bbox.y0
    assert TangentDisplay.from_function("x**2", at=1)._poles() == ""
