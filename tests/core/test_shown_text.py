"""Text is shown without orders to a terminal and without formulas for a spreadsheet."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steepest.core.errors import DataError, FileError, UsageError
from steepest.core.files import json_text
from steepest.core.shown_text import csv_cell, csv_text, visible

ORDERS = "\x00\x07\x08\x1b\x7f\x80\x85\x9b\x9d\r\n\t\u200b\u200e\u202a\u202e\u2028\u2029\u2066\u2069\ufeff\ud800"
texts = st.text(st.characters() | st.sampled_from(ORDERS) | st.sampled_from("=+-@'; \t\r\n\uff1dx1"), max_size=12)
EMBEDDINGS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
quick = settings(max_examples=400, deadline=None)


@pytest.mark.parametrize("c", ORDERS)
def test_characters_that_a_terminal_obeys_or_hides_are_written_as_escapes(c):
    assert visible(f"a{c}b").isprintable()
    assert visible(f"a{c}b").startswith("a\\")


@pytest.mark.parametrize(
    "text", ["größe, 20 °C", "a\\x1bb", "二", "\u0645\u06cc\u200c\u062e", "👩\u200d🚀", "1\u00a0000", "[bold]x[/]"]
)
def test_other_text_stays_as_it_is(text):
    assert visible(text) == text


@quick
@given(texts)
def test_no_control_character_is_left_and_what_is_shown_is_shown_the_same_again(text):
    shown = visible(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in shown)
    assert not any(unicodedata.bidirectional(c) in EMBEDDINGS for c in shown)
    assert visible(shown) == shown
    assert shown == text or not text.isprintable()


@quick
@given(texts)
def test_no_cell_begins_a_formula_wherever_a_spreadsheet_cuts_it_and_it_is_read_back_the_same(text):
    cell = csv_cell(text)
    pieces = cell.replace("\t", ";").replace("\r", ";").replace("\n", ";").split(";")
    assert not any(piece[:1] and piece[:1] in "=+-@\uff1d\uff0b\uff0d\uff20" for piece in pieces)
    assert csv_text(cell) == text
    if not set(text) & set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"):
        assert cell == text


@quick
@given(texts)
def test_json_is_read_back_the_same_and_is_inert(text):
    written = json_text({"value": text, "more": [text]})
    assert json.loads(written) == {"value": text, "more": [text]}
    assert visible(written, "\n") == written


@pytest.mark.parametrize("error", [DataError("a\x1b[2J"), UsageError("a\x1b[2J"), FileError("a\x1b[2J")])
def test_errors_are_inert(error):
    assert str(error) == "a\\x1b[2J"
