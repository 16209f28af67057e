"""The built site is whole: no link is dead, nothing is fetched from elsewhere, and every public name has its page."""

from __future__ import annotations

import importlib
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import steepest

MODULES = ("averages", "estimates", "losses", "onnx", "penalties", "plots", "rules", "steps", "tables")
LINKS = {"a": "href", "img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src"}
LARGEST = 60_000_000


class Links(HTMLParser):
    """Where a page leads, and the anchors that it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.anchors: set[str] = set()
        self.pictures: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.anchors |= {value for name in ("id", "name") if (value := values.get(name))}
        self.pictures += [values] if tag == "img" else []
        where = values.get(LINKS.get(tag, ""))
        if where:
            self.found.append((tag, where))


class Link(NamedTuple):
    page: Path
    tag: str
    address: str


@cache
def links_of(page: Path) -> Links:
    return Links(page.read_text(encoding="utf-8"))


def pages(site: Path) -> list[Path]:
    return [page for page in sorted(site.rglob("*.html")) if page.relative_to(site).parts[0] not in ("_static", "lab")]


def links(site: Path) -> list[Link]:
    return [Link(page, tag, address) for page in pages(site) for tag, address in links_of(page).found]


def leads_nowhere(link: Link) -> bool:
    parts = urlsplit(link.address)
    if parts.scheme in ("http", "https", "mailto", "data"):
        return False
    target = (link.page.parent / unquote(parts.path)).resolve() if parts.path else link.page
    if not target.is_file():
        return True
    anchored = parts.fragment and target.suffix == ".html" and target.parent.name != "lab"
    return bool(anchored) and unquote(parts.fragment) not in links_of(target).anchors


def test_no_link_is_dead(site: Path) -> None:
    found = links(site)
    assert len(found) > 3000
    dead = {f"{link.page.relative_to(site)}: {link.address}" for link in found if leads_nowhere(link)}
    assert sorted(dead) == []


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    outside = [link for link in links(site) if link.tag != "a" and re.match(r"(https?:)?//", link.address)]
    assert outside == []


def test_every_picture_is_described(site: Path) -> None:
    undescribed = [
        f"{page.relative_to(site)}: {picture.get('src')}"
        for page in pages(site)
        for picture in links_of(page).pictures
        if len(picture.get("alt") or "") < 40
    ]
    assert undescribed == []


def test_every_public_name_has_a_page(site: Path) -> None:
    names = [f"steepest.{name}" for name in steepest.__all__ if name not in MODULES]
    for module in MODULES:
        names += [f"steepest.{module}.{name}" for name in getattr(steepest, module).__all__]
    folder = site / "reference" / "api"
    assert [name for name in names if not (folder / f"{name}.html").is_file()] == []
    assert len(names) == len(list(folder.glob("*.html")))


def test_the_lessons_that_pages_show_exist(site: Path) -> None:
    lessons = importlib.import_module("steepest.lab.lessons").lessons()
    shown = {address.partition("#lesson=")[2] for _, tag, address in links(site) if tag == "iframe"}
    assert len(shown) >= 5
    assert shown <= set(lessons)


def test_the_site_is_small_enough_to_be_sent(site: Path) -> None:
    assert sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) < LARGEST
