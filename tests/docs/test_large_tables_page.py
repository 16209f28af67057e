"""docs/use/large-tables.md is what happens: its Python runs, its commands print what it shows."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ROOT

from steepest.cli import main

PAGE = ROOT / "docs" / "use" / "large-tables.md"
TEXT = PAGE.read_text(encoding="utf-8")
NUMBER = re.compile(r"[-+]?(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
SIZE = re.compile(r"[\d.]+ (?:kB|MB)")  # of files, which depends on the version of pyarrow


def transcripts() -> list[tuple[str, str]]:
    """Pairs of a command and what the page shows below it."""
    found: list[tuple[str, str]] = []
    for block in re.findall(r"^```console\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL):
        parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)[1:]
        found += zip(parts[::2], parts[1::2], strict=True)
    return found


def numbers_and_words(text: str) -> tuple[list[float], str]:
    text = SIZE.sub("", text)
    return [float(n.replace(",", "")) for n in NUMBER.findall(text)], " ".join(NUMBER.sub("#", text).split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the Python of the page has run."""
    pytest.importorskip("pyarrow")
    path = tmp_path_factory.mktemp("large")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert tried >= 15
    assert failed == 0
    return path


def test_the_commands_print_what_the_page_shows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for command, shown in transcripts():
        done = CliRunner().invoke(main, shlex.split(command)[1:])
        assert done.exit_code == 0, (command, done.output)
        if shown:
            numbers, words = numbers_and_words(done.output)
            expected, text = numbers_and_words(shown)
            assert words == text, command
            assert numbers == pytest.approx(expected, rel=1e-6, abs=1e-4), command
    first, second = ((folder / name).read_text() for name in ("first.json", "second.json"))
    assert first == second
    assert not (folder / "fit.ckpt").exists()


def test_the_page_is_short_and_has_its_commands() -> None:
    assert TEXT.count("\n") <= 250
    assert len(transcripts()) >= 6
