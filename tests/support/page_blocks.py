"""The blocks of a page: its Python as doctests, its commands with what they print, its pages of Jupyter cells apart."""

from __future__ import annotations

import doctest
import math
import re
import shlex
import warnings
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner

from steepest import DivergenceWarning, NotConvergedWarning, SeparationWarning
from steepest.cli import main

FENCE = re.compile(r"^ {0,3}(`{3,})([^\n]*)\n(.*?)^ {0,3}\1[ ]*$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"[-+]?(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
NOT_RUN = {  # not-run=WORD: why a block is only read
    "install": "installs packages",
    "server": "serves until it is stopped",
    "cluster": "needs machines of the reader's",
    "own-files": "names files of the reader's; its options are checked",
    "packages": "Python that needs packages which the tests do not install",
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
        return self._named("not-run")

    @property
    def file(self) -> str | None:
        """The file that a block of text is: the page tells its reader to save it."""
        return self._named("file")

    def _named(self, key: str) -> str | None:
        found = re.search(rf"{key}=(\S+)", self.mark)
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
    runner, names, count = doctest.DocTestRunner(Checker(), optionflags=FLAGS), {"__name__": "__main__"}, 0
    for number, block in enumerate(blocks_of(text)):
        if block.file is not None:
            Path(block.file).write_text(block.body, encoding="utf-8")
        if block.language == "python" and block.reason is None:
            count += _run_python(runner, block, names, number)
        elif block.language in ("sh", "console") and block.reason is None:
            count += sum(_run_command(command, shown) for command, shown in commands_of(block))
    return count


def _run_python(runner: doctest.DocTestRunner, block: Block, names: dict[str, Any], number: int) -> int:
    test = doctest.DocTestParser().get_doctest(block.body, names, f"block {number}", None, 0)
    assert test.examples, f"a block of python has no >>>: {block.body[:60]!r}"
    said: list[str] = []
    with warnings.catch_warnings():  # what a fit warns of goes to standard error, which a page does not show
        for category in (DivergenceWarning, NotConvergedWarning, SeparationWarning):
            warnings.simplefilter("ignore", category)
        failed, tried = runner.run(test, out=said.append, clear_globs=False)
    assert failed == 0, "".join(said)
    names.update(test.globs)
    return tried


def _run_command(command: str, shown: str) -> int:
    """One command; ``> FILE`` writes what it prints, and after a line ``...`` more is printed than is shown."""
    words, file = words_of(command), None
    if ">" in words:
        *words, _, file = words
    done = CliRunner().invoke(main, words)
    assert shown or done.exit_code == 0, (command, done.output)
    if file is not None:
        Path(file).write_text(done.stdout, encoding="utf-8")
    if shown:
        head, dots, _ = shown.partition("\n...\n")
        output = "\n".join(done.output.splitlines()[: head.count("\n") + 1]) if dots else done.output
        assert not difference(output, head), (command, difference(output, head))
    return 1


class Checker(doctest.OutputChecker):
    """Python prints what the page shows, to the last digit or with numbers that agree."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return super().check_output(want, got, optionflags) or not difference(got, want)


def difference(text: str, shown: str) -> str:
    """What a text has otherwise than the page shows it, whatever its line breaks; "" is nothing."""
    (found, words), (expected, words_shown) = numbers_and_words(text), numbers_and_words(shown)
    if words != words_shown:
        return f"the words are {words!r}, not {words_shown!r}"
    return ", ".join(f"{a}, not {b}" for a, b in zip(found, expected, strict=True) if not agree(a, b))


def agree(found: str, shown: str) -> bool:
    """Whether two numbers are the same to 1e-6, or to one unit of the last of four or more digits."""
    a, b = (float(number.replace(",", "")) for number in (found, shown))
    mantissa, _, exponent = shown.partition("e")
    digits = len(re.sub(r"\D", "", mantissa).lstrip("0"))
    last = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2])) if "." in mantissa and digits >= 4 else 0.0
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=max(1e-9, 1.001 * last))


def numbers_and_words(text: str) -> tuple[list[str], str]:
    """Numbers of a text, and the text with # in their places, however its lines are folded."""
    return NUMBER.findall(text), " ".join(NUMBER.sub("#", text).split())
