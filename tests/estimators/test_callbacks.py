"""Scikit-learn's callbacks: which tasks a fit tells them of, with what, how they end it; and our own ``callback``."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest
from conftest import X8, Y8
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from steepest import GDClassifier, GDRegressor
from steepest.core.errors import UsageError
from steepest.estimators import callbacks
from steepest.estimators import linear_estimator as rim

theirs = pytest.importorskip("sklearn.callback")
RNG = np.random.default_rng(5)
X = RNG.normal(size=(60, 3)) * [1.0, 10.0, 0.1] + [0.0, 5.0, 0.0]
Z = X @ [1.0, -0.2, 3.0] + RNG.normal(size=60)
CLASSES = np.array(["low", "mid", "top"])[np.digitize(Z, np.quantile(Z, [0.3, 0.7]))]
STEPS = {"learning_rate": 0.002, "max_iter": 12, "tol": None}


class Recorder:
    """Keeps what it is told; stops, or fails, where it is asked to."""

    def __init__(self, stop=None, fail=None):
        self.stop, self.fail, self.seen = stop, fail, []

    def _note(self, what, context, **given):
        self.seen.append((what, context.task_name, given))
        if self.fail in (what, (what, context.task_name)):
            raise ZeroDivisionError(what)

    def setup(self, estimator, context):
        self._note("setup", context)

    def teardown(self, estimator, context):
        self._note("teardown", context)

    def on_fit_task_begin(self, estimator, context, *, X=None, y=None, metadata=None):
        self._note("begin", context, X=X, y=y, metadata=metadata, of=context)

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, metadata=None, fitted_estimator=None):
        self._note("end", context, X=X, y=y, metadata=metadata, fitted=fitted_estimator, of=context)
        return context.task_name == "step" and self.count("end", "step") == self.stop

    def names(self):
        return [(what, name) for what, name, _ in self.seen]

    def count(self, *what):
        return self.names().count(what)

    def fitted(self):
        return [given["fitted"] for what, name, given in self.seen if (what, name) == ("end", "step")]


class Everywhere(Recorder):
    """The same, handed on by meta-estimators."""

    max_propagation_depth = None


def watched(model, recorder, *data, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.set_callbacks(recorder).fit(*data, **more)


# ------------------------------------------------------------------ which tasks


@pytest.mark.parametrize("batch", [None, 1, 16])
@pytest.mark.parametrize("standardize", [False, True])
def test_a_fit_is_a_task_and_each_epoch_is_one(batch, standardize):
    seen = Recorder()
    model = watched(GDRegressor(**STEPS, batch_size=batch, standardize=standardize), seen, X, Z)
    middle = [("begin", "step"), ("end", "step")] * 13  # twelve epochs, and what comes after the last one
    assert seen.names() == [("setup", "fit"), ("begin", "fit"), *middle, ("end", "fit"), ("teardown", "fit")]
    assert model.n_iter_ == 12
    root = seen.seen[1][2]["of"]
    assert [task.task_id for task in root] == [0, *range(13)]
    assert root.max_subtasks == 13


@pytest.mark.parametrize(("most", "every"), [(999, 1), (1000, 1), (1001, 2), (2500, 3)])
def test_of_many_steps_few_are_tasks(most, every):
    seen = Recorder()
    watched(GDRegressor(**STEPS | {"max_iter": most}), seen, X8, Y8)
    assert seen.count("begin", "step") == seen.count("end", "step") == most // every + 1
    assert most // every + 1 <= seen.seen[1][2]["of"].max_subtasks <= 1001


def test_a_fit_that_is_good_enough_ends_before_its_last_task():
    seen = Recorder()
    model = watched(GDClassifier(), seen, X, Z > 1)
    assert model.verdict_.status == "converged"
    assert seen.count("end", "step") == model.trajectory_.step[-1] + 1


@pytest.mark.parametrize(("loss", "y"), [("hinge", Z > 1), ("quantile", Z)])
def test_rounds_of_a_loss_with_kinks_are_tasks(loss, y):
    seen = Recorder()
    model = watched((GDClassifier if loss == "hinge" else GDRegressor)(loss), seen, X, y)
    assert model.verdict_.status == "converged"
    assert seen.count("begin", "step") == seen.count("end", "step") == len(model.trajectory_)


@pytest.mark.parametrize("most", [-3, float("nan"), "many", None])
def test_a_limit_that_is_none_is_left_to_the_fit_to_refuse(most):
    seen, alone = Recorder(), GDRegressor(max_iter=most)
    with pytest.raises((ValueError, TypeError)) as expected:
        alone.fit(X, Z)
    with pytest.raises(type(expected.value)) as found:
        clone(alone).set_callbacks(seen).fit(X, Z)
    assert str(found.value) == str(expected.value)
    assert seen.names()[-1] == ("teardown", "fit")


# ------------------------------------------------------------------ with what


@pytest.mark.parametrize("how", [{}, STEPS, STEPS | {"batch_size": 8}, {"alpha": 0.1, "standardize": True}])
def test_each_step_gives_an_estimator_with_the_coefficients_reached(how):
    seen = Recorder()
    model = watched(GDRegressor(**how, record=True), seen, X, Z)
    *steps, last = seen.fitted()
    path = model.trajectory_
    at = np.searchsorted(path.epoch, np.arange(1, len(steps) + 1))
    assert [step.coef_.tolist() for step in steps[:-1]] == path.coef[at[:-1]].tolist()
    assert [step.intercept_ for step in steps[:-1]] == path.intercept[at[:-1]].tolist()
    assert (last.predict(X) == model.predict(X)).all()
    assert all(step is not model for step in (*steps, last))


@pytest.mark.parametrize("y", [Z > 1, CLASSES, np.column_stack((Z, -Z)), Z[:, None]])
def test_an_estimator_of_each_step_has_the_shapes_of_the_fitted_one(y):
    seen = Recorder()
    model = watched((GDRegressor if y.dtype == float else GDClassifier)(), seen, X, y)
    for step in seen.fitted():
        assert step.coef_.shape == model.coef_.shape
        assert np.shape(step.intercept_) == np.shape(model.intercept_)
        assert step.predict(X).shape == model.predict(X).shape


def test_callbacks_are_given_the_table_the_labels_and_the_weights_of_the_user():
    seen, weight = Recorder(), np.linspace(1, 2, len(X))
    watched(GDClassifier(class_weight="balanced"), seen, X, CLASSES, sample_weight=weight)
    for what, _, given in seen.seen:
        if what in ("begin", "end"):
            assert (given["y"] == CLASSES).all()
            assert (given["X"] == X).all()
            assert (given["metadata"]["sample_weight"] == weight).all()


@pytest.mark.parametrize("how", [{}, STEPS, STEPS | {"batch_size": 8, "standardize": True}, {"loss": "huber"}])
def test_a_scoring_monitor_logs_the_way_and_ends_at_the_score_of_the_fit(how):
    scores = theirs.ScoringMonitor(scoring=["r2", "neg_mean_squared_error"])
    model = GDRegressor(**how, record=True).set_callbacks(scores).fit(X, Z)
    (root, *rows) = scores.get_logs().data
    assert root["r2"] == rows[-1]["r2"] == model.score(X, Z)
    path, by_hand = model.trajectory_, []
    for i in np.flatnonzero(path.epoch == path.epoch.round())[1:]:
        by_hand.append(r2_score(Z, X @ path.coef[i] + path.intercept[i]))
    assert [row["r2"] for row in rows[:-1]][: len(by_hand) - 1] == pytest.approx(by_hand[:-1])
    assert rows[-1]["r2"] >= rows[0]["r2"]


def test_the_log_of_a_descent_falls_as_its_cost_does():
    scores = theirs.ScoringMonitor(scoring="neg_mean_squared_error")
    model = GDRegressor(**STEPS).set_callbacks(scores).fit(X, Z)
    mse = [-row["neg_mean_squared_error"] for row in scores.get_logs().data[1:]]
    assert (np.diff(mse[:-1]) < 0).all()
    assert mse[:-1] == pytest.approx(2 * model.trajectory_.cost[1:])


def test_a_scoring_monitor_scores_classes():
    scores = theirs.ScoringMonitor(scoring=["accuracy", "neg_log_loss"])
    model = GDClassifier(alpha=0.01).set_callbacks(scores).fit(X, CLASSES)
    rows = scores.get_logs().data
    assert rows[-1]["accuracy"] == accuracy_score(CLASSES, model.predict(X))
    losses = [-row["neg_log_loss"] for row in rows[1:]]
    assert losses[-1] < losses[0]


def test_one_class_against_the_rest_is_a_part_of_the_fit():
    seen, scores = Recorder(), theirs.ScoringMonitor(scoring="accuracy")
    model = GDClassifier(multi_class="ovr", alpha=0.1).set_callbacks(seen, scores).fit(X, CLASSES)
    parts = [name for what, name in seen.names() if what == "end" and name.startswith("class")]
    assert parts == [f"class {c} against the rest" for c in ("low", "mid", "top")]
    assert seen.count("end", "step") == sum(path.step[-1] + 1 for path in model.trajectory_)
    assert set(seen.fitted()) == {None}  # the coefficients of one class predict nothing yet
    (row,) = scores.get_logs().data
    assert row["accuracy"] == model.score(X, CLASSES)


# ------------------------------------------------------------------ how they end a fit


@pytest.mark.parametrize("batch", [None, 20])
def test_a_callback_that_returns_true_ends_the_fit(batch):
    seen = Recorder(stop=4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = GDRegressor(learning_rate=0.001, batch_size=batch, max_iter=100).set_callbacks(seen).fit(X, Z)
    assert (model.n_iter_, model.trajectory_.meta["end"]) == (4, "callback")
    assert seen.names()[-3:] == [("end", "step"), ("end", "fit"), ("teardown", "fit")]
    assert seen.count("begin", "step") == 4


@pytest.mark.parametrize("when", ["setup", ("begin", "fit"), ("begin", "step"), ("end", "step"), ("end", "fit")])
def test_what_a_callback_raises_leaves_the_fit_and_nothing_behind(when):
    seen = Recorder(fail=when)
    model = GDRegressor(**STEPS).set_callbacks(seen)
    with pytest.raises(ZeroDivisionError):
        model.fit(X, Z)
    assert seen.names()[-1] == ("teardown", "fit")
    assert not {"_callback_fit_ctx", "_skl_callbacks_to_teardown"} & set(vars(model))
    assert model.set_callbacks().fit(X, Z).n_iter_ == 12


def test_ctrl_c_in_a_step_leaves_a_fitted_estimator():
    class Impatient(Recorder):
        def on_fit_task_begin(self, estimator, context):
            self._note("begin", context)
            if self.count("begin", "step") == 3:
                raise KeyboardInterrupt

    seen = Impatient()
    model = GDRegressor(**STEPS).set_callbacks(seen)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Z)
    assert model.trajectory_.meta["interrupted"]
    assert model.predict(X).shape == Z.shape
    assert seen.names()[-1] == ("teardown", "fit")


def test_what_is_no_callback_is_refused():
    for wrong in (3, lambda state: True, Recorder):
        with pytest.raises(TypeError, match="callbacks must be"):
            GDRegressor().set_callbacks(wrong)


# ------------------------------------------------------------------ beside others


@pytest.mark.parametrize("how", [{}, STEPS, STEPS | {"batch_size": 7}, {"loss": "quantile"}])
def test_callbacks_change_no_bit(how):
    alone, seen = GDRegressor(**how).fit(X, Z), GDRegressor(**how)
    watched(seen, Recorder(), X, Z)
    assert (seen.coef_ == alone.coef_).all()
    assert seen.intercept_ == alone.intercept_


def test_our_own_callback_is_asked_as_well():
    states, seen = [], Recorder()
    watched(GDRegressor(**STEPS, callback=states.append), seen, X, Z)
    assert len(states) == seen.count("end", "step") == 13
    early = watched(GDRegressor(**STEPS, callback=lambda state: state.t == 2), Recorder(), X, Z)
    assert early.n_iter_ == 2
    with pytest.raises(UsageError, match="callback must be a function"):
        GDRegressor(callback=3).set_callbacks(Recorder()).fit(X, Z)


def test_early_stopping_with_callbacks():
    seen = Recorder()
    model = watched(GDRegressor(learning_rate=0.005, early_stopping=True, random_state=0), seen, X, Z)
    assert (seen.fitted()[-1].coef_ == model.coef_).all()
    assert model.trajectory_.meta["validation"]["rows"] == 6


def test_a_clone_keeps_them_and_pickle_too():
    seen = Recorder()
    model = GDRegressor(**STEPS).set_callbacks(seen)
    clone(model).fit(X, Z)
    assert seen.count("end", "fit") == 1
    again = pickle.loads(pickle.dumps(model))
    again.fit(X, Z)
    assert seen.count("end", "fit") == 1
    assert again._skl_callbacks[0].count("end", "fit") == 2
    clone(model.set_callbacks()).fit(X, Z)
    assert seen.count("end", "fit") == 1


def test_a_pipeline_hands_its_callbacks_on():
    seen = Everywhere()
    model = make_pipeline(StandardScaler(), GDRegressor(**STEPS)).set_callbacks(seen)
    model.fit(X, Z)
    ends = [given["of"] for what, name, given in seen.seen if (what, name) == ("end", "step")]
    assert len(ends) == 13
    assert {(task.parent.estimator_name, task.parent.parent.estimator_name) for task in ends} == {
        ("GDRegressor", "Pipeline")
    }
    assert seen.count("setup", "fit") == seen.count("teardown", "fit") == 1
    assert not hasattr(model[-1], "_skl_callbacks")


def test_a_search_hands_its_callbacks_on_to_each_fit():
    seen = Everywhere()
    search = GridSearchCV(GDRegressor(**STEPS), {"alpha": [0.0, 1.0]}, cv=3).set_callbacks(seen)
    search.fit(X, Z)
    assert seen.count("end", "step") == 13 * (2 * 3 + 1)
    own = theirs.ScoringMonitor(scoring="r2")
    GridSearchCV(GDRegressor(**STEPS).set_callbacks(own), {"alpha": [0.0, 1.0]}, cv=3).fit(X, Z)
    assert sum(row["task_name"] == "step" for row in own.get_logs().data) == 13 * 7


def test_their_progress_bar_runs_to_its_end(capsys):
    pytest.importorskip("rich")
    model = make_pipeline(StandardScaler(), GDClassifier(multi_class="ovr", alpha=0.1))
    model.set_callbacks(theirs.ProgressBar(max_propagation_depth=None)).fit(X, CLASSES)
    said = capsys.readouterr().out
    assert "GDClassifier - fit" in said
    assert "class top against the rest" in said
    assert said.count("100%") >= 5


def test_chunks_of_a_stream_call_none():
    seen = Recorder()
    GDRegressor().set_callbacks(seen).partial_fit(X, Z)
    assert seen.seen == []


# ------------------------------------------------------------------ where there are none


def test_without_callbacks_a_fit_is_asked_nothing(monkeypatch):
    found = []
    monkeypatch.setattr(rim, "fit", lambda *rows, **how: found.append(how["watch"].callback) or rim_fit(*rows, **how))
    GDRegressor(**STEPS).fit(X, Z)
    assert found == [None]


rim_fit = rim.fit


def test_their_module_is_loaded_where_callbacks_are_set_and_not_before():
    code = """
