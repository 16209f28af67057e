from __future__ import annotations

import json
import os
import pickle
import stat
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from conftest import ROOT

from steepest.core.errors import DataError, FileError, UsageError
from steepest.core.files import write_new
from steepest.data.csr import CSR
from steepest.solve.model import Model, is_model, predict, probability, read_model, write_model

SCHEMA = json.loads((ROOT / "docs" / "model.schema.json").read_text())
VERDICT = {"status": "converged", "message": "after 8 steps", "advice": None, "notes": []}
CERTIFICATE = {"gap": 1e-16, "kind": "decrement", "gradient_norm": None}
LINE = Model(
    "linear", "y", ("a", "b c"), (0.1, 1e-300), 1 / 3, None, "squared_error", {"seed": 0}, VERDICT, CERTIFICATE
)
CURVE = Model("logistic", "ja?", ("x",), (2.0,), -1.0, ("nein", "ja"), "log_loss", {}, VERDICT, CERTIFICATE)


@pytest.mark.parametrize("model", [LINE, CURVE, CURVE._replace(classes=(0.0, 1.0))])
def test_a_model_file_comes_back_bit_for_bit_and_keeps_to_the_schema(model: Model, tmp_path: Path) -> None:
    write_model(model, tmp_path / "m.json")
    assert read_model(tmp_path / "m.json") == model
    assert is_model(tmp_path / "m.json")
    jsonschema.validate(json.loads((tmp_path / "m.json").read_text()), SCHEMA)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def fields(**changes: Any) -> dict[str, Any]:
    whole = {"format": "steepest-model", "schema_version": 1, **LINE._asdict(), **changes}
    return {name: value for name, value in whole.items() if value != "leave out"}


