"""The page as a reader uses it: one cursor, words, keys, both colour schemes, and all widths."""

from __future__ import annotations

import json
import random
import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner

from lab.conftest import EIGHT
from steepest.cli import main

PANELS = ("data", "map", "cost", "step")
FOCUSABLE = "button, input, select, summary, canvas, a[href], [tabindex='0']"
BAD_WORDS = re.compile(r"\b(NaN|Infinity|undefined|null)\b|\[object")


@pytest.fixture
def opened(visit, lab_file):
    """Opens the page of no table at an address, and waits until the four pictures are drawn."""
    file = lab_file()

    def open_at(fragment="", **options):
        one = visit(**options)
        shown = one.open(file, fragment)
        until(shown, "document.querySelector('[data-testid=title-step]')?.textContent")
        return shown

    return open_at


def text(shown, name):
    return shown.get_by_test_id(name).inner_text()


def settings(shown):
    return shown.evaluate("steepestLab.settings")


def until(shown, condition, seconds=10):
    """Wait for a condition of the page. The page's policy forbids playwright's own way, which evaluates text."""
    end = time.monotonic() + seconds
    while not shown.evaluate(condition):
        assert time.monotonic() < end, f"never: {condition}"
        shown.wait_for_timeout(30)


def frames(shown, count=2):
    """Wait for so many frames."""
    for _ in range(count):
        shown.evaluate("new Promise(requestAnimationFrame)")


def pixels(shown):
    """All four pictures, as data addresses."""
    return shown.evaluate("[...document.querySelectorAll('canvas')].map(canvas => canvas.toDataURL())")


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


def test_the_slider_says_rate_zone_and_limit(opened):
    slider = opened("#rate=0.03").get_by_test_id("rate")
    assert slider.get_attribute("aria-valuetext") == "0.03, overshoots, limit 0.0522"
    slider.focus()
    slider.press("End")
    assert "diverges" in slider.get_attribute("aria-valuetext")


def test_every_control_is_reached_by_the_tab_key(opened):
    shown = opened("#rate=0.03&rules=plain,adam")
    shown.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    frames(shown)
    shown.evaluate("document.activeElement.blur()")
    wanted = shown.evaluate(
        f"""[...document.querySelectorAll("{FOCUSABLE}")].filter(e => !e.disabled && e.getClientRects().length)
            .map((e, i) => {{ e.dataset.order = i; return e.dataset.testid ?? e.outerHTML.slice(0, 80); }})"""
    )
    seen = set()
    for _ in range(len(wanted) + 5):
        shown.keyboard.press("Tab")
        order = shown.evaluate("document.activeElement?.dataset.order")
        seen |= {int(order)} if order is not None else set()
    assert [wanted[i] for i in range(len(wanted)) if i not in seen] == []


def press(shown, name, key):
    """Press a key on a control, and return the settings after it."""
    shown.get_by_test_id(name).focus()
    shown.keyboard.press(key)
    frames(shown)
    return settings(shown)


@pytest.mark.parametrize(
    ("name", "key", "setting"),
    [
        ("rate", "ArrowRight", "rate"),
        ("step", "ArrowRight", "cursor"),
        ("forward", "Enter", "cursor"),
        ("rule-adam", "Space", "rules"),
        ("batch-1", "Space", "batch"),
        ("batch-box", "ArrowDown", "batch"),
        ("view", "Enter", "view"),
        ("canvas-map", "ArrowUp", "start"),
        ("canvas-cost", "ArrowRight", "cursor"),
        ("standardize", "Space", "standardize"),
        ("loss", "ArrowUp", "loss"),
        ("schedule", "ArrowDown", "schedule"),
        ("sampling", "ArrowDown", "sampling"),
        ("fixed-1", "Space", "fixed"),
        ("row-0-y", "ArrowUp", "moved"),
        ("lesson", "ArrowDown", "lesson"),
        ("data", "ArrowDown", "data"),
    ],
)
def test_keys_alone_change_each_setting(opened, name, key, setting):
    shown = opened("#rate=0.03")
    shown.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    before = settings(shown)[setting]
    assert press(shown, name, key)[setting] != before


def test_keys_of_the_page(opened):
    shown = opened("#rate=0.03")
    shown.keyboard.press("s")
    assert settings(shown)["view"] == "surface"
    assert press(shown, "canvas-map", "ArrowRight")["turn"] == settings(opened())["turn"] + 5
    shown.keyboard.press("End")
    shown.keyboard.press("?")
    shown.get_by_test_id("help-dialog").wait_for(state="visible")
    shown.keyboard.press("Escape")
    shown.get_by_test_id("help-dialog").wait_for(state="hidden")


