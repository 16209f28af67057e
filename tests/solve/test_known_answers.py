"""Published answers, to their printed digits."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import DATA, LABELS8, X8, Y8
from short_fit import fit

from steepest import Method, Problem, descend, make_moments, make_rows, record, until, updates
from steepest.objective.objective import Objective

near = pytest.approx


def descent(problem, eta, X, y, steps, start=None, data=make_rows):
    return record(until(descend(problem, Method(learning_rate=eta), data(X, y), start=start), updates(steps)))


def test_pizza_w_only(shared, known):
    x, y = np.loadtxt(shared("tutorials/pizza.txt"), skiprows=1).T
    path = descent(Problem("mse", intercept=False), 0.001, x[:, None], y, 100)
    printed = known["pizza_w_only"]["expected"]
    assert {i: round(float(path.cost[int(i)]), 10) for i in printed["loss"]} == printed["loss"]
    assert round(float(path.coef[-1, 0]), 10) == printed["w_final"]


@pytest.mark.parametrize("data", [make_rows, lambda X, y: make_moments(make_rows(X, y))], ids=["rows", "moments"])
def test_pizza_w_b(shared, known, data):
    x, y = np.loadtxt(shared("tutorials/pizza.txt"), skiprows=1).T
    path = descent(Problem("mse"), 0.001, x[:, None], y, 20_000, data=data)
    printed = known["pizza_w_b"]["expected"]
    assert {i: round(float(path.cost[int(i)]), 10) for i in printed["loss"]} == printed["loss"]
    assert round(float(path.coef[-1, 0]), 8) == printed["w"]
    assert round(float(path.intercept[-1]), 10) == printed["b"]
    assert round(float(path.coef[-1, 0] * 20 + path.intercept[-1]), 2) == printed["predict_20"]


def test_pizza_diverges(shared, known):
    x, y = np.loadtxt(shared("tutorials/pizza.txt"), skiprows=1).T
    path = descent(Problem("mse"), 0.005, x[:, None], y, 100)
    printed = known["pizza_diverges"]["expected"]
    assert [path.cost[int(i)] for i in printed["loss"]] == near(list(printed["loss"].values()), rel=1e-12)
    assert [path.coef[-1, 0], path.intercept[-1]] == near([printed["w"], printed["b"]], rel=1e-12)
    assert round(float(path.coef[-1, 0] * 20 + path.intercept[-1]), 2) == printed["predict_20"]
    run = fit(make_rows(x[:, None], y), Problem("mse"), learning_rate=0.005, max_iter=20_000, tol=None)
    assert run.verdict.status == "diverged"
    assert "0.004555" in run.verdict.message


def test_eight_points():
    least = make_moments(make_rows(X8, Y8)).minimiser.ravel()
    assert round(float(least[0]), 8) == 0.84482759
    assert least[1] == near(2.6034482758620694, rel=1e-12)
    problem = Problem(fixed=("intercept",))
    printed = [31.700000000000003, -1125.3500000000001, 41106.975000000006, -1500372.8875000002, 54763642.09375]
    assert descent(problem, 1, X8, Y8, 5, [0, 2.6]).coef[1:, 0] == near(printed, rel=1e-12)
    assert descent(problem, 0.001, X8, Y8, 1000, [0, 2.6]).coef[-1, 0] == near(0.8453333333333318, rel=1e-12)
    path = descent(Problem(), 0.01, X8, Y8, 4000)
    assert [path.coef[-1, 0], path.intercept[-1]] == near([0.8450107631510549, 2.6022056448336817], rel=1e-12)
    logit = Problem("log_loss", fixed=("intercept",))
    assert descent(logit, 1, X8, LABELS8, 1000, [0, -67.57]).coef[-1, 0] == near(15.017184591647284, rel=1e-12)


def advertising():
    return np.loadtxt(DATA / "Advertising.csv", delimiter=",", skiprows=1, quotechar='"')


def test_glossary_radio():
    """The printed figures are cut, not rounded: within one unit of the last digit."""
    table = advertising()
    path = descent(Problem("mse"), 5e-5, table[:, 2:3], table[:, 4], 40)
    printed = {1: (0.03, 0.0014, 197.25), 11: (0.28, 0.0116, 74.65), 21: (0.39, 0.0177, 49.48)}
    printed |= {31: (0.44, 0.0219, 44.31), 40: (0.46, 0.0249, 43.28)}
    for i, (w, b, cost) in printed.items():
        assert abs(path.coef[i, 0] - w) <= 0.01
        assert abs(path.intercept[i] - b) <= 0.0001
        assert abs(path.cost[i] - cost) <= 0.01


def test_advertising_ols():
    table = advertising()
    run = fit(make_rows(table[:, 1:4], table[:, 4]), Problem("mse"), tol=0)
    answer = [run.intercept[0], *run.coef[:, 0]]
    assert [round(a, 3) for a in answer[:1]] + [round(a, 4) for a in answer[1:]] == [2.939, 0.0458, 0.1885, -0.001]
    assert answer == near([2.93888937, 0.0457646455, 0.188530017, -0.00103749304], rel=1e-6)
    assert round(1 - run.trajectory.cost[-1] / np.var(table[:, 4]), 3) == 0.897


def test_glossary_logistic(shared, known):
    table = np.loadtxt(shared("tutorials/data_classification.csv"), delimiter=",", skiprows=1)
    path = descent(Problem("log_loss"), 0.1, table[:, :2], table[:, 2], 3000)
    printed = known["glossary_logistic"]["expected"]
    assert [round(float(c), 3) for c in path.cost[[1, 1001, 2001]]] == list(printed["cost"].values())[:3]
    assert round(float(path.cost[3000]), 4) == printed["cost"]["final"]
    weights = np.array([path.intercept[-1], *path.coef[-1]])  # printed cut, not rounded
    assert (np.trunc(1000 * weights) / 1000).tolist() == printed["weights"]


def test_ng_ex1(shared, known):
    table = np.loadtxt(shared("regression/ex1data1.txt"), delimiter=",")
    path = descent(Problem(), 0.01, table[:, :1], table[:, 1], 1500)
    printed = known["ng_ex1"]["expected"]
    theta = [float(path.intercept[-1]), float(path.coef[-1, 0])]
    assert [round(t, 4) for t in theta] == printed["theta"]
    assert [round(t, 8) for t in theta] == printed["full_precision_mine"]
    objective = Objective(Problem(), make_rows(table[:, :1], table[:, 1]))
    assert round(path.cost[0], 2) == printed["J_zero"]
    assert round(objective(np.array([[2.0], [-1.0]]))[0], 2) == printed["J_m1_2"]


def test_california(california, known):
    x, y = california
    assert len(y) == known["california_2023_ols"]["expected"]["n"]
    run = fit(make_rows(x, y), Problem("mse"), tol=0)
    assert run.trajectory.cost[-1] == near(known["california_2023_ols"]["expected"]["MSE"], rel=1e-12)
    path = descent(Problem("mse"), 0.01, x, y, 100, [0.2, 0.2])
    assert path.cost[-1] == near(known["california_2023_gd"]["expected"]["MSE"], rel=1e-12)
    path, printed = descent(Problem("mse"), 0.05, x, y, 10, [0.33, 0.48]), known["california_T21"]["expected"]
    end = [path.coef[-1, 0], path.intercept[-1], path.cost[-1]]
    assert end == near([printed["m"], printed["b"], printed["MSE"]], rel=1e-12)


def test_spector():
    """The published digits hold for GPA as float32; the doubles of this file give 2.82611259 and -12.88963422."""
    table = np.loadtxt(DATA / "spector.csv", skiprows=1)
    run = fit(make_rows(table[:, 1:4], table[:, 4]), Problem("log_loss"), tol=1e-15)
    assert run.coef[0, 0] == near(2.82611259, abs=2e-6)
    assert [*run.coef[1:, 0], run.intercept[0]] == near([0.09515766, 2.37868766, -13.02134], rel=1e-5)
    assert -32 * run.trajectory.cost[-1] == near(-12.88963422, abs=5e-9)


def test_challenger():
    table = np.loadtxt(DATA / "challenger_montgomery24.csv", delimiter=",", skiprows=1)
    run = fit(make_rows(table[:, :1], table[:, 1]), Problem("log_loss"), tol=1e-14)
    assert [round(float(run.intercept[0]), 5), round(float(run.coef[0, 0]), 5)] == [10.87535, -0.17132]
    assert round(-24 * run.trajectory.cost[-1], 3) == -11.515


def nist(name, first, last):
    """Predictors and target of a data set whose rows stand on the lines first .. last."""
    lines = (DATA / f"{name}.dat").read_text(encoding="ascii").splitlines()[first - 1 : last]
    table = np.array([line.split() for line in lines], float)
    return table[:, 1:], table[:, 0]


LONGLEY = [15.0618722713733, -0.358191792925910e-01, -2.02022980381683, -1.03322686717359, -0.511041056535807e-01]


@pytest.mark.parametrize(
    ("name", "first", "last", "certified"),
    [
        ("Norris", 61, 96, [1.00211681802045, -0.262323073774029]),
        ("Longley", 61, 76, [*LONGLEY, 1829.15146461355, -3482258.63459582]),
    ],
)
def test_nist_exact_answer(name, first, last, certified):
    """The exact line that stands beside a descent; the columns of Longley nearly depend on each other."""
    assert make_moments(make_rows(*nist(name, first, last))).minimiser.ravel() == near(certified, rel=1e-8)


def test_nist_through_the_origin():
    run = fit(make_rows(*nist("NoInt1", 61, 71)), Problem(intercept=False), tol=0)
    assert run.coef[0, 0] == near(2.07438016528926, rel=1e-12)
