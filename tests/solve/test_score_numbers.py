"""Scores are scikit-learn's, with ties and weights; where a score is undefined it is None, never NaN."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.calibration import calibration_curve

from steepest.core.errors import DataError, UsageError
from steepest.solve.scores.labels import accuracy, balanced_accuracy, confusion_matrix
from steepest.solve.scores.numbers import mean_absolute_error, r2, root_mean_squared_error
from steepest.solve.scores.probabilities import brier_score, calibration_table, log_loss, log_loss_explained
from steepest.solve.scores.ranking import (
    auc,
    average_precision,
    mean_over_classes,
    precision_recall_curve,
    roc_curve,
)
from steepest.solve.scores.summary import class_scores, number_scores

CLOSE: dict[str, float] = {"rel": 1e-12, "abs": 1e-13}


def rows(seed: int, k: int = 2) -> tuple[Any, Any, Any]:
    """Classes, all present, probabilities of which many are tied, and weights of which some are 0."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4 * k, 60))
    p = rng.integers(1, 6, (n, k)).astype(float)
    y = np.concatenate((np.arange(k), np.arange(k), rng.integers(0, k, n - 2 * k)))
    weight = np.where(rng.random(n) < 0.2, 0.0, rng.uniform(0.1, 3, n))
    weight[:k] = 1.0
    return y, p / p.sum(axis=1, keepdims=True), weight


@pytest.mark.parametrize("seed", range(40))
def test_two_classes(seed: int) -> None:
    y, p, weight = rows(seed)
    log_p, said = np.log(p), p.argmax(axis=1)
    for w in (None, weight):
        own = {"sample_weight": w}
        assert accuracy(y, said, w) == pytest.approx(metrics.accuracy_score(y, said, **own), **CLOSE)
        assert balanced_accuracy(y, said, w) == pytest.approx(metrics.balanced_accuracy_score(y, said, **own), **CLOSE)
        assert log_loss(y, log_p, w) == pytest.approx(metrics.log_loss(y, p, **own), **CLOSE)
        assert log_loss_explained(y, log_p, w) == pytest.approx(metrics.d2_log_loss_score(y, p, **own), **CLOSE)
        assert brier_score(y, p, w) == pytest.approx(metrics.brier_score_loss(y, p[:, 1], **own), **CLOSE)
        assert auc(y, p[:, 1], w) == pytest.approx(metrics.roc_auc_score(y, p[:, 1], **own), **CLOSE)
        theirs = metrics.average_precision_score(y, p[:, 1], **own)
        assert average_precision(y, p[:, 1], w) == pytest.approx(theirs, **CLOSE)
        assert confusion_matrix(y, said, 2, w) == pytest.approx(metrics.confusion_matrix(y, said, **own), **CLOSE)


@pytest.mark.parametrize("seed", range(20))
def test_curves(seed: int) -> None:
    y, p, weight = rows(seed)
    for w in (None, weight):
        own, p1 = {"sample_weight": w}, p[:, 1]
        roc, theirs = roc_curve(y, p1, w), metrics.roc_curve(y, p1, drop_intermediate=False, **own)
        assert roc is not None
        for mine, other in zip(roc, theirs, strict=True):
            assert mine == pytest.approx(other, **CLOSE)
        curve, (precision, recall, cut) = precision_recall_curve(y, p1, w), metrics.precision_recall_curve(y, p1, **own)
        assert curve is not None
        assert curve.x == pytest.approx(recall[-2::-1], **CLOSE)
        assert curve.y == pytest.approx(precision[-2::-1], **CLOSE)
        assert curve.cut == pytest.approx(cut[::-1], **CLOSE)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("k", [3, 5])
