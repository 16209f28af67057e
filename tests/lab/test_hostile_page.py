"""Hostile texts in the page: each is shown as typed or refused in words, and none is ever obeyed."""

from __future__ import annotations

import csv
import io
import re
import time

import pytest

from steepest.lab.page import Page
from steepest.lab.payload import Payload

from .hostile import FILES, FORMULAS, LINKS, MARKUP, NAMES

NO_WORDS = re.compile(r"\b(NaN|Infinity|undefined)\b|\[object")  # of a page that computes
NO_LABELS = ("NaN", "null", "Infinity")  # gaps, and a number
LABELS = [name for name in NAMES if name not in NO_LABELS and len(name) <= 200]


class Watch:
    """A page with what must stay empty: dialogs, requests beside the file itself, messages, a flag that texts set."""

    def __init__(self, visit, file):
        self.visit, self.file, self.dialogs = visit(), file, []
        self.page = self.visit.page
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def open(self, fragment=""):
        self.page.goto("about:blank")
        self.visit.open(self.file, fragment)
        return self.page

    def until(self, condition, *given):
        """Wait for a condition of the page."""
        end = time.monotonic() + 20
        while not self.page.evaluate(condition, *given):
            assert time.monotonic() < end, f"never: {condition} {given}"
            self.page.wait_for_timeout(20)

    def drawn(self):
        """Wait for two frames."""
        for _ in range(2):
            self.page.evaluate("new Promise(requestAnimationFrame)")

    def check(self):
        """Nothing was obeyed."""
        assert self.page.evaluate("window.hit === undefined && Object.prototype.hit === undefined")
        assert self.dialogs == []
        assert self.visit.messages == []
        address = self.file.as_uri()
        assert {request.split("#")[0] for request in self.visit.requests} <= {address, "about:blank"}
        elements = (
            "document.querySelectorAll('iframe, img, a[href^=javascript], [onerror], [onload], body base').length"
        )
        assert self.page.evaluate(elements) == 0

    def words(self):
        """What is wrong, as the page says it."""
        return self.page.get_by_test_id("problem").text_content()


@pytest.fixture
def watch(visit):
    """Watches a page: ``watch(file)``."""
    return lambda file: Watch(visit, file)


