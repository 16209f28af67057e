"""The page of verdicts has an example of every status and of every sentence; `test_pages_run` runs them."""

from __future__ import annotations

import doctest
import re

from conftest import ROOT

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


def test_every_status_and_every_sentence_has_an_example():
    printed = [" ".join(example.want.split()) for example in EXAMPLES]
    headings = re.findall(r"^### (.+)$", PAGE, re.MULTILINE)
    assert headings == [row.status for row in TABLE]
    assert {text.split(" after")[0].split(":")[0].lower() for text in printed if text} == set(headings)
    assert not [sentence for sentence in SENTENCES if not any(sentence in text for text in printed)]
