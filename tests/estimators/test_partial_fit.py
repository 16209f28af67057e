"""Streams, held-out rows, callbacks: what continues from call to call, what ends a run, what is refused."""

from __future__ import annotations

import pickle
import warnings
from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import SGDClassifier, SGDRegressor

from steepest import GDClassifier, GDRegressor
from steepest.core.errors import UsageError
from steepest.core.units import Units
from steepest.data.make_rows import make_rows
from steepest.data.running_stats import Running, batch_curvatures
from steepest.descent.early_stopping import Validation
from steepest.descent.stops import Stop
from steepest.methods.rules import Nesterov
from steepest.solve.stream import _in_units as in_units

TEXTBOOK = {"learning_rate": 0.05, "batch_size": 1, "sampling": "sequential"}
RATES = 10.0 ** np.arange(-8, -2)  # of the peers; larger ones overflow from the first chunk on


class RawStream:
    """Chunks of 1 to 199 rows of 20 columns with standard deviations 1e-3 to 1e3 and means of that size."""

    def __init__(self, labels, seed=0, chunks=500, d=20):
        rng = np.random.default_rng(seed)
        self.labels, self.scale = labels, rng.permutation(np.logspace(-3, 3, d))
        self.mean = 3 * self.scale * rng.standard_normal(d)
        self.w = 2 * rng.standard_normal(d) / self.scale / np.sqrt(d)
        self.chunks = [self.draw(rng, int(rng.integers(1, 200))) for _ in range(chunks)]
        self.X = self.draw(np.random.default_rng(seed + 1), 20_000)[0]

    def draw(self, rng, n):
        X = self.mean + self.scale * rng.standard_normal((n, len(self.scale)))
        z = self.truth(X)
        return X, (rng.random(n) < 1 / (1 + np.exp(-z))).astype(float) if self.labels else z + rng.standard_normal(n)

    def truth(self, X):
        return (X - self.mean) @ self.w + 0.3

    def excess(self, model):
        """Risk of a model above that of the truth, over fresh rows."""
        z0, z = self.truth(self.X), self.X @ np.ravel(model.coef_) + model.intercept_
        if not self.labels:
            return float(np.mean((z - z0) ** 2) / 2)
        p = 1 / (1 + np.exp(-z0))
        return float(np.mean(np.logaddexp(0, z) - p * z - np.logaddexp(0, z0) + p * z0))

    def passed(self, model):
        first = {"classes": [0.0, 1.0]} if self.labels else {}
        for X, y in self.chunks:
            model.partial_fit(X, y, **first)
        return self.excess(model)


@pytest.mark.parametrize("labels", [False, True])
def test_one_pass_over_raw_columns_is_enough(labels, record_property):
    stream = RawStream(labels)
    ours = stream.passed(GDClassifier() if labels else GDRegressor())
    peer, how = (SGDClassifier, {"loss": "log_loss"}) if labels else (SGDRegressor, {})
    settings = {**how, "penalty": None, "learning_rate": "constant", "random_state": 0}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = [stream.passed(peer(eta0=rate, **settings)) for rate in RATES]
    record_property("excess", {"ours": ours, "best of theirs": min(theirs)})
    assert 10 * ours < np.nanmin(theirs)
    rows, d = sum(len(y) for _, y in stream.chunks), 21
    assert ours < 12 * d / (2 * rows)  # of the least that any estimate from so many rows leaves


@pytest.mark.parametrize("labels", [False, True])
def test_one_row_at_a_time(labels):
    stream = RawStream(labels, chunks=0, d=5)
    rng = np.random.default_rng(4)
    stream.chunks = [stream.draw(rng, 1) for _ in range(800)]
    model = GDClassifier() if labels else GDRegressor()
    empty = np.mean(stream.truth(stream.X) ** 2) / (8 if labels else 2)
    assert stream.passed(model) < 0.05 * empty
    assert (model.n_iter_, model.t_, len(model.loss_curve_)) == (800, 800, 800)


