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

FORMAT, VERSION = "steepest-checkpoint", 2
SHARE = 0.02  # of the time that saving may take


class State(NamedTuple):
    """What a fit needs to go on: JSON values and arrays by name."""

    values: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


class Pass(NamedTuple):
    """The parts of a pass that are done, and their sums; of a whole pass the sums over all rows alone."""

    cut: str  # hash of the first row and the rows of each part
    whole: bool
    done: tuple[int, ...]
    forest: Forest


class Checkpoint:
    """A file from which a fit goes on.

    It has the state that the fit gave last and the sums of all passes since then, the running one among them. It is
    written when a pass is broken off, and after each part, or now and then where writing would take more than a
    fiftieth of the time. The fit makes the same passes again from the state that is restored: those whose sums are
    known read nothing.

    Parameters
    ----------
    path : str or Path
    plan : mapping
        What is known before the fit of all that its bits depend on, as JSON values by name: the source's identity.
    every : float, optional
        Seconds between two saves.

    Raises
    ------
    UsageError
        If the file is of a fit with another plan.
    DataError
        If it is no checkpoint, or damaged.
    FileError
        If it cannot be read, or no file can be written there.
    """

    def __init__(self, path: str | Path, plan: Mapping[str, Any], every: float | None = None) -> None:
        self.path, self.every = Path(path), every
        self.plan: dict[str, Any] = plain(
            {**plan, "version of steepest": __version__, "version of NumPy": np.__version__}
        )
        self.restored: State | None = None  # what the fit gave last
        self._passes: dict[str, Pass] = {}
        self._fit: frozenset[str] | None = None  # names that the fit has added to the plan
        self._saved, self._took = time.monotonic(), 0.0  # when it was saved last, and how long that took
        check_new(self.path, force=True)
        if self.path.exists():
            self._restore()

    def settle(self, plan: Mapping[str, Any]) -> None:
        """Add what the fit is to the plan: the problem, settings.

        Raises
        ------
        UsageError
            If the file is of a fit with another plan.
        """
        asked = plain(dict(plan))
        if self._fit is not None:
            self._check({name: self.plan[name] for name in self._fit}, asked)
        self._fit, self.plan = frozenset(asked), {**self.plan, **asked}

    def state(self, values: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Save the state of the fit. The sums of the passes before it are no longer needed."""
        self.restored, self._passes = State(dict(values), dict(arrays)), {}
        self.save()

    @contextmanager
    def running(self, work: Work, parts: Sequence[Part]) -> Iterator[Running]:
        """The pass of a work over parts, with what was done of it before; it is saved while it runs and at its end."""
        one = parts[0]
        known = hash_of_values(work, one.source.identity, one.how, one.coding)
        cut = hash_of_values(np.array([(part.first, part.rows) for part in parts]))
        before = self._passes.get(known)
        if before is None or not (before.whole or before.cut == cut):
            before = Pass(cut, False, (), {})
        done = range(len(parts)) if before.whole else before.done
        running = Running(work.join, before.forest, done, lambda: self._added(known, cut, running))
        try:
            yield running
        except BaseException:
            with suppress(FileError):  # the first error is told
                self._keep(known, cut, running)
            raise
        if not before.whole:
            leaves = -(-(parts[-1].first + parts[-1].rows) // one.how.leaf)
            top = (max(0, (leaves - 1).bit_length()), 0)
            self._passes[known] = Pass(cut, True, (), {top: running.total(leaves)})
            if self._due:
                self.save()

    def save(self) -> None:
        """Write the file."""
        began = time.monotonic()
        data = self._content()
        write_new(self.path, lambda file: file.write(data), force=True)
        self._saved = time.monotonic()
        self._took = self._saved - began

    def remove(self) -> None:
        """Remove the file: the fit is complete, and another may begin."""
        self.path.unlink(missing_ok=True)
        self.plan = {name: value for name, value in self.plan.items() if name not in (self._fit or ())}
        self.restored, self._passes, self._fit = None, {}, None

    def _added(self, known: str, cut: str, running: Running) -> None:
        if self._due:
            self._keep(known, cut, running)

    def _keep(self, known: str, cut: str, running: Running) -> None:
        self._passes[known] = Pass(cut, False, tuple(sorted(running.done)), dict(running.forest))
        self.save()

    @property
    def _due(self) -> bool:
        return time.monotonic() >= self._saved + (self._took / SHARE if self.every is None else self.every)

    def _content(self) -> bytes:
        state = self.restored or State({}, {})
        sums = [array for one in self._passes.values() for partial in one.forest.values() for array in partial]
        header = {
            "format": FORMAT,
            "version": VERSION,
            "plan": self.plan,
            "fit": None if self._fit is None else sorted(self._fit),
            "state": None if self.restored is None else state.values,
            "arrays": list(state.arrays),
            "passes": [
                [known, one.cut, one.whole, one.done, [(*node, len(partial)) for node, partial in one.forest.items()]]
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
        plan, fit, self.restored, self._passes = _read(data, name)
        self._check({name: value for name, value in plan.items() if name not in (fit or ())}, self.plan)
        self.plan, self._fit = plan, fit

    def _check(self, found: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
        name = visible(str(self.path))
        for key in (*asked, *found):
            there, here = (_shown(plan, key) for plan in (found, asked))
            if there != here:
                remedy = "give the same, or name another file"
                raise UsageError(f"{name}: a checkpoint of another fit: {key} is {there} there, {here} here: {remedy}")


def _shown(plan: Mapping[str, Any], key: str) -> str:
    """A value of a plan for a message."""
    return json.dumps(plan[key], sort_keys=True) if key in plan else "not set"


Content = tuple[dict[str, Any], frozenset[str] | None, State | None, dict[str, Pass]]


def _read(data: bytes, name: str) -> Content:
    """Plan, the names that the fit gave it, state and passes in a file."""
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
            str(cut),
            bool(whole),
            tuple(map(int, done)),
            {(int(level), int(index)): tuple([next(arrays) for _ in range(count)]) for level, index, count in nodes},
        )
        for known, cut, whole, done, nodes in header["passes"]
    }
    plan, values, fit = dict(header["plan"].items()), header["state"], header["fit"]
    names = None if fit is None else frozenset(name for name in fit if name in plan)
    return plan, names, None if values is None else State(dict(values.items()), state), passes
