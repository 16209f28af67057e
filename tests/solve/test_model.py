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

from steepest.core.checksum import BLANK, sealed
from steepest.core.errors import DataError, FileError, UsageError
from steepest.core.files import write_new
from steepest.data.csr import CSR
from steepest.solve.model import Model, is_model, predict, probability, read_model, write_model

SCHEMA = json.loads((ROOT / "docs" / "reference" / "model.schema.json").read_text())
VERDICT = {"status": "converged", "message": "after 8 steps", "advice": None, "notes": []}
CERTIFICATE = {"gap": 1e-16, "kind": "decrement", "gradient_norm": None}
LINE = Model(
    "linear", ("y",), ("a", "b c"), ((0.1, 1e-300),), (1 / 3,), None, "squared_error", {"seed": 0}, VERDICT, CERTIFICATE
)
CURVE = Model("logistic", ("ja?",), ("x",), ((2.0,),), (-1.0,), ("nein", "ja"), "log_loss", {}, VERDICT, CERTIFICATE)
PAIR = LINE._replace(targets=("y", "z"), coef=((1.0, 2.0), (1.0, 0.0)), intercept=(0.5, -1.0))
THREE = Model(
    "logistic",
    ("species",),
    ("a", "b"),
    ((0.5, -1.0), (0.25, 2.0), (-1.0, 0.125)),
    (0.5, 0.0, -0.5),
    ("x", "y", "z"),
    "log_loss",
    {},
    VERDICT,
    CERTIFICATE,
    "softmax",
)
NEW: dict[str, Any] = {"multi_class": None, "offset": None, "exposure": None}


@pytest.mark.parametrize("model", [LINE, CURVE, CURVE._replace(classes=(0.0, 1.0))])
def test_a_model_file_comes_back_bit_for_bit_and_keeps_to_the_schema(model: Model, tmp_path: Path) -> None:
    write_model(model, tmp_path / "m.json")
    assert read_model(tmp_path / "m.json") == model
    assert is_model(tmp_path / "m.json")
    jsonschema.validate(json.loads((tmp_path / "m.json").read_text()), SCHEMA)


@pytest.mark.parametrize("name", ["model_v1_linear", "model_v1_logistic", "model_v2_linear", "model_v2_logistic"])
def test_files_of_versions_1_and_2_are_read(name: str) -> None:
    path = Path(__file__).parents[1] / "data" / f"{name}.json"
    body = json.loads(path.read_text())
    jsonschema.validate(body, SCHEMA)
    found = read_model(path)
    assert {key: value for key, value in found._asdict().items() if key in ("kind", "settings", "verdict")} == {
        key: body[key] for key in ("kind", "settings", "verdict")
    }
    assert (found.targets, list(found.names), list(found.coef[0])) == ((body["target"],), body["names"], body["coef"])
    assert (found.intercept, found.multi_class, found.offset) == ((body["intercept"],), None, None)
    x = np.arange(1.0, len(found.names) + 1)
    z = float(x @ body["coef"] + body["intercept"])
    p = 1 / (1 + np.exp(-z))
    expected = z if found.classes is None else p
    assert (predict if found.classes is None else probability)(found, [x])[0] == pytest.approx(expected, rel=1e-13)


