"""The picture of coefficients: sorted, with the intervals of the summary, and a reason where there are none."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from conftest import LABELS8, X8, linear_table, logistic_table
from pictures_judge import SMALL, draw, faults

pytest.importorskip("matplotlib")

from steepest import GDClassifier, GDRegressor
from steepest.core.errors import UsageError
from steepest.plots import CoefficientsDisplay
from steepest.plots.displays.coefficients import Interval

near = pytest.approx
LONG = [f"a column whose name is long, number {j}" for j in range(30)]


def table(names):
    X, y = linear_table(8, 60, len(names))
    return pd.DataFrame(X * np.arange(1, len(names) + 1), columns=names), y


def test_points_and_intervals_are_those_of_the_summary():
    X, y = table(["a", "b", "c", "d"])
    model = GDRegressor().fit(X, y)
    asked = [{"standardized": one, "cov_type": "HC1"} for one in (True, False)]
    picture, raw = (CoefficientsDisplay.from_estimator(model, X, y, **more) for more in asked)
    summary = {each.name: each for each in model.summary(X, y, cov_type="HC1").coefficients}
    draw(picture)
    assert [each.name for each in picture.shown] == sorted("abcd", key=lambda n: -abs(summary[n].standardized))
    assert picture.points_.get_offsets()[:, 0].tolist() == near([each.value for each in picture.shown])
    for each in picture.shown:
        assert each.value == near(summary[each.name].standardized)
        assert each.low / each.value == near(summary[each.name].low / summary[each.name].estimate)
    for each in raw.shown:
        assert each[1:] == near((summary[each.name].estimate, summary[each.name].low, summary[each.name].high))
        assert each.sure == (summary[each.name].p_value < 0.05)
    drawn = [segment[:, 0].tolist() for bars in picture.bars_ if bars is not None for segment in bars.get_segments()]
    assert sorted(drawn) == near(np.array(sorted([each.low, each.high] for each in picture.shown)))
    assert "HC1" in picture.note


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (GDRegressor(alpha=0.1), "a penalty moves the answer"),
        (GDRegressor("huber"), "no likelihood"),
        (GDRegressor(learning_rate=1e-3, max_iter=3, tol=None), "no summary of a fit that is"),
    ],
)
def test_without_standard_errors_it_says_why(model, why):
    X, y = table(["a", "b", "c"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, y)
    picture = CoefficientsDisplay.from_estimator(model, X, y)
    ax = draw(picture).axes[0]
    assert why in picture.note
    assert picture.bars_ == []
    assert ax.get_legend() is None
    assert [each.value for each in picture.intervals] == sorted(
        (e.value for e in picture.intervals), key=lambda v: -abs(v)
    )
    scale = X.std(ddof=0) / (y.std() if model.loss == "squared_error" else 1.0)
    assert {e.name: e.value for e in picture.intervals} == near(dict(zip(X, model.coef_ * scale, strict=True)))


def test_a_separable_table_has_points_alone():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = GDClassifier().fit(X8, LABELS8)
    assert "separable" in CoefficientsDisplay.from_estimator(model, X8, LABELS8).note


@pytest.mark.parametrize("names", [LONG, ["$x_1$", "b\nc", "Länge"]])
@pytest.mark.parametrize("share", [1.0, SMALL])
def test_every_name_is_read(names, share):
    X, y = table(names)
    picture = CoefficientsDisplay.from_estimator(GDRegressor().fit(X, y), X, y)
    figure = draw(picture, share)
    assert faults(figure) == []
    shown = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert len(set(shown)) == len(shown) == min(len(names), 20)
    said = "\n".join(text.get_text() for text in figure.axes[0].texts)
    assert ("20 of 30 coefficients drawn" in said) == (len(names) == 30)


def test_classes_have_log_odds():
    X, y = logistic_table(3, 90, 2)
    picture = CoefficientsDisplay.from_summary(GDClassifier().fit(X, y).summary(X, y))
    assert picture.note.startswith("Change of the log odds")
    assert "P(y = 1" in picture.finding
    assert len(picture.alt_text) > 100


def test_several_classes_are_refused():
    X, _ = linear_table(1, 30, 2)
    y = np.arange(30) % 3
    with pytest.raises(UsageError, match="single target"):
        CoefficientsDisplay.from_estimator(GDClassifier().fit(X, y), X, y)


def test_an_interval_is_sure_if_it_excludes_0():
    assert Interval("x", 1.0, 0.1, 2.0).sure
    assert not Interval("x", 1.0, -0.1, 2.0).sure
    assert not Interval("x", 1.0).sure


def test_an_intercept_alone_has_no_picture():
    with pytest.raises(UsageError, match="no coefficient but the intercept"):
        CoefficientsDisplay(intervals=[])
