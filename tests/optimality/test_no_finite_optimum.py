"""Fits without a finite optimum: named with their columns and rows, and never called converged; nor the reverse."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from conftest import logistic_table

from steepest import GDClassifier, GDRegressor, Problem, make_rows
from steepest.core.errors import DataError
from steepest.core.record_kinds import loss
from steepest.data.classes import Classes
from steepest.data.column_ranges import column_ranges
from steepest.objective.losses import LogLoss, Poisson
from steepest.objective.losses.softmax import Softmax
from steepest.objective.penalties import L2
from steepest.optimality import multipliers, recession, recession_programme
from steepest.optimality.column_directions import by_columns
from steepest.optimality.recession_cone import PINNED, cones
from steepest.solve.fit import fit
from steepest.solve.settings import Limits, Settings

LOG, COUNTS = Problem("log_loss"), Problem("poisson")


def counts(seed, n, levels):
    """Counts by the levels of a factor, as columns of 0 and 1, and the level of each row."""
    rng = np.random.default_rng(seed)
    at = rng.integers(0, levels, n)
    return np.eye(levels)[at], rng.poisson(np.exp(rng.uniform(0, 1, levels))[at]).astype(float), at


def message(X, y, problem, **settings):
    return fit(make_rows(X, y), problem, **settings).verdict.message


def test_levels_of_zero_counts_are_named_with_their_rows():
    X, y, at = counts(1, 300, 8)
    y[np.isin(at, (2, 5))] = 0.0
    text = message(X, y, COUNTS)
    assert text.startswith(
        f"Separable: the predictions of {np.isin(at, (2, 5)).sum()} of 300 rows fall towards 0 along "
    )
    for level in (2, 5):
        assert f"column 'x{level + 1}': all {(at == level).sum()} rows where it is 1 have y = 0" in text
    assert fit(make_rows(X, counts(1, 300, 8)[1]), COUNTS).verdict.status == "converged"


def test_counts_that_are_all_0_end_soon():
    run = fit(make_rows(np.arange(1.0, 8.0)[:, None], np.zeros(7)), COUNTS)
    assert run.verdict.status == "separable"
    assert run.trajectory.step[-1] < 20


def test_a_level_with_one_positive_count_has_an_optimum():
    X, y, at = counts(2, 400, 6)
    y[at == 3] = 0.0
    y[np.flatnonzero(at == 3)[0]] = 1.0
    assert fit(make_rows(X, y), COUNTS).verdict.status == "converged"


@pytest.mark.parametrize("alpha", [1e-3, 1.0])
def test_a_penalty_on_all_but_the_decided_column(alpha):
    X, y = logistic_table(4, 200, 3)
    X[:, 1] = 0.0
    X[np.flatnonzero(y == 0)[:5], 1] = 1.0
    penalised = Problem("log_loss", L2(alpha), factors=(1.0, 0.0, 1.0))
    assert "column 'x2': all 5 rows where it is 1 have y = 0" in message(X, y, penalised)
    for factors in ((0.0, 1.0, 0.0), (1.0, 1.0, 1.0)):
        assert message(X, y, Problem("log_loss", L2(alpha), factors=factors)).startswith("Converged")


@pytest.mark.parametrize(("sign", "status"), [(1, "converged"), (-1, "separable"), (0, "separable")])
def test_a_sign_may_forbid_the_direction(sign, status):
    X, y = logistic_table(5, 300, 2)
    X[:, 1] = 0.0
    X[np.flatnonzero(y == 0)[:4], 1] = 1.0
    assert fit(make_rows(X, y), Problem("log_loss", signs=(0, sign))).verdict.status == status


def test_groups_of_classes_are_separated_by_a_column_that_no_class_has_alone():
    rng = np.random.default_rng(6)
    y = rng.integers(0, 4, 400)
    X = np.column_stack((rng.standard_normal(400), np.where(y < 2, -1.0, 1.0) * rng.uniform(0.1, 1, 400)))
    rows = Classes(*make_rows(X, np.eye(4)[y]))
    verdict = fit(rows, Problem(Softmax())).verdict
    assert verdict.message.startswith("Separable: the 4 classes are quasi-separated along x2")
    assert "against the rest" not in verdict.message
    y[:8] = np.arange(8) // 2  # each class on both sides
    X[:8, 1] = np.tile([-0.5, 0.5], 4)
    assert fit(Classes(*make_rows(X, np.eye(4)[y])), Problem(Softmax())).verdict.status == "converged"


def test_a_level_of_one_class_of_several():
    rng = np.random.default_rng(7)
    y = rng.integers(0, 3, 300)
    X = np.column_stack((rng.standard_normal(300), np.zeros(300)))
    X[np.flatnonzero(y == 2)[:6], 1] = 1.0
    text = fit(Classes(*make_rows(X, np.eye(3)[y])), Problem(Softmax())).verdict.message
    assert "6 of 300" in text
    assert "column 'x2': all 6 rows where it is 1 are of class 3" in text


@pytest.mark.parametrize("n", [2000, 5000, 20_000])
def test_a_rare_level_of_a_large_table(n):
    for seed in range(3):
        X, y = logistic_table(seed, n, 3)
        at = np.random.default_rng(seed).choice(np.flatnonzero(y == 1), 3, replace=False)
        level = np.zeros((n, 1))
        level[at] = 1.0
        assert "column 'x4': all 3 rows where it is 1 have y = 1" in message(np.column_stack((X, level)), y, LOG)
        level[np.flatnonzero(y == 0)[-1]] = 1.0
        assert message(np.column_stack((X, level)), y, LOG).startswith("Converged")


@pytest.mark.parametrize("levels", [60, 200, 500])
def test_one_hot_levels_with_empty_cells(levels):
    rng = np.random.default_rng(levels)
    at = np.concatenate((np.arange(levels), np.arange(levels), rng.integers(0, levels, 3000)))
    y = (rng.random(len(at)) < 0.5).astype(float)
    y[: 2 * levels] = np.repeat([0.0, 1.0], levels)
    X = np.eye(levels)[at][:, 1:]
    assert message(X, y, LOG).startswith("Converged")
    y[at == 7] = 1.0
    text = message(X, y, LOG)
    assert text.startswith("Separable: the classes are quasi-separated along x7 (")
    assert f"column 'x7': all {(at == 7).sum()} rows where it is 1 have y = 1" in text


def test_a_descent_by_hand_is_judged_alike():
    X, y = logistic_table(8, 3000, 3)
    slow = {"settings": Settings(learning_rate=0.05), "limits": Limits(max_iter=20)}
    rows = make_rows(X, y)
    run = fit(rows, LOG, **slow)
    assert run.verdict.status in ("crawling", "stopped")
    assert "infinity" not in run.verdict.message
    assert run.trajectory.meta["passes"] < 30


def test_two_classes_one_of_which_has_no_weight():
    X, y = logistic_table(9, 40, 2)
    with pytest.raises(DataError, match=r"^the label of every row of weight > 0 is 0: a classifier needs rows of both"):
        fit(make_rows(X, y, weight=np.where(y == 1, 0.0, 1.0)), LOG)


def test_of_several_targets_the_one_without_an_optimum_is_named():
    X, y, at = counts(3, 200, 4)
    both = np.column_stack((y, np.where(at == 1, 0.0, y)))
    assert "(target 2 of 2); column 'x2'" in fit(make_rows(X, both), COUNTS).verdict.message
    assert fit(make_rows(X, both[:, :1]), COUNTS).verdict.status == "converged"


def test_the_estimators_warn():
    X, y, at = counts(1, 120, 4)
    with pytest.warns(UserWarning, match=r"column 'x1': all \d+ rows where it is 1 have y = 0"):
        GDRegressor(loss="poisson").fit(X, np.where(at == 1, 0.0, y))
    with pytest.warns(UserWarning, match="penalty"):
        GDClassifier(signs="-").fit(X, at == 1)


def test_what_is_not_ruled_out_is_not_called_converged(monkeypatch):
    X, y = logistic_table(3, 100, 2)
    monkeypatch.setattr(recession, "none_by_decrement", lambda *_: False)
    monkeypatch.setattr(recession, "none_by_multipliers", lambda _cone, _loss, _rows, w, _settled: (False, 0.0 * w))
    monkeypatch.setattr(recession, "none_by_all_rows", lambda *_: False)
    assert message(X, y, LOG).startswith("Converged")  # by a linear programme
    monkeypatch.setattr(recession_programme, "LP_NUMBERS", 1)
    verdict = fit(make_rows(X, y), LOG).verdict
    assert verdict.status == "stopped"
    why = "An optimum at infinity is not ruled out: a linear programme of 100 rows and 3 unknowns is too large."
    assert verdict.message.endswith(why)
    assert "alpha=0.001" in verdict.advice


def test_a_run_at_a_textbook_rate_waited_for_linear_programmes(monkeypatch):
    rng = np.random.default_rng(5)
    X = rng.standard_normal((400, 40))
    z = X @ rng.standard_normal(40)
    y = (z > 0).astype(float)
    X[:30], y[:30] = 0.0, np.arange(30) % 2  # rows on the plane, so that it separates the others alone

    def judged(steps):
        return fit(make_rows(X, y), LOG, Settings(learning_rate=0.1), Limits(steps, None, None)).verdict

    asked = []
    whole = recession.none_by_multipliers
    monkeypatch.setattr(recession, "none_by_multipliers", lambda *given: asked.append(given) or whole(*given))
    assert judged(20).status != "converged"
    assert not asked
    assert judged(2000).status == "separable"
    assert asked


def test_what_was_not_looked_for_is_said_and_an_optimum_at_a_given_rate_is_still_proven():
    X, y = logistic_table(3, 400, 3)
    wide = np.column_stack((X, np.random.default_rng(6).standard_normal((400, 37))))
    found = recession.recession(LOG, make_rows(wide, y), np.zeros((41, 1)), work=1e4)
    assert found == (None, "looking for one takes longer than the run did")
    assert recession.recession(LOG, make_rows(wide, y), np.zeros((41, 1))) == (None, None)
    run = fit(make_rows(wide, y), LOG, Settings(learning_rate=1.0), Limits(3000))
    assert run.verdict.status == "converged"


# The proof that there is none.


class Steep(NamedTuple):
    """Log loss of 7 z, a loss of one's own without a conjugate."""

    def value(self, z, y):
        return LogLoss().value(7.0 * z, y)

    def slope(self, z, y):
        return 7.0 * LogLoss().slope(7.0 * z, y)

    def second_derivative(self, z, y):
        return 49.0 * LogLoss().second_derivative(7.0 * z, y)


