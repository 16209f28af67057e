"""Notes on columns are said where they are true, and only there: under every penalty, intercept, factor and sign."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.sparse import csr_array

from steepest import Problem, make_rows
from steepest.core.errors import DataError
from steepest.objective.penalties import elastic
from steepest.solve.fit import fit
from steepest.solve.settings import Limits

LOSSES = ("squared_error", "huber", "log_loss", "poisson")


def numbered(notes, pattern):
    """Names of columns in the notes of this kind."""
    return {name for note in notes if re.search(pattern, note) for name in re.findall(r"'(\w+)'", note)}


def small_table(rng):
    """Whole numbers with constant, zero, doubled and summed columns, and fewer rows than columns now and then."""
    n, d = int(rng.integers(2, 14)), int(rng.integers(1, 6))
    X = rng.integers(-4, 5, (n, d)).astype(float)
    for j in range(d):
        kind = rng.integers(8)
        if kind == 0:
            X[:, j] = 3.0
        elif kind == 1:
            X[:, j] = 0.0
        elif kind == 2 and j:
            X[:, j] = 2.0 * X[:, j - 1]
        elif kind == 3 and j > 1:
            X[:, j] = X[:, j - 1] + X[:, j - 2]
        elif kind == 4 and j:
            X[:, j] = 1.0 - X[:, j - 1]  # dummies, which add up to the intercept
    return X


def setting(rng, d):
    penalty = elastic(*[(0.0, 0.0), (0.0, 0.0), (0.3, 0.0), (0.3, 1.0), (0.3, 0.5)][rng.integers(5)])
    factors = tuple(rng.choice([0.0, 1.0], d)) if rng.random() < 0.4 else ()
    signs = tuple(rng.choice([0, 0, 1], d).tolist()) if rng.random() < 0.2 else ()
    fixed = (int(rng.integers(d)),) if rng.random() < 0.2 else ()
    return Problem(LOSSES[rng.integers(4)], penalty, bool(rng.random() < 0.6), fixed, factors, signs)


def truth(X, problem):
    """By ranks of the table: whether rows are too few, which columns are exchangeable, which are constant."""
    d, intercept = X.shape[1], problem.intercept
    weight = problem.l1 + problem.l2
    penalised = [weight * f > 0 for f in (problem.factors or (1.0,) * d)]
    signed = [s != 0 for s in (problem.signs or (0,) * d)]
    free = [j for j in range(d) if not (penalised[j] or signed[j] or j in problem.fixed)]
    silent = {j for j in range(d) if np.ptp(X[:, j]) == 0 and (intercept or X[0, j] == 0)}
    A = np.column_stack((X, np.ones(len(X)))) if intercept else X
    columns = [*free, *([d] if intercept else [])]
    rank = np.linalg.matrix_rank(A[:, columns]) if columns else 0
    tied = {j for j in free if np.linalg.matrix_rank(A[:, [c for c in columns if c != j]]) == rank} - silent
    return len(X) < len(columns), tied, silent


@pytest.mark.parametrize("seed", range(150))
@pytest.mark.parametrize("sparse", [False, True])
def test_notes_are_true_by_the_ranks_of_the_table(seed, sparse):
    rng = np.random.default_rng(seed)
    X = small_table(rng)
    problem = setting(rng, X.shape[1])
    y = rng.integers(0, 2, len(X)).astype(float)
    y[:2] = 0.0, 1.0
    notes = fit(make_rows(csr_array(X) if sparse else X, y), problem, limits=Limits(30)).verdict.notes
    few, tied, silent = truth(X, problem)
    assert numbered(notes, "says nothing") == {f"x{j + 1}" for j in silent}
    assert any("many answers" in note for note in notes) == few
    if not few:
        named, right = numbered(notes, "linearly dependent"), {f"x{j + 1}" for j in tied}
        unknown = not (problem.unpenalised or problem.loss.quadratic)  # covariances that no step needed
        assert named == right or (unknown and not named)
    assert problem.intercept or not any("an intercept" in note for note in notes)


def test_notes_of_rows_and_coefficients_count_in_english():
    one = fit(make_rows([[1.0]], [2.0]), Problem()).verdict.notes
    assert one == (
        "column 'x1' is constant and says nothing about the target",
        "1 row cannot determine 1 coefficient and an intercept, so many answers fit equally well",
    )
    X = np.arange(8.0).reshape(2, 4) ** 2
    notes = fit(make_rows(X, [1.0, 0.0]), Problem(intercept=False)).verdict.notes
    assert notes == ("2 rows cannot determine 4 coefficients, so many answers fit equally well",)
    notes = fit(make_rows(X, [1.0, 0.0]), Problem(penalty=elastic(0.1), factors=(0, 0, 1, 1))).verdict.notes
    assert notes == ("2 rows cannot determine 2 free coefficients and an intercept, so many answers fit equally well",)


@pytest.mark.parametrize("size", [1e-170, 1e-300, 1e-100, 1.0, 1e90])
@pytest.mark.parametrize("sparse", [False, True])
def test_a_column_is_constant_by_its_numbers_and_not_by_their_size(size, sparse):
    X, y = np.column_stack((np.arange(6.0), [1.0, 0, 2, 1, 0, 3])), [0.0, 1, 3, 2, 5, 4]
    X[:, 1] *= size
    rows = make_rows(csr_array(X) if sparse else X, y)
    if size < 1e-140:
        with pytest.raises(DataError, match=r"^column 'x2' holds numbers so small that their squares are 0: multiply"):
            fit(rows, Problem())
        assert fit(rows, Problem(penalty=elastic(0.1))).verdict.notes == ()
    else:
        run = fit(rows, Problem())
        assert run.verdict.notes == ()
        assert run.coef[1, 0] * size == pytest.approx(np.linalg.lstsq(np.c_[X / [1, size], np.ones(6)], y)[0][1])
    X[:, 1] = size
    notes = fit(make_rows(csr_array(X) if sparse else X, y), Problem()).verdict.notes
    assert notes == ("column 'x2' is constant and says nothing about the target",)