# ------------------------------------------------------------------ what does not depend on the chunks


@pytest.mark.parametrize("rule", ["plain", "momentum", "nesterov", "adam", "adamw"])
@pytest.mark.parametrize("rate", [0.05, "inverse_scaling:eta=0.1,power=0.5", "cosine:eta=0.1,steps=80"])
@pytest.mark.parametrize("average", [False, True, "weighted"])
def test_two_calls_are_one(rule, rate, average):
    X, y = table(100)
    how = {**TEXTBOOK, "rule": rule, "learning_rate": rate, "average": average}
    whole = GDRegressor(**how).partial_fit(X, y)
    parts = GDRegressor(**how).partial_fit(X[:50], y[:50]).partial_fit(X[50:], y[50:])
    assert_array_equal(whole.coef_, parts.coef_)
    assert (whole.intercept_, whole.t_) == (parts.intercept_, parts.t_)


@settings(max_examples=40, deadline=None)
@given(cuts=st.sets(st.integers(1, 59), max_size=6), labels=st.booleans(), batch=st.sampled_from([1, 1, 4]))
def test_any_cuts_give_the_same_bits(cuts, labels, batch):
    X, y = table(60)
    model = GDClassifier if labels else GDRegressor
    how = {**TEXTBOOK, "rule": Nesterov(), "average": True, "batch_size": batch}
    first, y = ({"classes": [0.0, 1.0]}, (y > 0) * 1.0) if labels else ({}, y)
    edges = [0, *sorted({batch * (c // batch) for c in cuts} - {0}), 60]
    parts, whole = model(**how), model(**how).partial_fit(X, y, **first)
    for a, b in pairwise(edges):
        parts.partial_fit(X[a:b], y[a:b], **first)
    assert_array_equal(whole.coef_, parts.coef_)
    assert_array_equal(whole.intercept_, parts.intercept_)


def test_against_a_loop_of_ten_lines():
    X, y = table(30)
    model = GDRegressor(**{**TEXTBOOK, "rule": "momentum", "batch_size": 4})
    w, v = np.zeros(4), np.zeros(4)
    for a, b in ((0, 13), (13, 14), (14, 30)):
        model.partial_fit(X[a:b], y[a:b])
        for low in range(a, b, 4):
            Z = np.column_stack((X[low : min(b, low + 4)], np.ones(min(b, low + 4) - low)))
            v = 0.9 * v + Z.T @ (Z @ w - y[low : min(b, low + 4)]) / len(Z)
            w = w - 0.05 * v
    assert_allclose(np.append(model.coef_, model.intercept_), w, rtol=1e-12)


@pytest.mark.parametrize("how", [{}, {"average": False}, {"rule": "adam", "average": True}, {"alpha": 0.1}], ids=str)
def test_units_that_change_leave_the_answer(how):
    X, y = table(40)
    stream = GDRegressor(**how).partial_fit(1e3 * X - 50.0, y)._stream
    units = Units(np.array([1.0, -1e3, 0.0]), np.array([1e-3, 5.0, 1e2]))
    there = in_units(stream, units)
    assert_allclose(stream._replace(there=there, units=units).w, stream.w, rtol=1e-12, atol=1e-12)
    assert not np.allclose(there.at, stream.there.at)
    assert there.t == stream.there.t


def test_pickled_in_between():
    X, y = table(90)
    straight = GDRegressor(rule="adam").partial_fit(X[:40], y[:40])
    stored = pickle.loads(pickle.dumps(straight))
    for model in (straight, stored):
        model.partial_fit(X[40:41], y[40:41]).partial_fit(X[41:], y[41:])
    assert_array_equal(straight.coef_, stored.coef_)
    assert straight.loss_curve_ == stored.loss_curve_


def test_weights_count_by_their_ratio():
    X, y = table(64)
    weight = np.random.default_rng(2).uniform(0.1, 3, 64)
    once, scaled = GDRegressor(), GDRegressor()
    for i in range(0, 64, 16):
        once.partial_fit(X[i : i + 16], y[i : i + 16], weight[i : i + 16])
        scaled.partial_fit(X[i : i + 16], y[i : i + 16], 1024.0 * weight[i : i + 16])
    assert_array_equal(once.coef_, scaled.coef_)
    plain = GDRegressor(**TEXTBOOK).partial_fit(X, y)
    light = GDRegressor(**TEXTBOOK).partial_fit(X[:63], y[:63]).partial_fit(X[63:], y[63:], [1e-9])
    assert not np.allclose(plain.coef_, light.coef_, rtol=1e-6)  # a chunk of one light row moves little
    assert_allclose(light.coef_, GDRegressor(**TEXTBOOK).partial_fit(X[:63], y[:63]).coef_, rtol=1e-7)


@pytest.mark.parametrize("labels", [False, True])
def test_sparse_chunks_are_those_of_dense_ones_without_a_shift(labels):
    X, y = table(80)
    X[np.abs(X) < 0.5] = 0.0
    kind, first = (GDClassifier, {"classes": [False, True]}) if labels else (GDRegressor, {})
    y = y > 0 if labels else y
    dense, sparse = (kind(fit_intercept=False) for _ in "ab")
    for a, b in ((0, 30), (30, 31), (31, 80)):
        dense.partial_fit(X[a:b], y[a:b], **first)
        sparse.partial_fit(sp.csr_array(X[a:b]), y[a:b], **first)
    assert_allclose(dense.coef_, sparse.coef_, rtol=1e-9)


def test_the_curve_is_of_each_chunk_before_its_steps():
    X, y = table(500)
    model, losses = GDRegressor(), []
    for a in range(0, 500, 10):
        part = slice(a, a + 10)
        losses.append(np.mean((y[part] - (model.predict(X[part]) if a else 0.0)) ** 2) / 2)
        model.partial_fit(X[part], y[part])
    assert_allclose(model.loss_curve_, losses, rtol=1e-12)
    assert model.loss_curve_[-1] < 0.01 * model.loss_curve_[0]


@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_the_trajectory_of_a_chunk_is_made_when_it_is_read(alpha):
    X, y = table(90)
    model = GDRegressor(alpha=alpha).partial_fit(X[:50], y[:50])
    first = np.append(model.coef_, model.intercept_)
    model.partial_fit(X[50:], y[50:])
    ends = [first, np.append(model.coef_, model.intercept_)]
    costs = [np.mean((X[50:] @ w[:-1] + w[-1] - y[50:]) ** 2) / 2 + alpha * w[:-1] @ w[:-1] / 2 for w in ends]
    assert "trajectory_" not in vars(model)
    path = model.trajectory_
    assert_allclose(path.cost, costs, rtol=1e-12)
    assert_allclose(path.x, ends, rtol=1e-12)
    assert path is model.trajectory_
    assert path.meta["chunk"] == 2
    assert path.epoch.tolist() == [1.0, 2.0]
    assert_allclose(model.loss_curve_[1], costs[0] - alpha * first[:-1] @ first[:-1] / 2, rtol=1e-12)
    assert not hasattr(GDRegressor(), "trajectory_")
    assert model.fit(X, y).trajectory_.verdict is model.verdict_


def test_a_pickle_holds_no_rows_of_the_stream():
    X, y = table(4000)
    few, many = (GDRegressor().partial_fit(X[:n], y[:n]) for n in (40, 4000))
    assert abs(len(pickle.dumps(many)) - len(pickle.dumps(few))) < 100
    stored = pickle.loads(pickle.dumps(GDRegressor().partial_fit(X, y)))
    assert_array_equal(stored.trajectory_.cost, many.trajectory_.cost)


def test_a_fit_begins_anew_and_a_stream_goes_on_from_it():
    X, y = table(60)
    fresh = GDRegressor().fit(X, y)
    used = GDRegressor().partial_fit(X, y).fit(X, y)
    assert_array_equal(fresh.coef_, used.coef_)
    assert not {"t_", "loss_curve_", "_stream"} & set(vars(used))
    used.partial_fit(X[:20], y[:20])
    assert used.loss_curve_[0] == pytest.approx(np.mean((fresh.predict(X[:20]) - y[:20]) ** 2) / 2)
    assert used.t_ == 1
    assert not hasattr(used, "certificate_")


# ------------------------------------------------------------------ hostile chunks


def test_constant_columns_single_rows_and_jumps_of_scale():
    rng, model = np.random.default_rng(5), GDRegressor()
    for i in range(200):
        X = rng.standard_normal((int(rng.integers(1, 4)), 3)) * [1.0, 0.0, 1.0 if i < 100 else 1e6] + [0.0, 7.0, 1e3]
        model.partial_fit(X, 2.0 * X[:, 0] + 1.0)
        assert np.isfinite(model.coef_).all()
    assert model.loss_curve_[99] < 1e-2
    assert np.median(model.loss_curve_[-20:]) < 0.01 * max(model.loss_curve_)


def test_an_outlier_does_no_lasting_harm():
    rng, model = np.random.default_rng(6), GDRegressor()
    for i in range(150):
        X = rng.standard_normal((20, 4))
        X[0] *= 1e5 if i == 60 else 1.0
        model.partial_fit(X, X @ [1.0, -1.0, 0.5, 0.0] + 0.1 * rng.standard_normal(20))
    assert max(model.loss_curve_[-5:]) < 2 * model.loss_curve_[0]
    assert np.isfinite(model.loss_curve_).all()


@pytest.mark.parametrize("bad", ["X", "y", "weight", "columns", "huge"])
@pytest.mark.parametrize("kind", [GDRegressor, GDClassifier])
def test_a_chunk_that_is_refused_changes_nothing(kind, bad):
    X, y = table(40)
    y = (y > 0) * 1.0
    model = kind().partial_fit(X, y, **({"classes": [0.0, 1.0]} if kind is GDClassifier else {}))
    before, weight = pickle.dumps(model), np.ones(40)
    X, y = X.copy(), y.copy()
    if bad == "columns":
        X = X[:, :2]
    elif bad == "huge":
        X[3] = 1e300
    else:
        {"X": X[:, 1], "y": y, "weight": weight}[bad][3] = np.nan
    with pytest.raises(ValueError, match=r"."):
        model.partial_fit(X, y, weight)
    assert pickle.dumps(model) == before


def test_steps_that_overflow_are_refused():
    X, y = table(400)
    model = GDRegressor(learning_rate=50.0, batch_size=1).partial_fit(X[:2], y[:2])
    before = pickle.dumps(model)
    with pytest.raises(UsageError, match="chunk 2 overflowed, and it was rejected: use a smaller learning rate"):
        model.partial_fit(X, y)
    assert pickle.dumps(model) == before


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"estimate": "saga", "batch_size": 1}, "saga' needs each row more than once"),
        ({"rule": "newton"}, "all rows in every step"),
        ({"learning_rate": "backtracking"}, "all rows in every step"),
        ({"alpha": 0.1, "l1_ratio": 1.0}, "L1 penalty"),
        ({"early_stopping": True}, "needs held-out rows"),
        ({"batch_size": 0}, "batch_size must be"),
        ({"rule": "schedule_free"}, "stores points"),
        ({"start": [1.0]}, "start must be 4 finite numbers"),
        ({"fixed": (9,)}, "fixed must hold"),
        ({"loss": "poisson"}, "has an unbounded second derivative: set a rate"),
    ],
)
def test_settings_that_need_more_than_a_stream(how, words):
    with pytest.raises(UsageError, match=words):
        GDRegressor(**how).partial_fit(*table(10))


