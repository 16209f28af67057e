"""Text tables as other programs write them: judged by many lines, read right or refused with the true reason."""

from __future__ import annotations

import random

import numpy as np
import pytest

from steepest.core.errors import DataError, SteepestError, UsageError
from steepest.data.readers.tables import read_table


def read(tmp_path, text, name="t.csv", **options):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_table(path, **options)


# ------------------------------------------------------------------ each kind by name


@pytest.mark.parametrize(
    ("text", "names", "X", "note"),
    [
        (",dose,gain\n7,1,2.5\n3,2,3.5\n", ("dose", "gain"), [[1, 2.5], [2, 3.5]], "index of the rows, column c1,"),
        (",c1\n7,1\n3,2\n", ("c1",), [[1], [2]], "column c1_,"),
        (",Unnamed: 0,dose\n0,0,4\n1,1,6\n", ("dose",), [[4], [6]], "column c1, Unnamed: 0,"),
        (",,dose\na,0,4\na,1,6\n", ("dose",), [[4], [6]], "column c1, c2,"),
        (",0,1\n0,2,3\n1,4,5\n", ("0", "1"), [[2, 3], [4, 5]], "column c1,"),
        (
            "0,1\n2.5,3\n1.5,4\n",
            ("0", "1"),
            [[2.5, 3], [1.5, 4]],
            "first row, 0, 1, is read as the header: say --no-header",
        ),
        ("1990;1991\n2.5;3.0\n1.5;4.1\n", ("1990", "1991"), [[2.5, 3], [1.5, 4.1]], "is read as the header"),
        ('"5","3"\n2,3\n1,4\n', ("5", "3"), [[2, 3], [1, 4]], None),
        ('"5","3"\n"2","3"\n', ("c1", "c2"), [[5, 3], [2, 3]], None),
        ("0,1\n2,3\n1,4\n", ("c1", "c2"), [[0, 1], [2, 3], [1, 4]], "the first row, 0, 1, is read as data"),
        ('"u" "v"\n"row one" 1 2\n"row two" 3 4\n', ("u", "v"), [[1, 2], [3, 4]], "column c1,"),
        ("u,v\na,1,2\nb,3,4\n", ("u", "v"), [[1, 2], [3, 4]], "column c1,"),
        ("sep=;\nu;v\n1;2\n3;4\n", ("u", "v"), [[1, 2], [3, 4]], None),
        ('"sep=|"\nu|v\n1|2\n3|4\n', ("u", "v"), [[1, 2], [3, 4]], None),
        ("# u v\n1e0 2e0\n3e0 4e0\n", ("u", "v"), [[1, 2], [3, 4]], "the names u, v are read from a comment, line 1"),
        ("%u,v\n1,2\n3,4\n", ("u", "v"), [[1, 2], [3, 4]], "from a comment"),
        ("# made in May\n# u, v\n1,2\n3,4\n", ("u", "v"), [[1, 2], [3, 4]], "line 2"),
        ("# made in May\nu,v\n1,2\n3,4\n", ("u", "v"), [[1, 2], [3, 4]], "comments above the table"),
        ("# notes of a long day\n1,2\n3,4\n", ("c1", "c2"), [[1, 2], [3, 4]], "comments above the table"),
        ("#,v\n1,2\n3,4\n", ("#", "v"), [[1, 2], [3, 4]], None),
        ("u,v,\n1,2,\n3,4,\n", ("u", "v"), [[1, 2], [3, 4]], "delimiter at the end of each line"),
        ("u;v\n1;2;\n3;4;\n", ("u", "v"), [[1, 2], [3, 4]], "delimiter at the end of each line"),
        ("u,v,,,\n1,2,,,\n3,4,,,\n", ("u", "v"), [[1, 2], [3, 4]], "delimiter at the end of each line"),
        ("u,v,\na,1,2,\nb,3,4,\n", ("u", "v"), [[1, 2], [3, 4]], "column c1,"),
        ('"u","v"\n"7",1,2\n"3",3,4\n', ("u", "v"), [[1, 2], [3, 4]], "column c1,"),
        ('"u"\n"1",5\n"2",7\n', ("u",), [[5], [7]], "column c1,"),
        ("u;v;\nr1;1;2;\nr2;3;4;\n", ("u", "v"), [[1, 2], [3, 4]], "delimiter at the end of each line"),
        ("# u,v,\n1,2,\n3,4,\n", ("u", "v"), [[1, 2], [3, 4]], "the names u, v are read from a comment, line 1"),
        ("# u,v\n1,2,\n3,4,\n", ("u", "v"), [[1, 2], [3, 4]], "the names u, v are read from a comment, line 1"),
        ("# u,v\n# made in May\n1,2\n3,4\n", ("u", "v"), [[1, 2], [3, 4]], "from a comment, line 1"),
        ("# made in May\nsep=;\nu;v\n1;2\n3;4\n", ("u", "v"), [[1, 2], [3, 4]], "comments above the table"),
        ("sep=;\n# u;v\n1;2\n3;4\n", ("u", "v"), [[1, 2], [3, 4]], "from a comment, line 2"),
        ("# units\nu,v\n1,2\n3,4\n", ("u", "v"), [[1, 2], [3, 4]], "comments above the table"),
        ("u,v,\n1,2\n3,4\n", ("u", "v"), [[1, 2], [3, 4]], "delimiter at the end of each line"),
        ("1,2,\n" * 5 + "5,6", ("c1", "c2"), [[1, 2]] * 5 + [[5, 6]], "delimiter at the end of each line"),
    ],
)
def test_each_layout_is_read_and_said(tmp_path, text, names, X, note):
    table = read(tmp_path, text)
    assert (table.names, table.X.tolist()) == (names, X)
    assert any(note in said for said in table.notes) if note else not table.notes


