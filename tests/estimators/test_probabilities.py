"""Probabilities of modified Huber loss, against scikit-learn and by their definition; who has none says so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.calibration import calibration_curve
from sklearn.linear_model import SGDClassifier

from steepest import GDClassifier
from steepest.core.errors import UsageError
from steepest.estimators.probabilities import log_probabilities, probabilities
from steepest.objective import losses

PREDICTORS = st.floats(-1e300, 1e300) | st.floats(-1.5, 1.5)


def table(k, seed=0, n=300):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 3)) * 2
    z = X @ rng.standard_normal((3, k)) + rng.gumbel(size=(n, k))
    return X, np.array(["ash", "elm", "fir", "oak"])[z.argmax(1)]


@pytest.mark.parametrize("k", [2, 3, 4])
def test_they_are_those_of_scikit_learn(k):
    X, y = table(k)
    theirs = SGDClassifier("modified_huber", alpha=0.01, random_state=0).fit(X, y)
    theirs.intercept_ -= 2.0 * (k > 2)  # so that some rows are of no class
    ours = GDClassifier("modified_huber", alpha=0.01, multi_class="ovr").fit(X, y)
    ours.coef_, ours.intercept_ = theirs.coef_, theirs.intercept_
    far = np.vstack((X, 50 * X))
    np.testing.assert_allclose(ours.predict_proba(far), theirs.predict_proba(far), rtol=1e-14, atol=1e-15)
    with np.errstate(divide="ignore"):
        expected = theirs.predict_log_proba(far)
    np.testing.assert_allclose(ours.predict_log_proba(far), expected, rtol=1e-13, atol=1e-13)
    assert (ours.predict_proba(far) == 0).any()  # reached
    if k > 2:
        assert (ours.decision_function(far) < -1).all(1).any()  # there each has 1/k


@given(z=arrays(float, st.tuples(st.integers(1, 5), st.integers(3, 5)), elements=PREDICTORS))
@settings(max_examples=200, deadline=None)
def test_they_are_shares_of_one_and_keep_the_order_inside(z):
    with np.errstate(all="raise", under="ignore"):
        p, logs = (f(z, "modified_huber", "ovr") for f in (probabilities, log_probabilities))
    np.testing.assert_allclose(p.sum(1), 1, rtol=1e-12)
    assert ((p >= 0) & (p <= 1)).all()
    np.testing.assert_allclose(np.exp(logs), p, rtol=1e-12)
    for own, shares in zip(z, p, strict=True):
        assert (np.diff(shares[np.argsort(own)]) >= 0).all()


@given(z=arrays(float, st.integers(1, 6), elements=PREDICTORS))
@settings(max_examples=100, deadline=None)
def test_of_two_classes_they_are_one_ramp(z):
    p = probabilities(z, losses.ModifiedHuber())
    np.testing.assert_allclose(p[:, 1], np.interp(z, [-1, 1], [0, 1]), atol=1e-15)
    np.testing.assert_allclose(p.sum(1), 1, rtol=1e-15)


def test_they_are_the_truth_where_the_truth_is_a_ramp():
    """Zhang: 2 P - 1, cut at -1 and 1, minimises the loss; so a model that can be it finds the shares."""
    rng = np.random.default_rng(1)
    x = rng.uniform(-1.5, 1.5, 200_000)
    y = rng.random(200_000) < np.clip((x + 1) / 2, 0, 1)
    model = GDClassifier("modified_huber").fit(x[:, None], y)
    assert [model.coef_[0, 0], model.intercept_[0]] == pytest.approx([1, 0], abs=0.03)
    seen, told = calibration_curve(y, model.predict_proba(x[:, None])[:, 1], n_bins=8)
    assert np.abs(seen - told).max() < 0.02


def test_the_steps_of_log_loss_are_as_they_were():
    z = np.array([-800.0, -1.0, 0.0, 2.0, 800.0])
    expected = np.column_stack((-np.logaddexp(0, z), -np.logaddexp(0, -z)))
    np.testing.assert_array_equal(log_probabilities(z, "log_loss"), expected)
    np.testing.assert_array_equal(probabilities(z, "log_loss"), np.exp(expected))


@pytest.mark.parametrize(
    ("loss", "known"),
    [("log_loss", True), ("modified_huber", True), (losses.ModifiedHuber(), True), ("modifiedhuber", True)]
    + [(loss, False) for loss in ("hinge", "squared_hinge", "huber", "squared_error", losses.Hinge(), "hing")],
    ids=str,
)
def test_who_knows_them(loss, known):
    model = GDClassifier(loss)
    assert hasattr(model, "predict_proba") is hasattr(model, "predict_log_proba") is known
    if not known:
        with pytest.raises(UsageError, match=r"has no probabilities|no loss is called"):
            model.predict_proba([[0.0]])