def test_classes_are_those_of_the_first_call():
    X, y = table(20)
    y = np.where(y > 0, "up", "down")
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        GDClassifier().partial_fit(X, y)
    model = GDClassifier().partial_fit(X[:1], y[:1], classes=["down", "up"])
    assert set(model.partial_fit(X, y).predict(X)) == {"down", "up"}
    with pytest.raises(ValueError, match="found 'left'"):
        model.partial_fit(X[:1], ["left"])
    with pytest.raises(ValueError, match="not the same as on last call"):
        model.partial_fit(X, y, classes=["down", "left"])
    with pytest.raises(ValueError, match="balanced' needs all rows"):
        GDClassifier(class_weight="balanced").partial_fit(X, y, classes=["down", "up"])


# ------------------------------------------------------------------ what is known of a stream


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=6),
    offset=st.sampled_from([0.0, 1e3, -1e6]),
    weighted=st.booleans(),
    sparse=st.booleans(),
)
def test_running_mean_and_variance(sizes, offset, weighted, sparse):
    rng, n = np.random.default_rng(sum(sizes)), sum(sizes)
    X = rng.standard_normal((n, 3)) * [1.0, 10.0, 0.0] + (0.0 if sparse else offset)
    weight = rng.uniform(0.5, 2, n) if weighted else np.ones(n)
    running = Running.of(3)
    for a, b in zip(np.cumsum([0, *sizes]), np.cumsum(sizes), strict=False):
        part = X[a:b]
        running = running.add(make_rows(sp.csr_matrix(part) if sparse else part, np.zeros(b - a), weight=weight[a:b]))
    mean = np.average(X, axis=0, weights=weight)
    assert_allclose(running.mean, mean, rtol=1e-12, atol=1e-12)
    assert_allclose(running.variance, np.average((X - mean) ** 2, axis=0, weights=weight), rtol=1e-7, atol=1e-7)
    assert running.rows == n


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("intercept", [False, True])
def test_curvature_of_a_batch(sparse, intercept):
    rng = np.random.default_rng(3)
    X, weight = rng.standard_normal((8, 5)) * (rng.random((8, 5)) < 0.6), rng.uniform(0.5, 2, 8)
    units = Units(None if sparse else rng.standard_normal(5), rng.uniform(0.5, 2, 5))
    Z = (X - (0 if sparse else units.shift)) * units.scale
    Z = np.column_stack((Z, np.ones(8))) if intercept else Z
    rows = make_rows(sp.csr_matrix(X) if sparse else X, np.zeros(8), weight=weight)._replace(units=units)
    expected = np.linalg.eigvalsh((Z.T * weight) @ Z / weight.sum())[-1]
    assert batch_curvatures(rows, 1, intercept) == pytest.approx(expected, rel=1e-12)