@pytest.mark.parametrize(
    ("text", "options", "reason"),
    [
        ("u,v,w\n1,2\n3,4\n", {}, "line 1: the header has 3 fields, each row has 2: name every column once"),
        ("u;v\na;5;2\na;7;3\n", {}, "line 1: the header has 2 fields, each row has 3: name every column once"),
        ("u\n1,5\n2,7\n", {}, "line 1: the header has 1 field, each row has 2"),
        ("u,v\n5,5,2\n7,7,3\n", {}, "line 1: the header has 2 fields, each row has 3: name every column once"),
        ("u,v\n1,5,2\n1,7,3\n", {}, "line 1: the header has 2 fields, each row has 3: name every column once"),
        ("u,v\n1,5,2\n2,5,3\n3,5,1\n4,1,7\n", {}, "line 1: the header has 2 fields, each row has 3: name every"),
        ("u,v,\n1,5,2,\n2,5,3,\n", {}, "line 1: the header has 2 fields, each row has 3: name every"),
        ("u;v;\n1;2;3;\n4;5;6;\n", {}, "line 1: the header has 2 fields, each row has 3: name every"),
        ("# u,u\n1,2\n3,4\n", {}, "line 1: two columns are called 'u': rename one, or remove the comment"),
        ("# May\n# u,u\n# or\n1,2\n3,4\n", {}, "line 2: two columns are called 'u'"),
        ("# May\nu,v\n1,2\n# late\n3,4\n", {}, "line 4: a comment within the table: remove it"),
        ("# May\nu,v\n# units\n1,2\n3,4\n", {}, "line 3: a comment within the table: remove it"),
        ("u,v\n1,2\n3,4\n# end\n", {}, "line 4: a comment within the table: remove it"),
        ("% May\nu v\n1 2\n3 4\n% the very end\n", {}, "line 5: a comment within the table: remove it"),
        ("# May\nu,v\n1,2\n#3,4\n", {}, "line 4, column 'u': '#3' is not a number"),
        ("# May\nu,v\n" + "1,2\n" * 150 + "#\n5,6\n", {}, "line 153: a comment within the table"),
        ("u,v,\n1,2,\n3,4,5\n", {}, "line 3, column 'c3'|line 2, column 'c3': missing value|line 3: 3 fields"),
        ('u,v\n"1,250",2\n', {}, "'1,250' is not a number: say --thousands , or --decimal ,$"),
        ('u,v\n"1,250,000.5",2\n', {}, "is not a number: say --thousands ,$"),
        ("u;v\n1.250.000;2\n", {}, "is not a number: say --decimal , --thousands .$"),
        ("u;v\n1 250;2\n", {}, "is not a number: say --thousands space$"),
        ("u;v\n1,25;2\n", {}, "'1,25' is not a number: say --decimal ,$"),
        (",y\n0,2\n1,3\n", {"target": "y"}, "no column is left for the features: .* with -x c1"),
    ],
)
def test_what_is_not_read_is_refused_with_its_reason(tmp_path, text, options, reason):
    with pytest.raises(DataError, match=reason) as caught:
        read(tmp_path, text, **options)
    assert "\n" not in str(caught.value)


