"""Ways: what the automatic mode could do, what each would cost, and which is cheapest.

A cost is bytes read from memory over the speed of reading, plus flops over the speed of a matrix product, plus a little
for each step. The speeds are those of two common cores; only their ratios matter for the choice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ...data.csr import CSR
from ...data.rows import Rows
from ...optimality.curvature import MATRIX_COLUMNS

__all__ = ["Size", "cheapest", "dear", "sample_size", "size_of"]

BYTES = 4e10  # a second, read from memory
FLOPS = 1.1e11  # a second, in products of a matrix with its transpose
NEWTON = 8  # Newton steps from 0 to the optimum
METRIC = 10  # steps in the metric of a sample
PREVIEW = 4  # Newton steps over the sample, most of them over a part of it
SECANT = 300  # steps in a diagonal metric with secants
STEP = 1e-4  # seconds for a step whatever the table
COPY = 10  # readings in the time that it takes to gather rows here and there
PROOF = 5  # readings for a certificate without a matrix of all rows


class Size(NamedTuple):
    """What a table costs to work on."""

    n: int
    d: int
    numbers: int  # stored in the table
    width: int  # bytes for each, its column number included where it is sparse

    @property
    def reading(self) -> float:
        """Seconds to read the table once."""
        return self.numbers * self.width / BYTES

    def product(self, n: int) -> float:
        """Seconds for the second derivatives of n of the rows."""
        return n * (self.d + 1.0) ** 2 / FLOPS + self.reading * n / self.n

    @property
    def solution(self) -> float:
        """Seconds to solve for one direction."""
        return (self.d + 1.0) ** 3 / FLOPS


def size_of(rows: Rows) -> Size:
    """Size of a table, dense or sparse."""
    n, d = rows.shape
    if isinstance(rows.X, CSR):
        return Size(n, d, len(rows.X.data), rows.X.data.itemsize + rows.X.indices.itemsize)
    return Size(n, d, n * d, rows.X.dtype.itemsize)


def sample_size(size: Size) -> int:
    """Rows from which a metric is learnt: 60,000 but at most a quarter of the table, and at least 40 a column.

    Examples
    --------
    >>> sample_size(Size(500_000, 60, 30_000_000, 8)), sample_size(Size(32_000, 123, 3_936_000, 8))
    (60000, 8000)
    """
    enough = 40 * (size.d + 1)
    return max(enough, min(60_000, size.n // 4))


def moments(size: Size) -> float:
    """Sufficient statistics of a squared loss: one product, one reading of the residuals, one solution."""
    return size.product(size.n) + size.reading + size.solution


def newton(size: Size) -> float:
    """Damped Newton over all rows."""
    return NEWTON * (size.product(size.n) + size.reading + size.solution + STEP)


def whitened(size: Size, quadratic: bool) -> float:
    """The optimum and metric of a sample, then steps over all rows in that metric."""
    m = sample_size(size)
    if m >= size.n:
        return float("inf")
    first = (1 if quadratic else PREVIEW) * (size.product(m) + size.solution + STEP)
    proof = min(PROOF * size.reading, size.product(size.n))
    gather = COPY * size.reading * m / size.n
    return size.reading + gather + first + METRIC * (size.reading + size.solution + STEP) + proof


def secant(size: Size) -> float:
    """Steps in the metric of the last ones, without a matrix."""
    return (SECANT + PROOF) * (size.reading + STEP)


def dear(size: Size) -> bool:
    """Whether the second derivatives of all rows cost more than a certificate that does without."""
    return size.d > MATRIX_COLUMNS or size.product(size.n) > 3 * PROOF * size.reading + 0.01


def cheapest(size: Size, quadratic: bool, proximal: bool = False) -> str:
    """Name of the cheapest way: "moments", "newton", "whitened", "secant" or "spectral".

    Parameters
    ----------
    size : Size
    quadratic : bool
        Whether the loss is squared, so that moments can stand in for the rows.
    proximal : bool
        Whether there is an L1 penalty: "spectral" then does what "secant" does else.

    Examples
    --------
    >>> cheapest(Size(32, 3, 96, 8), quadratic=False), cheapest(Size(500_000, 60, 30_000_000, 8), quadratic=False)
    ('newton', 'whitened')
    """
    if size.d > MATRIX_COLUMNS:
        return "spectral" if proximal else "secant"
    ways: dict[str, Callable[[], float]] = {"whitened": lambda: whitened(size, quadratic)}
    ways |= {"moments": lambda: moments(size)} if quadratic else {"newton": lambda: newton(size)}
    if not proximal:
        ways["secant"] = lambda: secant(size)
    return min(ways, key=lambda name: ways[name]())
