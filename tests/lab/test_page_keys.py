"""The page by keys alone: every control is reached, every setting changes."""

from __future__ import annotations

import pytest

from lab.page_support import FOCUSABLE, frames, open_details, settings, until


def test_the_slider_says_rate_zone_and_limit(opened):
    slider = opened("#rate=0.03").get_by_test_id("rate")
    assert slider.get_attribute("aria-valuetext") == "0.03, overshoots, limit 0.0522"
    slider.focus()
    slider.press("End")
    assert "diverges" in slider.get_attribute("aria-valuetext")


def test_every_control_is_reached_by_the_tab_key(opened):
    shown = opened("#rate=0.03&rules=plain,adam")
    open_details(shown)
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
    open_details(shown)
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
