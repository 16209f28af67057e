"""A solver of ``benchopt/benchmark_ols``, for its folder ``solvers/``; benchopt 1.3 or 1.4, which its objective needs.

The benchmark minimises half the sum of the squared residuals, `steepest` their mean; the answer is the same.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from steepest import GDRegressor
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


def estimator(fit_intercept: bool, tol: float, setting: str = "auto") -> GDRegressor:
    """The model with the benchmark's minimum."""
    return GDRegressor(fit_intercept=fit_intercept, tol=tol, max_iter=MOST_EPOCHS, **SETTINGS[setting])


class Solver(BaseSolver):
    """A whole fit for each tolerance, with trajectory, certificate and verdict."""

    name = "steepest"
    install_cmd = "conda"
    requirements = ["pip:steepest[sklearn]"]  # noqa: RUF012 - the same
    stopping_strategy = "tolerance"
    stopping_criterion = CRITERION
    parameters = {"setting": list(SETTINGS)}  # noqa: RUF012 - the same

    def set_objective(self, X: Any, y: Any, fit_intercept: bool = False) -> None:
        """Keep the table, dense or CSR, and compile, off the clock."""
        self.X, self.y, self.fit_intercept = X, y, fit_intercept
        warnings.filterwarnings("ignore", category=NotConvergedWarning)
        self.run(1e-3)

    def run(self, tol: float) -> None:
        """Fit to a gap of ``tol`` times the cost of the constant model."""
        self.model = estimator(self.fit_intercept, tol, self.setting).fit(self.X, self.y)

    def get_next(self, tol: float) -> float:
        """A hundredth of the tolerance before, from 0.01 on."""
        return min(1e-2, max(tol / 100, 1e-16))

    def get_result(self) -> Any:
        """The coefficients, and after them the intercept if there is one."""
        return np.append(self.model.coef_, self.model.intercept_) if self.fit_intercept else self.model.coef_
