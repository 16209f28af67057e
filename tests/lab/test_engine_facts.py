"""The minimum that the page finds before any step, against Python's fits: cost, separation, curvature, unit of tol."""

from __future__ import annotations

import numpy as np
import pytest

from steepest import Problem, losses, make_rows
from steepest.core.records import from_name
from steepest.optimality.null_model import constant_cost
from steepest.solve.fit import fit
from steepest.solve.settings import Limits

from .engine_support import ask, question
from .test_engine import LOSSES


def table(seed, d):
    """A table of d columns in which no loss fits exactly, and classes that no line separates."""
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(40, d)) * rng.uniform(0.1, 3, d) + rng.uniform(-2, 2, d)
    z = columns @ rng.uniform(-1, 1, d) + rng.standard_t(3, 40)
    return columns, z


def targets(loss, z):
    """Targets as a loss needs them, of which no two are alike unless they are classes."""
    record = from_name(loss, losses, "loss")
    if record.labels:
        return (z + 2 * np.sin(7 * z) > 0).astype(float)
    return np.exp(0.3 * z) + 0.1 if record.positive else z


def cost_of(loss, columns, y, raw):
    """Mean loss of raw parameters."""
    return from_name(loss, losses, "loss").value(columns @ raw[:-1] + raw[-1], y).mean()


@pytest.mark.parametrize("loss", LOSSES)
def test_the_minimum_is_that_of_a_fit(loss):
    asked, tables = [], []
    for seed, d, scaled in ((0, 1, False), (1, 1, True), (2, 2, False), (3, 3, True), (4, 4, False)):
        columns, z = table(seed, d)
        tables.append((columns, targets(loss, z)))
        asked.append(question(*tables[-1], loss=loss, standardize=scaled, start=(0.3,) * (d + 1)))
    for (columns, y), found in zip(tables, ask("facts", asked), strict=True):
        run = fit(make_rows(columns, y), Problem(loss), limits=Limits(tol=1e-13, max_iter=10_000))
        expected = cost_of(loss, columns, y, np.append(run.coef, run.intercept))
        unit = constant_cost(Problem(loss), make_rows(columns, y))
        assert not found["separable"]
        assert abs(found["least"] - expected) <= 1e-9 * unit
        assert cost_of(loss, columns, y, np.array(found["best"])) == pytest.approx(found["least"], rel=1e-9, abs=1e-12)
        assert found["constantCost"] == pytest.approx(unit, rel=1e-6)


@pytest.mark.parametrize("gap", [1e-6, 0.1, 3.0])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_separable_classes_have_no_minimum(d, gap):
    columns, _ = table(7, d)
    w = np.ones(d)
    margin = columns @ w
    y = (margin > np.median(margin)).astype(float)
    columns = columns + gap * (2 * y - 1)[:, None] * w
    (found,) = ask("facts", [question(columns, y, loss="log_loss", start=(0,) * (d + 1))])
    assert found["separable"]
    assert found["best"] is None
    assert found["least"] == 0


def test_one_row_on_the_wrong_side_gives_a_minimum():
    x = np.arange(12.0)[:, None]
    y = (x[:, 0] > 5.5).astype(float)
    y[9] = 0
    (found,) = ask("facts", [question(x, y, loss="log_loss", start=(0, 0))])
    assert found["best"] is not None
    assert not found["separable"]


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("offset", [0.0, 50.0])
def test_classes_that_touch_have_no_finite_minimum(d, offset):
    columns, _ = table(8, d)
    margin = (columns - columns[0]).sum(1)  # the first row is on the line that separates the others
    y = (margin > 0).astype(float)
    columns, y = np.vstack((columns, columns[:1])) + offset, np.append(y, 1.0)
    y[0] = 0.0
    (found,) = ask("facts", [question(columns, y, loss="log_loss", start=(0,) * (d + 1))])
    assert found["best"] is None
    assert not found["separable"]
    assert found["least"] == pytest.approx(2 * np.log(2) / 41, rel=1e-7)  # the two rows on it keep a loss of log 2


