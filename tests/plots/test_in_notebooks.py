"""A cell of a notebook shows a picture once, with the words for readers who cannot see it."""

from __future__ import annotations

import base64
import io
import re
from html import unescape

import pytest
from matplotlib import pyplot
from PIL import Image

from steepest import minimize
from steepest.plots import CostSurfaceDisplay, Panels, TangentDisplay

CELL = re.compile(r'<img alt="([^"]+)" width="(\d+)" style="max-width:100%" src="data:image/(\S+);base64,([^"]+)">')


@pytest.fixture(autouse=True)
def no_open_figures():
    yield
    pyplot.close("all")


def shown(picture):
    found = CELL.fullmatch(picture._repr_html_())
    assert found is not None
    return unescape(found[1]), int(found[2]), found[3], base64.b64decode(found[4])


def test_a_cell_shows_the_picture_as_svg_with_its_words():
    picture, before = TangentDisplay.from_function("x**2", at=4), pyplot.get_fignums()
    words, width, kind, data = shown(picture)
    assert (words, width, kind) == (" ".join(picture.alt_text.split()), 614, "svg+xml")
    assert b"</svg>" in data
    assert b"<title>" in data
    assert pyplot.get_fignums() == before


def test_a_large_picture_is_shown_as_png():
    surface = CostSurfaceDisplay.from_trajectory(
        minimize("x**2 + y**2", [1.0, 2.0], learning_rate=0.1, steps=9), kind="surface"
    )
    words, width, kind, data = shown(surface)
    assert (words, kind) == (" ".join(surface.alt_text.split()), "png")
    assert Image.open(io.BytesIO(data)).width > width


def test_panels_are_shown_with_the_words_of_each():
    tangents = [TangentDisplay.from_function("x**2", at=at) for at in (2, 4)]
    words, width, *_ = shown(Panels(*tangents))
    assert all(" ".join(each.alt_text.split()) in words for each in tangents)
    assert width > 614


def test_names_are_escaped():
    text = TangentDisplay.from_function(lambda x: x * x, at=1)
    assert "<lambda>" not in text._repr_html_()


def test_what_pyplot_shows_is_not_shown_twice():
    with pyplot.ion():
        picture = TangentDisplay.from_function("x**2", at=4).plot()
        assert picture._repr_html_() is None
    assert shown(picture)[2] == "svg+xml"  # as in marimo, where pyplot shows nothing by itself
    pyplot.close("all")
    assert shown(picture)[2] == "svg+xml"
