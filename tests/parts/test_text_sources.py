"""Delimited text and JSON lines in parts: the same table as `read_table` reads, or refused at the same place."""

import bz2
import gzip
import lzma
import os
import pickle
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from conftest import DATA
from text_tables import cut_small, outcome, read_all, source_of

from steepest import read_table, scan
from steepest.data.encoding.settings import Settings, settings_of
from steepest.data.readers.text_format import text_format
from steepest.errors import DataError, FileError, UsageError
from steepest.objective.losses import MSE
from steepest.parts.engines.here import Here
from steepest.parts.sources import numbering
from steepest.parts.works import Slopes

FOLDERS = [DATA, *(Path(folder) for folder in [os.environ.get("STEEPEST_DATA")] if folder)]
SHARED = sorted(p for at in FOLDERS for p in at.rglob("*") if p.suffix in (".csv", ".txt", ".dat"))
TEXT_COLUMNS = {
    "prostate.csv": ["train"],
    "adult-train.csv": [f"c{j}" for j in (2, 4, 6, 7, 8, 9, 10, 14)],
    "bike_sharing_hour.csv": ["dateday"],
}
TEXT_COLUMNS["adult-test.csv"] = TEXT_COLUMNS["adult-train.csv"]


def line_of(message):
    return int(re.search(r"line (\d+)", message)[1])


def same_as_read_table(paths, form=None, **asked):
    """Compare the two readers; True if both read the table, False if both refuse it."""
    form = form or {}
    labels = asked.pop("labels", False)
    reference = outcome(lambda: read_table(paths, labels=labels, **asked, **form))
    found = outcome(lambda: (source := source_of(paths, text_format(**form), **asked)) and (source, *read_all(source)))
    if isinstance(reference, str) or isinstance(found, str):
        assert found == reference or line_of(found) < line_of(reference)
        return False
    source, X, y = found
    assert source.names == reference.names
    assert np.array_equal(X, reference.X)
    assert source.targets == reference.targets
    if source.levels is not None:
        assert np.array_equal(np.array(source.levels)[y[:, 0].astype(int)], reference.y)
    elif reference.y is not None:
        assert np.array_equal(y.reshape(reference.y.shape), reference.y)
    return True


@pytest.mark.parametrize("path", SHARED, ids=lambda p: p.name)
@pytest.mark.parametrize("small", [False, True])
def test_every_shared_table_is_the_same(path, small, monkeypatch):
    if small:
        cut_small(monkeypatch, 1 << 16, 1 << 17)
    target = ["c15"] if path.name.startswith("adult") else []
    same_as_read_table(path, drop=[*TEXT_COLUMNS.get(path.name, []), *target])


@pytest.mark.parametrize("path", [p for p in SHARED if p.name.startswith("adult")], ids=lambda p: p.name)
def test_a_target_of_text_is_the_places_of_its_labels(path):
    assert same_as_read_table(path, drop=TEXT_COLUMNS[path.name], target="c15", labels=True)


