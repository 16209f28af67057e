"""The loss over held-out rows after each epoch: what it is, that files keep it, and that the picture shows it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from steepest import DivergenceWarning, GDClassifier, GDRegressor, Trajectory
from steepest.core.errors import DataError

near = pytest.approx
rng = np.random.default_rng(0)
X, XV = rng.standard_normal((60, 50)), rng.standard_normal((20, 50))
Y, YV = X[:, 0] + rng.standard_normal(60), XV[:, 0] + rng.standard_normal(20)


def stopped_early(**more):
    settings = {"learning_rate": 0.02, "n_iter_no_change": 20, "record": True} | more
    return GDRegressor(**settings).fit(X, Y, validation=(XV, YV)).trajectory_


def test_it_is_the_mean_loss_over_the_held_out_rows_after_each_epoch():
    path = stopped_early()
    assert path.validation_step.tolist() == list(range(len(path)))
    residuals = XV @ path.coef.T + path.intercept - YV[:, None]
    assert path.validation_cost == near(0.5 * (residuals**2).mean(0), rel=1e-12)
    assert path.validation_cost.min() == path.meta["validation"]["loss"]
    assert path.validation_step[path.validation_cost.argmin()] == path.meta["validation"]["step"]
    assert path.validation_cost[-1] > path.validation_cost.min()


def test_on_batches_it_has_an_entry_for_each_epoch():
    path = stopped_early(batch_size=10, n_iter_no_change=5)
    assert path.validation_step.tolist() == [6 * i for i in range(len(path.validation_step))]
    assert path.validation_step[-1] == path.step[-1]


def test_a_run_without_held_out_rows_has_none():
    path = GDRegressor().fit(X[:, :3], Y).trajectory_
    assert len(path.validation_cost) == len(path.validation_step) == 0


@pytest.mark.parametrize("end", [".npz", ".json", ".parquet"])
def test_every_file_of_a_trajectory_keeps_it(end, tmp_path):
    path = stopped_early()
    path.save(tmp_path / f"run{end}")
    again = Trajectory.load(tmp_path / f"run{end}")
    assert (again.validation_cost == path.validation_cost).all()
    assert (again.validation_step == path.validation_step).all()


def test_a_file_with_more_costs_than_steps_is_refused(tmp_path):
    path = stopped_early()
    path.meta["validation"]["costs"].append(1.0)
    with pytest.raises(DataError, match="as many costs as steps"):
        path.save(tmp_path / "run.json")


def test_a_file_from_before_it_was_kept_still_loads(tmp_path):
    path = stopped_early()
    for name in ("steps", "costs"):
        del path.meta["validation"][name]
    path.save(tmp_path / "run.npz")
    assert len(Trajectory.load(tmp_path / "run.npz").validation_cost) == 0


def test_a_run_that_overflows_keeps_the_finite_losses(tmp_path):
    with pytest.warns(DivergenceWarning):
        path = stopped_early(learning_rate=50.0, tol=None, max_iter=400, n_iter_no_change=400)
    assert path.meta["end"] == "overflow"
    assert np.isfinite(path.validation_cost).all()
    path.save(tmp_path / "run.json")
    assert json.loads((tmp_path / "run.json").read_text())["meta"]["validation"]["rows"] == 20


def test_early_stopping_gives_no_advice_to_go_on():
    model = GDRegressor(learning_rate=0.02).fit(X, Y, validation=(XV, YV))
    assert model.trajectory_.meta["end"] == "validation"
    assert model.verdict_.advice is None


def test_the_picture_has_both_curves_and_marks_the_state_that_is_kept():
    from steepest.plots import CostHistoryDisplay

    path = stopped_early()
    picture = CostHistoryDisplay.from_trajectory(path).plot()
    cost, loss, mark = picture.lines_
    assert (cost.get_ydata() == path.cost).all()
    assert (loss.get_ydata() == path.validation_cost).all()
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (path.meta["validation"]["step"], path.validation_cost.min())
    assert picture.finding.startswith("The loss over held-out rows is lowest, ")
    words = [text.get_text() for text in picture.ax_.texts]
    assert any(word.startswith("kept, step") for word in words)
    assert any(word.startswith("held-out ") for word in words)
    assert len(CostHistoryDisplay.from_estimator(GDClassifier().fit(X[:, :2], Y > 0)).plot().lines_) == 1
