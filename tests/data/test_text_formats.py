"""Text tables in every format that people save: a generator writes them, both readers and pandas read them back."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
import time
from typing import NamedTuple

import numpy as np
import pytest

from steepest.core.errors import DataError, SteepestError, UsageError
from steepest.data.readers import delimited
from steepest.data.readers.libsvm import looks_sparse
from steepest.data.readers.tables import read_table
from steepest.data.readers.text_format import SPELLINGS, TextFormat, text_format

PACKED = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}
WORDS = [
    "red",
    "dark red",
    "bleu clair",
    "gr\u00fcn",
    "caf\u00e9",
    "a,b",
    "x;y",
    "p|q",
    "one\ttwo",
    'the "best"',
    "it's",
    "two\nlines",
]


class Written(NamedTuple):
    """A table, the options that say how it is written, and the bytes of its file."""

    X: np.ndarray  # (n, d) numbers
    labels: list[str]
    names: list[str]  # of the numbers
    target: str
    options: dict[str, str | bool]
    data: bytes
    ending: str
    dialect: dict[str, object]  # of pandas
    records: list[str]  # the rows and what stands above them
    cut: list[str]  # each without its last field
    end: str  # of a line
    shift: int  # columns before the numbers


def numeral(value, digits, decimal, thousands):
    text = f"{value:_.{digits}f}" if thousands else f"{value:.{digits}f}"
    return text.replace(".", decimal).replace("_", thousands or "")


def quoted(cell, quote, style, delimiter, is_text):
    """A cell between quotes where it must be, or the style of the writer says so."""
    must = delimiter == " " and cell != "".join(cell.split())
    must = must or any(sign in cell for sign in (delimiter, quote, "\n", "\r", *("\"'" if cell[:1] in "\"'" else "")))
    wanted = style == "all" or (style == "text" and is_text)
    return quote + cell.replace(quote, 2 * quote) + quote if must or wanted else cell


def lines_of(draw, X, digits, texts, names):
    """Lines of a table, and the options and pandas' arguments that say how they are written."""
    delimiter = draw.choice(",\t; |")
    decimal, thousands = draw.choice([".", ".", ","]), draw.choice([None, None, ",", ".", " ", "'"])
    thousands = None if thousands == decimal else thousands
    quote, style = draw.choice('""\''), draw.choice(["needed", "text", "all"])
    header, index = draw.random() < 0.75, draw.choice([None, None, "unnamed", "short"])
    rows = [
        [numeral(v, k, decimal, thousands) for v, k in zip(row, digits, strict=True)] + [text]
        for row, text in zip(X.tolist(), texts, strict=True)
    ]
    if index is not None and header:
        labels = draw.sample(range(10, 9999), len(rows))
        rows = [[f"r{label}", *row] for label, row in zip(labels, rows, strict=True)]
    head = [[""] * (index == "unnamed") + names] if header else []

    def line(cells, places):
        said = [quoted(cell, quote, style, delimiter, j not in places) for j, cell in enumerate(cells)]
        return delimiter.join(said)

    shift = int(index is not None and header)
    places = range(shift, shift + X.shape[1])
    if delimiter == " ":  # an empty name would not be seen
        head = [[name or 2 * quote for name in row] for row in head]
    lines = [line(row, ()) if row[0] != 2 * quote else delimiter.join([row[0], line(row[1:], ())]) for row in head]
    cut = [*lines, *(line(row[:-1], places) for row in rows)]
    lines += [line(row, places) for row in rows]
    above = [f"{draw.choice(['# ', '#'])}made by a program on the first of May"] * draw.choice([0, 0, 1, 2])
    options = {"decimal": decimal} if decimal != "." else {}
    options |= {"thousands": thousands} if thousands else {}
    pandas = {
        "sep": delimiter if delimiter != " " else r"\s+",
        "decimal": decimal,
        "thousands": thousands,
        "quotechar": quote,
    }
    pandas |= {"header": 0 if header else None, "skiprows": len(above), "index_col": 0 if shift else False}
    return above + lines, above + cut, header, options, pandas


