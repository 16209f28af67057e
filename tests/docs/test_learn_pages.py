"""The tutorials run, cell by cell, and their figures are those of the texts they grew from (the table of T1 to T23)."""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections import Counter
from functools import cache
from pathlib import Path
from symtable import symtable
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import pytest
from conftest import ROOT
from matplotlib import pyplot

from steepest.lab.lessons import lesson
from steepest.plots import Animation
from steepest.plots.drawing.style import Picture

FOLDER = ROOT / "docs" / "learn"
PAGES = ("slopes", "line", "batches", "classes", "your-table")
CELL = re.compile(r"^```\{code-cell\} python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WIDEST = 88  # of a line of code
EXACT = {"rel": 1e-12}
SLOPE = 0.8453333333333333  # of the eight points, the intercept fixed at 2.6
PICTURES = {
    "slopes": [
        "TangentDisplay",
        "TangentDisplay",
        "PlaneSlopesDisplay",
        "TangentDisplay",
        "TangentDisplay",
        "CostSurfaceDisplay",
        "TangentDisplay",
    ],
    "line": [
        *("ResidualsDisplay", "CostCurveDisplay", "CostCurveDisplay", "ComparisonDisplay", "CostCurveDisplay"),
        *("LearningRateDisplay", "FitDisplay", "CostSurfaceDisplay", "CostSurfaceDisplay"),
    ],
    "batches": ["CostSurfaceDisplay", "ComparisonDisplay", "Animation", "Animation"],
    "classes": [
        "SigmoidDisplay",
        "CostShapesDisplay",
        "CostCurveDisplay",
        "SigmoidDisplay",
        "SigmoidDisplay",
        "SigmoidDisplay",
    ],
    "your-table": ["CostHistoryDisplay", "CostHistoryDisplay", "FitDisplay", "CostSurfaceDisplay", "ComparisonDisplay"],
}


class Ran(NamedTuple):
    """The names that the cells of a page made, and the values that they show."""

    names: dict[str, Any]
    shown: list[Any]


def text_of(page: str) -> str:
    return (FOLDER / f"{page}.md").read_text(encoding="utf-8")


@cache
def ran(page: str) -> Ran:
    """All cells of a page in their order, in an empty folder."""
    found, home = Ran({"__name__": "__main__"}, []), Path.cwd()
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        os.chdir(folder)
        try:
            for number, cell in enumerate(CELL.findall(text_of(page)), 1):
                _run(cell, f"{page}, cell {number}", found)
        finally:
            os.chdir(home)
            pyplot.close("all")  # cells show pictures by it
    return found


def _run(cell: str, place: str, found: Ran) -> None:
    tree = ast.parse(cell)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, place, "exec"), found.names)
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), place, "eval"), found.names)
        found.shown.extend([] if value is None else [value])


def names_made(cell: str) -> set[str]:
    """Names of the page that a cell makes; those that begin with _ are its own."""
    found = symtable(cell, "cell", "exec").get_symbols()
    made = {name.get_name() for name in found if name.is_assigned() or name.is_imported()}
    return {name for name in made if not name.startswith("_")}


@pytest.mark.parametrize("page", PAGES)
def test_pictures_are_those_of_the_tutorial_and_have_words(page: str) -> None:
    pictures = [value for value in ran(page).shown if isinstance(value, Picture | Animation)]
    assert [type(value).__name__ for value in pictures] == PICTURES[page]
    assert all(len(value.alt_text) > 40 for value in pictures)


@pytest.mark.parametrize("page", PAGES)
def test_a_name_is_made_in_one_cell(page: str) -> None:
    made = Counter(name for cell in CELL.findall(text_of(page)) for name in names_made(cell))
    assert [name for name, times in made.items() if times > 1] == []  # marimo runs no notebook in which one is


@pytest.mark.parametrize("page", PAGES)
def test_page_has_labs_and_a_question_and_says_what_is_often_wrong(page: str) -> None:
    text = text_of(page)
    assert all(lesson(name) for name in re.findall(r"^```\{lab\} (\S+)$", text, re.MULTILINE))
    assert text.count("```{lab} ") in (1, 2)
    assert text.count("**Question.**") == text.count("<summary>Answer</summary>") >= 1
    assert "## What the textbooks get wrong" in text
    assert max(len(line) for cell in CELL.findall(text) for line in cell.splitlines()) <= WIDEST


def test_slopes_of_curves() -> None:  # T1, T2, T20
    made, shown = ran("slopes")
    assert shown[0] == (6.0, 14.0)
    assert 8.0 in [value for value in shown if isinstance(value, float)]
    assert made["slope_between"](4, 4.0001) == pytest.approx(8, abs=2e-4)
    assert (8.0, 3.0) in [value for value in shown if isinstance(value, tuple)]
    assert [6.0, 2.0, 0.0] in [value for value in shown if isinstance(value, list)]
    assert made["descent"].verdict.status == "converged"
    assert (np.diff(np.abs(np.diff(made["descent"].x[:10, 0]))) < 0).all()  # steps shrink
    assert made["falling"].verdict.status == "unbounded"
    assert np.diff(made["falling"].x[:, 0]) == pytest.approx(-0.5)


