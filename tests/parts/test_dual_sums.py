"""The sums of the pass that proves a duality gap, against sums over the rows one formula at a time."""

import numpy as np
import pytest
from conftest import needs_compiler
from scipy import sparse

from steepest import make_rows
from steepest.core.units import Units
from steepest.data.tree import Summation
from steepest.objective.losses import LogLoss, Poisson
from steepest.parts.dual_sums import DualSums
from steepest.parts.part import Block

N, D, LEAF = 9000, 7, 4096
UNITS = Units(np.linspace(-1.0, 1.0, D), np.linspace(0.5, 2.0, D))
W = np.linspace(-0.3, 0.4, D + 1)[:, None]
MODES = [False, pytest.param(True, marks=needs_compiler)]
LAYOUTS = {
    "rows": np.ascontiguousarray,
    "single precision": np.float32,
    "sparse": sparse.csr_array,
}


def table(described):
    rng = np.random.default_rng(3)
    X = (rng.standard_normal((N, D)) * (rng.random((N, D)) < 0.6)).astype(np.float32).astype(np.float64)
    own = (rng.integers(0, 3, N).astype(np.float64), rng.standard_normal(N)) if described else (None, None)
    return X, rng.integers(0, 2, N).astype(np.float64), *own


def block_of(layout, described, compiled):
    X, y, weight, offset = table(described)
    rows = make_rows(LAYOUTS[layout](X), y)._replace(weight=weight, offset=offset)
    return Block(0, rows, Summation(LEAF, compiled=compiled, large=False, double=True))


def expected(described, loss, units):
    X, y, m, o = table(described)
    m, o = (np.ones(N), np.zeros(N)) if m is None else (m, o)
    A = np.column_stack((X if units.shift is None else X - units.shift, np.ones(N)))
    z = A @ (W[:, 0] * units.scales(D)) + o
    theta, second = loss.slope(z, y), loss.second_derivative(z, y)
    up, strain, products = theta > 0, m * theta**2 / second, np.insert(A, D, y - o, axis=1)
    return (
        np.append((m * loss.value(z, y)).sum(), A.T @ (m * theta)),
        products.T @ (products * (m * second)[:, None]),
        np.append(0.0, A[up].T @ (m * theta)[up]),
        np.array([strain[up].sum(), strain[~up].sum(), (m * theta**2).sum(), (m * o * o).sum()]),
    )


@pytest.mark.parametrize("compiled", MODES)
@pytest.mark.parametrize(
    ("loss", "layout", "described"),
    [(LogLoss(), "single precision", True), (LogLoss(), "sparse", True), (Poisson(), "rows", False)],
)
def test_the_sums_are_those_over_the_rows(loss, layout, described, compiled):
    block = block_of(layout, described, compiled)
    units = Units() if layout == "sparse" else UNITS
    leaves = DualSums(loss, W, units)(block)
    assert len(leaves) == -(-N // LEAF)
    for found, sums in zip(map(sum, zip(*leaves, strict=True)), expected(described, loss, units), strict=True):
        np.testing.assert_allclose(found, sums, rtol=1e-11, atol=1e-9)


@pytest.mark.parametrize("compiled", MODES)
def test_without_second_derivatives_the_others_are_the_same(compiled):
    block = block_of("single precision", True, compiled)
    found, curved = DualSums(LogLoss(), W, UNITS, curves=False)(block), DualSums(LogLoss(), W, UNITS)(block)
    for a, b in zip(found, curved, strict=True):
        assert len(a) == 3
        for x, y in zip(a, (b[0], *b[2:]), strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-12)
