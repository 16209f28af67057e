"""Files in, finite numbers or one clear line out: the lines themselves, text, and where it comes from."""

from __future__ import annotations

import ast
import csv
import gzip
import io
import os
import pickle
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steepest.core.errors import DataError, FileError, SteepestError, UsageError
from steepest.data.readers import delimited as textfile
from steepest.data.readers.dialect import Dialect
from steepest.data.readers.tables import read_table

ERRORS = ROOT / "docs" / "reference" / "errors.md"
in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


# ------------------------------------------------------------------ the table of bad files in docs/reference/errors.md


def bad_files():
    """Rows of the table below "## Files": what, example, exit status, line printed."""
    section = ERRORS.read_text(encoding="utf-8").split("\n## Files\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]


def save_parquet(path, values, kind=None):
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({"x": pa.array(values, kind)}), path)


def save_zip(path, member, text):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, text)


objects = np.array([[1, None]], dtype=object)
BUILT = {  # what cannot be written down in the table
    "file that is not there": lambda _: None,
    "directory": lambda path: path.mkdir(),
    "empty file": lambda path: path.touch(),
    "label too long": lambda path: path.write_text("x,y\n1," + "a" * 300, encoding="utf-8"),
    "pickle": lambda path: path.write_bytes(pickle.dumps([1])),
    "compressed file under another name": lambda path: path.write_bytes(gzip.compress(b"x\n1\n")),
    "spreadsheet": lambda path: save_zip(path, "sheet.xml", "<x/>"),
    "damaged compressed file": lambda path: path.write_bytes(gzip.compress(b"x\n1\n")[:-9]),
    "compressed file of arrays": lambda path: path.touch(),
    "JSON whole number too large": lambda path: path.write_text('{"x": 1' + "0" * 400 + "}", encoding="utf-8"),
    "Parquet with a null": lambda path: save_parquet(path, [1, None]),
    "column of one text": lambda path: save_parquet(path, ["a"]),
    "Parquet without rows": lambda path: save_parquet(path, [], "float64"),
    "Parquet with a date far out": lambda path: save_parquet(path, [2**62], "timestamp[us]"),
    "array of one dimension": lambda path: np.save(path, np.zeros(3)),
    "array with nan": lambda path: np.save(path, [[1, np.nan]]),
    "array of complex numbers": lambda path: np.save(path, [[1, 2j]]),
    "array of objects": lambda path: np.save(path, objects, allow_pickle=True),
    ".npz without X": lambda path: np.savez(path, Z=np.zeros((2, 2))),
    ".npz whose y does not fit": lambda path: np.savez(path, X=np.zeros((2, 2)), y=np.zeros(3)),
    ".npz whose names are no text": lambda path: np.savez(path, X=np.zeros((2, 2)), names=np.arange(2)),
    ".npz with an array of objects": lambda path: np.savez(path, X=objects),
    ".npz of damaged arrays": lambda path: save_zip(path, "X", "abc"),
}


@pytest.mark.parametrize(("what", "example", "status", "line"), bad_files(), ids=lambda cell: str(cell)[:40])
def test_bad_file_prints_the_documented_line(tmp_path, monkeypatch, what, example, status, line):
    monkeypatch.chdir(tmp_path)
    options = dict(re.findall(r" (\w+)=([^`]+?)(?=, \w+=|$)", example.rpartition("`")[2]))
    path = Path(re.match(r"`([\w.]+)", line)[1])
    if what in BUILT:
        BUILT[what](path)
    else:
        text = re.match("`(.*)`", example)[1]
        path.write_bytes(text.encode("latin-1").decode("unicode_escape").encode("latin-1"))
    with pytest.raises(SteepestError) as caught:
        read_table(path, **{key: ast.literal_eval(value) for key, value in options.items()})
    assert f"`{caught.value}`" == line
    assert caught.value.exit_code == int(status)


def test_every_built_bad_file_is_documented():
    rows = [row[0] for row in bad_files()]
    assert set(BUILT) <= set(rows)
    assert len(set(rows)) == len(rows) > 60


# ------------------------------------------------------------------ text


def as_text(X):
    rows = [[f"x{j}" for j in range(X.shape[1])], *([repr(v) for v in row] for row in X.tolist())]
    return "".join(",".join(row) + "\n" for row in rows).encode()


def read(tmp_path, text, **options):
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    return read_table(path, **options)