def test_an_index_is_used_where_it_is_named(tmp_path):
    text = ",dose,gain\n7,1,2.5\n3,2,3.5\n"
    table = read(tmp_path, text, features=["c1", "dose"], target="gain")
    assert (table.X.tolist(), table.notes) == ([[7, 1], [3, 2]], ())
    assert read(tmp_path, text, target="c1").notes == ()


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("5.1,3.5,red\n4.9,3.0,red\n6.2,2.9,blue\n", False),
        ("5,3,red\n4,3,blue\n6,2,green\n", False),
        ("5,3,red\n4,3,blue\n6,2,red\n", False),
        ("1,2,red\n4,3,blue\n6,2,red\n", False),
        ("town,2019,2020\nRome,1,2\nBern,3,4\n", True),
        ("size,colour\n4.9,red\n6.2,blue\n", True),
        ("town,colour\nRome,red\nBern,blue\n", True),
        ("1st,2nd\n4.9,5\n6.2,7\n", True),
    ],
)
def test_text_in_the_first_row_is_a_name_only_above_other_things(tmp_path, text, header):
    names = text.splitlines()[0].split(",") if header else ["c1", "c2", "c3"]
    with pytest.raises(UsageError, match=f"it has {', '.join(names)}$"):
        read(tmp_path, text, target="absent")
    if not header:
        table = read(tmp_path, text, features=["c1"], target="c3", labels=True)
        assert len(table.y) == 3
        assert "is read as data" in table.notes[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0,1\n0.5,0\n0.25,1\n0.7,1\n", True),
        ("red,1,2\nblue,4,7\ngreen,2,9\n", True),
        ("id,2000,2001\n1,1,2\n2,3,4\n", False),
        (",0,1\n0,2.5,3\n1,1.5,4\n", False),
        ('"0","1"\n2.5,3\n1.5,4\n', False),
    ],
)
def test_a_header_that_may_be_data_is_said_and_can_be_denied(tmp_path, text, said):
    last = text.splitlines()[0].split(",")[-1].strip('"')
    table = read(tmp_path, text, features=[last])
    first = text.splitlines()[0].replace(",", ", ")
    note = f"the first row, {first}, is read as the header: say --no-header if it is data"
    assert table.notes == ((note,) if said else ())
    width = text.splitlines()[0].count(",") + 1
    denied = read(tmp_path, text, features=[f"c{width}"], header=False)
    assert len(denied.X) == len(table.X) + 1
    assert not any("--no-header" in kept for kept in denied.notes)
    assert not any("--no-header" in kept for kept in read(tmp_path, text, features=[last], header=True).notes)


@pytest.mark.parametrize("seed", range(200))
def test_no_row_that_begins_like_a_comment_is_lost(tmp_path, seed):
    """Rows whose first cell begins with a mark are read, and comments between rows are refused by their line."""
    draw = random.Random(seed)
    mark, delimiter, n = draw.choice("#%"), draw.choice([",", ";", "\t"]), draw.randint(5, 130)
    above = [f"{mark} made by a program"] * draw.randint(0, 2)
    rows = [[draw.choice([mark, "A", "B"]) + str(i), str(i), repr(draw.random())] for i in range(n)]
    rows[0][0] = "A0"
    lines = [*above, *(delimiter.join(row) for row in [["id", "x", "y"], *rows])]
    table = read(tmp_path, "\n".join(lines), features=["x", "y"])
    assert table.X.tolist() == [[float(x), float(y)] for _, x, y in rows]
    at = draw.randint(len(above) + 2, len(lines))
    lines.insert(
        at, draw.choice([f"{mark} late", mark, f"{mark}a{delimiter}b", delimiter.join([f"{mark} a", *"bcde"])])
    )
    with pytest.raises(DataError, match=f"line {at + 1}: a comment within the table: remove it$"):
        read(tmp_path, "\n".join(lines), features=["x", "y"])


