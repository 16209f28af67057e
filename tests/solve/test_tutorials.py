"""The tutorials' own figures: each test names its row."""
# ruff: noqa: N802 - rows keep the names they have in the tutorials

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from conftest import COMPILED, LABELS8, ROOT, X8, Y8
from short_fit import fit

from steepest import (
    Method,
    Problem,
    derivative,
    descend,
    epochs,
    gradient,
    make_rows,
    minimize,
    partial,
    record,
    secants,
    stability_limit,
    until,
    updates,
)
from steepest.data.samples import sample
from steepest.objective.objective import Objective
from steepest.objective.penalties import L2

HELD = Problem(fixed=("intercept",))  # the tutorial holds the intercept at 2.6
HIMMELBLAU = "(x**2 + y - 11)**2 + (x + y**2 - 7)**2"
near = pytest.approx


def last(states):
    *_, state = states
    return state


def slopes(problem, method, data, start, steps):
    return [float(s.w[0, 0]) for s in until(descend(problem, method, data, start=start), updates(steps))]


def test_T3_least_squares():
    exact = fit(make_rows(X8, Y8), Problem()).trajectory.meta["exact"]
    assert exact["coef"] == near([0.8448275862068966], rel=1e-12)
    assert exact["intercept"] == near(2.6034482758620694, rel=1e-12)


def test_T3_default_fit_reaches_it():
    run = fit(make_rows(X8, Y8), Problem())
    assert run.verdict.status == "converged"
    assert [run.coef[0, 0], run.intercept[0]] == near([0.8448275862068966, 2.6034482758620694], rel=1e-6)


def test_T5_cost_along_the_slope(eight):
    m = np.linspace(0, 2, 21)
    direct = [np.mean((Y8 - a * X8[:, 0] - 2.6) ** 2) / 2 for a in m]
    objective = Objective(Problem(), eight)
    costs = [objective(np.array([[a], [2.6]]))[0] for a in m]
    assert costs == near(direct, rel=1e-12)
    fine = np.linspace(0.8, 0.9, 100_001)
    costs = [objective(np.array([[a], [2.6]]))[0] for a in fine[::100]]
    assert fine[::100][np.argmin(costs)] == near(0.8453, abs=1e-4)


def test_T6_no_learning_rate(eight):
    printed = [31.700000000000003, -1125.3500000000001, 41106.975000000006, -1500372.8875000002, 54763642.09375]
    assert slopes(HELD, Method(learning_rate=1), eight, [0, 2.6], 5)[1:] == near(printed, rel=1e-12)


def test_T6_is_called_diverged():
    run = fit(make_rows(X8, Y8), HELD, learning_rate=1, max_iter=5, tol=None, start=[0, 2.6])
    assert run.verdict.status == "diverged"
    assert "The learning rate, 1, is above the stability limit, 0.05333" in run.verdict.message


def test_T7_learning_rate(eight):
    path = slopes(HELD, Method(learning_rate=0.001), eight, [0, 2.6], 1000)
    assert path[-1] == near(0.8453333333333318, rel=1e-12)
    assert len(path) == 1001  # the ball's journey: every step is there


@pytest.mark.parametrize(("eta", "status"), [(0.05, "converged"), (0.1, "diverged"), (0.7, "diverged")])
def test_T8_rates_compared(eta, status):
    run = fit(make_rows(X8, Y8), HELD, learning_rate=eta, max_iter=100, tol=None, start=[0, 2.6])
    assert run.verdict.status == status
    if eta == 0.05:
        assert float(run.coef[0, 0]) == near(0.845332, abs=5e-7)


def test_T8_the_limit():
    assert stability_limit(X8, fit_intercept=False) == near(2 / 37.5, rel=1e-12)
    assert stability_limit(X8) == near(0.0522, abs=5e-5)
    assert stability_limit(X8, loss="mse") == near(0.0261, abs=5e-5)


def test_T9_both_parameters(eight):
    w = last(until(descend(Problem(), Method(learning_rate=0.01), eight), updates(4000))).w.ravel()
    assert w.tolist() == near([0.8450107631510549, 2.6022056448336817], rel=1e-12)


@pytest.mark.parametrize(
    ("method", "spread"),
    [
        pytest.param(Method("plain", 0.001, 1, "replacement"), 0.03, id="T11: one random row a step"),
        pytest.param(Method("plain", 0.001, 3), 0.015, id="T12: three rows without replacement"),
    ],
)
def test_T11_T12_mean_over_seeds(method, spread):
    rows, slope = make_rows(X8, Y8), []
    for seed in range(100):
        states = until(descend(HELD, method, rows, start=[0, 2.6], seed=seed, compiled=COMPILED), updates(1000))
        slope.append(record(states, keep=False).coef[-1, 0])
    assert abs(np.mean(slope) - 0.845333) < 3 * np.std(slope, ddof=1) / 10
    assert np.std(slope) < spread


