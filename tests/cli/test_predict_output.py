"""``predict -o``, ``--keep`` and ``--unknown``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from steepest.cli import main

TABLE = "id,colour,a,y\n007,red,1,3\n008,blue,2,5\n=1+1,red,3,4\n010,blue,4,9\n"
PREDICTED = ["2.25", "5.75", "4.750000000000001", "8.25"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(TABLE)
    Path("u.csv").write_text(TABLE.replace("red", "green"))
    run("fit linear t.csv -t y -x colour,a -o m.json")


def run(line: str, status: int = 0, text: str | None = None) -> Result:
    done = CliRunner().invoke(main, line.split(), input=text)
    assert done.exit_code == status, done.output
    return done


def test_columns_stand_before_the_predictions_as_they_are_spelled() -> None:
    rows = [row.split(",") for row in run("predict m.json t.csv --keep id,y").stdout.split()]
    assert rows[0] == ["id", "y", "prediction"]
    assert [row[:2] for row in rows[1:]] == [["007", "3"], ["008", "5"], ["'=1+1", "4"], ["010", "9"]]
    assert [float(row[2]) for row in rows[1:]] == pytest.approx(list(map(float, PREDICTED)))
    assert run("predict m.json - --keep id,y", text=TABLE).stdout.split() == [",".join(row) for row in rows]


def test_a_csv_file_is_what_is_printed() -> None:
    printed = run("predict m.json t.csv --keep id").stdout
    assert run("predict m.json t.csv --keep id -o o.csv").stdout == "wrote     o.csv   (4 rows)\n"
    assert Path("o.csv").read_text() == printed


def test_parquet_in_and_out() -> None:
    pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    pd = pytest.importorskip("pandas", reason="data frames are of pandas")
    frame = pd.read_csv("t.csv", dtype={"id": str})
    frame.to_parquet("t.parquet")
    run("predict m.json t.parquet --keep y,id -o o.parquet")
    found = pd.read_parquet("o.parquet")
    assert found.columns.tolist() == ["y", "id", "prediction"]
    assert found[["y", "id"]].to_numpy().tolist() == frame[["y", "id"]].to_numpy().tolist()
    assert found["y"].dtype == "int64"
    printed = run("predict m.json t.csv").stdout.split()[1:]
    assert found["prediction"].tolist() == list(map(float, printed))


def test_numbers_of_classes_are_numbers() -> None:
    pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    pd = pytest.importorskip("pandas", reason="data frames are of pandas")
    Path("c.csv").write_text("x,y\n1,0\n2,1\n3,0\n4,1\n5,1\n")
    run("fit logistic c.csv -t y --alpha 0.1 -o c.json")
    run("predict c.json c.csv -o o.parquet")
    assert pd.read_parquet("o.parquet")["prediction"].dtype == "int64"
    run("predict c.json c.csv --proba --keep y -o p.csv")
    assert Path("p.csv").read_text().startswith("y,probability_0,probability_1\n")


def test_no_file_is_overwritten_unless_asked() -> None:
    Path("o.csv").write_text("mine")
    assert "exists" in run("predict m.json t.csv -o o.csv", 1).output
    assert Path("o.csv").read_text() == "mine"
    run("predict m.json t.csv -o o.csv --force")
    assert Path("o.csv").read_text().startswith("prediction\n")
    assert "named twice" in run("predict m.json t.csv -o t.csv --force", 2).output
    assert Path("t.csv").read_text() == TABLE


def test_levels_the_fit_has_not_seen() -> None:
    assert "'green' is not among the levels of the fit" in run("predict m.json u.csv -o o.csv", 3).output
    assert not Path("o.csv").exists()
    done = run("predict m.json u.csv --unknown other")
    assert "'green' in 2 rows unknown to the fit" in done.stderr
    assert len(done.stdout.split()) == 5


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("-o o.txt", "end the name so"),
        ("--keep nothing", "has no column 'nothing'"),
        ("--keep prediction", "rename it in the file"),
    ],
)
def test_refusals(words: str, text: str) -> None:
    Path("t.csv").write_text(TABLE.replace("id,", "prediction,"))
    assert text in run(f"predict m.json t.csv {words}", 2).output


def test_one_object() -> None:
    found = json.loads(run("predict m.json t.csv --keep id -o o.csv --json").stdout)
    assert found["kept"] == {"id": ["007", "008", "=1+1", "010"]}
    assert found["files"] == ["o.csv"]
    assert len(found["prediction"]) == 4
