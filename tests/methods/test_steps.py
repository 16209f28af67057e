"""Learning rates: schedules against torch's values, searches and adaptive ones against twins and theory."""

from __future__ import annotations

import json
import math
from itertools import pairwise

import numpy as np
import pytest
from conftest import ROOT, X8, Y8, linear_table, logistic_table, needs_compiler
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest import (
    Method,
    Problem,
    SteepestError,
    descend,
    find_learning_rate,
    make_rows,
    stability_limit,
    until,
    updates,
)
from steepest.core.errors import UsageError
from steepest.core.records import to_name, to_spec
from steepest.descent.loop import View, _adapting, walk
from steepest.descent.states import Checkpoint
from steepest.methods import steps
from steepest.objective.objective import Objective
from steepest.objective.penalties import L1, L2

near = pytest.approx
quick = settings(max_examples=40, deadline=None, derandomize=True)
ALL = [getattr(steps, name)() for name in steps.__all__]
SCHEDULES = [s for s in ALL if not s.looks]
LOOKING = [s for s in ALL if s not in SCHEDULES]


def called(step):
    return to_name(type(step))


def rates(step, count):
    return [step.rate(t) for t in range(1, count + 1)]


# ------------------------------------------------------------------ schedules

# Printed by torch 2.15.0, torch.optim.lr_scheduler, float64, learning rate used by the update, from the first one on.
TORCH = [
    # StepLR(step_size=3, gamma=0.5), lr 0.1
    (steps.StepDecay(0.1, 3, 0.5), [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025]),
    # CosineAnnealingLR(T_max=6, eta_min=0.01), lr 0.1
    (steps.Cosine(0.1, 6, 0.01), [0.1, 0.09397114317029975, 0.0775, 0.055, 0.0325, 0.01602885682970026, 0.01]),
    # OneCycleLR(max_lr=0.1, total_steps=10)
    (
        steps.OneCycle(0.1, 10),
        [
            0.004, 0.052, 0.1, 0.09504846320134738, 0.0811745653949763, 0.06112620219362893,
            0.03887419780637107, 0.0188258346050237, 0.004951936798652629, 4e-07,
        ],
    ),
    # OneCycleLR(max_lr=0.5, total_steps=7, pct_start=0.4, div_factor=10, final_div_factor=100)
    (
        steps.OneCycle(0.5, 7, 0.4, 10, 100),
        [
            0.05, 0.31407083997505925, 0.49721049884972585, 0.4059665780142187, 0.23158615912679054,
            0.06717029501050087, 0.0005,
        ],
    ),
    # CyclicLR(base_lr=0.01, max_lr=0.1, step_size_up=4)
    (steps.Cyclical(0.1, 4, 0.01), [0.01, 0.0325, 0.055, 0.0775, 0.1, 0.0775, 0.055, 0.0325, 0.01, 0.0325]),
    # LinearLR(start_factor=1/5, total_iters=4), lr 0.1
    (steps.WarmUp(0.1, 5), [0.02, 0.04, 0.06, 0.08, 0.1, 0.1, 0.1]),
    # ExponentialLR(gamma=0.9), lr 0.1
    (steps.ExponentialDecay(0.1, 0.9), [0.1, 0.09, 0.081, 0.0729]),
]  # fmt: skip


@pytest.mark.parametrize(("step", "values"), TORCH, ids=lambda s: called(s) if hasattr(s, "rate") else "")
def test_schedules_have_the_values_of_torch(step, values):
    assert rates(step, len(values)) == near(values, rel=1e-13)


def test_schedules_beyond_their_end_stay_where_they_are():
    """Where torch's cosine goes up again and its one cycle raises an error."""
    assert rates(steps.Cosine(0.1, 6, 0.01), 20)[6:] == near([0.01] * 14)
    assert rates(steps.OneCycle(0.1, 10), 20)[9:] == near([4e-7] * 11)
    assert rates(steps.WarmUp(0.1, 2, 6, 0.02), 9)[5:] == near([0.02] * 4)


