"""Adaptive and tuning-free rules, Anderson's acceleration: against paths of other packages, obvious twins, theory."""

from __future__ import annotations

import json

import numpy as np
import pytest
import record_twins
from conftest import needs_compiler
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from record_twins import BATCH, LABELS, START, X, Y, apart, rosenbrock

from steepest import Method, Problem, descend, make_rows, until, updates
from steepest.core.errors import UsageError
from steepest.core.records import from_name
from steepest.methods import rules
from steepest.objective.penalties import L1

near = pytest.approx
quick = settings(max_examples=50, deadline=None, derandomize=True)
TWINS = json.loads(record_twins.FILE.read_text(encoding="utf-8"))["paths"]
BY_NAME = {(twin["rule"], twin["problem"]): twin for twin in TWINS}
CLOSE = 1e-10  # largest distance from a twin, by the size of w


def sampled(problem, twin_start, rule, eta, steps, compiled):
    """Our path on one of the recorded tables: all rows, or batches in the order of the table."""
    logistic = problem == "logistic"
    target, loss = (LABELS, "log_loss") if logistic else (Y, "squared_error")
    method = Method(rule, eta, BATCH if logistic else None, "sequential")
    start = twin_start if logistic else [*twin_start, 0.0]
    states = descend(Problem(loss, intercept=logistic), method, make_rows(X, target), start=start, compiled=compiled)
    path = np.array([state.w[:, 0] for state in until(states, updates(steps))][1:])
    return path if logistic else path[:, :-1]


def driven(rule, gradient, start, eta, steps):
    """The answers of a rule by itself: its direction in a loop, shown what it asks to see."""
    w, path = np.array(start, float), []
    memory = np.zeros((rule.slots + len(rule.sees), len(w)))
    for t in range(1, steps + 1):
        for slot, name in enumerate(rule.sees, rule.slots):
            memory[slot] = eta if name == "rate" else w
        w = w - eta * rule.direction(gradient(w), memory, t)
        path.append(rule.answer(w, memory) if rule.answers else w)
    return np.array(path)


def ours(spec, problem, eta, start, steps, compiled=False):
    rule = from_name(spec, rules, "rule")
    if problem == "rosenbrock":
        return driven(rule, rosenbrock, start, eta, steps)
    return sampled(problem, start, rule, eta, steps, compiled)


def label(twin):
    return f"{twin['peer']}-{twin['rule']}-{twin['problem']}"


# ------------------------------------------------------------------ paths of other packages


@pytest.mark.parametrize("twin", TWINS, ids=label)
def test_every_step_is_the_twins(twin):
    path = ours(twin["rule"], twin["problem"], twin["eta"], START[twin["problem"]], twin["steps"])
    assert apart(path[np.array(twin["t"]) - 1], np.array(twin["w"])).max() < CLOSE


@needs_compiler
@pytest.mark.parametrize("twin", [twin for twin in TWINS if twin["problem"] == "logistic"], ids=label)
def test_every_compiled_step_is_the_twins(twin):
    path = ours(twin["rule"], "logistic", twin["eta"], START["logistic"], twin["steps"], compiled=True)
    assert apart(path[np.array(twin["t"]) - 1], np.array(twin["w"])).max() < CLOSE


@needs_compiler
@pytest.mark.parametrize("spec", sorted({twin["rule"].partition(":")[0] for twin in TWINS}))
def test_stochastic_steps_are_the_same_compiled(spec):
    """Row by row, where compiled code goes straight from a row to the parameters; shuffled, three epochs."""
    rows, method = make_rows(X, LABELS), Method(spec, 0.01, 1)
    paths = [
        [s.w.ravel() for s in until(descend(Problem("log_loss"), method, rows, seed=3, compiled=c), updates(120))]
        for c in (False, True)
    ]
    np.testing.assert_allclose(paths[1], paths[0], rtol=1e-9, atol=1e-12)


def test_the_twins_are_long_enough_to_tell():
    assert {twin["steps"] for twin in TWINS if twin["problem"] != "rosenbrock"} == {record_twins.STEPS}
    assert min(twin["steps"] for twin in TWINS) >= 50
    assert {twin["rule"].partition(":")[0] for twin in TWINS} >= {"adam", "lion", "prodigy", "dowg", "schedule_free"}


