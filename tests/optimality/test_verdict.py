"""Verdicts: each status on tables that must have it, none on healthy fits, sentences that hold, advice that helps."""

from __future__ import annotations

import inspect
import math
import re
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import DATA, LABELS8, ROOT, X8, Y8, linear_table, logistic_table
from short_fit import fit

from steepest import Problem, make_moments, make_rows, minimize
from steepest.cli.exit_status import VERDICTS
from steepest.data.samples import sample
from steepest.estimators.convergence import WARNINGS
from steepest.objective.penalties import L2
from steepest.optimality.evidence import Evidence
from steepest.optimality.verdict import TABLE, Verdict, judge

DOCS = ROOT / "docs" / "understand" / "verdicts.md"
OVERLAP = np.array([0.0, 0, 1, 0, 1, 1, 1, 0])
SYMMETRIC = (np.array([[-2.0], [-1], [0], [1], [2], [3], [1]]), np.array([0.0, 0, 1, 0, 1, 1, 0]))
LONG_ROW = (np.append(X8, [[60.0]], 0), np.append(Y8, 50.0))  # sets the limit of single rows far below that of all
PARK = np.loadtxt(sample("park").splitlines(), skiprows=1)
SEPARATED = np.loadtxt(DATA / "ucla_complete_separation.csv", delimiter=",", skiprows=1)
QUASI = np.loadtxt(DATA / "ucla_quasi_separation.csv", delimiter=",", skiprows=1)


def judged(X, y, loss="squared_error", alpha=0.0, held=(), **settings):
    problem = Problem(loss, L2(alpha), fixed=held) if alpha else Problem(loss, fixed=held)
    return fit(make_rows(X, y), problem, **settings)


def auto(X, y, loss="squared_error", **settings):
    """A fit to be run, once for all tests that ask the same; ``change`` puts other settings in."""
    held = {}

    def run(**change):
        key = str(change)
        if key not in held:
            held[key] = judged(X, y, loss, **{**settings, **change})
        return held[key]

    return run


def textbook(X, y, eta, steps, loss="squared_error", **settings):
    return auto(X, y, loss, **{"learning_rate": eta, "max_iter": steps, "tol": None, **settings})


CASES = [
    ("separable", "eight labels", auto(X8, LABELS8, "log_loss")),
    ("separable", "ucla", auto(SEPARATED[:, 1:], SEPARATED[:, 0], "log_loss")),
    ("separable", "ucla, textbook", textbook(SEPARATED[:, 1:], SEPARATED[:, 0], 0.1, 1000, "log_loss")),
    ("separable", "batches of 2", textbook(X8 - 4.5, LABELS8, 0.1, 100, "log_loss", batch_size=2)),
    ("diverged", "eight points, no learning rate", textbook(X8, Y8, 1, 5, held=("intercept",), start=[0, 2.6])),
    ("diverged", "park", textbook(PARK[:, :1], PARK[:, 1], 0.005, 20_000, "mse")),
    ("diverged", "just above the limit", textbook(X8, Y8, 0.0523, 200)),
    ("diverged", "rising, though still below its start", textbook(X8, Y8, 0.05221, 900, start=[-40, 0])),
    ("diverged", "momentum", textbook(X8, Y8, 0.12, 60, rule="momentum")),
    ("diverged", "nesterov below the plain limit", textbook(X8, Y8, 0.045, 60, rule="nesterov")),
    ("diverged", "single rows below the batch limit", textbook(*LONG_ROW, 0.002, 30, batch_size=1)),
    ("diverged", "overflow at once", textbook(X8, Y8, 1e200, 10)),
    ("diverged", "a penalty too strong for the rate", textbook(X8, LABELS8, 1.0, 2000, "log_loss", alpha=3.0)),
    ("converged", "park", auto(PARK[:, :1], PARK[:, 1])),
    ("converged", "overlapping classes", auto(X8, OVERLAP, "log_loss")),
    ("converged", "a perfect line, from its optimum", textbook(X8, 2 * X8[:, 0] + 1, 0.05, 50, start=[2, 1])),
    ("converged", "a constant target", auto(X8, np.full(8, 3.0))),
    ("converged", "one row", auto(X8[:1], Y8[:1])),
    ("cycling", "overlapping classes", textbook(X8, OVERLAP, 2.0, 500, "log_loss")),
    ("cycling", "two points in turn", textbook(*SYMMETRIC, 5.0, 300, "log_loss")),
    ("cycling", "chaos", textbook(*SYMMETRIC, 10.0, 300, "log_loss")),
    ("cycling", "far above the limit", textbook(*SYMMETRIC, 1e5, 300, "log_loss")),
    ("oscillating", "eight points", textbook(X8, Y8, 0.0515, 40)),
    ("oscillating", "park", textbook(PARK[:, :1], PARK[:, 1], 0.00152, 200, "mse")),
    ("noise floor", "single rows", textbook(X8, Y8, 0.01, 1000, batch_size=1)),
    ("noise floor", "batches of a larger table", textbook(*linear_table(1, 2000, 4, spread=0), 0.05, 60, batch_size=8)),
    ("noise floor", "classes", textbook(*logistic_table(1, spread=0), 0.5, 150, "log_loss", batch_size=1)),
    ("crawling", "park", textbook(PARK[:, :1], PARK[:, 1], 0.001, 20_000, "mse")),
    ("crawling", "a rate far too low", textbook(X8, Y8, 1e-6, 50)),
    ("crawling", "a rate that moves nothing", textbook(X8, Y8, 1e-300, 50)),
    ("crawling", "classes", textbook(X8, OVERLAP, 0.01, 200, "log_loss")),
    ("separable", "quasi-separated", auto(QUASI[:, 1:], QUASI[:, 0], "log_loss")),
    ("stopped", "soon there", textbook(X8, Y8, 0.01, 5000)),
    ("stopped", "one step", textbook(X8, Y8, 0.01, 1)),
]


