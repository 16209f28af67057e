"""Slopes: the textbook's figures, formulas against callables, and gradients that are checked."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest import check_gradient, derivative, gradient, partial, secants
from steepest.core.errors import UsageError


def square(x):
    return x**2


@pytest.mark.parametrize("f", ["x**2", square], ids=["formula", "callable"])
def test_secants_turn_into_the_tangent(f):
    assert secants(f, 2, [2]).tolist() == [[2.0, 6.0]]  # between 2 and 4
    assert secants(f, 6, [2])[0, 1] == 14.0  # between 6 and 8
    assert secants(f, 4, [0.0001])[0, 1] == pytest.approx(8.0001, abs=1e-9)
    np.testing.assert_allclose(secants(f, 4)[:, 1], [9.0, 8.1, 8.01, 8.001, 8.0001], atol=1e-8)
    assert derivative(f, 4) == pytest.approx(8.0, abs=1e-10)


def test_slopes_of_the_parabola_and_of_the_line():
    assert [derivative("(x-3)**2+2", x) for x in (6, 4, 3)] == [6.0, 2.0, 0.0]
    assert {derivative("2*x+1", x) for x in (-5, 0, 1e6)} == {2.0}


def test_partial_slopes_of_a_plane_are_its_coefficients():
    plane = "8*rpm + 3*load - 2*heat + 5"
    assert [partial(plane, [1, 2, 3], name) for name in ("rpm", "load", "heat")] == [8.0, 3.0, -2.0]
    assert gradient(plane, [1, 2, 3]).tolist() == [-2.0, 3.0, 8.0]  # heat, load, rpm
    assert partial(lambda x: 8 * x[0] + 3 * x[1] + 5, [2.0, 7.0], 0) == pytest.approx(8.0, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(x=st.floats(-2, 2), y=st.floats(-2, 2))
def test_a_formula_and_the_same_callable_agree(x, y):
    text = "x**2*y + sin(x*y) + exp(y)/3"
    found = gradient(lambda p: p[0] ** 2 * p[1] + math.sin(p[0] * p[1]) + math.exp(p[1]) / 3, [x, y])
    np.testing.assert_allclose(found, gradient(text, [x, y]), rtol=1e-6, atol=1e-7)


def test_a_right_gradient_passes_and_a_slip_is_named():
    right = check_gradient(lambda x: x[0] ** 3 + x[1], lambda x: [3 * x[0] ** 2, 1.0], [2.0, 1.0])
    wrong = check_gradient("x**3 + y", lambda x: [3 * x[0] ** 2, -1.0], [2.0, 1.0])
    assert right.error < 1e-8
    assert (wrong.place, wrong.given, wrong.expected) == (1, -1.0, 1.0)
    assert wrong.error == pytest.approx(2 / 12)
    assert check_gradient("x", lambda x: [math.nan], [1.0]).error == math.inf


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: derivative("x*y", 1), "use partial or gradient"),
        (lambda: derivative("sqrt(x)", 0), "no finite slope at 0"),
        (lambda: derivative("log(x)", -1), "no finite slope"),
        (lambda: derivative(np.sign, 0.0), "agree on"),
        (lambda: derivative("x", [1, 2]), "one number"),
        (lambda: derivative("x", math.nan), "finite"),
        (lambda: derivative("x", "a"), "numbers"),
        (lambda: partial("x*y", [1, 2], "z"), "no variable is called 'z': there are 2, from 0, x, y"),
        (lambda: partial("x*y", [1, 2], 2), "no variable is called 2"),
        (lambda: partial(square, [1, 2], True), "no variable is called True"),
        (lambda: gradient("x*y", [1, 2, 3]), "a point of this formula is 2 numbers"),
        (lambda: secants("x", 1, [0.0]), "other than 0"),
        (lambda: check_gradient("x*y", lambda x: [1.0], [1, 2]), "must hold 2 numbers"),
    ],
)
def test_refusals(call, why):
    with pytest.raises(UsageError, match=why):
        call()


def test_exceptions_of_the_function_are_passed_on():
    def broken(x):
        return {}["mine" if x else "yours"]

    with pytest.raises(KeyError, match="mine"):
        derivative(broken, 1.0)
