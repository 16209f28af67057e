"""What stopped a new user: rows of the optimum, levels that the fit has not seen, remedies that must name something."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from steepest import held_out_rows
from steepest.cli import main

N = 60


@pytest.fixture(autouse=True)
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A town that only one held-out row has, and a column that is the sum of two others."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(8)
    a, b = rng.normal(size=(2, N)).round(3)
    town = rng.choice(["Rome", "Oslo"], N).astype(object)
    town[held_out_rows(N, 0.25)[0]] = "Bern"
    y = (a - b + rng.normal(size=N)).round(3)
    rows = zip(a, b, (a + b).round(3), town, y, strict=True)
    with Path("t.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("a", "b", "both", "town", "y"), *rows])


def run(line: str, status: int = 0) -> Result:
    result = CliRunner().invoke(main, line.split())
    assert result.exit_code == status, result.output
    return result


def test_a_summary_is_of_the_rows_that_the_fit_did_not_hold_out() -> None:
    run("fit linear t.csv -t y --drop both --test 0.25 -o m.json")
    found = json.loads(run("summary m.json t.csv --json").stdout)
    assert found["fit"]["rows"] == 45
    assert all(each["standard_error"] > 0 for each in found["coefficients"])
    drawn = run("plot coefficients m.json t.csv -o c.svg").stdout
    assert "95 % intervals" in drawn


def test_rows_with_an_unknown_level_are_predicted_and_drawn_with_a_warning() -> None:
    run("fit linear t.csv -t y --drop both --test 0.25 -o m.json")
    assert "--unknown other" in run("predict m.json t.csv", 3).stderr
    said = run("predict m.json t.csv --unknown other")
    assert len(said.stdout.splitlines()) == N + 1
    assert "town: 'Bern' in 1 row unknown to the fit" in said.stderr
    assert "'Bern' in 1 row" in run("plot residuals m.json t.csv --held-out -o r.svg").stderr


def test_the_columns_to_leave_out_are_named() -> None:
    run("fit linear t.csv -t y --drop town -o m.json")
    assert "leave one out, such as both" in run("summary m.json t.csv", 2).stderr
    run("fit linear t.csv -t y --drop town,both -o m.json --force")
    assert "both" not in run("summary m.json t.csv").stdout


@pytest.mark.parametrize("rows", ["--test 0.25", "--where a<0.5", "--missing drop"])
def test_clusters_are_those_of_the_rows_of_the_fit(rows: str) -> None:
    """The same summary as of a file that holds the rows of the fit alone."""
    text = Path("t.csv").read_text().splitlines()
    text[5] = f",{text[5].split(',', 1)[1]}" if "missing" in rows else text[5]
    Path("t.csv").write_text("\n".join(text) + "\n")
    held, a = held_out_rows(N, 0.25), [line.split(",")[0] for line in text[1:]]
    kept = {
        "--test 0.25": set(range(N)) - set(held.tolist()),
        "--where a<0.5": {i for i in range(N) if float(a[i] or 1) < 0.5},
    }
    chosen = kept.get(rows, set(range(N)) - {4})
    Path("part.csv").write_text("\n".join([text[0], *(text[i + 1] for i in sorted(chosen))]) + "\n")
    run(f"fit linear t.csv -t y -x a,b {rows} -o m.json")
    run("fit linear part.csv -t y -x a,b -o part.json")
    ours = json.loads(run("summary m.json t.csv --cluster town --json").stdout)
    theirs = json.loads(run("summary part.json part.csv --cluster town --json").stdout)
    assert ours["fit"]["rows"] == len(chosen)
    assert [c["standard_error"] for c in ours["coefficients"]] == [c["standard_error"] for c in theirs["coefficients"]]