@pytest.mark.parametrize(
    ("text", "names", "X"),
    [
        ("1,2\n", ("c1", "c2"), [[1, 2]]),
        ('"",TV\n"1",2.5\n\n  \n', ("TV",), [[2.5]]),
        ("'OBS' 'GPA points'\n1   2\n", ("OBS", "GPA points"), [[1, 2]]),
        ("my age,your age\n1, 2\r3 ,4", ("my age", "your age"), [[1, 2], [3, 4]]),
        ("height in cm\n170\n180\n", ("height in cm",), [[170], [180]]),
        ("a b, c d\n+1,.5\n", ("a b", "c d"), [[1, 0.5]]),
        ("a|b\n1|2\n", ("a", "b"), [[1, 2]]),
        ("a^b\n1^2\n", ("a^b",), None),
        ('"a\nb",c\n1,2\n', ("a\nb", "c"), [[1, 2]]),
        ("-3\t1e-3\n\n", ("c1", "c2"), [[-3, 0.001]]),
    ],
)
def test_delimiter_and_header_are_found(tmp_path, text, names, X):
    if X is None:
        with pytest.raises(DataError, match="no column is left for the features: each has one level"):
            read(tmp_path, text)
        X = [[1, 2]]
        names = ("a", "b")
        table = read(tmp_path, text, delimiter="^")
    else:
        table = read(tmp_path, text)
    assert (table.names, table.X.tolist()) == (names, X)


def test_header_and_delimiter_are_overruled(tmp_path):
    assert read(tmp_path, "1,2\n3,4\n", header=True).names == ("1", "2")
    assert read(tmp_path, "a,1\nb,2\n", header=False, target=1, labels=True).y.tolist() == ["a", "b"]
    assert read(tmp_path, "1 2\n3  4\n", delimiter="space").X.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("delimiter", ["", "ab", "1", "e", ".", '"', "\n", "é"])
def test_a_delimiter_is_one_character_that_numbers_do_not_hold(tmp_path, delimiter):
    with pytest.raises(UsageError, match=r"^delimiter .*: write one character such as ',' or ';', or tab, or space$"):
        read(tmp_path, "x,y\n1,2\n", delimiter=delimiter)


def test_unused_columns_may_hold_anything(tmp_path):
    table = read(tmp_path, "x,town,gap,y,w\n1,Rome,,0,2\n2,Oslo,NA,1,0\n", target="y", features=["x"], weights="w")
    assert (table.X.tolist(), table.y.tolist(), table.weight.tolist()) == ([[1], [2]], [0, 1], [2, 0])


def test_labels_are_text_unless_all_are_numbers(tmp_path):
    assert read(tmp_path, "x,y\n1, <=50K\n2,1\n", target="y", labels=True).y.tolist() == ["<=50K", "1"]
    assert read(tmp_path, "x,y\n1,0\n2,1e0\n", target="y", labels=True).y.dtype == np.float64


@given(rows=st.lists(st.tuples(st.text('ab ",;\n', max_size=6), st.text('ab ",;\n', max_size=6)), min_size=1))
def test_quoted_rows_are_read_as_the_csv_module_reads_them(rows):
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    found = [tuple(fields) for _, fields in textfile.text_rows(stream.getvalue().encode(), Dialect(","), "t.csv")]
    assert found == rows


CELLS = ["1", "-2.5e3", "+1", " 7", ".5", "5.", "1e999", "nan", "", " ", "1_0", "abc", '"3"', '"a""b"', '"a, b"']
CELLS += ['5"', 'x"y"z', '"4" ', '"', "é", "a" * 40, "1 2", "0x1", "1e5", "-0.0", "12345678901234567890", "\n", "'"]


