"""Range test: one short descent with a growing learning rate, which shows where the cost stops falling."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..core.errors import DataError, UsageError
from ..core.record_kinds import step
from ..core.records import from_name, to_name
from ..core.setting_types import LossLike, RuleLike
from ..core.types import Array
from ..data.checks import check_rows, name_bad_number
from ..data.make_rows import make_rows
from ..data.rows import Rows
from ..descent.descent import descend, until
from ..descent.stops import updates
from ..methods.method import Method
from ..methods.rules import Momentum, Nesterov, Plain
from ..methods.steps.checks import positive
from ..objective import losses
from ..objective.objective import Objective
from ..objective.penalties import elastic
from ..objective.problem import Problem
from ..optimality.curvature import spectrum

__all__ = ["RangeTest", "find_learning_rate"]

PER_DECADE = 16  # updates in which the learning rate grows tenfold
EVALUATED = 4096  # maximum number of rows on which the cost is evaluated, always the same ones
LIMITED = (Plain, Momentum, Nesterov)  # rules with a known safe rate
BELOW = 4.0  # the suggestion as a share of the rate of lowest cost


class RangeTest(NamedTuple):
    """The result of a range test.

    Attributes
    ----------
    suggestion : float
        A learning rate to begin with.
    rates, costs : (m,) arrays
        Learning rate of each update, and the cost after it on at most 4,096 rows. Plot costs against log(rates).
    reason : str
        Why this rate, in one sentence with its numbers.

    Examples
    --------
    >>> from steepest import find_learning_rate
    >>> found = find_learning_rate([[1.0], [3.0], [4.0], [5.0]], [4.0, 3.0, 7.0, 7.0])
    >>> found.rates.shape == found.costs.shape, 0.0 < found.suggestion < 0.1
    (True, True)
    """

    suggestion: float
    rates: Array
    costs: Array
    reason: str


def find_learning_rate(
    X: Any,
    y: Any,
    *,
    loss: LossLike = "squared_error",
    rule: RuleLike = "plain",
    batch_size: int | None = None,
    sampling: str = "shuffle",
    alpha: float = 0.0,
    fit_intercept: bool = True,
    low: float | None = None,
    high: float | None = None,
    seed: int = 0,
) -> RangeTest:
    """Learning rate to begin with, found by a descent whose rate grows at every update until the cost rises.

    eta_t = low 10^((t - 1) / 16). The costs are smoothed over five updates; the suggestion is a quarter of the rate
    with the lowest smoothed cost. For the rules plain, momentum and nesterov it is at most half of `stability_limit`,
    and with batches of b rows at most (1 - beta) / (L + L_1 / b): L is the largest curvature of the objective and L_1
    that of a single row.

    Parameters
    ----------
    X : (n, d) array or sparse matrix
        The columns of the later descent: a rate for raw columns does not suit standardised ones.
    y : (n,) array
        Targets; 0 and 1 for "log_loss".
    loss, rule, batch_size, sampling : see `Problem` and `Method`
        Preconditioned rules are refused: their rate is 1.
    alpha : float >= 0, default 0.0
        Weight of the L2 penalty, added to the mean loss.
    fit_intercept : bool, default True
        Whether there is an intercept.
    low, high : float > 0 or None
        First and last rate. None: from 10^-4 to 100 times the stability limit, and from 10^-6 to 10 in any case.
    seed : int >= 0, default 0
        Names the order of the rows; the same seed gives the same bits.

    Returns
    -------
    RangeTest

    Raises
    ------
    UsageError, DataError
        If a setting is invalid or the data cannot be fitted.

    Notes
    -----
    Cost: about 100 to 300 updates, the cost on up to 4,096 rows after each, and the largest eigenvalue of the columns.
    The suggestion is an estimate from one descent from 0, without a guarantee.

    References
    ----------
    Smith, L. (2017). Cyclical learning rates for training neural networks. WACV. doi:10.1109/WACV.2017.58

    Examples
    --------
    >>> X, y = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]], [4.0, 3, 7, 7, 8, 10, 8, 11]
    >>> found = find_learning_rate(X, y)
    >>> round(found.suggestion, 4)
    0.0261
    """
    problem = Problem(from_name(loss, losses, "loss"), elastic(alpha), fit_intercept)
    rows = _checked(X, y, problem, seed)
    largest = spectrum(Objective(problem, rows)).largest
    first, last = _ends(low, high, largest)
    growing = Growing(first, 10.0 ** (1.0 / PER_DECADE))
    method = Method(rule, growing, batch_size, sampling)
    if method.preconditioned:
        name = to_name(type(method.rule))
        raise UsageError(f"rule {name!r} measures in second derivatives: its learning rate is 1, or auto")
    rates, costs = _tried(problem, method, growing, rows, last, seed)
    suggestion, reason = _judged(rates, costs, *_most(problem, method, rows, largest))
    return RangeTest(suggestion, rates, costs[1:], reason)


@step()
class Growing(NamedTuple):
    """Growing by a fixed factor a step."""

    eta: float
    growth: float

    def rate(self, t: int) -> float:
        """Learning rate of update t."""
        return float(self.eta * self.growth ** (t - 1))


def _checked(X: Any, y: Any, problem: Problem, seed: Any) -> Rows:
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise UsageError(f"seed must be a whole number >= 0, not {seed!r}")
    rows = make_rows(X, y)
    if not rows.shape[1]:
        raise DataError("X has no columns: a learning rate is for coefficients")
    check_rows(rows, problem)
    name_bad_number(rows, tuple(f"x{j + 1}" for j in range(rows.shape[1])))
    return rows


def _ends(low: float | None, high: float | None, largest: float) -> tuple[float, float]:
    """First and last rate."""
    near = 2.0 / largest if largest > 0.0 else 1.0
    for name, rate in (("low", low), ("high", high)):
        if rate is not None and (wrong := positive(rate)):
            raise UsageError(f"{name}: {wrong}")
    first = min(1e-6, 1e-4 * near) if low is None else low
    last = max(10.0, 100.0 * near, 10.0 * first) if high is None else high
    if not first < last < math.inf:
        raise UsageError(f"a range test needs 0 < low < high, not low={first!r} and high={last!r}")
    return float(first), float(last)


def _most(problem: Problem, method: Method, rows: Rows, largest: float) -> tuple[float, str]:
    """Largest safe rate, where it is known, and its name."""
    if not isinstance(method.rule, LIMITED) or largest <= 0.0:
        return math.inf, ""
    if method.batch_size is None:
        return 1.0 / largest, "half the stability limit"
    row = problem.loss.curvature * rows.longest_row() / method.batch_size
    kept = 1.0 - method.rule.memory_share
    return kept / (largest + row), "the safe rate with the longest row in a batch"


def _tried(problem: Problem, method: Method, step: Growing, rows: Rows, last: float, seed: int) -> tuple[Array, Array]:
    """Rates up to ``last``, and the costs before the first and after each, until a cost is twice that of the start."""
    cost = Objective(problem, rows.sample(EVALUATED, seed, problem.loss.labels))
    costs: list[float] = []
    count = 1 + math.ceil(math.log(last / step.eta) / math.log(step.growth) - 1e-9)
    for state in until(descend(problem, method, rows, seed=seed, compiled=False), updates(count)):
        with np.errstate(over="ignore", invalid="ignore"):
            costs.append(cost(state.w)[0])
        if not costs[-1] <= 2.0 * costs[0]:
            break
    finite = [c for c in costs if math.isfinite(c)]
    return np.array([step.rate(t) for t in range(1, len(finite))]), np.array(finite)


def _judged(rates: Array, costs: Array, most: float, known: str) -> tuple[float, str]:
    """The suggestion, at most ``most`` (whose name is ``known``), and its reason."""
    smooth = _smoothed(costs)
    best = int(smooth[1:].argmin()) if len(rates) else 0
    if not len(rates) or not smooth[best + 1] < costs[0]:
        rate = most if most < math.inf else float(rates[0]) if len(rates) else 1.0
        return rate, f"the cost never fell below the {costs[0]:.4g} of the start, so {rate:.4g} is only a safe rate"
    found, top = float(rates[best]) / BELOW, float(rates[best])
    rose = "and rose above it" if best + 1 < len(rates) else "the largest that was tried"
    text = f"the cost fell from {costs[0]:.4g} to {smooth[best + 1]:.4g} up to a rate of {top:.4g}, {rose}"
    if found > most:
        return most, f"{text}: a quarter of it is above {known}, {most:.4g}"
    return found, f"{text}: a quarter of it is {found:.4g}"


def _smoothed(costs: Array) -> Array:
    """Mean over each cost and its two neighbours on both sides."""
    weights = np.convolve(np.ones(len(costs)), np.ones(5), "full")[2 : len(costs) + 2]
    smooth: Array = np.convolve(costs, np.ones(5), "full")[2 : len(costs) + 2] / weights
    return smooth
