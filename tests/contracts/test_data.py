"""What every kind of data promises: the same answers as the plain formula, the same bits on any number of threads.

``data_kinds.py`` says how each kind is made and which answers it supports; each answer has one check here, which holds
it against the twin of ``data_twin.py``. A new kind is one entry in `kinds`, a new answer one entry in `ANSWERS` and one
check.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from conftest import needs_compiler
from data_kinds import ANSWERS, KINDS, LARGE, LOSSES, SMALL, kind_of
from data_twin import Twin, Watched, slope_by_differences

from steepest import Problem, penalties
from steepest.core.units import RAW, Units
from steepest.data.rows import Rows
from steepest.solve.fit import fit

EXACT = 1e-11  # the order of summation differs, nothing else
SINGLE = 2e-5  # compiled products and sums of at most 4,096 rows in float32, whose unit roundoff is 6e-8
DIFFERENCES = 1e-6  # of central differences


def close(found, expected, tol=EXACT):
    """Whether arrays are equal to the rounding of sums, on the scale of the largest number."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= tol * max(1.0, np.abs(expected).max())


def points(data, twin):
    """Three places at which data are asked, (d + 1, k)."""
    shape = data.shape[1] + 1, twin.outputs if isinstance(twin, Twin) else 1
    rng = np.random.default_rng(3)
    return [np.zeros(shape), rng.standard_normal(shape) / 3.0, -rng.random(shape) / 2.0]


CHECKS: dict[str, Callable[..., None]] = {}


def checks(name):
    """Decorate the check of an answer: it takes a kind, data and their twin, and raises where they differ."""

    def keep(check):
        CHECKS[name] = check
        return check

    return keep


def at_points(kind, data, twin):
    return [(name, w) for name in kind.losses for w in points(data, twin)]


@checks("value")
def check_value(kind, data, twin):
    for name, w in at_points(kind, data, twin):
        close(ANSWERS["value"](data, LOSSES[name], w), twin.value(name, w))


@checks("value_and_gradient")
def check_value_and_gradient(kind, data, twin, tol=EXACT):
    tol = max(tol, 1e-8 if getattr(data, "slopes", "exact") == "differenced" else 0.0)
    for name, w in at_points(kind, data, twin):
        for found, expected in zip(
            data.value_and_gradient(LOSSES[name], w), twin.value_and_gradient(name, w), strict=True
        ):
            close(found, expected, tol)


def check_gradient_is_the_slope(kind, data, twin):
    for name, w in at_points(kind, data, twin):
        slope = slope_by_differences(lambda v, name=name: data.value_and_gradient(LOSSES[name], v)[0], w)
        close(data.value_and_gradient(LOSSES[name], w)[1], slope, DIFFERENCES)


@checks("transpose_product")
def check_transpose_product(_, data, twin):
    r = np.random.default_rng(4).standard_normal((data.shape[0], twin.outputs))
    close(ANSWERS["transpose_product"](data, r), twin.transpose_product(r))


@checks("predictor")
def check_predictor(_, data, twin):
    for w in points(data, twin):
        close(ANSWERS["predictor"](data, w), twin.predictor(w))
        close(data.predictor(w, 10, 20), twin.predictor(w)[10:20])


@checks("in_units")
def check_in_units(kind, data, twin):
    units = Units(np.linspace(-1.0, 1.0, data.shape[1]), np.linspace(0.5, 2.0, data.shape[1]))
    check_value_and_gradient(kind, ANSWERS["in_units"](data, units), twin.in_units(units))
    raw = points(data, twin)[1]
    for name in kind.losses:
        there, here = ANSWERS["in_units"](data, units), ANSWERS["in_units"](data, RAW)
        close(there.value(LOSSES[name], units.scaled(raw)), here.value(LOSSES[name], raw))


@checks("with_rows")
def check_with_rows(kind, data, twin):
    rng = np.random.default_rng(5)
    n = data.shape[0]
    given = {"offset": rng.standard_normal(n), "weight": rng.random(n), "targets": twin.y[::-1].copy()}
    for name, values in given.items():
        check_value_and_gradient(kind, ANSWERS["with_rows"](data, **{name: values}), twin.with_rows(**{name: values}))