STEEP = loss(curvature=49 / 4, labels=True, formula="mean log loss of 7 z")(Steep)()


def test_end_slopes_of_a_loss_with_a_conjugate_and_of_one_without():
    y = np.array([[0.0], [1.0]])
    assert np.array_equal(LogLoss().end_slopes(y), ([[0], [-1]], [[1], [0]]))
    assert np.array_equal(STEEP.end_slopes(y), ([[0], [-7]], [[7], [0]]))
    low, high = Poisson().end_slopes(np.array([[0.0], [3.0]]))
    assert (low.ravel().tolist(), high.ravel().tolist()) == ([0.0, -3.0], [np.inf, np.inf])


@pytest.mark.parametrize("own", [LogLoss(), STEEP])
def test_a_loss_of_ones_own_is_judged_like_any(own):
    for seed in range(8):
        X, y = logistic_table(seed, 60, 2)
        level = np.zeros((60, 1))
        level[np.flatnonzero(y == 1)[:2]] = 1.0
        assert message(X, y, Problem(own)).startswith("Converged")
        assert message(np.column_stack((X, level)), y, Problem(own)).startswith("Separable")


def test_conditions_of_rows():
    rows = make_rows([[1.0], [2.0], [3.0]], [0.0, 2.0, 0.0], weight=[1.0, 1.0, 0.0])
    cone = cones(COUNTS, rows)[0]
    assert cone.kind.ravel().tolist() == [-1, PINNED, 0]
    assert not cones(COUNTS, make_rows([[1.0], [2.0]], [1.0, 2.0]))
    assert not cones(Problem("poisson", fixed=(0, "intercept")), rows)
    assert not cones(Problem("quantile"), rows)
    assert not cones(Problem("poisson", L2(1.0), intercept=False), rows)
    penalised, zeros = Problem("poisson", L2(1.0)), make_rows([[1.0], [2.0]], [0.0, 0.0])
    assert not cones(penalised, rows)  # a count above 0 keeps the intercept, which moves alone
    assert cones(penalised, zeros)[0].movable.tolist() == [False, True]
    assert not cones(Problem("log_loss", L2(1.0)), make_rows([[1.0], [2.0]], [0.0, 1.0]))


