"""Batches of a table in parts: the bits of the same steps in memory, for every cut, and refusals with a way out."""

import numpy as np
import pytest

from steepest import Method, Problem, make_rows
from steepest.core.errors import UsageError
from steepest.data.csr import CSR
from steepest.data.layout import jit_allowed
from steepest.data.regroup import rows_between
from steepest.descent.buffered import Buffered, BufferedCompiled
from steepest.descent.minibatch import Sampled, SampledCompiled
from steepest.descent.states import Checkpoint
from steepest.methods.averages import PolyakRuppert, Weighted
from steepest.objective.losses.softmax import Softmax
from steepest.objective.penalties import L2, NoPenalty
from steepest.parts.coding import Coding
from steepest.parts.engines.here import Here
from steepest.parts.epochs import Epochs
from steepest.parts.parts import Parts
from steepest.parts.shuffle import Shuffle
from steepest.parts.sources.memory import MemorySource
from steepest.parts.sources.source import Piece
from steepest.parts.table import Table
from steepest.solve.passes.stochastic import fit_stochastic
from steepest.solve.settings import Limits, Settings, Watch

N, D = 3011, 5
MEMORY = 64 << 20


class Cut(MemorySource):
    """A table in memory in pieces of a given number of rows."""

    def __init__(self, rows, size, seeks=True):
        super().__init__(rows, tuple(f"x{j + 1}" for j in range(rows.shape[1])))
        self.size, self.seeks = size, seeks

    @property
    def pieces(self):
        n = self.rows.shape[0]
        return tuple(Piece("", i, min(self.size, n - low)) for i, low in enumerate(range(0, n, self.size)))

    def read(self, piece, start, size):
        stop = min(self.rows.shape[0], (piece + 1) * self.size)
        for low in range(piece * self.size + start, stop, size):
            yield rows_between(self.rows, low, min(stop, low + size))


