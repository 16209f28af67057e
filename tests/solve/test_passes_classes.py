"""Fits of classes over parts: the optimum in memory, in few passes, with the same bits for every cut."""

import numpy as np
import pytest

from steepest import Problem, make_rows
from steepest.data.classes import Classes
from steepest.objective.losses.softmax import Softmax
from steepest.objective.objective import Objective
from steepest.objective.penalties import L1, L2
from steepest.optimality.softmax_duality import newton_by_matrix
from steepest.parts.coding import Coding
from steepest.parts.engines.here import Here
from steepest.parts.scan import scan
from steepest.solve.fit import fit
from steepest.solve.passes.fit import fit_parts

N, D, K = 30_011, 3, 4
rng = np.random.default_rng(4)
SCALES = np.array([1.0, 10.0, 0.1])
Z = rng.normal(size=(N, D))
X = Z * SCALES + 5.0
NOISE = rng.gumbel(size=(N, K))
PLACES = (Z @ rng.normal(size=(D, K)) + NOISE).argmax(1)
WEIGHT = rng.integers(0, 3, N) * 0.7


def parts_of(x=X, places=PLACES, weights=None, workers=1, **coding):
    coding = {"classes": K} | coding
    return scan(x, places.astype(float), weights=weights, engine=Here(workers)).coded(Coding(**coding))


def rows_of(x=X, places=PLACES, weight=None):
    return Classes(*make_rows(x, np.eye(K)[places], weight=weight))


@pytest.mark.parametrize("penalty", [None, L2(0.01), L1(0.003)], ids=["none", "l2", "l1"])
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_the_optimum_is_that_in_memory(penalty, weight):
    problem = Problem(Softmax()) if penalty is None else Problem(Softmax(), penalty)
    known, run = fit(rows_of(weight=weight), problem), fit_parts(parts_of(weights=weight), problem)
    assert run.verdict.status == known.verdict.status == "converged"
    assert run.certificate.kind == "decrement"
    assert run.certificate.gap <= 1e-9
    assert run.trajectory.cost[-1] - known.trajectory.cost[-1] <= run.certificate.gap + 1e-14
    one, other = (found.coef - found.coef.mean(1, keepdims=True) for found in (run, known))  # L1 may leave a shift free
    np.testing.assert_allclose(one * SCALES[:, None], other * SCALES[:, None], atol=2e-4)
    assert run.trajectory.meta["passes"] <= 6


def test_weights_of_classes_are_those_of_rows():
    share = np.bincount(PLACES) / N
    balanced = tuple(1 / (K * share))
    known = fit(rows_of(weight=np.array(balanced)[PLACES]), Problem(Softmax()))
    run = fit_parts(parts_of().coded(Coding(K, weights=balanced)), Problem(Softmax()))
    np.testing.assert_allclose(run.coef * SCALES[:, None], known.coef * SCALES[:, None], atol=2e-4)


def test_one_class_against_the_others():
    known = fit(make_rows(X, (PLACES == 2) * 1.0), Problem("log_loss"))
    run = fit_parts(parts_of(classes=0, one=2), Problem("log_loss"))
    assert run.verdict.status == known.verdict.status
    np.testing.assert_allclose(run.coef * SCALES[:, None], known.coef * SCALES[:, None], atol=1e-4)


def test_the_bits_do_not_depend_on_the_cut():
    one, other = (fit_parts(parts_of(workers=workers), Problem(Softmax())) for workers in (1, 3))
    assert np.array_equal(one.coef, other.coef)
    assert np.array_equal(one.intercept, other.intercept)
    assert one.certificate == other.certificate


def test_separated_classes_are_found():
    places = (Z @ np.random.default_rng(1).normal(size=(D, K))).argmax(1)
    run = fit_parts(parts_of(places=places), Problem(Softmax()))
    assert run.verdict.status == "separable"
    assert "completely separated" in run.verdict.message


def test_a_class_with_one_row_in_its_category_is_quasi_separated():
    x = np.column_stack((X, np.arange(N) == 77))
    run, known = fit_parts(parts_of(x=x), Problem(Softmax())), fit(rows_of(x=x), Problem(Softmax()))
    assert run.verdict.status == known.verdict.status == "separable"


@pytest.mark.parametrize("penalty", [None, L2(0.01)], ids=["none", "l2"])
def test_many_classes_are_certified_by_all_rows(penalty):
    own, d, k = np.random.default_rng(4), 30, 12
    x = own.normal(size=(12_000, d)) * np.exp(own.normal(size=d)) + 5.0
    places = (0.3 * (x - 5.0) / x.std(0) @ own.normal(size=(d, k)) + own.gumbel(size=(len(x), k))).argmax(1)
    problem = Problem(Softmax()) if penalty is None else Problem(Softmax(), penalty)
    rows = Classes(*make_rows(x, np.eye(k)[places]))
    run, known = fit_parts(parts_of(x=x, places=places, classes=k), problem), fit(rows, problem)
    assert run.verdict.status == "converged"
    assert run.certificate.kind == "decrement"
    apart = run.trajectory.cost[-1] - known.trajectory.cost[-1]
    assert apart <= run.certificate.gap
    w, objective = np.vstack((run.coef, run.intercept[None])), Objective(problem, rows)
    assert run.certificate.gap == pytest.approx(newton_by_matrix(objective, w, objective(w)[1])[2], rel=0.02)
    assert run.trajectory.meta["passes"] <= 30
