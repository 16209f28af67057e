"""Minimising functions: the classic ones, verdicts in true words, bounds, and whatever users hand over."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from conftest import DATA
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest import Trajectory, check_gradient, minimize
from steepest.core.errors import UsageError
from steepest.methods import rules, steps
from steepest.objective.functions.formula import read_formula
from steepest.objective.functions.function import upward
from steepest.optimality.box_prox import nearest_inside
from steepest.solve.critical_points import endless

CLASSIC = json.loads((DATA / "optim.json").read_text(encoding="utf-8"))["functions"]
KINDS = ("a local minimum", "a point that is flat in some direction")
PARABOLA = "(x-3)**2 + 2"


def rosenbrock(x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def rosenbrock_slopes(x):
    return [-400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0]), 200 * (x[1] - x[0] ** 2)]


@pytest.mark.parametrize("f", CLASSIC, ids=[f["name"] for f in CLASSIC])
def test_classic_functions_end_at_a_known_minimum_by_default_settings(f):
    path = minimize(f["formula"], f["start"], rule="auto")
    assert path.cost[0] == pytest.approx(f["f_start"], rel=1e-9)
    known = [f["least"], *(one["f"] for one in f["local"])]
    assert min(abs(path.cost[-1] - c) / (1 + abs(c)) for c in known) <= 1e-6
    assert path.verdict.status == "converged" or (
        path.verdict.status == "stationary" and any(kind in path.verdict.message for kind in KINDS)
    ), str(path.verdict)


@pytest.mark.parametrize("f", CLASSIC, ids=[f["name"] for f in CLASSIC])
def test_stated_minima_are_minima_and_slopes_agree_with_differences(f):
    formula = read_formula(f["formula"])
    for point in f["minima"]:
        assert abs(float(formula(point)) - f["least"]) <= 1e-5 * (1 + abs(f["least"]))
    beside = np.array(f["start"]) + 0.01  # the start of one lies on a cut of atan2
    assert check_gradient(lambda x: float(formula(x)), lambda x: formula.jet(x, 1).slope, beside).error < 1e-6


def test_the_textbook_descent_on_a_parabola():
    path = minimize(PARABOLA, 6, learning_rate=0.25)
    np.testing.assert_array_equal(path.x[:5, 0], [6.0, 4.5, 3.75, 3.375, 3.1875])
    np.testing.assert_array_equal(path.gradient_norm[:3], [6.0, 3.0, 1.5])
    assert (np.diff(np.abs(np.diff(path.x[:40, 0]))) < 0).all()  # steps shrink
    assert path.verdict.status == "converged"
    assert path.meta["function"] == PARABOLA
    assert list(path.table())[-1] == "x"


def test_plain_descent_by_default_settings_reaches_what_it_can():
    reached = [
        abs(minimize(f["formula"], f["start"]).cost[-1] - f["least"]) <= 1e-6 * (1 + abs(f["least"])) for f in CLASSIC
    ]
    assert sum(reached) >= 23


def test_an_independent_loop_takes_the_same_steps():
    x, kept = np.array([-1.2, 1.0]), []
    for _ in range(200):
        kept.append(x)
        x = x - 0.001 * np.array(rosenbrock_slopes(x))
    path = minimize(rosenbrock, [-1.2, 1.0], gradient=rosenbrock_slopes, learning_rate=0.001, steps=199)
    np.testing.assert_allclose(path.x, kept, rtol=1e-12)


@pytest.mark.parametrize("rule", ["plain", "auto", "newton", "secant", "whitened"])
@pytest.mark.parametrize("slopes", ["formula", "given", "both", "differenced"])
def test_every_way_to_give_slopes_and_every_rule_that_needs_no_rate(rule, slopes):
    f = "100*(y-x**2)**2 + (1-x)**2" if slopes == "formula" else rosenbrock
    gradient = {"given": rosenbrock_slopes, "both": True}.get(slopes)
    if slopes == "both":
        f = lambda x: (rosenbrock(x), rosenbrock_slopes(x))  # noqa: E731
    path = minimize(f, [-1.2, 1.0], gradient=gradient, rule=rule, steps=3000)
    np.testing.assert_allclose(path.x[-1], [1.0, 1.0], atol=2e-4 if slopes == "differenced" else 1e-6)
    assert path.verdict.status == "stationary", str(path.verdict)
    assert path.meta["slopes"] == {"formula": "exact", "both": "given"}.get(slopes, slopes)


@pytest.mark.parametrize("rule", ["momentum", "nesterov", "accelerated", "adam"])
def test_rules_with_a_memory_need_a_rate_and_then_descend(rule):
    with pytest.raises(UsageError, match="needs a learning rate"):
        minimize(PARABOLA, 6, rule=rule)
    assert minimize(PARABOLA, 6, rule=rule, learning_rate=0.05).x[-1, 0] == pytest.approx(3.0, abs=1e-2)


UNBOUNDED = [
    ("2*x + 1", 6, "its slope is 2 everywhere"),
    ("-x**2", 1, "a curvature of -2 everywhere"),
    ("x**3", -1, "still"),
]
UNBOUNDED += [
    (lambda x: 2 * x + 1, 6, "it "),
    ("x**2 + y", [1, 1], "without curvature its slope is 1"),
    ("-cosh(x)", 1, "below"),
]


@pytest.mark.parametrize("rule", ["plain", "auto"])
@pytest.mark.parametrize(("f", "start", "why"), UNBOUNDED, ids=[str(f)[:9] for f, _, _ in UNBOUNDED])
def test_falling_without_end_is_unbounded(f, start, why, rule):
    path = minimize(f, start, rule=rule)
    assert path.verdict.status == "unbounded", str(path.verdict)
    assert path.verdict.message.startswith("Unbounded after ")
    assert why in path.verdict.message
    assert path.verdict.unusable


@pytest.mark.parametrize(
    ("f", "start", "kind"),
    [
        ("cos(x)", 0.1, "a local minimum"),
        ("cos(x)", 0, "a local maximum, with smallest curvature -1"),
        ("x**4 - x**2 + y**2", [0, 1], "a saddle, with smallest curvature -2"),
        ("x**3", 1, "flat"),
        ("exp(x)", 0, "flat"),
        ("x**4", 1, "flat"),
        (lambda x: x[0] ** 2 - x[1] ** 2, [1.0, 0.0], "a saddle"),
        ("x*y + x**2*y**2", [0, 0], "a saddle"),
        ("exp(20*x) - x", 2, "a local minimum"),
        (lambda x: x * x + 1e6, 3.0, "a local minimum"),
        ("1e-9*x**2 + 1e9*y**2 + sin(y)**4", [1, 1], "a local minimum"),
    ],
)
def test_stationary_points_are_named_by_their_curvature(f, start, kind):
    path = minimize(f, start, rule="auto")
    assert path.verdict.status == "stationary", str(path.verdict)
    assert kind in path.verdict.message
    assert (path.verdict.advice is None) == ("minimum" in kind)


def test_newton_is_repelled_by_saddles():
    path = minimize("x**4 - x**2 + y**2", [1e-3, 1.0], rule="auto")
    assert abs(path.x[-1, 0]) == pytest.approx(math.sqrt(0.5), abs=1e-8)
    np.testing.assert_allclose(upward(np.array([[1.0, 3.0], [3.0, 1.0]])), [[3.0, 1.0], [1.0, 3.0]], atol=1e-14)


def test_a_rate_beyond_the_limit_diverges_and_the_least_cost_is_reported():
    path = minimize(PARABOLA, 6, learning_rate=1.5, steps=50)
    assert path.verdict.status == "diverged"
    assert "The learning rate, 1.5, is above the stability limit, 1." in path.verdict.message
    assert path.meta["reported_step"] == 0
    assert minimize("x**4 - x**2", 1, learning_rate=0.7, steps=100).verdict.status == "cycling"
    assert minimize(PARABOLA, 6, learning_rate=0.97, steps=60).verdict.status == "oscillating"
    assert minimize(PARABOLA, 6, learning_rate=1e-4, steps=50).verdict.status == "crawling"


def test_tol_ends_the_run_and_the_promise_is_kept():
    path = minimize(PARABOLA, 6, learning_rate=0.1, tol=1e-3)
    assert path.meta["end"] == "settled"
    assert path.cost[-1] - 2 <= 1e-3 * 11
    assert path.step[-1] < 25
    large = minimize(lambda x: float(x @ x), np.ones(60), gradient=lambda x: 2 * x, learning_rate=0.1, tol=1e-6)
    assert large.meta["end"] == "settled"


def test_bounds_hold_at_every_step_and_the_corner_is_found():
    path = minimize("x*y", [1, 1], bounds=[(0, 2), (-1, 3)])
    assert ((path.x >= [0, -1]) & (path.x <= [2, 3])).all()
    np.testing.assert_allclose(path.x[-1], [2, -1])
    assert "a local minimum in a corner of its bounds" in path.verdict.message
    assert minimize("log(x)", 1, bounds={"x": (0.5, None)}).x[-1, 0] == 0.5
    assert minimize("2*x + 1", 6, bounds={"x": (0, None)}).verdict.status != "unbounded"


@pytest.mark.parametrize("rule", ["plain", "auto", "newton", "whitened", "spectral"])
def test_bounds_against_scipy(rule):
    from scipy.optimize import minimize as peer

    box = [(-2.0, 0.5), (-1.0, 3.0)]
    expected = peer(rosenbrock, [-1.2, 1.0], jac=rosenbrock_slopes, bounds=box, method="L-BFGS-B", tol=1e-14).x
    path = minimize("100*(y-x**2)**2 + (1-x)**2", [-1.2, 1.0], rule=rule, bounds=box, steps=3000)
    np.testing.assert_allclose(path.x[-1], expected, atol=1e-5)


def test_many_variables_within_bounds():
    aim = np.linspace(-1, 2, 80)
    path = minimize(
        lambda x: (((x - aim) ** 2).sum(), 2 * (x - aim)), np.ones(80), gradient=True, rule="auto", bounds=80 * [(0, 1)]
    )
    np.testing.assert_allclose(path.x[-1], np.clip(aim, 0, 1), atol=1e-9)


def test_the_nearest_point_inside_against_a_grid():
    rng = np.random.default_rng(0)
    for _ in range(20):
        A = rng.normal(size=(2, 2))
        B, v = A @ A.T + 0.1 * np.eye(2), rng.normal(size=2) * 2
        found = nearest_inside(v, B, -np.ones(2), np.ones(2), np.zeros(2))
        grid = np.stack(np.meshgrid(*2 * [np.linspace(-1, 1, 201)]), -1).reshape(-1, 2) - v
        assert (found - v) @ B @ (found - v) <= np.einsum("ij,jk,ik->i", grid, B, grid).min() + 1e-12


def test_differences_stay_within_the_bounds():
    def root(x):
        assert x >= 0
        return math.sqrt(x) + (x - 1) ** 2

    path = minimize(root, 1.0, bounds=[(0, 4)])
    assert path.x[-1, 0] == pytest.approx(0.0, abs=1e-6) or path.x[-1, 0] == pytest.approx(0.7015, abs=1e-3)


def test_several_starts_are_several_runs():
    paths = minimize("(x**2+y-11)**2 + (x+y**2-7)**2", [[3, 3], [-3, 3], [-3, -3], [3, -3]], rule="auto")
    ends = sorted(tuple(np.round(path.x[-1], 4).tolist()) for path in paths)
    assert ends == [(-3.7793, -3.2832), (-2.8051, 3.1313), (3.0, 2.0), (3.5844, -1.8481)]
    alone = minimize("(x**2+y-11)**2 + (x+y**2-7)**2", [-3, 3], rule="auto")
    np.testing.assert_array_equal(paths[1].x, alone.x)


def test_a_step_to_no_value_is_only_too_long():
    path = minimize(lambda x: x - math.log(x) if x > 0 else math.nan, 5.0, rule="auto")
    assert path.x[-1, 0] == pytest.approx(1.0, abs=1e-5)
    bad = minimize("x - log(x)", 5, learning_rate=100)
    assert bad.verdict.status == "diverged"
    assert len(bad) == 1


def test_an_average_and_a_schedule_go_with_a_function():
    path = minimize(PARABOLA, 6, learning_rate="inverse_scaling:eta=0.4,power=0.5", average="polyak_ruppert", steps=300)
    assert path.x[-1, 0] == pytest.approx(3.0, abs=0.05)
    assert minimize(PARABOLA, 6, rule=rules.Newton(), learning_rate=steps.Backtracking()).x[-1, 0] == 3.0


@pytest.mark.parametrize("ending", ["npz", "json", "parquet"])
def test_a_run_is_saved_and_loaded(tmp_path, ending):
    path = minimize("x**2 + y**4", [1, 1], steps=5)
    path.save(tmp_path / f"run.{ending}")
    again = Trajectory.load(tmp_path / f"run.{ending}")
    np.testing.assert_array_equal(again.x, path.x)
    assert (again.names, again.verdict) == (("x", "y"), path.verdict)
    assert path.x.shape == (6, 2)


REFUSALS = [
    (("x*y", [1]), {}, "start must hold 2 numbers, x, y, not 1"),
    (("3", 1), {}, "no variable"),
    (("x", "a"), {}, "numbers"),
    (("x", math.nan), {}, "finite"),
    (("x", []), {}, "finite"),
    ((3, 1), {}, "a formula or a callable"),
    (("sqrt(x)", 0), {}, "no finite slope at the start, 0"),
    (("1/x", 0), {}, "no finite"),
    (("log(x)", -1), {}, "at the start, -1"),
    (("x**2", 1), {"tol": -1}, "tol must be"),
    (("x**2", 1), {"steps": 1.5}, "whole number"),
    (("x**2", 1), {"gradient": abs}, "exact"),
    (("x**2", 1), {"bounds": {"y": (0, 1)}}, "no variable is called 'y'"),
    (("x**2", 1), {"bounds": [(2, 3)]}, "outside its bounds"),
    (("x**2", 1), {"bounds": [(3, 2)]}, "must be below"),
    (("x**2", 1), {"bounds": [1, 2]}, "pairs"),
    (("x**2", 1), {"bounds": [(0, 2), (0, 2)]}, "1 pairs"),
    (("x**2", 1), {"bounds": [(0, 2)], "rule": "secant"}, "bounds need"),
    (("x**2", 1), {"rule": "newtn"}, "no rule is called 'newtn'"),
    ((lambda x: x, [1, 2]), {}, "one number, not 2"),
    ((lambda x: x[0], [1, 2]), {"gradient": lambda x: [1.0]}, "must hold 2 numbers"),
    (("x^2", 1), {}, "position 2"),
    (("x**2", 1), {"record": "all"}, "record must be"),
    (("x**2", 1), {"learning_rate": -1.0}, "positive"),
]


@pytest.mark.parametrize(("call", "options", "why"), REFUSALS, ids=[why for _, _, why in REFUSALS])
def test_refusals(call, options, why):
    with pytest.raises(UsageError, match=why) as refusal:
        minimize(*call, **options)
    assert "\n" not in str(refusal.value)


def test_exceptions_of_the_function_are_passed_on():
    def broken(x):
        if x < 4:
            raise KeyError("mine")
        return (x - 3) ** 2

    with pytest.raises(KeyError, match="mine"):
        minimize(broken, 6.0, rule="auto")


NUMBERS = st.floats(-3, 3).map(lambda v: round(v, 3))


@settings(max_examples=18, deadline=None)
@given(a=NUMBERS, b=NUMBERS, c=NUMBERS, m=NUMBERS, n=NUMBERS, rule=st.sampled_from(["plain", "auto", "secant"]))
def test_quadratic_formulas_converge_saddle_or_fall_as_their_eigenvalues_say(a, b, c, m, n, rule):
    values = np.linalg.eigvalsh([[2 * a, b], [b, 2 * c]])
    if np.abs(values).min() < 0.05:
        return
    path = minimize(f"{a}*x**2 + {b}*x*y + {c}*y**2 + {m}*x + {n}*y", [1, 2], rule=rule)
    assert path.verdict.status == ("converged" if values[0] > 0 else "unbounded"), str(path.verdict)
    if values[0] > 0:
        best = np.linalg.solve([[2 * a, b], [b, 2 * c]], [-m, -n])
        np.testing.assert_allclose(path.x[-1], best, atol=1e-6 * (1 + np.abs(best).max()))


def test_a_bounded_fall_is_not_called_endless():
    line = np.ones(1)
    assert endless(lambda x: -math.atan(x[0]), np.zeros(1), [line]) is None
    assert endless(lambda x: 1 / (1 + x[0]), np.zeros(1), [line]) is None
    assert endless(lambda x: 1 / 0, np.zeros(1), [line]) is None
    assert endless(lambda x: -x[0], np.zeros(1), [0 * line, line]) is not None


def test_gradients_of_torch_are_taken_as_they_come():
    torch = pytest.importorskip("torch", exc_type=ImportError)

    def both(x):
        p = torch.tensor(x, requires_grad=True)
        cost = 100 * (p[1] - p[0] ** 2) ** 2 + (1 - p[0]) ** 2
        return cost.detach(), torch.autograd.grad(cost, p)[0]

    np.testing.assert_allclose(minimize(both, [-1.2, 1.0], gradient=True, rule="auto").x[-1], [1, 1], atol=1e-6)


def test_gradients_of_jax_are_taken_as_they_come():
    jax = pytest.importorskip("jax")
    path = minimize(rosenbrock, [-1.2, 1.0], gradient=jax.grad(rosenbrock), rule="auto")
    np.testing.assert_allclose(path.x[-1], [1, 1], atol=1e-3)


def test_gradients_of_autograd_are_taken_as_they_come():
    autograd = pytest.importorskip("autograd")
    path = minimize(rosenbrock, [-1.2, 1.0], gradient=autograd.grad(rosenbrock), rule="auto")
    np.testing.assert_allclose(path.x[-1], [1, 1], atol=1e-6)