@pytest.mark.parametrize("seed", range(200))
def test_decimal_commas_between_commas_are_never_row_names(tmp_path, seed):
    draw = random.Random(seed)
    n, d = draw.randint(2, 120), draw.randint(1, 4)
    split = draw.sample(range(d), draw.randint(1, d))
    whole = [draw.sample(range(1000), n) if draw.random() < 0.5 else list(range(1, n + 1)) for _ in range(d)]
    rows = [
        [f"{whole[j][i]},{draw.randint(1, 9)}" if j in split else str(whole[j][i]) for j in range(d)] for i in range(n)
    ]
    text = "".join(",".join(row) + "\n" for row in [[f"n{j}" for j in range(d)], *rows])
    with pytest.raises(DataError, match=f"the header has {d} fields?, each row has {d + len(split)}"):
        read(tmp_path, text)


@pytest.mark.parametrize("seed", range(200))
def test_what_stands_above_a_table_is_read_in_any_order(tmp_path, seed):
    """Comments, the separator's line, names in a comment or a header, row names and delimiters at line ends."""
    draw, rng = random.Random(seed), np.random.default_rng(seed)
    n, d, mark, delimiter = draw.randint(2, 30), draw.randint(2, 5), draw.choice("#%"), draw.choice(",;|")
    X, names, tail = rng.normal(size=(n, d)), [f"n{j}" for j in range(d)], draw.choice(["", delimiter])
    twice = draw.random() < 0.2
    names = [*names[:-1], names[0]] if twice else names
    head = delimiter.join(names) + tail
    in_comment = draw.random() < 0.5
    above = [f"{mark} made in May"] * draw.randint(0, 2) + [f"{mark} {head}"] * in_comment
    draw.shuffle(above)
    if delimiter == "|" or draw.random() < 0.5:
        above.insert(draw.randint(0, len(above)), f"sep={delimiter}")
    label = not in_comment and draw.random() < 0.3
    rows = [delimiter.join([f"r{i}"] * label + list(map(repr, row))) + tail for i, row in enumerate(X.tolist())]
    lines = above + [head] * (not in_comment) + rows
    at = next(k for k, line in enumerate(lines, 1) if head in line)
    if twice:
        with pytest.raises(DataError, match=f"line {at}: two columns are called 'n0'"):
            read(tmp_path, "\n".join(lines))
        return
    table = read(tmp_path, "\n".join(lines))
    assert (table.names, table.X.tolist()) == (tuple(names), X.tolist())
    assert any(note.endswith(f"from a comment, line {at}") for note in table.notes) == in_comment
    assert any("index of the rows" in note for note in table.notes) == label
    assert any("delimiter at the end" in note for note in table.notes) == bool(tail)


# ------------------------------------------------------------------ pandas' index in typed files


@pytest.mark.parametrize("name", ["t.parquet", "t.feather"])
@pytest.mark.parametrize("index", [[4, 1, 9], ["a", "b", "c"], None])
def test_the_index_of_a_pandas_table_is_no_feature(tmp_path, name, index):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import feather, parquet

    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"u": [1.0, 2, 4], "v": [3.0, 1, 2]}, index=index)
    save = parquet.write_table if name.endswith("parquet") else feather.write_feather
    save(pa.Table.from_pandas(frame), tmp_path / name)
    table = read_table(tmp_path / name, target="v")
    assert (table.names, table.X.tolist()) == (("u",), [[1], [2], [4]])
    assert (len(table.notes) == 1) == (index is not None)


def test_metadata_that_is_damaged_is_passed_over(tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    for said in (b"{", b"[]", b'{"index_columns": 3}', b'{"index_columns": [{"kind": "range"}, "u"]}'):
        table = pa.table({"u": [1, 2], "v": [3, 4]}).replace_schema_metadata({b"pandas": said})
        parquet.write_table(table, tmp_path / "t.parquet")
        assert read_table(tmp_path / "t.parquet").names == (("v",) if b"kind" in said else ("u", "v"))


# ------------------------------------------------------------------ libsvm


@pytest.mark.parametrize("name", ["t.txt", "t.csv", "t.dat", "t"])
def test_libsvm_is_known_by_its_rows(tmp_path, name):
    table = read(tmp_path, "-1.5 1:2 3:4\n2\n0.5 2:1\n", name, target="label")
    assert table.X.shape == (3, 3)
    assert table.y.tolist() == [-1.5, 2, 0.5]
    assert len(table.notes) == (name != "t")


@pytest.mark.parametrize("name", ["t.txt", "t.libsvm"])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 qid:3 1:2\n2 qid:3 1:1\n", "line 1: qid groups rows for ranking"),
        ("1 0:2 1:3\n2 0:1 1:1\n", "line 1: index 0 counts from 0: count indices from 1"),
        ("1 1:2 2:1\n2 1:3\n1 0:1\n", "line 3: index 0 counts from 0"),
        ("1 1:2 2:1\n2 2:3\n1 1:x\n", "line 3, column 'c1': 'x' is not a number"),
    ],
)
def test_libsvm_of_other_kinds_is_refused_with_its_reason(tmp_path, name, text, reason):
    with pytest.raises(DataError, match=reason):
        read(tmp_path, text, name)


