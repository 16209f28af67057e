"""The compiled layer against the plain loops of ``naive.py``, and what else it promises: same bits, no overflow."""

from __future__ import annotations

import math
import warnings

import naive
import numpy as np
import pytest
from conftest import needs_compiler

from steepest import make_rows
from steepest.core import exp_log as elementary
from steepest.core.units import Units
from steepest.data import full_pass, gram, moments
from steepest.data.csr import CSR
from steepest.data.tree import sum_of_leaves
from steepest.methods import averages, rules, steps
from steepest.methods.sampling import BLOCK, BUFFER, SAMPLINGS, fill_order
from steepest.objective import losses, penalties
from steepest.objective.explained import takes_zero
from steepest.objective.losses import LogLoss, SquaredError

EXACT = 1e-12  # the order of summation differs, nothing else
SINGLE = 2e-5  # products and sums of at most 4,096 rows in float32, whose unit roundoff is 6e-8


def sparse(X):
    """The same table as compressed rows, zeros left out."""
    counts = (X != 0).sum(1)
    indptr = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return CSR(X[X != 0], np.nonzero(X)[1].astype(np.int32), indptr, X.shape[1])


def read_only(X, _):
    X = X.copy()
    X.flags.writeable = False
    return X


def memory_mapped(X, folder):
    np.save(folder / "X.npy", X)
    return np.load(folder / "X.npy", mmap_mode="r")


LAYOUTS = {
    "C": (lambda X, _: X, EXACT),
    "F": (lambda X, _: np.asfortranarray(X), EXACT),
    "CSR": (lambda X, _: sparse(X), EXACT),
    "C float32": (lambda X, _: X.astype(np.float32), SINGLE),
    "F float32": (lambda X, _: np.asfortranarray(X, np.float32), SINGLE),
    "CSR float32": (lambda X, _: sparse(X.astype(np.float32)), SINGLE),
    "read-only": (read_only, EXACT),
    "memory-mapped": (memory_mapped, EXACT),
}
every_layout = pytest.mark.parametrize(("layout", "tol"), LAYOUTS.values(), ids=LAYOUTS)
with_and_without = pytest.mark.parametrize("extras", [False, True], ids=["plain", "weight, offset, units"])


