"""docs/learn/lessons.md lists the lessons of the lab in their order, with their commands and questions."""

from __future__ import annotations

import re

from conftest import ROOT

from steepest.lab.lessons import lessons

PAGE = " ".join((ROOT / "docs" / "learn" / "lessons.md").read_text(encoding="utf-8").split())


def test_every_lesson_is_listed_in_its_order() -> None:
    listed = re.findall(
        r"(\d+)\. \*\*(.+?)\.\*\* You learn [^`]+\. `steepest lab --lesson (\S+)` \*(.+?\?)\*(?= |$)", PAGE
    )
    wanted = [(str(i), each.title, each.name, each.question) for i, each in enumerate(lessons().values(), 1)]
    assert listed == wanted


def test_no_lesson_is_named_that_does_not_exist() -> None:
    assert set(re.findall(r"--lesson (\S+?)`", PAGE)) == set(lessons())