def test_warm_up_joins_its_cosine_at_the_top():
    down = [0.5 * (1 + math.cos(math.pi * u / 4)) for u in (1, 2, 3, 4)]
    assert rates(steps.WarmUp(1.0, 3, 7), 7) == near([1 / 3, 2 / 3, 1, *down], abs=1e-15)


@pytest.mark.parametrize("step", SCHEDULES, ids=called)
@quick
@given(t=st.integers(1, 10**9))
def test_a_schedule_is_a_finite_rate_at_every_update(step, t):
    assert isinstance(step.rate(t), float)
    assert 0 <= step.rate(t) < math.inf
    if not isinstance(step, steps.Silver):
        assert step.rate(t) <= step.eta * (1 + 1e-15)


@needs_compiler
@pytest.mark.parametrize("step", [*SCHEDULES, steps.WarmUp(0.01, 3, 9, 0.001)], ids=called)
def test_schedules_are_compiled_as_they_stand(step):
    from steepest.kernels.compiler import compiled
    from steepest.kernels.dispatch import rate

    def all_rates(item, count):
        out = np.empty(count)
        for t in range(1, count + 1):
            out[t - 1] = rate(item, t)
        return out

    assert compiled(all_rates, step)(step, 70).tolist() == near(rates(step, 70), rel=1e-14, abs=1e-300)


def test_silver_begins_as_published():
    root = math.sqrt(2)
    assert rates(steps.Silver(1.0), 7) == near([root, 2, root, 2 + root, root, 2, root], rel=1e-15)
    assert rates(steps.Silver(0.5), 63) == near([0.5 * h for h in rates(steps.Silver(1.0), 63)])


def test_silver_is_made_of_two_copies_and_a_longer_step_between():
    """Recursion of Altschuler and Parrilo: h_(2n+1) = (h_n, 1 + rho^(k-1), h_n), n = 2^k - 1."""
    built = [math.sqrt(2)]
    for k in range(1, 9):
        built = [*built, 1 + (1 + math.sqrt(2)) ** (k - 1), *built]
    assert rates(steps.Silver(1.0), len(built)) == near(built, rel=1e-14)


def test_silver_steps_leave_a_quarter_of_the_gap_of_equal_ones():
    """Worst gap over quadratics of curvature up to L = 1 after 127 steps from distance 1, and the proven bound."""

    def worst(step):
        curvature = np.append(np.geomspace(1e-6, 1, 200_001), 1.0)
        left = np.prod([1 - h * curvature for h in rates(step, 127)], axis=0)
        return (curvature / 2 * left**2).max()

    assert worst(steps.Silver(1.0)) == near(1.904e-4, rel=5e-4)
    assert worst(steps.Constant(1.0)) == near(7.227e-4, rel=5e-4)
    assert worst(steps.Silver(1.0)) < 1 / (1 + math.sqrt(4 * (1 + math.sqrt(2)) ** 14 - 3))


@pytest.mark.parametrize("batch_size", [None, 3])
@pytest.mark.parametrize("step", SCHEDULES, ids=called)
def test_a_descent_uses_the_schedule_it_is_given(step, batch_size):
    states = list(until(descend(Problem(), Method("plain", step, batch_size), make_rows(X8, Y8)), updates(9)))
    assert [s.eta for s in states[1:]] == rates(step, 9)


@needs_compiler
def test_compiled_steps_use_the_schedule_too():
    method, rows = Method("plain", steps.OneCycle(0.02, 9), 3), make_rows(X8, Y8)
    states = list(until(descend(Problem(), method, rows, compiled=True), updates(9)))
    assert [s.eta for s in states[1:]] == near(rates(method.learning_rate, 9), rel=1e-14)


# ------------------------------------------------------------------ functions with a known minimum


def quartic(x):
    """Powell's singular function: its second derivatives at the minimum are singular."""
    a, b, c, d = x[0] + 10 * x[1], x[2] - x[3], x[1] - 2 * x[2], x[0] - x[3]
    slope = [2 * a + 40 * d**3, 20 * a + 4 * c**3, 10 * b - 8 * c**3, -10 * b - 40 * d**3]
    return a * a + 5 * b * b + c**4 + 10 * d**4, np.array(slope)