def descended(f, start, steps=1000, **settings):
    """A run on a function, to be judged beside the fits."""

    def run(max_iter=steps, **change):
        path = minimize(f, start, steps=max_iter, **{**settings, **change})
        return SimpleNamespace(trajectory=path, verdict=path.verdict)

    return run


CASES += [
    ("unbounded", "a line", descended("2*x + 1", 6)),
    ("unbounded", "a cubic, downhill", descended("x**3", -1)),
    ("stationary", "a minimum among others", descended("cos(x)", 1)),
    ("stationary", "a saddle", descended("x**4 - x**2 + y**2", [0, 1], rule="auto")),
    ("diverged", "a parabola", descended("(x-3)**2 + 2", 6, learning_rate=1.5)),
    ("converged", "a parabola", descended("(x-3)**2 + 2", 6)),
    ("cycling", "two wells", descended("x**4 - x**2", 1, learning_rate=0.7, steps=100)),
]
IDS = [f"{status}: {name}" for status, name, _ in CASES]


@pytest.mark.parametrize(("status", "run"), [(s, r) for s, _, r in CASES], ids=IDS)
def test_status(status, run):
    verdict = run().verdict
    assert verdict.status == status, str(verdict)


@pytest.mark.parametrize("run", [r for _, _, r in CASES], ids=IDS)
def test_sentences_are_plain(run):
    result = run()
    verdict = result.verdict
    for text in (verdict.message, verdict.advice or ".", *verdict.notes):
        assert "\n" not in text
        assert not re.search(r"\b(nan|inf|None|unknown)\b", text), text
        assert len(text) < 250
    assert verdict.message.startswith(verdict.status.capitalize())
    assert str(verdict).startswith(verdict.message)
    steps = result.trajectory.step[-1]
    assert (
        f"{steps} step" in verdict.message
        or f"step {steps}" in verdict.message
        or verdict.status in ("cycling", "diverged")
    )


def test_every_status_has_two_tables():
    counts = {row.status: [s for s, _, _ in CASES].count(row.status) for row in TABLE}
    assert min(counts.values()) >= 2, counts


HEALTHY = [
    *[("default", auto(*linear_table(seed, 10 + 37 * seed, 1 + seed % 6, spread=seed % 4))) for seed in range(12)],
    *[("default", auto(*logistic_table(seed, 60 + 37 * seed, 1 + seed % 4), "log_loss")) for seed in range(12)],
    *[("l2", auto(*linear_table(seed, 5 + seed, 8, spread=1), "mse", alpha=0.1)) for seed in range(4)],
    *[("l2", auto(*logistic_table(seed, 40, 3), "log_loss", alpha=0.01)) for seed in range(4)],
    *[("few steps", auto(*linear_table(seed, 50, 5), max_iter=5 + seed, tol=None)) for seed in range(4)],
    *[
        (rule, textbook(*linear_table(seed, 80, 3, spread=0), 0.05, 40 * 4**seed, rule=rule))
        for seed in range(3)
        for rule in ("plain", "momentum", "nesterov", "accelerated")
    ],
    *[(rule, textbook(X8, OVERLAP, 0.05, 300, "log_loss", rule=rule)) for rule in ("plain", "momentum", "nesterov")],
    *[("waves", textbook(X8 / 5, OVERLAP, 0.1 * 2**s, 200, "log_loss", rule="momentum:beta=0.99")) for s in range(3)],
    *[
        ("batches", auto(*linear_table(seed, 200, 3), batch_size=4 << seed, max_iter=30, seed=seed))
        for seed in range(4)
    ],
    *[
        (
            "batches",
            textbook(*logistic_table(seed, 100, 2, spread=0), 0.1, 30, "log_loss", batch_size=1, sampling=sampling),
        )
        for seed in range(2)
        for sampling in ("shuffle", "replacement", "sequential")
    ],
    *[
        ("falling", textbook(*linear_table(s, 60, 2, spread=0), "inverse_scaling:eta=0.1", 50, batch_size=1))
        for s in range(3)
    ],
]