@checks("columns")
def check_columns(_, data, twin):
    for found, expected in zip(ANSWERS["columns"](data), twin.columns(), strict=True):
        close(found, expected)


@checks("targets")
def check_targets(_, data, twin):
    for found, expected in zip(ANSWERS["targets"](data), twin.targets(), strict=True):
        close(found, expected)


@checks("gram")
def check_gram(_, data, twin):
    weight = np.random.default_rng(6).random(data.shape[0])
    close(ANSWERS["gram"](data, weight), twin.gram(weight))


@checks("curvature.matrix")
def check_curvature_matrix(kind, data, twin):
    exact = getattr(data, "slopes", "exact") == "exact"
    for name, w in at_points(kind, data, twin):
        close(ANSWERS["curvature.matrix"](data, LOSSES[name], w), twin.curvature(name, w), EXACT if exact else 1e-6)


@checks("curvature.diagonal")
def check_curvature_diagonal(kind, data, twin):
    for name, w in at_points(kind, data, twin):
        expected = np.diag(twin.curvature(name, w))[: w.size].reshape(len(w), -1)
        close(ANSWERS["curvature.diagonal"](data, LOSSES[name], w), expected)


@checks("curvature.product")
def check_curvature_product(kind, data, twin):
    tol = EXACT if getattr(data, "slopes", "exact") == "exact" else 1e-6
    v = points(data, twin)[2]
    for name, w in at_points(kind, data, twin):
        H = twin.curvature(name, w)  # of each output, or of all of them together
        close(ANSWERS["curvature.product"](data, LOSSES[name], w, v), (H @ v.reshape(len(H), -1)).reshape(v.shape), tol)


@checks("fold")
def check_fold(_, data, twin):
    def judge(low, high, Z):
        r = twin.weight[low:high, None] * (Z - twin.y[low:high])
        return r.T, twin.weight[low:high], (float(r.sum()), float((r * Z).sum()))

    for w in points(data, twin):
        for found, expected in zip(ANSWERS["fold"](data, w, judge), twin.fold(w, judge), strict=True):
            close(found, expected)


@checks("triangle")
def check_triangle(_, data, twin):
    units, R = ANSWERS["triangle"](data, Problem())
    assert np.array_equal(R, np.triu(R))
    close(R.T @ R, twin.in_units(units).curvature("squared_error", np.zeros((data.shape[1] + 1, 1))))


@checks("longest_row")
def check_longest_row(_, data, twin):
    close(ANSWERS["longest_row"](data), twin.longest_row())


@checks("take")
def check_take(kind, data, twin):
    numbers = np.array([17, 3, 17, 0, data.shape[0] - 1, 4096])
    some, expected = ANSWERS["take"](data, numbers), twin.take(numbers)
    assert type(some) is type(data)
    for w in points(data, twin):
        close(some.predictor(w), expected.predictor(w))
    mean_weight = twin.total / data.shape[0]
    for name, w in at_points(kind, data, twin):  # the mean over them estimates the mean over all rows
        value = some.value(LOSSES[name], w)
        close(value, expected.value(name, w) * expected.total / (len(numbers) * mean_weight))


@checks("sample")
def check_sample(kind, data, twin):
    by_class = kind.losses[0] != "softmax" and twin.outputs == 1
    some = ANSWERS["sample"](data, 400, 11, by_class)
    assert some.shape[0] <= 400
    close(some.total, twin.total, 0.05)  # strata of unequal weight: the mean is right, one draw nearly so
    close(some.weight.sum(), some.total)
    again = ANSWERS["sample"](data, 400, 11, by_class)
    assert np.array_equal(some.y, again.y)
    assert np.array_equal(some.weight, again.weight)