OUTPUTS = {"several targets": PAIR, "softmax": THREE, "ovr": THREE._replace(multi_class="ovr")}
SHAPES = {
    "targets of one name": (PAIR, {"target": ["a", "a"]}),
    "more targets than outputs": (PAIR, {"target": ["a", "b", "c"]}),
    "a nested output that is one": (LINE, {"coef": [[0.1, 1e-300]], "intercept": [1.0]}),
    "a missing intercept": (PAIR, {"intercept": [1.0]}),
    "one intercept": (PAIR, {"intercept": 1.0}),
    "a short output": (PAIR, {"coef": [[1.0, 2.0], [1.0]]}),
    "an output too many": (PAIR, {"coef": [[1.0, 2.0]] * 3}),
    "a flat output": (PAIR, {"coef": [1.0, 2.0]}),
    "a class too many": (THREE, {"classes": ["a", "b", "c", "d"]}),
    "no words on classes": (THREE, {"multi_class": None}),
    "other words on classes": (THREE, {"multi_class": "trees"}),
    "words on two classes": (CURVE, {"multi_class": "ovr"}),
    "words on numbers": (PAIR, {"multi_class": "ovr"}),
    "classes of several targets": (PAIR, {"kind": "logistic", "classes": ["a", "b"]}),
    "an offset that is no name": (LINE, {"offset": 1.0}),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_models_of_several_outputs_come_back_bit_for_bit(name: str, tmp_path: Path) -> None:
    model = OUTPUTS[name]
    write_model(model, tmp_path / "m.json")
    body = json.loads((tmp_path / "m.json").read_text())
    jsonschema.validate(body, SCHEMA)
    assert read_model(tmp_path / "m.json") == model
    assert body["coef"] == [list(row) for row in model.coef]
    assert body["target"] == (list(model.targets) if len(model.targets) > 1 else model.target)


@pytest.mark.parametrize("name", SHAPES)
def test_outputs_that_do_not_fit_each_other_are_refused(name: str, tmp_path: Path) -> None:
    model, changes = SHAPES[name]
    body = {"format": "steepest-model", "schema_version": 3, **model.members, **changes, "checksum": BLANK}
    (tmp_path / "m.json").write_bytes(sealed(json.dumps(body).encode()))
    with pytest.raises(DataError, match="damaged"):
        read_model(tmp_path / "m.json")


def test_predictions_of_several_outputs_by_hand() -> None:
    X = np.array([[1.0, 2.0], [3.0, -4.0], [0.0, 0.0]])
    assert predict(PAIR, X).tolist() == [[5.5, 0.0], [-4.5, 2.0], [0.5, -1.0]]
    z = X @ np.array(THREE.coef).T + THREE.intercept
    assert probability(THREE, X) == pytest.approx(np.exp(z) / np.exp(z).sum(1, keepdims=True), rel=1e-14)
    single = 1 / (1 + np.exp(-z))
    assert probability(OUTPUTS["ovr"], X) == pytest.approx(single / single.sum(1, keepdims=True), rel=1e-14)
    assert predict(THREE, X).tolist() == np.array(THREE.classes)[z.argmax(1)].tolist()


def test_a_model_of_the_intercept_alone_predicts_it() -> None:
    model = LINE._replace(names=(), coef=((),))
    assert predict(model, np.zeros((3, 0))).tolist() == [1 / 3] * 3


def test_offsets_are_added_where_the_model_has_them_and_asked_for() -> None:
    model = LINE._replace(offset="o", exposure="e")
    X = [[1.0, 2.0], [3.0, -4.0]]
    assert predict(model, X, [10.0, 20.0]) == pytest.approx(predict(LINE, X) + np.array([10.0, 20.0]), rel=1e-15)
    with pytest.raises(UsageError, match="with the offset 'o' and the exposure 'e': give the offset of each row"):
        predict(model, X)
    with pytest.raises(UsageError, match="the model has no offset: leave it out"):
        predict(LINE, X, [10.0, 20.0])


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def fields(**changes: Any) -> dict[str, Any]:
    members = {name: value for name, value in LINE.members.items() if name not in ("multi_class", "offset", "exposure")}
    whole = {"format": "steepest-model", "schema_version": 1, **members, **changes}
    return {name: value for name, value in whole.items() if value != "leave out"}


BROKEN = {
    "version 2": fields(schema_version=2),
    "version 3 without a checksum": fields(schema_version=3, **NEW),
    "a member of version 3": fields(**NEW),
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
            jsonschema.validate(json.loads(json.dumps(BROKEN[name])), SCHEMA)


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
        predict(LINE._replace(coef=((1e300, 0.0),)), [[1.0, 0.0], [1e300, 0.0]])


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