BROKEN = {
    "version 2": fields(schema_version=2),
    "version true": fields(schema_version=True),
    "no version": fields(schema_version="leave out"),
    "another format": fields(format="pmml"),
    "no coef": fields(coef="leave out"),
    "an unknown field": fields(evil=1),
    "too few coefficients": fields(coef=[1.0]),
    "text as coefficient": fields(coef=["1", "2"]),
    "true as coefficient": fields(coef=[True, 1.0]),
    "a nested coefficient": fields(coef=[[1.0], 2.0]),
    "huge whole number": fields(intercept=10**400),
    "NaN": fields(intercept=float("nan")),
    "infinity": fields(coef=[float("inf"), 1.0]),
    "one name twice": fields(names=["a", "a"]),
    "no names": fields(names=[], coef=[]),
    "unknown kind": fields(kind="forest"),
    "classes of a line": fields(classes=["a", "b"]),
    "logistic without classes": fields(kind="logistic"),
    "three classes": fields(kind="logistic", classes=["a", "b", "c"]),
    "mixed classes": fields(kind="logistic", classes=["a", 1]),
    "settings as text": fields(settings="x"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_no_model_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps(BROKEN[name]))
    with pytest.raises(DataError, match="name a file that steepest fit -o wrote") as caught:
        read_model(path)
    assert "\n" not in str(caught.value)
    if name not in ("too few coefficients", "NaN", "infinity", "huge whole number"):  # beyond what a schema can say
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(BROKEN[name], SCHEMA)


GARBAGE = {
    "empty": b"",
    "truncated": json.dumps(fields()).encode()[:-20],
    "a list": b"[1, 2]",
    "not UTF-8": b'{"format": "\xff"}',
    "deeply nested": b'{"a":' * 100_000,
    "deep but closed": b'{"format": "steepest-model", "settings": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a key twice": b'{"format": "steepest-model", "format": "steepest-model"}',
    "overflow": json.dumps(fields()).replace("1e-300", "1e999").encode(),
    "endless digits": json.dumps(fields()).replace("1e-300", "9" * 5000).encode(),
    "a table": b"x y\n1 2\n",
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_bytes(GARBAGE[name])
    with pytest.raises(DataError, match=r"m\.json") as caught:
        read_model(path)
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)


class Evil:
    def __reduce__(self) -> Any:
        return os.mkdir, ("pickle-was-run",)


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_is_refused_and_not_run(protocol: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.json").write_bytes(pickle.dumps(Evil(), protocol))
    with pytest.raises(DataError):
        read_model("m.json")
    assert not Path("pickle-was-run").exists()


def test_a_directory_and_a_missing_file_are_file_errors(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.json"):
        assert not is_model(path)
        with pytest.raises(FileError):
            read_model(path)


def test_predictions_by_hand() -> None:
    X = np.array([[1.0, 2.0], [3.0, -4.0]])
    assert predict(LINE, X).tolist() == [0.1 + 1 / 3, 0.1 * 3.0 + 1 / 3]
    assert probability(CURVE, [[0.5], [1e6], [-1e6]]).tolist() == [0.5, 1.0, 0.0]
    assert predict(CURVE, [[0.0], [1.0]]).tolist() == ["nein", "ja"]


def test_sparse_rows_predict_as_dense_ones() -> None:
    sparse = CSR(np.array([2.0, 5.0]), np.array([0, 1]), np.array([0, 1, 1, 2]), 2)
    dense = np.array([[2.0, 0.0], [0.0, 0.0], [0.0, 5.0]])
    assert predict(LINE, sparse).tolist() == predict(LINE, dense).tolist()


def test_what_a_model_cannot_do_is_refused() -> None:
    with pytest.raises(UsageError, match="no probabilities"):
        probability(LINE, [[1.0, 2.0]])
    with pytest.raises(UsageError, match="takes 2 columns, not 1"):
        predict(LINE, [[1.0]])
    with pytest.raises(DataError, match="row 2: the prediction is too large"):
        predict(LINE._replace(coef=(1e300, 0.0)), [[1.0, 0.0], [1e300, 0.0]])


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text("mine")
    with pytest.raises(FileError, match="exists: add --force"):
        write_model(LINE, path)
    assert path.read_text() == "mine"
    path.chmod(0o640)
    write_model(LINE, path, force=True)
    assert read_model(path) == LINE
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_file_that_appears_while_writing_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "m.json"

    def write(file: Any) -> None:
        path.write_text("somebody else's")
        file.write(b"mine")

    with pytest.raises(FileError, match="exists"):
        write_new(path, write)
    assert path.read_text() == "somebody else's"
    assert names_in(tmp_path) == ["m.json"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), RuntimeError("x")])
def test_a_failed_write_leaves_nothing(error: BaseException, tmp_path: Path) -> None:
    def write(file: Any) -> None:
        file.write(b"half")
        raise error

    (tmp_path / "old").write_text("old")
    for name in ("new", "old"):
        with pytest.raises((FileError, KeyboardInterrupt, RuntimeError)):
            write_new(tmp_path / name, write, force=True)
    assert names_in(tmp_path) == ["old"]
    assert (tmp_path / "old").read_text() == "old"


def test_without_hard_links_the_name_is_taken_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    write_new(tmp_path / "a", lambda file: file.write(b"1"))
    assert (tmp_path / "a").read_bytes() == b"1"
    with pytest.raises(FileError, match="exists"):
        write_new(tmp_path / "a", lambda file: file.write(b"2"))
    assert names_in(tmp_path) == ["a"]


def test_places_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is a directory"):
        write_model(LINE, tmp_path)
    with pytest.raises(FileError, match="no folder 'none'"):
        write_model(LINE, tmp_path / "none" / "m.json")
    with pytest.raises(FileError, match="cannot be written"):
        write_model(LINE, "a\0b")


def test_a_device_is_written_to_and_stays() -> None:
    write_model(LINE, os.devnull)
    assert Path(os.devnull).is_char_device()
    with pytest.raises(FileError, match="no space left on device"):
        write_model(LINE, "/dev/full")
    assert Path("/dev/full").is_char_device()


def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_model(LINE, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert read_model(tmp_path / "target") == LINE
