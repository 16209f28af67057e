"""The file that ``steepest lab`` writes: self-contained, under its own policy, and readable without scripts."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256

import numpy as np
import pytest
from click.testing import CliRunner

from lab.conftest import EIGHT
from steepest.cli import main
from steepest.lab.assets import asset
from steepest.lab.payload import Payload

PLANTED = [
    "</script><script>document.title='hit'</script>",
    "<img src=x onerror=\"document.title='hit'\">",
    "<!--<script>",
    "$x$ & \u2028\u2029 'a' \"b\" \\",
    "\u202eright to left\u202c \u6c17\u6e29",
    "n" * 300,
]


def payload_of(file):
    text = file.read_text(encoding="utf-8")
    return json.loads(re.search(r'<script type="application/json" id="payload">(.*?)</script>', text, re.DOTALL)[1])


def test_the_page_asks_for_nothing_and_says_nothing(page, lab_file):
    file = lab_file("-t", "y", table=EIGHT)
    page.open(file)
    assert page.requests == [file.as_uri()]
    assert page.messages == []


def test_the_page_is_at_most_200_000_bytes_without_its_table(lab_file):
    file = lab_file("-t", "y", table=EIGHT)
    assert len(file.read_bytes()) <= 200_000


def test_the_policy_is_none_but_for_three_hashes(lab_file):
    text = lab_file("-t", "y", table=EIGHT).read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
    script, unpack, style = (
        f"'sha256-{b64encode(sha256(asset(name).encode()).digest()).decode()}'"
        for name in ("lab.js", "unpack.js", "lab.css")
    )
    assert policy.split("; ") == [
        "default-src 'none'",
        f"script-src {script} {unpack}",
        f"style-src {style}",
        "img-src data: blob:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_a_script_that_is_not_the_pages_own_does_not_run(page, lab_file):
    file = lab_file("-t", "y", table=EIGHT)
    file.write_text(file.read_text(encoding="utf-8").replace("</body>", "<script>document.title='hit'</script></body>"))
    assert page.open(file).title() != "hit"
    assert any("Content Security Policy" in message for message in page.messages)


def test_hostile_names_stay_text(page, lab_file):
    header = ",".join('"{}"'.format(name.replace('"', '""')) for name in PLANTED)
    rows = "\n".join(",".join(str((i * 7 + j * 3) % 11) for j in range(len(PLANTED))) for i in range(12))
    file = lab_file("-t", PLANTED[0], table=f"{header}\n{rows}\n", name="a <b> & 'c'.csv")
    shown = page.open(file)
    assert "hit" not in shown.title()
    assert page.requests == [file.as_uri()]
    assert page.messages == []
    kept = json.loads(shown.locator("#payload").text_content())
    assert {column["name"] for column in kept["table"]["columns"]} == set(PLANTED)


@pytest.mark.parametrize("text", [*PLANTED, "\ud800", "\x00"])
def test_no_text_ends_the_element_that_holds_it(text):
    found = Payload("file", settings={"formula": text}).text()
    assert not re.search("[<>&\u2028\u2029\ud800-\udfff\x00]", found)
    assert json.loads(found)["settings"]["formula"] == text


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_number_that_is_not_finite_is_never_written(bad):
    with pytest.raises(ValueError, match="Out of range float values"):
        Payload("file", settings={"rate": bad}).text()


def test_columns_are_those_of_the_table(lab_file):
    held = payload_of(lab_file("-t", "y", "--rule", "plain,momentum:beta=0.5", "--learning-rate", "0.01", table=EIGHT))
    assert held["home"] == "file"
    assert held["table"] == {
        "name": "table.csv",
        "rows": 8,
        "columns": [
            {"name": "x", "values": [1, 3, 4, 5, 6, 7, 8, 10]},
            {"name": "y", "values": [4, 3, 7, 7, 8, 10, 8, 11]},
        ],
    }
    own = {"task": "table", "data": "own", "target": "y", "features": ["x"]}
    assert held["settings"] == {**own, "rules": ["plain", "momentum:beta=0.5"], "rate": 0.01}


def test_two_labels_are_classes(lab_file):
    held = payload_of(lab_file("-t", "y", table="x,y\n1,no\n2,yes\n3,no\n4,yes\n"))
    assert held["table"]["columns"][1] == {"name": "y", "values": [0, 1, 0, 1], "classes": ["no", "yes"]}
    assert held["settings"]["loss"] == "log_loss"


def test_a_target_of_0_and_1_is_classes_unless_a_loss_is_named(lab_file):
    table = "x,y\n1,0\n2,1\n3,0\n4,1\n"
    assert payload_of(lab_file("-t", "y", table=table))["settings"]["loss"] == "log_loss"
    assert payload_of(lab_file("-t", "y", "--loss", "mse", table=table))["settings"]["loss"] == "mse"


def test_a_misspelt_number_in_the_target_is_named_with_its_line(tmp_path):
    (tmp_path / "t.csv").write_text("x,y\n1,2\n2,3\n3,4o\n4,5\n")
    done = CliRunner().invoke(main, ["lab", str(tmp_path / "t.csv"), "-t", "y", "--no-open"])
    assert done.exit_code == 3
    assert "t.csv, line 4, column 'y': '4o' is not a number" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("t.csv", "-t", "y"), "3 classes, the page descends on two: choose rows with --where"),
        (("--lesson", "learning-rats"), "no lesson is called 'learning-rats': did you mean 'learning-rates'?"),
        (("--formula", "x**2", "--steps", "20001"), "a page takes 1 to 20,000 steps, not 20,001"),
    ],
)
def test_what_a_page_cannot_begin_with_is_refused_in_words(arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("x,y\n1,a\n2,b\n3,c\n4,a\n")
    done = CliRunner().invoke(main, ["lab", *arguments, "-o", "lab.html", "--no-open"])
    assert done.exit_code in (2, 3)
    assert words in done.output


def test_categories_and_conditions_are_those_of_fit(lab_file):
    table = "x,kind,y\n1,a,4\n3,b,3\n4,a,7\n50,b,7\n6,a,8\n7,b,10\n"
    held = payload_of(lab_file("-t", "y", "--where", "x < 10", table=table))
    assert held["settings"]["features"] == ["x", "kind=b"]
    assert held["table"]["rows"] == 5


def test_of_many_rows_a_sample_is_held_and_said(lab_file):
    x = np.arange(20_000)
    table = "x,y\n" + "\n".join(f"{a},{2 * a}" for a in x.tolist())
    held = payload_of(lab_file("-t", "y", table=table))["table"]
    values = np.array(held["columns"][0]["values"])
    assert (held["rows"], held["sampledFrom"]) == (5000, 20_000)
    assert len(np.unique(values)) == 5000
    assert (held["columns"][1]["values"] == 2 * values).all()
    again = payload_of(lab_file("-t", "y", table=table))["table"]
    assert held == again


def test_a_formula_and_a_lesson_need_no_table(lab_file):
    assert payload_of(lab_file("--formula", "x**4 - 3*x**2 + x"))["settings"] == {
        "task": "formula",
        "formula": "x**4 - 3*x**2 + x",
    }


def test_without_scripts_the_table_and_its_picture_remain(visit, lab_file):
    shown = visit(java_script_enabled=False).open(lab_file("-t", "y", table=EIGHT), ready=None)
    assert "8 rows" in shown.locator("noscript").inner_text()
    assert shown.locator("noscript svg circle").count() == 8
    assert shown.locator("noscript svg").bounding_box()["width"] == 480


@pytest.mark.usefixtures("built")
def test_a_page_without_o_is_written_to_a_folder_of_ones_own_and_opened(monkeypatch, tmp_path):
    import tempfile
    import webbrowser

    opened = []
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or True)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "t.csv").write_text(EIGHT)
    done = CliRunner().invoke(main, ["lab", str(tmp_path / "t.csv"), "-t", "y"])
    assert done.exit_code == 0, done.output
    folder = next(tmp_path.glob("steepest-lab-*"))
    assert opened == [(folder / "lab.html").as_uri()]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert str(folder / "lab.html") in done.stdout


def test_the_same_table_gives_the_same_bytes(lab_file):
    first, second = (lab_file("-t", "y", table=EIGHT, output=name).read_bytes() for name in ("a.html", "b.html"))
    assert first == second
