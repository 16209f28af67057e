"""Arrays in .npy files in parts: the same rows as the array, in any order, type and cut."""

import os
import pickle

import numpy as np
import pytest
from text_tables import outcome, read_all

from steepest import read_table
from steepest.data.readers.asked import Asked
from steepest.errors import DataError, FileError, UsageError
from steepest.parts.sources import npy
from steepest.parts.sources.files import find_files
from steepest.parts.sources.formats import scan_npy

KINDS = ["<f8", ">f8", "<f4", "<f2", "<i4", ">i8", "u1", "?"]


def array(kind, n=300, d=4):
    return (100 * np.random.default_rng(0).standard_normal((n, d))).astype(kind)


def source_of(paths, **asked):
    return scan_npy(find_files(paths), Asked(**asked))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("piece", [100, 3000, 1 << 24])
def test_rows_are_those_of_the_array(tmp_path, monkeypatch, kind, order, piece):
    monkeypatch.setattr(npy, "PIECE", piece)
    a = np.asarray(array(kind), order=order)
    np.save(tmp_path / "a.npy", a)
    for size in (7, 4096):
        X, y = read_all(source_of(tmp_path / "a.npy"), size)
        assert np.array_equal(X, a[:, :3].astype(float))
        assert np.array_equal(y[:, 0], a[:, 3].astype(float))
    assert X.dtype == (np.float32 if a.dtype == np.float32 else np.float64)
    assert X.flags.c_contiguous


def test_roles_are_those_of_read_table(tmp_path):
    np.save(tmp_path / "a.npy", np.abs(array("f8")))
    for asked in ({}, {"target": 2}, {"target": "c1", "weights": "c2", "offset": "c3"}, {"features": ["c3", "c1"]}):
        reference = read_table(tmp_path / "a.npy", **asked)
        source = source_of(tmp_path / "a.npy", **asked)
        [rows] = source.read(0, 0, 4096)
        assert (source.names, source.targets) == (reference.names, reference.targets)
        assert np.array_equal(rows.X, reference.X)
        assert np.array_equal(rows.y[:, 0], reference.y)
        assert np.array_equal(rows.weight, reference.weight) if asked.get("weights") else rows.weight is None
    assert outcome(lambda: source_of(tmp_path / "a.npy", target="z")) == outcome(
        lambda: read_table(tmp_path / "a.npy", target="z")
    )


def test_arrays_follow_one_another(tmp_path, monkeypatch):
    monkeypatch.setattr(npy, "PIECE", 500)
    a = array("f8")
    np.save(tmp_path / "b.npy", a[200:])
    np.save(tmp_path / "a.npy", np.asfortranarray(a[:200]))
    source = source_of(tmp_path)
    X, y = read_all(pickle.loads(pickle.dumps(source)), 9)
    assert np.array_equal(np.column_stack((X, y)), a)
    last = len(source.pieces) - 1
    assert source.place(last, 2) == f"{tmp_path}/b.npy, row {100 - source.pieces[last].rows + 3}"


@pytest.mark.parametrize(
    "y",
    [
        array("f8", d=2),
        array("i4", d=1)[:, 0],
        array("f8")[:, 0] > 0,
        array("f8", d=2) > 0,
        np.resize(["no", "yes", "?"], 300),
    ],
)
def test_a_target_in_a_file_of_its_own(tmp_path, monkeypatch, y):
    monkeypatch.setattr(npy, "PIECE", 1000)
    a = array("f8")
    np.save(tmp_path / "X.npy", a)
    np.save(tmp_path / "y.npy", y)
    source = source_of(tmp_path / "X.npy", target=str(tmp_path / "y.npy"))
    X, found = read_all(source, 50)
    assert np.array_equal(X, a)
    if y.ndim == 1 and y.dtype.kind in "Ub":
        assert source.levels == tuple(np.unique(y.astype(str)))
        assert (np.array(source.levels)[found[:, 0].astype(int)] == y.astype(str)).all()
    else:
        assert source.levels is None
        assert np.array_equal(found, y.reshape(300, -1))


@pytest.mark.parametrize(("value", "said"), [(np.nan, "missing value nan"), (-np.inf, "-inf is not finite")])
def test_a_number_that_is_not_finite_is_refused_with_its_row(tmp_path, monkeypatch, value, said):
    monkeypatch.setattr(npy, "PIECE", 500)
    for column in ("c2", "c4"):
        a = array("f8")
        a[211, int(column[1]) - 1] = value
        np.save(tmp_path / "a.npy", a)
        with pytest.raises(DataError, match=rf"a\.npy, column '{column}': row 212: {said}"):
            read_all(source_of(tmp_path / "a.npy"))


def test_files_that_are_no_tables_are_refused(tmp_path):
    path = tmp_path / "a.npy"
    for a, said in (
        (np.zeros(3), r"the array has shape \(3,\): rows by columns are needed"),
        (np.zeros((3, 0)), "rows by columns are needed"),
        (np.zeros((3, 2), complex), "the array is of type complex128: save numbers"),
        (np.array([["a"]]), "the array is of type <U1: save numbers"),
        (np.array([[{}]], dtype=object), "Python objects, which could run code when loaded"),
    ):
        np.save(path, a)
        with pytest.raises(DataError, match=said):
            source_of(path)
    np.save(path, array("f8"))
    whole = path.read_bytes()
    for data in (b"", b"\x93NUMPY", whole[:60], whole[:-1], b"PK\3\4" + whole):
        path.write_bytes(data)
        with pytest.raises(FileError, match=r"a\.npy: damaged or not a \.npy file: create it again"):
            source_of(path)


def test_what_does_not_fit_together_is_refused(tmp_path):
    np.save(tmp_path / "a.npy", array("f8"))
    np.save(tmp_path / "b.npy", array("f4"))
    np.save(tmp_path / "y.npy", np.zeros(7))
    with pytest.raises(
        DataError, match=r"b\.npy: 4 columns of float32, but .*a\.npy has 4 of float64: make them the same"
    ):
        source_of([tmp_path / "a.npy", tmp_path / "b.npy"])
    with pytest.raises(DataError, match=r"y\.npy: the target has shape \(7,\), expected \(300,\): make it fit X"):
        source_of(tmp_path / "a.npy", target=str(tmp_path / "y.npy"))
    np.save(tmp_path / "b.npy", array("f8"))
    with pytest.raises(UsageError, match="a target of its own is for one array"):
        source_of([tmp_path / "a.npy", tmp_path / "b.npy"], target=str(tmp_path / "y.npy"))


def test_a_file_that_changed_is_refused(tmp_path):
    np.save(tmp_path / "a.npy", array("f8"))
    source = source_of(tmp_path / "a.npy")
    known = source.identity
    os.utime(tmp_path / "a.npy", ns=(1, 1))
    with pytest.raises(DataError, match="changed after the table was scanned"):
        read_all(source)
    assert source_of(tmp_path / "a.npy").identity != known
