"""Tables that the page reads against Python's reader: the same columns, values, and place of what is refused."""

from __future__ import annotations

import base64
import random
from pathlib import Path

import numpy as np
import pytest
from conftest import DATA

from steepest.core.errors import DataError
from steepest.data.readers.cells import MISSING
from steepest.data.readers.columns import Wanted
from steepest.data.readers.content import Content
from steepest.data.readers.delimited import open_text
from steepest.data.readers.encoding import as_text
from steepest.data.readers.text_format import PLAIN
from steepest.data.samples import SAMPLES

from .typescript import run_each

READ = """
import { readColumns } from "./table/columns";
import { Fault, refusal } from "./table/fault";
import { linesOf } from "./table/read_table";
import { openSheet } from "./table/sheet";
import { textOf } from "./table/text_file";
function each([name, bytes]: [string, string]) {
  try {
    const lines = linesOf(textOf(Buffer.from(bytes, "base64"), name));
    const steps = readColumns(openSheet(lines, name.endsWith(".tsv") ? "\\t" : null));
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  } catch (error: any) { return { refused: (error instanceof Fault ? refusal(error, name) : error).message }; }
}
"""


def read_in_page(tables):
    """What the page reads of tables, pairs (name, bytes)."""
    return run_each(READ, [(name, base64.b64encode(data).decode()) for name, data in tables])


def read_in_python(name, data):
    """Columns of numbers and names of columns of text, or the place of what is refused."""
    try:
        form = PLAIN._replace(delimiter="\t" if name.endswith(".tsv") else None)
        sheet = open_text(as_text(Content(name, Path(name).suffix, data), None), form)
        names = [one for one in sheet.names if one not in sheet.row_names]
        wanted = [Wanted(one, text=one in sheet.text_names, gaps=one in sheet.text_names) for one in names]
        read = dict(zip(names, sheet.read(wanted), strict=True))
    except DataError as error:
        return {"line": error.line, "column": error.column, "problem": error.problem}
    numbers = {one: column for one, column in read.items() if one not in sheet.text_names}
    return {"numbers": numbers, "text": [one for one in names if one in sheet.text_names]}


def place_of(name, known):
    """How a message about a place in a file begins."""
    line = [] if known["line"] is None else [f"line {known['line']}"]
    column = [] if known["column"] is None else [f"column {known['column']!r}"]
    return ", ".join([name, *line, *column])


def differs(name, known, found):
    """What the page reads differently from Python; None if nothing."""
    refused = found.get("refused", "")
    if "problem" in known:  # the remedies name no options of the command line
        begins = f"{place_of(name, known)}: {known['problem'].split(': ')[0]}: "
        return None if refused.startswith(begins) else f"{begins} and {found}"
    if refused:
        return refused
    numbers = {one["name"]: one["values"] for one in found["columns"] if "classes" not in one}
    text = [one["name"] for one in found["columns"] if "classes" in one] + found["left"]
    if list(numbers) != list(known["numbers"]) or sorted(text) != sorted(known["text"]):
        return f"columns {list(known['numbers'])} {known['text']} and {list(numbers)} {text}"
    wrong = [one for one in numbers if not np.array_equal(numbers[one], known["numbers"][one])]
    return f"values of {wrong}" if wrong else None


def compared(tables):
    """The tables that the page reads differently, with what differs."""
    both = [
        (one, differs(one[0], read_in_python(*one), found))
        for one, found in zip(tables, read_in_page(tables), strict=True)
    ]
    return [(name, data[:200], said) for (name, data), said in both if said]


CELLS = ["1", "2.5", "-3e2", "0", ".5", "7.", "+1", " 4 ", "12", "1999", "2026"]
ODD = [
    "",
    "NA",
    "nan",
    "?",
    "inf",
    "1e999",
    "2,5",
    "1.250,5",
    "1,250",
    "0x10",
    "1_0",
    "abc",
    "yes",
    "no",
    "1 000",
    "-",
    "'",
    '"',
    "a b",
]
ODD += [
    "é",
    "気温",
    "<b>",
    "$x$",
    "#",
    "%",
    "=1+1",
    "'=1",
    "Unnamed: 0",
    "sep=;",
    "\u202e",
    "\u00a0",
    "2020-01-01",
    "12:30",
    "null",
    "a,b",
    "x;y",
]
NAMES = [
    "x",
    "y",
    "speed",
    "dist",
    "price in $",
    "<i>",
    "気温",
    "",
    "x",
    " a ",
    "1",
    "2",
    "0",
    "c1",
    "c2",
    "Unnamed: 0",
    "a b",
    'q"q',
    "n" * 300,
]


def table_text(rng):
    """The text of a small table, most of them plain, some broken."""
    width, height = rng.randrange(1, 5), rng.randrange(1, 9)
    d = rng.choice([",", ",", ";", "\t", " ", "  ", "|"])
    odd = rng.choice([0.0, 0.0, 0.02, 0.3])
    text = rng.randrange(width) if rng.random() < 0.3 else None
    rows = [[_cell(rng, odd, j == text) for j in range(width)] for _ in range(height)]
    if rng.random() < 0.7:
        named = rng.random() < 0.8
        rows[:0] = [[rng.choice(NAMES) if not named else f"{rng.choice('abcxyz')}{j}" for j in range(width)]]
    if rng.random() < 0.2:
        rows = [[str(i) if i else "", *row] for i, row in enumerate(rows)]
    style = rng.choice(["none", "none", "all", "text", "some"])
    lines = [d.join(_quoted(rng, cell, style, d) for cell in row) for row in rows]
    lines[:0] = rng.choice([[], [], [], ["# made in May"], ["# x y"], [f"sep={d}"], ["%a", "%b"], [""]])
    lines = [line + d * (rng.random() < 0.9) for line in lines] if rng.random() < 0.1 else lines
    if rng.random() < 0.1:
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(["", "# c", "1", '"', '"a" b', " ", "1,2,3", '"open']))
    return rng.choice(["\n", "\n", "\r\n", "\r"]).join(lines) + rng.choice(["", "\n", "\n\n"])


