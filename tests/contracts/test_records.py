"""Losses, penalties, rules and learning rates: each record against its formula, and the steps they make together."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from conftest import X8, Y8, linear_table
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from steepest import Method, Problem, descend, make_rows, until, updates
from steepest.core.errors import UsageError
from steepest.core.records import from_name, to_name, to_spec
from steepest.core.types import Preconditioning
from steepest.core.units import Units
from steepest.methods import rules, steps
from steepest.objective import losses, penalties
from steepest.objective.explained import takes_zero
from steepest.objective.objective import Coordinates, Objective
from steepest.objective.penalties import L2, NoPenalty

near = pytest.approx
quick = settings(max_examples=40, deadline=None, derandomize=True)
ALL_LOSSES = [getattr(losses, name)() for name in losses.__all__]
LEAST = {loss: 0.0 if takes_zero(loss) else 0.5 for loss in ALL_LOSSES}  # a target from which on they have a value
DIAGONAL, MATRIX, HESSIAN = Preconditioning.DIAGONAL, Preconditioning.MATRIX, Preconditioning.HESSIAN
ALL_RULES = [getattr(rules, name)() for name in rules.__all__]
ALL_STEPS = [getattr(steps, name)() for name in steps.__all__]
SCHEDULES = [step for step in ALL_STEPS if not step.looks]
ALL_PENALTIES = [NoPenalty(), L2(0.3)]
names = [to_name(type(item)) for item in ALL_LOSSES]


# ------------------------------------------------------------------ losses


@pytest.mark.parametrize("loss", ALL_LOSSES, ids=names)
@quick
@given(z=st.floats(-30, 30), y=st.sampled_from([0.0, 1.0]))
def test_slope_and_bend_are_derivatives(loss, z, y):
    h, y = 1e-5, y + LEAST[loss]
    ends = [loss.second_derivative(z - 2 * h, y), loss.second_derivative(z, y), loss.second_derivative(z + 2 * h, y)]
    assume(max(ends) <= 1.01 * min(ends) and abs(loss.slope(z + h, y) - loss.slope(z - h, y)) < 0.1 * (1 + max(ends)))
    assert loss.slope(z, y) == near((loss.value(z + h, y) - loss.value(z - h, y)) / (2 * h), rel=1e-5, abs=1e-8)
    second = loss.second_derivative(z, y)
    assert second == near((loss.slope(z + h, y) - loss.slope(z - h, y)) / (2 * h), rel=1e-4, abs=1e-8)
    assert 0 <= second <= loss.curvature * (1 + 1e-15)
    assert loss.value(z, y) >= 0


@pytest.mark.parametrize("loss", ALL_LOSSES, ids=names)
def test_arrays_and_numbers_alike(loss):
    z, y = np.linspace(-40, 40, 17), np.tile([0.0, 1.0], 9)[:17] + LEAST[loss]
    for method in (loss.value, loss.slope, loss.second_derivative):
        assert [float(method(a, b)) for a, b in zip(z, y, strict=True)] == method(z, y).tolist()


def test_mse_is_twice_squared_error():
    z, y = np.linspace(-3, 3, 7), np.linspace(1, 2, 7)
    assert (losses.MSE().value(z, y) == 2 * losses.SquaredError().value(z, y)).all()
    assert losses.SquaredError().value(3.0, 1.0) == 2.0


@pytest.mark.parametrize("y", [0.0, 1.0])
@pytest.mark.parametrize("margin", [-1e308, -1e5, -800, -36.7, -1e-9, 0, 1e-9, 36.7, 700, 1e5, 1e308])
def test_log_loss_neither_overflows_nor_cancels(margin, y):
    loss, z = losses.LogLoss(), margin * (2 * y - 1)
    if abs(margin) < 700:
        assert loss.value(z, y) == near(math.log1p(math.exp(-abs(margin))) + max(-margin, 0), rel=1e-15)
        assert loss.slope(z, y) == near(-(2 * y - 1) / (1 + math.exp(margin)), rel=1e-14)
    else:
        assert loss.value(z, y) == near(max(-margin, 0.0), abs=1e-300)
        assert abs(loss.slope(z, y)) == near(float(margin < 0), abs=1e-300)


# ------------------------------------------------------------------ the gradient of the whole objective


@pytest.mark.parametrize("penalty", ALL_PENALTIES, ids=["none", "l2"])
@pytest.mark.parametrize("loss", ALL_LOSSES, ids=names)
@quick
@given(data=st.data())
def test_gradient_against_finite_differences(loss, penalty, data):
    """For every loss and penalty, with weights, offsets, shifted and scaled columns, with or without an intercept."""
    n, d = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 4))
    numbers = lambda shape, low=-2.0, high=2.0: data.draw(arrays(float, shape, elements=st.floats(low, high)))  # noqa: E731
    y = np.arange(n) % 2.0 if loss.labels else numbers(n, LEAST[loss]) if loss.positive else numbers(n)
    weight = numbers(n, 0.1, 3.0) if data.draw(st.booleans()) else None
    offset = numbers(n) if data.draw(st.booleans()) else None
    units = Units(numbers(d), numbers(d, 0.2, 3.0)) if data.draw(st.booleans()) else Units()
    rows = make_rows(numbers((n, d)), y, weight=weight, offset=offset)._replace(units=units)
    problem = Problem(loss, penalty, intercept=data.draw(st.booleans()))
    w = numbers((d + 1, 1)) * Coordinates(problem, d).free
    objective = Objective(problem, rows)
    cost, g = objective(w)
    z = ((rows.X - (0 if units.shift is None else units.shift)) * (1 if units.scale is None else units.scale)) @ w[:-1]
    z = z[:, 0] + w[-1] + (0 if offset is None else offset)
    direct = np.average(loss.value(z, y), weights=weight) + penalty.value(units.raw(w)[:-1]).sum()
    assert cost == near(direct, rel=1e-12, abs=1e-12)
    for j in range(d + 1):
        h = 1e-5 * np.eye(d + 1)[:, j : j + 1] * Coordinates(problem, d).free
        bent = [loss.second_derivative(rows.predictor(w + s * h)[:, 0], y) for s in (-2, 0, 2)]
        jumps = [loss.slope(rows.predictor(w + s * h)[:, 0], y) for s in (-2, 2)]
        if np.ptp(bent, axis=0).max() > 0.1 or np.ptp(jumps, axis=0).max() > 0.1:
            continue  # a kink, or a bend that jumps, between the two points
        slope = (objective(w + h)[0] - objective(w - h)[0]) / 2e-5
        assert g[j, 0] == near(slope, rel=1e-5, abs=1e-7)


# ------------------------------------------------------------------ rules


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda r: to_name(type(r)))
def test_first_direction_is_downhill_and_memory_is_shaped_as_promised(rule):
    g = np.array([[1.0], [-2.0], [0.5]])
    own = rule.slots + len(rule.sees)
    memory = np.diag([1.0, 2.0, 3.0]) if rule.preconditioner in (MATRIX, HESSIAN) else np.zeros((own, 3, 1))
    if rule.preconditioner is DIAGONAL:
        memory[0] = 1.0
    if rule.sees:  # a rate and a point
        memory[rule.slots :] = 1.0
    for t in range(1, 4):
        p = rule.direction(g, memory, t)
        assert p.shape == g.shape
        assert (p * g).sum() > 0
    assert (g == [[1.0], [-2.0], [0.5]]).all()  # the gradient is not written to


@pytest.mark.parametrize("rule", [r for r in ALL_RULES if r.elementwise], ids=lambda r: to_name(type(r)))
def test_elementwise_rules_treat_each_coordinate_by_itself(rule):
    rng = np.random.default_rng(0)
    own = rule.slots + len(rule.sees)
    whole, alone = np.ones((own, 2)), [np.ones((own,)) for _ in range(2)]
    whole[: rule.slots] = alone[0][: rule.slots] = alone[1][: rule.slots] = 0.0
    for t in range(1, 6):
        g = rng.standard_normal(2)
        assert rule.direction(g, whole, t).tolist() == [rule.direction(g[j], alone[j], t) for j in range(2)]


def torch_sgd(gradient, w, eta, beta, nesterov, count):
    """The documented update of torch.optim.SGD, dampening 0: b <- beta b + g; p = g + beta b, or b."""
    buffer, path = None, []
    for _ in range(count):
        g = gradient(w)
        buffer = g if buffer is None else beta * buffer + g
        w = w - eta * (g + beta * buffer if nesterov else buffer)
        path.append(w)
    return np.array(path)


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
@pytest.mark.parametrize(("rule", "nesterov"), [(rules.Momentum, False), (rules.Nesterov, True)])
def test_momentum_in_the_form_of_torch(rule, nesterov, beta):
    A = np.column_stack((X8, np.ones(8)))
    twin = torch_sgd(lambda w: A.T @ (A @ w - Y8) / 8, np.array([0.5, -1.0]), 0.005, beta, nesterov, 200)
    states = until(descend(Problem(), Method(rule(beta), 0.005), make_rows(X8, Y8), start=[0.5, -1.0]), updates(200))
    ours = np.array([s.w.ravel() for s in states])[1:]
    np.testing.assert_allclose(ours, twin, rtol=1e-12)


def test_accelerated_is_nesterov_1983_until_it_restarts():
    """With y_t the moving point and x_t = y_t - eta g: y_{t+1} = x_t + (theta_t - 1) / theta_{t+1} (x_t - x_{t-1})."""
    X, y = linear_table(1)
    A = np.column_stack((X, np.ones(len(y))))
    eta = 1 / np.linalg.eigvalsh(A.T @ A / len(y))[-1]
    at = before = np.zeros(4)
    theta, path = 1.0, []
    for _ in range(8):
        x = at - eta * A.T @ (A @ at - y) / len(y)
        after = (1 + math.sqrt(1 + 4 * theta**2)) / 2
        at, before, theta = x + (theta - 1) / after * (x - before), x, after
        path.append(at)
    states = until(descend(Problem(), Method(rules.Accelerated(), eta), make_rows(X, y)), updates(8))
    np.testing.assert_allclose([s.w.ravel() for s in states][1:], path, rtol=1e-10)


def test_accelerated_restarts_where_the_velocity_points_uphill():
    memory = np.array([[[5.0]], [[4.0]]])
    g = np.array([[-1.0]])
    assert rules.Accelerated().direction(g, memory, 9).tolist() == [[-1.0]]
    assert memory[0].tolist() == [[0.0]]
    assert memory[1, 0, 0] == near((1 + math.sqrt(5)) / 2)


# ------------------------------------------------------------------ learning rates


def test_schedules_by_their_formulas():
    for t in (1, 2, 10, 1000):
        assert steps.Constant(0.3).rate(t) == 0.3
        assert steps.InverseScaling(0.3, 0.5).rate(t) == near(0.3 / math.sqrt(t))
        assert steps.InverseTime(0.3, 0.25).rate(t) == near(1.2 / (3 + t))
        assert steps.ExponentialDecay(0.3, 0.9).rate(t) == near(0.3 * 0.9 ** (t - 1))


@pytest.mark.parametrize("step", [*SCHEDULES, steps.Backtracking()], ids=lambda s: to_name(type(s)))
@pytest.mark.parametrize("batch_size", [None, 3])
def test_update_number_t_uses_rate_t_counted_from_1(step, batch_size):
    method = Method("newton" if step.seeks else "plain", step, None if step.seeks else batch_size)
    states = list(until(descend(Problem("log_loss"), method, make_rows(X8, Y8 > 7.5)), updates(5)))
    assert [s.eta for s in states[1:]] == [step.rate(t) for t in range(1, 6)]
    assert math.isnan(states[0].eta)


# ------------------------------------------------------------------ settings at the door


@pytest.mark.parametrize("item", [*ALL_RULES, *ALL_STEPS, *ALL_LOSSES, L2(0.5)], ids=lambda i: to_name(type(i)))
def test_a_setting_is_found_by_the_name_it_is_written_with(item):
    kinds = {"rule": rules, "learning rate": steps, "loss": losses, "penalty": penalties}
    kind, module = next((kind, m) for kind, m in kinds.items() if type(item).__name__ in m.__all__)
    assert from_name(to_spec(item), module, kind) == item
    assert {item: 1}[from_name(to_spec(item), module, kind)] == 1


def test_settings_compare_with_their_type():
    everything = [*ALL_RULES, *ALL_STEPS, *ALL_LOSSES, *ALL_PENALTIES]
    assert all(bool(item) for item in everything)
    assert all(a != b for a, b in itertools.combinations(everything, 2))
    assert rules.Momentum(0.9) != penalties.L2(0.9)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Method("momentum:beta=1"),
        lambda: Method("nesterov:beta=-0.1"),
        lambda: Method("momentum:beta=x"),
        lambda: Method("momentum:gamma=0.9"),
        lambda: Method("sideways"),
        lambda: Method("plain", 0),
        lambda: Method("plain", -0.1),
        lambda: Method("plain", float("nan")),
        lambda: Method("plain", "inverse_scaling:power=-1"),
        lambda: Method("plain", "inverse_time:decay=-1"),
        lambda: Method("plain", "exponential_decay:decay=1.1"),
        lambda: Method("plain", 0.1, batch_size=0),
        lambda: Method("plain", 0.1, batch_size=2.5),
        lambda: Method("plain", 0.1, batch_size=True),
        lambda: Method("plain", 0.1, sampling="random"),
        lambda: Problem("absolute"),
        lambda: Problem(penalty=L2(-1.0)),
        lambda: Problem(penalty=L2(float("nan"))),
        lambda: Coordinates(Problem(fixed=(3,)), 2).free,
        lambda: Coordinates(Problem(fixed=("x1",)), 2).free,
    ],
)
def test_senseless_settings_are_refused_in_one_line(make):
    with pytest.raises(UsageError) as caught:
        make()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) > 20