# ------------------------------------------------------------------ held-out rows


WAYS = [{}, {"learning_rate": 0.02}, {"batch_size": 4}, {"batch_size": 1, "learning_rate": 0.01}, {"rule": "spectral"}]


@pytest.mark.parametrize("how", WAYS, ids=str)
@pytest.mark.parametrize("keep", ["auto", False, 7])
def test_the_answer_is_the_best_one_on_the_held_out_rows(how, keep):
    """More columns than rows tell: the validation loss falls and rises."""
    X, y, Xv, yv = wide(0)
    seen = []
    model = GDRegressor(
        **how, record=keep, max_iter=300, n_iter_no_change=8, callback=lambda s: seen.append(s) and None
    )
    model.fit(X, y, validation=(Xv, yv))
    losses = np.array([np.mean((Xv @ s.w[:-1, 0] + s.w[-1, 0] - yv) ** 2) / 2 for s in seen])
    found, best = model.trajectory_.meta["validation"], seen[int(losses.argmin())]
    assert found["loss"] == pytest.approx(losses.min(), rel=1e-10)
    assert found["step"] == best.t == model.trajectory_.meta["reported_step"]
    assert_allclose(model.coef_, best.w[:-1, 0], rtol=1e-8, atol=1e-10)
    assert model.trajectory_.meta["end"] == "validation"
    assert model.verdict_.status == "stopped"
    ended = seen[-1].epoch - best.epoch
    assert ended == 8 or how.get("batch_size") is None
    assert found["step"] in model.trajectory_.step
    assert found["step"] in model.trajectory_.cost_step