def brown_dennis(x):
    t = np.arange(1, 21) / 5
    u, v = x[0] + t * x[1] - np.exp(t), x[2] + x[3] * np.sin(t) - np.cos(t)
    r = u * u + v * v
    return (r * r).sum(), 4 * np.array([(r * u).sum(), (r * u * t).sum(), (r * v).sum(), (r * v * np.sin(t)).sum()])


def booth(x):
    a, b = x[0] + 2 * x[1] - 7, 2 * x[0] + x[1] - 5
    return a * a + b * b, np.array([2 * a + 4 * b, 4 * a + 2 * b])


def zakharov(x):
    k = 0.5 * np.arange(1, len(x) + 1)
    s = k @ x
    return x @ x + s**2 + s**4, 2 * x + (2 * s + 4 * s**3) * k


CONVEX = {
    "sphere2": lambda x: (x @ x, 2 * x),
    "booth": booth,
    "matyas": lambda x: (0.26 * x @ x - 0.48 * x[0] * x[1], 0.52 * x - 0.48 * x[::-1]),
    "powell_singular": quartic,
    "brown_dennis": brown_dennis,
    "zakharov3": zakharov,
}


def descent(f, start, step, count):
    """Points after 0, 1, 2 ... updates of the plain rule, and rates, costs and number of looks."""
    method, looks = Method("plain", step), []

    def look(_, at):
        cost, g = f(at[:, 0])
        looks.append(cost)
        return float(cost), np.asarray(g, float)[:, None]

    at = np.array(start, float)[:, None]
    first = Checkpoint(0, at, np.zeros((method.slots, *at.shape)))
    view = View(adapt=_adapting(method) if step.adapts else None)
    with np.errstate(over="ignore", invalid="ignore"):
        _, etas, costs, _, points = walk(look, method, first, count, 1, view)
    return np.vstack((at.T, points[:, :, 0])), etas, np.append(looks[0], costs), len(looks)


@pytest.fixture
def published(shared):
    listed = json.loads(shared("optim/test_functions.json").read_text(encoding="utf-8"))
    return {entry["name"]: entry for entry in listed}


@pytest.mark.parametrize("name", CONVEX)
def test_hand_written_gradients_are_derivatives_and_the_functions_the_published_ones(name, published):
    f, entry = CONVEX[name], published[name]
    x = np.array(entry["x0"], float)
    cost, g = f(x)
    assert cost == near(entry["f_at_x0"])
    slopes = [(f(x + h)[0] - f(x - h)[0]) / 2e-6 for h in 1e-6 * np.eye(len(x))]
    assert g == near(slopes, rel=1e-4, abs=1e-4)


def test_every_function_marked_convex_is_tried(published):
    assert {name for name, entry in published.items() if entry["convex"]} == set(CONVEX)


@pytest.mark.parametrize("name", CONVEX)
@pytest.mark.parametrize("step", [steps.ADGD(), steps.BarzilaiBorwein(), steps.BarzilaiBorwein(2)], ids=repr)
def test_convex_functions_end_at_their_minimum_without_a_rate(step, name, published):
    entry = published[name]
    count = 7500 if name == "powell_singular" and isinstance(step, steps.ADGD) else 200
    points, etas, costs, _ = descent(CONVEX[name], entry["x0"], step, count)
    assert costs[-1] <= entry["fmin"] + 1e-6 * (1 + abs(entry["fmin"]))
    assert np.isfinite(points).all()
    assert np.isfinite(etas).all()


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("step", [steps.ADGD(), steps.BarzilaiBorwein(), steps.ExactLine()], ids=repr)
def test_no_scale_of_the_function_needs_a_rate(step, scale):
    bend = scale * np.array([1.0, 30.0])
    _, _, costs, _ = descent(lambda x: (0.5 * bend @ (x - 3) ** 2, bend * (x - 3)), [0.0, 0.0], step, 150)
    assert costs[-1] <= 1e-10 * costs[0]


@pytest.mark.parametrize("step", LOOKING, ids=called)
def test_a_descent_that_begins_at_the_minimum_stays_there(step):
    points, etas, _, _ = descent(CONVEX["sphere2"], [0.0, 0.0], step, 5)
    assert (points == 0).all()
    assert np.isfinite(etas).all()


