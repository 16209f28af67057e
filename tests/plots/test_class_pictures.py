"""Pictures of how well classes are predicted: what they say is what the scores say, for any number of classes."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from pictures_judge import SMALL, draw, faults
from sklearn.metrics import average_precision_score, roc_auc_score

from steepest import GDClassifier, GDRegressor
from steepest.core.errors import DataError, UsageError
from steepest.plots import CalibrationDisplay, ConfusionMatrixDisplay, PrecisionRecallDisplay, RocCurveDisplay
from steepest.plots.displays.calibration import wilson

ALL = (RocCurveDisplay, PrecisionRecallDisplay, CalibrationDisplay, ConfusionMatrixDisplay)
OF_SCORES: tuple[Any, ...] = ALL[:3]


def table(k: int, n: int = 240, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    y = np.arange(n) % k
    centre = rng.normal(size=(k, 3)) * 1.5
    names = np.array([f"class {c} {'with a long name' if c == 1 else ''}".strip() for c in range(k)])
    return centre[y] + rng.normal(size=(n, 3)), names[y]


def fitted(X: Any, y: Any, **settings: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return GDClassifier(alpha=0.05, **settings).fit(X, y)


@pytest.mark.parametrize("k", [2, 3, 10])
@pytest.mark.parametrize("display", ALL)
def test_no_text_is_hidden(display: Any, k: int) -> None:
    X, y = table(k)
    picture = display.from_estimator(fitted(X, y), X, y, sample_weight=np.arange(len(y)) + 1.0 if k == 3 else None)
    for share in (1.0, SMALL):
        assert faults(draw(picture, share)) == []
    for text in (picture.finding, picture.alt_text):
        assert "nan" not in text
        assert len(text) > 20


@pytest.mark.parametrize("k", [2, 4])
def test_areas_and_averages_are_the_scores(k: int) -> None:
    X, y = table(k)
    model, weight = fitted(X, y), np.linspace(0.0, 2.0, len(y))
    p = model.predict_proba(X)
    for w in (None, weight):
        roc = RocCurveDisplay.from_estimator(model, X, y, sample_weight=w)
        curve = PrecisionRecallDisplay.from_estimator(model, X, y, sample_weight=w)
        for c in range(1 if k == 2 else 0, k):
            own, label = y == model.classes_[c], model.classes_[c]
            assert roc.areas[label] == pytest.approx(roc_auc_score(own, p[:, c], sample_weight=w), abs=1e-12)
            theirs = average_precision_score(own, p[:, c], sample_weight=w)
            assert curve.averages[label] == pytest.approx(theirs, abs=1e-12)
            assert curve.base_rates[label] == pytest.approx(np.average(own, weights=w))


def test_the_marked_point_is_that_of_the_predicted_labels() -> None:
    X, y = table(2)
    model = fitted(X, y)
    said, own = model.predict(X) == model.classes_[1], y == model.classes_[1]
    roc, curve = (display.from_estimator(model, X, y) for display in ALL[:2])
    assert roc.point == pytest.approx((said[~own].mean(), said[own].mean()))
    assert curve.point == pytest.approx((said[own].mean(), own[said].mean()))
    again = RocCurveDisplay.from_predictions(y, model.predict_proba(X)[:, 1])
    assert again.point == pytest.approx(roc.point)
    assert again.finding == roc.finding


def test_a_model_without_probabilities_is_ranked_by_its_predictor() -> None:
    X, y = table(2)
    model = fitted(X, y, loss="hinge")
    picture = RocCurveDisplay.from_estimator(model, X, y)
    assert picture.areas[model.classes_[1]] == pytest.approx(roc_auc_score(y, model.decision_function(X)), abs=1e-12)
    assert "at z = 0" in picture.finding
    with pytest.raises(UsageError, match="no probabilities"):
        CalibrationDisplay.from_estimator(model, X, y)


def test_the_confusion_matrix_counts_and_names_the_worst() -> None:
    picture = ConfusionMatrixDisplay.from_predictions(list("aabbbc"), list("abbccc"))
    assert picture.counts.tolist() == [[1, 1, 0], [0, 1, 2], [0, 0, 1]]
    assert picture.finding == "3 of 6 rows are predicted right: most often 2 of b are taken for c"
    assert picture.shares == pytest.approx(np.array([[1 / 2, 1 / 2, 0], [0, 1 / 3, 2 / 3], [0, 0, 1]]))
    assert ConfusionMatrixDisplay.from_predictions(["a", "b"], ["a", "b"]).finding.endswith(
        "2 rows are predicted right"
    )
    heavy = ConfusionMatrixDisplay.from_predictions(["a", "b"], ["b", "b"], sample_weight=[0.5, 1.0])
    assert heavy.finding == "1 of 1.5 units of weight are predicted right: 0.5 of a are taken for b"
    X, y = table(3)
    model = fitted(X, y)
    counts = ConfusionMatrixDisplay.from_estimator(model, X, y).counts
    assert np.trace(counts) == (model.predict(X) == y).sum()


def test_many_classes_draw_the_worst() -> None:
    X, y = table(10)
    picture = RocCurveDisplay.from_estimator(fitted(X, y), X, y)
    draw(picture)
    assert len(picture.lines_) == 7
    names = [line.get_label() for line in picture.lines_]
    assert all(worst.startswith("class") for worst in names)
    least = min(picture.areas, key=lambda label: picture.areas[label])
    assert names[0].startswith(least[:10])


def test_an_area_just_below_1_is_not_1() -> None:
    y = np.arange(400) >= 200
    p = np.linspace(0, 1, 400)
    p[[199, 200]] = p[[200, 199]]
    assert "AUC >0.9999" in RocCurveDisplay.from_predictions(y, p).finding


def test_what_cannot_be_drawn_is_refused() -> None:
    x = np.arange(6.0)[:, None]
    for display in ALL:
        with pytest.raises(UsageError, match="draw ResidualsDisplay"):
            display.from_estimator(GDRegressor().fit(x, x[:, 0]), x, x[:, 0])
    with pytest.raises(DataError, match="needs rows of two classes"):
        RocCurveDisplay.from_predictions([0, 0], [0.1, 0.2], classes=[0, 1])
    with pytest.raises(DataError, match="needs rows of class 1"):
        PrecisionRecallDisplay.from_predictions([0, 0], [0.1, 0.2], classes=[0, 1])
    for display in OF_SCORES:
        with pytest.raises(DataError, match="numbers from 0 to 1"):
            display.from_predictions([0, 1], [0.1, 1.2])
        with pytest.raises(UsageError, match="one of 2 columns for each class"):
            display.from_predictions([0, 1], [[0.1, 0.2, 0.7], [0.1, 0.2, 0.7]])
        with pytest.raises(DataError, match="'c' is none of the classes"):
            display.from_predictions(["a", "c"], [0.1, 0.2], classes=["a", "b"])


def test_the_error_of_a_calibration_counts_rows() -> None:
    p = np.array([0.1] * 9 + [0.9])
    picture = CalibrationDisplay.from_predictions(["no"] * 9 + ["yes"], p, classes=["no", "yes"])
    assert picture.tables["yes"].rows.tolist() == [9, 1]
    assert picture.errors["yes"] == pytest.approx(0.1)
    uneven = CalibrationDisplay.from_predictions(["no"] * 9 + ["no"], p, classes=["no", "yes"])
    assert uneven.errors["yes"] == pytest.approx(0.18)


def test_intervals_are_wilsons() -> None:
    from scipy.stats import binomtest

    for hits, n in ((0, 10), (3, 17), (40, 40)):
        low, high = wilson(np.array([hits / n]), np.array([n]))
        theirs = binomtest(hits, n).proportion_ci(method="wilson")
        assert (low[0], high[0]) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
