"""Libsvm files in parts: the same sparse rows as `read_table` reads, or refused at the same place."""

import gzip
import os

import numpy as np
import pytest
from text_tables import cut_small, dense, outcome, read_all, source_of

from steepest import read_table
from steepest.data.readers.content import Content
from steepest.data.readers.libsvm import libsvm_rows
from steepest.data.readers.regular_libsvm import regular_rows
from steepest.errors import DataError, UsageError


def same_as_read_table(path, **asked):
    reference = outcome(lambda: read_table(path, **asked))
    found = outcome(lambda: (source := source_of(path, **asked)) and (source, *read_all(source)))
    if isinstance(reference, str) or isinstance(found, str):
        assert found == reference
        return False
    source, X, y = found
    assert source.names == reference.names
    assert np.array_equal(X, dense(reference))
    assert np.array_equal(y[:, 0], reference.y)
    assert source.stored == len(reference.X.data)
    return True


def sparse_text(rng, n, blanks=" "):
    lines = []
    for _ in range(n):
        indices = np.sort(rng.choice(40, int(rng.integers(0, 6)), replace=False)) + 1
        pairs = [f"{j}:{v:.6g}" for j, v in zip(indices, rng.standard_normal(len(indices)), strict=True)]
        lines.append(blanks.join([str(rng.choice(["-1", "+1", "0.5"])), *pairs]))
    return lines


@pytest.mark.parametrize("name", ["a9a", "a9a.t"])
def test_shared_tables_are_the_same(shared, name, monkeypatch):
    cut_small(monkeypatch, 1 << 18, 1 << 19)
    assert same_as_read_table(shared("sparse", name))


def test_random_rows_are_the_same_however_they_are_written(tmp_path, monkeypatch):
    cut_small(monkeypatch)
    rng = np.random.default_rng(0)
    for i in range(40):
        lines = sparse_text(rng, 60, [" ", "  ", "\t"][i % 3])
        if i % 4 == 1:
            lines[int(rng.integers(60))] += " # a comment"
        if i % 5 == 1:
            lines.insert(int(rng.integers(60)), ["", "# alone", "  "][i % 3])
        end = ["\n", "\r\n", " \n"][i % 3]
        (tmp_path / "a.svm").write_bytes((end.join(lines) + end * (i % 2)).encode())
        assert same_as_read_table(tmp_path / "a.svm")


FAULTS = {
    "1 0:5": "index 0 counts from 0: count indices from 1",
    "1 3:1 2:1": "index 2 is not above 3",
    "1 3:1 3:1": "index 3 is not above 3",
    "1 99999999:1": "index 99999999 is above 10000000",
    "1 2:abc": "column 'c2': 'abc' is not a number",
    "1 2:nan": "column 'c2': missing value 'nan'",
    "1 2:inf": "column 'c2': 'inf' is not finite",
    "x 2:1": "column 'label': 'x' is not a number",
    "1 qid:3 2:1": "qid groups rows for ranking",
    "1 2": "not a libsvm row",
    "1 2:1:1": "not a libsvm row",
    "1 2.0:1": "not a libsvm row",
    "1 2:1_0": "column 'c2': '1_0' is not a number",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_at_fault_is_refused_with_its_line(tmp_path, monkeypatch, fault):
    cut_small(monkeypatch)
    (tmp_path / "a.svm").write_text("1 2:1 5:0.25\n" * 200 + fault + "\n" + "0 1:1\n" * 50)
    with pytest.raises(DataError) as error:
        read_all(source_of(tmp_path / "a.svm"))
    assert str(error.value).startswith(f"{tmp_path}/a.svm, line 201")
    assert FAULTS[fault] in str(error.value)
    assert str(error.value) == outcome(lambda: read_table(tmp_path / "a.svm"))


def test_regular_rows_are_read_as_by_the_reader_of_all():
    data = b"-1 1:1 3:0.5\n+1 2:2e-3 \n0.25\n1 7:-.5"
    y, X = regular_rows(data)
    other = libsvm_rows(Content("a", ".svm", data))
    assert y.tolist() == other.target(False).tolist()
    assert all(np.array_equal(a, b) for a, b in zip(X, other.X, strict=True))
    for text in (
        b"1  2:1",
        b"1 2:1 # c",
        b"\n1 2:1",
        b"1 2 :1",
        b"1 2:1,2",
        b'1 2:"1"',
        b"1 2:",
        b":1",
        b"1 a:1",
        b"a 1:1",
    ):
        assert regular_rows(text) is None


def test_every_batch_has_the_columns_of_all_files(tmp_path):
    (tmp_path / "a.svm").write_text("1 1:1\n0 2:1\n")
    (tmp_path / "b.svm").write_text("1 9:1\n")
    source = source_of(tmp_path)
    assert [rows.X.shape for i in range(2) for rows in source.read(i, 0, 4096)] == [(2, 9), (1, 9)]
    assert source.names == tuple(f"c{j}" for j in range(1, 10))
    assert source.place(1, 0) == f"{tmp_path}/b.svm, line 1"


def test_named_columns_alone_are_read(tmp_path):
    (tmp_path / "a.svm").write_text("1 1:1 3:2\n0 2:1 3:4\n")
    assert same_as_read_table(tmp_path / "a.svm", features=["c3", "c1", "c8"])
    with pytest.raises(UsageError, match="it has no weights"):
        source_of(tmp_path / "a.svm", weights="w")


def test_a_compressed_file_has_the_same_rows(tmp_path):
    text = "\n".join(sparse_text(np.random.default_rng(1), 100)).encode()
    (tmp_path / "a.svm.gz").write_bytes(gzip.compress(text))
    assert same_as_read_table(tmp_path / "a.svm.gz")


def test_a_file_that_changed_or_has_no_rows_is_refused(tmp_path):
    path = tmp_path / "a.svm"
    path.write_text("# nothing\n")
    with pytest.raises(DataError, match="no rows: write LABEL INDEX:VALUE"):
        read_all(source_of(path))
    path.write_text("1 1:1\n")
    source = source_of(path)
    assert len(source.pieces) == 1
    os.utime(path, ns=(1, 1))
    with pytest.raises(DataError, match="changed after the table was scanned"):
        read_all(source)