# ------------------------------------------------------------------ adaptive gradient descent


def adaptive_twin(gradient, x, eta, count):
    """Algorithm 2 of arXiv:2308.02261, line by line."""
    path, rates, theta = [x], [eta], 1 / 3
    g = gradient(x)
    x_new = x - eta * g
    path.append(x_new)
    for _ in range(count - 1):
        g_new = gradient(x_new)
        L = np.linalg.norm(g_new - g) / np.linalg.norm(x_new - x)
        with np.errstate(divide="ignore"):
            local = eta / np.sqrt(np.maximum(2 * eta**2 * L**2 - 1, 0))
        new = min(math.sqrt(2 / 3 + theta) * eta, local)
        theta, eta, x, g = new / eta, new, x_new, g_new
        x_new = x_new - eta * g_new
        path.append(x_new)
        rates.append(eta)
    return np.array(path), np.array(rates)


@pytest.mark.parametrize("name", CONVEX)
@pytest.mark.parametrize("eta", [1e-7, 1e-3])
def test_adgd_is_its_algorithm_step_by_step(eta, name, published):
    start = np.array(published[name]["x0"], float)
    if name == "brown_dennis" and eta == 1e-3:
        start = start / 1e3  # farther away such a first step leads beyond all numbers
    points, etas, _, _ = descent(CONVEX[name], start, steps.ADGD(eta), 25)
    path, twin = adaptive_twin(lambda x: CONVEX[name](x)[1], start, eta, 25)
    assert etas == near(twin, rel=1e-6)
    np.testing.assert_allclose(points, path, rtol=1e-6, atol=1e-9)


def test_adgd_finds_the_curvature_before_it_begins():
    """A probe of a millionth; then 1 / (sqrt(2) L) on f = 3 x^2, where L = 6."""
    _, etas, _, _ = descent(lambda x: (3 * x @ x, 6 * x), [2.0, 0.0], steps.ADGD(), 4)
    assert etas[0] == near(2e-6 / 12)
    assert etas[1] == near(1 / (math.sqrt(2) * 6), rel=1e-6)
    assert etas[2] == near(etas[1], rel=1e-6)


def test_adgd_takes_longer_probes_where_the_gradient_does_not_change():
    """|x - 1e9| with a rounded corner: from 0 the gradient is -1 for a long way."""
    huber = lambda x: (float(np.sqrt(1 + (x[0] - 1e9) ** 2)), (x - 1e9) / np.sqrt(1 + (x - 1e9) ** 2))  # noqa: E731
    _, etas, costs, _ = descent(huber, [0.0], steps.ADGD(), 400)
    assert etas[1] == near(10 * etas[0])
    assert costs[-1] == near(1.0, rel=1e-6)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), d=st.integers(1, 6), log_kappa=st.floats(0, 1.5))
def test_adgd_and_barzilai_borwein_converge_on_any_convex_quadratic(seed, d, log_kappa):
    rng = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(rng.standard_normal((d, d)))
    A = 10.0 ** rng.uniform(-4, 4) * (Q * np.geomspace(1, 10**log_kappa, d)) @ Q.T
    least = 10.0 ** rng.uniform(-3, 3) * rng.standard_normal(d)
    f = lambda x: (0.5 * (x - least) @ A @ (x - least), A @ (x - least))  # noqa: E731
    for step in (steps.ADGD(), steps.BarzilaiBorwein(), steps.BarzilaiBorwein(2)):
        _, _, costs, _ = descent(f, np.zeros(d), step, 100 + int(20 * 10**log_kappa))
        assert costs[-1] <= 1e-9 * costs[0]


# ------------------------------------------------------------------ Polyak


def test_polyak_is_its_formula_and_comes_nearer_at_every_step(published):
    for name in ("booth", "zakharov3", "powell_singular"):
        entry = published[name]
        points, etas, costs, _ = descent(CONVEX[name], entry["x0"], steps.Polyak(entry["fmin"]), 60)
        slopes = np.array([CONVEX[name](x)[1] for x in points])
        assert etas == near((costs - entry["fmin"])[:-1] / (slopes[:-1] ** 2).sum(1), rel=1e-9)
        distance = np.linalg.norm(points - np.array(entry["minima"][0]), axis=1)
        assert (np.diff(distance) <= 1e-12).all()


