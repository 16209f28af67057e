"""Trajectories on disk: .npz, .json and .parquet keep everything exactly, .csv the table. Never pickle."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from .errors import DataError, FileError, UsageError
from .trajectory import Trajectory
from .verdict import Verdict
from .writing import plain, write_new

__all__ = ["ENDINGS", "check_name", "load", "save"]

FORMAT, VERSION = "steepest-trajectory", 1
ENDINGS = (".npz", ".json", ".parquet", ".csv")
ARRAYS = ("coef", "intercept", "step", "epoch", "learning_rate", "seconds", "cost", "gradient_norm", "cost_step")
WHOLE_NUMBERS = ("step", "cost_step")


def save(path: Trajectory, file: Path, force: bool) -> None:
    """Write a trajectory in the format its file name asks for."""
    check_name(file)
    writers = dict(zip(ENDINGS, (_write_npz, _write_json, _write_parquet, _write_csv), strict=True))
    write_new(file, lambda out: writers[file.suffix](path, out), force)


def check_name(file: Path) -> None:
    """Refuse a file name that `save` would refuse."""
    if file.suffix not in ENDINGS:
        raise UsageError(f"{file.name}: a trajectory is saved as {', '.join(ENDINGS)}, by the end of the file's name")
    if file.suffix == ".parquet":
        _arrow()


def load(file: Path) -> Trajectory:
    """Read a trajectory; anything else is refused with one line."""
    readers = {".npz": _read_npz, ".json": _read_json, ".parquet": _read_parquet}
    if file.suffix == ".csv":
        raise UsageError(f"{file.name}: a .csv holds the table only and cannot be loaded as a trajectory: save .npz")
    if file.suffix not in readers:
        raise UsageError(f"{file.name}: a trajectory is read from {', '.join(readers)}, by the end of the file's name")
    try:
        with file.open("rb") as stream:
            header, arrays = readers[file.suffix](stream)
        return _checked(header, arrays)
    except OSError as error:
        raise FileError(f"{file.name}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile, RecursionError, EOFError):
        raise DataError("not a trajectory: name a file that --trajectory or save wrote", file=file.name) from None


def _header(path: Trajectory) -> dict[str, Any]:
    verdict = path.verdict._asdict() if path.verdict else None
    meta = plain(path.meta)
    return {"format": FORMAT, "schema_version": VERSION, "names": list(path.names), "meta": meta, "verdict": verdict}


def _checked(header: dict[str, Any], arrays: dict[str, Any]) -> Trajectory:
    if header["format"] != FORMAT or header["schema_version"] != VERSION:
        raise ValueError("another format or version")
    arrays = {a: np.asarray(arrays[a], np.int64 if a in WHOLE_NUMBERS else np.float64) for a in ARRAYS}
    m, c = len(arrays["step"]), len(arrays["cost_step"])
    if any(len(arrays[a]) != (c if a in ("cost", "gradient_norm", "cost_step") else m) for a in ARRAYS):
        raise ValueError("arrays of different lengths")
    verdict = header["verdict"] and Verdict(**{**header["verdict"], "notes": tuple(header["verdict"]["notes"])})
    return Trajectory(**arrays, names=tuple(header["names"]), meta=dict(header["meta"]), verdict=verdict or None)


def _write_npz(path: Trajectory, out: BinaryIO) -> None:
    np.savez(out, header=np.array(json.dumps(_header(path))), **{a: getattr(path, a) for a in ARRAYS})


def _read_npz(stream: BinaryIO) -> tuple[dict[str, Any], dict[str, Any]]:
    with np.load(stream, allow_pickle=False) as archive:
        return json.loads(str(archive["header"][()])), {a: archive[a] for a in ARRAYS}


def _write_json(path: Trajectory, out: BinaryIO) -> None:
    body = {**_header(path), **{a: getattr(path, a).tolist() for a in ARRAYS}}
    out.write(json.dumps(body).encode())


def _read_json(stream: BinaryIO) -> tuple[dict[str, Any], dict[str, Any]]:
    body = json.load(stream)
    return body, body


def _write_parquet(path: Trajectory, out: BinaryIO) -> None:
    """The table of states, with a second look-up of the costs and the header as metadata of the schema."""
    pa, pq = _arrow()
    whole = {a: getattr(path, a).tolist() for a in ("cost", "gradient_norm", "cost_step")}
    shapes = {"coef_shape": path.coef.shape, "intercept_shape": path.intercept.shape}
    extra = json.dumps({**_header(path), **whole, **shapes}).encode()
    columns = {f"{i}:{name}": column for i, (name, column) in enumerate(path.table().items())}
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


def _write_csv(path: Trajectory, out: BinaryIO) -> None:
    """The table alone; an empty field where a sampled run did not look at the cost."""
    table = path.table()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table)
    for row in zip(*(column.tolist() for column in table.values()), strict=True):
        writer.writerow("" if value != value else repr(value) for value in row)
    out.write(text.getvalue().encode())
