"""Poles, jumps and kinks: found where they are, nowhere else, and said and drawn in the pictures of slopes."""

import numpy as np
import pytest

from steepest.plots import PlaneSlopesDisplay, TangentDisplay
from steepest.plots.drawing.style import blank
from steepest.plots.sources.breaks import breaks, sides
from steepest.plots.sources.function_input import drawn
from steepest.plots.sources.slopes import slopes_at

near = pytest.approx
X = np.linspace(-2.0, 2.3, 401)


def plotted(display):
    return display.plot(blank(display.size).add_subplot(projection=display.projection)).ax_


def found_in(f, x=X):
    return breaks(f, x, f(x[:, None]))


def test_poles_are_found_where_they_are():
    rng = np.random.default_rng(11)
    for _ in range(220):
        at, power, scale = rng.uniform(-1.8, 2.1), int(rng.integers(1, 4)), 10 ** rng.uniform(-3, 3)
        slope = rng.normal()

        def f(p, at=at, power=power, scale=scale, slope=slope):
            with np.errstate(all="ignore"):
                return scale * (slope * p[:, 0] + (p[:, 0] - at) ** -float(power))

        (only,) = found_in(f)
        assert only.pole
        assert only.at == near(at, abs=1e-6)


def test_jumps_are_no_poles():
    rng = np.random.default_rng(12)
    for _ in range(200):
        at, height, bend = rng.uniform(-1.8, 2.1), 10 ** rng.uniform(-1, 3), rng.normal()
        (only,) = found_in(lambda p, a=at, h=height, b=bend: h * (p[:, 0] > a) + 0.01 * b * p[:, 0] ** 2)
        assert not only.pole
        assert only.at == near(at, abs=1e-6)


def test_what_is_continuous_has_no_break():
    rng = np.random.default_rng(13)
    for i in range(240):
        at, width, scale = rng.uniform(-2, 2), 10 ** rng.uniform(-5, 0), 10 ** rng.uniform(-6, 6)
        shapes = (
            lambda u: u**3 - u,
            lambda u, w=width: np.tanh(u / w),
            lambda u, w=width: 1 / (u**2 + w**2),
            lambda u: -np.sqrt(np.abs(u)),
            lambda u: np.abs(u),
            lambda u: np.sin(9 * u) * np.exp(u),
        )
        assert found_in(lambda p, f=shapes[i % 6], a=at, s=scale: s * f(p[:, 0] - a)) == (), (i, at, width)


def test_a_kink_has_two_slopes_and_a_smooth_point_none():
    rng = np.random.default_rng(14)
    for _ in range(250):
        p, left, gap, level = (
            rng.normal(scale=3),
            rng.normal(),
            rng.choice([-1, 1]) * rng.uniform(0.05, 9),
            rng.normal(),
        )

        def bent(x, p=p, left=left, gap=gap, level=level):
            u = x[:, 0] - p
            return level + left * u + gap * np.maximum(u, 0) + 0.3 * u**2

        assert tuple(sides(bent, p, 1.0)) == near((left, left + gap), abs=1e-4)
        assert sides(bent, p + 0.01, 1.0) is None
        assert sides(lambda x, g=gap, q=p: g * np.sin(x[:, 0] - q) + 7 * (x[:, 0] - q) ** 2, p, 1.0) is None
        assert np.isnan(sides(lambda x, q=p, g=gap: g * (x[:, 0] > q), p, 1.0)).all()


@pytest.mark.parametrize(
    ("formula", "at", "both"),
    [
        ("abs(x)", 0.0, (-1, 1)),
        ("abs(x-2)+x", 2.0, (0, 2)),
        ("max(x, 1-x)", 0.5, (-1, 1)),
        ("min(2*x, 3)", 1.5, (2, 0)),
        ("sqrt(x**2)", 0.0, (-1, 1)),
    ],
)
def test_a_kink_is_said_and_drawn(formula, at, both):
    picture = TangentDisplay.from_function(formula, at=at)
    ax = plotted(picture)
    assert np.isnan(picture.slopes[0])
    assert picture.sides[0] == near(both, abs=1e-6)
    assert "has no slope at x =" in picture.finding
    assert "non-smooth" in picture.finding
    assert "non-smooth" in picture.alt_text
    (u, v, w), heights = picture.tangents_[0].get_data()
    assert ((heights[1] - heights[0]) / (v - u), (heights[2] - heights[1]) / (w - v)) == near(both, abs=1e-6)
    assert any(text.get_text().startswith("no slope at") for text in ax.get_legend().get_texts())


@pytest.mark.parametrize("formula", ["x**2", "sqrt(x**2+1e-18)", "abs(x)**3", "max(x**2, -x**2)", "abs(x)**1.5"])
def test_what_is_smooth_keeps_its_slope(formula):
    assert TangentDisplay.from_function(formula, at=0.0).slopes.tolist() == [0.0]


def test_a_callable_has_kinks_and_jumps_too():
    assert (
        "non-smooth, \N{MINUS SIGN}1 on the left and 1 on the right" in TangentDisplay.from_function(abs, at=0).finding
    )
    jump = TangentDisplay.from_function(lambda x: float(x >= 1), at=1)
    plotted(jump)
    assert "it jumps there" in jump.finding
    secants = TangentDisplay.from_function(abs, at=0, dx=(1, -1, 0.5))
    plotted(secants)
    assert "turn into no tangent" in secants.finding


def test_poles_are_not_joined_and_named():
    picture = TangentDisplay.from_function("1/x", at=0.1)
    ax = plotted(picture)
    assert picture.poles == (0.0,)
    x, y = picture.curve_.get_data()
    before, after = (x < 0) & np.isfinite(y), (x > 0) & np.isfinite(y)
    assert before.any()
    assert after.any()
    assert np.isnan(y[np.flatnonzero(before)[-1] + 1 : np.flatnonzero(after)[0]]).any()
    assert "pole at x = 0" in [text.get_text() for text in ax.get_legend().get_texts()]
    assert "Pole at x = 0" in picture.alt_text
    tangent = TangentDisplay.from_function("tan(x)", at=0, dx=(2, 3))
    assert tangent.poles == near((-np.pi / 2, np.pi / 2), abs=1e-5) or tangent.poles[-1] == near(np.pi / 2, abs=1e-5)


def test_slopes_of_a_formula_are_exact_beside_a_kink():
    shown = drawn("abs(x-1)*x", ("x",))
    slopes, both = slopes_at(shown, np.array([1.0, 1.001, 3.0]), 2.0)
    assert np.isnan(slopes[0])
    assert both[0] == near((-1, 1), abs=1e-5)
    assert slopes[1:].tolist() == near([1.002, 5.0])


def test_partial_slopes_at_a_kink():
    picture = PlaneSlopesDisplay.from_function("abs(x) + 3*y", at=(0, 2))
    plotted(picture)
    assert np.isnan(picture.slopes[0])
    assert picture.slopes[1] == near(3, abs=1e-6)
    assert "no slope along x: \N{MINUS SIGN}1 on the left and 1 on the right" in picture.finding
    assert "3 along y" in picture.finding
