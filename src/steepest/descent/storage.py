"""Trajectories in files: .npz, .json and .parquet keep everything exactly, .csv the table. Pickle is not used.

Each holds its checksum: .npz as the comment of the archive, .json as the last member, .parquet beside the header.
"""

from __future__ import annotations

import csv
import io
import json
import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.checksum import BLANK, has_checksum, sealed
from ..core.errors import DataError, UsageError
from ..core.files import write_new
from ..core.interrupts import postponed_interrupt
from ..core.schema import COUNT, TEXT, Kind, list_of, read_json
from ..core.shown_text import csv_cell, visible
from ..core.unpacking import most_unpacked
from ..data.readers.content import file_bytes
from .file_members import ARRAYS, GRADIENT, OF_COSTS, WHOLE_NUMBERS, run_header, unfit

__all__ = ["ENDINGS", "Stored", "check_name", "load", "save"]

FORMAT, VERSION = "steepest-trajectory", 3
VERSIONS = (1, 2, VERSION)  # the first has no checksum, the first two no gradient
ENDINGS = (".npz", ".json", ".parquet", ".csv")
SHAPES = ("coef_shape", "intercept_shape")
COLUMNS = ("step", "epoch", "seconds", "learning_rate", "cost", "gradient_norm")  # of the table, before coefficients


class Stored(NamedTuple):
    """The content of a trajectory file: a header for JSON, the arrays, and the table.

    The arrays are those named in ``ARRAYS``, and the gradient if it is known.
    """

    header: dict[str, Any]
    arrays: dict[str, Any]
    table: dict[str, Any]  # columns, one row for each state


class WrongMemberError(Exception):
    """What is wrong with a member of a file."""


def save(path: Stored, file: Path, force: bool) -> None:
    """Write a trajectory, in the format of the file name's ending."""
    check_name(file)
    header = {"format": FORMAT, "schema_version": VERSION, **path.header}
    fault = HEADERS[file.suffix](header, "") or unfit(header, path.arrays)
    if fault:
        raise DataError(f"the trajectory cannot be saved, since it could not be loaded: {fault}")
    writers = dict(zip(ENDINGS, (_npz, _json, _parquet, _csv), strict=True))
    content = writers[file.suffix](path._replace(header=header))
    write_new(file, lambda out: out.write(content), force)


def check_name(file: Path) -> None:
    """Refuse a file name that `save` would refuse."""
    if file.suffix not in ENDINGS:
        endings = ", ".join(ENDINGS)
        raise UsageError(f"{visible(file.name)}: a trajectory is saved as {endings}, by the end of the file's name")
    if file.suffix == ".parquet":
        _arrow()


