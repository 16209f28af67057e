"""Where second derivatives do not tell the distance: outliers, near copies of a column, and rows far from the plane."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from conftest import logistic_table

from steepest import Problem, make_rows
from steepest.objective.objective import Objective
from steepest.objective.penalties import L2
from steepest.optimality.certificate import certify
from steepest.optimality.local_model import decrease_where_flat, largest_move
from steepest.optimality.newton import Expansion
from steepest.optimality.newton_decrement import NewtonDecrement
from steepest.solve.fit import fit
from steepest.solve.settings import Limits


def table(seed, loss, n=40):
    """Gaussian columns, and labels or counts."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 3))
    z = X @ [1.0, -1.0, 0.5] + rng.standard_normal(n)
    y = z + 2 * rng.standard_normal(n) > 0 if loss == "log_loss" else rng.poisson(np.exp(z / 2))
    return rng, X, y.astype(float)


def fitted(X, y, loss, most=400):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fit(make_rows(X, y), Problem(loss), limits=Limits(max_iter=most))


def cost(run, X, y, loss):
    with np.errstate(over="ignore", invalid="ignore"):
        return Objective(Problem(loss), make_rows(X, y))(np.append(run.coef, run.intercept)[:, None])[0]


@pytest.mark.parametrize("loss", ["log_loss", "poisson"])
@pytest.mark.parametrize("size", [1e3, 1e7, 1e10, 1e11, 1e12])
def test_converged_is_at_the_minimum_with_an_outlier_in_a_column(loss, size):
    """Judged by the optimum of the other rows, where it costs less at the outlier's own row too."""
    for seed in range(12):
        _, X, y = table(seed, loss)
        X[5, 1] *= size
        run, others = fitted(X, y, loss), fitted(np.delete(X, 5, 0), np.delete(y, 5), loss)
        if run.verdict.status == "converged":
            reached = cost(run, X, y, loss)
            assert not reached > cost(others, X, y, loss) + run.certificate.gap + 1e-8 * reached


@pytest.mark.parametrize("loss", ["log_loss", "poisson"])
@pytest.mark.parametrize("away", [1e-12, 1e-11, 1e-10, 1e-9, 1e-8, 1e-6, 1e-4])
def test_converged_is_at_the_minimum_with_a_near_copy_of_a_column(loss, away):
    """Judged by the same table with the scaled difference in place of the copy, which spans the same space."""
    for seed in range(9):
        rng, X, y = table(seed, loss)
        copy = X[:, 0] * (1 + away * rng.standard_normal(len(X)))
        run = fitted(np.column_stack((X, copy)), y, loss)
        apart = fitted(np.column_stack((X, (copy - X[:, 0]) / away)), y, loss)
        if run.verdict.status == "converged":
            least, reached = apart.trajectory.cost[-1], run.trajectory.cost[-1]
            assert reached - least <= run.certificate.gap + 1e-7 * least


def test_a_decrement_whose_model_does_not_hold_is_a_prediction():
    _, X, y = table(2, "poisson")
    X[5, 1] *= 1e11
    y[5] = 0.0
    at = np.array([0.5, -20 / X[5, 1], 0.4, 0.05])[:, None]
    assert certify(Objective(Problem("poisson"), make_rows(X, y)), at).kind == "prediction"
    X, y = logistic_table(1, 60, 2)
    assert fitted(X, y, "log_loss").certificate.kind == "decrement"


def test_rows_of_large_second_derivative_are_not_computed():
    X, y = logistic_table(1, 60, 2)
    near = Expansion(Objective(Problem("log_loss"), make_rows(X, y)), np.zeros((3, 1)))
    asked = []

    def lengths(A):
        asked.append(len(A))
        return np.zeros(len(A))

    assert largest_move(near, 1e-4, lengths) == pytest.approx(np.sqrt(1e-4 * 60 / 0.25))
    assert asked == []
    assert largest_move(near, 1.0, lengths) == 0.0
    assert asked == [60]
    assert largest_move(near, 1.0, lambda A: np.full(len(A), 9.0)) == 3.0


def test_exact_copies_hold_nothing_and_near_ones_what_their_difference_does():
    rng, X, y = table(0, "log_loss", 200)
    for copy, holds_some in ((X[:, 0], False), (X[:, 0] * (1 + 1e-11 * rng.standard_normal(200)), True)):
        objective = Objective(Problem("log_loss"), make_rows(np.column_stack((X, copy)), y))
        near = Expansion(objective, np.array([0.5, -0.5, 0.2, 0.0, 0.0])[:, None])
        flat = NewtonDecrement(objective, near.hessian).flat_directions
        assert flat.shape[1] == 1
        assert (decrease_where_flat(near, flat) > 1e-6) is holds_some


def test_near_copies_under_signs_of_other_columns_and_a_partial_penalty_are_not_called_converged():
    found = 0
    for seed in range(12):
        rng, X, y = table(seed, "poisson", 60)
        near = np.column_stack((X, X[:, 0] * (1 + 1e-11 * rng.standard_normal(60))))
        apart = np.column_stack((X, (near[:, 3] - X[:, 0]) / 1e-11))
        for more in ({"signs": (0, 0, 1, 0)}, {"penalty": L2(0.01), "factors": (0, 0, 1, 0)}):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                run = fit(make_rows(near, y), Problem("poisson", **more), limits=Limits(max_iter=200))
                least = fit(make_rows(apart, y), Problem("poisson", **more), limits=Limits(tol=0)).trajectory.cost[-1]
            if run.verdict.status == "converged":
                assert run.trajectory.cost[-1] - least <= run.certificate.gap + 1e-7 * least
            found += run.verdict.status != "converged"
    assert found > 12


def test_the_gap_includes_the_rounding_of_a_far_intercept_of_counts():
    _, X, y = table(3, "poisson")
    X[:, 0] += 1e9
    run = fitted(X, y, "poisson")
    assert run.certificate.rounding > 10 * np.finfo(float).eps * run.trajectory.cost[-1]
