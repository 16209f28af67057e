"""docs/scores.md runs as it stands."""

from __future__ import annotations

import doctest

from conftest import ROOT


def test_page_runs() -> None:
    failed, tried = doctest.testfile(str(ROOT / "docs" / "scores.md"), module_relative=False)
    assert tried >= 8
    assert failed == 0