def test_T15_logistic_slope():
    problem = Problem("log_loss", fixed=("intercept",))
    path = slopes(problem, Method(learning_rate=1), make_rows(X8, LABELS8), [0, -67.57], 1000)
    assert path[-1] == near(15.017184591647284, rel=1e-12)


def test_T16_with_the_penalty_of_C_1e5():
    run = fit(make_rows(X8, LABELS8), Problem("log_loss", L2(1 / (8 * 1e5))), max_iter=100_000, tol=1e-15)
    assert f"{run.coef[0, 0]:.4f} {run.intercept[0]:.4f}" == "17.3216 -77.9472"
    assert run.verdict.status == "converged"


def test_T16_without_penalty_is_separable():
    assert fit(make_rows(X8, LABELS8), Problem("log_loss")).verdict.status == "separable"


def test_T17_one_update_is_a_pure_function():
    m, b, eta = 0.3, -1.2, 0.01
    residual = Y8 - (m * X8[:, 0] + b)
    by_hand = [m - eta * np.mean(-2 * X8[:, 0] * residual), b - eta * np.mean(-2 * residual)]
    states = descend(Problem("mse"), Method(learning_rate=eta), make_rows(X8, Y8), start=[m, b])
    for _ in range(2):  # asking again changes nothing
        before, after = until(states, updates(1))
        assert after.w.ravel().tolist() == near(by_hand, rel=1e-14)
        assert before.cost == near(np.mean(residual**2), rel=1e-14)


def main_job(x, y):
    return fit(make_rows(x[:, None], y), Problem("mse"), learning_rate=0.001, max_iter=20_000, tol=None)


def test_T19_park_is_crawling_and_the_exact_line_known():
    x, y = np.loadtxt(sample("park").splitlines(), skiprows=1).T
    assert (30, 620) in zip(x, y, strict=True)
    assert len(x) == 14
    assert 16 <= x.min() <= x.max() <= 33
    run = main_job(x, y)
    assert len(run.trajectory.cost) == 20_001  # the loss of every iteration
    assert run.verdict.status == "crawling"
    exact = run.trajectory.meta["exact"]
    assert [*exact["coef"], exact["intercept"]] == near(np.polyfit(x, y, 1), rel=1e-9)
    off = abs(run.intercept[0] - exact["intercept"]) / abs(exact["intercept"])
    assert 0.17 < off < 0.60


def test_T19_the_example_file_is_the_sample():
    file = ROOT / "examples" / "park.txt"
    assert file.read_text(encoding="utf-8") == sample("park")


def test_T19_pizza(shared):
    x, y = np.loadtxt(shared("tutorials/pizza.txt"), skiprows=1).T
    run = main_job(x, y)
    assert [run.coef[0, 0], run.intercept[0]] == near([1.08113017, 13.17226766], abs=5e-9)
    assert run.coef[0, 0] * 20 + run.intercept[0] == near(34.79, abs=5e-3)


def test_T21_california(california):
    x, y = california
    assert len(y) == 17_938
    states = descend(Problem("mse"), Method(learning_rate=0.05), make_rows(x, y), start=[0.33, 0.48])
    path = record(until(states, epochs(10)))
    end = [path.coef[-1, 0], path.intercept[-1], path.cost[-1]]
    assert end == near([0.3524028401166764, 0.49097391457824024, 0.34339169885905707], rel=1e-12)
    assert len(path) == 11  # (m, b) and cost after each epoch


def test_T21_the_obvious_loop(eight):
    """On the eight points it diverges; the figures are those of the tutorial's own loop."""
    m, b, by_hand = 0.33, 0.48, []
    for _ in range(10):
        residual = Y8 - (m * X8[:, 0] + b)
        m, b = m + 0.05 * 2 * np.mean(X8[:, 0] * residual), b + 0.05 * 2 * np.mean(residual)
        by_hand += [m, b]
    path = record(until(descend(Problem("mse"), Method(learning_rate=0.05), eight, start=[0.33, 0.48]), epochs(10)))
    assert np.column_stack((path.coef[1:, 0], path.intercept[1:])).ravel() == near(by_hand, rel=1e-12)
    run = fit(make_rows(X8, Y8), Problem("mse"), learning_rate=0.05, max_iter=10, tol=None, start=[0.33, 0.48])
    assert run.verdict.status == "diverged"