def test_fifty_healthy_fits_are_not_called_ill():
    wrong = [
        (name, i, str(verdict))
        for i, (name, run) in enumerate(HEALTHY)
        for verdict in [run().verdict]
        if verdict.status in ("diverged", "cycling", "oscillating", "separable")
    ]
    assert len(HEALTHY) >= 50
    assert not wrong


ADVISED = [(i, r) for i, (s, _, r) in zip(IDS, CASES, strict=True) if s in ("diverged", "cycling", "oscillating")]


@pytest.mark.parametrize("run", [r for _, r in ADVISED], ids=[i for i, _ in ADVISED])
def test_the_advised_rate_helps(run):
    rate = float(re.search(r"a learning rate of ([\d.e+-]+\d)", run().verdict.advice)[1])
    again = run(learning_rate=rate, max_iter=400)
    assert again.verdict.status not in ("diverged", "cycling", "oscillating"), (rate, str(again.verdict))
    assert again.trajectory.cost[-1] < again.trajectory.cost[0]


def test_a_diverged_run_on_batches_of_counts_was_advised_a_rate_of_0():
    rows = make_rows(X8, np.round(np.exp(X8[:, 0] / 3)))
    run = fit(rows, Problem("poisson"), learning_rate=1.0, batch_size=1, max_iter=10, tol=None)
    assert run.verdict.status == "diverged"
    assert "a learning rate of 0.5" in run.verdict.advice


@pytest.mark.parametrize("run", [r for s, _, r in CASES if s == "crawling"])
def test_auto_ends_a_crawl(run):
    assert "learning_rate='auto'" in run().verdict.advice
    assert run(learning_rate="auto", max_iter=1000, tol=1e-10).verdict.status == "converged"


@pytest.mark.parametrize("run", [r for s, _, r in CASES if s == "noise floor"])
def test_a_falling_rate_gets_below_the_noise_floor(run):
    floor = run()
    path = floor.trajectory
    least = path.cost[path.cost_step == path.meta["reported_step"]][0] - floor.certificate.gap
    assert "a falling rate such as inverse_scaling" in floor.verdict.advice
    spec = f"inverse_scaling:eta={path.learning_rate[-1]},power=0.7"
    again = run(learning_rate=spec, start=[*floor.coef[:, 0], *floor.intercept])
    assert again.certificate.gap < 0.5 * (np.median(path.cost[path.cost_step > path.step[-1] / 2]) - least)


@pytest.mark.parametrize("run", [r for s, _, r in CASES if s == "separable"])
def test_a_penalty_ends_separation(run):
    assert run(alpha=0.001, learning_rate="auto", batch_size=None, max_iter=10_000).verdict.status in (
        "converged",
        "stopped",
    )


def test_diverged_says_where_and_against_which_limit():
    run = textbook(PARK[:, :1], PARK[:, 1], 0.005, 20_000, "mse")()
    limit = 2 / np.linalg.eigvalsh(2 * np.cov(np.vstack((PARK[:, 0], np.ones(14))), bias=True) + 2 * outer_mean())[-1]
    last = run.trajectory.step[-1]
    assert (
        f"the cost was above its initial value from step 1 on, and numbers overflowed after step {last}"
        in run.verdict.message
    )
    assert f"The learning rate, 0.005, is above the stability limit, {limit:.4g}." in run.verdict.message
    assert run.trajectory.meta["reported_step"] == 0  # the recorded state of least cost
    assert (run.coef == 0).all()


def outer_mean():
    mean = np.array([PARK[:, 0].mean(), 1.0])
    return np.outer(mean, mean)


