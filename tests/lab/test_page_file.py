"""The file that ``steepest lab`` writes: self-contained, under its own policy, and readable without scripts."""

from __future__ import annotations

from lab.conftest import EIGHT


def test_the_page_asks_for_nothing_and_says_nothing(page, lab_file):
    file = lab_file("-t", "y", table=EIGHT)
    page.open(file)
    assert page.requests == [file.as_uri()]
    assert page.messages == []
