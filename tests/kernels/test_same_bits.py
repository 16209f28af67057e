"""The same bits come out whatever number of threads BLAS or the package may use."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from steepest import Method, Problem, descend, make_rows
from steepest.core.units import Units
from steepest.data.layout import jit_allowed
from steepest.descent.minibatch import SampledCompiled

SCRIPT = """
import hashlib, sys
import numpy as np
from steepest import Problem, make_rows
from steepest.solve.fit import fit
from steepest.solve.settings import Limits, Settings
rng = np.random.default_rng(0)
X = rng.standard_normal((3000, {d}))
y = X[:, 0] + rng.standard_normal(3000)
labels = (y > 0) * 1.0
few, textbook = Limits(30), Settings(learning_rate=0.01)
runs = [fit(make_rows(X, y), Problem(), limits=few), fit(make_rows(X, y), Problem(), textbook, few)]
runs += [fit(make_rows(X, labels), Problem("log_loss"), limits=Limits(12))]
runs += [fit(make_rows(X, labels), Problem("log_loss"), Settings(batch_size=64), Limits(2))]
print([hashlib.sha256(run.trajectory.coef.tobytes()).hexdigest()[:12] for run in runs])
print([run.certificate for run in runs])
"""


@pytest.mark.parametrize("d", [20, 400])
def test_squared_loss_with_400_columns_gave_other_bits_with_other_blas_threads(d):
    said = []
    for threads in ("1", "2"):
        env = {**os.environ, "OPENBLAS_NUM_THREADS": threads, "STEEPEST_NUM_THREADS": threads}
        words = [sys.executable, "-c", SCRIPT.format(d=d)]
        done = subprocess.run(words, env=env, capture_output=True, text=True, check=True)
        said.append(done.stdout)
    assert said[0] == said[1]
    assert len(said[0]) > 50


@pytest.mark.skipif(not jit_allowed(), reason="NUMBA_DISABLE_JIT leaves no compiled steps to cut")
@pytest.mark.parametrize("batch_size", [1, 7, 64, 500])
def test_compiled_steps_gave_other_bits_when_a_call_began_elsewhere(batch_size):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((1500, 200))
    rows = make_rows(X, (X[:, 0] > 0) * 1.0)._replace(units=Units(np.full(200, 0.1), np.full(200, 1.3)))
    method = Method("momentum", 0.01, batch_size=batch_size)
    walker = SampledCompiled(Problem("log_loss"), method, rows, seed=3)
    start = descend(Problem("log_loss"), method, rows).start
    whole = walker(start, 40, 1)[0]
    cut = start
    for count in (1, 2, 3, 17, 17):
        cut = walker(cut, count, 1)[0]
    assert np.array_equal(whole.at, cut.at)
