"""Text, dates and gaps on the command line: what is decided is printed, kept, and applied to other rows."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from steepest import held_out_rows
from steepest.cli import main
from steepest.solve.model import read_model

LEVELS = ["Fair", "a, b", 'say "x"', "k=v", "two\nlines", "😀" * 20, "-1", "=1+1"]


def run(*words, code=0):
    done = CliRunner().invoke(main, list(map(str, words)))
    assert done.exit_code == code, done.output
    return done


def rows(n=120, seed=0):
    rng = np.random.default_rng(seed)
    cut, carat = rng.choice(LEVELS, n), rng.uniform(0.2, 3, n).round(2)
    day = np.datetime64("2024-01-01") + rng.integers(0, 90, n)
    price = 100 * carat + 10 * (cut == "k=v") + rng.normal(size=n).round(3)
    return [
        {"id": i, "cut": c, "carat": x, "day": d, "price": p}
        for i, (c, x, d, p) in enumerate(zip(cut, carat, day, price, strict=True))
    ]


def write(path, found):
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, list(found[0]))
        out.writeheader()
        out.writerows(found)
    return path


@pytest.fixture
def gems(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return write(tmp_path / "gems.csv", rows())


def test_one_command_from_text_to_held_out_score(gems):
    fit = ["fit", "linear", gems, "-t", "price", "--drop", "id,day", "--test", "0.25", "--seed", "3", "-o", "m.json"]
    said = run(*fit).stdout
    assert "cut: 8 levels, compared with" in said
    found = json.loads(run(*fit, "--json", "--force").stdout)
    table = rows()
    held_out = held_out_rows(len(table), 0.25, seed=3)
    kept = np.setdiff1d(np.arange(len(table)), held_out)
    X = np.array([[row["cut"], row["carat"]] for row in table], object)
    y = np.array([row["price"] for row in table])
    encoder = make_column_transformer((OneHotEncoder(drop="first"), [0]), remainder="passthrough")
    theirs = make_pipeline(encoder, LinearRegression()).fit(X[kept], y[kept])
    score = r2_score(y[held_out], theirs.predict(X[held_out]))
    assert found["scores"]["held_out"]["r2"] == pytest.approx(score, abs=1e-9)
    again = json.loads(run("evaluate", "m.json", gems, "--held-out", "--json").stdout)
    assert again["measures"]["r2"] == found["scores"]["held_out"]["r2"]


def test_the_model_keeps_the_recipe_and_predict_applies_it(gems):
    run(
        *("fit", "linear", gems, "-t", "price", "--drop", "id", "--date", "day:days+month", "--min-count", "10"),
        *("--with", "carat^2, carat:cut", "-o", "m.json"),
    )
    model = read_model("m.json")
    assert model.encoding is not None
    assert {"cut=(other)", "day days", "carat^2", "carat:cut=k=v"} & set(model.names) >= {"day days", "carat^2"}
    mixed = [{"price": 0, **dict(reversed(row.items()))} for row in rows()]
    write(gems.parent / "mixed.csv", mixed)
    assert run("predict", "m.json", "mixed.csv").stdout == run("predict", "m.json", gems).stdout
    run("show", "m.json")
    damaged = json.loads((gems.parent / "m.json").read_text())
    damaged["encoding"]["rules"][0]["levels"].append("new")
    (gems.parent / "m.json").write_text(json.dumps(damaged))
    assert "damaged" in run("predict", "m.json", gems, code=3).stderr


def test_levels_that_the_fit_has_not_seen(gems):
    run("fit", "linear", gems, "-t", "price", "--drop", "id,day", "-o", "m.json")
    new = rows(3)
    new[1]["cut"] = "Royal"
    write(gems.parent / "new.csv", new)
    said = run("predict", "m.json", "new.csv", code=3).stderr
    assert "column 'cut': 'Royal' is not among the levels of the fit: correct it, or use --unknown other" in said
    said = run("evaluate", "m.json", "new.csv", "--unknown", "other").stdout
    assert "cut: 'Royal' in 1 row unknown to the fit, taken as the reference" in said


def test_gaps_by_each_policy(gems):
    table = rows()
    table[5]["carat"] = table[7]["cut"] = table[9]["carat"] = ""
    write(gems.parent / "gaps.csv", table)
    fit = ["fit", "linear", "gaps.csv", "-t", "price", "--drop", "id,day", "--force", "-o", "m.json"]
    said = run(*fit, code=3).stderr
    assert "gaps.csv, line" in said
    assert "column 'cut': missing value: remove the row or fill it in, or say --missing drop (or mean" in said
    said = run(*fit, "--missing", "drop").stdout
    assert "117 rows of gaps.csv" in said
    assert "3 rows of 120 have a missing value and are left out" in " ".join(said.split())
    assert "on 117 rows" in run("evaluate", "m.json", "gaps.csv").stdout
    assert "where the rows of the fit had none" in run("predict", "m.json", "gaps.csv", code=3).stderr
    said = run(*fit, "--missing", "indicator").stdout
    assert "carat: 2 missing, filled with the mean" in said
    assert len(run("predict", "m.json", "gaps.csv").stdout.splitlines()) == 121


def test_rows_by_a_condition_are_the_same_in_every_command(gems):
    fit = ["fit", "linear", gems, "-t", "price", "--drop", "id,day"]
    run(*fit, "--where", "carat < 2 and cut != Fair", "-o", "m.json")
    count = sum(row["carat"] < 2 and row["cut"] != "Fair" for row in rows())
    found = json.loads(run("summary", "m.json", gems, "--json").stdout)
    assert found["fit"]["rows"] == count
    assert "no row fulfils the condition" in run(*fit, "--where", "carat > 9", code=3).stderr
    assert "has no column 'size'" in run(*fit, "--where", "size > 9", code=2).stderr


def test_a_point_is_given_by_the_columns_of_the_file(gems):
    fit = ["fit", "linear", gems, "-t", "price", "--drop", "id,day", "--with", "carat^2"]
    found = json.loads(run(*fit, "--at", "cut=k=v,carat=1.5", "--json").stdout)
    assert found["at"]["point"] == {"cut": "k=v", "carat": 1.5}
    assert found["at"]["prediction"] == pytest.approx(160, abs=2)
    assert "--at cut=Royal: 'Royal' is not among the levels" in run(*fit, "--at", "cut=Royal,carat=1", code=2).stderr
    assert "--at: carat: 'big' is not a number" in run(*fit, "--at", "cut=Fair,carat=big", code=2).stderr


def test_dates_are_refused_with_remedies_that_work(gems):
    said = run("fit", "linear", gems, "-t", "price", "--drop", "id", code=3).stderr
    assert "looks like a date: read it with --date day, or as text with --categories day" in said
    run("fit", "linear", gems, "-t", "price", "--drop", "id", "--date", "day")
    assert "day: 6" in run("fit", "linear", gems, "-t", "price", "--drop", "id", "--categories", "day").stdout


def test_a_bad_column_option_is_one_line(gems):
    for words, code, said in (
        (["--categories", "colour"], 2, "no feature is called 'colour'"),
        (["--reference", "cut=Great"], 3, "the reference 'Great' is not a level: it has"),
        (["--reference", "cut"], 2, "'cut' is not COL=LEVEL"),
        (["--with", "carat^"], 2, "is not understood: write powers and products of columns"),
        (["--with", "cut^2"], 2, "'cut' has categories, which have no powers"),
        (["--drop", "colour"], 2, "no column 'colour'"),
        (["--where", "__import__('os')"], 2, "is not understood: write COLUMN < NUMBER"),
    ):
        done = run("fit", "linear", gems, "-t", "price", "--drop", "id", "--date", "day", *words, code=code)
        assert said in done.stderr, words
        assert len(done.stderr.splitlines()) == 1