def outcome(path, limit, labels):
    """Read with pyarrow from ``limit`` bytes on: the values, or the line that refuses them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(textfile, "SMALL", limit)
        try:
            table = read_table(path, target="y", labels=labels)
        except SteepestError as error:
            return str(error)
    return table.X.tobytes(), table.y.tolist(), table.names


@pytest.mark.parametrize("labels", [True, False])
@in_one_folder
@given(body=st.lists(st.lists(st.sampled_from(CELLS[:5]) | st.sampled_from(CELLS), min_size=2, max_size=3), max_size=4))
def test_pyarrow_and_our_reader_agree(tmp_path, labels, body):
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["x,y", "1,2", *map(",".join, body)]), encoding="utf-8")
    assert outcome(path, 10**9, labels) == outcome(path, 0, labels)


@pytest.mark.parametrize("quote", ["", '"'])
def test_large_text_is_read_by_pyarrow(tmp_path, monkeypatch, quote):
    X = np.random.default_rng(0).normal(size=(300, 3))
    (tmp_path / "t.csv").write_bytes(as_text(X).replace(b"\n", f",{quote}b{quote}\n".encode()))
    monkeypatch.setattr(textfile, "SMALL", 0)
    monkeypatch.setattr(textfile, "collect", lambda *_: pytest.fail("our own reader was used"))
    table = read_table(tmp_path / "t.csv", target="b", features=["x2", "x0"], labels=True)
    assert table.X.tolist() == X[:, [2, 0]].tolist()
    assert set(table.y) == {"b"}


def test_a_missing_label_of_a_large_file_is_named_by_its_line(tmp_path, monkeypatch):
    monkeypatch.setattr(textfile, "SMALL", 0)
    with pytest.raises(DataError, match=r"line 3, column 'y': missing value 'NA'"):
        read(tmp_path, "x,y\n1,a\n2,NA\n", target="y", labels=True)


def test_an_unclosed_quote_never_drops_the_rest_of_a_large_file(tmp_path, monkeypatch):
    monkeypatch.setattr(textfile, "SMALL", 0)
    text = 'x,town\n1,Rome\n2,"Oslo\n' + "3,Bern\n" * 50
    for end in ("", '4,"Ulm"\n', '4,"Ulm\n'):
        with pytest.raises(DataError, match=r"line 3: .*quote"):
            read(tmp_path, text + end, features=["x"])


def test_without_pyarrow_text_is_read_and_parquet_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(textfile, "SMALL", 0)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert read(tmp_path, "x,y\n1,2\n").X.tolist() == [[1, 2]]
    (tmp_path / "a.parquet").touch()
    with pytest.raises(UsageError, match=r"needs pyarrow: pip install 'steepest\[tables\]'"):
        read_table(tmp_path / "a.parquet")


def test_small_files_do_not_import_pyarrow_or_pandas(tmp_path):
    (tmp_path / "t.csv").write_bytes(as_text(np.ones((1000, 3))))
    program = f"""
import sys
from steepest.data.readers.tables import read_table
assert read_table({str(tmp_path / "t.csv")!r}, target="x0").X.shape == (1000, 2)
print(*sorted({{"pyarrow", "pandas", "scipy", "lzma", "bz2"}} & set(sys.modules)))"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


# ------------------------------------------------------------------ where files come from


@pytest.mark.parametrize("text", [b"x y\n1 2\n", b'{"x": 1, "y": 2}\n', b"2 1:1\n"])
def test_standard_input_is_sniffed(monkeypatch, text):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    table = read_table("-", target=None if b":1" in text else "y")
    assert table.y.tolist() == [2]
    assert table.source == "standard input"


def test_closed_standard_input_is_one_line(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(FileError, match=r"^standard input: closed: give a file"):
        read_table("-")


def test_forbidden_and_impossible_files_are_one_line(tmp_path, monkeypatch):
    with pytest.raises(FileError, match="cannot be read"):
        read_table("a\0b.csv")
    monkeypatch.setattr(Path, "read_bytes", lambda _: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with pytest.raises(FileError, match=r"t\.csv: cannot be read \(permission denied\): check the file$"):
        read_table(tmp_path / "t.csv")


# ------------------------------------------------------------------ real files


@pytest.mark.skipif("STEEPEST_DATA" not in os.environ, reason="STEEPEST_DATA names no folder of public data files")
@pytest.mark.parametrize(
    ("file", "options", "shape", "total"),
    [
        ("tutorials/pizza.txt", {"target": "Pizzas"}, (30, 1), 806),
        ("tutorials/Advertising.csv", {"target": "Sales", "features": ["TV", "Radio"]}, (200, 2), 2804.5),
        ("logistic/spector.csv", {"target": "GRADE"}, (32, 4), 11),
        ("logistic/challenger_montgomery24.csv", {"target": "fail"}, (24, 1), 7),
        ("regression/ex1data1.txt", {"target": 2}, (97, 1), 566.3961),
        ("sparse/a9a", {}, (32561, 123), 7841 * 2 - 32561),
        ("tables/california_housing.csv", {"target": "medianHouseValue"}, (20640, 8), 4269504061),
    ],
)
def test_public_files(file, options, shape, total):
    table = read_table(Path(os.environ["STEEPEST_DATA"], file), **options)
    assert table.X.shape == shape
    assert table.y.sum() == pytest.approx(total, rel=1e-12)
