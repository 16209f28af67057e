"""The page for those who come from Spark: its blocks for a session of Spark run, where there is Java."""

from __future__ import annotations

import doctest
from typing import Any

import pytest
from conftest import ROOT
from page_blocks import FLAGS, Block, blocks_of

PAGE = ROOT / "docs" / "coming-from" / "spark.md"


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore")  # of pyspark, which differ by its version and that of pandas
def test_its_blocks_for_spark_run() -> None:
    pytest.importorskip("pyspark")
    blocks = [block for block in blocks_of(PAGE.read_text(encoding="utf-8")) if block.language == "python"]
    first, in_spark = blocks[0], [block for block in blocks if block.reason == "spark"]
    assert in_spark
    names: dict[str, Any] = {"__name__": "page"}
    try:
        assert failures([first, *in_spark], names) == 0
    finally:
        if "spark" in names:
            names["spark"].stop()


def failures(blocks: list[Block], names: dict[str, Any]) -> int:
    test = doctest.DocTestParser().get_doctest("\n".join(block.body for block in blocks), {}, PAGE.name, str(PAGE), 0)
    test.globs = names
    return doctest.DocTestRunner(optionflags=FLAGS).run(test, clear_globs=False).failed
