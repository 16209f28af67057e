"""Each lesson of the page is three sentences and a question, and its figures are those of Python."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import ROOT
from lab_runs import lab_run

from steepest.cli import main

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


DRAWN = "[data-testid=title-step]:not(:empty)"  # the last picture
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹\u2212\u00d7", "-0123456789-x")


def number_of(text: str) -> tuple[float, float]:
    """A number as the page writes it, and half of a unit in its last digit."""
    found = re.search(r"[-\d][\d,.]*(?: x 10-?\d+)?", text.translate(SUPERSCRIPTS))
    assert found, text
    head, _, power = found[0].replace(",", "").rstrip(".").partition(" x 10")
    scale = 10.0 ** int(power or 0)
    return float(head) * scale, 0.5000001 * scale * 10.0 ** -len(head.partition(".")[2])


def fragment(lesson: dict[str, Any], change: dict[str, Any], step: int) -> str:
    """The link that opens a lesson at a step with what the reader changes."""
    parts = {"lesson": lesson["name"], "cursor": step} | change
    return "#" + "&".join(f"{key}={_written(value)}" for key, value in parts.items())


def _written(value: Any) -> str:
    if not isinstance(value, list):
        return quote(str(value), safe="")
    items = [":".join(map(str, item)) if isinstance(item, list) else str(item).lower() for item in value]
    return ",".join(quote(item, safe=":") for item in items)


@pytest.fixture(scope="module")
def lab_page(tmp_path_factory, built):  # noqa: ARG001 - without the built page no file can be written
    file = tmp_path_factory.mktemp("lessons") / "lab.html"
    assert CliRunner().invoke(main, ["lab", "-o", str(file), "--no-open"]).exit_code == 0
    return file


def shown(page: Any, where: str) -> tuple[str, str]:
    """What the page shows in a place, and the number in full where it is in the document."""
    place, _, what = where.partition(": ")
    if place == "secant":
        return page.inner_text("[data-testid=title-data]").partition("slope ")[2], ""
    if place == "limit":
        return page.inner_text("[data-testid=limit]").partition("limit ")[2], ""
    if place == "minimum":
        line = re.search(
            r"the minimum, (\S+) .*? ([+\u2212]) (\S+), cost (\S+)", page.inner_text("[data-testid=subtitle-data]")
        )
        assert line
        slope, sign, intercept, cost = line.groups()
        return {"intercept": sign.strip("+") + intercept, "cost": cost}.get(what, slope), ""
    page.locator("[data-testid=steps-details]").evaluate("details => { details.open = true; }")
    heads = page.locator("[data-testid=steps-table] thead th").all_inner_texts()
    row = page.locator(f"[data-testid=steps-table] tr[aria-rowindex='{int(place.split()[1]) + 2}']")
    cell = row.locator("th, td").nth(heads.index(what)).locator("data")
    return cell.inner_text(), cell.get_attribute("value")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson["name"])
def test_the_page_shows_the_figures(lesson: dict[str, Any], lab_page: Any, page: Any) -> None:
    for figure in FILE["figures"][lesson["name"]]:
        where, value = figure["where"], figure["value"]
        step = int(where.split()[1].rstrip(":")) if where.startswith("step") else lesson["settings"]["cursor"]
        page.page.goto("about:blank")
        page.open(lab_page, fragment(lesson, figure.get("change", {}), step), ready=DRAWN)
        if where == "verdict":
            assert page.page.get_attribute("[data-testid=verdict]", "data-status") == value
            continue
        text, full = shown(page.page, where)
        number, rounding = number_of(text)
        assert number == pytest.approx(float(value), rel=0, abs=rounding + half_a_unit(value)), figure
        if full:
            assert float(full) == pytest.approx(float(value), rel=0, abs=half_a_unit(value)), figure
    assert page.page.inner_text("[data-testid=lesson-title]").endswith(lesson["title"])
    assert {url.partition("#")[0] for url in page.requests} <= {lab_page.as_uri(), "about:blank"}
    assert page.messages == []