def written(seed):
    draw, rng = random.Random(seed), np.random.default_rng(seed)
    n, d = draw.randint(4, 130), draw.randint(1, 5)
    digits = [draw.randint(0, 5) for _ in range(d)]
    digits[0] = max(digits[0], 1)
    X = np.array(
        [
            [float(f"{v:.{k}f}") for v, k in zip(row, digits, strict=True)]
            for row in rng.normal(size=(n, d)) * 10.0 ** rng.integers(0, 7, size=d)
        ]
    )
    words = draw.sample(WORDS, draw.randint(2, 5))
    texts = [draw.choice(words) for _ in range(n)]
    texts[-1] = texts[0]
    names = [draw.choice(["n{}", "N {}", "größe{}"]).format(j) for j in range(d)] + ["label"]
    lines, cut, header, options, pandas = lines_of(draw, X, digits, texts, names)
    end = draw.choice(["\n", "\n", "\r\n", "\r"])
    records = [line.replace("\n", end) for line in lines]
    text = end.join(records) + draw.choice(["", end, 3 * end, end + "  " + end])
    code = draw.choice(["utf-8", "utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-be"])
    said = {} if code.startswith("utf-8") or code == "utf-16" else {"encoding": code}
    ending = draw.choice(list(PACKED))
    kept = names if header else [f"c{j}" for j in range(1, d + 2)]
    data = PACKED[ending](text.encode(code))
    pandas |= {"encoding": code}
    shift = int(pandas["index_col"] is not False)
    return Written(X, texts, kept[:-1], kept[-1], options | said, data, ending, pandas, records, cut, end, shift)


