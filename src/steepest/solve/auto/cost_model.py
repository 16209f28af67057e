"""The cost model of the automatic mode: the estimated time of each method, and the cheapest one.

A time is the bytes read from memory divided by the memory bandwidth, plus flops divided by the speed of a matrix
product, plus a constant for each step. The speeds are those of two common cores; only their ratios matter.
"""

from __future__ import annotations

from collections.abc import Callable

from ...objective.data import MATRIX_COLUMNS, Size

__all__ = ["cheapest", "cheapest_for_classes", "expensive", "sample_size"]

FLOPS = 1.1e11  # per second, in products of a matrix with its transpose
NEWTON = 8  # Newton steps from 0 to the optimum
METRIC = 10  # steps with the preconditioner of a sample
PREVIEW = 4  # Newton steps over the sample, most of them over a part of it
SECANT = 300  # steps of L-BFGS
STEP = 1e-4  # seconds of overhead for each step
ROUNDS = 8  # rounds over working sets
ROUND = 2e-3  # seconds of overhead for each round
WORKING = 8.0  # a working set has about the root of this times the number of columns
COPY = 10  # time of gathering scattered rows, in passes over as many rows
ROW_PASSES = 3  # passes of a Newton step in the span of the rows
CLASS_STEPS = 60  # steps of L-BFGS for several classes, in a metric that they share
CLASS_FLOPS = 8e10  # per second, in products with as many columns as classes
CLASS_HESSIAN = 3e10  # the same, in the Hessian of several classes
CLASS_NUMBER, CLASS_PREDICTOR = 1e-9, 1.5e-9  # seconds for each number of the table, and for each predictor
PROOF = 5  # passes for a certificate without a matrix of all rows


def product(size: Size, n: int) -> float:
    """Seconds for the Hessian over n of the rows."""
    return n * (size.d + 1.0) ** 2 / FLOPS + size.seconds * n / size.n


def solution(size: Size) -> float:
    """Seconds to solve one linear system."""
    return (size.d + 1.0) ** 3 / FLOPS


def sample_size(size: Size) -> int:
    """Rows of the sample for a preconditioner: 60,000, at most a quarter of the table, at least 40 for each column.

    Examples
    --------
    >>> from steepest.objective.data import Size
    >>> sample_size(Size(500_000, 60, 30_000_000, 8)), sample_size(Size(32_000, 123, 3_936_000, 8))
    (60000, 8000)
    """
    enough = 40 * (size.d + 1)
    return max(enough, min(60_000, size.n // 4))


def moments(size: Size) -> float:
    """Seconds for the moments of a squared loss: one product, one pass for the residuals, one linear system."""
    return product(size, size.n) + size.seconds + solution(size)


def newton(size: Size) -> float:
    """Seconds for damped Newton over all rows."""
    return NEWTON * (product(size, size.n) + size.seconds + solution(size) + STEP)


def whitened(size: Size, quadratic: bool) -> float:
    """Seconds for the optimum and the Hessian of a sample, then preconditioned steps over all rows."""
    m = sample_size(size)
    if m >= size.n:
        return float("inf")
    first = (1 if quadratic else PREVIEW) * (product(size, m) + solution(size) + STEP)
    proof = min(PROOF * size.seconds, product(size, size.n))
    gather = COPY * size.seconds * m / size.n
    return size.seconds + gather + first + METRIC * (size.seconds + solution(size) + STEP) + proof


def row_newton(size: Size, quadratic: bool) -> float:
    """Seconds for damped Newton in the span of the rows: their products once, and a system of n equations each step."""
    first, step = float(size.n) ** 2 * size.d / FLOPS, float(size.n) ** 3 / FLOPS + ROW_PASSES * size.seconds + STEP
    return first + (1 if quadratic else NEWTON) * step + (1 + PROOF) * size.seconds


def secant(size: Size) -> float:
    """Seconds for L-BFGS, which forms no matrix."""
    return (SECANT + PROOF) * (size.seconds + STEP)


def selection(size: Size, quadratic: bool) -> float:
    """Seconds for rounds over working sets: a pass each, and Newton's method on few columns."""
    inner = (1 if quadratic else NEWTON) * size.n * WORKING * size.d / FLOPS
    return ROUNDS * (size.seconds + inner + ROUND) + PROOF * size.seconds


def class_pass(size: Size, k: int) -> float:
    """Seconds of a pass over rows with k classes."""
    return 4.0 * size.numbers * k / CLASS_FLOPS + CLASS_NUMBER * size.numbers + CLASS_PREDICTOR * size.n * k


def cheapest_for_classes(size: Size, k: int) -> str:
    """Name of the cheaper method where the Hessian of k classes can be formed: "newton", or "whitened" without it.

    Examples
    --------
    >>> from steepest.objective.data import Size
    >>> cheapest_for_classes(Size(150, 4, 600, 8), 3), cheapest_for_classes(Size(200_000, 20, 4_000_000, 8), 3)
    ('newton', 'whitened')
    """
    one, m = class_pass(size, k), (size.d + 1.0) * k
    second = size.n * (m * m + 2 * k * (size.d + 1.0) ** 2) / CLASS_HESSIAN
    by_hessian = NEWTON * (second + one + 2 * m**3 / FLOPS + STEP)
    return "newton" if by_hessian <= product(size, size.n) + CLASS_STEPS * (one + 3 * STEP) else "whitened"


def expensive(size: Size) -> bool:
    """Whether the Hessian over all rows costs more than a certificate without it."""
    return size.d > MATRIX_COLUMNS or product(size, size.n) > 3 * PROOF * size.seconds + 0.01


def cheapest(
    size: Size, quadratic: bool, proximal: bool = False, *, by_rows: bool = False, selects: bool = False
) -> str:
    """Name of the cheapest method: "moments", "newton", "whitened", "secant", "spectral" or "selection".

    Parameters
    ----------
    size : Size
    quadratic : bool
        Whether the loss is squared, so that moments can replace the rows.
    proximal : bool
        Whether there is an L1 penalty: "spectral" then takes the place of "secant".
    by_rows : bool
        Whether Newton's steps are solved for in the span of the rows, of which there are fewer than columns.
    selects : bool
        Whether rounds over working sets of columns can solve the problem.

    Examples
    --------
    >>> from steepest.objective.data import Size
    >>> cheapest(Size(32, 3, 96, 8), quadratic=False), cheapest(Size(500_000, 60, 30_000_000, 8), quadratic=False)
    ('newton', 'whitened')
    """
    if size.d > MATRIX_COLUMNS and proximal:
        return "selection" if selects else "spectral"
    costs: dict[str, Callable[[], float]] = {}
    if by_rows and size.n <= MATRIX_COLUMNS:
        costs["newton"] = lambda: row_newton(size, quadratic)
    if size.d <= MATRIX_COLUMNS:
        costs |= {"moments": lambda: moments(size)} if quadratic else {"newton": lambda: newton(size)}
        costs["whitened"] = lambda: whitened(size, quadratic)
    costs |= {"selection": lambda: selection(size, quadratic)} if selects else {}
    if not proximal:
        costs["secant"] = lambda: secant(size)
    return min(costs, key=lambda name: costs[name]())
