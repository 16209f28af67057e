"""docs/reference/errors.md, "Command line": each command is run and must say just what the page says it does."""

from __future__ import annotations

import pickle
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ROOT

from steepest.cli import main

PAGE = ROOT / "docs" / "reference" / "errors.md"
EIGHT = "x,y\n1,4\n3,3\n4,7\n5,7\n6,8\n7,10\n8,8\n10,11\n"
FILES = {
    "eight.csv": EIGHT,
    "labels.csv": "x,y\n1,0\n3,0\n4,1\n5,1\n6,0\n",
    "three.csv": "x,y\n1,a\n3,b\n4,c\n",
    "one_class.csv": "x,y\n1,1\n3,1\n",
    "taken.json": "mine",
}


def lines() -> list[tuple[str, int, str]]:
    """Command, exit status and line of each row."""
    section = PAGE.read_text(encoding="utf-8").split("## Command line")[1].split("\n## ")[0]
    return [(c, int(e), m) for c, e, m in re.findall(r"(?m)^\|[^|]*\| `(.*?)` \| (\d+) \| `(.*)` \|$", section)]


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).write_text(text)
    Path("model.pkl").write_bytes(pickle.dumps({"coef": [1.0]}))
    Path("other.csv").write_text(EIGHT.replace("11", "12"))
    record = "fit linear eight.csv -t y --learning-rate 0.01 --steps 3 --trajectory run.json"
    CliRunner().invoke(main, record.split())
    Path("folder").mkdir()


@pytest.mark.parametrize(("command", "status", "line"), lines())
def test_the_command_says_what_the_page_says(command, status, line):
    before = {path.name: path.read_bytes() for path in Path().iterdir() if path.is_file()}
    done = CliRunner().invoke(main, shlex.split(command))
    assert done.stderr.splitlines()[-1:] == [line]
    assert done.exit_code == status
    assert {path.name: path.read_bytes() for path in Path().iterdir() if path.is_file()} == before


def test_the_page_has_a_table_of_commands():
    assert len(lines()) >= 20
