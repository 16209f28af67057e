"""Sparse rows as LIBSVM writes them: ``LABEL INDEX:VALUE INDEX:VALUE ...``, indices from 1, ascending."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...core.errors import DataError, UsageError
from ..csr import CSR
from ..encoding.text_column import Text
from .cells import as_numbers, is_number, number_fault
from .columns import BLOCK, Wanted, collect, labels_of
from .content import Content, lines

__all__ = [
    "LABEL",
    "MOST_COLUMNS",
    "Sparse",
    "libsvm_rows",
    "looks_sparse",
    "may_be_times",
    "read_libsvm",
    "text_label",
]

LABEL = "label"  # the name of the target, which has none in the file
MOST_COLUMNS = 10_000_000  # each has a name; one wild index must not fill the memory
ROW = re.compile(r"\s*([^\s:#]+)((?:\s+\d{1,9}:[^\s:#]+)*+)\s*(?:#.*)?\n?", re.ASCII)
GROUP = re.compile(r"\A(\s*+[^\s:#]++)\s+qid:\S+", re.ASCII)  # at the start alone: a search is quadratic in the line
PAIR = re.compile(r"\d+:[^\s:]+", re.ASCII)
TIME = re.compile(r"[0-5]?\d:[0-5]\d", re.ASCII)  # of the day, or minutes and seconds
RATIO = re.compile(r"[0-5]?\d:(?:\d+|[0-5]\d\.\d+)", re.ASCII)  # or a time with a part of a second
NUMBERS = re.compile(r"[^\s:]+", re.ASCII)  # str.split would also cut at separators that are no space here


class Sparse(NamedTuple):
    """A libsvm file."""

    file: str
    X: CSR
    labels: list[str]
    lines: list[int]

    @property
    def names(self) -> tuple[str, ...]:
        """Columns c1, c2, ... up to the highest index in the file."""
        return tuple(f"c{i + 1}" for i in range(self.X.columns))

    def target(self, as_labels: bool) -> NDArray[Any]:
        """First number of each row."""
        rows = zip(self.lines, ([label] for label in self.labels), strict=True)
        wanted = Wanted(LABEL, "correct it or remove the row", text=as_labels)
        column = collect(rows, [LABEL], [wanted], self.file)[0]
        return labels_of(column, LABEL, self.file, self.lines.__getitem__) if isinstance(column, Text) else column

    def select(self, features: Sequence[str]) -> CSR:
        """Return the columns named, in that order; a column beyond the file's highest index is 0."""
        new = np.full(self.X.columns, -1, np.int64)
        for j, name in enumerate(features):
            k = _index(name, self.file)
            if k < len(new):
                new[k] = j
        kept = new[self.X.indices] >= 0
        indptr = np.concatenate(([0], np.cumsum(kept)))[self.X.indptr]
        indices = new[self.X.indices[kept]]
        order = np.lexsort((indices, np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))))
        return _csr(self.X.data[kept][order], indices[order], indptr, len(features))


def looks_sparse(sample: Sequence[str]) -> bool:
    """Whether every line is a libsvm row with a number as its label, half of them or more with INDEX:VALUE.

    Examples
    --------
    >>> looks_sparse(["-1 3:1 11:0.5", "1 2:1"]), looks_sparse(["1 2 3"]), looks_sparse(["2020-01-01 12:30"])
    (True, False, False)
    """
    rows = _sampled(sample)
    like = all(found and is_number(found[1]) and not any(sign in line for sign in ",;") for line, found in rows)
    filled = [line for line, found in rows if found and any(map(_is_numeric, PAIR.findall(found[2])))]
    return like and 2 * len(filled) >= len(rows) > 0


def text_label(sample: Sequence[str]) -> str | None:
    """The first label that is text, in lines that are libsvm rows but for their labels.

    Examples
    --------
    >>> text_label(["A 1:2 3:4", "B 2:3"]), text_label(["name age", "Ann 3"])
    ('A', None)
    """
    rows = [found for _, found in _sampled(sample)]
    pairs = [PAIR.findall(found[2]) if found else [] for found in rows]
    if not all(own and all(map(_is_numeric, own)) for own in pairs):
        return None
    labels = [found[1] for found in rows if found and not is_number(found[1])]
    return next((label for label in labels if not re.search("[,;|]", label)), None)


def may_be_times(sample: Sequence[str], is_table: bool) -> bool:
    """Whether the pairs of lines that look sparse may all be times, below 60:60; with qid none are.

    In a file named as a table, tabs speak for a table too, and ratios where no line has more than one pair.

    Examples
    --------
    >>> may_be_times(["1 12:30", "2 13:00"], False), may_be_times(["1 1:30 60:1"], True)
    (True, False)
    >>> may_be_times(["1 16:9", "2 4:3"], True), may_be_times(["1 2:1 4:3"], True)
    (True, False)
    """
    if any(map(GROUP.match, sample)):
        return False
    rows = [[pair for pair in PAIR.findall(found[2]) if _is_numeric(pair)] for _, found in _sampled(sample) if found]
    if is_table and any("\t" in line.split("#")[0].strip() for line in sample):
        return True
    pattern = RATIO if is_table and all(len(pairs) < 2 for pairs in rows) else TIME
    return all(pattern.fullmatch(pair) for pairs in rows for pair in pairs)


