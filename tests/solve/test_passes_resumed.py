"""A fit over parts that was broken off goes on from its checkpoint to the same bits; its works can be pickled."""

import pickle

import numpy as np
import pytest

from steepest import Problem
from steepest.data.make_rows import make_rows
from steepest.objective.penalties import elastic
from steepest.parts.checkpoint import Checkpoint
from steepest.parts.dual_sums import DualSums
from steepest.parts.engines.here import Here
from steepest.parts.engines.task import forest_of
from steepest.parts.parts import Parts
from steepest.parts.samples import Picks
from steepest.parts.sources.memory import MemorySource
from steepest.parts.survey import Surveys
from steepest.solve.passes.fit import fit_parts

N, D = 70_011, 4
RNG = np.random.default_rng(0)
X = RNG.standard_normal((N, D))
ROWS = make_rows(X, (RNG.random(N) < 1 / (1 + np.exp(-X @ np.ones(D)))) * 1.0)
PROBLEM = Problem("log_loss", penalty=elastic(1e-3, 0.0))


class BrokenOff(Exception):  # noqa: N818
    """As if the process had been killed."""


def parts_of():
    return Parts(MemorySource(ROWS, ("a", "b", "c", "d")), 1 << 26, Here(1))


def bits(run):
    return run.coef.tobytes() + run.trajectory.cost.tobytes() + np.float64(run.certificate.gap).tobytes()


@pytest.mark.parametrize("left", range(1, 9, 2))
def test_a_fit_goes_on_from_its_checkpoint(tmp_path, left):
    first = bits(fit_parts(parts_of(), PROBLEM))
    parts, at = parts_of(), [left]
    parts.checkpoint = Checkpoint(tmp_path / "run.ckpt", {"table": parts.source.identity})

    def told(_):
        at[0] -= 1
        if at[0] == 0:
            raise BrokenOff

    parts.told = told
    with pytest.raises(BrokenOff):
        fit_parts(parts, PROBLEM)
    again = parts_of()
    again.checkpoint = Checkpoint(tmp_path / "run.ckpt", {"table": again.source.identity})
    assert bits(fit_parts(again, PROBLEM)) == first


@pytest.mark.parametrize(
    "work",
    [Surveys(np.zeros(D + 1), True, Picks(500, 250, 10_000, 0, {})), DualSums(PROBLEM.loss, np.ones((D + 1, 1)))],
)
def test_works_and_parts_can_be_sent_to_another_process(work):
    part = parts_of().parts[0]
    sent, there = pickle.loads(pickle.dumps((work, part)))
    for node, sums in forest_of(work, part, 4096).items():
        for a, b in zip(sums, forest_of(sent, there, 16384)[node], strict=True):
            np.testing.assert_array_equal(a, b)
