"""Libsvm rows as a stream of sparse rows, whose number of columns is known after a pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from ...core.errors import DataError, UsageError
from ...data.layout import with_columns
from ...data.readers.asked import Asked
from ...data.readers.content import Content
from ...data.readers.libsvm import LABEL, Sparse, libsvm_rows
from ...data.readers.regular_libsvm import regular_rows
from ...data.rows import Rows
from .chunks import Chunk, chunks, placed
from .files import hash_of
from .numbering import BEGIN, Mark
from .text_file import TextFile

__all__ = ["LibsvmStream"]

VERSION = 1  # of the rules by which text becomes numbers


class LibsvmStream:
    """Files of libsvm rows. The first number of a row is its target, "label"; columns are c1, c2, ...

    Parameters
    ----------
    files : sequence of TextFile
    asked : Asked
    """

    remote = True
    levels = None
    targets = (LABEL,)
    weights = None  # no column has a name

    def __init__(self, files: Sequence[TextFile], asked: Asked) -> None:
        others = {
            "weights": asked.weights,
            "offset": asked.offset,
            "exposure": asked.exposure,
            "names to drop": asked.drop,
        }
        given = [what for what, name in others.items() if name]
        if given or asked.target not in (None, LABEL, (LABEL,), [LABEL]):
            lack = given[0] if given else "other"
            raise UsageError(f"{files[0].name}: the target of a libsvm file is {LABEL!r} and it has no {lack}")
        self._files, self._features, self._columns = tuple(files), asked.features, 0
        kinds = [text.kind for text in files]
        self.identity = hash_of([text.file for text in files], "libsvm", VERSION, kinds, asked.features)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, up to the highest index met so far."""
        return tuple(f"c{j + 1}" for j in range(self._width)) if self._features is None else tuple(self._features)

    @property
    def _width(self) -> int:
        return self._columns if self._features is None else len(self._features)

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files."""
        return tuple(text.name for text in self._files)

    def check(self, files: Iterable[int] | None = None) -> None:
        """Refuse files that are no longer as they were found; some of them alone."""
        for file in range(len(self._files)) if files is None else files:
            self._files[file].file.check()

    def batches(self, file: int) -> Iterator[Rows]:
        """All rows of a file, a batch for each chunk."""
        return (rows for _, rows in self.marked(file))

    def settled(self, rows: Rows) -> Rows:
        """The rows with as many columns as the highest index of all files."""
        return rows._replace(X=with_columns(rows.X, self._width))

    def marked(self, file: int, start: Mark = BEGIN) -> Iterator[tuple[Mark | None, Rows]]:
        """The rows from a mark on; each batch with its own mark if the file is not compressed."""
        text, count = self._files[file], 0
        for chunk in chunks(text, start):
            with placed(chunk.mark.line):
                rows = self._rows(chunk, text)
            count += rows.shape[0]
            if rows.shape[0]:
                yield chunk.mark if text.seekable else None, rows
        if count == 0:
            raise DataError("no rows: write LABEL INDEX:VALUE ... in each line", file=text.name)

    def line(self, file: int, start: Mark, row: int) -> int:
        """The line of a row, counted from 0 from a mark on."""
        text = self._files[file]
        lines = (
            chunk.mark.line + line for chunk in chunks(text, start) for line in libsvm_rows(_content(chunk, text)).lines
        )
        return next(islice(lines, row, None))

    def _rows(self, chunk: Chunk, text: TextFile) -> Rows:
        found = regular_rows(chunk.data)
        if found is None:
            sparse = libsvm_rows(_content(chunk, text))
            found = sparse.target(False), sparse.X
        y, X = found
        self._columns = max(self._columns, X.columns)
        if self._features is not None:
            X = Sparse(text.name, X, [], []).select(self._features)
        return Rows(X, np.asfortranarray(y[:, None]), total=float(len(y)))


def _content(chunk: Chunk, text: TextFile) -> Content:
    return Content(text.name, text.suffix, chunk.data)
