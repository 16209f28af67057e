"""Separation over parts: the same answer as in memory, whatever the working set, and in few passes."""

import numpy as np
import pytest

from steepest import Problem, make_rows
from steepest.data.classes import Classes
from steepest.objective.losses.softmax import Softmax
from steepest.optimality.recession import recession
from steepest.optimality.recession_text import describe
from steepest.parts.coding import Coding
from steepest.parts.engines.here import Here
from steepest.parts.scan import scan
from steepest.solve.passes import recession as in_parts
from steepest.solve.passes.fit import fit_parts
from steepest.solve.passes.recession import describe_in_parts, recession_in_parts

KINDS = ("overlapping", "one row", "complete", "quasi", "rare category", "constant column", "one class")


@pytest.fixture(autouse=True)
def few_picks(monkeypatch):
    """Few rows are picked in a pass, so that several rounds are needed."""
    monkeypatch.setattr(in_parts, "EACH", 5)


def table_of(kind, seed):
    """A table of two classes, n x d."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(300, 3000)), int(rng.integers(1, 5))
    X = rng.normal(size=(n, d)) * np.exp(rng.normal(size=d)) + rng.normal(size=d)
    v, level = rng.normal(size=d), rng.random(n)
    z = X @ v - np.median(X @ v)
    y = (z > 0) * 1.0
    if kind == "overlapping":
        y = (z + rng.logistic(size=n) * z.std() > 0) * 1.0
    elif kind == "one row":
        y[np.argmin(z)] = 1.0
    elif kind == "quasi":
        X = np.round(X)
        y = (X[:, 0] > 1) * 1.0
        at = X[:, 0] == 1
        y[at] = rng.random(at.sum()) < 0.5
    elif kind == "rare category":
        y = (z + rng.logistic(size=n) * z.std() > 0) * 1.0
        X = np.column_stack((X, level < 3 / n))
        y[X[:, -1] == 1] = 1.0
    elif kind == "constant column":
        X = np.column_stack((X, np.full(n, 3.0)))
        y = (z + rng.logistic(size=n) * z.std() > 0) * 1.0
    elif kind == "one class":
        y[:] = 1.0
    return X, y


def same(found, expected):
    assert (found.recession is None) == (expected.recession is None), (found, expected)
    assert found.unknown == expected.unknown
    if expected.recession is not None:
        for name in ("kind", "strict", "rows", "target"):
            assert getattr(found.recession, name) == getattr(expected.recession, name), name


@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_is_that_in_memory(kind):
    for seed in range(12):
        X, y = table_of(kind, seed)
        problem = Problem("log_loss", intercept=bool(seed % 4))
        w = np.zeros((X.shape[1] + 1, 1))
        rows, parts = make_rows(X, y), scan(X, y, engine=Here(1))
        expected = recession(problem, rows, w)
        found = recession_in_parts(parts, problem, w)
        same(found, expected)
        if found.recession is not None:
            one, other = (
                describe_in_parts(found.recession, problem, parts),
                describe(found.recession, problem, rows, parts.names),
            )
            assert one == other


@pytest.mark.parametrize("seed", range(12))
def test_counts_and_several_targets(seed):
    rng = np.random.default_rng(seed)
    X = np.column_stack((rng.normal(size=(800, 2)), rng.random(800) < 0.01))
    Y = rng.poisson(1.0, size=(800, 2)).astype(float)
    Y[X[:, 2] == 1] = 1.0
    Y[X[:, 2] == 1, seed % 2] = 0.0
    problem, w = Problem("poisson"), np.zeros((4, 2))
    rows, parts = make_rows(X, Y), scan(X, Y, engine=Here(1))
    expected, found = recession(problem, rows, w), recession_in_parts(parts, problem, w)
    assert expected.recession is not None
    same(found, expected)
    words = describe_in_parts(found.recession, problem, parts)
    assert words == describe(found.recession, problem, rows, parts.names)
    assert f"target {seed % 2 + 1} of 2" in words


@pytest.mark.parametrize("seed", range(12))
def test_several_classes(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(900, 2))
    places = (X @ rng.normal(size=(2, 3)) + (seed % 3 > 0) * rng.gumbel(size=(900, 3)) * 0.5).argmax(1)
    if seed % 3 == 2:
        X = np.column_stack((X, np.zeros(900)))
        X[np.flatnonzero(places == 1)[:2], 2] = 1.0
    rows = make_rows(X, np.eye(3)[places])
    expected = recession(Problem(Softmax()), Classes(*rows), w := np.zeros((X.shape[1] + 1, 3)))
    parts = scan(X, places.astype(float), engine=Here(1)).coded(Coding(classes=3))
    found = recession_in_parts(parts, Problem(Softmax()), w)
    same(found, expected)
    if found.recession is not None:
        words = describe_in_parts(found.recession, Problem(Softmax()), parts)
        assert words == describe(found.recession, Problem(Softmax()), Classes(*rows), parts.names)


def test_weights_of_zero_and_the_cut_do_not_matter():
    X, y = table_of("complete", 3)
    y[7], weight = 1 - y[7], np.ones(len(y))
    problem, w = Problem("log_loss"), np.zeros((X.shape[1] + 1, 1))
    assert recession_in_parts(scan(X, y), problem, w).recession is None
    weight[7] = 0.0
    found = [recession_in_parts(scan(X, y, weights=weight, engine=Here(k)), problem, w).recession for k in (1, 3)]
    assert found[0].kind == "complete"
    assert np.array_equal(found[0].direction, found[1].direction)


def test_an_optimum_of_overlapping_classes_takes_no_pass():
    X, y = table_of("overlapping", 5)
    from steepest.solve.fit import fit

    run = fit(make_rows(X, y), Problem("log_loss"))
    w = np.vstack((run.coef, run.intercept[None]))
    parts = scan(X, y)
    parts.survey  # noqa: B018 - its pass
    before = parts.passes
    found = recession_in_parts(parts, Problem("log_loss"), w, settled=True)
    assert found.recession is None
    assert found.unknown is None
    assert parts.passes == before
    X = np.column_stack((X, np.arange(len(y)) == len(y) - 1))  # a column that the sample may not have
    parts = scan(X, y)
    expected = recession(Problem("log_loss"), make_rows(X, y), np.append(w, [[9.0]], 0)[[*range(len(w) - 1), -1, -2]])
    found = recession_in_parts(parts, Problem("log_loss"), np.insert(w, len(w) - 1, 9.0, 0), settled=True)
    same(found, expected)
    assert found.recession.strict == 1


def test_a_category_that_the_sample_lacks_is_found():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(30_011, 3))
    y = (rng.random(len(X)) < 1 / (1 + np.exp(-X[:, 0]))) * 1.0
    parts = scan(np.column_stack((X, np.zeros(len(X)))), y)
    drawn = set(parts.survey.sample.numbers.tolist())
    X = np.column_stack((X, np.zeros(len(X))))
    X[next(i for i in range(len(X)) if i not in drawn), 3] = 1.0
    run = fit_parts(scan(X, y), Problem("log_loss"))
    assert run.verdict.status == "separable"
    assert "the one row where it is 1" in run.verdict.message