def random_table(rng, folder):
    """A file of a random dialect, with faults now and then; how it is written, and its column of text."""
    n, d, quoting, headed = int(rng.integers(1, 60)), int(rng.integers(1, 5)), rng.random() < 0.4, rng.random() < 0.8
    mark = str(rng.choice([",", ";", "\t", "|", " "]))
    decimal = "," if mark in ";|\t" and rng.random() < 0.4 else "."
    notes = ["a", "b"] + (["c d", f"x{mark}y", 'say "no"', "two\nlines", "\u00fc"] if quoting else [])

    def number():
        text = str(rng.choice(["{:.3f}", "{:.17g}", "{:.0f}", "{:+.2e}"])).format(rng.normal()).replace(".", decimal)
        return f'"{text}"' if quoting and rng.random() < 0.3 else text

    def note():
        text = str(rng.choice(notes))
        return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in '"\n' + mark) else text

    rows = [[*(number() for _ in range(d)), note(), str(rng.integers(3))] for _ in range(n)]
    if rng.random() < 0.25:
        rows[int(rng.integers(n))][0] = str(
            rng.choice(["", "NA", "abc", "inf", "1_0", "0x1", "nan", "1,5", '"', '"1"2'])
        )
    if rng.random() < 0.1:
        rows[int(rng.integers(n))].append("7")
    lines = [mark.join(row) for row in ([[*(f"x{j}" for j in range(d)), "note", "y"]] if headed else []) + rows]
    if rng.random() < 0.1:
        lines.insert(int(rng.integers(len(lines))), "")
    if rng.random() < 0.1:
        lines.insert(0, "# made in May")
    end, encoding = str(rng.choice(["\n", "\r\n"])), str(rng.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    (folder / "t.csv").write_bytes((end.join(lines) + end * int(rng.integers(0, 3))).encode(encoding))
    form = ({"decimal": ","} if decimal == "," else {}) | ({"encoding": "cp1252"} if encoding == "cp1252" else {})
    return folder / "t.csv", form, "note" if headed else f"c{d + 1}"


def test_200_random_tables_are_the_same_or_refused_alike(tmp_path, monkeypatch):
    """Of two faults, a pass finds the one that stands further above."""
    cut_small(monkeypatch)
    rng, read = np.random.default_rng(0), 0
    for _ in range(200):
        path, form, text = random_table(rng, tmp_path)
        read += same_as_read_table(path, form, drop=[text])
    assert read > 60


def table(path, n=500, d=3, seed=0, end="\n"):
    X = np.random.default_rng(seed).standard_normal((n, d))
    lines = [",".join(f"x{j}" for j in range(d)), *(",".join(map(repr, row)) for row in X.tolist())]
    path.write_text(end.join(lines) + end, newline="")
    return X


@pytest.mark.parametrize("size", [1, 7, 64, 4096])
@pytest.mark.parametrize("cuts", [(64, 100), (100, 3000), (5000, 1), (1 << 20, 1 << 20)])
def test_every_cut_gives_the_same_rows_from_any_start(tmp_path, monkeypatch, size, cuts):
    X = table(tmp_path / "a.csv")
    cut_small(monkeypatch, *cuts)
    source = source_of(tmp_path / "a.csv")
    assert np.array_equal(read_all(source, size)[0], X)
    first = 0
    for i, piece in enumerate(source.pieces):
        start = piece.rows // 3
        found = list(source.read(i, start, size))
        assert all(rows.shape[0] == size for rows in found[:-1])
        assert np.array_equal(np.concatenate([rows.X for rows in found]), X[first + start : first + piece.rows])
        first += piece.rows
    assert first == len(X)


def test_files_follow_one_another_in_the_order_of_their_names(tmp_path):
    B, A = table(tmp_path / "b.csv", 50, seed=1), table(tmp_path / "a.csv", 70, seed=2, end="\r\n")
    source = source_of([tmp_path / "b.csv", tmp_path / "a.csv"])
    assert np.array_equal(read_all(source)[0], np.concatenate((A, B)))
    assert [piece.rows for piece in source.pieces] == [70, 50]


def zstandard(data):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return sink.getvalue().to_pybytes()


PACKERS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstandard}


@pytest.mark.parametrize("packing", PACKERS)
def test_a_compressed_file_is_one_piece_with_the_same_rows(tmp_path, monkeypatch, packing):
    X = table(tmp_path / "a.csv", 800)
    cut_small(monkeypatch, 1000, 2000)
    (tmp_path / f"a.csv{packing}").write_bytes(PACKERS[packing]((tmp_path / "a.csv").read_bytes()))
    source = source_of(tmp_path / f"a.csv{packing}")
    assert np.array_equal(read_all(source)[0], X)
    assert len(source.pieces) == 1


