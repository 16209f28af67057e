"""The cost model: what the automatic mode could do, what each method would cost, and which is cheapest.

A cost is bytes read from memory over the speed of reading, plus flops over the speed of a matrix product, plus a little
for each step. The speeds are those of two common cores; only their ratios matter for the choice.
"""

from __future__ import annotations

from collections.abc import Callable

from ...objective.data import MATRIX_COLUMNS, Size

__all__ = ["cheapest", "expensive", "sample_size"]

FLOPS = 1.1e11  # a second, in products of a matrix with its transpose
NEWTON = 8  # Newton steps from 0 to the optimum
METRIC = 10  # steps with the preconditioner of a sample
PREVIEW = 4  # Newton steps over the sample, most of them over a part of it
SECANT = 300  # steps of L-BFGS
STEP = 1e-4  # seconds for a step whatever the table
COPY = 10  # passes in the time that it takes to gather rows here and there
PROOF = 5  # passes for a certificate without a matrix of all rows


def product(size: Size, n: int) -> float:
    """Seconds for the second derivatives of n of the rows."""
    return n * (size.d + 1.0) ** 2 / FLOPS + size.seconds * n / size.n


def solution(size: Size) -> float:
    """Seconds to solve for one direction."""
    return (size.d + 1.0) ** 3 / FLOPS


def sample_size(size: Size) -> int:
    """Rows from which a preconditioner is learnt: 60,000 but at most a quarter of the table, and at least 40 a column.

    Examples
    --------
    >>> from steepest.objective.data import Size
    >>> sample_size(Size(500_000, 60, 30_000_000, 8)), sample_size(Size(32_000, 123, 3_936_000, 8))
    (60000, 8000)
    """
    enough = 40 * (size.d + 1)
    return max(enough, min(60_000, size.n // 4))


def moments(size: Size) -> float:
    """Sufficient statistics of a squared loss: one product, one pass for the residuals, one solution."""
    return product(size, size.n) + size.seconds + solution(size)


def newton(size: Size) -> float:
    """Damped Newton over all rows."""
    return NEWTON * (product(size, size.n) + size.seconds + solution(size) + STEP)


def whitened(size: Size, quadratic: bool) -> float:
    """The optimum and the curvature of a sample, then steps over all rows preconditioned by it."""
    m = sample_size(size)
    if m >= size.n:
        return float("inf")
    first = (1 if quadratic else PREVIEW) * (product(size, m) + solution(size) + STEP)
    proof = min(PROOF * size.seconds, product(size, size.n))
    gather = COPY * size.seconds * m / size.n
    return size.seconds + gather + first + METRIC * (size.seconds + solution(size) + STEP) + proof


def secant(size: Size) -> float:
    """Steps in the curvature of the last ones, without a matrix."""
    return (SECANT + PROOF) * (size.seconds + STEP)


def expensive(size: Size) -> bool:
    """Whether the second derivatives of all rows cost more than a certificate that does without."""
    return size.d > MATRIX_COLUMNS or product(size, size.n) > 3 * PROOF * size.seconds + 0.01


def cheapest(size: Size, quadratic: bool, proximal: bool = False) -> str:
    """Name of the cheapest method: "moments", "newton", "whitened", "secant" or "spectral".

    Parameters
    ----------
    size : Size
    quadratic : bool
        Whether the loss is squared, so that moments can stand in for the rows.
    proximal : bool
        Whether there is an L1 penalty: "spectral" then does what "secant" does else.

    Examples
    --------
    >>> from steepest.objective.data import Size
    >>> cheapest(Size(32, 3, 96, 8), quadratic=False), cheapest(Size(500_000, 60, 30_000_000, 8), quadratic=False)
    ('newton', 'whitened')
    """
    if size.d > MATRIX_COLUMNS:
        return "spectral" if proximal else "secant"
    costs: dict[str, Callable[[], float]] = {"whitened": lambda: whitened(size, quadratic)}
    costs |= {"moments": lambda: moments(size)} if quadratic else {"newton": lambda: newton(size)}
    if not proximal:
        costs["secant"] = lambda: secant(size)
    return min(costs, key=lambda name: costs[name]())
