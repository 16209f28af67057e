"""Bad files and bad data: one line, the documented exit status, and nothing written."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from steepest.cli import main
from steepest.cli.actions import fit as fitting
from steepest.data.samples import sample

FILES = {
    "offsets.csv": "x,z,label\n1,1,a\n2,3,b\n3,2,c\n4,1,a\n",
    "zero.csv": "y,zero\n1,1\n2,0\n",
    "three.csv": "x,label\n1,a\n2,b\n3,c\n4,a\n",
    "one.csv": "x,label\n1,a\n2,a\n",
    "row.csv": "x,y\n1,2\n",
    "constant.csv": "x,c,y\n1,5,2\n2,5,4\n3,5,7\n",
    "header.csv": "x,y\n",
    "empty.csv": "",
    "hole.csv": "x,y\n1,2\n2,\n",
    "word.csv": "x,y\n1,2\ntwo,3\n",
    "endless.csv": "x,y\n1,2\n2,inf\n",
    "binary.csv": "x,y\n1,\0\n",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).write_text(text)
    Path("eight.txt").write_text(sample("eight"))
    Path("model.pickle").write_bytes(pickle.dumps({"coef": [1.0]}))
    return tmp_path


def run(line: str) -> Result:
    return CliRunner().invoke(main, line.split())


BAD_DATA = {
    "fit logistic eight.txt -t y": "are too many for classes: fit linear predicts a quantity",
    "fit linear zero.csv -t y --loss poisson --intercept-only --exposure zero": "exposure 0 is not above zero",
    "fit linear eight.txt -t y --offset x": "no column is left for the features",
    "limit eight.txt -t x,y": "no column is left for the features",
    "fit logistic one.csv -t label": "only one label (a)",
    "fit linear header.csv -t y": "no rows",
    "fit linear empty.csv -t y": "empty file",
    "fit linear hole.csv -t y": "hole.csv, line 3, column 'y'",
    "fit linear word.csv -t y": "word.csv, line 3, column 'x'",
    "fit linear endless.csv -t y": "endless.csv, line 3, column 'y'",
    "fit linear binary.csv -t y": "NUL byte",
    "fit linear model.pickle -t y": "pickle",
    "predict model.pickle eight.txt": "not a model file",
    "predict eight.txt eight.txt": "not a model file",
    "evaluate eight.txt eight.txt": "not a model file",
    "limit hole.csv -t y": "hole.csv, line 3, column 'y'",
}
BAD_NAMES = {
    "fit linear eight.txt -t nix": "no column 'nix'",
    "fit linear eight.txt": "Name it with -t",
    "fit logistic three.csv -t label --positive b": "--positive is for two classes, here are 3 (a, b, c)",
    "fit logistic three.csv -t label,x": "-t names 2 columns, but classes are in one",
    "fit logistic three.csv -t label --loss hinge": "here are 3: add --multi-class ovr, or leave --loss out",
    "fit logistic three.csv -t label --start 1,2": "--start is for one target or two classes, here are 3",
    "fit logistic three.csv -t label --multi-class ovr --trajectory r.npz": "leave --trajectory out",
    "fit logistic offsets.csv -t label --offset x": "an offset needs two classes, not 3",
    "fit linear eight.txt -t y --multi-class ovr": "it is for fit logistic",
    "fit linear eight.txt -t y --signs x=1": "is not COL=+ or COL=-",
    "fit linear eight.txt -t y --signs z=+": "--signs: no column is called 'z'",
    "fit linear eight.txt -t y --signs x=+,x=-": "'x' is given twice",
    "fit linear eight.txt -t y --penalty-factors x=2": "the penalty, which is 0: add --alpha A",
    "fit linear eight.txt -t y --alpha 1 --penalty-factors z=2": "--penalty-factors: no column is called 'z'",
    "fit linear eight.txt -t y --alpha 1 --penalty-factors x=-2": "must be a number >= 0, not -2.0",
    "fit linear eight.txt -t y --intercept-only --exposure x": "add --loss poisson, or take --offset",
    "fit linear eight.txt -t y -x x --intercept-only": "--intercept-only uses no column: leave -x out",
    "fit linear eight.txt -t y --no-intercept --intercept-only": "leave --no-intercept out",
    "fit linear eight.txt -t y,y": "column 'y' is asked for twice",
    "limit three.csv -t label --loss log_loss": "a loss of two classes, here are 3",
    "fit quadratic eight.txt -t y": "is not one of 'linear', 'logistic'",
    "fit linear": "Missing argument 'FILE...'",
    "fit linear eight.txt extra -t y": "unexpected extra argument",
    "fit logistic three.csv -t label -x nix": "no column 'nix'",
    "fit logistic good.csv -t label --positive c": "not a label of column 'label': it has a, b",
    "predict eight.txt": "Missing argument 'FILE...'",
    "show eight.txt": "by the end of the file's name",
    "nix": "No such command 'nix'",
    "--nix": "No such option '--nix'",
    "sample nix": "no sample is called 'nix'",
}
BAD_FILES = {
    "fit linear none.csv -t y": "no such file",
    "predict none.json eight.txt": "no such file",
    "show none.npz": "none.npz",
    "fit linear eight.txt -t y -o none/m.json": "no folder 'none'",
    "fit linear eight.txt -t y -o .": "is a directory",
    "fit linear eight.txt -t y -o row.csv": "row.csv exists: add --force to overwrite it",
    "fit linear eight.txt -t y --trajectory old.npz": "old.npz exists: add --force to overwrite it",
    "fit linear eight.txt -t y -o /dev/full": "no space left on device",
}
REFUSED = [
    (line, words, status)
    for status, table in ((3, BAD_DATA), (2, BAD_NAMES), (1, BAD_FILES))
    for line, words in table.items()
]


@pytest.mark.parametrize(("line", "words", "status"), REFUSED)
def test_refusals_are_one_line_and_leave_every_file_alone(line: str, words: str, status: int, folder: Path) -> None:
    Path("good.csv").write_text("x,label\n1,a\n2,b\n")
    Path("old.npz").write_bytes(b"old")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    result = run(line)
    assert result.exit_code == status, result.output
    assert words in result.stderr
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(("line", "words", "status"), REFUSED)
def test_refusals_as_objects(line: str, words: str, status: int) -> None:
    Path("good.csv").write_text("x,label\n1,a\n2,b\n")
    Path("old.npz").write_bytes(b"old")
    result = run(line + " --json")
    assert result.exit_code == status
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["schema_version"] == 1
    assert found["error"]["exit_code"] == status
    assert found["error"]["kind"] == {1: "file", 2: "usage", 3: "data"}[status]
    assert words in found["error"]["message"] or line == "--nix"
    assert result.stderr == ""


def test_an_existing_output_is_refused_before_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "fit", lambda *_, **__: pytest.fail("fitted first"))
    assert run("fit linear eight.txt -t y -o row.csv").exit_code == 1


def test_force_overwrites() -> None:
    assert run("fit linear eight.txt -t y -o row.csv --trajectory r.npz").exit_code == 1
    assert run("fit linear eight.txt -t y -o row.csv --trajectory r.npz --force").exit_code == 0
    assert json.loads(Path("row.csv").read_text())["format"] == "steepest-model"


def test_an_answer_whose_file_cannot_be_written_is_printed_all_the_same() -> None:
    result = run("fit linear eight.txt -t y -o /dev/full")
    assert result.exit_code == 1
    assert "0.8448275862" in result.stdout
    assert "wrote" not in result.stdout


def test_a_full_disk_leaves_nothing_half_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("steepest.core.files.os.fsync", full)
    before = sorted(folder.iterdir())
    for flag in ("-o m.json", "--trajectory r.npz"):
        result = run(f"fit linear eight.txt -t y {flag}")
        assert result.exit_code == 1
        assert "no space left on device" in result.stderr
    assert sorted(folder.iterdir()) == before


def test_one_row_and_a_constant_column_are_fitted() -> None:
    for name in ("row.csv", "constant.csv"):
        result = run(f"fit linear {name} -t y")
        assert result.exit_code == 0, result.output
    assert "Note: " in run("fit linear constant.csv -t y").stdout


def test_a_huge_rate_diverges_without_a_traceback() -> None:
    result = run("fit linear eight.txt -t y --learning-rate 1e308 --steps 3")
    assert result.exit_code == 4, result.output
    assert result.stderr == "warning: diverged\n"


def test_an_unexpected_error_is_one_line_unless_debugging(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr(fitting, "fit", broken)
    result = run("fit linear eight.txt -t y")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: internal error, ZeroDivisionError: two lines")
    assert json.loads(run("fit linear eight.txt -t y --json").stdout)["error"]["kind"] == "internal"
    monkeypatch.setenv("STEEPEST_DEBUG", "1")
    assert isinstance(run("fit linear eight.txt -t y").exception, ZeroDivisionError)


@pytest.mark.parametrize("error", [MemoryError(), RecursionError("deep")])
def test_exhausted_machines_are_one_line(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(fitting, "fit", exhausted)
    result = run("fit linear eight.txt -t y")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
