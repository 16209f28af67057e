"""Every lesson at three sizes: no text is cut, hidden or outside of its card, and the page does not scroll sideways."""

from __future__ import annotations

import json

import pytest
from conftest import ROOT

NAMES = [
    lesson["name"]
    for lesson in json.loads((ROOT / "src" / "steepest" / "lab" / "lessons.json").read_text(encoding="utf-8"))[
        "lessons"
    ]
]
SIZES = {"desk": (1280, 800), "wide": (1920, 1080), "phone": (390, 844)}

FAULTS = """() => {
  const scrolls = (style, axis) => ["auto", "scroll"].includes(style["overflow" + axis]);
  const found = [];
  for (const element of document.querySelectorAll("body *:not(input, select, option, script)")) {
    const style = getComputedStyle(element);
    if (!element.clientWidth || element.closest(".hidden, [aria-hidden=true]")) continue;
    const words = `${element.tagName}.${element.className}: ${element.textContent.slice(0, 60)}`;
    if (element.scrollWidth > element.clientWidth && !scrolls(style, "X")) found.push(`too wide: ${words}`);
    if (element.scrollHeight > element.clientHeight + 1 && style.overflowY === "hidden") found.push(`cut: ${words}`);
    const card = element.closest(".card, .panel, header, .lesson")?.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    if (card && !element.closest(".windowed") && (box.left < card.left - 1 || box.right > card.right + 1))
      found.push(`outside: ${words}`);
  }
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [...found, "the page scrolls sideways"] : found;
}"""


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_no_lesson_cuts_or_spills_text(size, visit, lab_file):
    width, height = size
    one = visit(viewport={"width": width, "height": height})
    shown = one.open(lab_file())
    faults = {}
    for name in NAMES:
        shown.get_by_test_id("lesson").select_option(name)
        shown.get_by_test_id("question").click()
        shown.evaluate("new Promise(requestAnimationFrame)")
        faults[name] = shown.evaluate(FAULTS)
    assert {name: found for name, found in faults.items() if found} == {}
    assert one.messages == []