def test_the_start_decides() -> None:  # T18
    ends = [float(run.x[-1, 0]) for run in ran("slopes").names["runs"].values()]
    assert ends == pytest.approx([1.3470, -1.4730], abs=1e-4)


def test_least_squares_and_cost() -> None:  # T3, T5, T17
    made = ran("line").names
    assert [made["best"].coef_[0], made["best"].intercept_] == pytest.approx(
        [0.8448275862068965, 2.6034482758620694], **EXACT
    )
    grid = np.linspace(0, 2, 401)
    assert grid[np.argmin([made["cost"](m, 2.6) for m in grid])] == pytest.approx(0.845, abs=1e-9)
    assert (made["m_new"], made["b_new"]) == pytest.approx((0.92, 0.145), **EXACT)
    assert [made["one_step"].coef_[0], made["one_step"].intercept_] == pytest.approx([0.92, 0.145], **EXACT)


def test_learning_rates() -> None:  # T6, T7, T8
    made = ran("line").names
    diverges = [31.700000000000003, -1125.3500000000001, 41106.975000000006, -1500372.8875000002, 54763642.09375]
    assert made["too_far"][1:] == pytest.approx(diverges, **EXACT)
    assert made["overshoot"].trajectory_.coef[1:, 0] == pytest.approx(diverges, **EXACT)
    assert made["overshoot"].verdict_.status == "diverged"
    assert made["small"].coef_[0] == pytest.approx(0.8453333333333318, **EXACT)
    ends = dict(zip(made["compared"].labels, made["compared"].trajectories, strict=True))
    assert ends["rate 0.05"].coef[-1, 0] == pytest.approx(0.845332, abs=5e-7)
    assert [run.verdict.status for run in ends.values()] == ["crawling", "converged", "diverged", "diverged"]
    assert made["limit"] == pytest.approx(2 / 37.5, **EXACT)


def test_both_parameters_and_the_surface() -> None:  # T9, T10
    made = ran("line").names
    assert [made["line"].coef_[0], made["line"].intercept_] == pytest.approx(
        [0.8450107631510549, 2.6022056448336817], **EXACT
    )
    assert made["diagonal"] == pytest.approx(1.075758, abs=5e-7)
    assert made["cost"](made["diagonal"], made["diagonal"]) == pytest.approx(0.857955, abs=5e-7)
    assert made["cost"](made["m_exact"], made["b_exact"]) == pytest.approx(0.631466, abs=5e-7)


@pytest.mark.parametrize(("name", "spread"), [("by_one", 0.02), ("by_three", 0.01)])
def test_batches_end_at_the_minimum_on_average(name: str, spread: float) -> None:  # T11, T12
    ends = ran("batches").names[name]
    assert len(ends) == 100
    assert ends.std() == pytest.approx(spread, rel=0.2)
    assert abs(ends.mean() - SLOPE) < 3 * ends.std() / 10


def test_paths_and_settings_of_another_table() -> None:  # T13, T21
    made = ran("batches").names
    statuses = {label: run.verdict.status for label, run in made["passes"].items()}
    assert statuses["stochastic (1 row)"] == "noise floor"
    assert [int(run.step[-1]) for run in made["paths"].values()] == [400, 399, 400]
    assert made["houses"].verdict_.status == "diverged"
    assert made["run"].coef[-1, 0] == pytest.approx(-26798.5, abs=0.05)
    assert len(made["run"].cost) == 11


def test_classes() -> None:  # T14, T15, T16
    made = ran("classes").names
    assert made["gradients"](0.0)[0] == pytest.approx(-4.5, **EXACT)
    assert abs(made["gradients"](0.0)[1]) < 1e-28
    assert [made["m"], made["slope"].coef_[0, 0]] == pytest.approx([15.017184591647284] * 2, **EXACT)
    assert made["separable"].verdict_.status == "separable"
    assert made["penalised"].coef_[0, 0] == pytest.approx(17.3216, abs=5e-5)
    assert made["penalised"].intercept_[0] == pytest.approx(-77.9472, abs=5e-5)
    assert made["penalised"].verdict_.status == "converged"


def test_a_file() -> None:  # T19, T23
    made = ran("your-table").names
    assert made["crawl"].verdict_.status == "crawling"
    assert len(made["costs"]) == 20_001
    assert (np.diff(made["costs"]) <= 0).all()
    exact = np.polyfit(made["table"].X[:, 0], made["table"].y, 1)
    assert [made["auto"].coef_[0], made["auto"].intercept_] == pytest.approx(exact, rel=1e-9)
    assert made["quick"].predict([[(33 - made["mean"]) / made["deviation"]]])[0] == pytest.approx(
        np.polyval(exact, 33), rel=1e-8
    )
    assert made["rows"] == (ROOT / "examples" / "park.txt").read_text(encoding="utf-8")
    assert len(made["race"].labels) == 10
