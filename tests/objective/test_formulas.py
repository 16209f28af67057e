"""Formulas: what is read and what is refused, values and derivatives against mpmath, and text that is never run."""

from __future__ import annotations

import math
import subprocess
import sys

import mpmath
import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest.core.errors import UsageError
from steepest.objective.functions.formula import LONGEST, read_formula
from steepest.objective.functions.jets import FUNCTIONS

MP = {
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "atan": mpmath.atan,
    "abs": mpmath.fabs,
    "log2": lambda x: mpmath.log(x, 2),
    "atan2": mpmath.atan2,
    "min": min,
    "max": max,
    "log10": mpmath.log10,
    "log1p": mpmath.log1p,
    "expm1": mpmath.expm1,
}
MP |= {name: getattr(mpmath, name) for name in FUNCTIONS if name not in MP}
POSITIVE = ("log", "log2", "log10", "sqrt")
SMALL = ("asin", "acos")


def test_values_slopes_and_second_derivatives_of_rosenbrock():
    formula = read_formula("100*(x2 - x1**2)**2 + (1 - x1)**2")
    jet = formula.jet([-1.2, 1.0], 2)
    assert formula.names == ("x1", "x2")
    assert jet.value == pytest.approx(24.2, rel=1e-15)
    np.testing.assert_allclose(jet.slope, [-215.6, -88.0], rtol=1e-14)
    np.testing.assert_allclose(jet.hessian, [[1330.0, 480.0], [480.0, 200.0]], rtol=1e-14)


@pytest.mark.parametrize(
    ("text", "x", "value"),
    [
        ("2 + 3*4", [], 14.0),
        ("-2**2", [], -4.0),
        ("2**-1", [], 0.5),
        ("2**3**2", [], 512.0),
        ("(2**3)**2", [], 64.0),
        ("7/2", [], 3.5),
        ("1 - 2 - 3", [], -4.0),
        ("8/4/2", [], 1.0),
        ("+-+2", [], -2.0),
        ("--x", [3.0], 3.0),
        ("2*pi", [], 2 * math.pi),
        ("e**x", [1.0], math.e),
        ("atan2(y, x)", [-1.0, 1.0], 0.75 * math.pi),
        ("max(x, y, 3)", [1.0, 2.0], 3.0),
        ("min(x, y, 3)", [1.0, 2.0], 1.0),
        (" x \n+\t1 ", [1.0], 2.0),
        (".5e1*x", [2.0], 10.0),
        ("number + negative + variable", [1.0, 2.0, 3.0], 6.0),
        ("x_1", [4.0], 4.0),
        ("log(-x)", [1.0], math.nan),
        ("1/x", [0.0], math.inf),
        ("x**0.5", [-1.0], math.nan),
        ("9**9**9", [], math.inf),
    ],
)
def test_values(text, x, value):
    assert float(read_formula(text)(np.array(x))) == pytest.approx(value, rel=1e-15, nan_ok=True)


def test_variables_are_sorted_naturally_or_as_given():
    assert read_formula("x10 + x2 + x1 + a").names == ("a", "x1", "x2", "x10")
    swapped = read_formula("x - y", names=("y", "x"))
    assert float(swapped([1.0, 5.0])) == 4.0
    assert read_formula("x", names="xyz").names == ("x", "y", "z")
    with pytest.raises(UsageError, match="the variables are x, y"):
        read_formula("x - y", names=("x",))
    with pytest.raises(UsageError, match="'pi' cannot be a variable's name"):
        read_formula("x", names=("x", "pi"))