def test_polyak_ends_where_the_cost_is_what_it_was_told():
    points, _, costs, _ = descent(lambda x: (1 + x @ x, 2 * x), [3.0, 4.0], steps.Polyak(least=5.0), 60)
    assert costs[-1] == near(5.0, abs=1e-6)
    stands, etas, _, _ = descent(lambda x: (1 + x @ x, 2 * x), [0.1, 0.0], steps.Polyak(least=5.0), 3)
    assert (stands == [0.1, 0.0]).all()
    assert (etas == 0).all()
    assert np.isfinite(points).all()


# ------------------------------------------------------------------ Barzilai and Borwein


@pytest.mark.parametrize("form", [1, 2])
def test_barzilai_borwein_is_the_secant_step_on_a_quadratic(form):
    bend = np.array([1.0, 4.0, 9.0])
    points, etas, _, _ = descent(
        lambda x: (0.5 * bend @ x**2, bend * x), [1.0, 1.0, 1.0], steps.BarzilaiBorwein(form, 0.1), 12
    )
    s = np.diff(points, axis=0)
    y = s * bend
    expected = (s * s).sum(1) / (s * y).sum(1) if form == 1 else (s * y).sum(1) / (y * y).sum(1)
    assert etas[0] == 0.1
    assert etas[1:] == near(expected[:-1], rel=1e-9)
    assert (etas[1:] >= 1 / 9 - 1e-12).all()
    assert (etas[1:] <= 1 + 1e-12).all()


@pytest.mark.parametrize("name", CONVEX)
def test_barzilai_borwein_lets_the_cost_rise_but_never_above_the_last_ten(name, published):
    costs = descent(CONVEX[name], published[name]["x0"], steps.BarzilaiBorwein(), 60)[2]
    assert all(costs[t] <= costs[max(0, t - 10) : t].max() * (1 + 1e-12) for t in range(1, len(costs)))
    if name == "powell_singular":
        assert 3 < (np.diff(costs) > 0).sum() < 30


def test_barzilai_borwein_without_its_watch_goes_round_in_a_circle_and_with_it_does_not():
    """On log cosh x + x^2 / 2000, convex, the bare secant step jumps between two far points for ever."""
    f = lambda x: (float(np.logaddexp(x[0], -x[0]) + 0.0005 * x[0] ** 2), np.tanh(x) + 0.001 * x)  # noqa: E731
    x, eta, bare = np.array([3.0]), 0.5, []
    for _ in range(60):
        after = x - eta * f(x)[1]
        eta = float((after - x) @ (after - x) / ((after - x) @ (f(after)[1] - f(x)[1])))
        x = after
        bare.append(f(x)[0])
    assert min(bare[-20:]) > 200
    _, _, costs, looks = descent(f, [3.0], steps.BarzilaiBorwein(eta=0.5), 60)
    assert costs[-1] == near(math.log(2), abs=1e-12)
    assert looks < 30  # once it stands at the minimum nobody looks


def test_barzilai_borwein_beats_every_constant_rate_on_a_hard_quadratic():
    """Condition 1000: with the best constant rate, 2 / (L + mu), each step leaves (999/1001)^2 of the gap."""
    bend = np.geomspace(1e-3, 1, 50)
    f = lambda x: (0.5 * bend @ x**2, bend * x)  # noqa: E731
    costs = descent(f, np.ones(50), steps.BarzilaiBorwein(), 500)[2]
    best = descent(f, np.ones(50), steps.Constant(2 / 1.001), 500)[2]
    assert costs[-1] < 1e-3 * best[-1]


# ------------------------------------------------------------------ searches


