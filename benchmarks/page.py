"""The page of the lab in headless Chromium: how soon it is there, and how closely it follows a drag.

Beside the page's own figures stands Python's time for the same descents.
"""

from __future__ import annotations

import math
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.measure import Row
from steepest import Method, Problem, descend, lab, make_rows, record, until, updates

RULES = ("plain", "momentum", "nesterov", "adam")
STEPS = 200
DRAGS = 120
BROWSER = {"executable_path": "/usr/bin/chromium", "args": ["--no-sandbox", "--disable-gpu", "--disable-sync"]}
RACE = f"""() => steepestLab.change({{
  rules: {list(RULES)}, race: [], steps: {STEPS}, rate: steepestLab.scene.zones.limit / 3, cursor: 20,
}})"""
WATCH = """() => {  // all frames, and from the time stamp of a pointer's event to the end of the frame that shows it
  window.latencies = [];
  window.frames = [];
  const frame = (now) => { window.frames.push(now); requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  addEventListener("pointermove", ({ timeStamp }) => requestAnimationFrame(() => {
    setTimeout(() => window.latencies.push(performance.now() - timeStamp));
  }), { capture: true });
}"""
SCENES = """(count) => {  // times of new scenes, each for a start of its own
  const times = [];
  for (let i = 0; i < count; i++) {
    const start = steepestLab.settings.start.map((w) => w + 0.001 * (1 + i));
    const began = performance.now();
    steepestLab.change({ start });
    steepestLab.scene.runs.length;
    times.push(performance.now() - began);
  }
  return times;
}"""


def rows() -> Iterator[Row]:
    """The first picture, drags of the start, and the descents of four rules."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**BROWSER)
        for n in (50, 1000):
            X, y = _table(n)
            file = Path(folder, f"{n}.html")
            lab(X, y, learning_rate=0.005).save(file)
            yield from _of_table(browser, file, n, _python(X, y))
        browser.close()


def _table(n: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    X = rng.uniform(0, 10, (n, 1))
    return X, 0.8 * X[:, 0] + 2.6 + rng.standard_normal(n)


def _of_table(browser: Browser, file: Path, n: int, python: float) -> Iterator[Row]:
    first = [_first_picture(browser, file) for _ in range(5)]
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(file.as_uri())
    page.wait_for_selector("#lab canvas")
    page.evaluate(RACE)
    scenes = page.evaluate(SCENES, 100)
    draw, frame, latency = _dragged(page)
    named = f"page, {n} rows, {len(RULES)} rules, {STEPS} steps"
    yield Row(
        f"{named}: first picture after navigation", f"{statistics.median(first):.0f} ms", "median of 5", "<= 700 ms"
    )
    ratio = python / (statistics.median(scenes) / 1e3)
    wanted = "<= 2 ms" if n <= 50 else f"<= {12 * len(RULES)} ms"
    yield Row(
        f"{named}: descents and verdict, times as fast as Python records them", f"{ratio:.1f}x", _spread(scenes), wanted
    )
    yield Row(f"{named}: drawing a frame of a drag", f"{statistics.median(draw):.1f} ms", _spread(draw), "p50 <= 8 ms")
    yield Row(f"{named}: from frame to frame of a drag", f"{_p95(frame):.1f} ms", _spread(frame), "p95 <= 25 ms")
    yield Row(f"{named}: from the pointer to the picture", f"{_p95(latency):.1f} ms", _spread(latency), "p95 <= 70 ms")
    page.close()


def _python(X: Any, y: Any) -> float:
    """Least time in seconds in which Python records the same descents."""
    rows = make_rows(X, y)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        for rule in RULES:
            record(until(descend(Problem(), Method(rule, learning_rate=0.005), rows), updates(STEPS)))
        times.append(time.perf_counter() - began)
    return min(times)


def _first_picture(browser: Browser, file: Path) -> float:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(file.as_uri())
    page.wait_for_function("() => window.steepestLab?.timings.draw.length > 0")
    found: float = page.evaluate("() => steepestLab.timings.frame[0] + steepestLab.timings.draw[0]")
    page.close()
    return found


def _dragged(page: Page) -> tuple[list[float], list[float], list[float]]:
    """Times of drawing, of frames and from pointer to picture, in ms, while the start is dragged."""
    page.evaluate(WATCH)
    x, y = _start(page)
    page.evaluate("() => { steepestLab.timings.draw.length = 0; frames.length = 0; latencies.length = 0; }")
    page.mouse.down()
    for i in range(DRAGS):
        page.mouse.move(x + 60 * math.sin(i / 10), y + 40 * math.sin(i / 7))
    page.mouse.up()
    draw, frames, latencies = page.evaluate("() => [steepestLab.timings.draw, frames, latencies]")
    return draw, np.diff(frames).tolist(), latencies


def _start(page: Page) -> tuple[float, float]:
    """Where the pointer is over the start: the cursor's shape says so."""
    canvas = page.get_by_test_id("canvas-map")
    box = canvas.bounding_box()
    assert box is not None
    for y in np.arange(box["y"] + 10, box["y"] + box["height"], 6):
        for x in np.arange(box["x"] + 40, box["x"] + box["width"], 6):
            page.mouse.move(float(x), float(y))
            if "grabbable" in (canvas.get_attribute("class") or ""):
                return float(x), float(y)
    raise LookupError("the start is nowhere in the picture")


def _p95(times: Sequence[float]) -> float:
    return float(np.percentile(times, 95))


def _spread(times: Sequence[float]) -> str:
    return f"p50 {statistics.median(times):.1f} ms, p95 {_p95(times):.1f} ms"