def read_by_both(path, **options):
    """What our reader and pyarrow's make of a file, which must be the same: a table, or the line that refuses it."""
    found = []
    for limit in (10**9, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(delimited, "SMALL", limit)
            try:
                table = read_table(path, **options)
            except SteepestError as error:
                found.append(str(error))
            else:
                found.append((table.names, table.X.tobytes(), table.y.tolist(), table.notes, table.X.shape))
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize("seed", range(300))
def test_generated_files_are_read_to_the_last_bit_and_row(tmp_path, seed):
    made = written(seed)
    path = tmp_path / f"t.csv{made.ending}"
    path.write_bytes(made.data)
    names, X, labels, _, shape = read_by_both(path, target=made.target, labels=True, **made.options)
    assert (names, shape) == (tuple(made.names), made.X.shape)
    assert made.X.tobytes() == X
    assert labels == made.labels


@pytest.mark.parametrize("seed", range(0, 300, 5))
def test_a_row_that_is_cut_or_left_out_of_a_generated_file_is_seen(tmp_path, seed):
    """A row less is a row less; a row without its last field is refused by its line."""
    made = written(seed)
    path = tmp_path / "t.csv"
    code, at = made.dialect["encoding"], random.Random(seed).randrange(len(made.records) // 2, len(made.records))
    said = {"target": made.target, "features": made.names, "labels": True, **made.options}
    path.write_bytes(made.end.join([*made.records[:at], *made.records[at + 1 :]]).encode(code))
    assert read_by_both(path, **said)[4] == (len(made.X) - 1, made.X.shape[1])
    path.write_bytes(made.end.join([*made.records[:at], made.cut[at], *made.records[at + 1 :]]).encode(code))
    line = 1 + at + sum(record.count(made.end) for record in made.records[:at])
    refused = read_by_both(path, **said)
    assert f", line {line}: {made.X.shape[1] + made.shift} field" in refused


@pytest.mark.parametrize("seed", range(0, 300, 5))
def test_pandas_reads_the_generated_files_alike_with_the_right_arguments(tmp_path, seed):
    pandas = pytest.importorskip("pandas")
    made = written(seed)
    path = tmp_path / f"t.csv{made.ending}"
    path.write_bytes(made.data)
    frame = pandas.read_csv(path, **made.dialect)
    numbers, labels = frame.iloc[:, :-1], frame.iloc[:, -1]
    np.testing.assert_allclose(numbers.to_numpy(np.float64), made.X, rtol=1e-15)
    assert [label.replace("\r\n", "\n").replace("\r", "\n") for label in labels] == made.labels


# ------------------------------------------------------------------ numbers


@pytest.mark.parametrize(
    ("options", "cell", "number"),
    [
        ({"decimal": ","}, "-1,5", -1.5),
        ({"decimal": ","}, "1,5e3", 1500),
        ({"decimal": ","}, ",5", 0.5),
        ({"decimal": "comma", "thousands": "point"}, "1.250.000,25", 1250000.25),
        ({"thousands": "."}, "1.250,5", 1250.5),
        ({"thousands": ","}, "1,250", 1250),
        ({"thousands": ","}, "1,00,000.5", 100000.5),
        ({"thousands": ","}, "12.5", 12.5),
        ({"thousands": ","}, "-1,250e3", -1250000),
        ({"thousands": "space"}, "1\u202f250\u00a0000", 1250000),
        ({"thousands": "apostrophe"}, "1\u2019250'000.5", 1250000.5),
        ({"thousands": ","}, "1,25", "say --decimal ,$"),
        ({"thousands": ","}, "1,2500", "say --decimal ,$"),
        ({"thousands": ","}, ",250", "say --decimal ,$"),
        ({"thousands": ","}, "1250,000,000", "correct it"),
        ({"decimal": ","}, "1.250,5", "with --decimal ,: say --decimal , --thousands .$"),
        ({"decimal": ","}, "1.5", "with --decimal ,: leave the option out, or write all numbers alike$"),
        ({"thousands": "."}, "1.5", "leave the option out"),
        ({"thousands": "space"}, "1,5", "with --thousands space: say --decimal ,$"),
        ({"decimal": ","}, "x", "'x' is not a number with --decimal ,: correct it"),
        ({"decimal": ","}, "nan", "missing value 'nan'"),
        ({"decimal": ","}, "inf", "'inf' is not finite"),
        ({"thousands": ","}, "1_000", "correct it"),
    ],
)
def test_marks_in_numbers_are_read_as_the_options_say_or_the_option_is_named(tmp_path, options, cell, number):
    path = tmp_path / "t.csv"
    path.write_text(f'u;v\n1;2\n"{cell}";3\n', encoding="utf-8")
    found = read_by_both(path, target="v", **options)
    if isinstance(number, str):
        with pytest.raises(DataError, match=f"line 3, column 'u': .*{number}"):
            read_table(path, target="v", **options)
    else:
        assert found[1] == np.array([[1.0], [number]]).tobytes()


@pytest.mark.parametrize("form", SPELLINGS[1:])
@pytest.mark.parametrize("value", [1234567.25, -1000.5, 999999999.0, 1e6, 54321.125])
def test_the_option_that_a_message_names_reads_the_number(tmp_path, form, value):
    text = numeral(value, 3, form.decimal, form.thousands)
    path = tmp_path / "t.csv"
    path.write_text(f'u;v\n"{text}";1\n', encoding="utf-8")
    with pytest.raises(DataError, match="is not a number: say --") as caught:
        read_table(path)
    said = str(caught.value).partition(": say ")[2].split(" or ")
    assert form.marks in said
    words = form.marks.replace("--", "").split()
    options = dict(zip(words[::2], words[1::2], strict=True))
    assert read_table(path, **options).X.tolist() == [[value, 1]]


def test_labels_that_are_numbers_and_roundings_go_by_the_marks(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("x;y\n9.007.199.254.740.993;0,5\n2;1,5\n", encoding="utf-8")
    table = read_table(path, target="y", labels=True, thousands=".")
    assert table.y.tolist() == [0.5, 1.5]
    assert "column 'x'" in table.roundings[0]
    assert read_table(path, target="y", features=["y"][:0], labels=True).y.tolist() == ["0,5", "1,5"]


@pytest.mark.parametrize(
    ("text", "options", "X"),
    [
        ("x\n1,5\n2,5\n", {}, [[1.5], [2.5]]),
        ("1,5\n2,5\n", {}, [[1.5], [2.5]]),
        ('x,y\n"1,5",2\n', {}, [[1.5, 2]]),
        ("x,y\n1,5\n2,5\n", {"delimiter": "comma"}, [[1, 5], [2, 5]]),
        ("x,y\n1,5\n2,5\n", {}, None),
        ("1,5,2,5\n3,5,1,5\n", {}, None),
        ("x\ty\n1,5\t2\n", {}, [[1.5, 2]]),
        ("x|y\n1,5|2\n", {}, [[1.5, 2]]),
        ("x y\n1,5 2\n", {}, [[1.5, 2]]),
    ],
)
def test_a_comma_is_a_delimiter_or_a_decimal_or_refused(tmp_path, text, options, X):
    path = tmp_path / "t.txt"
    path.write_text(text, encoding="utf-8")
    if X is None:
        with pytest.raises(DataError, match="commas may separate fields or decimals: name the delimiter"):
            read_table(path, decimal=",", **options)
    else:
        assert read_table(path, decimal=",", **options).X.tolist() == X


# ------------------------------------------------------------------ encodings


@pytest.mark.parametrize("code", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("given", [None, "latin-1", "utf-8"])
@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.svm"])
def test_a_byte_order_mark_goes_before_the_encoding_given(tmp_path, code, given, name):
    path = tmp_path / name
    texts = {"t.csv": "n\u00e4me,y\n1,2\n", "t.jsonl": '{"n\u00e4me": 1, "y": 2}', "t.svm": "2 1:1\n"}
    path.write_bytes(texts[name].encode(code))
    table = read_table(path, encoding=given)
    assert table.names == (("c1",) if name == "t.svm" else ("n\u00e4me", "y"))


@pytest.mark.parametrize(
    "encoding", ["hex", "rot13", "nonsense", "a\0b", "", "idna", "unicode_escape", "undefined", "utf-7"]
)
def test_an_encoding_is_one_of_text(encoding):
    with pytest.raises(UsageError, match="is not known: write one such as utf-8, latin-1, cp1252 or utf-16"):
        text_format(encoding=encoding)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "code", "bad"),
    [(None, "utf-8", b"\xe9"), ("cp1252", "cp1252", b"\x81"), ("utf-16-le", "utf-16-le", b"\0\xdc")],
)
def test_a_byte_of_another_encoding_is_named_by_its_line(tmp_path, end, encoding, code, bad):
    path = tmp_path / "t.csv"
    path.write_bytes(f"x,y{end}1,2{end}3,".encode(code) + bad + end.encode(code))
    with pytest.raises(DataError, match=rf"line 3: byte 0x.. is not {code.upper()}: .*--encoding latin-1$"):
        read_table(path, encoding=encoding)


# ------------------------------------------------------------------ header, quotes, records


def test_a_header_is_what_the_user_says(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("# u,v\n5,3\n4,1\n6,2\n", encoding="utf-8")
    assert read_table(path).names == ("u", "v")
    assert read_table(path, header=True).names == ("5", "3")
    assert read_table(path, header=False).names == ("c1", "c2")
    assert [len(read_table(path, header=said).X) for said in (None, True, False)] == [3, 2, 3]


def test_single_quotes_are_found_below_the_first_line(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("town,x\nRome,1\n'Bern, old',2\n'it''s',3\n", encoding="utf-8")
    table = read_table(path, target="town", labels=True)
    assert table.y.tolist() == ["Rome", "Bern, old", "it's"]
    path.write_text("town,x\nRome,1\n'tis,2\nrock 'n' roll,3\n", encoding="utf-8")
    assert read_table(path, target="town", labels=True).y.tolist() == ["Rome", "'tis", "rock 'n' roll"]


def test_a_row_over_many_lines_says_no_less_than_others_of_the_delimiter(tmp_path):
    path = tmp_path / "t.csv"
    letter = "Dear all;\nof rain; there was; little;\nno more;"
    path.write_text("text,x\n" + "".join(f'"{letter}",{k}\n' for k in range(90)), encoding="utf-8")
    table = read_table(path, target="text", labels=True)
    assert table.X.ravel().tolist() == list(range(90))
    assert set(table.y) == {letter}


@pytest.mark.parametrize(
    ("text", "names", "row"),
    [
        ("birth date\tx\n12 March\t5\n9 May\t7\n", ("birth date", "x"), "12 March"),
        ("date\tx\n12 March\t5\n9 May\t7\n7 May\t1\n", ("date", "x"), "12 March"),
        ("a\tx\n1 234\t5\n2 345\t6\n3 456\t7\n", ("a", "x"), "1 234"),
        ("a b\tx\n1 2\t5\n2 3\t6\n", ("a", "b", "x"), "1"),
    ],
)
def test_tabs_go_before_blanks_in_texts(tmp_path, text, names, row):
    path = tmp_path / "t.txt"
    path.write_text(text, encoding="utf-8")
    table = read_table(path, features=["x"], target=names[0], labels=True)
    assert str(table.y[0]).removesuffix(".0") == row
    with pytest.raises(UsageError, match=f"it has {', '.join(names)}$"):
        read_table(path, target="absent")


def test_a_wide_line_is_judged_in_linear_time():
    line = ",".join(["0.123456789"] * 50_000)
    began = time.process_time()
    assert not looks_sparse([line] * 3)
    assert time.process_time() - began < 2


def test_a_format_is_kept_as_json_and_read_back():
    form = text_format(header=True, delimiter="tab", thousands="space", encoding="Latin-1")
    assert text_format(**json.loads(json.dumps(form._asdict()))) == form
    assert text_format() == TextFormat()
