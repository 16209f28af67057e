"""The peers that ``benchopt/benchmark_ols`` has no solver of, for its folder ``solvers/``; each is run once to the end.

Exact methods have no tolerance to sample. glum takes its default.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from benchopt import BaseSolver
from benchopt.stopping_criterion import SingleRunCriterion

TINY = 1e-8  # Ridge needs a penalty; on the sum of squares, where it moves the objective by less than rounding


def _model(module: str, name: str, **options: Any) -> Callable[[Any, Any], Any]:
    def fit(X: Any, y: Any) -> Any:
        return getattr(importlib.import_module(module), name)(fit_intercept=False, **options).fit(X, y).coef_

    return fit


def _torch(X: Any, y: Any) -> Any:
    import torch

    return torch.linalg.lstsq(torch.from_numpy(X), torch.from_numpy(y)[:, None]).solution.numpy()


PEERS: dict[str, Callable[[Any, Any], Any]] = {
    "intelex": _model("sklearnex.linear_model", "LinearRegression"),
    "ridge": _model("sklearn.linear_model", "Ridge", alpha=TINY, solver="cholesky"),
    "glum": _model("glum", "GeneralizedLinearRegressor", family="normal", alpha=0.0),
    "torch": _torch,
}


class Solver(BaseSolver):
    """One fit."""

    name = "peer"
    install_cmd = "conda"
    requirements = ["pip:scikit-learn-intelex", "pip:glum", "pip:torch"]  # noqa: RUF012 - the same
    stopping_criterion = SingleRunCriterion()
    parameters = {"package": list(PEERS)}  # noqa: RUF012 - benchopt reads it on the class

    def skip(self, X: Any, y: Any, fit_intercept: bool = False) -> tuple[bool, str | None]:
        """Run on dense tables without an intercept only."""
        if hasattr(X, "toarray") or fit_intercept:
            return True, "run on dense tables without an intercept only"
        return False, None

    def set_objective(self, X: Any, y: Any, fit_intercept: bool = False) -> None:
        """Keep the table, and load the package, off the clock."""
        self.X, self.y = X, y
        self.run(1)

    def run(self, n_iter: int) -> None:
        """Fit."""
        self.beta = PEERS[self.package](self.X, self.y)

    def get_result(self) -> Any:
        """The coefficients."""
        return self.beta.ravel()