@pytest.mark.parametrize("distance", [1, 4, 12, 25, 31, 36, 60])
def test_no_point_on_the_path_to_infinity_is_a_proof(distance):
    """Along a direction of recession Newton's step moves a predictor by 1 or more, however far the point is."""
    for seed in range(4):
        X, y = logistic_table(seed, 400, 2)
        level = np.zeros((400, 1))
        level[np.flatnonzero(y == 1)[:3]] = 1.0
        rows = make_rows(np.column_stack((X, level)), y)
        run = fit(make_rows(X, y), LOG)
        w = np.concatenate((run.coef, [[float(distance)]], run.intercept[None]))
        cone = cones(LOG, rows)[0]
        assert not multipliers.none_by_multipliers(cone, LogLoss(), rows, w, True)[0]
        assert not multipliers.none_by_all_rows(cone, LogLoss(), rows, w)
        assert recession.recession(LOG, rows, w, settled=True).recession.columns == (2,)


@pytest.mark.parametrize("own", [LogLoss(), STEEP])
def test_the_decrement_is_a_proof_only_below_every_slope(own):
    X, y = logistic_table(2, 300, 2)
    rows, problem = make_rows(X, y), Problem(own)
    run = fit(rows, problem)
    w = np.concatenate((run.coef, run.intercept[None]))
    slopes = np.abs(own.slope(rows.predictor(w), rows.y)).min() / 300
    steep = 1.0 if own is not STEEP else 7.0
    assert multipliers.none_by_decrement(own, rows, w, 0.1 * slopes / steep)
    assert not multipliers.none_by_decrement(own, rows, w, 1.1 * slopes / steep)
    assert not multipliers.none_by_decrement(own, rows, 40.0 * w, 0.0)  # slopes near their rounding


