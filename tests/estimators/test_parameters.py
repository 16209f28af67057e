"""Every public parameter of the estimators does something: another value changes the fit, the report or an error."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest

from steepest import GDClassifier, GDRegressor
from steepest.estimators import linear_estimator as rim
from steepest.methods import steps
from steepest.objective.losses import MSE

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 3)) * [1.0, 10.0, 0.1]
Y = X @ [1.0, -0.2, 5.0] + 2.0 + RNG.standard_normal(60)
CLASSES = np.where(Y + RNG.standard_normal(60) > 2.0, "yes", "no")

BASE = {"max_iter": 12, "tol": None}
SAMPLED = {**BASE, "batch_size": 7, "learning_rate": 0.01}
RATE = {**BASE, "learning_rate": 0.01}
CHANGES = {  # parameter: the settings beside it, and its other value
    "alpha": (BASE, 0.5),
    "l1_ratio": ({**BASE, "alpha": 0.5}, 1.0),
    "penalty_factors": ({**BASE, "alpha": 0.5}, (1.0, 2.0, 0.0)),
    "signs": (BASE, {0: "-"}),
    "fit_intercept": (BASE, False),
    "rule": (RATE, "momentum"),
    "learning_rate": (RATE, steps.Cosine(0.01, steps=12)),
    "batch_size": (RATE, 7),
    "sampling": (SAMPLED, "replacement"),
    "average": (SAMPLED, "polyak_ruppert"),
    "estimate": (SAMPLED, "saga"),
    "standardize": (RATE, True),
    "fixed": (BASE, ("intercept",)),
    "max_iter": (RATE, 11),
    "max_updates": (RATE, 5),
    "tol": ({**BASE, "rule": "accelerated", "max_iter": 400}, 1e-3),
    "record": (RATE, 3),
    "start": (RATE, (1.0, 2.0, 3.0, 4.0)),
    "random_state": (SAMPLED, 5),
    "early_stopping": (SAMPLED, True),
    "validation_fraction": ({**SAMPLED, "early_stopping": True}, 0.3),
    "n_iter_no_change": ({**SAMPLED, "early_stopping": True, "max_iter": 300}, 50),
    "callback": (RATE, lambda state: state.t == 5),
}
SAME = {  # parameters that change no number: how that is seen
    "warm_start": "test_warm_start_goes_on_where_the_last_fit_ended",
    "n_jobs": "test_same_bits",
    "progress": "test_progress",
}
MORE = {
    GDRegressor: {"loss": (BASE, MSE())},
    GDClassifier: {"class_weight": (BASE, "balanced"), "loss": (RATE, "squared_hinge")},
}


def facts(model, y):
    """What a fit gives out, as text: answer, path and report."""
    model.fit(X, y)
    path = model.trajectory_
    numbers = (model.coef_, model.intercept_, path.coef, path.cost, path.step)
    return [np.asarray(a).tolist() for a in numbers], path.meta["penalty"], str(model.verdict_)


CASES = [
    (kind, name, *change) for kind in (GDRegressor, GDClassifier) for name, change in {**CHANGES, **MORE[kind]}.items()
]


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("kind", "name", "beside", "value"), CASES, ids=lambda v: getattr(v, "__name__", str(v)[:30]))
def test_another_value_changes_the_fit(kind, name, beside, value):
    y = Y if kind is GDRegressor else CLASSES
    before, after = facts(kind(**beside), y), facts(kind(**{**beside, name: value}), y)
    assert before != after
    assert before == facts(kind(**beside), y)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_multi_class_changes_the_fit():
    y = np.digitize(Y, [1.0, 3.0])
    softmax, ovr = (GDClassifier(alpha=0.1, multi_class=way).fit(X, y) for way in ("softmax", "ovr"))
    assert np.abs(softmax.predict_proba(X) - ovr.predict_proba(X)).max() > 1e-3


@pytest.mark.parametrize("kind", [GDRegressor, GDClassifier])
def test_no_parameter_is_left_out(kind):
    known = {*CHANGES, *MORE[kind], *SAME} | ({"multi_class"} if kind is GDClassifier else set())
    assert set(kind().get_params()) == known


@pytest.mark.parametrize("kind", [GDRegressor, GDClassifier])
def test_a_value_of_no_sense_is_refused(kind):
    """One line that names the value, for each parameter that can have one."""
    y = Y if kind is GDRegressor else CLASSES
    wrong = {
        "loss": "nonsense", "alpha": -1.0, "l1_ratio": 2.0, "penalty_factors": (1.0,), "signs": "no",
        "rule": "nonsense", "learning_rate": -0.1, "batch_size": 0,
        "sampling": "nonsense", "average": "nonsense", "estimate": "nonsense", "fixed": ("nonsense",), "max_iter": -1,
        "tol": -1.0, "record": -1, "start": (1.0,),
    }  # fmt: skip
    for name, value in wrong.items():
        with pytest.raises(ValueError, match=r".+") as caught:
            kind(**{name: value}).fit(X, y)
        assert len(str(caught.value).splitlines()) == 1, name


def test_progress(monkeypatch):
    told = []
    monkeypatch.setattr(rim, "Bar", lambda *_: nullcontext(told.append))
    GDRegressor(**RATE).fit(X, Y)
    assert told == []
    GDRegressor(**RATE, progress=True).fit(X, Y)
    assert told[-1][:2] == (12.0, 12.0)
    assert told[-1][2] < told[0][2]
