"""A survey tells what the rows in memory tell, for every cut; its sample is a function of the row numbers."""

import numpy as np
import pytest

from steepest.data.csr import CSR
from steepest.data.make_rows import make_rows
from steepest.data.moments import central_moments
from steepest.parts.coding import AS_GIVEN, Coding
from steepest.parts.engines.here import Here
from steepest.parts.engines.task import forest_of
from steepest.parts.parts import Parts
from steepest.parts.samples import Picks, hashes
from steepest.parts.sources.memory import MemorySource
from steepest.parts.survey import CLASS, Surveys, survey_of

N, D = 30_011, 5


def table(seed=0, classes=0, weights=False, offsets=False, dtype=np.float64):
    rng = np.random.default_rng(seed)
    X = (rng.standard_normal((N, D)) * [1, 10, 0.1, 1, 3] + [0, 5, -3, 0, 100]).astype(dtype)
    y = X[:, 0] + rng.standard_normal(N) if not classes else (rng.random(N) < 0.3) * 1.0
    weight = rng.integers(0, 4, N) * 0.5 if weights else None
    offset = rng.standard_normal(N) if offsets else None
    return make_rows(X, y, weight=weight, offset=offset)


def parts_of(rows, workers=1, memory=1 << 30, coding=AS_GIVEN):
    return Parts(MemorySource(rows, tuple(f"x{j}" for j in range(rows.shape[1]))), memory, Here(workers), coding)


@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_moments_are_those_of_the_rows(weights, dtype):
    rows = table(weights=weights, offsets=True, dtype=dtype)
    parts = parts_of(rows)
    found, known = parts.survey, central_moments(rows)
    assert parts.passes == 1
    assert parts.survey is found
    assert parts.passes == 1
    for mine, theirs in zip(found.location, known, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.variance, np.diag(known[1]), rtol=1e-9)
    assert found.total == pytest.approx(rows.total, rel=1e-12)
    counted = np.ones(N, bool) if rows.weight is None else rows.weight > 0
    assert found.rows == N
    assert found.counted == counted.sum()
    np.testing.assert_array_equal(found.least, rows.X[counted].min(0))
    np.testing.assert_array_equal(found.most, rows.X[counted].max(0))
    assert found.targets.least == rows.y[counted].min()
    assert found.targets.most == rows.y[counted].max()
    assert rows.y[found.targets.lowest] == found.targets.least
    assert found.targets.values is None


def test_without_a_gram_matrix_means_and_variances_are_the_same():
    rows = table(weights=True)
    whole, sums = survey_of(parts_of(rows)), survey_of(parts_of(rows), grams=False)
    assert sums.gram is None
    assert sums.location is None
    np.testing.assert_allclose(sums.mean, whole.mean, rtol=1e-12)
    np.testing.assert_allclose(sums.variance, whole.variance, rtol=1e-9)
    np.testing.assert_allclose(sums.middle, whole.middle, rtol=1e-12)


