"""Lettering: names are drawn as they are written, and every number of a picture by one function."""

from __future__ import annotations

import re
import string
import unicodedata
import warnings
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from conftest import X8, Y8
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("matplotlib")

from click.testing import CliRunner

from steepest import GDRegressor, minimize
from steepest.cli import main
from steepest.core.shown_text import visible
from steepest.plots import CostCurveDisplay, CostHistoryDisplay, CostSurfaceDisplay, FitDisplay, Panels
from steepest.plots.drawing.lettering import tick_words
from steepest.plots.drawing.style import COLOURS, blank, picture_bytes
from steepest.plots.drawing.words import number, renumbered

DIGITS = str.maketrans(
    "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\N{MINUS SIGN}", "-0123456789-"
)
PIECES = ["$", "$$", "\\frac{1}{0}", "\x1b[31m", "\x08", "^", "_{", "}", "&", "<b>", "\\$", "a", "é", "\u200b"]
RUN = GDRegressor(learning_rate=0.01, max_iter=5, tol=None).fit(X8, Y8)
FIT = ("fit", "linear", "--learning-rate", "0.1", "--steps", "50", "--trajectory", "r.npz")
COSTS = "0123456789.,\N{MINUS SIGN}\u00d7\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b"


def read(text):
    """The number that a text of `number` writes."""
    mantissa, _, power = text.replace(",", "").replace("10", "\u00d710", 1).rpartition("\u00d710")
    if not re.search("[\u207b\u2070\u00b9\u00b2\u00b3\u2074-\u2079]", text):
        return float(text.replace(",", "").translate(DIGITS))
    mantissa = mantissa.replace("\u00d7", "").translate(DIGITS)
    return float((mantissa if mantissa not in ("", "-") else mantissa + "1") + "e" + power.translate(DIGITS))


@given(st.floats(-1e300, 1e300, allow_subnormal=False), st.integers(3, 9))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_number_is_read_back(value, digits):
    text = number(value, digits)
    assert set(text) <= set(COSTS)
    assert read(text) == pytest.approx(value, rel=0.6 * 10.0 ** (1 - digits), abs=1e-300)
    small = abs(value) < 1e7 * (1 - 10.0**-digits) and (value == 0 or abs(value) >= 1e-4)
    assert ("\u00d7" in text or "10\u207b" in text) <= (not small)


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e6), st.integers(2, 9))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_ticks_are_different_numbers_in_one_notation(start, step, count):
    step = float(f"{step:.0e}")
    ticks = np.round(start / step) * step + step * np.arange(count)
    words = tick_words(ticks)
    assert len(set(words)) == count
    assert not any(re.search("[e-]", word) for word in words)
    for word, tick in zip(words, ticks, strict=True):
        assert read(word) == pytest.approx(tick, abs=0.01 * step + 1e-12 * abs(tick))


def test_numbers_of_a_verdict_are_those_of_its_picture():
    said = "Diverged: it is 3.332e+90 at step 20000. The rate, 1.0e-13, is not -17.58, nor 1249; x**4-3*x**2."
    assert renumbered(said) == (
        "Diverged: it is 3.332\N{MULTIPLICATION SIGN}10⁹⁰ at step 20,000. "
        "The rate, 10⁻¹³, is not \N{MINUS SIGN}17.58, nor 1,249; x**4-3*x**2."
    )


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_name_is_drawn_as_it_is_written(name):
    picture = FitDisplay.from_estimator(RUN, X8, Y8, names=(name,), target="y")
    figure = blank(picture.size)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture.draw(figure)
        svg = picture_bytes(figure, "svg", picture.finding, picture.alt_text)
    texts = ["".join(text.itertext()) for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    label = picture.ax_.get_xlabel()
    assert label == visible(name, keep="\n")
    assert any(visible(name, keep="\n").split() == text.split() for text in texts)


@given(st.text(string.printable, max_size=20), st.characters())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_visible_texts_have_no_control_characters_and_lose_nothing(text, more):
    shown = visible(text + more, keep="\n")
    spelling = "\u200c\u200d"  # joiners are part of words
    assert all(c.isprintable() or c in "\n" + spelling or unicodedata.category(c) == "Zs" for c in shown)
    if (text + more).isprintable():
        assert shown == text + more


def test_letters_that_no_font_has_are_named_and_warn_of_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("\u6c17\u6e29 \U0001f600,y\n1,2\n2,5\n3,5\n", encoding="utf-8")
    cli = CliRunner()
    cli.invoke(
        main, ["fit", "linear", "t.csv", "-t", "y", "--learning-rate", "0.1", "--steps", "50", "--trajectory", "r.npz"]
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for ending in ("svg", "png"):
            done = cli.invoke(main, ["plot", "fit", "r.npz", "t.csv", "-o", f"p.{ending}"])
            assert done.exit_code == 0
            if ending == "svg":
                assert "no installed font" not in done.output
    assert [str(one.message) for one in caught if "Glyph" in str(one.message)] == []
    assert ">\u6c17\u6e29 \U0001f600</text>" in (tmp_path / "p.svg").read_text(encoding="utf-8")


def test_pictures_of_names_side_by_side_and_in_space():
    run = (
        GDRegressor(learning_rate=1e-4, max_iter=5, tol=None).fit(np.column_stack((X8, X8[:, 0] ** 2)), Y8).trajectory_
    )
    for picture in (
        CostSurfaceDisplay.from_trajectory(minimize("(x-3)**2+y**2", (1.0, 2.0), learning_rate=0.1), kind="surface"),
        Panels(CostHistoryDisplay.from_trajectory(run), finding="$x and $$y \x1b"),
        CostCurveDisplay.from_estimator(RUN, X8, Y8),
    ):
        figure = blank(picture.size)
        picture.draw(figure)
        assert picture_bytes(figure, "svg", picture.finding, picture.alt_text).count(b"<text") > 5
        assert b"mathdefault" not in picture_bytes(figure, "svg", "a", "b")


def test_colours_of_marks_are_seen_on_white():
    for colour in COLOURS:
        shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
        assert 1.05 / (float(np.dot(linear, [0.2126, 0.7152, 0.0722])) + 0.05) >= 3.0