REFUSED = [
    ("x^2", 2, r"write \*\* for a power"),
    ("2x", 2, r"write \* between a number and x"),
    ("x y", 3, "does not read"),
    ("3(x)", 1, r"write \* to multiply"),
    ("f(x)", 1, "f is no function"),
    ("x(2)", 1, "x is no function"),
    ("sin", 1, r"write sin\(\.\.\.\)"),
    ("2*sin + 1", 3, "sin is a function"),
    ("sin(x, y)", 1, "sin takes 1 argument"),
    ("atan2(x)", 1, "atan2 takes 2 arguments"),
    ("min(x)", 1, "min takes 2 or more"),
    ("sin()", 1, "sin takes 1"),
    ("max(*x)", 1, "max takes 2 or more"),
    ("(x + 1", 1, "never closed"),
    ("x)", 2, "never opened"),
    ("()", 1, "does not read"),
    ("x = 2", 3, "write only what is to be minimised"),
    ("x[1]", 2, "write x1, x2"),
    ("x.y", 2, "not read here"),
    ("x // 2", 1, "does not read"),
    ("x, y", 1, "does not read"),
    ("x +", 4, "does not read"),
    ("1e999", 1, "too large"),
    ("1" + "0" * 400, 1, "too large"),
    ("x if y", 3, "cannot be a variable's name"),
    ("lambda", 1, "cannot be"),
    ("1if x", 2, "between a number"),
    ("0777", 1, "does not read"),
    ("1_000", 2, "between a number"),
    ("None", 1, "cannot"),
    ("'a'", 1, "not read here"),
    ("f'{x}'", 2, "not read here"),
    ("x # y", 3, "not read here"),
    ("x;y", 2, "not read here"),
    ("é", 1, "not read here"),
    ("x\0", 2, "not read here"),
    ("\ud800", 1, "not read here"),
    ("x @ y", 3, "not read here"),
    ("__import__('os')", 12, "not read here"),
    ("a" * 31, 1, "cannot be a variable's name"),
    ("x:=2", 2, "not read here"),
    ("(" * 101 + "x" + ")" * 101, 101, "more than 100 deep"),
    ("1j*x", 2, "between a number"),
    ("x\\\ny", 2, "not read here"),
]


@pytest.mark.parametrize(("text", "position", "why"), REFUSED, ids=[repr(t[:12]) for t, _, _ in REFUSED])
def test_refusals_name_the_position(text, position, why):
    with pytest.raises(UsageError, match=why) as refusal:
        read_formula(text)
    message = str(refusal.value)
    assert f"position {position}:" in message
    assert "\n" not in message
    assert len(message) < 250


@pytest.mark.parametrize(
    ("text", "why"), [("", "empty"), ("  \n", "empty"), ("x+" * LONGEST, "characters"), (3, "a text")]
)
def test_what_has_no_position(text, why):
    with pytest.raises(UsageError, match=why):
        read_formula(text)


CHAINS = ["-" * 1990 + "x", "+" * 1990 + "x", "x" + "**x" * 600, "x" + "+x" * 900, "2**" + "-" * 999 + "x"]


@pytest.mark.parametrize("text", CHAINS, ids=[text[:4] for text in CHAINS])
def test_long_chains_are_read(text):
    assert read_formula(text).names == ("x",)


@pytest.mark.parametrize(
    ("text", "degree"),
    [
        ("3", 0),
        ("2*x + 1", 1),
        ("(x-3)**2 + 2", 2),
        ("x*y - x/4", 2),
        ("x**2*y", 3),
        ("(x**2)**3", 6),
        ("-x**2", 2),
        ("x**0.5", math.inf),
        ("2**x", math.inf),
        ("1/x", math.inf),
        ("sin(x)", math.inf),
        ("sin(2)*x", 1),
        ("x**-1", math.inf),
        ("x**1e300", math.inf),
        ("abs(x)", math.inf),
    ],
)
def test_degree(text, degree):
    assert read_formula(text).degree == degree


def test_kinks_have_the_slope_of_one_side():
    assert read_formula("abs(x)").jet([0.0], 1).slope[0] == 0.0
    assert read_formula("max(x, -x)").jet([0.0], 1).slope[0] == 1.0
    assert read_formula("min(2*x, 3*x)").jet([0.0], 1).slope[0] == 2.0
    assert np.isinf(read_formula("sqrt(x)").jet([0.0], 1).slope[0])
    assert read_formula("x**2 + x").jet([0.0], 2).hessian[0, 0] == 2.0


def test_many_points_at_once_are_the_points_one_by_one():
    formula = read_formula("x**2*exp(y) + atan2(x, y)*max(x, y) + 3")
    points = np.random.default_rng(1).normal(size=(3, 4, 2))
    whole = formula.jet(points, 2)
    assert (whole.value.shape, whole.slope.shape, whole.hessian.shape) == ((3, 4), (2, 3, 4), (2, 2, 3, 4))
    for i in np.ndindex(3, 4):
        one = formula.jet(points[i], 2)
        np.testing.assert_allclose(whole.value[i], one.value, rtol=1e-13)
        np.testing.assert_allclose(whole.slope[(slice(None), *i)], one.slope, rtol=1e-12)
        np.testing.assert_allclose(whole.hessian[(slice(None), slice(None), *i)], one.hessian, rtol=1e-12)


