"""A solver of ``benchopt/benchmark_logreg_l2``, for its folder ``solvers/``; benchopt 1.7 or later.

The benchmark minimises the sum of the log losses + lmbd/2 |w|^2, `steepest` their mean + alpha/2 |w|^2.
"""

from __future__ import annotations

import warnings
from typing import Any

from steepest import GDClassifier
from steepest.errors import NotConvergedWarning

try:
    from benchopt import BaseSolver
    from benchopt.stopping_criterion import SufficientProgressCriterion

    # by default benchopt stops at a progress of 1e-10 times the square of the cost: early where costs are large
    CRITERION = SufficientProgressCriterion(eps=1e-16, patience=4, strategy="tolerance")
except ModuleNotFoundError:  # the tests of steepest run this file without benchopt
    BaseSolver, CRITERION = object, None

SETTINGS: dict[str, dict[str, Any]] = {
    "auto": {},
    "secant": {"rule": "secant"},
    "accelerated": {"rule": "accelerated"},
    "saga": {"batch_size": 32, "estimate": "saga"},
}
MOST_EPOCHS = 5000


def estimator(rows: int, lmbd: float, tol: float, setting: str = "auto") -> GDClassifier:
    """The model whose mean objective is the benchmark's sum over this number of rows."""
    options = {"alpha": lmbd / rows, "fit_intercept": False, "tol": tol, "max_iter": MOST_EPOCHS}
    return GDClassifier(**options, **SETTINGS[setting])


class Solver(BaseSolver):
    """A whole fit for each tolerance, with trajectory, certificate and verdict."""

    name = "steepest"
    requirements = ["pip::steepest[sklearn]"]  # noqa: RUF012 - the same
    sampling_strategy = "tolerance"
    stopping_criterion = CRITERION
    parameters = {"setting": list(SETTINGS)}  # noqa: RUF012 - the same
    parameter_template = "{setting}"

    def set_objective(self, X: Any, y: Any, lmbd: float) -> None:
        """Keep the table, dense or CSR, and labels -1 and 1."""
        self.X, self.y, self.lmbd = X, y, lmbd
        warnings.filterwarnings("ignore", category=NotConvergedWarning)

    def warm_up(self) -> None:
        """Compile, off the clock."""
        self.run(1e-3)

    def run(self, tol: float) -> None:
        """Fit to a gap of ``tol`` times the cost of the constant model."""
        self.model = estimator(len(self.y), self.lmbd, tol, self.setting).fit(self.X, self.y)

    def get_next(self, tol: float) -> float:
        """A hundredth of the tolerance before, from 0.01 on."""
        return min(1e-2, max(tol / 100, 1e-16))

    def get_result(self) -> dict[str, Any]:
        """The coefficients; the benchmark has no intercept."""
        return {"beta": self.model.coef_.ravel()}
