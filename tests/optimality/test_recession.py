"""Separated classes: found, named and proved; against exact arithmetic, certificates of overlap, and construction."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from conftest import DATA, logistic_table
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest import Problem, make_rows
from steepest.data.csr import CSR
from steepest.objective.objective import Coordinates
from steepest.objective.penalties import L1, L2
from steepest.optimality import recession_programme as module
from steepest.optimality.recession import Recession, recession
from steepest.optimality.recession_text import describe as in_words

LOG = Problem("log_loss")
seeds = st.integers(0, 2**31)
quick = settings(max_examples=60, deadline=None, derandomize=True)


def separation(problem, rows, w):
    """The direction of recession of a table, if one is proven."""
    return recession(problem, rows, w).recession


def describe(found, names, X, y):
    return in_words(found, LOG, make_rows(X, y), names)


def find(X, y, problem=LOG, w=None, **given_rows):
    """The separation of a table, from w, or from nothing known; its direction is checked on every row."""
    rows = make_rows(X, y, **given_rows)
    found = separation(problem, rows, np.zeros((rows.shape[1] + 1, 1)) if w is None else w)
    if found:
        check_direction(found, rows, problem)
    return found


def check_direction(found, rows, problem):
    X = rows.X if not isinstance(rows.X, CSR) else dense(rows.X)
    A = np.column_stack((np.asarray(X, float), np.ones(len(X)))) * np.where(rows.y > 0.5, 1.0, -1.0)
    A = A if rows.weight is None else A[rows.weight > 0]
    margin, size = A @ found.direction[:, 0], np.abs(A) @ np.abs(found.direction[:, 0])
    assert (margin >= -1e-13 * size).all()
    assert ((margin > 1e-13 * size).sum(), len(A)) == (found.strict, found.rows)
    assert np.abs(found.direction).max() == 1.0
    assert not found.direction[Coordinates(problem, rows.shape[1]).free == 0].any()
    assert (found.kind == "complete") == (found.strict == found.rows)


def dense(X):
    out = np.zeros(X.shape)
    for i in range(X.shape[0]):
        np.add.at(out[i], X.indices[X.indptr[i] : X.indptr[i + 1]], X.data[X.indptr[i] : X.indptr[i + 1]])
    return out


def sparse(X):
    i, j = np.nonzero(X)
    return CSR(
        X[i, j], j.astype(np.int32), np.concatenate(([0], np.cumsum((X != 0).sum(1)))).astype(np.int32), X.shape[1]
    )


# The exact judge: fractions, and every edge of the cone of directions.


def reduced(rows):
    """Reduced row echelon form of a table of whole numbers, and its pivot columns."""
    rows, pivots = [[Fraction(int(x)) for x in row] for row in rows], []
    for j in range(len(rows[0]) if rows else 0):
        k = len(pivots)
        at = next((i for i in range(k, len(rows)) if rows[i][j]), None)
        if at is None:
            continue
        rows[k], rows[at] = rows[at], rows[k]
        rows[k] = [x / rows[k][j] for x in rows[k]]
        rows = [
            row if i == k else [a - row[j] * b for a, b in zip(row, rows[k], strict=True)] for i, row in enumerate(rows)
        ]
        pivots.append(j)
    return rows[: len(pivots)], pivots


def edge(rows, r):
    """The direction of r numbers on which all rows are 0, if there is only one."""
    rows, pivots = reduced(rows)
    if len(pivots) < r - 1:
        return None
    loose = next(j for j in range(r) if j not in pivots)
    v = [Fraction(int(j == loose)) for j in range(r)]
    for row, j in zip(rows, pivots, strict=True):
        v[j] = -row[loose]
    return v


def widest(A):
    """The rows a_i for which some v has a_i . v > 0 and a_k . v >= 0 for all k: exact, by all edges of the cone."""
    pivots = reduced(A.tolist())[1]
    A, strict = A[:, pivots].tolist(), set()
    for chosen in combinations(A, len(pivots) - 1) if pivots else ():
        v = edge(chosen, len(pivots))
        margins = [sum(a * b for a, b in zip(row, v, strict=True)) for row in A] if v else [-1, 1]
        for sign in (1, -1):
            if all(sign * m >= 0 for m in margins):
                strict |= {i for i, m in enumerate(margins) if m}
    return strict


def agree(X, y, problem=LOG, weight=None, scale=1.0, w=None):
    counted = np.ones(len(y), bool) if weight is None else weight > 0
    A = (
        np.column_stack((X, np.ones(len(y))))
        * Coordinates(problem, X.shape[1]).free[:, 0]
        * np.where(y > 0.5, 1, -1)[:, None]
    )
    strict = len(widest(A[counted].astype(int)))
    found = find(X * scale, y, problem, w, weight=weight)
    kind = None if not strict else "complete" if strict == counted.sum() else "quasi"
    assert (found.kind if found else None, found.strict if found else 0) == (kind, strict)


@pytest.mark.parametrize(
    ("A", "strict"),
    [
        ([[1, 0], [0, 1]], {0, 1}),
        ([[1, 0], [-1, 0], [0, 1]], {2}),
        ([[1, 0], [-1, 1], [0, -1]], set()),
        ([[0, 0], [0, 0]], set()),
        ([[2, 4], [1, 2]], {0, 1}),
    ],
)
def test_the_judge_itself(A, strict):
    assert widest(np.array(A)) == strict


def small_table(seed, most=4):
    """A table of small whole numbers that a plane splits, but for ties and now and then a wrong label."""
    rng = np.random.default_rng(seed)
    d = int(rng.integers(1, most))
    n = int(rng.integers(2, 10))
    X = rng.integers(-3, 4, (n, d)).astype(float)
    z = X @ rng.integers(-3, 4, d) + rng.integers(-2, 3)
    y = np.where(z == 0, rng.integers(0, 2, n), z > 0).astype(float)
    if rng.random() < 0.4:
        y[rng.integers(0, n)] = rng.integers(0, 2)
    return rng, X, y


@settings(max_examples=250, deadline=None, derandomize=True)
@given(seed=seeds)
def test_small_whole_numbers_are_judged_as_exact_arithmetic_does(seed):
    agree(*small_table(seed)[1:])


@quick
@given(seed=seeds)
def test_column_sizes_and_the_start_change_nothing(seed):
    rng, X, y = small_table(seed)
    d = X.shape[1]
    agree(X, y, scale=10.0 ** rng.integers(-8, 9, d), w=rng.standard_normal((d + 1, 1)))


@quick
@given(seed=seeds)
def test_without_an_intercept(seed):
    agree(*small_table(seed)[1:], Problem("log_loss", intercept=False))


@quick
@given(seed=seeds)
def test_held_coordinates_do_not_move(seed):
    rng, X, y = small_table(seed)
    held = (int(rng.integers(0, X.shape[1])), "intercept")[: int(rng.integers(1, 3))]
    agree(X, y, Problem("log_loss", fixed=held), w=rng.standard_normal((X.shape[1] + 1, 1)))


@quick
@given(seed=seeds)
def test_duplicated_constant_and_empty_columns(seed):
    rng, X, y = small_table(seed, 3)
    more = (2 * X[:, :1] - 3, np.full((len(y), 1), 7.0), np.zeros((len(y), 1)))
    for extra in more:
        agree(np.column_stack((X, extra))[:, rng.permutation(X.shape[1] + 1)], y)


@quick
@given(seed=seeds)
def test_rows_of_weight_0_do_not_count(seed):
    rng, X, y = small_table(seed)
    agree(X, y, weight=np.where(rng.random(len(y)) < 0.3, 0.0, rng.uniform(0.1, 2, len(y))) + (np.arange(len(y)) == 0))


@quick
@given(seed=seeds)
def test_a_working_set_that_grows_comes_to_the_same(seed):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FIRST_ROWS", 4)
        rng, X, y = small_table(seed)
        agree(X, y, w=rng.standard_normal((X.shape[1] + 1, 1)))


# Tables by construction.


def ucla(name):
    table = np.genfromtxt(DATA / f"ucla_{name}_separation.csv", delimiter=",", names=True)
    return np.column_stack((table["X1"], table["X2"])), table["Y"]


def test_complete_separation_of_the_textbook():
    found = find(*ucla("complete"))
    assert (found.kind, found.strict, found.rows) == ("complete", 8, 8)
    assert describe(found, ("X1", "X2"), *ucla(found.kind)) == (
        "the classes are completely separated by a plane with all 8 rows on their own side (largest coefficient: X1)"
    )


def test_quasi_separation_of_the_textbook():
    found = find(*ucla("quasi"))
    assert (found.kind, found.strict, found.rows, found.columns) == ("quasi", 7, 10, (0,))
    assert (found.direction / found.direction[0]).ravel().tolist() == [1, 0, -3]
    assert describe(found, ("X1", "X2"), *ucla(found.kind)) == (
        "the classes are quasi-separated along X1 (each row is on its own side of a plane or on it, 7 of 10 strictly)"
    )


def test_a_phrase_names_five_columns_at_most():
    found = Recession("quasi", np.ones((8, 1)), 1, 2, tuple(range(7)))
    assert "along a, b, c, d, e and 2 more (" in describe(found, tuple("abcdefg"), np.eye(7), np.zeros(7))


@pytest.mark.parametrize("d", range(1, 7))
@pytest.mark.parametrize("sizes", [0, 8])
def test_random_separable_tables(d, sizes):
    for seed in range(10):
        rng = np.random.default_rng((seed, d))
        X, v = rng.standard_normal((40, d)), rng.standard_normal(d)
        X = X[np.abs(X @ v) > 1e-3]
        found = find((X + rng.standard_normal(d)) * 10.0 ** rng.uniform(-sizes, sizes, d), (X @ v > 0).astype(float))
        assert found.kind == "complete"


@pytest.mark.parametrize("d", range(1, 7))
def test_a_plane_through_points_of_both_classes(d):
    """Points that both classes share pin the plane: real numbers, so that its margin of 0 is 0 but for rounding."""
    for seed in range(10):
        rng = np.random.default_rng((seed, d))
        shared = rng.standard_normal((d, d))
        X, v = rng.standard_normal((60, d)), np.linalg.solve(shared, np.ones(d))
        X = X[np.abs(X @ v - 1) > 1e-5]
        y = np.concatenate((X @ v > 1, np.zeros(d), np.ones(d)))
        table = np.vstack((X, shared, shared)) + 10.0 ** rng.uniform(-2, 4, d)
        found = find(table * 10.0 ** rng.integers(-8, 9, d), y)
        assert (found.kind, found.strict) == ("quasi", len(X))


def test_a_rare_column_that_only_one_class_has():
    X, y = logistic_table(3, 400, 4)
    X[:, 2] = 0.0
    X[np.flatnonzero(y == 1)[:3], 2] = 1e-4
    found = find(X, y)
    assert (found.kind, found.strict, found.columns) == ("quasi", 3, (2,))
    assert describe(found, tuple("abcd"), X, y).startswith("the classes are quasi-separated along c (")


def test_a_rare_column_of_a_large_table():
    X, y = logistic_table(5, 30_000, 6, mixed=0.3)
    X[:, 1], X[:, 4] = 0.0, 0.0
    X[np.flatnonzero(y == 1)[100:105], 1] = 1.0
    X[np.flatnonzero(y == 0)[-4:], 4] = 1e6
    found = find(X, y)
    assert (found.kind, found.strict, found.rows, set(found.columns)) == ("quasi", 9, 30_000, {1, 4})
    assert find(sparse(X), y).strict == 9
    X[np.flatnonzero(y == 0)[500], 1] = 0.1
    assert (find(X, y).strict, find(X, y).columns) == (4, (4,))


def test_one_class_alone_is_separated_by_the_intercept():
    found = find([[1.0], [2.0]], [1.0, 0.0], weight=[1.0, 0.0])
    assert (found.kind, found.strict, found.rows) == ("complete", 1, 1)
    held = find([[1.0], [-1.0]], [1.0, 1.0], Problem("log_loss", fixed=(0,)))
    assert describe(held, ("a",), [[1.0], [-1.0]], [1.0, 1.0]) == (
        "each of the 2 rows of weight > 0 is of the second class"
    )


def overlap_certificate(X, y):
    """Stiemke: some multipliers >= 1 of the signed rows add up to 0, so no v has margins >= 0 that are not all 0."""
    from scipy.optimize import linprog

    A = np.column_stack((X, np.ones(len(y)))) * np.where(y > 0.5, 1, -1)[:, None]
    A = A / np.linalg.norm(A, axis=0)
    found = linprog(np.ones(len(y)), A_eq=A.T, b_eq=np.zeros(A.shape[1]), bounds=(1, None), method="highs-ds")
    return found.status == 0 and np.abs(A.T @ found.x).max() <= 1e-9 * found.x.max()


@quick
@given(seed=seeds)
def test_random_tables_against_certificates_of_overlap(seed):
    rng = np.random.default_rng(seed)
    X, y = logistic_table(seed, int(rng.integers(10, 80)), int(rng.integers(1, 7)), mixed=0.1 * rng.integers(0, 4))
    assert (find(X, y) is None) == overlap_certificate(X, y)


@pytest.mark.parametrize("positives", [2, 5, 20])
def test_very_few_positives(positives):
    rng = np.random.default_rng(positives)
    X, y = rng.standard_normal((20_000, 5)), np.zeros(20_000)
    y[rng.choice(20_000, positives, replace=False)] = 1.0
    assert (find(X, y) is None) == overlap_certificate(X, y)
    X[y == 1] += 9.0
    assert find(X, y).kind == "complete"


def test_a_large_separable_table():
    rng = np.random.default_rng(0)
    X, v = rng.standard_normal((200_000, 20)), rng.standard_normal((20, 1))
    y, near = (X @ v > 0.1)[:, 0], np.vstack((v, [[0.0]]))
    for w in (near, near + 0.03 * rng.standard_normal(near.shape)):
        found = find(X, y, w=w)
        assert (found.kind, found.strict) == ("complete", 200_000)
    y[np.argmax(X @ v)] = False
    assert find(X, y, w=near) is None


def test_a_large_table_that_overlaps_is_judged_by_a_sample():
    X, y = logistic_table(1, 100_000, 20)
    rows = make_rows(X, y)
    w = np.linalg.lstsq(np.column_stack((X, np.ones(len(y)))), y - 0.5)[0][:, None]
    assert separation(LOG, rows, w) is None
    assert rows.passes < 1


@pytest.mark.parametrize("share", [1e-6, 1e-9, 1e-12])
@pytest.mark.parametrize("d", [1, 3, 5])
def test_a_tiny_overlap_is_never_called_separation(d, share):
    """Points of both classes on a plane, pinned from all sides, moved a tiny way beyond it, or back from it."""
    for seed in range(5):
        rng = np.random.default_rng((seed, d))
        X, v = rng.standard_normal((50, d)), rng.standard_normal(d)
        pins = rng.standard_normal((d + 1, d))
        pins -= np.outer(pins @ v, v) / (v @ v)
        y, labels = (X @ v > 0).astype(float), np.repeat([0.0, 1.0], d + 1)
        away = share * np.outer(2 * labels - 1, v) / (v @ v)
        both, sizes = np.vstack((pins, pins)), 10.0 ** rng.integers(-8, 9, d)
        assert find(np.vstack((X, both - away)) * sizes, np.append(y, labels)) is None
        apart = find(np.vstack((X, both + away)) * sizes, np.append(y, labels))
        if share < 1e-11 and d > 1:
            assert apart is None
        assert apart is not None or (d > 1 and share < 1e-7)


def test_one_row_on_the_wrong_side_of_a_threshold():
    x = np.linspace(0, 1, 201)
    y = (x > 0.5).astype(float)
    assert find(x[:, None], y).kind == "complete"
    for beyond, kind in ((0.0, "quasi"), (1e-9, None), (1e-3, None)):
        found = find(np.append(x, x[101] + beyond)[:, None], np.append(y, 0.0))
        assert (found.kind if found else None) == kind
        assert found is None or found.strict == 200


def test_more_columns_than_rows():
    X = np.random.default_rng(1).standard_normal((30, 400))
    y = np.arange(30) % 2
    assert find(X, y).kind == "complete"
    assert find(np.vstack((X, X[:1])), np.append(y, 1)).strict == 29
    assert find(np.vstack((X, X)), np.append(y, 1 - y)) is None


def test_single_precision_and_column_order():
    X, y = ucla("quasi")
    for table in (X.astype(np.float32), np.asfortranarray(X), sparse(X)):
        assert (find(table, y).kind, find(table, y).strict) == ("quasi", 7)


# When nothing is asked, or nothing can be proved.


@pytest.mark.parametrize(
    "problem", [Problem("squared_error"), Problem("log_loss", L2(1e-9)), Problem("log_loss", L1(0.1)), Problem("mse")]
)
def test_no_claim_where_an_optimum_exists(problem):
    assert find(*ucla("complete"), problem) is None


def test_no_claim_where_nothing_may_move():
    assert find([[1.0], [2.0]], [0, 1], Problem("log_loss", fixed=(0, "intercept"))) is None


def test_offsets_do_not_count_and_an_answer_beyond_all_numbers_is_put_aside():
    X, y = ucla("quasi")
    for w in (np.full((3, 1), np.inf), np.full((3, 1), np.nan), np.full((3, 1), 1e300)):
        assert find(X, y, w=w, offset=1e6 * (1 - 2 * y)).strict == 7


def oblique(seed=3, d=2):
    """Two columns that a plane quasi-separates, through points that both classes share; no column does."""
    rng = np.random.default_rng(seed)
    shared, X = rng.standard_normal((d, d)), rng.standard_normal((60, d))
    above = X @ np.linalg.solve(shared, np.ones(d)) > 1
    return np.vstack((X, shared, shared)), np.concatenate((above, np.zeros(d), np.ones(d)))


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("find_spec", lambda _: None, "SciPy is not installed"),
        ("LP_NUMBERS", 10, "a linear programme of 64 rows and 3 unknowns is too large"),
        ("LP_WORK", 10, "a linear programme of 64 rows and 3 unknowns is too large"),
        ("ROUNDS", 0, "0 linear programmes did not settle it"),
    ],
)
def test_without_a_programme_what_is_not_proven_is_said_to_be_unknown(monkeypatch, name, value, why):
    assert find(*oblique()).strict == 60
    monkeypatch.setattr(module, name, value)
    assert recession(LOG, make_rows(*oblique()), np.zeros((3, 1))) == (None, why)
    assert find(*ucla("complete"), w=np.array([[1.0], [0.0], [-4.0]])).kind == "complete"
    assert find(*ucla("quasi")).strict == 7  # by a single column
    X, y = logistic_table(1, 200, 3, mixed=0.3)
    assert recession(LOG, make_rows(X, y), np.zeros((4, 1))) == (None, None)  # by multipliers


def test_a_programme_that_fails_proves_nothing(monkeypatch):
    import scipy.optimize

    failed = scipy.optimize.OptimizeResult(status=4)
    monkeypatch.setattr(scipy.optimize, "linprog", lambda *_, **__: failed)
    found = recession(LOG, make_rows(*oblique()), np.zeros((3, 1)))
    assert found == (None, "a linear programme has no solution that is exact")


def test_few_rows_of_many_columns_that_depend_on_each_other_need_a_programme_too():
    X = np.random.default_rng(2).standard_normal((10, 40))
    X, y = np.vstack((X, X[:1])), np.arange(11) % 2
    assert find(X, y).strict == 9 + 2 * (y[0] == y[10])


def test_an_answer_whose_margins_are_rounding_is_no_proof():
    X, y = np.array([[0.1, 0.3], [0.2, 0.6], [0.3, 0.9]]), np.array([1.0, 1.0, 0.0])
    w = np.array([[3.0], [-1.0], [0.0]])  # 0 on every row but for its last bits
    assert separation(Problem("log_loss", intercept=False), make_rows(X[:2], y[:2]), w).kind == "complete"
    assert separation(Problem("log_loss", intercept=False), make_rows(X, y), w) is None