def table(kind="numbers", n=N, weighted=False, sparse=False, seed=0):
    """Columns of different means and sizes; the target is numbers, classes or counts."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, D)) * np.arange(1, D + 1) + 1
    z = (X - 1) @ rng.standard_normal(D) / np.arange(1, D + 1).mean()
    y = {
        "numbers": lambda: z + rng.standard_normal(n),
        "classes": lambda: (rng.random(n) < 1 / (1 + np.exp(-z))).astype(float),
        "counts": lambda: rng.poisson(np.exp(np.clip(0.3 * z, -2, 2))).astype(float),
    }[kind]()
    weight = rng.integers(1, 4, n).astype(float) if weighted else None
    if sparse:
        X = np.where(rng.random((n, D)) < 0.3, X, 0.0)
        at = np.nonzero(X)
        X = CSR(X[at], at[1].astype(np.int64), np.append(0, np.cumsum(np.bincount(at[0], minlength=n))), D)
    return make_rows(X, y, weight=weight)


def parts_of(rows, size=MEMORY, threads=1, memory=MEMORY, seeks=True):
    return Parts(Cut(rows, size, seeks), memory, Here(threads))


def steps_of(walker, first, counts):
    """The steps of a walker in several calls; the end, and all points."""
    kept, rates = [], []
    for count in counts:
        steps = walker(first, count, 1)
        first = steps.last
        kept, rates = [*kept, steps.w], [*rates, steps.eta]
    return first, np.concatenate(kept), np.concatenate(rates)


def start_of(method, n=N, k=1):
    return Checkpoint(0, np.zeros((D + 1, k)), np.zeros((method.room(n, D), D + 1, k)))


KINDS = [(Sampled, Buffered)] + ([(SampledCompiled, BufferedCompiled)] if jit_allowed() else [])
METHODS = [
    Method("plain", 0.01, batch_size=1),
    Method("plain", "inverse_scaling", batch_size=32, average=Weighted()),
    Method("momentum", 0.01, batch_size=100, average=PolyakRuppert()),
    Method("adam", 0.01, batch_size=7),
    Method("adagrad", 0.1, batch_size=1500),
    Method("plain", 0.01, batch_size=40, estimate="looplesssvrg:p=0.02"),
]


CASES = [(KINDS[0], method, sparse) for method in METHODS for sparse in (False, True)]
CASES += [(pair, method, sparse) for pair in KINDS[1:] for method, sparse in ((METHODS[0], True), (METHODS[1], False))]
CASES += [(pair, method, False) for pair in KINDS[1:] for method in (METHODS[0], METHODS[5])]


@pytest.mark.parametrize(("kinds", "method", "sparse"), CASES)
def test_an_epoch_has_the_bits_of_the_same_rows_in_memory(kinds, method, sparse):
    rows = table("classes", weighted=not sparse, sparse=sparse)
    parts, shuffle = parts_of(rows, 401), Shuffle(np.append(np.arange(0, N, 16), N), 40, 3)
    data = Table(parts, rows, rows.total)
    problem = Problem("log_loss", L2(0.1) if sparse else NoPenalty())
    there = kinds[1](problem, method, data, 3, Epochs(parts, shuffle, method.batch_size))
    count = method.steps_per_epoch(N)
    some, first = max(1, count // 3), start_of(method)
    for epoch in range(2):
        ordered = rows.take(shuffle.numbers(epoch))._replace(total=rows.total)
        in_memory = Method(
            method.rule, method.learning_rate, method.batch_size, "sequential", method.average, method.estimate
        )
        here = kinds[0](problem, in_memory, ordered, 3)
        expected = steps_of(here, first, [count])
        if method.estimate.renewing:  # the gradient over all rows is summed in another order
            found = steps_of(there, first, [some, count - some])
            assert np.allclose(found[1], expected[1], rtol=1e-9, atol=1e-12)
        else:
            found = steps_of(there, first, [some, count - some])
            assert np.array_equal(found[1], expected[1])
            assert np.array_equal(found[2], expected[2])
            assert np.array_equal(found[0].at, expected[0].at)
        first = found[0]


@pytest.mark.parametrize("loss", ["squared_error", "log_loss", "poisson", "huber", "hinge", "quantile"])
@pytest.mark.parametrize("rule", ["plain", "adam"])
def test_fits_have_the_same_bits_for_every_cut_and_number_of_threads(loss, rule):
    kind = {"log_loss": "classes", "hinge": "classes", "poisson": "counts"}.get(loss, "numbers")
    rows = table(kind, 9001, weighted=True)
    how = Settings(rule=rule, learning_rate=0.01, batch_size=24, average="weighted", standardize=True)
    runs = [
        fit_stochastic(parts_of(rows, size, threads), Problem(loss), how, Limits(max_iter=3))
        for size, threads in ((10_000, 1), (997, 2), (4096, 3))
    ]
    for run in runs[1:]:
        assert np.array_equal(run.coef, runs[0].coef)
        assert np.array_equal(run.intercept, runs[0].intercept)
        assert np.array_equal(run.trajectory.cost, runs[0].trajectory.cost)
        assert run.certificate == runs[0].certificate
    assert runs[0].trajectory.cost[-1] < runs[0].trajectory.cost[0]
    assert len(runs[0].trajectory) == 4  # the start and the end of each epoch


def test_the_automatic_rate_comes_near_to_the_least_squares_answer():
    rows = table()
    run = fit_stochastic(parts_of(rows), Problem(), Settings(batch_size=8), Limits(max_iter=20))
    A = np.column_stack((rows.X, np.ones(N)))
    w = np.linalg.lstsq(A, rows.y[:, 0], rcond=None)[0]
    least = np.mean((A @ w - rows.y[:, 0]) ** 2) / 2
    assert np.allclose(np.append(run.coef, run.intercept), w, atol=0.02)
    assert run.certificate.kind == "decrement"
    assert np.isclose(run.trajectory.cost[-1] - least, run.certificate.gap, rtol=1e-3)


def test_variance_reduction_converges():
    rows = table("classes")
    problem = Problem("log_loss", L2(0.01))
    run = fit_stochastic(
        parts_of(rows, 700), problem, Settings(batch_size=16, estimate="looplesssvrg"), Limits(max_iter=60, tol=1e-6)
    )
    assert run.trajectory.meta["end"] == "certified"
    assert run.certificate.gap < 1e-6


def test_softmax_takes_batches_too():
    rng = np.random.default_rng(2)
    X, places = rng.standard_normal((2000, D)), rng.integers(0, 3, 2000)
    X[np.arange(2000), places] += 2.0
    parts = Parts(Cut(make_rows(X, places.astype(float)), 300), MEMORY, Here(1), Coding(3))
    run = fit_stochastic(parts, Problem(Softmax()), Settings(batch_size=20), Limits(max_iter=5))
    assert run.coef.shape == (D, 3)
    assert run.trajectory.cost[-1] < 0.7 < run.trajectory.cost[0]


def test_the_best_epoch_for_held_out_rows_is_the_answer():
    rows, held = table("classes", 500), table("classes", 400, seed=1)
    watch = Watch(validation=held, patience=2)
    how = Settings(batch_size=1, learning_rate=0.5, average=False)
    run = fit_stochastic(parts_of(rows), Problem("log_loss"), how, Limits(max_iter=50), watch=watch)
    found = run.trajectory.meta["validation"]
    assert run.trajectory.meta["end"] == "validation"
    assert found["loss"] == min(found["costs"])
    w = np.concatenate((run.coef, run.intercept[None]))
    assert np.isclose(held.value(Problem("log_loss").loss, w), found["loss"])


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        (Settings(batch_size=8, sampling="replacement"), "use 'shuffle'"),
        (Settings(batch_size=8, sampling="sequential"), "use 'shuffle'"),
        (Settings(batch_size=8, estimate="saga"), "use 'looplesssvrg'"),
        (Settings(batch_size=8, rule="newton"), "leave batch_size at None"),
        (Settings(batch_size=0), "whole number >= 1"),
    ],
)
def test_what_needs_all_rows_in_memory_is_refused(settings, what):
    with pytest.raises(UsageError, match=what):
        fit_stochastic(parts_of(table()), Problem(), settings)


def test_an_l1_penalty_is_refused():
    from steepest.objective.penalties import L1

    with pytest.raises(UsageError, match="L1 penalty needs all rows"):
        fit_stochastic(parts_of(table()), Problem("mse", L1(0.1)), Settings(batch_size=8))


def test_a_source_without_blocks_is_said_in_a_note():
    run = fit_stochastic(
        parts_of(table(), 100, memory=200_000, seeks=False), Problem(), Settings(batch_size=8), Limits(max_iter=2)
    )
    assert "whole row groups" in run.verdict.notes[0]
    assert fit_stochastic(parts_of(table()), Problem(), Settings(batch_size=8), Limits(max_iter=1)).verdict.notes == ()


def test_a_table_sorted_by_class_is_as_good_as_a_shuffled_one():
    n = 100_000
    rows = table("classes", n)
    rows = rows.take(np.argsort(rows.y[:, 0], kind="stable"))
    problem, excess = Problem("log_loss"), {}
    least = 0.0
    from steepest.solve.fit import fit

    least = fit(rows, problem).trajectory.cost[-1]
    for name, sampling in (("memory", "shuffle"), ("file order", "sequential")):
        run = fit(rows, problem, Settings(batch_size=32, sampling=sampling), Limits(max_iter=3, tol=None))
        excess[name] = run.trajectory.cost[-1] / least - 1
    parts = parts_of(rows, memory=2 << 20)  # buffers of 64 blocks of 128 rows
    run = fit_stochastic(parts, problem, Settings(batch_size=32), Limits(max_iter=3, tol=None))
    excess["parts"] = run.trajectory.cost[-1] / least - 1
    assert excess["parts"] < 3 * excess["memory"] + 1e-5
    assert excess["file order"] > 100 * excess["parts"]