def test_what_is_reported_where_the_cost_fell_before_it_rose():
    """The state of least cost, not the first and not the last."""
    moments = make_moments(make_rows(X8, Y8))
    start = moments.minimiser[:, 0] + np.linalg.eigh(moments.hessian)[1] @ [
        5.0,
        0.01,
    ]  # far off along the slow direction
    run = textbook(X8, Y8, 0.0545, 200, start=start)()
    cost = run.trajectory.cost
    assert run.verdict.status == "diverged"
    assert 0 < run.trajectory.meta["reported_step"] == np.argmin(cost) < 200
    assert run.trajectory.coef[np.argmin(cost)] == run.coef[:, 0]
    assert run.certificate.gap == pytest.approx(cost.min() - run.trajectory.meta["exact"]["cost"], rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_noise_floor_of_a_large_table_was_called_crawling(seed):
    """Its cost is looked at a few times an epoch only, and all but two of the looks were in the first half."""
    X, y = linear_table(1, 30_000, 4, spread=0)
    assert textbook(X, y, 0.05, 20, batch_size=32, seed=seed)().verdict.status == "noise floor"


@pytest.mark.parametrize("rate", ["cosine:eta=0.0015,steps=200", "one_cycle:eta=0.0015,steps=200"])
def test_a_schedule_at_its_end_was_called_crawling(rate):
    """It moves no more by its own plan; half way through it crawls like any other rate, and at a floor too."""
    X, y = PARK[:, :1], PARK[:, 1]
    run = textbook(X, y, rate, 200)()
    assert run.verdict.status == "stopped"
    assert "learning-rate schedule has run out" in run.verdict.message
    assert run.verdict.advice == "a longer schedule, or the rate 'auto'"
    assert textbook(X, y, rate.replace("200", "400"), 200)().verdict.status == "crawling"
    assert textbook(X, y, "cosine:eta=0.001,steps=200,floor=0.0005", 200)().verdict.status == "crawling"
    path = minimize("(x - 1)**2 + 1000 * y**2", (0, 1), learning_rate="cosine:eta=0.0005,steps=50", steps=50)
    assert "has run out" in path.verdict.message


def test_the_slope_alone_with_the_intercept_held_is_not_separable():
    run = textbook(X8, LABELS8, 1, 1000, "log_loss", held=("intercept",), start=[0, -67.57])()
    assert run.verdict.status == "crawling"
    assert "condition number" not in run.verdict.message  # of one coordinate it says nothing


def test_notes_name_columns():
    X, y = linear_table(1, n := 40, 3)
    X = np.column_stack((X, X[:, 0] + X[:, 1], np.full(n, 5.0)))
    notes = fit(make_rows(X, y), Problem(), names=("a", "b", "c", "sum", "one")).verdict.notes
    assert notes == (
        "column 'one' is constant and says nothing about the target",
        "columns 'a', 'b', 'sum' are linearly dependent, so only their joint effect is determined",
    )
    notes = fit(make_rows(*linear_table(1, 4, 6)), Problem()).verdict.notes
    assert notes == ("4 rows cannot determine 6 coefficients and an intercept, so many answers fit equally well",)


def test_a_verdict_as_text():
    verdict = Verdict("stopped", "Stopped after 3 steps.", "more iterations", ("a fact",))
    assert str(verdict) == "Stopped after 3 steps.\nTry more iterations.\nNote: a fact."


def test_the_documentation_is_the_table():
    rows = [line.strip("| ").split(" | ") for line in DOCS.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    header, _, *documented = [[cell.strip(" `") for cell in row] for row in rows]
    assert header == ["precedence", "status", "criterion", "exit code", "warning", "advice"]
    said = lambda text: " ".join(inspect.cleandoc(text.__doc__).split())  # noqa: E731
    warning = lambda status: getattr(WARNINGS[status], "__name__", "none")  # noqa: E731
    table = [
        [str(i), row.status, said(row.holds), str(VERDICTS.get(row.status, 0)), warning(row.status), said(row.advice)]
        for i, row in enumerate(TABLE, 1)
    ]
    assert documented == table


def test_a_gap_that_is_unknown_is_said_in_words():
    cost, step = np.array([3.0, 2.0, 1.5]), np.arange(3)
    evidence = Evidence(
        cost=cost, step=step, end="2 epochs", gap=None, reached=1.5, target=1e-10, scale=3.0, gradient_norm=0.25,
        rate=0.1, limit=1.0, safe=0.5, condition=None, quadratic=True, sampled=False, rule="plain", constant=True,
        auto=False, separated=None, reversals=0.0,
    )  # fmt: skip
    verdict = judge(evidence)
    assert verdict.status == "stopped"
    assert "an unknown amount above the minimum" in verdict.message
    assert math.isfinite(float(re.search(r"gradient norm ([\d.e+-]+\d)", verdict.message)[1]))