@pytest.mark.parametrize("peer", record_twins.PEERS)
def test_the_paths_are_those_of_the_packages_as_installed(peer):
    pytest.importorskip(
        peer, reason=f"{peer} is not installed: its recorded paths are compared with", exc_type=ImportError
    )
    for spec, rates in record_twins.PEERS[peer][0].items():
        twin, walk = BY_NAME[spec, "logistic"], record_twins.PEERS[peer][1]
        path = walk(spec, "logistic", rates[1], START["logistic"], 60)
        kept = [t for t in twin["t"] if t <= 60]
        assert apart(path[np.array(kept) - 1], np.array(twin["w"])[: len(kept)]).max() < CLOSE


@pytest.mark.parametrize("spec", ["adam", "nadam", "amsgrad", "adamw", "ada_max"])
def test_twins_would_notice_another_rule(spec):
    """The forms differ by far more than `CLOSE`: what one of them passes the others fail."""
    twin = BY_NAME[spec, "logistic"]
    others = [other for other in ("adam", "nadam", "amsgrad", "adamw", "ada_max") if other != spec]
    for other in others:
        path = ours(other, "logistic", twin["eta"], START["logistic"], twin["steps"])
        assert apart(path[np.array(twin["t"]) - 1], np.array(twin["w"])).max() > 1e3 * CLOSE


# ------------------------------------------------------------------ forms of the textbooks, written out


def adamax_of_the_paper(w, gradient, eta, steps):
    """Algorithm 2 of Kingma and Ba: no eps anywhere."""
    m, u, path = np.zeros(len(w)), np.zeros(len(w)), []
    for t in range(1, steps + 1):
        g = gradient(w)
        m, u = 0.9 * m + 0.1 * g, np.maximum(0.999 * u, np.abs(g))
        w = w - eta / (1 - 0.9**t) * m / u
        path.append(w)
    return np.array(path)


def amsgrad_of_the_paper(w, gradient, eta, steps):
    """Algorithm 2 of Reddi, Kale and Kumar: no corrections; eps added, as everywhere, to the root."""
    m, v, largest, path = np.zeros(len(w)), np.zeros(len(w)), np.zeros(len(w)), []
    for _ in range(steps):
        g = gradient(w)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        largest = np.maximum(largest, v)
        w = w - eta * m / (np.sqrt(largest) + 1e-8)
        path.append(w)
    return np.array(path)


def prodigy_of_the_paper(w, gradient, eta, steps, d=1e-6):
    """Algorithm 4 of Mishchenko and Defazio, with its factors 1 - beta3, which cancel."""
    start, m, v, s, path = w, np.zeros(len(w)), np.zeros(len(w)), np.zeros(len(w)), []
    r, beta3 = 0.0, np.sqrt(0.999)
    for _ in range(steps):
        g = gradient(w)
        m, v = 0.9 * m + 0.1 * d * g, 0.999 * v + 0.001 * d**2 * g**2
        r = beta3 * r + (1 - beta3) * eta * d**2 * g @ (start - w)
        s = beta3 * s + (1 - beta3) * eta * d**2 * g
        after = max(d, r / np.abs(s).sum())
        w, d = w - eta * d * m / (np.sqrt(v) + d * 1e-8), after
        path.append(w)
    return np.array(path)


def dowg_of_the_paper(w, gradient, eta, steps, r=1e-2):
    """Algorithm 1 of Khaled, Mishchenko and Jin, on the whole space."""
    start, v, path = w, 0.0, []
    for _ in range(steps):
        g = gradient(w)
        r = max(np.linalg.norm(w - start), r)
        v = v + r**2 * g @ g
        w = w - eta * r**2 / np.sqrt(v) * g
        path.append(w)
    return np.array(path)


def schedule_free_of_the_paper(w, gradient, eta, steps):
    """Equations 3 to 5 of Defazio et al.: three sequences."""
    z = x = w
    path = []
    for t in range(1, steps + 1):
        g = gradient(0.1 * z + 0.9 * x)
        z = z - eta * g
        x = (1 - 1 / t) * x + 1 / t * z
        path.append(x)
    return np.array(path)


PAPERS = [
    ("ada_max:eps=1e-300", adamax_of_the_paper, 0.02),
    ("amsgrad:textbook=1", amsgrad_of_the_paper, 0.02),
    ("prodigy", prodigy_of_the_paper, 1.0),
    ("dowg", dowg_of_the_paper, 1.0),
    ("schedule_free", schedule_free_of_the_paper, 0.5),
]


@pytest.mark.parametrize(("spec", "twin", "eta"), PAPERS, ids=[spec for spec, _, _ in PAPERS])
def test_forms_of_the_papers(spec, twin, eta):
    gradient = lambda w: record_twins.gradient("quadratic", w, 0)  # noqa: E731
    expected = twin(np.array(START["quadratic"]), gradient, eta, 300)
    assert apart(sampled("quadratic", START["quadratic"], spec, eta, 300, False), expected).max() < CLOSE


