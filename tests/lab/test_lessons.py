"""Each lesson of the page is three sentences and a question, and its figures are those of Python."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from conftest import ROOT
from lab_runs import lab_run

FILE = json.loads((ROOT / "src" / "steepest" / "lab" / "lessons.json").read_text(encoding="utf-8"))
LESSONS = FILE["lessons"]
FIGURES = [
    pytest.param(lesson, figure, id=f"{lesson['name']}: {figure['what']}")
    for lesson in LESSONS
    for figure in FILE["figures"][lesson["name"]]
]


def half_a_unit(printed: str) -> float:
    """Half of a unit in the last digit, or the rounding of a number that is printed to the last bit."""
    digits = printed.lstrip("-").replace(".", "").lstrip("0")
    decimals = len(printed.partition(".")[2])
    rounding = 1e-12 * abs(float(printed)) if len(digits) >= 13 else 0.0
    return max(0.5000001 * 10.0**-decimals, rounding) if len(digits) < 13 else rounding


@pytest.mark.parametrize(("lesson", "figure"), FIGURES)
def test_figure_is_what_python_computes(lesson: dict[str, Any], figure: dict[str, Any]) -> None:
    found = lab_run(lesson["settings"] | figure.get("change", {})).figure(figure["where"])
    if figure["where"] == "verdict":
        assert found == figure["value"]
    else:
        assert found == pytest.approx(float(figure["value"]), rel=0, abs=half_a_unit(figure["value"]))


def test_every_row_of_the_tutorials_has_a_lesson() -> None:
    assert {row for lesson in LESSONS for row in lesson["rows"]} == {f"T{i}" for i in range(1, 24)}
    assert [*FILE["figures"]] == [lesson["name"] for lesson in LESSONS]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson["name"])
def test_a_lesson_is_three_sentences_and_a_question(lesson: dict[str, Any]) -> None:
    assert len(lesson["sentences"]) == 3
    for sentence in lesson["sentences"]:
        assert re.fullmatch(r"[A-Z][^?!]*[a-z0-9)²]\.", sentence)
        assert not re.search(r"[a-z0-9)]\. [A-Z]", sentence), "one sentence"
        assert len(sentence) <= 150
    assert lesson["question"].endswith("?")
    assert lesson["answer"].endswith(".")
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", lesson["name"])


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson["name"])
def test_numbers_of_the_state_fit_each_other(lesson: dict[str, Any]) -> None:
    settings = lesson["settings"]
    run = lab_run(settings)
    assert len(settings["start"]) == len(settings["fixed"]) == len(run.names)
    assert 0 <= settings["cursor"] <= settings["steps"]
    assert np.isfinite(run.path).all()
    assert len(settings.get("race", ())) <= 6
