"""Trajectories in files: .npz, .json and .parquet keep everything exactly, .csv the table. Pickle is not used."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

import numpy as np

from ..core.errors import DataError, FileError, UsageError
from ..core.files import write_new

__all__ = ["ARRAYS", "ENDINGS", "FORMAT", "VERSION", "WHOLE_NUMBERS", "Stored", "check_name", "load", "save"]

FORMAT, VERSION = "steepest-trajectory", 1
ENDINGS = (".npz", ".json", ".parquet", ".csv")
ARRAYS = ("coef", "intercept", "step", "epoch", "learning_rate", "seconds", "cost", "gradient_norm", "cost_step")
WHOLE_NUMBERS = ("step", "cost_step")


T = TypeVar("T")


class Stored(NamedTuple):
    """The content of a trajectory file: a header for JSON, the arrays named in ``ARRAYS``, and the table."""

    header: dict[str, Any]
    arrays: dict[str, Any]
    table: dict[str, Any]  # columns, one row for each state


def save(path: Stored, file: Path, force: bool) -> None:
    """Write a trajectory, in the format of the file name's ending."""
    check_name(file)
    writers = dict(zip(ENDINGS, (_write_npz, _write_json, _write_parquet, _write_csv), strict=True))
    write_new(file, lambda out: writers[file.suffix](path, out), force)


def check_name(file: Path) -> None:
    """Refuse a file name that `save` would refuse."""
    if file.suffix not in ENDINGS:
        raise UsageError(f"{file.name}: a trajectory is saved as {', '.join(ENDINGS)}, by the end of the file's name")
    if file.suffix == ".parquet":
        _arrow()


def load(file: Path, made: Callable[[dict[str, Any], dict[str, Any]], T]) -> T:
    """The result of ``made`` on a file's header and arrays; a file that is not a trajectory is refused."""
    readers = {".npz": _read_npz, ".json": _read_json, ".parquet": _read_parquet}
    if file.suffix == ".csv":
        raise UsageError(f"{file.name}: a .csv holds the table only and cannot be loaded as a trajectory: save .npz")
    if file.suffix not in readers:
        raise UsageError(f"{file.name}: a trajectory is read from {', '.join(readers)}, by the end of the file's name")
    try:
        with file.open("rb") as stream:
            header, arrays = readers[file.suffix](stream)
        return made(header, arrays)
    except OSError as error:
        raise FileError(f"{file.name}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile, RecursionError, EOFError):
        raise DataError("not a trajectory: name a file that --trajectory or save wrote", file=file.name) from None


def _write_npz(path: Stored, out: BinaryIO) -> None:
    np.savez(out, header=np.array(json.dumps(path.header)), **path.arrays)


def _read_npz(stream: BinaryIO) -> tuple[dict[str, Any], dict[str, Any]]:
    with np.load(stream, allow_pickle=False) as archive:
        return json.loads(str(archive["header"][()])), {a: archive[a] for a in ARRAYS}


def _write_json(path: Stored, out: BinaryIO) -> None:
    body = {**path.header, **{a: path.arrays[a].tolist() for a in ARRAYS}}
    out.write(json.dumps(body).encode())


def _read_json(stream: BinaryIO) -> tuple[dict[str, Any], dict[str, Any]]:
    body = json.load(stream)
    return body, body


def _write_parquet(path: Stored, out: BinaryIO) -> None:
    """The table of states, with the header and the costs as metadata of the schema."""
    pa, pq = _arrow()
    whole = {a: path.arrays[a].tolist() for a in ("cost", "gradient_norm", "cost_step")}
    shapes = {f"{a}_shape": path.arrays[a].shape for a in ("coef", "intercept")}
    extra = json.dumps({**path.header, **whole, **shapes}).encode()
    columns = {f"{i}:{name}": column for i, (name, column) in enumerate(path.table.items())}
    table = pa.table(columns).replace_schema_metadata({FORMAT.encode(): extra})
    pq.write_table(table, out)


def _read_parquet(stream: BinaryIO) -> tuple[dict[str, Any], dict[str, Any]]:
    pa, pq = _arrow()
    content = pa.BufferReader(stream.read())
    try:
        table = pq.read_table(content)
    except (pa.ArrowException, OSError) as error:  # a damaged file is an OSError to Arrow, in several lines
        raise ValueError(str(error)) from None
    header = json.loads((table.schema.metadata or {})[FORMAT.encode()])
    values = [column.to_numpy() for column in table.columns]
    width = int(np.prod(header["coef_shape"][1:]))
    arrays = dict(zip(("step", "epoch", "seconds", "learning_rate"), values, strict=False))
    arrays["coef"] = np.column_stack(values[6 : 6 + width]).reshape(header["coef_shape"])
    ends = values[6 + width :] or [np.zeros(len(arrays["step"]))]  # a function has no intercept
    arrays["intercept"] = np.column_stack(ends).reshape(header["intercept_shape"])
    return header, {**arrays, **{a: header[a] for a in ("cost", "gradient_norm", "cost_step")}}


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise UsageError("Parquet needs pyarrow: pip install 'steepest[tables]'") from error
    return pa, pq


def _write_csv(path: Stored, out: BinaryIO) -> None:
    """The table only; a field is empty if a sampled run did not evaluate the cost."""
    table = path.table
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table)
    for row in zip(*(column.tolist() for column in table.values()), strict=True):
        writer.writerow("" if value != value else repr(value) for value in row)
    out.write(text.getvalue().encode())
