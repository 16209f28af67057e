"""Text tables in every format that people save: a generator writes them, both readers and pandas read them back."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
from typing import NamedTuple

import numpy as np
import pytest

from steepest.core.errors import SteepestError
from steepest.data.readers import delimited
from steepest.data.readers.tables import read_table

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
    return above + lines, header, options, pandas


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
    lines, header, options, pandas = lines_of(draw, X, digits, texts, names)
    end = draw.choice(["\n", "\n", "\r\n", "\r"])
    text = end.join(line.replace("\n", end) for line in lines) + draw.choice(["", end, 3 * end, end + "  " + end])
    code = draw.choice(["utf-8", "utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-be"])
    said = {} if code.startswith("utf-8") or code == "utf-16" else {"encoding": code}
    ending = draw.choice(list(PACKED))
    kept = names if header else [f"c{j}" for j in range(1, d + 2)]
    data = PACKED[ending](text.encode(code))
    return Written(X, texts, kept[:-1], kept[-1], options | said, data, ending, pandas | {"encoding": code})


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
def test_pandas_reads_the_generated_files_alike_with_the_right_arguments(tmp_path, seed):
    pandas = pytest.importorskip("pandas")
    made = written(seed)
    path = tmp_path / f"t.csv{made.ending}"
    path.write_bytes(made.data)
    frame = pandas.read_csv(path, **made.dialect)
    numbers, labels = frame.iloc[:, :-1], frame.iloc[:, -1]
    np.testing.assert_allclose(numbers.to_numpy(np.float64), made.X, rtol=1e-15)
    assert [label.replace("\r\n", "\n").replace("\r", "\n") for label in labels] == made.labels
