"""The page by the mouse: what is dragged moves, and the pictures follow."""

from __future__ import annotations

from lab.page_support import drag, settings


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