@pytest.mark.parametrize(
    ("text", "options", "X"),
    [
        ("when,y\n2020-01-01 12:30,5\n", {"features": ["y"]}, [[5]]),
        ("y,when\n5,2020-01-01 12:30\n6,2020-01-02 13:00\n", {"features": ["y"]}, [[5], [6]]),
        ("y;odds\n5;at 2:1\n6;at 3:1\n", {"features": ["y"]}, [[5], [6]]),
        ("y\twhen\n5\tday 12:30\n6\tday 13:00\n", {"features": ["y"]}, [[5], [6]]),
        ("run when\n1 12:30\n2 13:00\n", {"features": ["run"]}, [[1], [2]]),
        ("1 12:30\n2 13:00\n", {"features": ["c1"], "delimiter": " "}, [[1], [2]]),
        ("1 12:30pm\n2 3:15am\n", {"features": ["c1"]}, [[1], [2]]),
        ("4 1:2,5\n6 2:1,5\n", {"features": ["c2"]}, [[5], [5]]),
        ("4 1:2 3:4,5\n6 1:1 2:1,7\n", {"features": ["c2"]}, [[5], [7]]),
    ],
)
@pytest.mark.parametrize("name", ["t.txt", "t.csv"])
def test_times_and_ratios_of_a_table_are_not_libsvm(tmp_path, name, text, options, X):
    assert read(tmp_path, text, name, **options).X.tolist() == X


@pytest.mark.parametrize(
    "text",
    [
        "1 12:30\n2 13:00\n",
        "1 16:9\n2 4:3\n",
        "1 9:00 17:30\n2 08:30 16:05\n",
        "1 12:30.5\n2 13:01.2\n",
        "1\t2:1\t4:3\n2\t3:1\t5:4\n",
    ],
)
def test_what_may_be_libsvm_or_times_is_refused_with_both_remedies(tmp_path, text):
    with pytest.raises(DataError, match=r"a file name that ends in \.libsvm, .* --delimiter space$"):
        read(tmp_path, text, "t.txt")
    assert read(tmp_path, text, "t.txt", delimiter="space", features=["c1"]).names == ("c1",)


def test_the_label_of_libsvm_in_a_text_file_is_a_number_and_tabs_are_for_tables(tmp_path):
    with pytest.raises(DataError, match="libsvm rows whose label 'A' is text: write a number"):
        read(tmp_path, "A 1:2 3:4\nB 2:3 4:5\nC 1:1 2:2\n", "t.txt")
    tabs = "1\t1:2\t2:3\n2\t1:4\t2:7\n"
    assert read(tmp_path, tabs, "t").target == read(tmp_path, tabs, "t.svm").target == "label"


def test_rows_that_can_be_nothing_but_libsvm_stay_libsvm(tmp_path):
    for text in (
        "1 61:1\n2 3:1\n",
        "1 3:0.25\n",
        "1 3:1e3\n",
        "1 1:30 2:1\n",
        "1 qid:1 12:30\n# c\n",
        "1 1:2 # a, b\n2 3:1 4:1\n",
    ):
        if "qid" in text:
            with pytest.raises(DataError, match="qid groups rows"):
                read(tmp_path, text, "t.txt")
        else:
            assert read(tmp_path, text, "t.txt").target == "label"