def test_T21_stochastic_variant_draws_with_replacement():
    method = Method("plain", 0.01, batch_size=4, sampling="replacement")
    w = [s.w.ravel() for s in until(descend(Problem("mse"), method, make_rows(X8, Y8), start=[0.33, 0.48]), epochs(10))]
    assert len(w) == 21
    assert np.isfinite(w).all()


RUDER = {  # the overview's optimisers and a rate at which each goes down the tutorial's own valley
    "momentum": 0.002,
    "nesterov": 0.002,
    "ada_grad": 0.5,
    "ada_delta": 0.03,
    "rmsprop": 0.01,
    "adam": 0.05,
    "ada_max": 0.05,
    "nadam": 0.05,
    "amsgrad": 0.05,
}


@pytest.mark.parametrize("rule", RUDER)
def test_T23_every_optimiser_of_the_overview_goes_down_the_same_valley(rule):
    """Both parameters of the eight points, as in T9: within 1e-3 of the least cost after 20,000 steps."""
    states = descend(Problem(), Method(rule, RUDER[rule]), make_rows(X8, Y8))
    path = record(until(states, updates(20_000)))
    assert path.cost[-1] - 0.6314655172413793 < 1e-3


def test_T1_a_secant_turns_into_the_tangent():
    """x^2: slope 6 between 2 and 4, 14 between 6 and 8; at 4 with dx = 0.0001 about 8, and 8 in the limit."""
    rise = secants("x**2", 2, [2.0])[0, 1], secants("x**2", 6, [2.0])[0, 1]
    assert rise == (6.0, 14.0)
    assert secants("x**2", 4, [1e-4])[0, 1] == pytest.approx(8.0001, abs=1e-10)
    assert derivative("x**2", 4) == 8.0
    assert derivative(lambda x: x**2, 4) == pytest.approx(8.0, rel=1e-10)


def test_T2_one_variable_is_moved_at_a_time():
    """8 rpm + 3 load + 5 rises by 8 for each rpm wherever it stands; a plane a x + b y + c has slopes a and b."""
    assert [partial("8*rpm + 3*load + 5", at, "rpm") for at in ([0, 0], [2, 7], [-1, 40])] == [8.0] * 3
    plane = "2.5*x - 4*y + 1"
    assert [partial(plane, [3, -2], i) for i in (0, 1)] == [2.5, -4.0]
    assert gradient(plane, [3, -2]).tolist() == [2.5, -4.0]
    np.testing.assert_allclose(gradient(lambda p: 2.5 * p[0] - 4 * p[1] + 1, [3.0, -2.0]), [2.5, -4.0], rtol=1e-9)


@pytest.mark.parametrize(
    ("start", "minimum"),
    [((4.0, 4.0), (3.0, 2.0)), ((-4.0, 4.0), (-2.805118, 3.131313)), ((-4.0, -4.0), (-3.779310, -3.283186))],
)
def test_T18_steps_against_the_gradient_to_the_minimum_nearby(start, minimum):
    """Himmelblau has four valleys: the chosen start decides which one; each step goes against the slope."""
    path = minimize(HIMMELBLAU, start, learning_rate=0.01, steps=500)
    assert path.x[-1] == pytest.approx(minimum, abs=1e-5)
    assert path.verdict.status == "stationary"
    assert "local minimum" in path.verdict.message
    for x, after in pairwise(path.x[:20]):
        np.testing.assert_allclose(after - x, -0.01 * gradient(HIMMELBLAU, x), rtol=1e-9, atol=1e-12)


def test_T20_steps_shrink_with_the_slope_and_a_line_has_no_minimum():
    """f(x) = (x - 3)^2 + 2 from 6: slopes 6, 2, 0 at 6, 4, 3; 2x + 1 has slope 2 everywhere, and that is said."""
    f = "(x - 3)**2 + 2"
    assert [derivative(f, x) for x in (6, 4, 3)] == [6.0, 2.0, 0.0]
    path = minimize(f, 6, learning_rate=0.2, steps=40)
    steps = np.abs(np.diff(path.x[:, 0]))
    assert steps[0] == pytest.approx(1.2)
    assert (np.diff(steps[:30]) < 0).all()
    assert path.verdict.status == "converged"
    line = minimize("2*x + 1", 6)
    assert line.verdict.status == "unbounded"
    assert "its slope is 2 everywhere" in line.verdict.message