def table(n=83, d=6, k=1, labels=False, seed=0):
    """A table with some zeros; d = 6 and odd n leave a remainder after every group of rows or columns."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d)) * (rng.random((n, d)) < 0.7)
    y = X @ rng.standard_normal((d, k)) + rng.standard_normal((n, k))
    return X, (y > 0).astype(float) if labels else y


def rows_of(X, y, extras=False, seed=1):
    """Rows as they are, or with a weight, an offset and units; sparse rows are never shifted."""
    n, d = X.shape
    rng = np.random.default_rng(seed)
    if not extras:
        return make_rows(X, y, n_jobs=2)
    shift = None if isinstance(X, CSR) else rng.standard_normal(d)
    rows = make_rows(X, y, weight=rng.integers(0, 3, n), offset=rng.standard_normal(n), n_jobs=2)
    return rows._replace(units=Units(shift, rng.random(d) + 0.5))


def close(a, b, tol):
    scale = max(1.0, float(np.abs(b).max()))
    return float(np.abs(a - b).max()) <= tol * scale


def compiled_sums(rows, loss, w, gradient=True):
    """The sums of a pass through the compiled layer, however small the table."""
    compiled = rows.summation._replace(compiled=True)
    return sum_of_leaves(full_pass.slope_leaves(rows, loss, w, compiled, gradient=gradient))


def compiled_pass(rows, loss, w, gradient=True):
    """The same as means."""
    sums = compiled_sums(rows, loss, w, gradient)
    g = sums[1:].reshape(w.shape[1], -1).T / rows.total
    if rows.units.scale is not None:
        g[:-1] *= rows.units.scale[:, None]
    return sums[0] / rows.total, g


# ------------------------------------------------------------------ full pass


@every_layout
@with_and_without
@needs_compiler
def test_full_pass_is_the_plain_loop(layout, tol, extras, tmp_path):
    X, y = table(labels=True)
    rows = rows_of(layout(X, tmp_path), y, extras)
    w = np.random.default_rng(2).standard_normal((7, 1))
    cost, g = compiled_pass(rows, LogLoss(), w)
    expected, slope = naive.value_and_gradient(LogLoss(), rows, w)
    assert close(cost, expected, tol)
    assert close(g, slope, tol)


@every_layout
@with_and_without
def test_plain_numpy_pass_is_the_plain_loop(layout, tol, extras, tmp_path):
    X, y = table(k=2)
    rows = rows_of(layout(X, tmp_path), y, extras)
    w = np.random.default_rng(2).standard_normal((7, 2))
    cost, g = rows.value_and_gradient(SquaredError(), w)
    expected, slope = naive.value_and_gradient(SquaredError(), rows, w)
    assert close(cost, expected, tol)
    assert close(g, slope, tol)


@pytest.mark.parametrize("loss", losses.__all__)
@pytest.mark.parametrize("n", [1, 3, 5000])
@needs_compiler
def test_full_pass_of_every_loss_and_size(loss, n):
    loss = getattr(losses, loss)()
    X, y = table(n, labels=True)
    rows, w = make_rows(X, y if takes_zero(loss) else y + 1), np.random.default_rng(2).standard_normal((7, 1))
    cost, g = compiled_pass(rows, loss, w)
    expected, slope = naive.value_and_gradient(loss, rows, w)
    assert close(cost, expected, EXACT)
    assert close(g, slope, EXACT)
    assert compiled_pass(rows, loss, w, gradient=False)[0] == cost


@needs_compiler
def test_full_pass_of_several_targets():
    X, y = table(k=2)
    rows, w = make_rows(X, y), np.random.default_rng(2).standard_normal((7, 2))
    cost, g = compiled_pass(rows, SquaredError(), w)
    expected, slope = naive.value_and_gradient(SquaredError(), rows, w)
    assert close(cost, expected, EXACT)
    assert close(g, slope, EXACT)


@pytest.mark.parametrize("order", ["C", "F", "CSR"])
@needs_compiler
def test_same_bits_with_any_number_of_threads(order):
    X, y = table(3 * 4096 + 17)
    rows = rows_of(LAYOUTS[order][0](X, None), y, extras=True)
    w = np.random.default_rng(2).standard_normal((7, 1))
    split = [rows._replace(threads=k) for k in (1, 2, 3)]
    first, *others = [compiled_sums(part, SquaredError(), w).tobytes() for part in split]
    assert others == [first, first]


@pytest.mark.parametrize("margin", [30.0, 700.0, 1e4])
@needs_compiler
def test_extreme_margins_neither_overflow_nor_warn(margin):
    X = np.array([[1.0], [-1.0], [1.0], [-1.0]])
    rows = make_rows(X, np.array([1.0, 0.0, 0.0, 1.0]))  # two right, two wrong by the margin
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cost, g = compiled_pass(rows, LogLoss(), np.array([[margin], [0.0]]))
    assert cost == pytest.approx((margin + 2 * math.log1p(math.exp(-margin))) / 2, rel=1e-15)
    assert g[0, 0] == pytest.approx(0.5 - math.exp(-margin) / (1 + math.exp(-margin)), rel=1e-15)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("order", ["C", "F"])
@needs_compiler
def test_a_number_that_is_none_is_not_lost(bad, order):
    X, y = table(40)
    X = np.array(X, order=order)
    X[17, 2] = bad
    cost, g = compiled_pass(make_rows(X, y), SquaredError(), np.ones((7, 1)))
    assert not np.isfinite(cost)
    assert not np.isfinite(g[2, 0])


@needs_compiler
def test_wide_sparse_rows_need_no_table_of_sums():
    """Each block of rows has a row of sums as wide as the table: with few numbers a row the blocks must be long."""
    n, d = 20_000, 30_000
    X = CSR(np.ones(n), (np.arange(n) % d).astype(np.int32), np.arange(n + 1), d)
    rows, w = make_rows(X, np.ones(n)), np.zeros((d + 1, 1))
    cost, g = compiled_pass(rows, SquaredError(), w)
    assert cost == 0.5
    assert (g[:20_000] == -1 / n).all()
    assert (g[20_000:d] == 0).all()


# ------------------------------------------------------------------ exp and log1p


@needs_compiler
def test_exp_and_log_of_compiled_code_are_right_to_two_ulp():
    from numba import njit

    exp_minus = njit(lambda x: elementary.exp_minus(x))
    log1p_unit = njit(lambda e: elementary.log1p_unit(e))
    x = np.concatenate((np.geomspace(1e-300, 700, 2000), np.linspace(0, 700, 2001)))
    e = np.concatenate((np.geomspace(1e-300, 1, 2000), np.linspace(0, 1, 2001)))
    assert all(abs(exp_minus(a) - math.exp(-a)) <= 2 * math.ulp(math.exp(-a)) for a in x)
    assert all(abs(log1p_unit(a) - math.log1p(a)) <= 2 * math.ulp(math.log1p(a)) for a in e)
    assert [exp_minus(a) for a in (0.0, 800.0, 1e308, math.inf)] == [1.0, 0.0, 0.0, 0.0]
    assert math.isnan(exp_minus(math.nan))
    assert math.isnan(log1p_unit(math.nan))


# ------------------------------------------------------------------ steps over sampled rows


def compiled_steps(loss, penalty, rule, step, rows, free, batch_size, sampling, seed, count, start, every=1, window=5):
    """All points kept, the last point, the memory of the rule and the learning rates, in two calls of the kernel."""
    from steepest.kernels.compiler import compiled
    from steepest.kernels.minibatch import sampled_steps

    (n, d), sampling = rows.shape, SAMPLINGS.index(sampling)
    records = (loss, penalty, rule, step, averages.LastPoint())
    own = rule.slots + len(rule.sees)
    at, memory = np.array(start.T, order="C"), np.zeros((own, *start.T.shape))
    order, kept, etas = np.empty(n, np.int64), [], []
    for t, steps_now in ((0, count // 3), (count // 3, count - count // 3)):
        fill_order(order, seed, t // -(-n // batch_size), sampling)
        points = np.empty(((t + steps_now) // every - t // every, *at.shape))
        rates = np.empty(steps_now)
        compiled(sampled_steps, *records)(
            *records, rows.X, rows.y, rows.weight, rows.offset, rows.units.shift, rows.units.scale, n / rows.total,
            rows.units.factor(d).ravel(), free.ravel(), own, batch_size, sampling, seed, t, steps_now, every, at,
            memory, order, np.empty((window, d)), points, rates,
        )  # fmt: skip
        kept.append(points)
        etas.append(rates)
    return np.concatenate(kept).swapaxes(1, 2), memory.swapaxes(1, 2), np.concatenate(etas)


def check_steps(
    rows, loss, *, penalty=None, rule=None, step=None, batch_size=3, sampling="shuffle", tol=EXACT, fixed=()
):
    penalty, rule = penalty or penalties.L2(0.1), rule or rules.Momentum(0.5)
    step = step or steps.InverseScaling(0.05, 0.3)
    d, k = rows.shape[1], rows.y.shape[1]
    free = np.ones((d + 1, 1))
    free[list(fixed)] = 0.0
    start = np.random.default_rng(3).standard_normal((d + 1, k)) * 0.1
    count = 2 * -(-rows.shape[0] // batch_size) + 1  # into the third epoch
    args = (loss, penalty, rule, step, rows, free, batch_size, sampling, 7, count, start)
    points, memory, etas = naive.sampled_steps(*args)
    found, remembered, rates = compiled_steps(*args)
    assert close(found, points, tol)
    assert rule.slots == 0 or close(remembered, memory, tol)
    np.testing.assert_allclose(rates, etas, rtol=1e-14)
    assert (found[:, list(fixed)] == start[list(fixed)]).all()


@every_layout
@needs_compiler
def test_steps_are_the_plain_loop(layout, tol, tmp_path):
    X, y = table(23)
    check_steps(rows_of(layout(X, tmp_path), y), SquaredError(), tol=tol)


@pytest.mark.parametrize("order", ["C", "F", "CSR"])
@needs_compiler
def test_steps_with_weight_offset_units_and_fixed_coordinates(order):
    X, y = table(23, labels=True)
    rows = rows_of(LAYOUTS[order][0](X, None), y, extras=True)
    check_steps(rows, LogLoss(), tol=EXACT)
    check_steps(rows, LogLoss(), fixed=(1, 6))


@pytest.mark.parametrize("batch_size", [1, 3, 23, 28])
@pytest.mark.parametrize("sampling", SAMPLINGS)
@needs_compiler
def test_steps_of_every_batch_size_and_sampling(batch_size, sampling):
    X, y = table(23)
    check_steps(make_rows(X, y), SquaredError(), batch_size=batch_size, sampling=sampling)
    check_steps(make_rows(np.asfortranarray(X), y), SquaredError(), batch_size=batch_size, sampling=sampling)


@pytest.mark.parametrize("rule", [name for name in rules.__all__ if not getattr(rules, name).batch])
@needs_compiler
def test_steps_of_every_rule(rule):
    X, y = table(23, labels=True)
    records = {"penalty": penalties.NoPenalty(), "rule": getattr(rules, rule)(), "step": steps.Constant(0.05)}
    check_steps(make_rows(X, y), LogLoss(), **records)  # those of the twins in test_rules.py: compiled once


@pytest.mark.parametrize("step", ["Constant", "StepDecay", "OneCycle", "Silver", "BarzilaiBorwein"])
@needs_compiler
def test_steps_of_schedules(step):
    """Of every kind; each schedule by itself is compiled in test_steps.py."""
    X, y = table(23)
    check_steps(
        make_rows(X, y), SquaredError(), penalty=penalties.NoPenalty(), rule=rules.Plain(), step=getattr(steps, step)()
    )


@needs_compiler
def test_steps_of_several_targets():
    X, y = table(23, k=2)
    check_steps(make_rows(X, y), SquaredError(), rule=rules.Accelerated(), step=steps.Constant(0.05))


@needs_compiler
def test_steps_keep_every_third_point_and_need_no_window_of_a_size():
    X, y = table(23)
    rows, start, free = make_rows(np.asfortranarray(X), y), np.zeros((7, 1)), np.ones(7)
    records = SquaredError(), penalties.L2(0.1), rules.Momentum(0.5), steps.InverseScaling(0.05, 0.3)
    args = (*records, rows, free, 4, "shuffle", 7, 20, start)
    points = compiled_steps(*args)[0]
    assert (compiled_steps(*args, every=3)[0] == points[2::3]).all()
    assert all((compiled_steps(*args, window=size)[0] == points).all() for size in (1, 4, 23, 40))


@needs_compiler
def test_where_among_numbers_makes_no_array():
    """Numba's own np.where of numbers allocates: 50 ns a row, in each loss that has a case distinction."""
    from numba import njit

    from steepest.kernels.dispatch import slope

    kernel = njit(lambda loss, z, y: slope(loss, z, y))
    assert kernel(LogLoss(), 0.3, 1.0) == pytest.approx(LogLoss().slope(0.3, 1.0), rel=1e-15)
    text = kernel.inspect_llvm(kernel.signatures[0])
    assert "NRT_MemInfo_alloc" not in text


