"""Checkpoint: a file from which a fit that was broken off goes on, in the middle of a pass, to the same bits."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.checksum import BLANK, has_checksum, sealed
from ..core.errors import DataError, FileError, UsageError
from ..core.files import check_new, plain, write_new
from ..core.schema import read_json
from ..core.shown_text import visible
from ..core.version import __version__
from ..data.tree import Forest
from .part import Part
from .running import Running, hash_of_values
from .works import Work

__all__ = ["Checkpoint", "State"]

FORMAT, VERSION = "steepest-checkpoint", 1
EVERY = 60.0  # seconds


class State(NamedTuple):
    """What a fit needs to go on: JSON values and arrays by name."""

    values: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


class Pass(NamedTuple):
    """The parts of a pass that are done, and their sums."""

    done: tuple[int, ...]
    forest: Forest


class Checkpoint:
    """A file from which a fit goes on.

    It holds the state that the fit gave last and the sums of all passes since then, the running one among them. It is
    written at the end of each pass, when a pass is broken off, and in a pass after ``every`` seconds. The fit makes the
    same passes again from the state that is restored: those whose sums are known read nothing.

    Parameters
    ----------
    path : str or Path
    plan : mapping
        All that the bits of the fit depend on, as JSON values by name: the source's identity, the problem, settings.
    every : float
        Seconds.

    Raises
    ------
    UsageError
        If the file is of a fit with another plan.
    DataError
        If it is no checkpoint, or damaged.
    FileError
        If it cannot be read, or no file can be written there.
    """

    def __init__(self, path: str | Path, plan: Mapping[str, Any], every: float = EVERY) -> None:
        self.path, self.every = Path(path), every
        self.plan: dict[str, Any] = plain(
            {**plan, "version of steepest": __version__, "version of NumPy": np.__version__}
        )
        self.restored: State | None = None  # what the fit gave last
        self._passes: dict[str, Pass] = {}
        self._saved = time.monotonic()
        check_new(self.path, force=True)
        if self.path.exists():
            self._restore()

    def state(self, values: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Save the state of the fit. The sums of the passes before it are no longer needed."""
        self.restored, self._passes = State(dict(values), dict(arrays)), {}
        self.save()

    @contextmanager
    def running(self, work: Work, parts: Sequence[Part]) -> Iterator[Running]:
        """The pass of a work over parts, with what was done of it before; it is saved while it runs and at its end."""
        one = parts[0]
        cut = np.array([(part.first, part.rows) for part in parts])
        known = hash_of_values(work, one.source.identity, one.how, one.coding, cut)
        before = self._passes.get(known, Pass((), {}))
        running = Running(work.join, before.forest, before.done, lambda: self._added(known, running))
        try:
            yield running
        except BaseException:
            with suppress(FileError):  # the first error is told
                self._keep(known, running)
            raise
        if len(before.done) < len(parts):
            self._keep(known, running)

    def save(self) -> None:
        """Write the file."""
        data = self._content()
        write_new(self.path, lambda file: file.write(data), force=True)
        self._saved = time.monotonic()

    def remove(self) -> None:
        """Remove the file: the fit is complete."""
        self.path.unlink(missing_ok=True)

    def _added(self, known: str, running: Running) -> None:
        if time.monotonic() >= self._saved + self.every:
            self._keep(known, running)

    def _keep(self, known: str, running: Running) -> None:
        self._passes[known] = Pass(tuple(sorted(running.done)), dict(running.forest))
        self.save()

    def _content(self) -> bytes:
        state = self.restored or State({}, {})
        sums = [array for one in self._passes.values() for partial in one.forest.values() for array in partial]
        header = {
            "format": FORMAT,
            "version": VERSION,
            "plan": self.plan,
            "state": None if self.restored is None else state.values,
            "arrays": list(state.arrays),
            "passes": [
                [known, one.done, [(*node, len(partial)) for node, partial in one.forest.items()]]
                for known, one in self._passes.items()
            ],
        }
        out = io.BytesIO()
        members = {str(i): np.asarray(array) for i, array in enumerate((*state.arrays.values(), *sums))}
        np.savez(out, allow_pickle=False, header=np.array(json.dumps(header)), **members)
        with zipfile.ZipFile(out, "a") as archive:
            archive.comment = BLANK.encode()
        return sealed(out.getvalue())

    def _restore(self) -> None:
        name = visible(str(self.path))
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise FileError(f"{name}: cannot be read ({(error.strerror or str(error)).lower()})") from None
        plan, self.restored, self._passes = _read(data, name)
        self._check_plan(plan, name)

    def _check_plan(self, found: dict[str, Any], name: str) -> None:
        for key in (*self.plan, *found):
            there, here = (_shown(plan, key) for plan in (found, self.plan))
            if there != here:
                remedy = "give the same, or name another file"
                raise UsageError(f"{name}: a checkpoint of another fit: {key} is {there} there, {here} here: {remedy}")


def _shown(plan: Mapping[str, Any], key: str) -> str:
    """A value of a plan for a message."""
    return json.dumps(plan[key], sort_keys=True) if key in plan else "not set"


Content = tuple[dict[str, Any], State | None, dict[str, Pass]]


def _read(data: bytes, name: str) -> Content:
    """Plan, state and passes in a file."""
    try:
        has = has_checksum(data, name)
    except DataError:
        raise DataError("a damaged checkpoint: remove it, and the fit begins anew", file=name) from None
    found = None
    with suppress(Exception):  # the decoders may raise anything on another file
        found = _decoded(data) if has else None
    if found is None:
        raise DataError("not a checkpoint: name a file that a fit wrote, or a new one", file=name)
    return found


def _decoded(data: bytes) -> Content | None:
    with np.load(io.BytesIO(data), allow_pickle=False) as members:
        header = read_json(str(members["header"][()]).encode())
        arrays = iter([members[str(i)] for i in range(len(members.files) - 1)])
    if (header["format"], header["version"]) != (FORMAT, VERSION):
        return None
    state = {name: next(arrays) for name in header["arrays"]}
    passes = {
        str(known): Pass(
            tuple(map(int, done)),
            {(int(level), int(index)): tuple([next(arrays) for _ in range(count)]) for level, index, count in nodes},
        )
        for known, done, nodes in header["passes"]
    }
    values = header["state"]
    return dict(header["plan"].items()), None if values is None else State(dict(values.items()), state), passes
