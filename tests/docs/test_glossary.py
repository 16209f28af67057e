"""The glossary is in alphabetical order, explains every verdict, and each entry names a page that says more."""

from __future__ import annotations

import re

from conftest import ROOT

from steepest.optimality.verdict import TABLE

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ENTRIES = dict(re.findall(r"^- \*\*(.+?)\*\*: (.+?)(?=\n- |\Z)", GLOSSARY, re.MULTILINE | re.DOTALL))


def anchors(page):
    """Anchors of a page's headings, as they are made on a forge."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_entries_are_in_alphabetical_order():
    assert list(ENTRIES) == sorted(ENTRIES, key=str.lower)


def test_every_verdict_is_explained():
    terms = {term.lower() for entry in ENTRIES for term in entry.split(", ")}
    assert {row.status for row in TABLE} <= terms


def test_entries_are_short_and_name_a_page_that_says_more():
    for term, text in ENTRIES.items():
        links = re.findall(r"\]\(([^)#\s]+)(?:#([^)\s]+))?\)", text)
        assert links, term
        assert text.count("\n") <= 2, term
        for path, anchor in links:
            page = (ROOT / "docs" / path).resolve()
            assert page.exists(), (term, path)
            assert not anchor or anchor in anchors(page), (term, path, anchor)
