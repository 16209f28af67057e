"""max_updates: a run ends after so many steps, whatever an epoch is, and says that the limit ended it."""

from __future__ import annotations

import numpy as np
import pytest

from steepest import GDClassifier, GDRegressor, NotConvergedWarning
from steepest.core.errors import UsageError

rng = np.random.default_rng(0)
X = rng.standard_normal((500, 3))
Y = X @ [1.0, -2.0, 0.5] + rng.standard_normal(500)
STEPS = {"learning_rate": 0.01, "batch_size": 1, "random_state": 1}


def test_a_hundred_steps_on_single_rows_are_a_fifth_of_an_epoch():
    with pytest.warns(NotConvergedWarning, match="100 steps, the limit of updates: "):
        model = GDRegressor(max_updates=100, **STEPS).fit(X, Y)
    path = model.trajectory_
    assert (path.step[-1], path.epoch[-1], path.meta["end"]) == (100, 0.2, "100 updates")
    assert model.n_iter_ == 1
    whole = GDRegressor(max_iter=1, tol=None, record=True, **STEPS).fit(X, Y).trajectory_
    assert (path.coef[-1] == whole.coef[100]).all()


def test_the_earlier_of_both_limits_counts():
    ends = [
        GDRegressor(max_iter=passes, max_updates=most, tol=None, **STEPS).fit(X, Y).trajectory_.step[-1]
        for passes, most in ((2, 10_000), (2, 700), (1000, 700), (2, None))
    ]
    assert ends == [1000, 700, 700, 1000]


def test_a_run_over_all_rows_takes_as_many_steps_and_a_certified_one_fewer():
    slow = GDRegressor(learning_rate=0.1, max_updates=7, tol=None).fit(X, Y)
    assert (slow.trajectory_.step[-1], slow.n_iter_) == (7, 7)
    huber = GDRegressor("huber", learning_rate=1e-3, batch_size=100, max_updates=2, tol=None).fit(X, Y).verdict_
    assert huber.message.startswith("Stopped after 2 steps, the limit of updates: ")
    assert huber.advice == "more updates"
    assert GDRegressor(learning_rate=0.1, max_updates=7, max_iter=3, tol=None).fit(X, Y).n_iter_ == 3
    found = GDClassifier(max_updates=50).fit(X, Y > 0)
    assert found.verdict_.status == "converged"
    assert found.trajectory_.step[-1] < 50


def test_each_class_of_one_against_the_rest_takes_its_own_steps():
    model = GDClassifier(max_updates=20, tol=None, multi_class="ovr", **STEPS).fit(X, np.digitize(Y, [-1, 1]))
    assert [path.step[-1] for path in model.trajectory_] == [20, 20, 20]


@pytest.mark.parametrize(
    ("value", "said"), [(0, ">= 1"), (2.5, "whole number"), ("9", "write max_updates=9"), (-3, ">= 1")]
)
def test_a_limit_that_is_no_whole_number_is_refused(value, said):
    with pytest.raises(UsageError, match=f"max_updates.*{said}"):
        GDRegressor(max_updates=value).fit(X, Y)
