"""Checkpoint: a file from which a fit that was broken off goes on, in the middle of a pass, to the same bits."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.checksum import BLANK, has_checksum, sealed
from ..core.errors import DataError, FileError, UsageError
from ..core.files import check_new, plain, write_new
from ..core.schema import read_json
from ..core.shown_text import visible
from ..core.types import Array
from ..core.version import __version__
from ..data.tree import Forest
from .part import Part
from .running import Running, hash_of_values
from .works import Work

__all__ = ["Checkpoint", "State"]

FORMAT, VERSION = "steepest-checkpoint", 2
SHARE, AT_END = 0.02, 0.1  # of the time that saving may take: after a part, and at the end of a pass


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
    fiftieth of the time, at the end of a pass a tenth. Sums of a pass that draws a sample are large: what is new since
    the file was written goes into a second file, ``path`` with ``.new`` after it, as long as it is less than half of
    all. The fit makes the same passes again from the state that is restored: those whose sums are known read nothing.

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
        self.beside = self.path.with_name(f"{self.path.name}.new")  # what is new since the file was written
        self.plan: dict[str, Any] = plain(
            {**plan, "version of steepest": __version__, "version of NumPy": np.__version__}
        )
        self.restored: State | None = None  # what the fit gave last
        self._passes: dict[str, Pass] = {}
        self._base: tuple[str, dict[str, Pass]] | None = None  # checksum and passes of the file, if the plan is there
        self._fit: frozenset[str] | None = None  # names that the fit has added to the plan
        self._saved, self._took = time.monotonic(), [0.0, 0.0]  # when; seconds for the file, and for the second one
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
            return
        self._fit, self.plan, self._base = frozenset(asked), {**self.plan, **asked}, None

    def state(self, values: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Save the state of the fit. The sums of the passes before it are no longer needed."""
        self.restored, self._passes, self._base = State(dict(values), dict(arrays)), {}, None
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
                self.save()
            raise
        if not before.whole:
            leaves = -(-(parts[-1].first + parts[-1].rows) // one.how.leaf)
            top = (max(0, (leaves - 1).bit_length()), 0)
            self._passes[known] = Pass(cut, True, (), {top: running.total(leaves)})
            if self._due(AT_END):
                self.save()

    def save(self) -> None:
        """Write what is new, or all of it."""
        began = time.monotonic()
        if aside := self._aside:
            _write(self.beside, self._content(State({"base": self._base and self._base[0]}, {}), self._new))
        else:
            data = self._content(self.restored, self._passes)
            _write(self.path, data)
            self.beside.unlink(missing_ok=True)
            self._base = sha256(data).hexdigest(), dict(self._passes)
        self._saved = time.monotonic()
        self._took[aside] = self._saved - began

    def remove(self) -> None:
        """Remove the file: the fit is complete, and another may begin."""
        self.path.unlink(missing_ok=True)
        self.beside.unlink(missing_ok=True)
        self.plan = {name: value for name, value in self.plan.items() if name not in (self._fit or ())}
        self.restored, self._passes, self._base, self._fit = None, {}, None, None

    def _added(self, known: str, cut: str, running: Running) -> None:
        self._keep(known, cut, running)
        if self._due(SHARE):
            self.save()

    def _keep(self, known: str, cut: str, running: Running) -> None:
        self._passes[known] = Pass(cut, False, tuple(sorted(running.done)), dict(running.forest))

    @property
    def _new(self) -> dict[str, Pass]:
        """The passes that the file lacks."""
        known = {} if self._base is None else self._base[1]
        return {name: one for name, one in self._passes.items() if known.get(name) is not one}

    @property
    def _aside(self) -> bool:
        """Whether they go into the second file."""
        return self._base is not None and _bytes(self._new) < _bytes(self._passes) / 2

    def _due(self, share: float) -> bool:
        pause = self._took[self._aside] / share if self.every is None else self.every
        return time.monotonic() >= self._saved + pause

    def _content(self, restored: State | None, passes: dict[str, Pass]) -> bytes:
        state = restored or State({}, {})
        sums = _arrays(passes)
        header = {
            "format": FORMAT,
            "version": VERSION,
            "plan": self.plan,
            "fit": None if self._fit is None else sorted(self._fit),
            "state": None if restored is None else state.values,
            "arrays": list(state.arrays),
            "passes": [
                [known, one.cut, one.whole, one.done, [(*node, len(partial)) for node, partial in one.forest.items()]]
                for known, one in passes.items()
            ],
        }
        out = io.BytesIO()
        members = {str(i): np.asarray(array) for i, array in enumerate((*state.arrays.values(), *sums))}
        np.savez(out, allow_pickle=False, header=np.array(json.dumps(header)), **members)
        with zipfile.ZipFile(out, "a") as archive:
            archive.comment = BLANK.encode()
        return sealed(out.getvalue())

    def _restore(self) -> None:
        data, name = _content_of(self.path), visible(str(self.path))
        plan, fit, self.restored, self._passes = _read(data, name)
        base = sha256(data).hexdigest()
        self._base = base, dict(self._passes)
        if self.beside.exists():
            since, new = _read(_content_of(self.beside), visible(str(self.beside)))[2:]
            if since is not None and since.values.get("base") == base:  # else it is older than the file
                self._passes |= new
        self._check({name: value for name, value in plan.items() if name not in (fit or ())}, self.plan)
        self.plan, self._fit = plan, fit

    def _check(self, found: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
        name = visible(str(self.path))
        for key in (*asked, *found):
            there, here = (_shown(plan, key) for plan in (found, asked))
            if there != here:
                remedy = "give the same, or name another file"
                raise UsageError(f"{name}: a checkpoint of another fit: {key} is {there} there, {here} here: {remedy}")


def _arrays(passes: Mapping[str, Pass]) -> list[Array]:
    return [array for one in passes.values() for partial in one.forest.values() for array in partial]


def _bytes(passes: Mapping[str, Pass]) -> int:
    return sum(np.asarray(array).nbytes for array in _arrays(passes))


def _write(path: Path, data: bytes) -> None:
    write_new(path, lambda file: file.write(data), force=True)


def _content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FileError(f"{visible(str(path))}: cannot be read ({reason})") from None


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
