"""Scores refuse what a fit refuses, and are those of scikit-learn on the rows that count."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, d2_tweedie_score, r2_score

from steepest import GDClassifier, GDRegressor

X = np.random.default_rng(4).standard_normal((5, 2))
Y = np.array([1.0, 0.0, 4.0, 2.0, 7.0])
MODELS = {
    "poisson": GDRegressor("poisson", alpha=0.1).fit(X, Y),
    "line": GDRegressor(alpha=0.1).fit(X, Y),
    "classes": GDClassifier(alpha=0.1).fit(X, Y > 1),
}
METRICS = {"poisson": lambda *a, **w: d2_tweedie_score(*a, **w, power=1), "line": r2_score, "classes": accuracy_score}
WEIGHTS = {
    "negative": ([1, -1, 0, 0, 0], "Negative values"),
    "short": ([1, 2], r"sample_weight.shape == \(2,\)"),
    "zeros": ([0] * 5, "non-zero"),
    "nan": ([1, 1, np.nan, 1, 1], "NaN"),
}
TARGETS = {
    "nan": ([1, np.nan, 2, 3, 4], "contains NaN"),
    "infinite": ([1, np.inf, 2, 3, 4], "contains infinity"),
    "huge": ([1, 2, 3, 1e300, 4], "the target of row 4 is too large"),
    "short": ([1, 2], "inconsistent numbers of samples"),
    "below 0": ([1, 2, 3, 4, -0.5], r"^the target of row 5 is -0.5, but the poisson loss needs numbers >= 0"),
    "text": (["1", "two", "3", "4", "5"], r"^the target holds text \('two' in row 2\)"),
    "two": (np.column_stack((Y, Y)), "^y has 2 columns, but the model predicts 1"),
}


@pytest.mark.parametrize("kind", WEIGHTS)
@pytest.mark.parametrize("name", MODELS)
def test_weights_that_cannot_be_are_refused(name, kind):
    weight, said = WEIGHTS[kind]
    with pytest.raises(ValueError, match=said):
        MODELS[name].score(X, Y > 1 if name == "classes" else Y, weight)


@pytest.mark.parametrize("kind", TARGETS)
def test_targets_that_cannot_be_counts_are_refused(kind):
    y, said = TARGETS[kind]
    with pytest.raises(ValueError, match=said):
        MODELS["poisson"].score(X, y)


@pytest.mark.parametrize("seed", range(200))
def test_a_score_is_scikit_learns_or_a_refusal(seed):
    """Rows of weight 0 are no rows; a count below 0, in a row that counts, is refused."""
    rng = np.random.default_rng(seed)
    y = rng.poisson(3, 5).astype(float)
    y[0], y[1] = 0.0, 5.0
    weight = rng.integers(0, 3, 5) * 10.0 ** rng.integers(-300, 300)
    weight[:2] = weight.max() or 1.0
    y[rng.integers(5)] -= 6.0 * (rng.random() < 0.5)
    counts = weight > 0
    for name, model in MODELS.items():
        truth = y > 1 if name == "classes" else y
        if name == "poisson" and y[counts].min() < 0:
            with pytest.raises(ValueError, match=f"row {np.flatnonzero(counts & (y < 0))[0] + 1} is -"):
                model.score(X, truth, weight)
            continue
        theirs = METRICS[name](truth[counts], model.predict(X[counts]), sample_weight=weight[counts] / weight.max())
        assert model.score(X, truth, weight) == pytest.approx(theirs, rel=1e-9, abs=1e-12)
