"""The page as a reader uses it: one cursor, words, links, files and recorded runs."""

from __future__ import annotations

import json

from click.testing import CliRunner

from lab.conftest import EIGHT
from lab.page_support import frames, pixels, settings, text, until
from steepest.cli import main


def test_one_cursor_is_in_pictures_tables_arithmetic_and_address(opened):
    shown = opened("#rate=0.05&cursor=0")
    shown.get_by_test_id("steps-details").locator("summary").click()
    shown.get_by_test_id("steps-details").locator("summary").evaluate("summary => summary.blur()")
    for _ in range(5):
        shown.keyboard.press("ArrowRight")
    frames(shown)
    assert text(shown, "cursor") == "5"
    assert "step 5" in text(shown, "subtitle-data")
    assert "Step 5" in text(shown, "title-map")
    assert "in 5 steps" in text(shown, "title-cost")
    assert "step 5" in text(shown, "subtitle-step")
    assert shown.locator("[data-testid=steps-table] tr[aria-current] th").inner_text() == "5"
    assert "From step 5 to 6" in text(shown, "arithmetic")
    until(shown, "location.hash.includes('cursor=5')")


def test_a_rate_above_the_limit_is_said_to_diverge_and_mended_by_one_click(opened):
    shown = opened("#rate=0.056")
    verdict = shown.get_by_test_id("verdict")
    assert verdict.get_attribute("data-status") == "diverged"
    assert "step 1 " in verdict.inner_text()
    assert "0.0522" in verdict.inner_text()
    shown.get_by_test_id("mend").click()
    frames(shown)
    assert verdict.get_attribute("data-status") != "diverged"
    assert settings(shown)["rate"] < 0.0522


def test_a_link_shows_the_same_page(opened):
    shown = opened("#rate=0.03")
    change = {"rules": ["nesterov", "adam"], "cursor": 17, "start": [1.5, -2.25], "moved": [[2, "y", 9.5]], "batch": 3}
    shown.evaluate(f"steepestLab.change({json.dumps(change)})")
    until(shown, "location.hash.includes('cursor=17')")
    frames(shown)
    fragment = shown.evaluate("location.hash")
    again = opened(fragment)
    frames(again)
    assert settings(again) == settings(shown)
    assert pixels(again) == pixels(shown)


def test_a_formula_that_cannot_be_read_is_said_in_words_and_the_picture_stays(opened):
    shown = opened("#rate=0.1&task=formula&formula=x**2&start=3")
    shown.get_by_test_id("formula").fill("x**2 + (")
    assert "formula, position" in text(shown, "problem")
    assert shown.get_by_test_id("formula").get_attribute("aria-invalid") == "true"
    shown.get_by_test_id("formula").fill("x**2 + 1")
    assert not shown.get_by_test_id("problem").is_visible()
    assert shown.evaluate("steepestLab.scene.facts.least") == 1


def test_a_table_is_opened_from_a_file(opened, tmp_path):
    shown = opened()
    (tmp_path / "mine.csv").write_text(EIGHT.replace("y", "<b>y</b>"))
    shown.get_by_test_id("file").set_input_files(tmp_path / "mine.csv")
    until(shown, "steepestLab.settings.data === 'own'")
    frames(shown)
    assert "<b>y</b> = " in text(shown, "title-data")
    (tmp_path / "bad.csv").write_text("x;y\n1,5;2\n2;3\n")
    shown.get_by_test_id("file").set_input_files(tmp_path / "bad.csv")
    until(shown, "document.querySelector('#problem').textContent")
    assert "bad.csv, line 2" in text(shown, "problem")


def test_a_report_replays_its_run_and_comes_back_to_it(visit, tmp_path, built):  # noqa: ARG001 - the page is needed
    (tmp_path / "eight.csv").write_text(EIGHT)
    table, run, page = (str(tmp_path / name) for name in ("eight.csv", "run.npz", "report.html"))
    fit = ["fit", "linear", table, "-t", "y", "--learning-rate", "0.02", "--steps", "2000", "--trajectory", run]
    for arguments in ([*fit, "-o", str(tmp_path / "model.json")], ["report", run, table, "-o", page]):
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0, done.output
    shown = visit().open(page)
    states = shown.evaluate("steepestLab.scene.runs[0].numbers.length")
    assert 500 < states <= 600
    assert "of 2,000" in shown.get_by_test_id("step").get_attribute("aria-valuetext")
    shown.get_by_test_id("rate").focus()
    shown.keyboard.press("ArrowRight")
    assert shown.evaluate("steepestLab.scene.runs[0].numbers") is None
    shown.get_by_test_id("back-to-recorded").click()
    assert shown.evaluate("steepestLab.scene.runs[0].numbers.length") == states
    assert settings(shown)["rate"] == 0.02