@checks("batches")
def check_batches(kind, data, twin):
    w = points(data, twin)[1]
    loss = LOSSES[kind.losses[0]]
    for sampling in ("shuffle", "sequential"):
        batches = list(ANSWERS["batches"](data, 5, 2, 1000, sampling))
        numbers = np.concatenate([n for n, _ in batches])
        assert np.array_equal(np.sort(numbers), np.arange(data.shape[0]))
        mean = sum(len(n) * rows.value_and_gradient(loss, w)[1] for n, rows in batches) / data.shape[0]
        close(mean, twin.value_and_gradient(kind.losses[0], w)[1])
        alone = sum(len(n) * rows.gradient(loss, w) for n, rows in batches) / data.shape[0]
        close(alone, twin.value_and_gradient(kind.losses[0], w)[1])
    close(data.gradient(loss, w), twin.value_and_gradient(kind.losses[0], w)[1])  # more than a batch


PAIRS = [(kind, name) for kind in KINDS for name in CHECKS if name in kind.supports]


@pytest.mark.parametrize(("kind", "name"), PAIRS, ids=str)
def test_answer_is_the_formula(kind, name, tmp_path):
    CHECKS[name](kind, kind.make(SMALL, tmp_path), kind.twin(SMALL))


@pytest.mark.parametrize("kind", KINDS, ids=repr)
def test_gradient_is_the_slope(kind, tmp_path):
    check_gradient_is_the_slope(kind, kind.make(SMALL, tmp_path), kind.twin(SMALL))


@needs_compiler
@pytest.mark.parametrize("kind", [k for k in KINDS if k.by_threads and "labels" in k.name], ids=repr)
def test_compiled_pass_is_the_formula(kind, tmp_path, monkeypatch):
    monkeypatch.setattr("steepest.data.rows.DENSE", 1)
    monkeypatch.setattr("steepest.data.rows.SPARSE", 1)
    tol = SINGLE if "float32" in kind.name else EXACT
    only = kind._replace(losses=("log_loss",))
    check_value_and_gradient(only, kind.make(SMALL, tmp_path), kind.twin(SMALL), tol)


def judge_of(twin):
    return lambda low, high, Z: ((Z - twin.y[low:high]).T, twin.weight[low:high], (float(Z.sum()),))


def by_name(kind, data, twin):
    """What data answer to each question, in full: {name: ask}."""
    loss, w = LOSSES[kind.losses[-1]], points(data, twin)[1]
    asked = {
        "value_and_gradient": (loss, w),
        "transpose_product": (np.cos(twin.y),),
        "predictor": (w,),
        "columns": (),
        "gram": (twin.weight,),
        "curvature.matrix": (loss, w),
        "curvature.diagonal": (loss, w),
        "curvature.product": (loss, w, w),
        "fold": (w, judge_of(twin)),
        "triangle": (Problem(),),
        "longest_row": (),
    }
    return {name: lambda n=name, a=args: ANSWERS[n](data, *a) for name, args in asked.items() if name in kind.supports}


def bits(answer):
    """Any answer as bytes."""
    if isinstance(answer, tuple):
        return b"".join(bits(part) for part in answer)
    return b"" if answer is None else np.asarray(answer, np.float64).tobytes()


def check_threads(kind, data, twin):
    alone, shared = (by_name(kind, data._replace(threads=k), twin) for k in (1, 4))
    assert [name for name in alone if bits(alone[name]()) != bits(shared[name]())] == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.by_threads], ids=repr)
def test_threads_leave_no_trace(kind, tmp_path):
    check_threads(kind, kind.make(LARGE, tmp_path), kind.twin(LARGE))


@needs_compiler
@pytest.mark.parametrize("layout", ["C", "Fortran", "float32", "CSR"])
def test_threads_leave_no_trace_in_compiled_passes(layout, tmp_path, monkeypatch):
    monkeypatch.setattr("steepest.data.rows.DENSE", 1)
    monkeypatch.setattr("steepest.data.rows.SPARSE", 1)
    kind = kind_of(layout, "labels", True, True)._replace(losses=("log_loss",))  # compiled above
    check_threads(kind, kind.make(LARGE, tmp_path), kind.twin(LARGE))


def check_passes(kind, data, twin, name):
    """Passes counted are passes made, to a few single rows."""
    seen = Watched.of(data.X)
    data = data._replace(X=seen, tally=([0], data.shape[0]))
    by_name(kind, data, twin)[name]()
    made, counted = seen.seen[0] / data.shape[0], data.passes
    assert abs(made - counted) < 0.01, f"made {made:.2f}, counted {counted:.2f}"


