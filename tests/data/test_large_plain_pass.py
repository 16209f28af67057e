"""Plain passes over tables whose shift is put into the intercept, or whose blocks are shifted copies."""

from __future__ import annotations

import numpy as np
import pytest

from steepest import losses, make_rows
from steepest.core.units import Units
from steepest.data.full_pass import LARGE


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("away", [0.5, 5.0, 50.0])
def test_a_pass_in_units_is_the_formula(away, order):
    """A mean of up to 8 standard deviations takes the shorter way."""
    rng = np.random.default_rng(0)
    n, d = 2500, 50
    assert n * d > LARGE
    X = np.asarray(rng.standard_normal((n, d)) * 2 + 2 * away, order=order)
    y, weight, w = (rng.random(n) < 0.5) * 1.0, rng.uniform(0.1, 2, n), rng.standard_normal((d + 1, 1)) / 7
    units = Units(X.mean(0), 1 / X.std(0))
    rows = make_rows(X, y, weight=weight).in_units(units)
    Z = np.column_stack(((X - units.shift) * units.scale, np.ones(n)))
    z, loss = Z @ w, losses.LogLoss()
    cost, g = rows.value_and_gradient(loss, w)
    assert cost == pytest.approx(weight @ loss.value(z[:, 0], y) / weight.sum(), rel=1e-12)
    slope = (Z.T * weight) @ loss.slope(z, y[:, None]) / weight.sum()
    np.testing.assert_allclose(g, slope, rtol=0, atol=1e-13)
    np.testing.assert_allclose(rows.predictor(w), z, rtol=0, atol=1e-12)
    means = rows.columns()
    np.testing.assert_allclose(means.mean, weight @ X / weight.sum(), rtol=1e-13)