@pytest.mark.parametrize("seed", range(200))
def test_generated_tables_with_times_are_never_read_as_libsvm(tmp_path, seed):
    """A table of numbers, then days and times: its numbers are read, or both remedies are named."""
    draw = random.Random(seed)
    delimiter, n, k = draw.choice([",", ";", "\t", " "]), draw.randint(2, 9), draw.randint(1, 2)
    day = draw.choice(["", "2021-03-04", "4.3.2021"])
    between = draw.choice([" ", "T"]) if day else ""
    clock = draw.choice(["{}:{:02d}", "{:02d}:{:02d}"])
    numbers = [draw.randint(-99, 99) + 0.5 for _ in range(n)]
    times = [[clock.format(draw.randrange(24), draw.randrange(60)) for _ in range(k)] for _ in range(n)]
    rows = [[str(v), *(day + between + t for t in cells)] for v, cells in zip(numbers, times, strict=True)]
    days = ["day", "time"] if between == delimiter else ["time"]
    head = [["value", *(f"{word}{j}" for j in range(k) for word in days)]] if draw.random() < 0.5 else []
    path = tmp_path / "t.txt"
    path.write_text("".join(delimiter.join(row) + "\n" for row in head + rows))
    if not head and not day and delimiter in " \t":
        with pytest.raises(DataError, match=r"ends in \.libsvm"):
            read_table(path, features=["c1"])
    else:
        assert read_table(path, features=["value" if head else "c1"]).X.ravel().tolist() == numbers


# ------------------------------------------------------------------ generated tables in every layout


def written(draw, X, names):
    """A table in a layout drawn at random, and whether it has a header."""
    delimiter = draw.choice([",", ";", "\t", " ", "|"])
    quote = draw.choice(["", '"'])
    kind = draw.choice(["plain", "plain", "tails", "index", "short", "comment", "sep", "none"])
    if delimiter == "|" or (kind == "sep" and delimiter == " "):
        kind, delimiter = "sep", delimiter.replace(" ", ";")
    if delimiter == " ":
        kind = {"tails": "plain", "index": "short"}.get(kind, kind)
        quote = '"'
    cells = [[draw.choice([repr, "{:.17g}".format, "{:.18e}".format])(v) for v in row] for row in X.tolist()]
    head = [quote + name + quote for name in names]
    if kind in ("index", "short"):
        plain = kind == "short" and delimiter == "," and not quote
        labels = draw.sample(range(10 * len(X)), len(X))
        mark = "r" if plain or (quote and draw.random() < 0.5) else ""
        cells = [[f"{quote}{mark}{k}{quote}", *row] for k, row in zip(labels, cells, strict=True)]
        head = ["", *head] if kind == "index" else head
    lines = [delimiter.join(row) for row in ([head] if kind != "none" else []) + cells]
    if kind == "tails":
        first = draw.choice([0, 1])
        lines = lines[:first] + [line + delimiter for line in lines[first:]]
    if kind == "comment":
        lines = [f"# written by a program{draw.choice(['', ', of ours'])}", "# " + lines[0], *lines[1:]]
    if kind == "sep":
        lines = [f"sep={delimiter}", *lines]
    return "".join(line + draw.choice(["\n", "\r\n"]) for line in lines), kind


@pytest.mark.parametrize("seed", range(400))
def test_generated_tables_are_read_back_in_every_layout(tmp_path, seed):
    draw, rng = random.Random(seed), np.random.default_rng(seed)
    n, d = draw.randint(3, 130), draw.randint(2, 6)
    X = rng.normal(size=(n, d)) * 10.0 ** rng.integers(-3, 4, size=d)
    X[:, 0] = np.round(X[:, 0])
    names = [f"n {j}" if draw.random() < 0.2 else f"n{j}" for j in range(d)]
    text, kind = written(draw, X, names)
    expected = tuple(f"c{j + 1}" for j in range(d)) if kind == "none" else tuple(names)
    table = read(tmp_path, text)
    assert table.names == expected, text[:200]
    np.testing.assert_array_equal(table.X, X)
    assert bool(table.notes) == (kind in ("tails", "index", "short", "comment"))


@pytest.mark.parametrize("seed", range(200))
def test_generated_tables_with_a_row_of_another_width_are_refused_by_its_line(tmp_path, seed):
    draw = random.Random(seed)
    n, d = draw.randint(5, 130), draw.randint(3, 6)
    text, _ = written(draw, np.random.default_rng(seed).normal(size=(n, d)) + 0.5, [f"n{j}" for j in range(d)])
    lines = text.splitlines()
    at = draw.randrange(len(lines) // 2 + 2, len(lines))
    delimiter = next((c for c in "|;\t, " if c in lines[-1]), ",")
    lines[at] = delimiter.join(lines[at].split(delimiter)[:2])
    with pytest.raises(SteepestError, match=rf"^[^\n]*line {at + 1}: 2 fields, expected \d") as caught:
        read(tmp_path, "\n".join(lines))
    assert "\n" not in str(caught.value)