import sys
from steepest import GDRegressor
model = GDRegressor().fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 3.0])
assert "sklearn.callback" not in sys.modules
model.set_callbacks()
assert "sklearn.callback" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_older_scikit_learn_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.callback", None)
    with pytest.raises(UsageError, match=r"scikit-learn 1\.9 or later"):
        GDRegressor().set_callbacks(Recorder())
    assert GDRegressor().fit(X, Z).verdict_.status == "converged"


# ------------------------------------------------------------------ the parameter ``callback``


@pytest.mark.parametrize(
    ("model", "y", "k"),
    [
        (GDRegressor(standardize=True, learning_rate=0.1, max_iter=9, tol=None), Z, 1),
        (GDRegressor(standardize=True, learning_rate=0.01, batch_size=8, max_iter=9, tol=None, average=False), Z, 1),
        (GDClassifier(alpha=0.1), CLASSES, 3),
        (GDRegressor(alpha=0.1), np.column_stack((Z, -Z)), 2),
    ],
)
def test_a_state_has_raw_parameters_and_the_cost_there(model, y, k):
    seen = []
    model.set_params(callback=seen.append, record=True).fit(X, y)
    path = model.trajectory_
    assert [state.epoch for state in seen] == list(range(len(seen)))
    for state in seen:
        i = int(np.searchsorted(path.step, state.t))
        assert state.w.shape == (4, k)
        assert (state.w[:-1] == path.coef[i].reshape(3, k)).all() or model.alpha  # softmax is centred at its end
        cost = path.cost[np.searchsorted(path.cost_step, state.t)]
        assert state.cost == pytest.approx(cost, rel=1e-9)


def test_each_class_against_the_rest_is_watched():
    seen = []
    model = GDClassifier(multi_class="ovr", alpha=0.1, callback=seen.append).fit(X, CLASSES)
    assert len(seen) == sum(len(path) for path in model.trajectory_)
    assert sum(state.t == 0 for state in seen) == 3


def test_the_known_tasks_are_counted_exactly():
    """Every limit up to 3,000: as many tasks as steps that end one, and the one after, at most 1,001."""
    for most in range(1, 3001):
        every, tasks = callbacks._every(most), callbacks._most(most)
        assert len(range(0, most + 1, every)) <= tasks <= 1001
        assert callbacks._most(most - 0.5) == callbacks._most(most)


def test_a_warning_points_at_the_line_of_the_user():
    with pytest.warns(ConvergenceWarning, match="Stopped|Crawling") as caught:
        GDRegressor(learning_rate=0.001, max_iter=5).set_callbacks(Recorder()).fit(X, Z)
    assert caught[0].filename == __file__
