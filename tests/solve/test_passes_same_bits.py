"""The bits of fits: those of a table in memory, for every format, cut, cache, memory, thread and process."""

import hashlib
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest

from steepest import Problem, make_rows, scan
from steepest.objective.losses.softmax import Softmax
from steepest.objective.penalties import elastic
from steepest.parts import parts as parts_file
from steepest.parts.coding import Coding
from steepest.parts.engines.futures import Futures
from steepest.parts.engines.here import Here
from steepest.parts.part import parts_of
from steepest.solve.fit import fit
from steepest.solve.passes.fit import fit_parts
from steepest.solve.settings import Limits, Settings

pa = pytest.importorskip("pyarrow")
csv = pytest.importorskip("pyarrow.csv")
parquet = pytest.importorskip("pyarrow.parquet")

AUTO, ALL = Settings(), Limits()
FIVE = Limits(5, tol=None)
PENALTIES = {"none": (0.0, 0.0), "l2": (1e-3, 0.0), "l1": (1e-2, 1.0), "elastic": (1e-2, 0.5)}


class Case(NamedTuple):
    """A table and what is fitted to it."""

    loss: str
    penalty: str = "none"
    weights: bool = False
    offsets: bool = False
    float32: bool = False
    sparse: bool = False
    classes: int = 0
    targets: int = 1
    settings: Settings = AUTO
    limits: Limits = ALL
    n: int = 30_011
    d: int = 6
    intercept: bool = True

    def problem(self) -> Problem:
        loss = Softmax() if self.loss == "softmax" else self.loss
        return Problem(loss, penalty=elastic(*PENALTIES[self.penalty]), intercept=self.intercept)


class Given(NamedTuple):
    """The arrays of a table."""

    X: Any
    y: Any
    weights: Any
    offset: Any


CASES = [
    Case("mse", weights=True, offsets=True),
    Case("mse", "l1", float32=True),
    Case("mse", "elastic", sparse=True, weights=True),
    Case("mse", "l2", targets=3, weights=True),
    Case("log_loss"),
    Case("log_loss", "l2", weights=True, offsets=True),
    Case("log_loss", "l2", sparse=True),
    Case("log_loss", "l1", weights=True),
    Case("log_loss", "elastic", float32=True),
    Case("log_loss", "l2", float32=True, intercept=False),
    Case("log_loss", "none", n=9001, d=2),
    Case("log_loss", "l2", n=17_000, d=140),
    Case("log_loss", "l1", d=40, n=13_000, sparse=True, offsets=True),
    Case("softmax", "l2", classes=3),
    Case("softmax", "l2", classes=4, weights=True, sparse=True),
    Case("softmax", "l1", classes=3, float32=True),
    Case("poisson", "l2", offsets=True),
    Case("poisson", weights=True),
    Case("huber", "l2", float32=True),
    Case("huber", weights=True, targets=2),
    Case("probit", "l2"),
    Case("log_loss", "l2", weights=True, settings=Settings("plain", 0.01), limits=FIVE),
    Case("log_loss", "none", offsets=True, settings=Settings("momentum", 0.01), limits=FIVE),
    Case("mse", "l2", settings=Settings("nesterov", 0.01), limits=FIVE, sparse=True),
    Case("poisson", "l2", settings=Settings("adam", 0.01), limits=FIVE),
    Case("softmax", "l2", classes=3, settings=Settings("adam", 0.01), limits=FIVE),
    Case("quantile:q=0.3", "none", weights=True, settings=Settings("plain", 0.001), limits=FIVE),
    Case("log_loss", "l2", settings=Settings("plain", batch_size=32), limits=Limits(2, tol=None)),
    Case("mse", "none", float32=True, settings=Settings("adam", 0.01, batch_size=100), limits=Limits(2)),
    Case("softmax", "l2", classes=3, settings=Settings("momentum", 0.01, batch_size=24), limits=Limits(2)),
]


