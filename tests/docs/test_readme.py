"""What the README shows is what happens: its transcripts, its two commands, its figures, the pinned versions."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from importlib import import_module

import pytest
from conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

NUMBER = re.compile(r"[-+]?(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
FIGURE = re.compile(r"(\S+)<!-- RESULTS: (.+?) -->")  # 5.2x<!-- RESULTS: words of one row of benchmarks/RESULTS.md -->
PROGRAM = "from steepest.cli import main; main()"


def fenced(mark):
    """Bodies of the fenced blocks whose opening line is ```mark."""
    return re.findall(rf"^```{re.escape(mark)}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def transcripts():
    """Pairs of a command and what a terminal showed after it; a line that ends in a backslash goes on."""
    found = []
    for block in fenced("console"):
        parts = re.split(r"^\$ ((?:.*\\\n)*.*)\n", block, flags=re.MULTILINE)[1:]
        found += zip(parts[::2], parts[1::2], strict=True)
    return found


def numbers_and_words(text):
    """Numbers of a text, and the text with # in their places, however its lines are folded."""
    numbers = [float(n.replace(",", "")) for n in NUMBER.findall(text)]
    return numbers, " ".join(NUMBER.sub("#", text).split())


@pytest.mark.parametrize(("command", "shown"), transcripts(), ids=[c.split("\n")[0] for c, _ in transcripts()])
def test_transcript_is_what_the_command_prints(command, shown):
    words = command.replace("\\\n", " ").split()
    assert words[0] == "steepest"
    call = [sys.executable, "-c", PROGRAM, *words[1:]]
    done = subprocess.run(call, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    numbers, text = numbers_and_words(done.stdout)
    numbers_shown, text_shown = numbers_and_words(shown)
    assert text == text_shown
    assert numbers == pytest.approx(numbers_shown, rel=1e-6, abs=1e-9)  # the last digits are the machine's own


def test_readme_shows_the_textbook_and_the_automatic_mode():
    commands = [c for c, _ in transcripts()]
    assert any("--learning-rate 0.001" in c for c in commands)
    assert any("--learning-rate" not in c and "-t visitors" in c for c in commands)


def test_formula_is_the_one_in_the_source():
    (formula,) = fenced("text")
    docstring = import_module("steepest.descent.descent").__doc__
    assert [line for line in formula.splitlines() if line.strip() not in docstring] == []


@pytest.mark.parametrize("mark", ["sh ci=job", "sh ci=tests"])
def test_each_command_is_one_line_that_sets_itself_up(mark):
    (block,) = fenced(mark)
    (line,) = block.splitlines()
    assert line.startswith("python3 -m venv .venv")
    assert "-c constraints.txt" in line


def test_pinned_versions_are_names_and_versions_only():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9a-z.]*", line)] == []
    assert lines == sorted(lines, key=str.lower)


def test_every_dependency_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    names = {plain_name(re.match(r"[\w.-]+", d)[0]) for d in asked} - {"steepest"}
    pinned = {plain_name(line.split("==")[0]) for line in (ROOT / "constraints.txt").read_text().splitlines()}
    assert names - pinned == set()


def plain_name(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def unsupported(page, results):
    """Figures of a page that the named row of the results does not hold."""
    rows = results.splitlines()
    return [
        f"{figure} ({row})"
        for figure, row in FIGURE.findall(page)
        if not any(row in line and re.search(rf"(?<![\w.]){re.escape(figure)}(?![\w.])", line) for line in rows)
    ]


@pytest.mark.skipif(not RESULTS.exists(), reason="no benchmark has been run")
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_quoted_figures_stand_in_the_results(page):
    assert unsupported(page.read_text(encoding="utf-8"), RESULTS.read_text(encoding="utf-8")) == []


def test_figure_that_was_not_measured_is_found():
    results = "| row | ratio |\n| --- | --- |\n| epoch of batch 1 | 5.2x |\n| full pass | 0.81 |\n"
    page = "An epoch is 5.2x<!-- RESULTS: epoch of batch 1 --> faster, {}<!-- RESULTS: full pass -->."
    assert unsupported(page.format("0.81"), results) == []
    assert unsupported(page.format("0.8"), results) == ["0.8 (full pass)"]
    assert unsupported(page.format("5.2x"), results) == ["5.2x (full pass)"]


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text)
    assert [t for t in targets if not (page.parent / t).exists()] == []


@pytest.mark.skipif(os.name != "posix", reason="bash")
def test_ci_run_is_valid_and_executable():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