def test_space_plays_and_pauses(opened):
    shown = opened("#rate=0.03&cursor=0")
    shown.keyboard.press("Space")
    until(shown, "steepestLab.settings.cursor > 2")
    shown.keyboard.press("Space")
    at = settings(shown)["cursor"]
    frames(shown, 20)
    assert settings(shown)["cursor"] == at


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_by_itself(opened, motion):
    shown = opened("#rate=0.03", reduced_motion=motion)
    frames(shown, 5)
    before = pixels(shown)
    shown.wait_for_timeout(700)
    assert pixels(shown) == before


def violations(shown):
    found = Axe().run(shown).response["violations"]
    return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    "fragment", ["#rate=0.056&rules=plain,adam", "#lesson=separable", "#task=formula&formula=x%2B"]
)
def test_axe_finds_nothing(opened, scheme, width, fragment):
    shown = opened(fragment, color_scheme=scheme, viewport={"width": width, "height": 844})
    shown.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    frames(shown)
    assert violations(shown) == []


@pytest.mark.parametrize("name", ["help", "export"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_dialogs(opened, scheme, name):
    shown = opened("#rate=0.03", color_scheme=scheme, viewport={"width": 390, "height": 844})
    shown.get_by_test_id(name).click()
    shown.get_by_test_id(f"{name}-dialog").wait_for(state="visible")
    assert violations(shown) == []


def test_the_reader_chooses_the_colours(opened):
    shown = opened("#rate=0.03", color_scheme="light")
    light = shown.evaluate("getComputedStyle(document.body).color")
    before = pixels(shown)
    shown.get_by_test_id("theme").click()
    shown.get_by_test_id("theme").click()
    frames(shown)
    assert "dark" in shown.get_by_test_id("theme").get_attribute("aria-label")
    assert shown.evaluate("getComputedStyle(document.body).color") != light
    assert [a == b for a, b in zip(pixels(shown), before, strict=True)] == [False] * 4


@pytest.mark.parametrize("width", [390, 768, 1280, 1920])
@pytest.mark.parametrize("fragment", ["#rate=0.056", "#lesson=no-learning-rate", "#data=eight-labels&loss=log_loss"])
def test_no_width_scrolls_sideways(opened, width, fragment):
    shown = opened(fragment, viewport={"width": width, "height": 844})
    shown.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


def test_pictures_and_verdict_need_no_scrolling_at_1280_by_800(opened):
    shown = opened("#rate=0.056")
    names = [f"canvas-{name}" for name in PANELS] + ["verdict", "rate", "play"]
    boxes = {name: shown.get_by_test_id(name).bounding_box() for name in names}
    assert {name for name, box in boxes.items() if box["y"] + box["height"] > 800} == set()
    assert min(boxes[f"canvas-{name}"]["height"] for name in PANELS) >= 200


def test_targets_are_24_pixels(opened):
    shown = opened("#rate=0.03&rules=plain,adam", viewport={"width": 390, "height": 844})
    shown.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    small = shown.evaluate(
        f"""[...document.querySelectorAll("{FOCUSABLE}")]
            .filter(e => e.getClientRects().length && !e.matches('.hidden'))
            .map(e => [e.dataset.testid ?? e.outerHTML.slice(0, 60), e.closest('label')?.getBoundingClientRect().height,
                       e.getBoundingClientRect().height])
            .filter(([, label, own]) => Math.max(label ?? 0, own) < 24)"""
    )
    assert small == []


def test_the_verdict_is_announced_at_most_once_a_second(opened):
    shown = opened("#rate=0.01")
    shown.evaluate(
        """() => {
            window.said = 0;
            const region = document.querySelector('[data-testid=announcement]');
            const all = { childList: true, characterData: true, subtree: true };
            new MutationObserver(() => { window.said += 1; }).observe(region, all);
        }"""
    )
    for i in range(30):
        shown.evaluate(f"steepestLab.change({{ rate: {0.01 + 0.002 * i} }})")
        shown.wait_for_timeout(50)
    shown.wait_for_timeout(1200)
    assert 1 <= shown.evaluate("said") <= 4
    assert "Diverged" in shown.get_by_test_id("announcement").text_content()


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


def drag(shown, name, start, end):
    box = shown.get_by_test_id(name).bounding_box()
    shown.mouse.move(box["x"] + start[0], box["y"] + start[1])
    shown.mouse.down()
    for share in (0.3, 0.6, 1):
        shown.mouse.move(*(box[k] + a + share * (b - a) for k, a, b in zip("xy", start, end, strict=True)))
        frames(shown, 1)
    shown.mouse.up()
    frames(shown)


def place(shown, name, kind):
    """Where a picture has its start, or its first row: found by asking each pixel through the cursor's shape."""
    box = shown.get_by_test_id(name).bounding_box()
    for y in range(10, int(box["height"]), 6):
        for x in range(40, int(box["width"]), 6):
            shown.mouse.move(box["x"] + x, box["y"] + y)
            if "grabbable" in (shown.get_by_test_id(name).get_attribute("class") or ""):
                return x, y
    raise AssertionError(f"no {kind} can be grabbed in {name}")


def test_the_start_is_dragged_and_the_path_follows(opened):
    shown = opened("#rate=0.03")
    x, y = place(shown, "canvas-map", "start")
    drag(shown, "canvas-map", (x + 2, y + 2), (x + 62, y - 38))
    start = settings(shown)["start"]
    assert start[0] > 0.1
    assert start[1] > 0.1
    assert shown.evaluate("[...steepestLab.scene.runs[0].path.slice(0, 2)]") == start


def test_a_row_is_dragged_and_put_back(opened):
    shown = opened("#rate=0.03")
    x, y = place(shown, "canvas-data", "row")
    drag(shown, "canvas-data", (x + 2, y + 2), (x + 2, y + 42))
    assert len(settings(shown)["moved"]) >= 1
    shown.get_by_test_id("rows-details").locator("summary").click()
    shown.get_by_test_id("restore-rows").click()
    assert settings(shown)["moved"] == []


def test_a_drag_in_the_costs_moves_the_cursor(opened):
    shown = opened("#rate=0.03&cursor=0&steps=200")
    box = shown.get_by_test_id("canvas-cost").bounding_box()
    drag(shown, "canvas-cost", (100, box["height"] / 2), (box["width"] / 2, box["height"] / 2))
    assert 50 < settings(shown)["cursor"] < 150


def random_settings(draw):
    """Settings within their limits, wild and tame."""
    table = {
        "task": "table",
        "data": draw.choice(["eight", "park"]),
        "loss": draw.choice(["squared_error", "mse", "huber"]),
    }
    classes = {"task": "table", "data": "eight-labels", "loss": draw.choice(["log_loss", "hinge", "modified_huber"])}
    formula = {
        "task": "formula",
        "formula": draw.choice(["(x-3)**2+2", "x**4-3*x**2+x", "2*x+1", "1/x", "log(x)", "exp(x*y)", "x*y"]),
    }
    rules = ["plain", "momentum", "nesterov", "adam", "rmsprop", "ada_grad", "lion", "ada_delta"]
    steps = draw.choice([1, 7, 200, 1500])
    return {
        **draw.choice([table, classes, formula]),
        "rules": draw.sample(rules, draw.randint(1, 4)),
        "rate": 10 ** draw.uniform(-8, 4),
        "batch": draw.choice([0, 0, 1, 3]),
        "sampling": draw.choice(["shuffle", "replacement", "sequential"]),
        "seed": draw.randint(0, 2**32 - 1),
        "steps": steps,
        "cursor": draw.randint(0, steps),
        "start": [draw.choice([0, 1, -1e6, 3.3, 1e9]) * draw.random() for _ in range(2)],
        "fixed": [draw.random() < 0.2, draw.random() < 0.2],
        "standardize": draw.random() < 0.3,
        "view": draw.choice(["contour", "surface"]),
        "moved": [[0, "x", draw.uniform(-1e3, 1e3)]] if draw.random() < 0.3 else [],
        "target": "",
        "features": [],
    }


BLANK = """[...document.querySelectorAll('canvas')].filter(canvas => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set(new Uint32Array(data.buffer));
    return colours.size < 3;
}).map(canvas => canvas.dataset.testid)"""
WORDS = """document.body.innerText + [...document.querySelectorAll('[aria-label], [aria-valuetext]')]
    .map(e => ` ${e.ariaLabel} ${e.getAttribute('aria-valuetext') ?? ''}`).join(' ')"""


def test_100_random_settings_show_no_bad_number_and_no_blank_picture(visit, lab_file):
    one = visit()
    shown = one.open(lab_file())
    draw = random.Random(16)
    for _ in range(100):
        change = random_settings(draw)
        shown.evaluate(f"steepestLab.change({json.dumps(change)})")
        frames(shown)
        assert shown.get_by_test_id("problem").text_content() == "", change
        assert not BAD_WORDS.search(shown.evaluate(WORDS)), (change, BAD_WORDS.search(shown.evaluate(WORDS)))
        assert shown.evaluate(BLANK) == [], change
    assert one.messages == []


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
