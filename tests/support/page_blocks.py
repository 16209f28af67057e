"""The blocks of a page: its Python as doctests, its commands with what they print, its pages of Jupyter cells apart."""

from __future__ import annotations

import doctest
import re
import shlex
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from steepest.cli import main

FENCE = re.compile(r"^ {0,3}(`{3,})([^\n]*)\n(.*?)^ {0,3}\1[ ]*$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"[-+]?(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
NOT_RUN = {  # sh not-run=WORD: why a block of commands is only read
    "install": "installs packages",
    "server": "serves until it is stopped",
    "cluster": "needs machines of the reader's",
    "own-files": "names files of the reader's; its options are checked",
    "spark": "needs Spark and Java; the tests with the marker spark run it",
    "other": "the command of another program",
}
WORDS = {"sh", "console", "python", "text", "json", "r", "R", "html", "latex", "toml", "csv"}


class Block(NamedTuple):
    """A fenced block: what stands behind the fence, and what stands inside."""

    mark: str
    body: str

    @property
    def language(self) -> str:
        return self.mark.split(" ")[0]

    @property
    def reason(self) -> str | None:
        """Why it is not run."""
        found = re.search(r"not-run=(\S+)", self.mark)
        return found[1] if found else None


def blocks_of(text: str) -> list[Block]:
    """All blocks of a page but the directives of the site."""
    return [Block(mark.strip(), body) for _, mark, body in FENCE.findall(text) if not mark.strip().startswith("{")]


def commands_of(block: Block) -> list[tuple[str, str]]:
    """Pairs of a command and what is printed below it; nothing is, in blocks of sh."""
    if block.language == "sh":
        lines = re.sub(r"\\\n\s*", " ", block.body).splitlines()
        return [(line.partition("  #")[0], "") for line in lines if line.strip() and not line.startswith("#")]
    parts = re.split(r"^\$ ((?:.*\\\n)*.*)\n", block.body, flags=re.MULTILINE)[1:]
    return [(re.sub(r"\\\n\s*", " ", command), shown) for command, shown in zip(parts[::2], parts[1::2], strict=True)]


def words_of(command: str) -> list[str]:
    """The arguments of a command of steepest; a page runs no other program."""
    words = shlex.split(command)
    assert words[0] == "steepest", f"a page runs steepest and no other program, not {command!r}"
    return words[1:]


def run_page(text: str) -> int:
    """Run the Python and the commands of a page in the present folder, in their order; how many there were."""
    runner, names, count = doctest.DocTestRunner(optionflags=FLAGS), {"__name__": "__main__"}, 0
    for block in blocks_of(text):
        if block.language == "python" and block.reason is None:
            count += _run_python(runner, block, names)
        elif block.language in ("sh", "console") and block.reason is None:
            count += sum(_run_command(command, shown) for command, shown in commands_of(block))
    return count


def _run_python(runner: doctest.DocTestRunner, block: Block, names: dict[str, Any]) -> int:
    test = doctest.DocTestParser().get_doctest(block.body, names, "page", None, 0)
    assert test.examples, f"a block of python has no >>>: {block.body[:60]!r}"
    said: list[str] = []
    failed, tried = runner.run(test, out=said.append, clear_globs=False)
    assert failed == 0, "".join(said)
    names.update(test.globs)
    return tried


def _run_command(command: str, shown: str) -> int:
    done = CliRunner().invoke(main, words_of(command))
    assert done.exit_code in ({0, 4, 1} if shown else {0}), (command, done.output)
    if shown:
        numbers, words = numbers_and_words(done.output)
        numbers_shown, words_shown = numbers_and_words(shown)
        assert words == words_shown, command
        assert numbers == pytest.approx(numbers_shown, rel=1e-6, abs=1e-9), command
    return 1


def numbers_and_words(text: str) -> tuple[list[float], str]:
    """Numbers of a text, and the text with # in their places, however its lines are folded."""
    return [float(n.replace(",", "")) for n in NUMBER.findall(text)], " ".join(NUMBER.sub("#", text).split())
