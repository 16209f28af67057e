"""Standard terms: words of a private dialect appear in no name, docstring, comment, message, page or help text."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from conftest import ROOT

from steepest.cli import main


# files that are still to be rewritten; to be emptied
class Word(NamedTuple):
    """A pattern of the dialect, the standard term, a text that it finds and one that it leaves alone."""

    pattern: str
    say: str
    found: str
    fine: str


WORDS = {
    "reading": Word(  # as a count of passes; the verb and a column of that name are fine
        r"\breadings\b|\b(a|another|each|one|per) reading\b|\breading of (all|the) (rows|table)",
        "pass over the data", "two readings of the table", "reading the table in blocks",
    ),
    "bend": Word(r"\b(un)?(bend(s|ing)?|bent)\b", "second derivative, curvature", "it bends down", "a bound"),
    "promise": Word(r"\bpromis\w*", "predicted decrease", "the fall that it promises", "the predicted decrease"),
    "price": Word(  # of a penalty or a method; a column called price is fine
        r"\b(at|for|pays?) (a|the) price\b|\bprices? on\b", "penalty weight, cost", "at the price of a pass", "-t price"
    ),
    "strength": Word(r"\bstrengths?\b", "penalty weight", "strength of the penalty", "the weight of the penalty"),
    "paid": Word(r"\b(paid|pays)\b", "penalty value, costs", "what is paid for a size", "pay attention"),
    "pull": Word(r"\bpull(s|ed|ing)?\b(?!-)", "subgradient, gradient", "a row pulls at it", "a pull-request"),
    "mass": Word(r"\bmass(es)?\b", "weight", "the mass of a row", "a massive table"),
    "doubt": Word(r"\b(doubts?|unsure)\b", "rounding bound", "a doubt is added", "a bound of the rounding is added"),
    "spare": Word(r"\bspare\b", "damping", "spare curvature", "a sparse table"),
    "way": Word(  # a method, or a direction; "in this way", "either way" and "by the way" are fine
        r"\b(automatic|best|better|cheapest|dear|fastest|own|several|shortest) ways?\b"
        r"|\bways? (down|of going|there|to (fit|go|the optimum))\b|\bon (its|the|their) way\b",
        "method, direction", "the cheapest way to the optimum", "an average computed in this way",
    ),
    "dear": Word(r"\bdear(er|est)?\b", "expensive", "it is dear", "expensive"),
    "kink": Word(r"\bkink\w*", "non-smooth", "a loss with kinks", "where the slope jumps"),
    "apart": Word(r"\bapart\b(?! from)", "separated, different", "the classes lie apart", "apart from rounding"),
    "form": Word(  # the value of a quadratic form; a formula's, paper's or step's form is fine
        r"\b(its|the) form (at|is known|there)\b", "quadratic form", "the form at w", "the form of the paper"
    ),
    "door": Word(r"\bdoors?\b", "check", "refused at the door", "refused by a check"),
    "rim": Word(r"\brims?\b", "estimator layer", "the two rims", "trimmed"),
    "kin": Word(r"\bkin\b", "family", "Adam and its kin", "a kind"),
    "held": Word(  # fixed coefficients, held-out rows; "held in memory" is fine
        r"\bheld (back|fixed|there)\b|\b(is|are|being|be|coefficients?|coordinates?|columns?) held\b(?! (in|out))"
        r"|\bhold(s|ing)? (a coefficient|back|rows)\b",
        "fixed, held-out", "columns that are held", "all rows are held in memory",
    ),
    "least": Word(r"\b(its|their) least\b", "the minimum", "0.2 above its least", "at least 3 rows"),
    "no small": Word(r"\bno small one\b", "large", "was no small one", "a large step"),
    "no number": Word(r"\b(is|are|was) no (finite )?number\b", "not finite", "it is no number", "it is not finite"),
    "nothing": Word(r"\b(as good as|counts as|what is) nothing\b", "zero", "it counts as nothing", "nothing is copied"),
    "less": Word(
        r"(?<!no )(?<!or )\bless (that|what|its|their|least)\b", "minus", "cost less its minimum", "less than"),
}  # fmt: skip

# parts of identifiers, between underscores and capitals; the dialect's other nouns are in WORDS
NAMES = re.compile(
    r"apart|bends?|bent|dear|doors?|doubts?|held|kin|kinks?|kinked|lost|mass|masses|paid|price|promised?|pull"
    r"|readings?|rims?|seen|spare|strengths?|unsure|ways?"
)
WHOLE_NAMES = ("into_ball", "given_up")

# word -> file -> why it stays; at most 10
EXCEPTIONS: dict[str, dict[str, str]] = {}


def tree(*patterns):
    found = {p.relative_to(ROOT).as_posix() for pattern in patterns for p in ROOT.glob(pattern)}
    return sorted(found)


SOURCES = tree("src/steepest/**/*.py", "examples/**/*.py", "benchmarks/*.py")
PAGES = tree("README.md", "CONTRIBUTING.md", "docs/**/*.md")


def texts(source):
    """Comments, docstrings and other strings of a file, each with its line."""
    middle = getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING, middle):
            yield token.start[0], token.string


def bound_names(source):
    """Names that a file defines or assigns, each with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id if isinstance(node, ast.Name) else node.attr


def parts(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("held_out", "").split("_")


def dialect(text, path):
    """The words of the dialect in a text, whatever its line breaks."""
    flat = re.sub(r"\s+(# )?", " ", text)
    for word, entry in WORDS.items():
        hit = re.search(entry.pattern, flat, re.IGNORECASE)
        if hit and path not in EXCEPTIONS.get(word, {}):
            yield f"{hit[0]!r}: say {entry.say}"


@pytest.mark.parametrize("word", WORDS)
def test_each_pattern_finds_the_dialect_and_leaves_plain_english_alone(word):
    entry = WORDS[word]
    assert re.search(entry.pattern, entry.found, re.IGNORECASE)
    assert not re.search(entry.pattern, entry.fine, re.IGNORECASE)


@pytest.mark.parametrize("path", SOURCES)
def test_docstrings_comments_and_messages_use_standard_terms(path):
    source = (ROOT / path).read_text(encoding="utf-8")
    assert not [f"{path}:{line}: {hit}" for line, text in texts(source) for hit in dialect(text, path)]


@pytest.mark.parametrize("path", SOURCES)
def test_names_use_standard_terms(path):
    names = bound_names((ROOT / path).read_text(encoding="utf-8"))
    allowed = [word for word, files in EXCEPTIONS.items() if path in files]
    wrong = [
        f"{path}:{line}: {name}"
        for line, name in names
        if name not in allowed and (name in WHOLE_NAMES or any(NAMES.fullmatch(part) for part in parts(name)))
    ]
    assert not wrong


@pytest.mark.parametrize("path", PAGES)
def test_pages_use_standard_terms(path):
    paragraphs = re.split(r"\n\s*\n", (ROOT / path).read_text(encoding="utf-8"))
    assert not [f"{path}: {hit}" for text in paragraphs for hit in dialect(text, path)]


@pytest.mark.parametrize("command", [None, *main.list_commands(None)])
def test_help_uses_standard_terms(command):
    shown = CliRunner().invoke(main, [*([command] if command else []), "--help"])
    assert shown.exit_code == 0
    assert not list(dialect(shown.output, f"steepest {command} --help"))


def test_exceptions_are_few_and_their_files_exist():
    places = [path for files in EXCEPTIONS.values() for path in files]
    assert len(places) <= 10
    assert all((ROOT / path).exists() for path in places)
