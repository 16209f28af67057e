"""What stands in for a page without scripts: numbers of a lesson, and the curve of a formula."""

from __future__ import annotations

import pytest

from steepest.lab.lessons import lesson, lessons
from steepest.lab.pages import page_without_table
from steepest.lab.still import graph, still_of_lesson


@pytest.mark.parametrize("name", lessons())
def test_a_lesson_shows_each_of_its_numbers(name):
    shown = still_of_lesson(lesson(name))
    assert shown.count("<td>") == len(lesson(name).figures) > 0
    assert "<td>-" not in shown
    assert ("<polyline" in shown) == (lesson(name).settings["task"] == "formula")


@pytest.mark.parametrize(
    ("formula", "start"), [("x**2", []), ("log(x)", [1.0]), ("x*y*z", [1.0, 2.0]), ("2*x + 1", [6.0, 9.0])]
)
def test_a_formula_shows_its_curve_where_it_has_values(formula, start):
    drawn = graph(formula, start)
    assert drawn.count("<polyline") == 1
    assert "nan" not in drawn


def test_a_page_of_a_formula_holds_its_curve():
    assert "<polyline" in page_without_table({"formula": "x**2", "start": [3.0]}).still
    assert "<polyline" not in page_without_table({}).still
