"""docs/use/clusters.md is what happens: its Python runs on a cluster of this machine, Spark's where there is Java."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from steepest.parts.cost_model import Machines, Size, Speeds, pass_time

PAGE = ROOT / "docs" / "use" / "clusters.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python( spark)?\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def failures(blocks: list[str], known: dict[str, Any]) -> int:
    """How many examples print something else than the page shows."""
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), known, PAGE.name, str(PAGE), 0)
    return doctest.DocTestRunner(optionflags=OPTIONS).run(test, clear_globs=False).failed


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The names of the page; its cluster and its session end with the test."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "page"}
    yield names
    if "client" in names:
        cluster = names["client"].cluster
        names["client"].close()
        cluster.close()
    if "spark" in names:
        names["spark"].stop()


def test_its_python_runs_on_a_local_cluster(known: dict[str, Any]) -> None:
    pytest.importorskip("dask.dataframe")
    pytest.importorskip("distributed")
    blocks = [text for kind, text in BLOCKS if not kind]
    assert len(blocks) >= 6
    assert failures(blocks, known) == 0


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore")  # of pyspark, which differ by its version and that of pandas
def test_its_python_for_spark_runs(known: dict[str, Any]) -> None:
    pytest.importorskip("pyspark")
    first = next(text for kind, text in BLOCKS if not kind)
    here = (
        ">>> from steepest import GDClassifier, scan\n>>> here = GDClassifier().fit(scan('clicks', target='label'))\n"
    )
    assert failures([first, here, *(text for kind, text in BLOCKS if kind)], known) == 0


def test_its_plans_are_those_of_the_model() -> None:
    speeds = Speeds(0.65e9, 5e10)
    for line, machines, n in (("1e9 rows", Machines(100, 8, 2e9), 1e9), ("1e12 rows", Machines(1000, 16, 2.5e9), 1e12)):
        found = pass_time(Size(n, 100, 400.0), machines, speeds)
        row = next(row for row in TEXT.splitlines() if row.startswith(f"| {line}")).split(" | ")[1:-1]
        shown = [float(cell.split()[0]) for cell in row]
        assert shown == pytest.approx([*found[:5], found.seconds], rel=0.15)


def test_the_page_is_short_and_honest() -> None:
    assert TEXT.count("\n") <= 250
    assert "## What was not tried" in TEXT
