"""Rounds of a non-smooth loss as updates of the loop: resumed, recorded and watched like any other descent."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from short_fit import fit

from steepest import Problem, losses, make_rows, penalties, record, until, updates
from steepest.descent.continuation import continued
from steepest.methods.method import Method
from steepest.methods.rules import Newton
from steepest.methods.steps import Backtracking
from steepest.solve.auto.interior_point import InteriorPoint
from steepest.solve.auto.smoothing import Smoothing

RNG = np.random.default_rng(5)
X = RNG.standard_normal((80, 3))
Y = X @ [1.0, -2.0, 0.5] + RNG.standard_normal(80)
QUANTILE = Problem("quantile:q=0.3")


SEQUENCES = pytest.mark.parametrize("sequence", [InteriorPoint, lambda problem, rows: Smoothing(problem, rows, 1e-12)])


def rounds(sequence, problem=QUANTILE, count=6):
    rows = make_rows(X, Y)
    return until(
        continued(problem, Method(Newton(), Backtracking()), rows, None, sequence(problem, rows)), updates(count)
    )


@SEQUENCES
def test_each_update_is_a_round_whose_cost_is_that_of_the_loss_itself(sequence):
    path = record(rounds(sequence))
    assert path.step.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert (np.diff(path.epoch) >= 1).all()
    for coef, intercept, cost in zip(path.coef, path.intercept, path.cost, strict=True):
        z = X @ coef + intercept
        assert cost == pytest.approx(np.maximum(0.3 * (Y - z), 0.7 * (z - Y)).mean(), rel=1e-12)


@SEQUENCES
def test_a_round_goes_on_from_its_checkpoint_bit_for_bit(sequence):
    descent = rounds(sequence)
    blocks = list(descent.blocks())
    third = blocks[3].last
    again = descent.replay(third, 6)
    assert again.at.tobytes() == blocks[6].last.at.tobytes()
    assert again.memory.tobytes() == blocks[6].last.memory.tobytes()


@SEQUENCES
def test_what_is_recorded_changes_no_round(sequence):
    whole, ends = record(rounds(sequence)), record(rounds(sequence), keep=False)
    assert ends.step.tolist() == [0, 6]
    assert ends.coef[-1].tobytes() == whole.coef[-1].tobytes()


@SEQUENCES
def test_the_gap_that_a_round_proves_is_known_again_from_its_checkpoint(sequence):
    problem, rows = Problem("hinge", penalty=penalties.L2(0.1)), make_rows(X, (Y > 0).astype(float))
    found, method = sequence(problem, rows), Method(Newton(), Backtracking())
    states = list(until(continued(problem, method, rows, None, found), updates(4)))
    proven = found.proven(states[4].origin)
    found.latest = (0, proven)  # forgotten
    assert found.proven(states[4].origin) == proven
    assert proven.gap < found.proven(states[1].origin).gap


def test_held_out_rows_choose_a_round():
    run = fit(make_rows(X, Y), QUANTILE, validation=make_rows(X[::2] + 0.1, Y[::2]), patience=3)
    path, found = run.trajectory, run.trajectory.meta["validation"]
    held_out = make_rows(X[::2] + 0.1, Y[::2])
    loss = [
        held_out.value(losses.Quantile(0.3), np.append(c, b)[:, None])
        for c, b in zip(path.coef, path.intercept, strict=True)
    ]
    assert found["step"] == path.meta["reported_step"]
    assert found["loss"] == pytest.approx(min(loss), rel=1e-9)


def test_a_callback_sees_every_round_and_ends_it():
    seen = []
    run = fit(make_rows(X, Y), QUANTILE, callback=lambda state: seen.append(state.t) or state.t == 3)
    assert seen == [0, 1, 2, 3]
    assert all(b > a for a, b in pairwise(run.trajectory.epoch))
