"""Standard errors of three or more classes and of several targets."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from conftest import DATA
from numpy.typing import NDArray
from test_published_figures import election

from steepest import GDClassifier, GDRegressor, Problem, make_rows
from steepest.core.errors import UsageError
from steepest.data.classes import Classes
from steepest.objective.losses.softmax import Softmax
from steepest.optimality.class_standard_errors import class_standard_errors

near = pytest.approx
RNG = np.random.default_rng(4)
X = RNG.standard_normal((200, 3)) * [1.0, 10.0, 0.1] + [0.0, 50.0, 0.0]
Y = ((X - [0.0, 50.0, 0.0]) @ RNG.standard_normal((3, 4)) * 0.1 + RNG.gumbel(size=(200, 4))).argmax(1)

# MNLogit(y, add_constant(X)).fit(method="newton").bse of statsmodels 0.14, by class against the first, intercept first
MNLOGIT = [
    (0.629837631, 0.0342823658, 0.093626795, 0.0065248584, 0.0735865799, 0.0176336937),
    (0.763189949, 0.0391615554, 0.1082386919, 0.0079144618, 0.0852893563, 0.0222809297),
    (1.1565414923, 0.0570382295, 0.1585481337, 0.0113313133, 0.1262913234, 0.0336142088),
    (0.9575809602, 0.0437902766, 0.1288965854, 0.0084187486, 0.0941250559, 0.0261963632),
    (0.8443638283, 0.0393516554, 0.1171860107, 0.0076110152, 0.0850070091, 0.0229760791),
    (1.0599548214, 0.0421380471, 0.143408909, 0.0081338625, 0.0910979921, 0.025300888),
]


def information(model: Any, weight: NDArray[Any], columns: list[int]) -> NDArray[Any]:
    """Roots of the diagonal of the inverse information, row by row as a sum of Kronecker products, raw columns."""
    A, p = np.column_stack((X, np.ones(len(X))))[:, columns], model.predict_proba(X)[:, 1:]
    H = sum(m * np.kron(np.diag(q) - np.outer(q, q), np.outer(a, a)) for m, a, q in zip(weight, A, p, strict=True))
    return np.sqrt(np.diag(np.linalg.inv(H))).reshape(p.shape[1], len(columns))


def test_they_are_those_of_mnlogit_against_the_first_class() -> None:
    table, party = election()
    found = GDClassifier().fit(table, party).standard_errors(table, party)
    assert found.shape == (7, 6)
    assert not found[0].any()
    assert np.roll(found[1:], 1, axis=1) == near(np.array(MNLOGIT), rel=1e-6)
    assert DATA.is_dir()


@pytest.mark.parametrize("weight", [None, RNG.integers(0, 4, 200).astype(float)], ids=["counted once", "counts"])
def test_they_are_roots_of_the_inverse_information(weight: Any) -> None:
    model = GDClassifier(tol=0).fit(X, Y, sample_weight=weight)
    found = model.standard_errors(X, Y, sample_weight=weight)
    assert found[1:] == near(information(model, np.ones(200) if weight is None else weight, [0, 1, 2, 3]), rel=1e-7)
    thin = model.standard_errors(sp.csr_array(X), Y, sample_weight=weight)
    assert thin == near(found, rel=1e-6)


def test_fixed_coefficients_have_none() -> None:
    model = GDClassifier(tol=0, fixed=(1,)).fit(X, Y)
    found = model.standard_errors(X, Y)
    assert not found[:, 1].any()
    assert found[1:, [0, 2, 3]] == near(information(model, np.ones(200), [0, 2, 3]), rel=1e-7)
    model = GDClassifier(tol=0, fit_intercept=False).fit(X, Y)
    found = model.standard_errors(X, Y)
    assert not found[:, 3].any()
    assert found[1:, :3] == near(information(model, np.ones(200), [0, 1, 2]), rel=1e-7)


def test_each_against_the_rest_and_each_target_are_by_themselves() -> None:
    found = GDClassifier(multi_class="ovr").fit(X, Y).standard_errors(X, Y)
    for c in range(4):
        assert found[c] == near(GDClassifier().fit(X, c == Y).standard_errors(X, c == Y), rel=1e-8)
    targets = X @ [[1.0, 0.0], [2.0, 1.0], [0.0, 3.0]] + RNG.standard_normal((200, 2))
    found = GDRegressor().fit(X, targets).standard_errors(X, targets)
    for c in range(2):
        assert found[c] == near(GDRegressor().fit(X, targets[:, c]).standard_errors(X, targets[:, c]), rel=1e-9)


def refused(model: GDClassifier, *rows: Any, fit: Any = None) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(*(fit or rows))
    with pytest.raises(UsageError) as caught:
        model.standard_errors(*rows)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_has_no_standard_errors_is_refused_with_the_reason() -> None:
    apart = X.copy()
    apart[:, 0] = Y
    assert "fit with alpha=0" in refused(GDClassifier(alpha=0.1), X, Y)
    assert "fit with signs=None" in refused(GDClassifier(signs="+"), X, Y)
    assert "there is no finite optimum, and so no standard errors" in refused(GDClassifier(), apart, Y)
    assert "columns depend on each other: leave one out" in refused(GDClassifier(), X[:, [0, 1, 1]], Y)
    assert "not the optimum on these rows" in refused(GDClassifier(max_iter=1, tol=None), X, Y)
    assert "not the optimum on these rows" in refused(GDClassifier(), X, Y, fit=(X, np.roll(Y, 1)))
    rows = Classes(*make_rows(np.zeros((6, 2000)), np.eye(3)[np.arange(6) % 3]))
    with pytest.raises(UsageError, match="here are 6,003: use fewer columns"):
        class_standard_errors(rows, Problem(Softmax()), np.zeros((2001, 3)), ())
