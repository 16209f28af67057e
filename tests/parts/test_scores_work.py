"""Scores over parts are those in memory, with the same bits for every cut; rankings in bins keep their bound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest.core.errors import DataError
from steepest.parts.engines.here import Here
from steepest.parts.scan import scan
from steepest.solve.model import Model
from steepest.solve.passes.ranking import Ranking
from steepest.solve.passes.scored import scores_in_parts
from steepest.solve.scores.of_model import model_scores
from steepest.solve.scores.ranking import auc, average_precision

N, D = 30_011, 4
NAMES = tuple(f"x{j}" for j in range(D))
rng = np.random.default_rng(2)
X = rng.normal(size=(N, D))
WEIGHT = rng.integers(0, 4, N) * 0.37
W = rng.normal(size=(3, D))
LINE = Model("linear", ("y",), NAMES, (tuple(W[0]),), (0.5,), None, "mse", {}, {}, {})
TWO = LINE._replace(kind="logistic", classes=(0.0, 1.0), loss="log_loss")
COEF = tuple(map(tuple, W))
THREE = TWO._replace(classes=("a", "b", "c"), coef=COEF, intercept=(0.1, -0.2, 0.3), multi_class="softmax")
PLACES = (X @ W.T + rng.gumbel(size=(N, 3))).argmax(1)
NUMBERS = X @ W[0] + rng.normal(size=N)
COUNTS = rng.poisson(np.exp(0.3 * X[:, 0])).astype(float)

CASES = {
    "numbers": (LINE, NUMBERS, NUMBERS),
    "far from 0": (LINE, NUMBERS + 1e9, NUMBERS + 1e9),
    "huge": (LINE, NUMBERS * 1e200, NUMBERS * 1e200),
    "constant": (LINE, np.ones(N), np.ones(N)),
    "counts": (LINE._replace(loss="poisson", coef=((0.3, 0.0, 0.0, 0.1),)), COUNTS, COUNTS),
    "amounts": (LINE._replace(loss="gamma", coef=((0.3, 0.0, 0.0, 0.1),)), COUNTS + 0.5, COUNTS + 0.5),
    "counts below 0": (LINE._replace(loss="poisson", coef=((0.1, 0.0, 0.0, 0.1),)), COUNTS - 1, COUNTS - 1),
    "two targets": (
        LINE._replace(targets=("a", "b"), coef=COEF[:2], intercept=(0.0, 1.0)),
        np.column_stack((NUMBERS, COUNTS)),
        np.column_stack((NUMBERS, COUNTS)),
    ),
    "two": (TWO, (PLACES == 1) * 1.0, PLACES == 1),
    "probit": (TWO._replace(loss="probit"), (PLACES == 1) * 1.0, PLACES == 1),
    "hinge": (TWO._replace(loss="hinge"), (PLACES == 1) * 1.0, PLACES == 1),
    "one class only": (TWO, np.ones(N), np.ones(N)),
    "three": (THREE, np.array(list("abc"))[PLACES], PLACES),
    "ovr": (THREE._replace(multi_class="ovr"), np.array(list("abc"))[PLACES], PLACES),
    "a class without rows": (THREE, np.array(list("abb"))[PLACES], np.minimum(PLACES, 1)),
}


def same(found, expected):
    for name, value in expected.items():
        if name == "targets":
            for one, other in zip(found[name], value, strict=True):
                same(one, other)
        elif value is None:
            assert found[name] is None, name
        else:
            np.testing.assert_allclose(found[name], value, rtol=1e-7, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_scores_are_those_in_memory(case, weight):
    model, y, places = CASES[case]
    expected = model_scores(model, X, np.asarray(places, float), weight)
    found = scores_in_parts(model, scan(X, y, weights=weight, engine=Here(2)))
    assert found.rows == N
    same(found.measures, expected)
    assert found.measures.keys() == expected.keys()
    counted = places if weight is None else places[weight > 0]
    assert (found.targets.min(), found.targets.max()) == (counted.min(), counted.max())


@pytest.mark.parametrize("case", ["numbers", "counts", "two", "three"])
def test_the_bits_do_not_depend_on_the_cut(case):
    model, y, _ = CASES[case]
    tables = [scan(X, y, engine=Here(1)), scan(X, y, engine=Here(5)), scan(X, y, memory="8MB", engine=Here(3))]
    first, *others = [scores_in_parts(model, table).measures for table in tables]
    assert all(other == first for other in others)


def test_an_unknown_label_is_refused_with_its_row():
    y = np.array(list("abc"))[PLACES]
    y[17] = "d"
    with pytest.raises(DataError, match=r"row 18: the label is none of the model's classes"):
        scores_in_parts(THREE, scan(X, y))
    with pytest.raises(DataError, match="no target"):
        scores_in_parts(LINE, scan(X))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([8, 50, 400]), st.booleans())
def test_bins_keep_their_bound(seed, most, tied):
    own = np.random.default_rng(seed)
    score = own.normal(size=600) * np.exp(own.normal(size=600))
    score = np.round(score, 1) if tied else score
    y, weight = own.random(600) < 1 / (1 + np.exp(-score)), own.integers(1, 4, 600) * 1.0
    leaves = [Ranking.of(score[i : i + 100], y[i : i + 100], weight[i : i + 100], most) for i in range(0, 600, 100)]
    whole = leaves[0]
    for leaf in leaves[1:]:
        whole = whole.joined(leaf, most)
    assert len(whole.keys) <= most
    for value, error, exact in (
        (whole.auc, whole.auc_error, auc(y, score, weight)),
        (whole.average_precision, whole.average_precision_error, average_precision(y, score, weight)),
    ):
        assert abs(value - exact) <= error + 1e-12
    if len(np.unique(score)) <= most:
        assert whole.auc_error == 0.0
        assert sorted(whole.scores) == pytest.approx(sorted(np.unique(score)), abs=0)
