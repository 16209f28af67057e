"""The site as a reader sees it, opened from the disk: usable by all, and with a search that needs no network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

PAGES = [
    "index",
    "learn/line",
    "learn/lessons",
    "use/fit-a-table",
    "use/gallery/descents",
    "understand/verdicts",
    "reference/command-line",
    "reference/api/steepest.GDClassifier",
    "coming-from/scikit-learn",
    "glossary",
]
AXE = {"iframes": False, "preload": False}  # the lab has tests of its own; files on a disk cannot be asked for


@pytest.fixture
def opened(site: Path, browser: Any) -> Any:
    """Opens a page of the site from the disk, offline: ``opened("index", width=390)``."""
    contexts = []

    def new(name: str, *, width: int = 1280, scheme: str = "light", query: str = "") -> Any:
        contexts.append(
            browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, offline=True)
        )
        page = contexts[-1].new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto((site / f"{name}.html").as_uri() + query)
        return page

    yield new
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "light")])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(opened: Any, name: str, width: int, scheme: str) -> None:
    page = opened(name, width=width, scheme=scheme)
    assert page.said == []
    found = Axe().run(page, options=AXE).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found] == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("diverged", "Verdicts"),
        ("lasso", "alpha"),
        ("dask", "Clusters"),
        ("parquet", "memory"),
        ("softmax", "classes"),
    ],
)
def test_search_works_without_a_network(opened: Any, words: str, title: str) -> None:
    page = opened("search", query=f"?q={words}")
    page.get_by_text("Search finished").wait_for(timeout=20_000)
    assert any(title in text for text in page.locator("ul.search li a").all_inner_texts())


def test_a_lesson_opens_in_its_frame(opened: Any) -> None:
    page = opened("learn/line")
    frame = page.frame_locator(".lab iframe").first
    page.locator(".lab iframe").first.scroll_into_view_if_needed()
    frame.get_by_test_id("verdict").first.wait_for(timeout=20_000)
