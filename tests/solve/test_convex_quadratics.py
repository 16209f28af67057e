"""Quadratic formulas of any condition: those with a minimum are not denied it, those without one are found."""

from __future__ import annotations

import numpy as np
import pytest

from steepest import minimize
from steepest.core.errors import UsageError


def formula(values, vectors, centre, slope=None):
    """Sum of values_i (vectors_i . (x - centre))^2 as text, plus slope . x."""
    names = [f"x{j + 1}" for j in range(len(centre))]
    terms = []
    for value, vector in zip(values, vectors, strict=True):
        parts = [
            f"{v:.12g}*({n} - {c!r})" for v, n, c in zip(vector.tolist(), names, centre.tolist(), strict=True) if v
        ]
        terms.append(f"{float(value)!r}*({' + '.join(parts)})**2")
    terms += [] if slope is None else [f"{v:.12g}*{n}" for v, n in zip(slope.tolist(), names, strict=True)]
    return " + ".join(terms)


def cases(seed, count):
    rng = np.random.default_rng(seed)
    for case in range(count):
        d = 2 + (case // 2) % 5
        vectors = np.linalg.qr(rng.standard_normal((d, d)))[0] if case % 2 else np.eye(d)
        yield (
            case,
            rng,
            vectors,
            10 ** rng.uniform(-3, 3, d),
            (rng.standard_normal(d) * 10 ** rng.uniform(-1, 3)).round(3),
        )


def test_a_convex_quadratic_is_never_called_without_minimum():
    """It has one: squares of independent linear forms, whatever the condition (1e4 to 1e18; turned and not)."""
    wrong = []
    for case, rng, vectors, values, centre in cases(1, 160):
        values[-1] = values.max() * 10 ** -rng.uniform(4, 18)
        f = formula(values, vectors, centre)
        verdict = minimize(f, np.ones(len(centre)), rule="auto" if case % 3 else "plain", steps=25).verdict
        if verdict.status == "unbounded":
            wrong.append((case, f, verdict.message))
    assert not wrong


def test_a_minimum_of_high_condition_is_found():
    """Newton's method is there in one step, and says so up to the condition that rounding allows."""
    for case, rng, vectors, values, centre in cases(2, 50):
        values[-1] = values.max() * 10 ** -rng.uniform(8, 13)
        path = minimize(formula(values, vectors, centre), centre + 1.0, rule="auto", steps=25)
        assert path.verdict.status == "converged", (case, str(path.verdict))


@pytest.mark.parametrize("kind", ["downwards", "slope"])
def test_a_quadratic_without_minimum_is_found(kind):
    for case, rng, vectors, values, centre in cases(3, 20):
        slope = None
        if kind == "downwards":
            values[-1] = -values.max() * 10 ** -rng.uniform(0, 10)
        else:
            values[-1], slope = 0.0, vectors[-1] * 10 ** rng.uniform(-2, 2)
        path = minimize(formula(values, vectors, centre, slope), np.ones(len(centre)), rule="auto", steps=25)
        assert path.verdict.status == "unbounded", (case, str(path.verdict))


def test_tiny_functions_are_not_taken_for_flat():
    """Squares of their slopes underflow: the norm was 0, and the run ended where it began."""
    for scale in (1e-160, 1e-200, 1e-300):
        path = minimize(f"{scale}*(x - 3)**2", 1)
        assert path.gradient_norm[0] == pytest.approx(4 * scale, rel=1e-12)
        assert path.verdict.status == "converged"
        assert path.x[-1, 0] == pytest.approx(3, abs=1e-3)


@pytest.mark.parametrize("what", ["value", "gradient", "both"])
def test_complex_numbers_are_refused(what):
    value = lambda x: float(x @ x) + (0j if what == "value" else 0.0)  # noqa: E731
    slope = lambda x: 2 * x + (1j if what != "value" else 0.0)  # noqa: E731
    f, gradient = ((lambda x: (value(x), slope(x))), True) if what == "both" else (value, slope)
    with pytest.raises(
        UsageError, match=f"the {what.replace('both', 'gradient')} of the function is complex: return real"
    ):
        minimize(f, [1.0, 2.0], gradient=gradient)