def load(file: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Header and arrays of a file, checked; a file that is not a trajectory is refused."""
    readers = {".npz": _read_npz, ".json": _read_json, ".parquet": _read_parquet}
    name = visible(file.name)
    if file.suffix == ".csv":
        raise UsageError(f"{name}: a .csv holds the table only and cannot be loaded as a trajectory: save .npz")
    if file.suffix not in readers:
        raise UsageError(f"{name}: a trajectory is read from {', '.join(readers)}, by the end of the file's name")
    data = file_bytes(file, name)
    has = has_checksum(data, name)
    try:
        return _checked(*_decoded(readers[file.suffix], data), has, HEADERS[file.suffix])
    except WrongMemberError as error:
        why = f" ({error})" if str(error) else ""
        raise DataError(f"not a trajectory{why}: name a file that --trajectory or save wrote", file=name) from None


Raw = tuple[Any, dict[str, Any]]  # header and arrays as they stand in a file


def _decoded(reader: Callable[[bytes], Raw], data: bytes) -> Raw:
    try:
        return reader(data)
    except (WrongMemberError, UsageError):
        raise
    except Exception:  # the decoders may raise anything on a damaged file
        raise WrongMemberError from None


def _checked(
    header: Any, arrays: dict[str, Any], has: bool, kind: Kind
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    if fault := kind(header, ""):
        raise WrongMemberError(fault)
    if has != (header["schema_version"] > 1):
        raise WrongMemberError("its checksum is missing" if not has else "version 1 has no checksum")
    if GRADIENT in arrays and header["schema_version"] < VERSION:
        raise WrongMemberError(f"version {header['schema_version']} has no gradient")
    found = {name: _numbers(arrays[name], name) for name in (*ARRAYS, GRADIENT) if name in arrays}
    if fault := unfit(header, found):
        raise WrongMemberError(fault)
    return header, found


def _numbers(values: Any, name: str) -> NDArray[Any]:
    """Numbers in an array or in lists as int64 or float64; nothing else is converted."""
    whole = name in WHOLE_NUMBERS
    what = f"{name} must be {'whole ' * whole}numbers in lists of equal lengths"
    if isinstance(values, list) and not _leaves(values) <= {int, float}:
        raise WrongMemberError(what)
    try:
        array = np.asarray(values)
    except ValueError:  # lists of different lengths
        raise WrongMemberError(what) from None
    if array.size and (array.dtype.kind not in ("iu" if whole else "iuf") or (whole and int(array.max()) >= 1 << 63)):
        raise WrongMemberError(what)
    return array.astype(np.int64 if whole else np.float64, copy=False)


def _leaves(values: list[Any], depth: int = 3) -> set[type]:
    """Types of what stands in nested lists."""
    kinds = set(map(type, values))
    return set().union(*(_leaves(one, depth - 1) for one in values)) if depth and kinds == {list} else kinds


def _npz(path: Stored) -> bytes:
    out = io.BytesIO()
    np.savez(out, header=np.array(json.dumps(path.header)), **path.arrays)
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = BLANK.encode()
    return sealed(out.getvalue())


def _read_npz(data: bytes) -> Raw:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        there = archive.namelist()
        names = (*ARRAYS, "header", *([GRADIENT] if f"{GRADIENT}.npy" in there else []))
        expected = sorted(f"{name}.npy" for name in names)
        if sorted(there) != expected or any(m.compress_type for m in archive.infolist()):
            raise WrongMemberError(f"its members must be {', '.join(expected)}, not compressed")
        members = {name: _array(archive.read(f"{name}.npy"), name) for name in names}
    return _object(str(members.pop("header")[()]).encode(), ()), members


def _array(data: bytes, name: str) -> NDArray[Any]:
    """The array in a .npy file, whose shape is compared with its size before it is made."""
    stream, form = io.BytesIO(data), np.lib.format
    version = form.read_magic(stream)
    read = form.read_array_header_1_0 if version == (1, 0) else form.read_array_header_2_0
    shape, columns_first, dtype = read(stream)
    if dtype.kind not in "iufU":
        raise WrongMemberError(f"{name} must be an array of numbers")
    values = np.frombuffer(data, dtype, offset=stream.tell())
    if math.prod(shape) != values.size:
        raise WrongMemberError(f"{name} must have the size that its shape says")
    return values.reshape(shape, order="F" if columns_first else "C")


def _json(path: Stored) -> bytes:
    arrays = {name: array.tolist() for name, array in path.arrays.items()}
    return sealed(json.dumps({**path.header, **arrays, "checksum": BLANK}).encode())


def _read_json(data: bytes) -> Raw:
    return _split(_object(data, ARRAYS), (*ARRAYS, GRADIENT))


def _object(data: bytes, required: tuple[str, ...]) -> dict[str, Any]:
    """A JSON object with these members."""
    try:
        found = read_json(data)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise WrongMemberError from None
    except ValueError as error:
        raise WrongMemberError(str(error)) from None
    if not isinstance(found, dict):
        raise WrongMemberError("it must be an object")
    for name in required:
        if name not in found:
            raise WrongMemberError(f"it has no member {name}")
    return found


def _split(found: dict[str, Any], names: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The members without those that are arrays, and these."""
    return {k: v for k, v in found.items() if k not in names}, {k: v for k, v in found.items() if k in names}


def _parquet(path: Stored) -> bytes:
    """The table of states and gradients, with the header and the costs as metadata of the schema."""
    pa, pq = _arrow()
    costs = {name: path.arrays[name].tolist() for name in OF_COSTS}
    shapes = {name: path.arrays[name.removesuffix("_shape")].shape for name in SHAPES}
    extra = json.dumps({**path.header, **costs, **shapes})
    columns = {
        f"{i}:{name}": np.asarray(column, np.float64 if i else np.int64)
        for i, (name, column) in enumerate((path.table | _gradient_columns(path)).items())
    }
    table = pa.table(columns).replace_schema_metadata({FORMAT: extra, "checksum": BLANK})
    out = io.BytesIO()
    pq.write_table(table, out)
    return sealed(out.getvalue())


def _gradient_columns(path: Stored) -> dict[str, NDArray[Any]]:
    """The gradient by each parameter, one row for each state; NaN where it was not evaluated."""
    if GRADIENT not in path.arrays:
        return {}
    names = [f"{GRADIENT} by {name}" for name in list(path.table)[len(COLUMNS) :]]
    columns = np.full((len(path.arrays["step"]), len(names)), np.nan)
    columns[_looked(path.arrays)] = path.arrays[GRADIENT].reshape(-1, len(names))
    return dict(zip(names, columns.T, strict=True))


def _looked(arrays: dict[str, Any]) -> NDArray[np.intp]:
    """Places of the states whose cost was evaluated."""
    return np.asarray(np.searchsorted(arrays["step"], arrays["cost_step"]))


def _read_parquet(data: bytes) -> Raw:
    pa, pq = _arrow()
    file = pq.ParquetFile(pa.BufferReader(data))
    if file.metadata.num_rows * file.metadata.num_columns * 8 > most_unpacked(len(data)):
        raise WrongMemberError("its table is too large for its file")
    found = _object((file.schema_arrow.metadata or {})[FORMAT.encode()], (*OF_COSTS, *SHAPES))
    for name in SHAPES:
        if fault := list_of(COUNT)(found[name], name):
            raise WrongMemberError(fault)
    header, arrays = _split(found, OF_COSTS)
    values = _columns(file.read(), header)
    last = len(COLUMNS) + math.prod(header["coef_shape"][1:])
    arrays |= dict(zip(COLUMNS[:4], values, strict=False))
    arrays["coef"] = np.column_stack(values[len(COLUMNS) : last]).reshape(header["coef_shape"])
    count = _parameters(header)
    ends = values[last : len(COLUMNS) + count] or [np.zeros(len(values[0]))]  # a function has no intercept
    arrays["intercept"] = np.column_stack(ends).reshape(header["intercept_shape"])
    if slopes := values[len(COLUMNS) + count :]:
        outputs = header["coef_shape"][2:]
        arrays[GRADIENT] = np.column_stack(slopes)[_looked(arrays)].reshape(-1, count // math.prod(outputs), *outputs)
    return header, arrays


def _parameters(header: dict[str, Any]) -> int:
    """Number of parameters of a state, by the header."""
    coefs, ends = (math.prod(header[name][1:]) for name in SHAPES)
    return int(coefs + (0 if "function" in header["meta"] else ends))


def _columns(table: Any, header: dict[str, Any]) -> list[NDArray[Any]]:
    """The columns of the table of states, which are those of the header, with a gradient or without."""
    counts = [len(COLUMNS) + times * _parameters(header) for times in (1, 2)]
    names = [f"{i}:{name}" for i, name in enumerate(COLUMNS)]
    types = ["int64", *["double"] * (table.num_columns - 1)]
    if table.num_columns not in counts or table.column_names[: len(names)] != names:
        raise WrongMemberError("its columns must be those of its header")
    if list(map(str, table.schema.types)) != types or any(column.null_count for column in table.columns):
        raise WrongMemberError("its columns must be numbers")
    return [column.to_numpy() for column in table.columns]


def _arrow() -> tuple[Any, Any]:
    try:
        with postponed_interrupt():
            import pyarrow as pa
            import pyarrow.parquet as pq
    except ImportError as error:
        raise UsageError("Parquet needs pyarrow: pip install 'steepest[tables]'") from error
    return pa, pq


def _csv(path: Stored) -> bytes:
    """The table only; a field is empty if a sampled run did not evaluate the cost."""
    table = path.table
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(csv_cell, table))
    for row in zip(*(column.tolist() for column in table.values()), strict=True):
        writer.writerow("" if value != value else repr(value) for value in row)
    return text.getvalue().encode()


HEADERS = {  # the kind of the header in each format
    **dict.fromkeys((".npz", ".csv"), run_header(FORMAT, VERSIONS, {})),
    ".json": run_header(FORMAT, VERSIONS, {"checksum": TEXT}),
    ".parquet": run_header(FORMAT, VERSIONS, dict.fromkeys(SHAPES, list_of(COUNT))),
}