@quick
@given(a=st.floats(1e-6, 1e6), b=st.floats(1e-3, 1e3))
def test_exact_line_takes_one_look_more_than_the_first_on_a_quadratic(a, b):
    """Phi(s) = a s^2 / 2 - b s: least at b / a."""
    looks = []

    def probe(share):
        looks.append(share)
        return 0.5 * a * share**2 - b * share, a * share - b

    assert steps.ExactLine().seek(probe, 0.0, b) == near(b / a, rel=1e-2)
    assert len(looks) <= 2
    assert looks[-1] == near(b / a, rel=1e-9) or len(looks) == 1


def test_exact_line_search_zigzags_as_cauchys_method_must():
    """From (kappa, 1) on x^2 + kappa y^2 every step leaves exactly ((kappa - 1) / (kappa + 1))^2 of the cost."""
    kappa = 25.0
    bend = np.array([1.0, kappa])
    costs = descent(lambda x: (0.5 * bend @ x**2, bend * x), [kappa, 1.0], steps.ExactLine(), 20)[2]
    assert costs[1:] / costs[:-1] == near(np.full(20, ((kappa - 1) / (kappa + 1)) ** 2), rel=1e-6)


@pytest.mark.parametrize("eta", [1e-9, 1e-3, 1.0, 1e6])
@pytest.mark.parametrize("name", CONVEX)
def test_exact_line_never_rises_and_ends_flat_whatever_it_tries_first(name, eta, published):
    f, start = CONVEX[name], published[name]["x0"]
    points, _, costs, _ = descent(f, start, steps.ExactLine(eta), 12)
    assert (np.diff(costs) <= 1e-12 * np.abs(costs[:-1])).all()
    for before, after in pairwise(points):
        slope, foot = f(after)[1] @ f(before)[1], f(before)[1] @ f(before)[1]
        assert abs(slope) <= 0.011 * foot or foot < 1e-12 or f(before)[0] - f(after)[0] <= 1e-12 * abs(f(before)[0])


@pytest.mark.parametrize("step", [steps.ExactLine(), steps.Backtracking(), steps.BarzilaiBorwein()], ids=called)
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_search_retreats_from_what_is_no_number_and_gives_up_where_nothing_falls(step, bad):
    memory = np.ones((12, 1, 1))

    def cliff(share):
        return (bad, bad) if share > 0.3 else (1.0 - share, -1.0)

    assert 0 < step.seek(cliff, 1.0, 1.0, memory) <= 0.3
    assert step.seek(lambda share: (2.0, 5.0), 1.0, 2.0, memory) == 0.0


# ------------------------------------------------------------------ over data


@pytest.mark.parametrize("step", [s for s in LOOKING if called(s) != "polyak"], ids=called)
@pytest.mark.parametrize("penalised", [False, True])
def test_over_a_table_each_comes_to_the_same_optimum_as_newton(step, penalised):
    X, y = logistic_table(3, 60, 2)
    problem, rows = Problem("log_loss", L2(0.1) if penalised else L2(0.0)), make_rows((X - X.mean(0)) / X.std(0), y)
    *_, best = until(descend(problem, Method("newton", steps.Backtracking()), rows), updates(12))
    *_, last = until(descend(problem, Method("plain", step), rows), updates(300))
    assert last.cost == near(best.cost, rel=1e-9)


@pytest.mark.parametrize("step", LOOKING, ids=called)
def test_a_descent_goes_on_where_it_stood_bit_for_bit(step):
    X, y = linear_table(2, spread=0.3)
    method = Method("plain", step)
    states = list(until(descend(Problem(), method, make_rows(X, y)), updates(25)))
    again = list(until(descend(Problem(), method, make_rows(X, y), start=states[11]), updates(25)))
    assert [s.w.tolist() for s in again] == [s.w.tolist() for s in states[11:]]
    assert [s.eta for s in again[1:]] == [s.eta for s in states[12:]]


@pytest.mark.parametrize("step", LOOKING, ids=called)
def test_held_coordinates_stay(step):
    X, y = linear_table(4, spread=0.3)
    problem = Problem(fixed=(1, "intercept"))
    states = list(until(descend(problem, Method("plain", step), make_rows(X, y), start=[0, 0.7, 0, 0.2]), updates(9)))
    assert all((s.w[[1, 3], 0] == [0.7, 0.2]).all() for s in states)
    assert states[-1].cost < states[0].cost


