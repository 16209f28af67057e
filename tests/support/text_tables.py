"""Sources of text for tests: what they read, and files cut into small chunks."""

import numpy as np

from steepest.data.csr import CSR
from steepest.data.readers.asked import Asked
from steepest.data.readers.text_format import PLAIN
from steepest.errors import SteepestError
from steepest.parts.sources import chunks, numbering, text_file
from steepest.parts.sources.files import find_files
from steepest.parts.sources.formats import scan_text


def cut_small(monkeypatch, block=64, piece=200):
    """Chunks and pieces of a few lines."""
    monkeypatch.setattr(text_file, "BLOCK", block)
    monkeypatch.setattr(chunks, "BLOCK", block)
    monkeypatch.setattr(numbering, "PIECE", piece)


def source_of(paths, form=PLAIN, **asked):
    return scan_text(find_files(paths), Asked(**asked), form)


def dense(rows):
    if not isinstance(rows.X, CSR):
        return rows.X
    X = np.zeros(rows.X.shape)
    X[np.repeat(np.arange(len(X)), np.diff(rows.X.indptr)), rows.X.indices] = rows.X.data
    return X


def read_all(source, size=4096):
    """X and y of all pieces."""
    found = [rows for i in range(len(source.pieces)) for rows in source.read(i, 0, size)]
    return np.concatenate([dense(rows) for rows in found]), np.concatenate([rows.y for rows in found])


def outcome(call):
    """What a call returns, or the error it raises as text."""
    try:
        return call()
    except SteepestError as error:
        return str(error)