def table(header, rows):
    """A CSV text."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow(header)
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def test_names_of_columns_are_shown_as_typed(watch, lab_file):
    rows = [[(7 * i + 3 * j * j) % 11 for j in range(len(NAMES))] for i in range(9)]
    page = watch(lab_file("-t", NAMES[0], table=table(NAMES, rows)))
    shown = page.open()
    for details in shown.locator("details").all():
        details.evaluate("details => { details.open = true; }")
    for i, name in enumerate(NAMES):
        shown.evaluate("([target, x]) => steepestLab.change({ target, features: [x] })", [name, NAMES[i - 1]])
        page.drawn()
        assert shown.evaluate("steepestLab.scene.objective.table.target.name") == name
        texts = shown.evaluate("[...document.querySelectorAll('option, th')].map(element => element.textContent)")
        assert texts.count(name) >= 2
    page.check()


def test_labels_of_classes_are_kept_as_typed(watch, lab_file):
    page = watch(lab_file())
    shown = page.open()
    for a, b in zip(LABELS, LABELS[1:] + LABELS[:1], strict=True):
        text = table(["x", a, "label"], [[1, 2, a], [2, 1, b], [3, 5, a], [4, 3, b]])
        file = {"name": f"{a[:40]}.csv", "mimeType": "text/csv", "buffer": text.encode()}
        shown.get_by_test_id("file").set_input_files(file)
        page.until(
            "classes => String(steepestLab.scene?.objective.table?.target.classes) === String(classes)", sorted([a, b])
        )
        assert shown.evaluate("steepestLab.scene.objective.table.target.values").count(1) == 2
    page.drawn()
    page.check()


@pytest.mark.parametrize("start", range(0, len(FORMULAS), 12))
def test_formulas_are_read_or_refused_in_words(watch, lab_file, start):
    page = watch(lab_file("--formula", "(x - 3)**2 + 2"))
    shown = page.open()
    for text in FORMULAS[start : start + 12]:
        shown.get_by_test_id("formula").fill(text)
        page.drawn()
        assert shown.get_by_test_id("formula").input_value() == text
        good = shown.evaluate("steepestLab.settings.formula") == text and not page.words()
        assert good or "formula" in page.words() or "function" in page.words(), text[:60]
        assert not NO_WORDS.search(shown.inner_text("body")), text[:60]
    page.check()


@pytest.mark.parametrize("start", range(0, len(LINKS), 12))
def test_links_change_what_can_be_used_and_nothing_else(watch, lab_file, start):
    page = watch(lab_file())
    for link in LINKS[start : start + 12]:
        shown = page.open(link)
        page.drawn()
        assert shown.evaluate("Object.values(steepestLab.settings).flat(2).every(v => !Number.isNaN(v))"), link[:60]
        assert not NO_WORDS.search(shown.inner_text("body")), link[:60]
        assert shown.evaluate("document.querySelector('#lab').childElementCount") > 1
        page.check()


def test_files_that_are_no_tables_are_refused_in_words(watch, lab_file):
    page = watch(lab_file())
    shown = page.open()
    for name, data in FILES:
        before = page.words()
        shown.get_by_test_id("file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
        page.until("before => document.querySelector('#problem').textContent !== before", before)
        assert page.words().startswith(f"{name}"), page.words()
        assert re.search(r"[a-z]{2,} .*[a-z]{2,}", page.words())
    page.check()


@pytest.mark.parametrize("text", MARKUP)
def test_what_a_file_brings_along_stays_text(watch, tmp_path, built, text):  # noqa: ARG001 - no page without it
    columns = [{"name": text, "values": [1, 2, 3]}, {"name": "y", "values": [0, 1, 1], "classes": [text, "b"]}]
    own = {"data": "own", "target": "y", "features": [text], "rules": ["plain", text], "loss": text, "schedule": text}
    settings = {**own, "formula": text, "lesson": text, "view": text, "race": [{"label": text, "rule": text}]}
    payload = Payload("file", {"name": text, "rows": 3, "columns": columns}, settings)
    file = tmp_path / "lab.html"
    file.write_text(Page(payload, text, "<p>none</p>").html(), encoding="utf-8")
    page = watch(file)
    shown = page.open()
    page.drawn()
    assert shown.title() == text
    assert shown.evaluate("[...document.querySelectorAll('option')].some(option => option.textContent.length > 0)")
    assert shown.evaluate("text => document.querySelector('[value=own]').textContent === text", text)
    page.check()


WIDE = "x,y\n" + "".join(f"{i}e5,{i}e9\n" for i in range(1, 30))
HUGE = "x,y\n" + "".join(f"{i}e150,{i}e160\n" for i in range(1, 9))


def test_a_table_of_large_numbers_begins_with_a_rate_that_settles(page, lab_file):
    opened = page.open(lab_file("-t", "y", table=WIDE))
    assert opened.get_attribute("[data-testid=verdict]", "data-status") != "diverged"
    assert page.messages == []


def test_numbers_whose_cost_overflows_are_refused_in_true_words(page, lab_file):
    opened = page.open(lab_file("-t", "y", table=HUGE))
    assert "so large that their cost overflows" in opened.inner_text("[data-testid=problem]")
    assert page.messages == []


def test_a_rule_that_is_not_on_the_page_leaves_the_readers_table(page, lab_file):
    opened = page.open(lab_file("-t", "y", table="x,y\n1,4\n3,3\n4,7\n"), "#data=own&target=y&rules=newton")
    words = "the rule newton is not on this page: it needs second derivatives of the cost"
    assert opened.inner_text("[data-testid=problem]") == words
    assert opened.evaluate("steepestLab.scene.objective.rows") == 3
    assert page.messages == []