@pytest.mark.parametrize("step", LOOKING, ids=called)
def test_what_looks_at_all_rows_refuses_batches(step):
    with pytest.raises(UsageError, match="needs all rows in every step"):
        Method("plain", step, batch_size=4)


@pytest.mark.parametrize(
    "spec",
    [
        "step_decay:every=0", "step_decay:every=2.5", "step_decay:factor=1.5", "step_decay:factor=0",
        "cosine:steps=0", "cosine:eta=0.1,floor=0.2", "cosine:floor=-1", "cosine:steps=1e400", "cosine:eta=0",
        "warm_up:warm=0", "warm_up:warm=10,steps=10", "warm_up:steps=-1", "warm_up:floor=nan",
        "one_cycle:steps=1", "one_cycle:rise=0", "one_cycle:rise=1", "one_cycle:steps=3,rise=0.3",
        "one_cycle:start=0.5", "one_cycle:end=0", "cyclical:half=0", "cyclical:floor=1", "silver:eta=-1",
        "exact_line:slope=0", "exact_line:slope=1", "exact_line:eta=inf", "polyak:least=nan", "polyak:least=inf",
        "barzilai_borwein:form=3", "barzilai_borwein:eta=-1", "adgd:eta=nan", "adgd:eta=-1e-9", "adgd:slots=3",
    ],
)  # fmt: skip
def test_senseless_settings_are_refused_in_one_line(spec):
    with pytest.raises(UsageError) as caught:
        Method("plain", spec)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) > 20


@pytest.mark.parametrize("make", [steps.Cosine, steps.Silver, steps.Constant, steps.ADGD])
@pytest.mark.parametrize("eta", ["fast", True, None, [0.1], 10**400])
def test_a_rate_that_is_no_number_is_refused_in_one_line(make, eta):
    with pytest.raises(UsageError, match="learning rate must be a"):
        Method("plain", make(eta=eta))


@pytest.mark.parametrize("step", ALL, ids=called)
@pytest.mark.parametrize("value", ["1", None, math.nan, [1.0]])
def test_no_field_takes_what_is_no_number(step, value):
    for name in step._fields:
        with pytest.raises(UsageError):
            Method("plain", step._replace(**{name: value}))


# ------------------------------------------------------------------ range test


@pytest.mark.parametrize("batch_size", [None, 1, 8])
@pytest.mark.parametrize("rule", ["plain", "momentum", "nesterov"])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_descent_at_the_suggested_rate_falls_and_ends_near_the_optimum(seed, rule, batch_size):
    X, y = linear_table(seed)
    X = (X - X.mean(0)) / X.std(0)
    found, rows = find_learning_rate(X, y, rule=rule, batch_size=batch_size), make_rows(X, y)
    method = Method(rule, found.suggestion, batch_size)
    *_, last = until(descend(Problem(), method, rows, compiled=False), updates(60 * method.steps_per_epoch(len(y))))
    objective = Objective(Problem(), rows)
    A = np.column_stack((X, np.ones(len(y))))
    least = objective(np.linalg.lstsq(A, y, rcond=None)[0][:, None])[0]
    assert objective(last.w)[0] - least <= 0.1 * (objective(0 * last.w)[0] - least)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("loss", ["squared_error", "mse"])
def test_the_suggestion_is_never_above_the_stability_limit(scale, loss):
    X, y = linear_table(5)
    found = find_learning_rate(X * scale, y, loss=loss)
    limit = stability_limit(X * scale, loss=loss)
    assert 0.05 * limit < found.suggestion <= 0.5 * limit * (1 + 1e-12)
    assert found.costs.argmin() > 0
    assert found.costs[-1] > 1.5 * found.costs.min()  # it went on until the cost rose


def test_the_same_seed_is_the_same_range_test_bit_for_bit():
    X, y = logistic_table(1)
    runs = [find_learning_rate(X, y, loss="log_loss", rule="momentum", batch_size=4, seed=s) for s in (3, 3, 4)]
    assert runs[0].costs.tolist() == runs[1].costs.tolist()
    assert runs[0].suggestion == runs[1].suggestion
    assert runs[0].costs.tolist() != runs[2].costs.tolist()