def test_several_classes(seed: int, k: int) -> None:
    y, p, weight = rows(seed, k)
    said = p.argmax(axis=1)
    for w in (None, weight):
        own = {"sample_weight": w}
        found = class_scores(y, p, np.log(p), w)
        assert found["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(y, said, **own), **CLOSE)
        assert found["log_loss"] == pytest.approx(metrics.log_loss(y, p, **own), **CLOSE)
        assert found["d2"] == pytest.approx(metrics.d2_log_loss_score(y, p, **own), **CLOSE)
        assert found["brier"] == pytest.approx(metrics.brier_score_loss(y, p, **own), **CLOSE)
        theirs = metrics.roc_auc_score(y, p, multi_class="ovr", **own)
        assert found["auc"] == pytest.approx(theirs, **CLOSE)
        assert found["average_precision"] == pytest.approx(metrics.average_precision_score(y, p, **own), **CLOSE)
        assert np.array(found["confusion"]) == pytest.approx(metrics.confusion_matrix(y, said, **own), **CLOSE)


@pytest.mark.parametrize("seed", range(20))
def test_numbers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y, predicted, weight = rng.normal(5, 2, 30), rng.normal(5, 2, 30), rng.uniform(0, 2, 30) * (rng.random(30) < 0.8)
    for w in (None, weight):
        own = {"sample_weight": w}
        assert r2(y, predicted, w) == pytest.approx(metrics.r2_score(y, predicted, **own), **CLOSE)
        theirs = metrics.root_mean_squared_error(y, predicted, **own)
        assert root_mean_squared_error(y, predicted, w) == pytest.approx(theirs, **CLOSE)
        assert mean_absolute_error(y, predicted, w) == pytest.approx(
            metrics.mean_absolute_error(y, predicted, **own), **CLOSE
        )


@pytest.mark.parametrize("seed", range(20))
def test_calibration_tables(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = rng.random(100)
    y = rng.random(100) < p
    for by, theirs in (("width", "uniform"), ("quantile", "quantile")):
        table = calibration_table(y, p, bins=10, by=by)
        observed, predicted = calibration_curve(y, p, n_bins=10, strategy=theirs)
        assert table.predicted == pytest.approx(predicted, **CLOSE)
        assert table.observed == pytest.approx(observed, **CLOSE)
        assert table.rows.sum() == 100


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 4), st.floats(1e-200, 1e200))
def test_a_weight_is_a_number_of_rows_and_counts_by_its_ratio(seed: int, k: int, unit: float) -> None:
    y, p, _ = rows(seed, k)
    times = np.random.default_rng(seed).integers(0, 4, len(y))
    times[:k] = 1
    many = np.repeat(np.arange(len(y)), times)
    weighted = class_scores(y, p, np.log(p), times * unit)
    repeated = class_scores(y[many], p[many], np.log(p[many]))
    for name, value in repeated.items():
        factor = unit if name == "confusion" else 1.0
        assert np.array(weighted[name]) == pytest.approx(factor * np.array(value), rel=1e-9, abs=1e-12 * factor)
    one = calibration_table(y == 0, p[:, 0], times, bins=4)
    other = calibration_table(y[many] == 0, p[many, 0], bins=4)
    assert one.predicted == pytest.approx(other.predicted, rel=1e-9)
    assert one.observed == pytest.approx(other.observed, rel=1e-9)


def test_a_row_of_weight_0_is_left_out_whatever_is_in_it() -> None:
    y, z, w = np.array([1.0, 2.0, np.nan]), np.array([1.5, 2.0, np.inf]), [1.0, 1.0, 0.0]
    assert number_scores(y, z, w) == number_scores(y[:2], z[:2])


def test_what_is_undefined_is_none_and_the_rest_stays() -> None:
    p = np.array([[0.8, 0.2], [0.4, 0.6]])
    found = class_scores([0, 0], p, np.log(p))
    assert found["auc"] is None
    assert found["average_precision"] is None
    assert found["d2"] is None
    assert found["accuracy"] == found["balanced_accuracy"] == 0.5
    assert found["log_loss"] == pytest.approx(-np.log(0.8 * 0.4) / 2)
    assert found["confusion"] == [[1, 1], [0, 0]]
    ones = class_scores([1, 1], p, np.log(p))
    assert ones["auc"] is None
    assert ones["average_precision"] == 1.0
    three = np.full((2, 3), 1 / 3)
    assert class_scores([0, 1], three, np.log(three))["auc"] is None
    assert mean_over_classes(auc, [0, 1], three) is None
    assert r2([2.0, 2.0], [1.0, 3.0]) is None
    assert class_scores([0, 1], p)["log_loss"] is None
    assert auc([0, 1], [0.2, 0.7], [0.0, 1.0]) is None


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([-np.inf, -1e308, 0.0, 5e-324, 1.0, 1e308])), min_size=1))
@settings(max_examples=60, deadline=None)
def test_no_score_is_nan_and_ties_count_a_half(pairs: list[tuple[bool, float]]) -> None:
    y, score = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        area = auc(y, score)
    ours, others = score[y], score[~y]
    if not len(ours) or not len(others):
        assert area is None
        return
    above = (ours[:, None] > others).mean() + 0.5 * (ours[:, None] == others).mean()
    assert area == pytest.approx(above, abs=1e-12)


def test_residuals_too_large_to_square_are_scored() -> None:
    y, z = np.array([1e200, 3e200, 2e200]), np.array([1e200, 2e200, 2e200])
    assert r2(y, z) == pytest.approx(0.5)
    assert root_mean_squared_error(y, z) == pytest.approx(1e200 / np.sqrt(3))


def test_the_cut_off_is_found_on_the_curve() -> None:
    curve = roc_curve([0, 1, 0, 1], [0.1, 0.5, 0.5, 0.9])
    assert curve is not None
    assert curve.at(0.5) == (0.5, 1.0)
    assert curve.at(0.51) == (0.0, 0.5)
    assert curve.at(2.0) == (0.0, 0.0)
    recall = precision_recall_curve([0, 1], [0.1, 0.5])
    assert recall is not None
    assert recall.at(0.6) is None


def test_what_cannot_be_scored_is_refused() -> None:
    with pytest.raises(DataError, match="there are no rows to score"):
        r2([], [])
    with pytest.raises(DataError, match="of the same rows, not of 2, 1"):
        accuracy([0, 1], [0])
    with pytest.raises(DataError, match="not all zero"):
        accuracy([0, 1], [0, 1], [0.0, 0.0])
    with pytest.raises(UsageError, match="by quantile or width, not 0 by 'quantile'"):
        calibration_table([0, 1], [0.1, 0.2], bins=0)