def given(case: Case, seed: int = 0) -> Given:
    """Arrays, with columns of different means and sizes."""
    rng = np.random.default_rng(seed)
    n, d, k = case.n, case.d, max(case.targets, case.classes)
    X = rng.standard_normal((n, d)) * np.geomspace(0.3, 30, d) + rng.integers(-2, 3, d) * np.geomspace(0.3, 60, d)
    X[:, d - 1] += X[:, 0]
    if case.sparse:
        X = np.where(rng.random((n, d)) < 0.2, X, 0.0)
    X = X.astype(np.float32 if case.float32 else np.float64)
    z = (X - X.mean(0)) / X.std(0) @ rng.standard_normal((d, k)) / np.sqrt(d) - 0.5
    offset = rng.standard_normal(n) * 0.3 if case.offsets else None
    z = z if offset is None else z + offset[:, None]
    return Given(X, target(case, z, rng), rng.random(n) * (rng.random(n) < 0.9) if case.weights else None, offset)


def target(case: Case, z: Any, rng: np.random.Generator) -> Any:
    """The target of linear predictors (n, k)."""
    if case.classes:
        return (z + rng.gumbel(size=z.shape)).argmax(1).astype(float)
    if case.loss in ("log_loss", "probit"):
        return (rng.random(len(z)) < 1 / (1 + np.exp(-z[:, 0]))) * 1.0
    if case.loss == "poisson":
        return rng.poisson(np.exp(np.clip(z[:, 0], -4, 2))) * 1.0
    y = z + rng.standard_normal(z.shape) * np.where(rng.random(z.shape) < 0.1, 5, 1)
    return y if case.targets > 1 else y[:, 0]


def csr_of(X: Any) -> Any:
    """The sparse array of SciPy's type, as a user has it."""
    from scipy.sparse import csr_array

    return csr_array(X)


def in_memory(case: Case, own: Given, **settings: Any) -> Any:
    """The reference: a scan of arrays."""
    X = csr_of(own.X) if case.sparse else own.X
    return scan(X, own.y, weights=own.weights, offset=own.offset, **settings)


def digest(case: Case, table: Any) -> str:
    """SHA-256 of the numbers of a fit."""
    table = table.coded(Coding(case.classes)) if case.classes else table
    run = fit_parts(table, case.problem(), case.settings, case.limits)
    numbers = [run.coef.ravel(), run.intercept.ravel(), run.trajectory.cost]
    numbers += [np.array([x for x in run.certificate if isinstance(x, float)])]
    numbers += [np.array([run.trajectory.meta["passes"]])] * (case.settings.batch_size is None)
    return hashlib.sha256(np.concatenate(numbers).tobytes() + run.verdict.status.encode()).hexdigest()


def as_arrow(own: Given) -> Any:
    """The table of pyarrow."""
    columns = {f"x{j}": own.X[:, j] for j in range(own.X.shape[1])}
    y = own.y.reshape(len(own.y), -1)
    columns |= {"y" if y.shape[1] == 1 else f"y{j}": np.ascontiguousarray(y[:, j]) for j in range(y.shape[1])}
    columns |= {name: v for name, v in (("w", own.weights), ("o", own.offset)) if v is not None}
    return pa.table(columns)


def roles(own: Given) -> dict[str, Any]:
    """Which column is what."""
    k = own.y.reshape(len(own.y), -1).shape[1]
    target = "y" if k == 1 else [f"y{j}" for j in range(k)]
    return {
        "target": target,
        "weights": None if own.weights is None else "w",
        "offset": None if own.offset is None else "o",
    }


def parquet_of(own: Given, folder: Any, group: int, cuts: Any = ()) -> Any:
    """A file, or several that begin at these rows."""
    table, ends = as_arrow(own), [0, *cuts, len(own.y)]
    folder.mkdir(parents=True, exist_ok=True)
    for i, (low, high) in enumerate(pairwise(ends)):
        parquet.write_table(table.slice(low, high - low), folder / f"{i}.parquet", row_group_size=group)
    return folder


def libsvm_of(own: Given, path: Any) -> Any:
    """A file of libsvm's format."""
    with path.open("w") as file:
        for x, y in zip(own.X, own.y, strict=True):
            pairs = [f"{j + 1}:{float(x[j])!r}" for j in np.flatnonzero(x).tolist()]
            file.write(" ".join([repr(float(y)), *pairs]) + "\n")
    return path