def test_rates_of_a_range_test_grow_by_a_fixed_factor_between_its_ends():
    found = find_learning_rate(X8, Y8, low=1e-5, high=1e-3)
    assert found.rates == near(1e-5 * 10 ** (np.arange(33) / 16), rel=1e-12)
    assert len(found.costs) == 33
    assert "the largest that was tried" in found.reason
    assert found.suggestion == near(found.rates[found.rates <= 1e-3][-1] / 4, rel=0.4)


def test_costs_of_a_range_test_are_those_of_the_descent():
    found = find_learning_rate(X8, Y8, low=1e-4, high=1e-2)
    A, w = np.column_stack((X8, np.ones(8))), np.zeros(2)
    for eta, cost in zip(found.rates, found.costs, strict=True):
        w = w - eta * A.T @ (A @ w - Y8) / 8
        assert cost == near(((A @ w - Y8) ** 2).mean() / 2, rel=1e-10)


def test_the_reason_is_one_sentence_with_its_numbers():
    found = find_learning_rate(X8, Y8)
    assert found.reason.count("\n") == 0
    assert f"{found.suggestion:.4g}" in found.reason
    assert "29.5" in found.reason  # the cost of the start: the mean of y^2 / 2
    flat = find_learning_rate(X8, 0 * Y8)
    assert "never fell" in flat.reason
    assert 0 < flat.suggestion < stability_limit(X8)
    nothing = find_learning_rate(np.zeros((5, 1)), np.zeros(5), fit_intercept=False)
    assert 0 < nothing.suggestion < math.inf


@pytest.mark.parametrize(
    "settings",
    [
        {"low": 1.0, "high": 0.1}, {"low": 0.0}, {"low": -1}, {"high": math.inf}, {"low": "small"}, {"seed": -1},
        {"seed": 1.5}, {"rule": "newton"}, {"rule": "sideways"}, {"loss": "absolute"}, {"batch_size": 0},
        {"alpha": -1.0}, {"sampling": "random"}, {"loss": "log_loss"}, {"X": [[math.nan]] * 8}, {"y": [math.inf] * 8},
        {"y": [1.0, 2.0]}, {"X": np.zeros((8, 0))}, {"X": np.zeros((0, 1)), "y": []},
    ],
    ids=str,
)  # fmt: skip
def test_a_range_test_refuses_what_makes_no_sense_in_one_line(settings):
    with pytest.raises(SteepestError) as caught:
        find_learning_rate(**({"X": X8, "y": Y8} | settings))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) > 20


# ------------------------------------------------------------------ the page


@pytest.mark.parametrize("step", ALL, ids=called)
def test_the_page_shows_every_learning_rate_with_its_defaults(step):
    page = (ROOT / "docs" / "reference" / "learning-rates.md").read_text(encoding="utf-8")
    assert f"`{to_spec(step)}`" in page


@pytest.mark.parametrize(("rule", "rate"), [("momentum", "adgd"), ("nesterov", "barzilai_borwein"), ("adam", "polyak")])
def test_rates_that_measure_plain_steps_refuse_other_rules(rule, rate):
    with pytest.raises(UsageError, match="is for plain steps"):
        Method(rule, rate)


def test_polyak_refuses_an_l1_penalty_of_which_its_gradient_knows_nothing():
    with pytest.raises(UsageError, match="does not support an L1 penalty"):
        descend(Problem(penalty=L1(0.1)), Method("plain", "polyak"), make_rows([[1.0], [2.0]], [1.0, 2.0]))


def test_the_verdict_speaks_of_the_rate_that_was_taken():
    from steepest import GDRegressor

    X, y = np.array([[1.0], [2.0], [4.0]]) * 100, np.array([1.0, 2.0, 5.0])
    model = GDRegressor(rule="plain", learning_rate="backtracking", max_iter=20, tol=None).fit(X, y)
    assert model.verdict_.status != "diverged"
    assert "learning rate 1 is above" not in model.verdict_.message
