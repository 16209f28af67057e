"""Notes of how a table was read reach the people and the programs that asked for a fit."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from steepest.cli import main


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (",u,v\n0,1,2\n1,2,4.5\n2,3,6\n", "the index of the rows, column c1, is left out"),
        ("# u v\n1 2\n2 4.5\n3 6\n", "the names u, v are read from a comment, line 1"),
        ("u,v,\n1,2,\n2,4.5,\n3,6,\n", "the delimiter at the end of each line is left out"),
    ],
)
def test_a_fit_says_how_its_table_was_read(tmp_path, text, note):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    said = CliRunner().invoke(main, ["fit", "linear", str(path), "-t", "v"])
    assert said.exit_code == 0, said.output
    assert note in " ".join(said.output.split())
    asked = CliRunner().invoke(main, ["fit", "linear", str(path), "-t", "v", "--json"])
    assert any(note in found for found in json.loads(asked.stdout)["verdict"]["notes"])
