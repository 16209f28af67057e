"""The fitted surface and the sigmoid over two columns, and slices of the cost: what is drawn is what they say."""

from __future__ import annotations

import numpy as np
import pytest
from pictures_judge import SMALL, draw, faults
from scipy import sparse

from steepest import GDClassifier, GDRegressor
from steepest.core.errors import UsageError
from steepest.plots import CostSlicesDisplay, DecisionBoundaryDisplay, FitSurfaceDisplay, SigmoidSurfaceDisplay

pytest.importorskip("matplotlib")
RNG = np.random.default_rng(4)
X = RNG.normal(size=(60, 4)) * [1.0, 20.0, 0.1, 5.0] + [0.0, 50.0, 1.0, 0.0]
Y = X @ [2.0, 0.1, 3.0, -1.0] + RNG.normal(size=60)
LABELS = np.where(np.median(Y) < Y, "yes", "no")
PLANE, SIGMOID = GDRegressor().fit(X, Y), GDClassifier(alpha=0.01).fit(X, LABELS)


def points_of(artists):
    """All markers of lines in space, (n, 3)."""
    return np.concatenate([np.transpose(line.get_data_3d()) for line in artists if hasattr(line, "get_data_3d")])


def by_rows(points):
    return points[np.lexsort(points.T)]


def test_points_over_both_columns_of_a_model_are_the_rows_and_lines_their_residuals():
    model = GDRegressor().fit(X[:, :2], Y)
    picture = FitSurfaceDisplay.from_estimator(model, X[:, :2], Y)
    draw(picture)
    np.testing.assert_allclose(picture.at(*X[:, :2].T), model.predict(X[:, :2]), rtol=1e-12)
    expected = np.column_stack((X[:, :2], Y))
    np.testing.assert_allclose(by_rows(points_of(picture.rows_)), by_rows(expected), rtol=1e-12)
    ends = np.concatenate([np.array(a._segments3d) for a in picture.rows_ if hasattr(a, "_segments3d")])
    assert np.sort(ends[:, 1, 2] - ends[:, 0, 2]) == pytest.approx(np.sort(Y - model.predict(X[:, :2])), abs=1e-12)
    assert picture.finding.endswith(f"R² = {model.score(X[:, :2], Y):.3g}")
    assert "lines are residuals" in " ".join(text.get_text() for text in picture.ax_.texts)


def test_other_columns_are_at_their_means_in_surface_and_points():
    picture = FitSurfaceDisplay.from_estimator(PLANE, X, Y, columns=["x3", "x0"])
    draw(picture)
    middle = X.mean(axis=0) * np.ones((60, 1))
    middle[:, [0, 3]] = X[:, [0, 3]]
    np.testing.assert_allclose(picture.at(X[:, 3], X[:, 0]), PLANE.predict(middle), rtol=1e-10)
    adjusted = Y - PLANE.predict(X) + PLANE.predict(middle)
    expected = np.column_stack((X[:, [3, 0]], adjusted))
    np.testing.assert_allclose(by_rows(points_of(picture.rows_)), by_rows(expected), rtol=1e-9)
    assert picture.finding.endswith("slice with the other 2 columns at their means")


def test_a_log_link_multiplies():
    counts = RNG.poisson(np.exp(0.3 * X[:, 0] + 0.02 * X[:, 1]))
    model = GDRegressor("poisson").fit(X[:, :2], counts)
    picture = FitSurfaceDisplay.from_estimator(model, X[:, :2], counts)
    np.testing.assert_allclose(picture.at(*X[:, :2].T), model.predict(X[:, :2]), rtol=1e-12)
    assert f"multiplies y by {np.exp(model.coef_[0]):.4g}" in picture.finding


@pytest.mark.parametrize("table", [np.asarray, sparse.csr_matrix])
def test_columns_of_numbers_are_chosen_before_those_of_levels(table):
    levels = RNG.integers(0, 2, size=(60, 2))
    wide = np.column_stack((levels, X[:, [0, 3]]))
    model = GDRegressor().fit(table(wide), 9.0 * levels.sum(axis=1) + Y)
    assert FitSurfaceDisplay.from_estimator(model, table(wide), Y).cut.names == ("x2", "x3")
    mixed = GDClassifier(alpha=0.1).fit(table(wide[:, :3]), LABELS)
    assert "x2" in DecisionBoundaryDisplay.from_estimator(mixed, table(wide[:, :3]), LABELS).cut.names


def test_rows_of_a_class_are_at_0_or_1_and_the_line_is_where_it_is_one_half():
    picture = SigmoidSurfaceDisplay.from_estimator(SIGMOID, X, LABELS)
    draw(picture)
    no, yes = (np.transpose(line.get_data_3d()) for line in picture.rows_)
    assert (no[:, 2] == 0).all()
    assert (yes[:, 2] == 1).all()
    assert (len(no), len(yes)) == (30, 30)
    u, v, p = picture.boundary_.get_data_3d()
    assert picture.at(u, v) == pytest.approx(p, abs=1e-9)
    assert f"{round(60 * SIGMOID.score(X, LABELS))} of 60 rows" in picture.finding