def test_held_out_by_fraction_and_seed():
    X, y, *_ = wide(1)
    how = {"early_stopping": True, "validation_fraction": 0.25, "learning_rate": 0.02}
    models = [GDRegressor(**how, random_state=seed).fit(X, y) for seed in (3, 3, 4)]
    assert_array_equal(models[0].coef_, models[1].coef_)
    assert not np.array_equal(models[0].coef_, models[2].coef_)
    assert [m.trajectory_.meta["validation"]["rows"] for m in models] == [10, 10, 10]
    assert models[0].trajectory_.meta["rows"] == 30


@pytest.mark.parametrize("sparse", [False, True])
def test_each_class_gives_its_share(sparse, monkeypatch):
    X = wide(2)[0]
    labels = np.array([1.0] * 8 + [0.0] * 32)
    seen = []
    monkeypatch.setattr("steepest.descent.early_stopping.Validation", spy(seen))
    GDClassifier(early_stopping=True, validation_fraction=0.25, learning_rate=0.1, max_iter=5, alpha=1.0, tol=None).fit(
        sp.csr_matrix(X) if sparse else X, labels
    )
    assert seen[0].y.sum() == 2
    assert seen[0].shape[0] == 10


def spy(seen):
    def made(loss, rows, *settings):
        seen.append(rows)
        return Validation(loss, rows, *settings)

    return made


