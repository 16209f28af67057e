"""Tables that are hard to fit, of which the sample is a small part: few passes, and the verdicts of rows in memory."""

import numpy as np
import pytest

from steepest import Problem, make_rows, scan
from steepest.objective.penalties import elastic
from steepest.parts import survey
from steepest.parts.engines.here import Here
from steepest.solve.fit import fit
from steepest.solve.passes.fit import fit_parts

N, D, SAMPLE = 60_011, 6, 2000
MOST = 9  # passes, the survey included
PENALTIES = {"none": elastic(0.0), "l2": elastic(1e-4), "tiny": elastic(1e-8), "l1": elastic(1e-3, 1.0)}


def correlated(rng, X, b):
    """Columns whose condition number is 1e6."""
    U, sizes = np.linalg.qr(rng.standard_normal((D, D)))[0], np.geomspace(1, 1e-3, D)
    return (X @ (U * sizes)) @ U.T, U @ (np.linspace(1, 0.3, D) / sizes)


def flipped(y, places):
    """The classes of some rows changed."""
    y[places] = 1 - y[places]
    return y


def hard(kind):
    """A table of this kind, and its weights."""
    rng = np.random.default_rng(0)
    X, b = rng.standard_normal((N, D)), rng.standard_normal(D)
    if kind == "correlated":
        X, b = correlated(rng, X, b)
    if kind == "heavy":
        X, b = rng.standard_cauchy((N, D)), 0.3 * b
    z = X @ b - (9.0 if kind == "rare" else 0.0)
    y = (rng.random(N) < 1 / (1 + np.exp(-np.clip(z, -500, 500)))) * 1.0
    if kind == "complete":
        y = (z > 0) * 1.0
    if kind == "nearly":
        y = flipped((z > 0) * 1.0, rng.choice(np.flatnonzero(np.abs(z) < 1), 3))
    if kind == "quasi":
        X[:, 5] = rng.random(N) < 0.003
        y = np.where(X[:, 5] == 1, 1.0, y)
    weights = 10 ** rng.uniform(-3, 3, N) if kind == "weights" else None
    return (X + 1e6 if kind == "far" else X), y, weights


KINDS = ["correlated", "rare", "heavy", "far", "weights", "complete", "quasi", "nearly"]


@pytest.mark.parametrize("penalty", list(PENALTIES))
@pytest.mark.parametrize("kind", KINDS)
def test_few_passes_lead_to_the_verdict_of_rows_in_memory(kind, penalty, monkeypatch):
    monkeypatch.setattr(survey, "SAMPLE", SAMPLE)
    (X, y, weights), problem = hard(kind), Problem("log_loss", penalty=PENALTIES[penalty])
    run = fit_parts(scan(X, y, weights=weights, engine=Here(1), memory="64MB"), problem)
    known = fit(make_rows(X, y, weight=weights), problem)
    assert run.trajectory.meta["passes"] <= MOST
    assert run.verdict.status == known.verdict.status
    if known.verdict.status == "separable":
        return
    assert run.trajectory.meta["sample_rows"] <= SAMPLE
    gaps = run.certificate.gap + known.certificate.gap
    assert abs(run.trajectory.cost[-1] - known.trajectory.cost[-1]) <= gaps + 1e-15
    np.testing.assert_allclose(run.coef * X.std(0)[:, None], known.coef * X.std(0)[:, None], rtol=0.02, atol=2e-3)