def test_of_many_rows_some_are_drawn_and_it_is_said():
    many = RNG.normal(size=(1000, 2))
    y = many.sum(axis=1) ** 2
    picture = FitSurfaceDisplay.from_estimator(GDRegressor().fit(many, y), many, y)
    draw(picture)
    drawn = len(points_of(picture.rows_))
    assert 250 < drawn <= 300
    assert f"{drawn} of 1,000 rows drawn" in " ".join(text.get_text() for text in picture.ax_.texts)


def test_a_slice_rises_by_its_standard_error_as_the_closed_form_says():
    slices = CostSlicesDisplay.from_estimator(PLANE, X, Y).slices
    A = np.column_stack((X, np.ones(60)))
    inner = A.T @ A
    s2 = ((Y - PLANE.predict(X)) ** 2).sum() / 55
    expected = s2 / 120 * np.diag(inner) * np.diag(np.linalg.inv(inner))
    assert [part.rise for part in slices.parts] == pytest.approx(expected, rel=1e-8)
    errors = np.sqrt(s2 * np.diag(np.linalg.inv(inner)))
    w = np.append(PLANE.coef_, PLANE.intercept_)
    assert [part.start for part in slices.parts] == pytest.approx((PLANE.trajectory_.x[0] - w) / errors, rel=1e-7)
    moved = w + np.outer(slices.at, np.eye(5)[1] * errors[1])
    assert slices.parts[1].costs == pytest.approx(((A @ moved.T - Y[:, None]) ** 2).mean(axis=0) / 2, rel=1e-9)
    assert slices.optimum


def test_slices_of_a_penalised_fit_are_in_the_scale_of_the_columns():
    picture = CostSlicesDisplay.from_estimator(SIGMOID, X, LABELS, parameters=["x3", "intercept"])
    s = picture.slices
    w = np.append(SIGMOID.coef_, SIGMOID.intercept_)
    moved = w + np.outer(s.at / X[:, 3].std(), np.eye(5)[3])
    z = np.column_stack((X, np.ones(60))) @ moved.T
    loss = np.logaddexp(0.0, np.where(LABELS == "yes", -1.0, 1.0)[:, None] * z).mean(axis=0)
    assert s.parts[0].costs == pytest.approx(loss + 0.005 * (moved[:, :4] ** 2).sum(axis=1), rel=1e-9)
    assert picture.finding.startswith("A distance of ")
    assert picture.finding.endswith("2 of 5 parameters drawn")


def test_slices_do_not_call_a_minimum_what_is_none():
    other = CostSlicesDisplay.from_estimator(PLANE, X[:30], Y[:30] + X[:30, 0])
    assert other.finding.startswith("Not at a minimum: ")
    draw(other)
    early = GDRegressor(learning_rate=1e-5, max_iter=3, tol=None).fit(X, Y)
    assert CostSlicesDisplay.from_estimator(early, X, Y).slices.parts[0].costs.min() == pytest.approx(
        PLANE.trajectory_.cost.min(), rel=1e-9
    )


def test_of_many_parameters_nine_slices_are_drawn():
    wide = RNG.normal(size=(60, 12))
    labels = wide[:, 0] + RNG.normal(size=60) > 0
    picture = CostSlicesDisplay.from_estimator(GDClassifier(alpha=0.1).fit(wide, labels), wide, labels)
    draw(picture)
    assert len(picture.curves_) == 9
    assert picture.finding.endswith("9 of 13 parameters drawn")


@pytest.mark.parametrize(
    ("display", "model", "y", "words"),
    [
        (FitSurfaceDisplay, SIGMOID, LABELS, "these are classes: draw SigmoidSurfaceDisplay"),
        (SigmoidSurfaceDisplay, PLANE, Y, "numbers, not classes: draw FitSurfaceDisplay"),
        (FitSurfaceDisplay, GDRegressor(alpha=0.1).fit(X, X[:, :2]), X[:, :2], "several targets: draw FitDisplay"),
        (CostSlicesDisplay, GDRegressor(alpha=0.1).fit(X, X[:, :2]), X[:, :2], "a single target or of two classes"),
        (SigmoidSurfaceDisplay, GDClassifier("hinge", alpha=0.1).fit(X, LABELS), LABELS, "no probabilities"),
    ],
)
def test_what_cannot_be_drawn_is_refused(display, model, y, words):
    with pytest.raises(UsageError, match=words):
        display.from_estimator(model, X, y)


def test_one_column_is_refused_with_the_picture_of_one():
    with pytest.raises(UsageError, match="over two columns, this answer has one: draw FitDisplay"):
        FitSurfaceDisplay.from_estimator(GDRegressor().fit(X[:, :1], Y), X[:, :1], Y)
    with pytest.raises(UsageError, match="draw SigmoidDisplay"):
        SigmoidSurfaceDisplay.from_estimator(GDClassifier(alpha=0.1).fit(X[:, :1], LABELS), X[:, :1], LABELS)


@pytest.mark.parametrize("share", [1.0, SMALL])
def test_long_names_hide_no_text(share):
    names = [f"{word} of the previous calendar year" for word in ("rainfall", "temperature", "visitors", "turnover")]
    pictures = [
        FitSurfaceDisplay.from_estimator(PLANE, X, 1e5 * Y, names=names, target=names[0]),
        SigmoidSurfaceDisplay.from_estimator(SIGMOID, X, LABELS, names=names, target=names[0]),
        CostSlicesDisplay.from_estimator(PLANE, X, Y, names=names),
    ]
    assert [faults(draw(picture, share)) for picture in pictures] == [[], [], []]