def test_a_constant_has_zeros_for_derivatives():
    jet = read_formula("3", names=("x", "y")).jet(np.ones((5, 2)), 2)
    assert jet.value.tolist() == [3.0] * 5
    assert (jet.slope == 0).all()
    assert jet.hessian.shape == (2, 2, 5)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@settings(max_examples=25, deadline=None)
@given(a=st.floats(0.05, 0.95), b=st.floats(0.05, 0.95))
def test_every_function_against_mpmath(name, a, b):
    two = name in ("atan2", "min", "max")
    text = f"{name}(x*y + 0.01, x - 2*y)" if two else f"{name}(x*y + 0.01)"
    jet = read_formula(text).jet([a, b], 2)

    def exact(x, y):
        return MP[name](x * y + mpmath.mpf("0.01"), x - 2 * y) if two else MP[name](x * y + mpmath.mpf("0.01"))

    if name in ("min", "max") and abs(a * b + 0.01 - (a - 2 * b)) < 1e-3:
        return
    with mpmath.workdps(40):
        orders = [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]
        known = [
            float(mpmath.diff(exact, (mpmath.mpf(a), mpmath.mpf(b)), n)) if any(n) else float(exact(a, b))
            for n in orders
        ]
    found = [jet.value, *jet.slope, jet.hessian[0, 0], jet.hessian[0, 1], jet.hessian[1, 1]]
    np.testing.assert_allclose(found, known, rtol=1e-9, atol=1e-11)
    assert jet.hessian[0, 1] == jet.hessian[1, 0]


LEAVES = st.sampled_from(["x", "y", "2", "0.5", "pi"])
TREES = st.recursive(
    LEAVES,
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from(["+", "-", "*"]), part).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(part, part).map(lambda t: f"({t[0]}/(2 + {t[1]}**2))"),
        st.tuples(part, st.sampled_from(["2", "3", "(-1)"])).map(lambda t: f"(1.5 + ({t[0]})**2)**{t[1]}"),
        st.tuples(part, part).map(lambda t: f"(1.5 + ({t[0]})**2)**sin({t[1]})"),
        st.tuples(st.sampled_from(["sin", "cos", "tanh", "atan", "-"]), part).map(lambda t: f"{t[0]}({t[1]})"),
        part.map(lambda p: f"sqrt(1 + ({p})**2)"),
        part.map(lambda p: f"log(2 + sin({p}))"),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(text=TREES, x=st.floats(-1, 1), y=st.floats(-1, 1))
def test_derivatives_of_grown_formulas_against_mpmath(text, x, y):
    jet = read_formula(text, names=("x", "y")).jet([x, y], 2)
    if not np.abs(jet.hessian).max() < 1e8:
        return
    names = {"sin": mpmath.sin, "cos": mpmath.cos, "tanh": mpmath.tanh, "atan": mpmath.atan, "sqrt": mpmath.sqrt}
    tree = compile(text, "grown", "eval")  # grown by this test
    exact = lambda x, y: eval(tree, {**names, "log": mpmath.log, "pi": mpmath.pi, "x": x, "y": y})  # noqa: E731
    with mpmath.workdps(40):
        at = (mpmath.mpf(x), mpmath.mpf(y))
        known = [float(mpmath.diff(exact, at, n)) for n in ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2))]
    found = [*jet.slope, jet.hessian[0, 0], jet.hessian[0, 1], jet.hessian[1, 1]]
    size = max(1.0, *map(abs, known))
    np.testing.assert_allclose(found, known, rtol=1e-7, atol=1e-10 * size)


def test_a_point_of_the_wrong_size_is_refused():
    with pytest.raises(UsageError, match="a point of this formula is 2 numbers, x, y"):
        read_formula("x + y")([1.0])


def test_five_thousand_strings_do_no_harm():
    script = ROOT / "tests" / "support" / "fuzz_formulas.py"
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script), "5000"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5,000 strings" in done.stdout
