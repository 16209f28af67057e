"""Every page of docs/ runs as it stands: its Python, its commands, and what they print."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import pytest
from conftest import ROOT
from page_blocks import NOT_RUN, WORDS, Block, blocks_of, commands_of, difference, run_page, words_of

from steepest.cli import main
from steepest.data.samples import sample

DOCS = ROOT / "docs"
OWN = {  # pages whose tests need a cluster, a folder of files, or compare more
    "use/clusters.md",
    "use/large-tables.md",
    "develop/adding-a-rule.md",
}
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if "_build" not in page.parts]
RUN = [page for page in PAGES if page.relative_to(DOCS).as_posix() not in OWN]
BLOCKS = [(page, block) for page in PAGES for block in blocks_of(page.read_text(encoding="utf-8"))]
LONGEST = 250


def name_of(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = page.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BROWSER", "true")
    shutil.copy(ROOT / "examples" / "park.txt", tmp_path)
    (tmp_path / "eight.txt").write_text(sample("eight"), encoding="utf-8")
    ran = run_page(text)
    assert ran > 0 or not any(b.reason is None and b.language in ("python", "sh", "console") for b in blocks_of(text))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_page_is_short_and_its_blocks_are_named(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST
    for block in blocks_of(text):
        assert block.language in WORDS, f"{name_of(page)}: a block of {block.mark!r}"
        assert block.reason is None or block.reason in NOT_RUN, f"{name_of(page)}: {block.reason!r} is no reason"


def unknown_options(block: Block) -> list[str]:
    """Commands of a block that is only read, and the options in them that do not exist."""
    wrong = []
    for command, _ in commands_of(block):
        name, *words = words_of(command)
        found = main.get_command(click.Context(main), name)
        assert found is not None, command
        known = {option for parameter in found.params for option in (*parameter.opts, *parameter.secondary_opts)}
        wrong += [
            f"{word} of {command}" for word in words if word.startswith("--") and word.partition("=")[0] not in known
        ]
    return wrong


def test_commands_that_are_not_run_have_options_that_exist() -> None:
    read_only = [(page, block) for page, block in BLOCKS if block.reason in ("own-files", "cluster", "server")]
    commands = [(name_of(page), block) for page, block in read_only if block.language == "sh"]
    assert [(page, wrong) for page, block in commands if (wrong := unknown_options(block))] == []
    assert unknown_options(Block("sh not-run=own-files", "steepest fit linear a.csv -t y --speed 3\n")) != []


@pytest.mark.parametrize(
    ("text", "shown", "same"),
    [
        ("cost 0.52291", "cost 0.52292", True),  # one unit of the last digit
        ("cost 0.52291", "cost 0.52293", False),
        ("cost 0.5", "cost 0.6", False),
        ("14 rows", "15 rows", False),
        ("cost 1,234.5 after\n3 steps", "cost 1,234.5\nafter 3 steps", True),
        ("cost 1.5", "costs 1.5", False),
        ("gap 6.322e+12", "gap 6.322e+13", False),
        ("gap 5.6e-16", "gap 3.1e-16", True),  # rounding
    ],
)
def test_what_a_page_shows_otherwise_is_found(text: str, shown: str, same: bool) -> None:
    assert (difference(text, shown) == "") is same


def test_a_page_saves_its_files_and_shows_the_first_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = "```text file=a.txt\nx y\n1 2\n2 5\n4 6\n```\n```console\n$ steepest sample eight > b.txt\n"
    page += "$ steepest fit linear a.txt -t y\nlinear regression: y by x   (3 rows of a.txt)\n...\n```\n"
    assert run_page(page) == 2
    assert (tmp_path / "b.txt").read_text() == sample("eight")
    with pytest.raises(AssertionError, match="14"):
        run_page(page.replace("(3 rows", "(14 rows"))