def _sampled(sample: Sequence[str]) -> list[tuple[str, re.Match[str] | None]]:
    """Lines that are no comments, without a comment or qid, and what ROW finds in them."""
    rows = [GROUP.sub(r"\1", line.split("#")[0], count=1) for line in sample if not line.lstrip().startswith("#")]
    return [(row, ROW.fullmatch(row)) for row in rows]


def _is_numeric(pair: str) -> bool:
    return is_number(pair.partition(":")[2])


def read_libsvm(content: Content) -> Sparse:
    r"""Read all rows; empty lines and comments are skipped.

    Examples
    --------
    >>> read_libsvm(Content("a9a", "", b"-1 1:1 3:0.5\n+1 2:2\n")).X.shape
    (2, 3)
    """
    found = libsvm_rows(content)
    if not found.labels:
        raise DataError("no rows: write LABEL INDEX:VALUE ... in each line", file=content.name)
    return found


def libsvm_rows(content: Content) -> Sparse:
    """The rows of a file, or of a part of it that may have none."""
    file, rows = content.name, _rows(content)
    labels: list[str] = []
    numbers: list[int] = []
    parts = [(np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int64))]
    while block := list(islice(rows, BLOCK)):
        numbers += [line for line, _, _ in block]
        labels += [label for _, label, _ in block]
        parts.append(_block(block, file))
    data, indices, counts = (np.concatenate(part) for part in zip(*parts, strict=True))
    indptr = np.concatenate(([0], np.cumsum(counts)))
    return Sparse(file, _csr(data, indices - 1, indptr, int(indices.max(initial=0))), labels, numbers)


def _rows(content: Content) -> Iterator[tuple[int, str, list[str]]]:
    """Line number, label, and index, value, index, value, ... of each row."""
    for number, line in enumerate(lines(content.data), 1):
        found = ROW.fullmatch(line)
        if found:
            yield number, found[1], NUMBERS.findall(found[2])
        elif line.split("#")[0].strip():
            if GROUP.match(line):
                problem = "qid groups rows for ranking, which is not done here: remove qid:... from each line"
                raise DataError(problem, file=content.name, line=number)
            problem = "not a libsvm row: write LABEL INDEX:VALUE INDEX:VALUE ..."
            raise DataError(problem, file=content.name, line=number)


def _block(block: Sequence[tuple[int, str, list[str]]], file: str) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Values, indices (from 1) and the number of them in each row."""
    counts = np.array([len(pairs) // 2 for _, _, pairs in block])
    numbers = np.repeat([line for line, _, _ in block], counts)
    indices = np.array([int(k) for _, _, pairs in block for k in pairs[::2]], dtype=np.int64)
    _check_indices(indices, counts, numbers, file)
    cells = [value for _, _, pairs in block for value in pairs[1::2]]
    values = as_numbers(cells)
    if values is None:
        at, problem = next(
            (i, p) for i, c in enumerate(cells) if (p := number_fault(c, "correct it or remove the row"))
        )
        raise DataError(problem, file=file, line=int(numbers[at]), column=f"c{indices[at]}")
    return values, indices, counts


def _check_indices(indices: NDArray[Any], counts: NDArray[Any], numbers: NDArray[Any], file: str) -> None:
    before = np.concatenate(([0], indices[:-1]))
    starts = np.cumsum(counts) - counts
    before[starts[counts > 0]] = 0
    wrong = (indices <= before) | (indices > MOST_COLUMNS)
    if wrong.any():
        at = int(wrong.argmax())
        index, last = int(indices[at]), int(before[at])
        why = f"is not above {last}: count indices from 1, ascending in each row"
        if index == 0:
            why = "counts from 0: count indices from 1, so add 1 to every index of the file"
        if index > MOST_COLUMNS:
            why = f"is above {MOST_COLUMNS}, the most columns: renumber them"
        raise DataError(f"index {index} {why}", file=file, line=int(numbers[at]))


def _index(name: str, file: str) -> int:
    if not re.fullmatch(r"c[1-9]\d{0,7}", name, re.ASCII):
        raise UsageError(f"{file} has no column {name!r}: a libsvm file has c1, c2, c3, ...")
    return int(name[1:]) - 1


def _csr(data: NDArray[Any], indices: NDArray[Any], indptr: NDArray[Any], columns: int) -> CSR:
    wide = np.int32 if len(data) < 2**31 else np.int64
    return CSR(data, indices.astype(np.int32), indptr.astype(wide), columns)
