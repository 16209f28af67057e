"""The page of verdicts: its examples are what happens, and there is one of every status and of every sentence."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import warnings

import pytest
from conftest import ROOT
from docs.test_readme import numbers_and_words

from steepest.optimality.verdict import TABLE

PAGE = (ROOT / "docs" / "understand" / "verdicts.md").read_text(encoding="utf-8")
EXAMPLES = doctest.DocTestParser().get_examples(PAGE.replace("```", ""))
SENTENCES = (
    "There is no finite optimum", "has no minimum, because", "above its initial value", "the first step overflowed",
    "is above the stability limit,", "stability limit of the rule nesterov", "is within", "is the minimum",
    "local minimum", "saddle", "jump back and forth", "overshoots and comes back", "fluctuate and get no lower",
    "about", "at least", "do not come within", "lowered it by", "with a predicted decrease of", "is at most",
    "The condition number is", "with gradient norm", "schedule has run out",
)  # fmt: skip


@pytest.fixture(scope="module")
def printed():
    """What each example prints, run in turn."""
    names, texts = {}, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for example in EXAMPLES:
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(example.source, "verdicts.md", "exec"), names)
            texts.append(out.getvalue())
    return texts


def test_the_examples_are_what_happens(printed):
    for example, text in zip(EXAMPLES, printed, strict=True):
        (found, words), (shown, shown_words) = numbers_and_words(text), numbers_and_words(example.want)
        assert words == shown_words
        assert found == pytest.approx(shown, rel=1e-2, abs=1e-9)  # 1e-9: what is left at a minimum is rounding


def test_every_status_and_every_sentence_has_an_example(printed):
    headings = re.findall(r"^### (.+)$", PAGE, re.MULTILINE)
    assert headings == [row.status for row in TABLE]
    assert {text.split(" after")[0].split(":")[0].lower() for text in printed if text} == set(headings)
    assert not [sentence for sentence in SENTENCES if not any(sentence in text for text in printed)]