FEW = [0, 2, 5, 6, 8, 9, 14, 15, 16, 24, 27]
PARTS = (1000, 4096, 5000)  # rows of a row group
LEAST = 1 << 26  # bytes of memory from which blocks of an epoch are of their usual size


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the rows of a part."""

    def set_to(rows: int) -> None:
        monkeypatch.setattr(parts_file, "parts_of", lambda s, how, _, coding: parts_of(s, how, rows, coding))

    return set_to


def small(case: Case, i: int) -> tuple[Case, Given, str]:
    """A case with fewer rows, its arrays, and the digest of the reference."""
    case = case._replace(n=min(case.n, 13_011))
    own = given(case, i)
    return case, own, digest(case, in_memory(case, own, engine=Here(1), memory=LEAST))


@pytest.mark.parametrize("i", FEW)
def test_every_format_and_cut_has_the_bits_of_memory(i: int, tmp_path: Any, cut: Any) -> None:
    case, own, first = small(CASES[i], i)
    least = LEAST if case.settings.batch_size else 3 << 21
    cut(1)
    assert digest(case, in_memory(case, own, engine=Here(3), memory=max(least, 6 << 21))) == first
    if case.sparse:
        return
    for groups, size in ((1, PARTS[0]), (3, PARTS[1]), (7, PARTS[i % 3]), (16, PARTS[2])):
        cut(groups * size)
        files = parquet_of(own, tmp_path / str(groups), size, (1, 1777, 8001) if groups < 7 else ())
        found = scan(files, **roles(own), engine=Here(1 + groups % 4), memory=max(least, 8 << 21), cache=groups == 7)
        assert digest(case, found) == first, (groups, size)
    if not case.float32:
        csv.write_csv(as_arrow(own), tmp_path / "a.csv")
        cached = True if case.settings.batch_size else i % 2 == 0
        assert digest(case, scan(tmp_path / "a.csv", **roles(own), engine=Here(2), cache=cached)) == first


def test_libsvm_has_the_bits_of_memory(tmp_path: Any, cut: Any) -> None:
    case, own, first = small(CASES[6], 6)
    libsvm_of(own, tmp_path / "a.svm")
    cut(1000)
    for cache in (True, False):
        assert digest(case, scan(tmp_path / "a.svm", engine=Here(3), cache=cache)) == first


@pytest.mark.parametrize("i", [5, 15])
def test_processes_have_the_bits_of_memory(i: int, tmp_path: Any, cut: Any, processes: Any) -> None:
    case, own, first = small(CASES[i], i)
    cut(4096)
    files = parquet_of(own, tmp_path, 1000)
    assert digest(case, scan(files, **roles(own), engine=Futures(processes))) == first


@pytest.mark.parametrize("rule", ["plain", "momentum", "nesterov", "adam"])
@pytest.mark.parametrize("loss", ["log_loss", "poisson"])
def test_a_given_rate_has_the_bits_of_the_same_fit_of_arrays(loss: str, rule: str) -> None:
    for i in range(4):
        settings = Settings(rule, 1e-3 if loss == "log_loss" else 1e-5)
        case = Case(loss, "l2", i % 2 == 1, i > 1, sparse=i == 2, n=13_011, settings=settings, limits=FIVE)
        own = given(case, i)
        own = own._replace(weights=None if own.weights is None else own.weights + 0.1)  # none is 0: such rows are cut
        X = csr_of(own.X) if case.sparse else own.X
        rows = make_rows(X, own.y, weight=own.weights, offset=own.offset)
        run = fit_parts(in_memory(case, own, engine=Here(2)), case.problem(), settings, FIVE)
        known = fit(rows, case.problem(), settings, FIVE)
        np.testing.assert_array_equal(run.trajectory.coef, known.trajectory.coef)
        np.testing.assert_array_equal(run.trajectory.intercept, known.trajectory.intercept)
        np.testing.assert_array_equal(run.trajectory.cost, known.trajectory.cost)