def test_a_fixed_intercept_keeps_a_table_from_being_separable():
    x, y = np.array([1.0, 3, 4, 5, 6, 7, 8, 10])[:, None], np.array([0.0, 0, 0, 1, 1, 1, 1, 1])
    case = {"loss": "log_loss", "start": (0, -67.57), "fixed": (False, True)}
    (found,) = ask("facts", [question(x, y, **case)])
    assert not found["separable"]
    run = fit(make_rows(x, y), Problem("log_loss", fixed=("intercept",)), start=np.array([0, -67.57]))
    assert found["best"][0] == pytest.approx(run.coef[0, 0], rel=1e-6)
    assert found["best"][1] == -67.57


@pytest.mark.parametrize("standardize", [False, True])
def test_columns_that_repeat_each_other_have_a_flat_direction(standardize):
    x, z = table(11, 1)
    columns = np.column_stack((x, 2 * x, np.full(40, 3.0)))
    (found,) = ask("facts", [question(columns, z, standardize=standardize, start=(0,) * 4)])
    assert found["eigenvalues"][:2] == [0, 0]
    assert found["eigenvalues"][2] > 1e-6
    one = fit(make_rows(x, z), Problem())
    expected = cost_of("squared_error", x, z, np.append(one.coef, one.intercept))
    assert found["least"] == pytest.approx(expected, rel=1e-12)
    if not standardize:  # of all minima the one with the smallest parameters
        table_with_ones = np.column_stack((columns, np.ones(40)))
        np.testing.assert_allclose(found["best"], np.linalg.pinv(table_with_ones) @ z, rtol=1e-9)


def test_a_column_far_from_zero_is_not_flat():
    year = np.arange(1990.0, 2021.0)[:, None]
    y = 0.2 * (year[:, 0] - 2000) ** 2
    (found,) = ask("facts", [question(year, y, start=(0, 0))])
    rows = np.column_stack((year, np.ones(31)))
    assert found["best"] == pytest.approx(np.linalg.lstsq(rows, y, rcond=None)[0], rel=1e-8)
    assert found["eigenvalues"] == pytest.approx(np.linalg.svd(rows / np.sqrt(31))[1][::-1] ** 2, rel=1e-9)


def test_eigenvalues_are_those_of_the_hessian():
    columns, z = table(5, 3)
    (found,) = ask("facts", [question(columns, z, loss="mse", start=(0,) * 4)])
    rows = np.column_stack((columns, np.ones(40)))
    np.testing.assert_allclose(found["eigenvalues"], np.linalg.eigvalsh(2 * rows.T @ rows / 40), rtol=1e-10)


def test_columns_that_are_nearly_alike_are_not_flat():
    x, z = table(12, 1)
    columns = np.column_stack((x, x + 1e-4 * np.sin(np.arange(40.0))[:, None]))
    (found,) = ask("facts", [question(columns, z, start=(0,) * 3)])
    expected = np.linalg.lstsq(np.column_stack((columns, np.ones(40))), z, rcond=None)[0]
    assert found["best"] == pytest.approx(expected, rel=1e-7)
    assert found["eigenvalues"][0] > 0


@pytest.mark.parametrize(
    ("loss", "slope", "intercept"),
    [("quantile", 7 / 9, 29 / 9), ("quantile:q=0.9", 1, 3), ("epsilon_insensitive", 0.8, 3.1)],
)
def test_a_line_of_least_absolute_error_goes_through_rows_exactly(loss, slope, intercept):
    x, y = np.array([1.0, 3, 4, 5, 6, 7, 8, 10])[:, None], np.array([4.0, 3, 7, 7, 8, 10, 8, 11])
    (found,) = ask("facts", [question(x, y, loss=loss, start=(0, 0))])
    assert found["best"] == pytest.approx([slope, intercept], rel=1e-13)


@pytest.mark.parametrize("loss", ["squared_error", "log_loss", "poisson", "quantile"])
def test_the_unit_of_a_cost_with_a_fixed_intercept_is_the_cost_of_0(loss):
    columns, z = table(2, 1)
    y = targets(loss, z)
    (found,) = ask("facts", [question(columns, y, loss=loss, start=(0, 0.5), fixed=(False, True))])
    unit = constant_cost(Problem(loss, fixed=("intercept",)), make_rows(columns, y))
    assert found["constantCost"] == pytest.approx(unit, rel=1e-12)
