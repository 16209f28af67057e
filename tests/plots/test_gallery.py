"""Every picture of the gallery: says what it shows, hides no text, is the same bytes twice, and stands on the page."""

from __future__ import annotations

import ast
import html
import io
import re
import runpy
import subprocess
import sys
import xml.etree.ElementTree as ET
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from pictures_judge import GALLERY, SMALL, draw, faults

from steepest.plots.drawing.style import Picture, blank, picture_bytes

matplotlib = pytest.importorskip("matplotlib")
PAGE = GALLERY.parent.parent / "docs" / "use" / "pictures.md"
PAGES = sorted((PAGE.parent / "gallery").glob("*.md"))
RENDER = runpy.run_path(str(GALLERY / "render.py"))
SCRIPTS = RENDER["scripts"]()
LARGEST = {".svg": 150_000, ".png": 300_000, ".gif": 1_500_000}


class Made(NamedTuple):
    """What a script draws, its figure (None in motion), and whether Matplotlib's settings stayed as they were."""

    picture: Any
    figure: Any
    settings_kept: bool


@cache
def made(script):
    before = dict(matplotlib.rcParams)
    picture = runpy.run_path(str(script))["picture"]()
    figure = draw(picture) if isinstance(picture, Picture) else None
    return Made(picture, figure, before == dict(matplotlib.rcParams))


def still(script):
    found = made(script)
    if found.figure is None:
        pytest.skip("a picture in motion")
    return found


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_picture_says_what_it_shows(script):
    found, _, settings_kept = made(script)
    assert len(found.alt_text) >= 40
    assert not re.search(r"\bnan\b|\binf\b", found.alt_text)
    assert settings_kept
    if isinstance(found, Picture):
        assert len(found.finding) >= 10
        assert not re.search(r"\bnan\b|\binf\b", found.finding)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("size", ["full", "small"])
def test_no_text_is_hidden(script, size):
    picture, figure, _ = still(script)
    assert faults(figure if size == "full" else draw(picture, SMALL)) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_picture_is_the_same_bytes_twice_with_words_inside(script):
    picture, _, _ = still(script)
    svg, anew = (picture_bytes(draw(picture), "svg", picture.finding, picture.alt_text) for _ in range(2))
    assert svg == anew
    tree = ET.fromstring(svg)
    assert [child.tag.rpartition("}")[2] for child in tree][:2] == ["title", "desc"]
    assert tree[0].text == picture.finding
    assert tree[1].text == picture.alt_text


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_nothing_is_cut_off_in_the_file(script):
    from PIL import Image

    picture, figure, _ = still(script)
    png = io.BytesIO(picture_bytes(figure, "png", picture.finding, picture.alt_text))
    dots = np.asarray(Image.open(png).convert("L"))
    assert (np.concatenate((dots[0], dots[-1], dots[:, 0], dots[:, -1])) == 255).all()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_script_is_a_short_program_with_a_docstring(script):
    tree = ast.parse(script.read_text(encoding="utf-8"))
    words = ast.get_docstring(tree) or ""
    assert len(words) > 80
    assert len(script.read_text(encoding="utf-8").splitlines()) <= 60
    assert "__main__" in script.read_text(encoding="utf-8")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_picture_stands_on_the_page_and_is_up_to_date(script):
    found = made(script).picture
    assert RENDER["entry"](script, found) in "".join(map(words_of, PAGES)), "python examples/gallery/render.py"
    file = RENDER["file_of"](script, found)
    assert file.stat().st_size < LARGEST[file.suffix]
    if isinstance(found, Picture):
        assert title_of(file) == found.finding, "python examples/gallery/render.py"


def title_of(file):
    """The title inside of a picture."""
    from PIL import Image

    if file.suffix == ".png":
        return Image.open(file).text["Title"]
    return html.unescape(re.search(r"<title>(.*?)</title>", file.read_text(encoding="utf-8"), re.DOTALL)[1])


def words_of(page):
    return page.read_text(encoding="utf-8")


def test_pages_show_no_picture_that_is_not_there():
    shown = re.findall(r"!\[([^]]+)\]\(\.\./\.\./pictures/([^)]+)\)", "".join(map(words_of, PAGES)))
    assert [name for _, name in shown if not (PAGE.parents[1] / "pictures" / name).exists()] == []
    assert [name for words, name in shown if len(words) < 40] == []
    assert {name.rpartition(".")[0] for _, name in shown} == {script.stem for script in SCRIPTS}
    assert {path.stem for path in GALLERY.glob("*.py")} - {"render"} == {script.stem for script in SCRIPTS}


def test_script_runs_as_a_program(tmp_path):
    call = [sys.executable, "-W", "error", str(GALLERY / "cost_history.py")]
    subprocess.run(call, cwd=tmp_path, check=True)
    assert [path.name for path in tmp_path.iterdir()] == ["cost_history.svg"]


def test_png_holds_its_description_and_no_window_stays_open(tmp_path):
    from PIL import Image

    picture = runpy.run_path(str(GALLERY / "cost_history.py"))["picture"]()
    picture.save(tmp_path / "a.png")
    words = Image.open(tmp_path / "a.png").text
    assert words["Title"] == picture.finding
    assert words["Description"] == picture.alt_text
    if "matplotlib.pyplot" in sys.modules:
        assert sys.modules["matplotlib.pyplot"].get_fignums() == []


def figure_with(*texts):
    """A figure of 640 x 440 pixels with axes, and texts at (x, y) in shares of the figure."""
    figure = blank((6.4, 4.4))
    figure.add_subplot().plot([0, 1], [0, 1])
    for x, y, text, angle in texts:
        figure.text(x, y, text, rotation=angle, fontsize=10)
    return figure


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        ([(0.4, 0.5, "one", 0)], None),
        ([(0.4, 0.5, "one", 0), (0.4, 0.6, "two", 0)], None),
        ([(0.4, 0.5, "one word", 0), (0.42, 0.51, "another", 0)], "'one word' and 'another' overlap"),
        ([(0.95, 0.5, "over the edge", 0)], "'over the edge' leaves the canvas"),
        ([(0.4, 0.97, "tall", 90)], "'tall' leaves the canvas"),
        ([(0.3, 0.3, "a long slanted text", 45), (0.4, 0.3, "below", 0)], None),  # in its box, but not on it
        ([(0.3, 0.3, "a long slanted text", 45), (0.34, 0.37, "upon it", 0)], "overlap"),
        ([(0.3, 0.3, "  ", 0), (0.3, 0.3, "alone", 0)], None),
    ],
)
def test_the_judge_sees_what_a_reader_sees(texts, fault):
    found = faults(figure_with(*texts))
    assert (found == []) if fault is None else any(fault in line for line in found)


def test_the_judge_leaves_out_what_is_not_seen():
    figure = figure_with()
    (ax,) = figure.axes
    ax.set_xticks([0.0, 0.5, 5.0, 5.001], ["a", "b", "far out", "farther"])
    ax.set_xlim(0, 1)
    ax.text(0.5, 0.5, "hidden").set_visible(False)
    ax.text(0.5, 0.5, "seen")
    assert faults(figure) == []
    ax.set_xlim(0, 6)
    assert faults(figure) == ["'far out' and 'farther' overlap"]


def test_nothing_is_drawn_before_it_is_asked_for():
    code = "import steepest.plots, sys; sys.exit('matplotlib' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
