"""Names, labels and texts that would give a terminal orders, or that a spreadsheet would run, come out inert."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from steepest import GDRegressor, Trajectory, minimize, read_table
from steepest.cli import main
from steepest.core.shown_text import visible
from steepest.solve.model import Model, write_model

TERMINAL = [
    "\x1b]0;title\x07", "\x1b[2J\x1b[H", "\x1b[8mhidden", "\x1b[31mred", "\x1b[6n", "\x1bc", "\x1b]8;;http://a\x07link",
    "\x1bP+q544e\x1b\\", "\x1b[?1049h", "\x9b2J", "\x9d0;title\x9c", "\x90q\x9c", "a\rb", "a\x08\x08b", "\x07", "\x7f",
    "\u202etxt.exe", "\u2066a\u2069", "a\u2028b\u2029c", "\x85next", "\x0e\x0f", "[bold]x[/]\x1b[1m", "\ufeffa\u200bb",
]  # fmt: skip
SHEET = [
    "=1+1", "=cmd|'/c calc'!A0", "+1+cmd", "-2+3", "@SUM(1)", '=HYPERLINK("http://a","x")', "\t=1", "a;=1+1", "a\t=1",
    "=IMPORTXML(A1)", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20a", "'=1", "''=1", "=1;=2;+3", "@", "=", "-x", "+x",
    "=a,b", '="a"',
]  # fmt: skip
REMEDY = {"words": "{}", "setting": "{}", "value": "{}"}
VERDICT = {"status": "{}", "message": "{}", "advice": "{}", "notes": ["{}"], "remedies": [REMEDY]}
SETTINGS = ("loss_formula", "rule", "learning_rate", "sampling", "average", "estimate")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), color=True)


def inert(text: str) -> None:
    """Nothing is left that a terminal obeys, but the colours of our own verdicts."""
    for colour in ("\x1b[33m\x1b[1m", "\x1b[32m\x1b[1m", "\x1b[31m\x1b[1m", "\x1b[0m"):
        text = text.replace(colour, "")
    assert visible(text, "\n") == text


def begins_formula(cell: str) -> bool:
    """Whether a spreadsheet would run the cell, or a part of it, whatever it takes for a separator."""
    begins = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    return any(piece.startswith(begins) for piece in cell.replace("\t", ";").replace("\r", ";").split(";"))


def filled(value: object, payload: str) -> object:
    return json.loads(json.dumps(value).replace('"{}"', json.dumps(payload)))


def hostile_model(payload: str, classes: tuple[str, str] | None = None) -> Model:
    settings = {**dict.fromkeys(SETTINGS, payload), "batch_size": 2}
    kind = "linear" if classes is None else "logistic"
    verdict = filled(VERDICT, payload)
    assert isinstance(verdict, dict)
    return Model(
        kind,
        (payload,),
        ("x", f"{payload} 2"),
        ((1.0, 2.0),),
        (0.0,),
        classes,
        payload,
        settings,
        verdict,
        {"kind": payload},
    )


@pytest.mark.parametrize("payload", [*TERMINAL, *SHEET])
def test_a_hostile_model_file_is_shown_inert(payload: str) -> None:
    write_model(hostile_model(payload), "m.json")
    write_model(hostile_model(payload, (payload, "b")), "c.json")
    Path("t.csv").write_text("x,y\n1,2\n")
    for words in (["show", "m.json"], ["show", "c.json"], ["show", "m.json", "--json"], ["predict", "m.json", "t.csv"]):
        done = call(*words)
        inert(done.stdout)
        inert(done.stderr)
        assert "internal error" not in done.output
    assert visible(payload)[:20] in call("show", "c.json").stdout


@pytest.mark.parametrize("payload", [*TERMINAL, *SHEET])
def test_a_hostile_run_is_shown_inert(payload: str) -> None:
    X = np.arange(8.0).reshape(4, 2) ** 2
    path = GDRegressor(learning_rate=1e-3, max_iter=5, tol=None).fit(X, X[:, 0]).trajectory_
    verdict = filled(VERDICT, payload)
    assert path.verdict is not None
    assert isinstance(verdict, dict)
    meta = {**path.meta, **dict.fromkeys(SETTINGS, payload), "batch_size": 2, "note": payload}
    hostile = replace(path, names=(payload, "b"), meta=meta, verdict=type(path.verdict).from_dict(verdict))
    for name in ("r.npz", "r.json", "r.parquet", "r.csv"):
        hostile.save(name)
    for name in ("r.npz", "r.json", "r.parquet"):
        done = call("show", name)
        inert(done.stdout)
        assert visible(payload)[:20] in done.stdout
    inert(call("show", "r.npz", "--json").stdout)
    again = Trajectory.load("r.parquet")
    for text in (repr(again), str(again.verdict), again._repr_html_()):
        inert(text)


@pytest.mark.parametrize("payload", SHEET)
def test_no_cell_of_a_csv_is_run_and_the_names_are_read_back(payload: str) -> None:
    name = payload.strip()
    path = replace(minimize("x**2 + y", (3, 1), bounds={"y": (0, 1)}, rule="plain"), names=(name, "b"))
    path.save("r.csv")
    header = next(csv.reader(io.StringIO(Path("r.csv").read_text(encoding="utf-8"))))
    assert not any(map(begins_formula, header))
    assert read_table("r.csv").names == tuple(path.table())


@pytest.mark.parametrize("payload", SHEET)
def test_no_label_that_is_predicted_is_run(payload: str) -> None:
    label = payload.strip()
    write_model(Model("logistic", ("y",), ("x",), ((1.0,),), (0.0,), (label, "b"), "log_loss", {}, {}, {}), "m.json")
    Path("t.csv").write_text("x\n-1\n1\n")
    for words in ([], ["--proba"]):
        rows = list(csv.reader(io.StringIO(call("predict", "m.json", "t.csv", *words).stdout)))
        texts = [cell for row in (rows[:1] if words else rows) for cell in row]
        assert len(rows) == 3
        assert not any(map(begins_formula, texts))


def test_numbers_in_a_csv_stay_numbers() -> None:
    write_model(Model("linear", ("y",), ("x",), ((-2.5,),), (-1.0,), None, "mse", {}, {}, {}), "m.json")
    write_model(Model("logistic", ("y",), ("x",), ((1.0,),), (0.0,), (-1.0, 1.0), "log_loss", {}, {}, {}), "c.json")
    Path("t.csv").write_text("x\n-1\n1\n")
    assert call("predict", "m.json", "t.csv").stdout == "prediction\n1.5\n-3.5\n"
    assert call("predict", "c.json", "t.csv").stdout == "prediction\n-1\n1\n"


@pytest.mark.parametrize("payload", TERMINAL)
def test_tables_formulas_and_arguments_are_told_inert(payload: str) -> None:
    name = payload.replace("\r", "") or "x"
    with Path("t.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow([f"a{name}", f"b{name}", f"y{name}"])
        rows.writerows([[1, 1, f"p{name}"], [1, 2, f"q{name}"], [1, 3, f"q{name}"], [1, 4, f"p{name}"]])
    target = f"y{name}"
    for words in (
        ["fit", "logistic", "t.csv", "-t", target],
        ["fit", "linear", "t.csv", "-t", target],
        ["fit", "linear", "t.csv", "-t", payload],
        ["fit", "logistic", "t.csv", "-t", target, "--positive", payload],
        ["fit", "linear", payload, "-t", "y"],
        ["fit", payload, "t.csv"],
        ["fit", "linear", "t.csv", "--rule", payload],
        ["fit", "linear", "t.csv", f"--{payload}"],
        ["compare", "logistic", "t.csv", "-t", target, "--vary", f"rule=plain,{payload}"],
        ["minimize", f"x + {payload}", "--start", "1"],
        ["show", payload],
        ["plot", payload, "-o", "p.svg"],
        ["sample", payload],
        [payload],
    ):
        done = call(*words)
        inert(done.stdout)
        inert(done.stderr)
        assert "internal error" not in done.output
        if done.exit_code not in (0, 4):
            assert done.stderr.count("\n") == 1