def test_a_sparse_table_is_surveyed_like_a_dense_one():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((N, D)) * (rng.random((N, D)) < 0.3) + [0, 0, 0, 50.0, 0]
    y = (rng.random(N) < 0.2) * 1.0
    i, j = np.nonzero(X)
    sparse = CSR(X[i, j], j, np.searchsorted(i, np.arange(N + 1)), D)
    a, b = survey_of(parts_of(make_rows(X, y))), survey_of(parts_of(make_rows(sparse, y)))
    np.testing.assert_allclose(a.location[1], b.location[1], rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(a.least, b.least)
    np.testing.assert_array_equal(a.sample.numbers, b.sample.numbers)
    assert b.sample.X.shape == a.sample.X.shape


@pytest.mark.parametrize("classes", [0, 2])
def test_the_sample_is_the_same_for_every_cut(classes):
    rows = table(classes=classes, weights=True)
    first = survey_of(parts_of(rows)).sample
    for workers, memory in ((1, 1 << 24), (2, 1 << 30), (3, 1 << 24)):
        again = survey_of(parts_of(rows, workers, memory)).sample
        for a, b in zip(first[:4], again[:4], strict=True):
            assert a is b is None or a.tobytes() == b.tobytes()
    np.testing.assert_array_equal(rows.X[first.numbers], first.X)
    assert (rows.weight[first.numbers] > 0).all()
    assert (np.diff(first.numbers) > 0).all()


def test_class_weights_of_the_sample_are_exact_and_a_rare_class_is_whole():
    rng = np.random.default_rng(2)
    y = np.sort((rng.random(N) < 0.005) * 1.0)
    rows = make_rows(rng.standard_normal((N, D)), y, weight=rng.random(N))
    found = survey_of(parts_of(rows))
    sample = found.sample
    assert sample.y.sum() == y.sum()
    assert found.targets.counts.tolist() == [N - y.sum(), y.sum()]
    for value in (0.0, 1.0):
        own, all_rows = sample.y[:, 0] == value, y == value
        assert sample.weight[own].sum() == pytest.approx(rows.weight[all_rows].sum(), rel=1e-12)
    assert len(sample.y) == N // 4


def test_a_class_with_few_rows_has_a_thousand_of_them_in_the_sample():
    y = (np.random.default_rng(3).random(N) < 0.06) * 1.0
    sample = survey_of(parts_of(make_rows(np.zeros((N, 1)), y))).sample
    least = np.flatnonzero(y)[np.argsort(hashes(np.flatnonzero(y), 0))[:CLASS]]
    assert len(sample.y) == N // 4
    assert np.sort(least).tolist() == sample.numbers[sample.y[:, 0] == 1].tolist()


def test_classes_have_their_shares_of_the_sample_and_it_is_a_fair_draw():
    rows = table(classes=2)
    sample = survey_of(parts_of(rows)).sample
    assert abs(sample.y.mean() - rows.y.mean()) < 5 * np.sqrt(0.3 * 0.7 / len(sample.y))
    mean, deviation = rows.X.mean(0), rows.X.std(0)
    away = (sample.weight @ sample.X / sample.total - mean) / deviation
    assert np.abs(away).max() < 5 * np.sqrt(2 / len(sample.y))
    drawn = np.histogram(sample.numbers, 10, (0, N))[0]
    assert np.abs(drawn - drawn.mean()).max() < 6 * np.sqrt(drawn.mean())


def test_a_part_carries_its_share_of_the_sample_and_little_more():
    parts, most, each = parts_of(table(classes=2)), N // 20, 100
    work = Surveys(np.zeros(D + 1), True, Picks(most, each, N, 0, {}))
    (part,) = parts.parts
    assert sum(len(sums[6]) for sums in forest_of(work, part, parts.block).values()) < 1.2 * most + 2 * each


def test_bad_weights_are_refused():
    rows = table()
    for weight in (np.zeros(N), -np.ones(N)):
        with pytest.raises(Exception, match="weights must be >= 0 and not all zero"):
            survey_of(parts_of(rows._replace(weight=weight)))


def test_the_survey_of_a_coding_costs_no_pass_and_is_the_one_of_a_pass():
    rng = np.random.default_rng(4)
    rows = make_rows(rng.standard_normal((N, D)), rng.choice([1.0, 2.0, 5.0], N), weight=rng.integers(0, 3, N) * 1.0)
    parts = parts_of(rows)
    assert parts.survey.targets.values.tolist() == [1.0, 2.0, 5.0]
    for coding in (Coding(one=2, values=(1.0, 2.0, 5.0)), Coding(3, values=(1.0, 2.0, 5.0))):
        one = parts.coded(coding)
        found, known = one.survey, survey_of(parts_of(rows).coded(coding))
        assert one.passes == 0
        assert known.crossed > found.crossed
        np.testing.assert_array_equal(found.location[1], known.location[1])
        np.testing.assert_array_equal(found.targets.counts, known.targets.counts)
        np.testing.assert_allclose(found.targets.weights, known.targets.weights, rtol=1e-12)
        assert found.sample.outputs == known.sample.outputs
        assert found.sample.total == known.sample.total
        assert one.surveyed(crossed=True).crossed
        assert one.passes == 1
