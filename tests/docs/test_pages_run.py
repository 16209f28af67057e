"""Pages with Python in them run as they stand."""

from __future__ import annotations

import doctest

import pytest
from conftest import ROOT


@pytest.mark.parametrize(("page", "least"), [("use/scores", 8), ("use/categories", 5), ("learn/lab", 3)])
def test_page_runs(page: str, least: int) -> None:
    failed, tried = doctest.testfile(str(ROOT / "docs" / f"{page}.md"), module_relative=False)
    assert tried >= least
    assert failed == 0