@pytest.mark.parametrize("packing", PACKERS)
def test_a_truncated_compressed_file_is_refused(tmp_path, packing):
    table(tmp_path / "a.csv", 3000)
    packed = PACKERS[packing]((tmp_path / "a.csv").read_bytes())
    (tmp_path / f"b.csv{packing}").write_bytes(packed[: len(packed) * 2 // 3])
    with pytest.raises(FileError, match=f"b.csv{packing}: damaged or not a {packing} file: create it again"):
        read_all(source_of(tmp_path / f"b.csv{packing}"))


BAD = {
    "text in a column of numbers": (
        "x,y\n" + "1,2\n" * 300 + "1,abc\n" + "1,2\n" * 300,
        "line 302, column 'y': 'abc' is not a number",
    ),
    "missing value": ("x,y\n" + "1,2\n" * 200 + "1,\n1,2\n", "line 202, column 'y': missing value"),
    "infinity": ("x,y\n" + "1,2\n" * 200 + "1,inf\n1,2\n", "line 202, column 'y': 'inf' is not finite"),
    "too large": ("x,y\n" + "1,2\n" * 200 + "1,1e999\n1,2\n", "line 202, column 'y': '1e999' is not finite"),
    "short line": (
        "x,y\n" + "1,2\n" * 200 + "1\n1,2\n",
        "line 202: 1 field, expected 2: complete the row or remove it",
    ),
    "long line": ("x,y\n" + "1,2\n" * 200 + "1,2,3\n1,2\n", "line 202: 3 fields, expected 2"),
    "blank line": ("x,y\n" + "1,2\n" * 200 + "\n1,2\n", "line 202: blank line within the table: remove it"),
    "blank lines": ("x,y\n" + "1,2\n" * 200 + "\n" * 200 + "1,2\n", "line 202: blank line within the table"),
    "header alone": ("x,y\n", "a header and no rows: add the data below it"),
    "empty file": ("", "empty file"),
    "NUL byte": ("x,y\n" + "1,2\n" * 2000 + "1,\0\n", "line 2002: NUL byte: the file is damaged or not text"),
    "quote that is not closed": (
        "x,y\n" + "1,2\n" * 200 + '1,"2\n' + "1,2\n" * 20,
        "line 202: a quote opens here and is never closed",
    ),
    "text after a quote": (
        "x,y\n" + "1,2\n" * 200 + '1,"2"3\n' + "1,2\n" * 20,
        "line 202: text follows a closing quote",
    ),
    "comment": ("x,y\n" + "1,2\n" * 200 + "# end of page\n" + "1,2\n" * 20, "line 202: a comment within the table"),
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("block", [64, 1 << 22])
def test_a_bad_file_is_refused_with_its_place(tmp_path, monkeypatch, what, block):
    cut_small(monkeypatch, block)
    text, expected = BAD[what]
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises((DataError, FileError)) as error:
        read_all(source_of(path))
    assert expected in str(error.value)
    assert "bad.csv" in str(error.value)
    assert "\n" not in str(error.value)
    assert str(error.value) == outcome(lambda: read_table(path))


def test_a_byte_of_another_encoding_is_refused_with_its_line(tmp_path, monkeypatch):
    cut_small(monkeypatch)
    (tmp_path / "a.csv").write_bytes(b"x,y,name\n" + b"1,2,a\n" * 900 + b"1,2,na\xefve\n")
    with pytest.raises(DataError, match="line 902: byte 0xef is not UTF-8: save the file as UTF-8"):
        read_all(source_of(tmp_path / "a.csv", drop=["name"]))
    assert read_all(source_of(tmp_path / "a.csv", text_format(encoding="latin-1"), drop=["name"]))[0].shape == (901, 2)


def test_a_fault_of_a_later_file_names_that_file(tmp_path):
    table(tmp_path / "a.csv", 20)
    (tmp_path / "b.csv").write_text("x0,x1,x2\n1,2,3\n4,5,six\n")
    with pytest.raises(DataError, match=r"b\.csv, line 3, column 'x2': 'six' is not a number"):
        read_all(source_of(tmp_path))


@pytest.mark.parametrize("header", ["x0,x1", "x0,x1,x3", "x0,x1,x2,x4"])
def test_files_with_other_columns_are_refused(tmp_path, header):
    table(tmp_path / "a.csv", 20)
    (tmp_path / "b.csv").write_text(header + "\n" + ",".join("1" * len(header.split(","))) + "\n")
    with pytest.raises(DataError, match=r"b\.csv: columns x0, x1.*, but .*a\.csv has x0, x1, x2: make them the same"):
        read_all(source_of(tmp_path))


def test_columns_in_another_order_are_found_by_name(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "b.csv").write_text("y,x\n3,4\n")
    X, y = read_all(source_of(tmp_path, target="y"))
    assert (X.tolist(), y.tolist()) == ([[1], [4]], [[2], [3]])


@pytest.mark.parametrize("change", ["longer", "same size"])
def test_a_file_that_changed_is_refused(tmp_path, change):
    path = tmp_path / "a.csv"
    table(path)
    source = source_of(path)
    assert len(source.pieces) == 1
    text = path.read_text()
    path.write_text(text + "1,2,3\n" if change == "longer" else text.replace("1", "2"))
    os.utime(path, ns=(1, 1))
    with pytest.raises(DataError, match=r"a\.csv: changed after the table was scanned: scan it again"):
        read_all(source)


def test_identity_depends_on_the_file_and_on_what_is_asked(tmp_path):
    path = tmp_path / "a.csv"
    table(path)
    known = source_of(path).identity
    assert source_of(path).identity == known
    others = {source_of(path, target="x0").identity, source_of(path, drop=["x0"]).identity}
    os.utime(path, ns=(1, 1))
    assert len({known, source_of(path).identity, *others}) == 4


def test_roles_of_columns_are_those_of_read_table(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b,w,o,e\n1,2,1,0,1\n3,4,0,1,2\n5,6,2,2,4\n")
    reference = read_table(path, target="b", weights="w", offset="o", exposure="e")
    source = source_of(path, target="b", weights="w", offset="o", exposure="e")
    [rows] = source.read(0, 0, 4096)
    assert np.array_equal(rows.weight, reference.weight)
    assert np.array_equal(rows.offset, reference.offset)
    assert np.array_equal(rows.X, reference.X)
    path.write_text("a,b,w\n1,2,1\n3,4,-1\n")
    with pytest.raises(DataError, match="line 3, column 'w': weight -1 is below zero: correct it"):
        read_all(source_of(path, target="b", weights="w"))
    with pytest.raises(UsageError, match="has no column 'z'"):
        source_of(path, target="z")


def test_rows_with_gaps_get_the_weight_0_where_that_is_asked(tmp_path, monkeypatch):
    cut_small(monkeypatch)
    path = tmp_path / "a.csv"
    path.write_text("a,b,t\n" + "1,2,u\nNA,3,u\n4,,v\n5,6,w\n7,8,\n" * 50 + ",,\n" * 100)
    source = source_of(path, target="b", settings=Settings(missing="drop"))
    found = [rows for i in range(len(source.pieces)) for rows in source.read(i, 0, 64)]
    weight = np.concatenate([rows.weight for rows in found])
    reference = read_table(path, target="b", missing="drop")
    assert weight.tolist() == [1, 0, 0, 1, 0] * 50 + [0] * 100
    assert source.names == reference.names
    assert np.array_equal(np.concatenate([rows.X for rows in found])[weight == 1], reference.X)
    assert np.array_equal(np.concatenate([rows.y for rows in found])[weight == 1, 0], reference.y)


MIXED = (
    "a,day,t\n"
    + "".join(f"{i % 7},2024-01-{1 + i % 28:02d},{'uvw'[i * i % 3]}\n" for i in range(200))
    + ",2024-02-01,u\n"
)


@pytest.mark.parametrize("missing", ["mean", "indicator", "drop"])
def test_text_dates_and_gaps_are_encoded_as_by_read_table(tmp_path, monkeypatch, missing):
    cut_small(monkeypatch)
    path = tmp_path / "a.csv"
    path.write_text(MIXED)
    settings = settings_of(missing=missing, dates="day", categories="a")
    reference = read_table(path, missing=missing, dates="day", categories="a")
    source = source_of(path, settings=settings)
    assert source.names == reference.names
    assert np.array_equal(read_all(source)[0][: len(reference.X)], reference.X)


def test_a_feature_that_cannot_be_encoded_is_refused_as_by_read_table(tmp_path, monkeypatch):
    cut_small(monkeypatch)
    path = tmp_path / "a.csv"
    for text in (MIXED, "a,t\n" + "1,x\n" * 150 + ",y\n", "a,t\n" + "1,x\n" * 150 + "1,\n", MIXED.replace(",u", ",")):
        path.write_text(text)
        assert not same_as_read_table(path)


def test_a_place_is_the_line_even_after_rows_of_several_lines(tmp_path, monkeypatch):
    cut_small(monkeypatch)
    path = tmp_path / "a.csv"
    lines = [f'{i},"one\ntwo"' if i % 3 == 0 else f"{i},one" for i in range(200)]
    path.write_text("x,note\n" + "\n".join(lines) + "\n")
    source = source_of(path, drop=["note"])
    assert np.array_equal(read_all(source)[0][:, 0], np.arange(200))
    assert len(source.pieces) > 5
    expected = [2 + sum(1 + (j % 3 == 0) for j in range(i)) for i in range(200)]
    found = [source.place(i, row) for i, piece in enumerate(source.pieces) for row in range(piece.rows)]
    assert found == [f"{path}, line {line}" for line in expected]


def test_a_source_can_be_sent_to_another_process(tmp_path):
    X = table(tmp_path / "a.csv")
    source = source_of(tmp_path / "a.csv", target="x0")
    assert source.pieces
    assert np.array_equal(read_all(pickle.loads(pickle.dumps(source)))[0], X[:, 1:])


def test_json_lines_are_the_same(tmp_path, monkeypatch):
    cut_small(monkeypatch)
    path = tmp_path / "a.jsonl"
    rows = [f'{{"x": {i}, "ok": {"true" if i % 2 else "false"}, "kind": "k{i % 3}"}}\n' for i in range(100)]
    path.write_text("".join(rows))
    assert same_as_read_table(path, target="kind", labels=True)
    assert same_as_read_table(path, target="x", drop=["kind"])
    for fault in ('{"x": 1}', '{"x": 1, "ok": 1, "kind": "a", "z": 2}', "[1]", '{"x": "q", "ok": 1, "kind": "a"}', "{"):
        path.write_text("".join(rows) + "\n" + fault + "\n" + rows[0])
        assert not same_as_read_table(path, target="kind", labels=True)


def test_old_line_ends_and_a_row_of_white_space(tmp_path, monkeypatch):
    cut_small(monkeypatch)
    for text in ("x,y\r" + "1,2\r" * 90, "x y\n" + "1 2\n" * 90, "x y\n" + "1   2\n" * 90, "x\ty\n" + "1\t2\n" * 90):
        Path(tmp_path, "a.txt").write_bytes(text.encode())
        assert same_as_read_table(tmp_path / "a.txt")


@pytest.mark.parametrize("label", ['"a\rb"', '"a""b"', ' "a"', '"a" ', 'a"b', '"a\nb"', '"a\r\nb"', " a b ", "\u00a0a"])
def test_labels_in_quotes_are_the_same(tmp_path, monkeypatch, label):
    cut_small(monkeypatch)
    (tmp_path / "a.csv").write_bytes(("x,y\n" + f"1,{label}\n2,c\n" * 60).encode())
    assert same_as_read_table(tmp_path / "a.csv", target="y", labels=True)


def test_a_row_without_end_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    from steepest.parts.sources import chunks

    cut_small(monkeypatch)
    monkeypatch.setattr(chunks, "LONGEST", 1000)
    (tmp_path / "a.csv").write_text("x,y\n" + "1,2\n" * 500 + '1,"' + "2\n1," * 3000)
    with pytest.raises(DataError, match="line 502: no row ends within 1,000 bytes: close the quote that opens here"):
        read_all(source_of(tmp_path / "a.csv"))


def test_sums_have_the_bits_of_the_table_in_memory(tmp_path, monkeypatch):
    """All formats, cuts and numbers of threads: what reads them differs, the numbers do not."""
    rng = np.random.default_rng(5)
    X = rng.standard_normal((30_011, 5))
    y = X @ np.arange(5.0) + rng.standard_normal(30_011)
    lines = [",".join(map(repr, row)) for row in np.column_stack((X, y)).tolist()]
    header = "x0,x1,x2,x3,x4,y"
    text = "\n".join([header, *lines])
    (tmp_path / "a.csv").write_text(text)
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(text.encode(), 1))
    (tmp_path / "c").mkdir()
    for i in range(3):
        part = lines[i * 10_004 : (i + 1) * 10_004]
        (tmp_path / f"c/{i}.tsv").write_text("\n".join([header, *part]).replace(",", "\t") + "\n")
    np.save(tmp_path / "X.npy", np.asfortranarray(X))
    np.save(tmp_path / "y.npy", y)
    work = Slopes(MSE(), np.ones((6, 1)))
    expected = scan(X, y).sums(work)[0].tobytes()
    for piece in (1 << 14, 1 << 24):
        monkeypatch.setattr(numbering, "PIECE", piece)
        tables = [scan(tmp_path / name, "y", engine=Here(n)) for name in ("a.csv", "b.csv.gz", "c") for n in (1, 3)]
        tables.append(scan(tmp_path / "X.npy", str(tmp_path / "y.npy")))
        assert {table.sums(work)[0].tobytes() for table in tables} == {expected}