# ------------------------------------------------------------------ figures of the papers


@pytest.mark.parametrize("beta", [0.01, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("steps", [10, 100, 1000])
def test_schedule_free_keeps_the_bound_of_its_first_theorem(steps, beta):
    """Theorem 1: F(x_T) - F* <= D G / sqrt(T) with gamma = D / (G sqrt(T)), here of |w_1| + 3 |w_2| from (1, -1)."""
    D, G = np.sqrt(2), np.sqrt(10)
    path = driven(
        rules.ScheduleFree(beta), lambda w: np.sign(w) * [1.0, 3.0], [1.0, -1.0], D / G / np.sqrt(steps), steps
    )
    assert np.abs(path[-1]) @ [1.0, 3.0] <= D * G / np.sqrt(steps)


def test_schedule_free_is_the_mean_of_plain_steps_at_beta_0_and_weighs_by_squares_of_the_rate():
    gradient = lambda w: record_twins.gradient("quadratic", w, 0)  # noqa: E731
    path = driven(rules.ScheduleFree(1e-7), gradient, START["quadratic"], 0.3, 100)
    plain = driven(rules.Plain(), gradient, START["quadratic"], 0.3, 100)
    np.testing.assert_allclose(path[-1], plain.mean(axis=0), rtol=1e-5)
    rule, memory = rules.ScheduleFree(1.0), np.array([0.0, 0.0, 0.0, 0.0])
    y = z = x = 5.0
    for t, rate in enumerate((0.1, 0.4, 0.2, 0.0), 1):
        memory[2:] = rate, y
        y, z = y - rate * rule.direction(1.0, memory, t), z - rate
        x += (z - x) * rate**2 / sum(r**2 for r in (0.1, 0.4, 0.2, 0.0)[:t])
        assert rule.answer(y, memory) == near(x, rel=1e-14)


def remembered(rule, A, start, steps):
    """What a rule of rate 1 remembers after steps on w'A w / 2."""
    w, memory = start, np.zeros((rule.slots + len(rule.sees), len(start)))
    for t in range(1, steps + 1):
        memory[rule.slots :] = 1.0
        memory[-1] = w
        w = w - rule.direction(A @ w, memory, t)
    return memory


@pytest.mark.parametrize("corrected", [0, 1])
@pytest.mark.parametrize("reach", [1e-3, 1.0, 1e3])
def test_prodigy_never_overestimates_the_distance(reach, corrected):
    """Convexity gives r <= s . (w_0 - w*) <= |s|_1 D with D the largest distance of a coordinate: so d <= D."""
    start = reach * np.array([3.0, -2.0])
    d = remembered(rules.Prodigy(corrected=corrected), np.diag([1.0, 4.0]), start, 400)[5, 0]
    assert 0.1 < d / (3.0 * reach) <= 1 + 1e-9


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("kappa", [2.0, 10.0, 100.0])
def test_dowg_ends_at_the_edge_of_stability(kappa, scale):
    """The paper's figures: the length r^2 / sqrt(v) rises until it settles near 2 / L, here between 1.4 and 2.02."""
    A = scale * np.diag([1.0, 2.0, kappa])
    memory = remembered(rules.DoWG(), A, np.array([-1.0, 2.0, -0.5]), 2000)
    assert 1.4 < kappa * scale * memory[1, 0] / np.sqrt(memory[2, 0]) < 2.02


# ------------------------------------------------------------------ properties


slopes = st.integers(1, 4).flatmap(lambda d: arrays(float, (12, d), elements=st.floats(-3, 3)))


def directions(rule, gradients):
    memory = np.zeros((rule.slots + len(rule.sees), gradients.shape[1]))
    return np.array([rule.direction(g, memory, t) for t, g in enumerate(gradients, 1)])


SCALE_FREE = [
    rules.Adam(eps=1e-100), rules.AdamW(eps=1e-100), rules.Nadam(eps=1e-100), rules.AMSGrad(eps=1e-100),
    rules.AMSGrad(eps=1e-100, textbook=1), rules.AdaMax(eps=1e-100), rules.AdaGrad(eps=1e-100),
    rules.RMSProp(eps=1e-100), rules.RMSProp(eps=1e-100, centred=1), rules.Lion(),
]  # fmt: skip


@pytest.mark.parametrize("rule", SCALE_FREE, ids=repr)
@quick
@given(g=slopes, power=st.integers(-30, 30))
def test_directions_do_not_know_the_scale_of_the_objective(rule, g, power):
    """Bit for bit where the scale is a power of two and eps is next to nothing."""
    g = np.where(np.abs(g) < 1e-3, 0.0, g)
    assert directions(rule, 2.0**power * g).tolist() == directions(rule, g).tolist()


@quick
@given(g=slopes)
def test_lion_goes_all_of_eta_or_nowhere(g):
    assert set(directions(rules.Lion(), g).ravel()) <= {-1.0, 0.0, 1.0}


@quick
@given(g=slopes)
def test_no_step_is_longer_than_the_means_allow(g):
    """Of slopes that keep their sizes: |p| <= 1 / sqrt(1 - beta2) for Adam, 1 for AdaGrad; AdaMax of the paper 1."""
    tight = 1 + 1e-12
    assert np.abs(directions(rules.AdaGrad(), g)).max() <= tight
    assert np.abs(directions(rules.AdaMax(), g)).max() <= 1 / (1 - 0.9) * tight
    assert np.abs(directions(rules.Adam(), g)).max() <= 0.1 / np.sqrt(0.001) / 0.1 * tight


@pytest.mark.parametrize("name", [n for n in rules.__all__ if not getattr(rules, n).preconditioner])
@quick
@given(g=slopes, power=st.sampled_from([-160, -30, 0, 30, 150]))
def test_no_slope_makes_a_direction_that_is_no_number(name, g, power):
    """0 / 0 is 0, also where squares vanish or overflow."""
    rule = getattr(rules, name)()
    memory = np.zeros((rule.slots + len(rule.sees), g.shape[1]))
    memory[rule.slots :] = 1.0
    with np.errstate(over="ignore", under="ignore"):
        for t, slope in enumerate([0.0 * g[0], *g, 0.0 * g[0]], 1):
            assert not np.isnan(rule.direction(slope * 10.0**power, memory, t)).any()


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("reach", [1e-2, 1.0, 1e2])
@pytest.mark.parametrize("spec", ["dowg", "prodigy"])
def test_no_learning_rate_needs_tuning(spec, reach, scale):
    """The gap falls by a factor of 1e4 whatever the scale of the objective and the distance to its optimum."""
    A, best = scale * np.diag([1.0, 3.0, 10.0]), reach * np.array([1.0, -2.0, 0.5])
    path = driven(from_name(spec, rules, "rule"), lambda w: A @ (w - best), np.zeros(3), 1.0, 1000)
    gap = lambda w: (w - best) @ A @ (w - best)  # noqa: E731
    assert gap(path[-1]) < 1e-4 * gap(np.zeros(3))


# ------------------------------------------------------------------ decay


@pytest.mark.parametrize("spec", ["adamw:decay=0.3", "lion:decay=0.3"])
@pytest.mark.parametrize("compiled", [False, pytest.param(True, marks=needs_compiler)])
def test_nothing_that_is_held_decays(spec, compiled):
    """Without slopes decay is all there is: (1 - eta decay)^t for the weights that may move."""
    rows = make_rows(np.zeros((4, 2)), np.array([0.0, 1.0, 0.0, 1.0]))
    problem, method = Problem("log_loss", fixed=(1, "intercept")), Method(spec, 0.1, 4, "sequential")
    *_, last = until(descend(problem, method, rows, start=[3.0, 5.0, 2.0], compiled=compiled), updates(10))
    np.testing.assert_allclose(last.w.ravel(), [3.0 * 0.97**10, 5.0, 2.0], rtol=1e-13)


@pytest.mark.parametrize("name", [n for n in rules.__all__ if not getattr(rules, n).batch])
@pytest.mark.parametrize("size", [None, 8, 1])
def test_what_is_held_stays_to_the_last_bit(name, size):
    problem, method = Problem("log_loss", fixed=(1,)), Method(getattr(rules, name)(), 0.05, size)
    states = until(descend(problem, method, make_rows(X, LABELS), start=[0.5, 0.7, 0.1, -0.2]), updates(25))
    assert {state.w[1, 0] for state in states} == {0.7}


# ------------------------------------------------------------------ Anderson's acceleration


def ill_conditioned(d=8, kappa=1e3):
    Q, _ = np.linalg.qr(np.random.default_rng(5).standard_normal((d, d)))
    return (Q * np.geomspace(1.0, kappa, d)) @ Q.T


def test_anderson_is_gmres_on_a_quadratic():
    """With all pairs kept, w_{t+1} is a plain step from the point of least gradient in the Krylov space of t steps."""
    A, b, eta = ill_conditioned(6, 20.0), np.arange(1.0, 7.0), 1 / 20.0
    path = driven(rules.Anderson(pairs=6), lambda w: A @ w - b, np.zeros(6), eta, 5)
    krylov = np.array([np.linalg.matrix_power(A, k) @ b for k in range(5)]).T
    for t in range(1, 5):
        K = krylov[:, :t]
        least = K @ np.linalg.lstsq(A @ K, b, rcond=None)[0]
        np.testing.assert_allclose(path[t], least - eta * (A @ least - b), rtol=1e-8)


def test_anderson_needs_a_tenth_of_the_plain_steps():
    A = ill_conditioned()
    norm = lambda spec, steps: np.linalg.norm(  # noqa: E731
        A @ driven(from_name(spec, rules, "rule"), lambda w: A @ w, np.ones(8), 1e-3, steps)[-1]
    )
    assert norm("anderson", 200) < 1e-8
    assert norm("plain", 2000) > 1e-2


@pytest.mark.parametrize("pairs", [1, 2, 5, 10])
@pytest.mark.parametrize("spread", [1.0, 10.0])
@pytest.mark.parametrize("seed", range(4))
def test_anderson_never_keeps_a_longer_gradient(seed, spread, pairs):
    """With eta = 1/L on a convex objective: a gradient that is longer is left at once, by the plain step before it."""
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((30, 4)) * [1.0, spread, 0.5, 2.0]
    gradient = lambda w: Z.T @ np.tanh(Z @ w - 1.0) / 30 + 1e-3 * w  # noqa: E731
    eta = 1 / (np.linalg.eigvalsh(Z.T @ Z / 30)[-1] + 1e-3)
    path = driven(rules.Anderson(pairs), gradient, rng.standard_normal(4), eta, 200)
    norms, kept, undone = [np.linalg.norm(gradient(w)) for w in path], 0, 0
    for t in range(1, len(path) - 1):
        if norms[t] > norms[kept] * (1 + 1e-12) and norms[t] > 1e-12:
            np.testing.assert_allclose(path[t + 1], path[kept] - eta * gradient(path[kept]), rtol=1e-9, atol=1e-12)
            undone += 1
        else:
            kept = t
    assert undone > 0 or pairs == 1 or norms[-1] < 1e-12
    plain = driven(rules.Plain(), gradient, rng.standard_normal(4), eta, 100)[-1]
    assert norms[kept] <= np.linalg.norm(gradient(plain))


def test_a_descent_by_anderson_ends_where_numbers_overflow():
    states = descend(Problem(), Method("anderson", 1e300), make_rows(X, Y))
    assert len(list(until(states, updates(50)))) < 50


def test_anderson_needs_all_rows_and_whole_pairs():
    with pytest.raises(UsageError, match="needs all rows in every step"):
        Method("anderson", 0.1, batch_size=4)
    for wrong in ("anderson:pairs=0", "anderson:pairs=2.5"):
        with pytest.raises(UsageError, match="whole number of pairs"):
            Method(wrong)


# ------------------------------------------------------------------ settings at the door


@pytest.mark.parametrize(
    "spec",
    [
        "adam:beta1=1", "adam:beta2=-0.1", "adam:eps=0", "adam:eps=nan", "adamw:decay=-1", "adamw:beta1=2",
        "ada_max:beta2=1", "nadam:textbook=2", "nadam:warmup=-1", "nadam:eps=-1", "amsgrad:textbook=0.5",
        "amsgrad:beta2=nan", "ada_grad:eps=0", "ada_delta:rho=1", "ada_delta:eps=inf", "rmsprop:centred=3",
        "rmsprop:alpha=1.5", "lion:decay=inf", "lion:beta1=1", "schedule_free:beta=0", "schedule_free:beta=1.1",
        "dowg:r0=0", "dowg:eps=-1", "prodigy:d0=0", "prodigy:corrected=2", "prodigy:eps=0",
    ],
)  # fmt: skip
def test_senseless_settings_are_refused_in_one_line(spec):
    with pytest.raises(UsageError) as caught:
        Method(spec)
    assert str(caught.value).startswith(spec.partition(":")[0] + " needs ")
    assert "\n" not in str(caught.value)


def test_an_l1_penalty_is_refused():
    for spec in ("adam", "lion", "dowg", "anderson", "schedule_free"):
        with pytest.raises(UsageError, match="L1 penalty needs all rows"):
            descend(Problem(penalty=L1(0.1)), Method(spec), make_rows(X, Y))