WATCHED = [kind_of("C", "labels", False, False), kind_of("Fortran", "labels", True, True)]
WATCHED += [kind_of("C", "numbers", True, True), kind_of("C", "classes", True, True)]


def to_be_counted():
    return [(kind, name) for kind in WATCHED for name in by_name(kind, kind.make(SMALL, None), kind.twin(SMALL))]


@pytest.mark.parametrize(("kind", "name"), to_be_counted(), ids=str)
def test_passes_counted_are_passes_made(kind, name, tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")  # kernels read where no Python can see it
    check_passes(kind, kind.make(SMALL, tmp_path), kind.twin(SMALL), name)


@pytest.mark.parametrize(
    ("loss", "penalty"),
    [
        ("squared_error", penalties.NoPenalty()),
        ("squared_error", penalties.L1(0.01)),
        ("log_loss", penalties.L2(0.1)),
        ("huber", penalties.NoPenalty()),
        ("hinge", penalties.L2(0.1)),
        ("softmax", penalties.NoPenalty()),
        ("softmax", penalties.L1(0.01)),
    ],
    ids=str,
)
def test_a_fit_reports_the_passes_it_made(loss, penalty, monkeypatch):
    """Of a table too large to be copied: what is done to a copy of a small one makes no pass.

    One thread, since a block that ends a pass and begins the next would count once.
    """
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    data = kind_of("C", "classes" if loss == "softmax" else "labels", False, False).make(LARGE, None)
    seen = Watched.of(data.X)
    problem = Problem(LOSSES.get(loss, loss), penalty)
    run = fit(data._replace(X=seen, threads=1), problem)
    made = seen.seen[0] / data.shape[0]
    assert abs(made - run.trajectory.meta["passes"]) < 0.01


class InAnotherOrder(Rows):
    """Wrong: what is added first depends on the threads."""

    __slots__ = ()

    def value_and_gradient(self, loss, w):
        cuts = np.linspace(0, self.shape[0], self.threads + 1).astype(int)
        parts = [Rows(*self).take(np.arange(a, b)) for a, b in pairwise(cuts)]
        found = [(part.value_and_gradient(loss, w), part.total / self.total) for part in parts]
        return sum(v * share for (v, _), share in found), sum(g * share for (_, g), share in found)


class WeightForgotten(Rows):
    """Wrong: every row counts alike."""

    __slots__ = ()

    def value_and_gradient(self, loss, w):
        return Rows(*self._replace(weight=None, total=float(self.shape[0]))).value_and_gradient(loss, w)


class OneRowTwice(Rows):
    """Wrong: the last row of a block is the first of the next one too."""

    __slots__ = ()

    def value_and_gradient(self, loss, w):
        order = np.insert(np.arange(self.shape[0]), 4096, 4095)
        return Rows(*self).take(order).with_rows(total=self.total).value_and_gradient(loss, w)


WEIGHTED = kind_of("C", "labels", True, True)


@pytest.mark.parametrize("wrong", [WeightForgotten, OneRowTwice])
def test_wrong_sums_are_seen(wrong):
    with pytest.raises(AssertionError):
        check_value_and_gradient(WEIGHTED, wrong(*WEIGHTED.make(SMALL, None)), WEIGHTED.twin(SMALL))


def test_an_order_that_depends_on_threads_is_seen():
    data = InAnotherOrder(*WEIGHTED.make(LARGE, None))
    check_value_and_gradient(WEIGHTED, data, WEIGHTED.twin(LARGE))  # right, but for the last bits
    with pytest.raises(AssertionError, match="value_and_gradient"):
        check_threads(WEIGHTED, data, WEIGHTED.twin(LARGE))


def test_a_pass_that_is_not_counted_is_seen():
    class Uncounted(Rows):
        __slots__ = ()

        def read(self, count):
            """Wrong: nobody is told."""

    with pytest.raises(AssertionError, match="counted 0"):
        check_passes(WEIGHTED, Uncounted(*WEIGHTED.make(SMALL, None)), WEIGHTED.twin(SMALL), "value_and_gradient")