# ------------------------------------------------------------------ orders


def order_of(n, seed=0, epoch=0, sampling="shuffle", fill=fill_order):
    order = np.empty(n, np.int64)
    fill(order, seed, epoch, SAMPLINGS.index(sampling))
    return order


SIZES = [1, 2, 17, BUFFER, BUFFER + 1, 3 * BUFFER + 5]


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("sampling", ["shuffle", "sequential"])
def test_an_epoch_reads_each_row_once(n, sampling):
    assert sorted(order_of(n, sampling=sampling)) == list(range(n))


def test_with_replacement_stays_in_range_and_repeats():
    order = order_of(500, sampling="replacement")
    assert order.min() >= 0
    assert order.max() < 500
    assert 280 < len(set(order.tolist())) < 350  # 316 expected, (1 - 1/e) n


def test_order_is_a_function_of_seed_and_epoch():
    assert (order_of(100, 3, 5) == order_of(100, 3, 5)).all()
    others = [order_of(100, 3, 6), order_of(100, 4, 5), order_of(100, 5, 3)]
    assert all((order_of(100, 3, 5) != other).any() for other in others)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("sampling", SAMPLINGS)
@needs_compiler
def test_order_is_the_same_compiled(n, sampling):
    from steepest.kernels import dispatch  # noqa: F401 - tells Numba of the functions the order calls
    from steepest.kernels.compiler import compiled

    for seed, epoch in ((0, 0), (1, 2), (2**31 - 1, 40), (2**32 - 1, 7)):
        plain = order_of(n, seed, epoch, sampling)
        assert (order_of(n, seed, epoch, sampling, compiled(fill_order)) == plain).all()


