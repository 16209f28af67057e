"""Cells of a notebook: a frame that may run scripts and nothing else, and below which numbers remain without it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import X8, Y8, linear_table

import steepest
from lab.conftest import EIGHT
from steepest import GDRegressor, read_table
from steepest.descent.html import html_of

CELL = 60_000  # bytes


@pytest.fixture
def run():
    return GDRegressor(learning_rate=0.01, max_iter=2000, tol=None).fit(X8, Y8).trajectory_


@pytest.fixture
def cell(visit, tmp_path):
    """Shows HTML as a notebook does, in a page with more around it; returns the `Visit`."""

    def show(html):
        (tmp_path / "notebook.html").write_text(
            f"<!doctype html><meta charset='utf-8'><title>notebook</title><h1>Notebook</h1>{html}", encoding="utf-8"
        )
        shown = visit()
        shown.open(tmp_path / "notebook.html", ready=None)
        return shown

    return show


def typeset(sentence):
    """Powers of ten as the page writes them; the message has no negative number."""
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    times = " \N{MULTIPLICATION SIGN} 10"
    return re.sub(r"e([+-]\d+)", lambda found: times + str(int(found[1])).translate(raised), sentence)


def frame_of(shown):
    """The frame of the cell, once the page in it has drawn itself."""
    frame = shown.page.frame_locator("iframe")
    frame.locator("#lab > *").first.wait_for(state="attached")
    return frame


@pytest.mark.usefixtures("built")
def test_a_run_is_replayed_in_a_frame_without_a_network(cell, run):
    shown = cell(run._repr_html_())
    held = json.loads(frame_of(shown).locator("#payload").text_content())
    assert held["home"] == "notebook"
    assert held["recording"]["names"][-1] == "intercept"
    assert [address for address in shown.requests if not address.startswith(("file:", "about:", "blob:"))] == []
    assert shown.messages == []


@pytest.mark.usefixtures("built")
def test_the_frame_cannot_reach_the_notebook(cell, run):
    html = run._repr_html_()
    assert re.findall(r"<iframe ([^>]*?) width", html) == ['sandbox="allow-scripts"']
    shown = cell(html)
    frame_of(shown)
    inner = next(frame for frame in shown.page.frames if frame.parent_frame)
    assert inner.evaluate("() => { try { return parent.document.title } catch (error) { return error.name } }") == (
        "SecurityError"
    )


@pytest.mark.usefixtures("built")
def test_the_policy_of_the_frame_is_none_but_for_hashes(run):
    policy = re.search(r"Content-Security-Policy&quot; content=&quot;(.*?)&quot;", run._repr_html_())[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("columns", [1, 2, 30])
@pytest.mark.parametrize("batch_size", [None, 1])
def test_a_cell_is_at_most_60_kilobytes(columns, batch_size):
    X, y = linear_table(columns, 40, columns)
    X = (X - X.mean(0)) / X.std(0)
    run = GDRegressor(learning_rate=0.01, max_iter=20_000, max_updates=20_000, tol=None, batch_size=batch_size).fit(
        X, y
    )
    assert len(run.trajectory_._repr_html_().encode()) <= CELL


@pytest.mark.usefixtures("built")
def test_without_the_frame_numbers_and_picture_remain(run):
    html = run._repr_html_()
    assert html.startswith(html_of(run))
    assert "<iframe" not in html_of(run)
    assert html_of(run).count("<svg") == 1


def test_without_the_built_page_a_run_shows_its_numbers(run, monkeypatch):
    from steepest.core.errors import FileError
    from steepest.lab import page as written

    def absent(name):
        raise FileError(f"no {name}")

    monkeypatch.setattr(written, "asset", absent)
    assert run._repr_html_() == html_of(run)


def test_a_run_that_no_page_replays_shows_its_numbers():
    targets = GDRegressor().fit(X8, np.c_[Y8, Y8**2]).trajectory_
    assert targets._repr_html_() == html_of(targets)


@pytest.mark.usefixtures("built")
def test_names_of_strangers_run_nothing(cell, run):
    evil = "</script><img src=x onerror=\"parent.document.title='hit'\">"
    shown = cell(replace(run, names=(evil,))._repr_html_())
    held = json.loads(frame_of(shown).locator("#payload").text_content())
    assert held["recording"]["names"][0] == evil
    assert shown.page.title() == "notebook"
    assert shown.messages == []


@pytest.mark.usefixtures("built")
def test_a_page_of_a_table_is_shown_in_a_frame(cell, tmp_path):
    (tmp_path / "t.csv").write_text(EIGHT)
    shown = cell(steepest.lab(read_table(tmp_path / "t.csv", target="y"), learning_rate=0.05)._repr_html_())
    held = json.loads(frame_of(shown).locator("#payload").text_content())
    assert held["settings"]["target"] == "y"
    assert held["settings"]["rate"] == 0.05
    assert held["table"]["name"] == "t.csv"


@pytest.mark.usefixtures("built")
def test_states_are_replayed_exactly(cell, run):
    frame = frame_of(cell(run._repr_html_()))
    slider = frame.get_by_test_id("step")
    slider.fill("7")
    shown = frame.get_by_test_id("numbers").inner_text()
    assert "Step 7" in shown
    for value in (*run.x[7], run.cost[7]):
        assert f"{value:.10g}".replace("-", "\N{MINUS SIGN}") in shown
    slider.press("ArrowRight")
    assert frame.get_by_test_id("cursor").inner_text() == "8"
    slider.press("End")
    assert frame.get_by_test_id("cursor").inner_text() == "2,000"
    assert typeset(run.verdict.message) in frame.get_by_test_id("verdict").inner_text()


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([1.0, 2.0], None, "X must have rows and columns, not the shape (2,): write [[x], [x], ...]"),
        (np.ones((3, 70)), None, "a page holds 1 to 64 columns, not 70: choose some"),
        ({"a": [1.0], "b": [1.0, 2.0]}, None, "columns must have rows, and all the same number of them"),
        ([[1.0], [2.0]], [1.0], "y must be 2 numbers or labels, one for each row, not the shape (1,)"),
        ([[1.0], [np.nan]], [1.0, 2.0], "column 'x1': the page shows finite numbers only"),
        ({"a": ["q", "w"]}, None, "column 'a': not numbers"),
        ([[1.0], [2.0], [3.0]], ["a", "b", "c"], "column 'y': 3 different labels, the page descends on two"),
    ],
)
def test_data_that_no_page_holds_are_refused_in_words(X, y, message):
    with pytest.raises(steepest.SteepestError, match=re.escape(message)):
        steepest.lab(X, y)


def test_data_frames_and_labels_are_taken_by_name():
    page = steepest.lab(pd.DataFrame({"size": [1, 2, 3], "age": [2.0, 3.0, 5.0]}), ["no", "yes", "no"])
    assert page.payload.settings["features"] == ["size", "age"]
    assert page.payload.settings["loss"] == "log_loss"
    assert page.payload.table["columns"][2] == {"name": "y", "values": [0, 1, 0], "classes": ["no", "yes"]}


@pytest.mark.usefixtures("built")
def test_a_page_is_saved_and_never_over_another_file(tmp_path):
    page = steepest.lab(formula="x**2")
    assert page.save(tmp_path / "lab.html") == (tmp_path / "lab.html").stat().st_size
    with pytest.raises(steepest.SteepestError, match="exists: add --force"):
        page.save(tmp_path / "lab.html")