def test_a_sample_proves_nothing_of_columns_that_it_does_not_have():
    X, y = logistic_table(1, 9000, 3)
    level = np.zeros((9000, 2))
    level[np.flatnonzero(y == 1)[4], 0] = 1.0
    level[:, 1] = X[:, 0] - X[:, 1]  # depends on others in all rows
    for extra, none in ((level[:, :1], False), (level[:, 1:], True), (level, False)):
        rows = make_rows(np.column_stack((X, extra)), y)
        w = np.zeros((rows.shape[1] + 1, 1))
        assert multipliers.none_by_multipliers(cones(LOG, rows)[0], LogLoss(), rows, w, False)[0] is none


# Single columns.


def test_ranges_of_dense_and_sparse_columns():
    sparse = pytest.importorskip("scipy.sparse")
    rng = np.random.default_rng(0)
    for _ in range(30):
        n, d = rng.integers(1, 40), rng.integers(1, 6)
        X = np.where(rng.random((n, d)) < 0.5, 0.0, rng.integers(-3, 4, (n, d)))
        group = rng.integers(-1, 3, n)
        found = [column_ranges(make_rows(table, np.zeros(n)), group, 3) for table in (X, sparse.csr_array(X))]
        for g in range(3):
            own = X[group == g]
            wanted = (own.min(0, initial=np.inf), own.max(0, initial=-np.inf))
            for low, high in found:
                assert np.array_equal((low[g], high[g]), wanted)


def test_every_direction_of_a_single_column_is_one():
    for seed in range(60):
        rng = np.random.default_rng(seed)
        X, y = rng.integers(0, 3, (12, 3)).astype(float), rng.integers(0, 2, 12).astype(float) * rng.integers(1, 3)
        X[:, 0] = np.where(rng.random(12) < 0.2, 1.0, X[:, 0] * (y == 0))
        problem = Problem("poisson", intercept=bool(seed % 2), signs=tuple(int(s) for s in rng.integers(-1, 2, 3)))
        for cone in cones(problem, make_rows(X, y)).values():
            v = by_columns(cone)
            if v is not None:
                assert cone.holds(v)[0] > 0
            else:
                singles = np.vstack([[s * (np.arange(4) == j) for s in (-1, 1)] for j in range(3)])
                assert not any(cone.holds(e[:, None])[0] for e in singles)
