"""What tests of the page ask of it: texts, settings, pictures, and gestures of the mouse."""

from __future__ import annotations

import time

PANELS = ("data", "map", "cost", "step")

FOCUSABLE = "button, input, select, summary, canvas, a[href], [tabindex='0']"


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


def open_details(shown):
    """Open all that is folded."""
    shown.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    frames(shown)


def drag(shown, name, start, end):
    box = shown.get_by_test_id(name).bounding_box()
    shown.mouse.move(box["x"] + start[0], box["y"] + start[1])
    shown.mouse.down()
    for share in (0.3, 0.6, 1):
        shown.mouse.move(*(box[k] + a + share * (b - a) for k, a, b in zip("xy", start, end, strict=True)))
        frames(shown, 1)
    shown.mouse.up()
    frames(shown)