def _cell(rng, odd, text):
    if rng.random() < odd:
        return rng.choice(ODD)
    return rng.choice(["red", "blue"]) if text else rng.choice([*CELLS, f"{rng.gauss(0, 9):.6g}"])


def _quoted(rng, cell, style, d):
    number = cell.strip().replace(".", "").isdigit()
    if (
        style == "all"
        or (style == "text" and not number)
        or (style == "some" and rng.random() < 0.2)
        or d.strip() in cell
    ):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def test_three_thousand_small_tables_are_read_or_refused_alike():
    rng = random.Random(16)
    tables = [(rng.choice(["t.csv", "t.csv", "t.txt", "t.tsv"]), table_text(rng).encode()) for _ in range(3000)]
    assert not compared(tables)


def test_every_missing_value_of_python_is_one():
    cells = [spelled for cell in sorted(MISSING) for spelled in (cell, cell.upper(), f" {cell} ")]
    tables = [("t.csv", f"x,y\n1,2\n3,{cell}\n5,6\n".encode()) for cell in [*cells, "none", "n", "-", "na."]]
    assert all(read_in_python(*one)["line"] == 3 for one in tables)
    assert not compared(tables)


def test_every_shared_table_is_read_alike(shared):
    files = [path for path in sorted(shared().rglob("*")) if path.suffix in (".csv", ".txt", ".dat")]
    tables = [(path.name, path.read_bytes()) for path in files]
    assert len(tables) >= 20
    assert not compared(tables)


def test_every_table_of_the_tests_is_read_alike():
    tables = [(path.name, path.read_bytes()) for path in sorted(DATA.iterdir()) if path.suffix in (".csv", ".dat")]
    assert len(tables) >= 15
    assert not compared(tables)


HOSTILE_NAMES = [
    "<script>alert(1)</script>",
    "price in $ (net_of $tax)",
    "\u202ex",
    "a" * 300,
    "気温",
    "__proto__",
    "'=1+1",
    "&lt;",
]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " "])
def test_hostile_names_are_kept_as_python_keeps_them(delimiter):
    quoted = [f'"{name}"' for name in HOSTILE_NAMES]
    rows = [delimiter.join(f"{i * j + 0.5}" for i in range(len(quoted))) for j in range(3)]
    text = "\n".join([delimiter.join(quoted), *rows])
    assert not compared([("t.csv", text.encode())])


def test_labels_are_sorted_as_python_sorts_classes():
    pairs = [
        ("yes", "no"),
        ("b", "B"),
        ("ä", "z"),
        ("\U0001f600", "\uff5e"),
        ("a", "ab"),
        ("1a", "x"),
        ("é", "e\u0301"),
    ]
    tables = [("t.csv", f"x,label\n1,{a}\n2,{b}\n3,{a}\n".encode()) for a, b in pairs]
    for (a, b), found in zip(pairs, read_in_page(tables), strict=True):
        classes = np.unique([a, b, a]).tolist()
        label = found["columns"][1]
        assert label["classes"] == classes
        assert [classes[code] for code in label["values"]] == [a, b, a]


def test_samples_of_the_package_are_built_in_under_the_same_names():
    script = 'import { builtin } from "./table"; const each = (name: string) => builtin[name].table;'
    for name, found in zip(SAMPLES, run_each(script, list(SAMPLES)), strict=True):
        known = read_in_python("t.txt", SAMPLES[name].text.encode())["numbers"]
        assert {one["name"]: one["values"] for one in found["columns"]} == {n: v.tolist() for n, v in known.items()}


DROP = """([name, text]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "  "])
def test_a_dropped_file_has_the_columns_of_python(page, lab_file, delimiter):
    shown = page.open(lab_file())
    text = f'"a ""b"""{delimiter}<i>\r\n1{delimiter}2.5\r\n3{delimiter}-4e1\r\n5{delimiter}.5\r\n'
    known = read_in_python("own.csv", text.encode())["numbers"]
    shown.evaluate(DROP, ["own.csv", text])
    shown.wait_for_selector("[data-testid=data] option[value=own]", state="attached")
    objective = shown.evaluate("steepestLab.scene.objective.table")
    read = {one["name"]: one["values"] for one in [*objective["features"], objective["target"]]}
    assert read == {name: values.tolist() for name, values in known.items()}


def test_a_decimal_comma_in_a_dropped_file_is_refused_with_its_place(page, lab_file):
    shown = page.open(lab_file())
    shown.evaluate(DROP, ["own.csv", "x;y\n1;2\n3;4,5\n"])
    shown.get_by_text("own.csv, line 3, column 'y': '4,5' is not a number: write 4.5").wait_for()
    assert shown.locator("option[value=own]").count() == 0
