"""Polished least squares against certified digits and against exact rational answers on the same doubles."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
import pytest
from conftest import DATA, linear_table

from steepest import Problem, make_moments, make_rows
from steepest.core.errors import DataError
from steepest.data.csr import CSR
from steepest.data.double_double import over, plus, summed, times, two_product, two_sum
from steepest.data.refinement import Exact, inverse_root, polished, precondition, triangle
from steepest.objective.losses import MSE, SquaredError
from steepest.objective.objective import Coordinates, Objective
from steepest.objective.penalties import L2

POWERS = {"Pontius": 2, "Wampler1": 5, "Wampler3": 5, "Filip": 10}


def nist(name):
    """Columns (powers by running product), target and certified answer, intercept last, 0 where there is none."""
    lines = (DATA / f"{name}.dat").read_text(encoding="ascii").splitlines()
    found = [re.match(r"\s+B(\d+)\s+(\S+)\s+\S", line) for line in lines[:60]]
    certified = {int(m[1]): float(m[2]) for m in found if m}
    table = np.array([line.split() for line in lines[60:] if line.strip()], float)
    X = table[:, 1:]
    for _ in range(POWERS.get(name, 1) - 1):
        X = np.column_stack((X, X[:, -1] * X[:, 0]))
    return X, table[:, 0], [*(certified[j + 1] for j in range(X.shape[1])), certified.get(0, 0.0)]


def whole(values):
    """Doubles as whole numbers times one power of two, both without error."""
    mantissa, exponent = np.frexp(np.asarray(values, float))
    low = int(exponent.min())
    numbers = [int(m) << int(e) - low for m, e in zip((mantissa * 2.0**53).ravel(), exponent.ravel(), strict=True)]
    return np.array(numbers, object).reshape(np.shape(values)), Fraction(2) ** (low - 53)


def rational(X, y, problem=None, weight=None, offset=None, total=None, start=None):
    """Exact minimiser (d + 1 rationals, intercept last) for the doubles as they stand."""
    problem = problem or Problem()
    n, d = X.shape
    weight, offset = np.ones(n) if weight is None else weight, np.zeros(n) if offset is None else offset
    A, unit = whole(np.column_stack((X, np.ones(n), y, offset)))
    mass, mass_unit = whole(weight)
    factor = unit**2 * mass_unit * Fraction(problem.loss.curvature) / Fraction(float(n if total is None else total))
    gram = [[Fraction(int(v)) * factor for v in row] for row in A.T @ (mass[:, None] * A)]
    known = [Fraction(float(v)) for v in (np.zeros(d + 1) if start is None else start)]
    live = [j for j in range(d + 1) if Coordinates(problem, d).free[j, 0]]
    held = [j for j in range(d + 1) if j not in live]
    system = []
    for i in live:
        ridge = Fraction(problem.l2) if i < d else Fraction(0)
        right = gram[i][d + 1] - gram[i][d + 2] - sum(gram[i][j] * known[j] for j in held)
        system.append([gram[i][j] + (ridge if i == j else 0) for j in live] + [right])
    for j, value in zip(live, eliminated(system), strict=True):
        known[j] = value
    return known


def eliminated(system):
    for i in range(len(system)):
        pivot = max(range(i, len(system)), key=lambda r: abs(system[r][i]))
        system[i], system[pivot] = system[pivot], system[i]
        for r in range(i + 1, len(system)):
            ratio = system[r][i] / system[i][i]
            system[r] = [a - ratio * b for a, b in zip(system[r], system[i], strict=True)]
    answer = [Fraction(0)] * len(system)
    for i in reversed(range(len(system))):
        row = system[i]
        answer[i] = (row[-1] - sum(row[j] * answer[j] for j in range(i + 1, len(system)))) / row[i]
    return answer


def digits(w, exact):
    """Correct digits of the worst coefficient."""
    errors = [abs(Fraction(float(a)) - Fraction(b)) / (abs(Fraction(b)) or 1) for a, b in zip(w, exact, strict=True)]
    return float(-np.log10(max(1e-17, float(max(errors)))))


def rounded(exact):
    return [float(v) for v in exact]


def polish(rows, problem=None, start=None, most=6):
    w = np.zeros((rows.shape[1] + 1, rows.y.shape[1])) if start is None else np.asarray(start, float).reshape(-1, 1)
    return polished(rows, problem or Problem(), w, most)[0]


CERTIFIED = {"Norris": 13.9, "Pontius": 13.4, "NoInt1": 14.5, "Longley": 14.4, "Wampler1": 15, "Wampler3": 15}


@pytest.mark.parametrize("start", ["zeros", "moments"])
@pytest.mark.parametrize(("name", "wanted"), [*CERTIFIED.items(), ("Filip", 7.8)])
def test_certified_digits(name, wanted, start):
    X, y, certified = nist(name)
    rows, problem = make_rows(X, y), Problem(intercept=name != "NoInt1")
    w = make_moments(rows).minimiser if start == "moments" else np.zeros((X.shape[1] + 1, 1))
    w[-1] *= problem.intercept
    path = polished(rows, problem, w)[0]
    assert digits(path[-1].w[:, 0], certified) >= wanted
    assert len(path) <= 4
    assert path[-1].w[:, 0].tolist() == rounded(rational(X, y, problem))


def test_moments_alone_lose_digits_that_are_polished_back():
    X, y, certified = nist("Wampler3")
    assert digits(make_moments(make_rows(X, y)).minimiser[:, 0], certified) < 9


def test_residual_sum_of_squares_as_certified():
    X, y, _ = nist("Longley")
    assert 2 * 16 * polish(make_rows(X, y))[-1].cost == pytest.approx(836424.055505915, rel=1e-14)


def far_table():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((10_000, 5)) + 1e6
    return X, X @ np.array([1.0, -2.0, 3.0, 0.5, 0.25]) + rng.standard_normal(10_000)


def test_columns_a_million_standard_deviations_from_0():
    X, y = far_table()
    rows = make_rows(X, y)
    exact = rational(X, y)
    assert polish(rows)[-1].w[:, 0].tolist() == rounded(exact)
    path = polished(rows, Problem(), make_moments(rows).minimiser)[0]
    assert path[-1].w[:, 0].tolist() == rounded(exact)
    assert len(path) == 2


@pytest.mark.parametrize("mean", [1.7e9, 1e14])
@pytest.mark.parametrize("d", [1, 2])
def test_time_stamps_a_billion_standard_deviations_from_0(d, mean):
    rng = np.random.default_rng(1)
    X = mean + rng.standard_normal((500, d))
    y = X @ np.array([3.0, 1.0])[:d] + rng.standard_normal(500)
    path, exact = polish(make_rows(X, y)), rational(X, y)
    assert digits(path[-1].w[:, 0], exact) > 15.5
    assert mean > 1e10 or path[-1].w[:, 0].tolist() == rounded(exact)
    assert len(path) == (3 if mean < 1e10 else 4)


def variants():
    X, y = linear_table(5, n=150, d=4, spread=3.0)
    rng = np.random.default_rng(2)
    weight, offset = rng.uniform(0, 3, 150) * (rng.random(150) < 0.9), rng.standard_normal(150)
    start = [0.5, -0.25, 0.125, 2.0, 0.75]
    return (
        X,
        y,
        {
            "plain": {},
            "mse": {"problem": Problem("mse")},
            "weights": {"weight": weight},
            "offsets": {"offset": offset},
            "offsets far from the target": {"offset": 1e10 * offset},
            "l2": {"problem": Problem(penalty=L2(0.3))},
            "mse, l2, weights": {"problem": Problem("mse", penalty=L2(0.01)), "weight": weight, "offset": offset},
            "no intercept": {"problem": Problem(intercept=False)},
            "no intercept, l2": {"problem": Problem(intercept=False, penalty=L2(2.0)), "weight": weight},
            "fixed column": {"problem": Problem(fixed=(2,)), "start": start},
            "fixed intercept": {"problem": Problem(fixed=("intercept",)), "start": start, "offset": offset},
            "fixed, l2": {"problem": Problem(fixed=(0, 3), penalty=L2(0.1)), "start": start, "weight": weight},
            "all fixed": {"problem": Problem(fixed=(0, 1, 2, 3, "intercept")), "start": start},
        },
    )


@pytest.mark.parametrize("case", variants()[2])
def test_minimiser_is_rounded_once(case):
    X, y, cases = variants()
    given = {"problem": Problem(), "weight": None, "offset": None, "start": np.zeros(5)} | cases[case]
    problem, start = given["problem"], given["start"] * (np.arange(5) < 4 + problem_intercept(given))
    rows = make_rows(X, y, weight=given["weight"], offset=given["offset"])
    path = polish(rows, problem, start)
    exact = rational(X, y, problem, given["weight"], given["offset"], rows.total, start)
    assert path[-1].w[:, 0].tolist() == rounded(exact)
    cost, g = Objective(problem, rows)(path[-1].w)
    assert path[-1].cost == pytest.approx(cost, rel=1e-12)
    assert np.abs(path[-1].gradient).max() <= 2 * np.abs(g).max() + 1e-12


def problem_intercept(given):
    return given["problem"].intercept


def sparse(X):
    keep = X != 0
    return CSR(X[keep], np.nonzero(keep)[1], np.concatenate(([0], np.cumsum(keep.sum(1)))), X.shape[1])


@pytest.mark.parametrize("layout", ["C", "F", "float32", "float32 F", "CSR", "strided"])
def test_every_layout_gives_the_exact_answer(layout):
    X, y = linear_table(7, n=2000, d=6, spread=1.0)
    X[np.random.default_rng(0).random(X.shape) < 0.5] = 0.0
    X = X.astype(np.float32).astype(float)
    made = {
        "C": X,
        "F": np.asfortranarray(X),
        "float32": X.astype(np.float32),
        "float32 F": np.asfortranarray(X, np.float32),
        "CSR": sparse(X),
        "strided": np.repeat(X, 2, axis=0)[::2],
    }[layout]
    path = polish(make_rows(made, y))
    assert path[-1].w[:, 0].tolist() == rounded(rational(X, y))


def test_several_targets_each_get_their_own():
    X, y = linear_table(3, n=90, d=3)
    Y = np.column_stack((y, y**2, X[:, 0] - y))
    path = polish(make_rows(X, Y))
    for k in range(3):
        assert path[-1].w[:, k].tolist() == rounded(rational(X, Y[:, k]))


def test_gradient_and_excess_are_those_of_the_doubles_reported():
    """Far from the minimiser and at its rounding, against exact arithmetic on the reported doubles."""
    X, y = linear_table(11, n=40, d=3, spread=2.0)
    A, problem = np.column_stack((X, np.ones(40))), Problem("mse", penalty=L2(0.05))
    exact = rational(X, y, problem)
    for iterate in polish(make_rows(X, y), problem, [1.0, 1, 1, 1]):
        w = [Fraction(float(v)) for v in iterate.w[:, 0]]
        r = [
            sum(Fraction(float(a)) * b for a, b in zip(row, w, strict=True)) - Fraction(t)
            for row, t in zip(A, y.tolist(), strict=True)
        ]
        g = [2 * sum(Fraction(float(a)) * e for a, e in zip(c, r, strict=True)) / 40 for c in A.T]
        g = [v + (Fraction(0.05) * w[j] if j < 3 else 0) for j, v in enumerate(g)]
        assert iterate.gradient[:, 0] == pytest.approx(rounded(g), rel=1e-9, abs=1e-9 * max(map(abs, rounded(g))))
        excess = sum(a * (b - c) for a, b, c in zip(g, w, exact, strict=True)) / 2
        assert iterate.excess == pytest.approx(float(excess), rel=1e-6, abs=0)


def test_exact_pass_says_what_rows_say_and_more():
    X, y = linear_table(4, n=5000, d=3)
    rng = np.random.default_rng(0)
    rows = make_rows(X, y, weight=rng.random(5000), offset=rng.random(5000))
    w = rng.standard_normal((4, 1))
    for loss in (SquaredError(), MSE()):
        cost, g = rows.value_and_gradient(loss, w)
        assert Exact(rows).value_and_gradient(loss, w)[0] == pytest.approx(cost, rel=1e-13)
        assert Exact(rows).value_and_gradient(loss, w)[1] == pytest.approx(g, rel=1e-11)
        assert Exact(rows).value(loss, w) == pytest.approx(cost, rel=1e-13)


def test_passes_are_counted():
    X, y = linear_table(4)
    rows = make_rows(X, y)
    path = polish(rows)
    assert rows.passes - 2 in (len(path), len(path) + 1)


@pytest.mark.parametrize("weighted", [False, True])
def test_same_bits_for_any_number_of_threads(weighted):
    rng = np.random.default_rng(0)
    X, weight = rng.standard_normal((120_000, 7)) + 100.0, rng.random(120_000) if weighted else None
    rows = make_rows(X, X[:, 0] + rng.standard_normal(120_000), weight=weight)
    runs = [polish(rows._replace(threads=threads)) for threads in (1, 2, 3)]
    said = [[(p.w.tobytes(), p.cost, p.gradient.tobytes(), p.excess) for p in run] for run in runs]
    assert said[0] == said[1] == said[2]


@pytest.mark.parametrize("n", [1, 2, 3, 4, 1023, 5461, 5462, 10_923])
def test_any_number_of_rows(n):
    """Around the edges of a tile, and with fewer rows than columns."""
    rng = np.random.default_rng(n)
    X = rng.standard_normal((n, 5)) + 3.0
    y = rng.standard_normal(n)
    last = polish(make_rows(X, y))[-1]
    if n > 6:
        assert last.w[:, 0].tolist() == rounded(rational(X, y))
    else:
        assert np.abs(X @ last.w[:-1, 0] + last.w[-1, 0] - y).max() < 1e-12
        assert np.abs(last.w).max() < 100


def test_table_without_columns_has_the_mean():
    y = np.array([1.0, 2.0, 4.0])
    assert polish(make_rows(np.empty((3, 0)), y))[-1].w.item() == float(Fraction(7, 3))


def dependent(kind):
    X, y = linear_table(6, n=300, d=3, spread=2.0)
    extra = {
        "sum": X[:, 0] + X[:, 1],
        "copy": X[:, 0],
        "constant": np.full(300, 0.1),
        "zero": np.zeros(300),
        "far constant": np.full(300, 1e17 / 3),
        "affine": 3 * X[:, 2] + 1e3,
    }[kind]
    return np.column_stack((X, extra)), y


@pytest.mark.parametrize("kind", ["sum", "copy", "constant", "zero", "far constant", "affine"])
def test_dependent_columns_give_a_finite_answer_with_no_slope(kind):
    X, y = dependent(kind)
    rows = make_rows(X, y)
    path = polish(rows)
    units, R = triangle(rows, Problem())
    assert inverse_root(units, R, np.ones((5, 1))).shape == (5, 4)
    assert np.isfinite(path[-1].w).all()
    least = polish(make_rows(X[:, :3], y))[-1]
    assert path[-1].cost == pytest.approx(least.cost, rel=1e-14)
    size = np.sqrt(np.mean(X**2, axis=0))
    assert (np.abs(path[-1].gradient[:-1, 0]) <= 1e-13 * size * np.abs(X @ path[-1].w[:-1]).max()).all()
    assert np.abs(units.scaled(path[-1].w)[:-1]).max() < 1e3


def test_ridge_needs_no_full_rank():
    X, y = dependent("copy")
    X[:, 1] *= 1e-12
    problem = Problem(penalty=L2(1e-3))
    assert polish(make_rows(X, y), problem)[-1].w[:, 0].tolist() == rounded(rational(X, y, problem))


def test_extreme_scales():
    X, y = linear_table(8, n=50, d=3)
    X *= [1e140, 1e-120, 1.0]
    path = polish(make_rows(X, y))
    assert path[-1].w[:, 0].tolist() == rounded(rational(X, y))


def test_start_at_the_answer_costs_one_pass_and_stays():
    X, y = linear_table(9)
    once = polish(make_rows(X, y))[-1].w
    path = polish(make_rows(X, y), start=once)
    assert len(path) == 1
    assert path[0].w.tobytes() == once.tobytes()


def test_slopes_of_exactly_0_are_not_chased_through_every_power_of_ten():
    X = linear_table(9)[0]
    path = polish(make_rows(X, np.full(len(X), 3.0)))
    assert len(path) <= 4
    assert path[-1].w[-1, 0] == 3.0
    assert np.abs(path[-1].w[:-1]).max() < 1e-30


@pytest.mark.parametrize(("gap", "rank"), [(1e-10, 5), (1e-15, 4)])
def test_near_dependence_is_resolved_down_to_the_rounding_of_the_table(gap, rank):
    X, y = linear_table(10, n=300, d=3)
    X = np.column_stack((X, X[:, 0] + X[:, 1] + gap * np.random.default_rng(0).standard_normal(300)))
    units, R = triangle(make_rows(X, y), Problem())
    last = polish(make_rows(X, y))[-1]
    assert inverse_root(units, R, np.ones((5, 1))).shape[1] == rank
    assert (last.w[:, 0].tolist() == rounded(rational(X, y))) == (rank == 5)
    assert np.isfinite(last.w).all()


def test_steps_that_lead_away_are_not_taken(monkeypatch):
    right = triangle
    monkeypatch.setattr("steepest.data.refinement.triangle", lambda *a: (right(*a)[0], 0.5 * right(*a)[1]))
    X, y = linear_table(9)
    assert len(polish(make_rows(X, y))) == 1


def test_steps_are_limited():
    X, y = nist("Filip")[:2]
    assert [len(polish(make_rows(X, y), most=most)) for most in (0, 1, 2)] == [1, 2, 3]


def test_iterates_come_closer():
    for name in (*CERTIFIED, "Filip"):
        X, y, _ = nist(name)
        excess = [p.excess for p in polish(make_rows(X, y))]
        assert excess[1] < 1e-6 * excess[0]


def test_not_finite_columns_are_refused():
    with pytest.raises(DataError, match="not finite"):
        polish(make_rows([[1.0], [np.nan], [2.0]], [0.0, 1.0, 2.0]))


def test_triangle_is_the_factor_of_the_second_derivative():
    X, y = linear_table(12, n=3000, d=4, spread=2.0)
    weight = np.random.default_rng(0).random(3000)
    rows, problem = make_rows(X, y, weight=weight), Problem("mse", penalty=L2(0.2))
    units, R = triangle(rows, problem)
    assert np.array_equal(R, np.triu(R))
    Z = np.column_stack(((X - units.shift) * units.scale, np.ones(3000)))
    hessian = 2 * Z.T @ (weight[:, None] * Z) / weight.sum() + 0.2 * np.diag(np.append(units.scale**2, 0.0))
    gram = R.T @ R
    assert gram == pytest.approx(hessian, rel=1e-12, abs=1e-12)
    assert np.average(X, axis=0, weights=weight) == pytest.approx(units.shift, rel=1e-13)
    assert np.average((X - units.shift) ** 2, axis=0, weights=weight) == pytest.approx(units.scale**-2, rel=1e-12)


def test_precondition_is_newtons_step():
    X, y = linear_table(13, n=100, d=3)
    rows, problem = make_rows(X, y), Problem(fixed=(1,))
    units, R = triangle(rows, problem)
    A = np.column_stack((X, np.ones(100)))
    g = np.array([[1.0], [2.0], [-1.0], [0.5]])
    p, gain = precondition(units, inverse_root(units, R, Coordinates(problem, 3).free), (g, 0 * g))
    assert gain == pytest.approx(np.vdot(g, p), rel=1e-9)
    live = [0, 2, 3]
    assert p[1] == 0
    assert p[live] == pytest.approx(np.linalg.solve(A[:, live].T @ A[:, live] / 100, g[live]), rel=1e-9)


def test_twofold_arithmetic_against_fractions():
    rng = np.random.default_rng(0)
    a, b, c = (rng.standard_normal(200) * 10.0 ** rng.integers(-8, 8, 200) for _ in range(3))
    low = a * 2.0**-55

    def value(pair):
        return [Fraction(float(h)) + Fraction(float(s)) for h, s in zip(*pair, strict=True)]

    A, B = [Fraction(float(v)) for v in a], [Fraction(float(v)) for v in b]
    assert value(two_sum(a, b)) == [x + y for x, y in zip(A, B, strict=True)]
    assert value(two_product(a, b)) == [x * y for x, y in zip(A, B, strict=True)]
    pair = value((a, low))
    checks = [
        (plus((a, low), (c, 0 * c)), [x + Fraction(float(y)) for x, y in zip(pair, c, strict=True)]),
        (times((a, low), b), [x * y for x, y in zip(pair, B, strict=True)]),
        (over((a, low), 3.7), [x / Fraction(3.7) for x in pair]),
    ]
    for found, exact in checks:
        assert max(abs(x - y) / (abs(y) + Fraction(1, 10**3)) for x, y in zip(value(found), exact, strict=True)) < 1e-26
    high, rest = summed((a, low))
    assert abs(Fraction(float(high)) + Fraction(float(rest)) - sum(pair)) < Fraction(1e-30) * sum(map(abs, pair))