@pytest.mark.parametrize("sampling", ["shuffle", "replacement"])
def test_every_row_is_as_likely_in_every_place(sampling):
    """Chi-square of places x rows over many epochs: mean and deviation are those of 49 degrees of freedom or more."""
    n, epochs = 8, 4000
    counts = np.zeros((n, n))
    for epoch in range(epochs):
        counts[np.arange(n), order_of(n, 11, epoch, sampling)] += 1
    chi2 = ((counts - epochs / n) ** 2 / (epochs / n)).sum()
    freedom = (n - 1) ** 2 if sampling == "shuffle" else n * (n - 1)
    assert abs(chi2 - freedom) < 4 * math.sqrt(2 * freedom)


def test_all_permutations_of_three_rows_are_as_likely():
    epochs, seen = 6000, {}
    for epoch in range(epochs):
        key = tuple(order_of(3, 5, epoch).tolist())
        seen[key] = seen.get(key, 0) + 1
    assert len(seen) == 6
    assert sum((c - 1000) ** 2 / 1000 for c in seen.values()) < 5 + 4 * math.sqrt(10)


def test_a_large_table_is_mixed_through_and_through():
    """Rows that were neighbours end up apart, and each buffer holds blocks from the whole table."""
    n = 20 * BUFFER
    order = order_of(n)
    assert np.mean(np.abs(np.diff(order)) <= 1) < 0.01
    means = order.reshape(20, BUFFER).mean(1) / n
    blocks = BUFFER // BLOCK
    assert abs(means - 0.5).max() < 4 * math.sqrt(1 / 12 / blocks)


# ------------------------------------------------------------------ moments


@pytest.mark.parametrize("order", ["C", "F", "CSR", "C float32"])
@with_and_without
def test_moments_are_those_of_the_plain_sums(order, extras, monkeypatch):
    layout = LAYOUTS[order][0]
    monkeypatch.setattr(gram, "ROOM", 64)  # several pieces, the last one short
    X, y = table(83, k=2)
    rows = rows_of(layout(X + 5.0 * (order != "CSR"), None), y, extras)._replace(units=Units())
    mass = np.ones(83) if rows.weight is None else rows.weight
    A = np.hstack((naive.dense(rows.X), y if rows.offset is None else y - rows.offset[:, None]))
    mean = mass @ A / mass.sum()
    spread = (A - mean).T @ ((A - mean) * mass[:, None]) / mass.sum()
    found = moments.central_moments(rows)
    for part, expected in zip(found, (mean[:6], spread[:6, :6], spread[:6, 6:], mean[6:]), strict=True):
        assert close(part, expected, 1e-13)
