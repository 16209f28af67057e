"""What a notebook shows of a run: well-formed, small, escaped, drawn where the numbers are."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from conftest import LABELS8, X8, Y8

from steepest import GDClassifier, GDRegressor, Trajectory, minimize
from steepest.descent.html import HEIGHT, LEFT, TOP, WIDTH, Scale, cost_svg, html_of

SVG = "{http://www.w3.org/2000/svg}"
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def fitted(**settings):
    return GDRegressor(**{"tol": None, **settings}).fit(X8, Y8).trajectory_


RUNS = {
    "textbook": lambda: fitted(learning_rate=0.001, max_iter=200),
    "automatic": lambda: GDRegressor().fit(X8, Y8).trajectory_,
    "diverged": lambda: fitted(learning_rate=1.0, max_iter=200),
    "stochastic": lambda: fitted(learning_rate=0.01, batch_size=1, max_iter=50),
    "classes": lambda: GDClassifier(alpha=0.1).fit(X8, LABELS8).trajectory_,
    "softmax": lambda: GDClassifier(multi_class="softmax").fit(X8, [0, 0, 1, 1, 2, 2, 0, 1]).trajectory_,
    "targets": lambda: GDRegressor().fit(X8, np.c_[Y8, Y8**2]).trajectory_,
    "formula": lambda: minimize("(x-3)**2+2", 6.0, learning_rate=0.25, steps=20),
    "unbounded": lambda: minimize("2*x+1", 1.0, rule="plain", learning_rate=0.1, steps=20),
    "no step": lambda: minimize("x**2", 0.0, steps=0),
}


def svg(path):
    """The picture as XML; what stands around it must be well-formed too."""
    whole = ET.fromstring(html_of(path))
    (found,) = whole.iter(f"{SVG}svg")
    return found


def points(picture):
    """Drawn points (m, 2), in pixels."""
    (line,) = picture.iter(f"{SVG}polyline")
    return np.array([[float(v) for v in pair.split(",")] for pair in line.get("points").split()])


@pytest.mark.parametrize("name", RUNS)
def test_every_run_is_shown_in_sound_small_html(name):
    path = RUNS[name]()
    text = html_of(path)
    assert len(text.encode()) < 40_000
    assert not re.search(r"nan\b|script|<style|href|None", text)
    picture = svg(path)
    assert picture.get("role") == "img"
    assert [child.tag for child in picture][:2] == [f"{SVG}title", f"{SVG}desc"]
    drawn = points(picture)
    assert np.isfinite(drawn).all()
    assert (drawn >= [LEFT, TOP]).all()
    assert (drawn <= [WIDTH, HEIGHT]).all()
    assert path.verdict.status.capitalize() in text


@pytest.mark.parametrize("name", RUNS)
def test_the_picture_takes_the_colour_of_the_page(name):
    text = cost_svg(RUNS[name]())
    assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', text)) == {"currentColor", "none"}


def test_points_stand_where_the_costs_are():
    path = RUNS["textbook"]()
    picture = svg(path)
    drawn = points(picture)
    ticks = [text for text in picture.iter(f"{SVG}text") if text.get("text-anchor") == "end"]
    places = {np.log10(float(t.text)): float(t.get("y")) - 4 for t in ticks if re.fullmatch(r"[\d.]+", t.text)}
    (low, at_low), (high, at_high) = min(places.items()), max(places.items())
    gaps = 10 ** (low + (drawn[:, 1] - at_low) / (at_high - at_low) * (high - low))
    np.testing.assert_allclose(gaps, path.cost - path.meta["exact"]["cost"], rtol=0.02)
    np.testing.assert_allclose(np.diff(drawn[:, 0]), np.diff(drawn[:, 0]).mean(), atol=0.11)


def test_costs_are_drawn_above_the_least_which_is_said():
    text = cost_svg(RUNS["textbook"]())
    assert ">cost above its minimum, 0.6315</text>" in text
    assert "stroke-dasharray" not in text
    assert "stroke-dasharray" not in cost_svg(RUNS["unbounded"]())


def test_summary_tells_steps_costs_rule_and_answer():
    text = html_of(RUNS["textbook"]())
    for words in ("200 steps, cost from 29.5 to 1.159059", "gradient descent, learning rate 0.001", "x0 = 1.1887"):
        assert words in text
    assert "single rows (shuffle, seed 0), gradient descent, learning rate 0.01" in html_of(RUNS["stochastic"]())
    assert "<b>1 step, cost from 29.5 to 0.6314" in html_of(RUNS["automatic"]())
    assert "3 coefficients, 3 intercepts" in html_of(RUNS["softmax"]())


def test_a_large_fall_is_drawn_in_decades():
    assert len(re.findall(r">1e\+\d+</text>", cost_svg(RUNS["diverged"]()))) >= 2
    assert "1e+" not in cost_svg(RUNS["textbook"]())


def test_a_long_run_is_thinned_and_keeps_its_peaks():
    m = 100_000
    cost = 2.0 + np.sin(np.arange(m) / 9.0)
    cost[[0, 40_321, -1]] = 5.0, 9.0, 1.5
    steps = np.arange(m)
    path = Trajectory(np.zeros((m, 1)), np.zeros(m), steps, steps / 1.0, cost, cost, cost, cost, steps)
    assert len(html_of(path)) < 10_000
    drawn = points(svg(path))
    assert len(drawn) < 1000
    peak = drawn[drawn[:, 1].argmin()]
    assert peak[0] == pytest.approx(np.interp(40_321, [0, m - 1], drawn[[0, -1], 0]), abs=0.1)


def test_names_of_strangers_are_only_text():
    evil = "</div><script>alert('x')</script>&\x1b[31m\x00"
    path = replace(
        RUNS["textbook"](), names=(evil,), meta={**RUNS["textbook"]().meta, "rule": evil, "loss_formula": evil}
    )
    assert "<script" not in html_of(path)
    assert "\x1b" not in html_of(path)
    assert "alert('x')" in "".join(ET.fromstring(html_of(path)).itertext())


def test_a_run_without_costs_is_words_only():
    path = replace(RUNS["textbook"](), cost=np.zeros(0), gradient_norm=np.zeros(0), cost_step=np.zeros(0, np.int64))
    assert "no cost was evaluated" in html_of(path)
    assert "<svg" not in html_of(path)
    endless = replace(RUNS["textbook"](), cost=np.full(201, np.nan))
    assert "<svg" not in html_of(endless)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-3.2, 7.9), (1e6, 1e6 + 1e-3), (-1e149, 1e149), (0.63, 29.5)])
def test_ticks_are_round_few_and_inside(low, high):
    ticks = Scale(low, high, 0, 100).ticks()
    assert 2 <= len(ticks) <= 7
    assert low <= min(ticks) <= max(ticks) <= high
    steps = [b - a for a, b in itertools.pairwise(ticks)]
    assert max(steps) == pytest.approx(min(steps), rel=1e-6)


@pytest.mark.parametrize(("low", "high"), [(1e-3, 1e3), (1e-300, 1e150), (0.5, 300.0)])
def test_ticks_of_a_logarithmic_scale_are_powers_of_ten(low, high):
    ticks = Scale(low, high, 0, 100, log=True).ticks()
    assert 2 <= len(ticks) <= 7
    assert all(f"{t:.3e}".startswith("1.000e") and low <= t <= high for t in ticks)


def test_a_notebook_shows_it_without_matplotlib():
    code = "from steepest import minimize\nimport sys\ntext = minimize('x**2', 1.0)._repr_html_()\n"
    code += "assert '<svg' in text and 'matplotlib' not in sys.modules and 'IPython' not in sys.modules"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
