"""The page for every reader: colours, widths, sizes, motion, and what a screen reader is told."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from lab.page_support import FOCUSABLE, PANELS, frames, open_details, pixels


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
    open_details(shown)
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
    open_details(shown)
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


def test_pictures_and_verdict_need_no_scrolling_at_1280_by_800(opened):
    shown = opened("#rate=0.056")
    names = [f"canvas-{name}" for name in PANELS] + ["verdict", "rate", "play"]
    boxes = {name: shown.get_by_test_id(name).bounding_box() for name in names}
    assert {name for name, box in boxes.items() if box["y"] + box["height"] > 800} == set()
    assert min(boxes[f"canvas-{name}"]["height"] for name in PANELS) >= 200


def test_targets_are_24_pixels(opened):
    shown = opened("#rate=0.03&rules=plain,adam", viewport={"width": 390, "height": 844})
    open_details(shown)
    small = shown.evaluate(
        f"""[...document.querySelectorAll("{FOCUSABLE}")]
            .filter(e => e.getClientRects().length && !e.matches('.hidden'))
            .map(e => [e.dataset.testid ?? e.outerHTML.slice(0, 60), e.closest('label')?.getBoundingClientRect().height,
                       e.getBoundingClientRect().height])
            .filter(([, label, own]) => Math.max(label ?? 0, own) < 24)"""
    )
    assert small == []


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_by_itself(opened, motion):
    shown = opened("#rate=0.03", reduced_motion=motion)
    frames(shown, 5)
    before = pixels(shown)
    shown.wait_for_timeout(700)
    assert pixels(shown) == before


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
