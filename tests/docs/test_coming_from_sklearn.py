"""The page for those who come from scikit-learn: its examples run, and it leaves no setting out."""

from __future__ import annotations

import doctest
import inspect
import re

import pytest
from conftest import ROOT
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier, SGDRegressor

from steepest import GDClassifier, GDRegressor

PAGE = ROOT / "docs" / "coming-from" / "scikit-learn.md"
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def test_the_examples_run():
    found = doctest.testfile(str(PAGE), module_relative=False, optionflags=FLAGS)
    assert found.failed == 0
    assert found.attempted > 20


def section(title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.S | re.M)[1]


def settings(cls):
    return set(inspect.signature(cls).parameters)


@pytest.mark.parametrize(
    ("title", "theirs"),
    [
        ("Ridge", [Ridge]),
        ("LogisticRegression", [LogisticRegression]),
        ("SGDRegressor and SGDClassifier", [SGDRegressor, SGDClassifier]),
    ],
)
def test_no_setting_is_left_out(title, theirs):
    first = "".join(line.split("|")[1] for line in section(title).splitlines() if line.startswith("|"))
    listed = set(re.findall(r"`(\w+)", first))
    assert set().union(*map(settings, theirs)) - listed == set()


def test_what_is_said_to_be_missing_is_missing():
    ours = settings(GDRegressor) | settings(GDClassifier)
    rows = [line.split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    same = [re.findall(r"`(\w+)`", row[1]) for row in rows if row[2].strip().startswith("the same name")]
    assert set().union(*same) - {"hinge", "squared_hinge", "modified_huber", "loss", "sample_weight"} <= ours
    missing = [re.findall(r"`(\w+)`", row[1]) for row in rows if row[2].strip() == "not in this version"]
    assert set().union(*missing) & ours == set()
    assert ["positive"] not in missing