def test_no_warning_of_a_run_that_was_to_end_early():
    X, y, Xv, yv = wide(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        GDRegressor(learning_rate=0.02).fit(X, y, validation=(Xv, yv))
        GDRegressor(learning_rate=0.02, callback=lambda s: s.t == 3).fit(X, y)


@pytest.mark.parametrize(
    ("how", "validation", "words"),
    [
        ({"early_stopping": True, "validation_fraction": 1.5}, None, "between 0 and 1"),
        ({"early_stopping": True, "n_iter_no_change": 0}, None, "n_iter_no_change must be"),
        ({}, "rows", "must be two things"),
        ({}, (np.ones((2, 5)), [1.0, 0.0]), "features"),
        ({}, (np.full((2, 3), np.nan), [1.0, 0.0]), "NaN"),
        ({}, (np.ones((2, 3)), [1.0, 7.0]), "found 7.0"),
        ({"callback": 3}, None, "callback must be a function"),
    ],
)
def test_senseless_ways_to_end(how, validation, words):
    X, y = table(20)
    with pytest.raises(ValueError, match=words):
        GDClassifier(**how).fit(X, (y > 0) * 1.0, validation=validation)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_early_stopping_of_few_rows_trains_on_each_class_and_says_where_it_cannot():
    X = np.arange(6.0)[:, None]
    for labels in ([0, 1, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1], [0, 1, 2, 2, 2, 1]):
        for share in (0.01, 0.4, 0.8):
            model = GDClassifier(
                early_stopping=True, validation_fraction=share, learning_rate=0.1, max_iter=5, tol=None
            )
            assert model.fit(X, labels).trajectory_.meta["validation"]["rows"] >= 1
    for share in (0.9, 0.99):  # as scikit-learn: rounded up, that is every row
        with pytest.raises(ValueError, match=rf"^validation_fraction={share} of 6 rows leaves none to train on"):
            GDClassifier(early_stopping=True, validation_fraction=share).fit(X, [0, 1, 1, 1, 1, 1])
    with pytest.raises(ValueError, match=r"no rows can be held out of 2 rows, one of each class: give them with fit"):
        GDClassifier(early_stopping=True).fit(X[:2], [0, 1])
    with pytest.raises(ValueError, match=r"no rows can be held out of 1 row: give them"):
        GDRegressor(early_stopping=True).fit(X[:1], [1.0])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_early_stopping_with_weights_of_0_is_that_without_these_rows():
    X, y, *_ = wide(1)
    labels, counts = y > 0, np.random.default_rng(0).integers(0, 3, (20, len(y)))
    how = {"early_stopping": True, "learning_rate": 0.02, "random_state": 1, "max_iter": 50}
    for weight in counts:
        kept = weight > 0
        both = [
            GDClassifier(**how).fit(X, labels, weight),
            GDClassifier(**how).fit(X[kept], labels[kept], weight[kept]),
        ]
        assert_array_equal(both[0].coef_, both[1].coef_)


# ------------------------------------------------------------------ callbacks


@pytest.mark.parametrize(("batch", "per_epoch"), [(None, 1), (8, 5), (1, 40)])
def test_called_at_each_epoch_once_and_never_after_the_end(batch, per_epoch):
    X, y, *_ = wide(3)
    seen = []

    def callback(state):
        seen.append(state)
        return len(seen) == 7

    model = GDRegressor(learning_rate=0.001, batch_size=batch, callback=callback, standardize=True).fit(X, y)
    assert [s.t for s in seen] == [per_epoch * i for i in range(7)]
    assert model.trajectory_.step[-1] == seen[-1].t
    assert model.trajectory_.meta["end"] == "callback"
    for state in seen:  # raw units, at the cost it says
        r = X @ state.w[:-1, 0] + state.w[-1, 0] - y
        assert state.cost == pytest.approx(r @ r / 80, rel=1e-9)


def test_a_callback_changes_no_bits():
    X, y, *_ = wide(4)
    for how in WAYS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            plain = GDRegressor(**how, max_iter=30).fit(X, y)
            watched = GDRegressor(**how, max_iter=30, callback=lambda s: None).fit(X, y)
        assert_array_equal(plain.coef_, watched.coef_)
        assert plain.n_iter_ == watched.n_iter_


def test_a_stop_asked_each_epoch_leaves_others_their_check_points():
    from steepest import Method, Problem, descend, until, updates

    usual, each = [], []
    stops = (
        Stop(lambda s: usual.append(s.t), "usual", check=True),
        Stop(lambda s: each.append(s.t), "each", check=True, each=True),
    )
    states = descend(Problem(), Method(learning_rate=0.1), make_rows([[1.0], [2.0]], [1.0, 0.0]))
    list(until(states, *stops, updates(26)))
    assert each == list(range(27))
    assert usual == [0, 8, 10, 13, 16, 20, 25]


def test_warm_start_begins_at_the_last_answer():
    X, y, *_ = wide(5)
    model = GDRegressor(learning_rate=0.01, max_iter=10, tol=None, warm_start=True).fit(X, y)
    coef, intercept = model.coef_, model.intercept_
    model.fit(X, y)
    assert_array_equal(model.trajectory_.coef[0], coef)
    assert model.trajectory_.intercept[0] == intercept
    once = GDRegressor(learning_rate=0.01, max_iter=20, tol=None).fit(X, y)
    assert_allclose(model.coef_, once.coef_, rtol=1e-12)


def table(n):
    rng = np.random.default_rng(1)
    X = rng.standard_normal((n, 3))
    return X, X @ [1.0, -2.0, 0.5] + 0.7 + 0.1 * rng.standard_normal(n)


def wide(seed, n=40, d=60):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((2 * n, d))
    y = X[:, 0] + X[:, 1] + rng.standard_normal(2 * n)
    return X[:n], y[:n], X[n:], y[n:]


def test_a_rule_with_a_mean_of_its_own_goes_along_a_stream():
    """It was given a second one, and refused for that."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2000, 3))
    y = X @ [1.0, -2.0, 0.5] + 3.0 + rng.standard_normal(2000)
    model = GDRegressor(rule="schedule_free", standardize=False)
    for low in range(0, 2000, 100):
        model.partial_fit(X[low : low + 100], y[low : low + 100])
    assert model.trajectory_.meta["average"] == "last_point"
    assert [*model.coef_, model.intercept_] == pytest.approx([1.0, -2.0, 0.5, 3.0], abs=0.15)
