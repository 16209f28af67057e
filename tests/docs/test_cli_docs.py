"""The pages of the command line name every command, every option and every member of the objects."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from conftest import ROOT

from steepest.cli import COMMANDS, main
from steepest.data.samples import sample

REFERENCE = ROOT / "docs" / "reference"
PAGES = [REFERENCE / "command-line.md", *sorted(REFERENCE.glob("options-of-*.md"))]
PAGE = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def options(name: str) -> list[str]:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    return [
        word
        for parameter in command.params
        for word in (*parameter.opts, *parameter.secondary_opts)
        if word.startswith("-")
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_documented(name: str) -> None:
    assert f"`steepest {name}" in PAGE
    assert [word for word in options(name) if f"`{word}`" not in PAGE and f"`{word} " not in PAGE] == []


def test_no_option_is_documented_that_does_not_exist() -> None:
    known = {word for name in COMMANDS for word in options(name)} | {"--help"}
    assert set(re.findall(r"`(--?[a-z][a-z0-9-]*)", PAGE)) <= known


@pytest.mark.parametrize(
    "line",
    [
        "fit linear t.txt -t y --at x=1",
        "predict m.json t.txt",
        "evaluate m.json t.txt",
        "summary m.json t.txt",
        "show m.json",
        "show r.npz",
        "limit t.txt -t y",
        "explain r.npz t.txt --step 0",
        "compare linear t.txt -t y --vary rule=plain,momentum",
        "sample",
        "sample eight",
        "minimize x**2 --start 1",
        "fit linear none -t y",
    ],
)
def test_every_member_is_documented(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.txt").write_text(sample("eight"))
    CliRunner().invoke(main, ["fit", "linear", "t.txt", "-t", "y", "-o", "m.json", "--trajectory", "r.npz"])
    found = json.loads(CliRunner().invoke(main, [*line.split(), "--json"]).stdout)
    assert [key for key in found if f"`{key}`" not in PAGE and f'"{key}"' not in PAGE and key not in ("format",)] == []
