"""Peers for the folder ``solvers/`` of ``benchopt/benchmark_logreg_l2``, each sampled by its own tolerance.

What it needs to bring a table into its own layout is off the clock.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from benchopt import BaseSolver
from benchopt.stopping_criterion import SufficientProgressCriterion
from scipy.sparse import csr_matrix, issparse

STEPS = 1000


class Peer(NamedTuple):
    """A package's fit of what ``prepare`` made of X and y to coefficients."""

    module: str
    fit: Callable[[Any, Any, float, float], Any]
    prepare: Callable[[Any, Any], tuple[Any, Any]] = lambda X, y: (X, y)
    sparse: bool = True


def _scikit_learn(solver: str) -> Callable[..., Any]:
    def fit(X: Any, y: Any, lmbd: float, tol: float) -> Any:
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=1 / lmbd, fit_intercept=False, solver=solver, tol=tol, max_iter=STEPS)
        return model.fit(X, y).coef_

    return fit


def _intelex(X: Any, y: Any, lmbd: float, tol: float) -> Any:
    from sklearnex.linear_model import LogisticRegression

    return LogisticRegression(C=1 / lmbd, fit_intercept=False, tol=tol, max_iter=STEPS).fit(X, y).coef_


def _glum(X: Any, y: Any, lmbd: float, tol: float) -> Any:
    from glum import GeneralizedLinearRegressor

    options = {"alpha": lmbd / len(y), "l1_ratio": 0, "fit_intercept": False, "gradient_tol": tol, "max_iter": STEPS}
    return GeneralizedLinearRegressor(family="binomial", **options).fit(X, y).coef_


def _liblinear_problem(X: Any, y: Any) -> tuple[Any, Any]:
    from liblinear.liblinearutil import problem

    return problem(y, csr_matrix(X)), y


def _liblinear(problem: Any, _y: Any, lmbd: float, tol: float) -> Any:
    from liblinear.liblinearutil import train

    model = train(problem, f"-s 0 -c {1 / lmbd!r} -e {tol!r} -B -1 -q")
    return np.ctypeslib.as_array(model.w, (model.nr_feature,)) * (1 if model.get_labels()[0] == 1 else -1)


def _by_columns(X: Any, y: Any) -> tuple[Any, Any]:
    return (X.tocsc() if issparse(X) else np.asfortranarray(X)), y


def _skglm(X: Any, y: Any, lmbd: float, tol: float) -> Any:
    from skglm import GeneralizedLinearEstimator
    from skglm.datafits import Logistic
    from skglm.penalties import L1_plus_L2
    from skglm.solvers import ProxNewton

    solver = ProxNewton(p0=X.shape[1], tol=tol, max_iter=200, fit_intercept=False)
    return GeneralizedLinearEstimator(Logistic(), L1_plus_L2(lmbd / len(y), l1_ratio=0.0), solver).fit(X, y).coef_


def _tensors(X: Any, y: Any) -> tuple[Any, Any]:
    import torch

    return torch.from_numpy(X), torch.from_numpy((y > 0).astype(X.dtype))


def _torch(X: Any, y: Any, lmbd: float, tol: float) -> Any:
    import torch

    w = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    options = {"max_iter": STEPS, "tolerance_grad": tol, "tolerance_change": tol * 1e-2}
    descent = torch.optim.LBFGS([w], line_search_fn="strong_wolfe", **options)

    def closure() -> Any:
        descent.zero_grad()
        mean = torch.nn.functional.binary_cross_entropy_with_logits(X @ w, y)
        loss = mean + lmbd / len(y) / 2 * (w @ w)
        loss.backward()
        return loss

    descent.step(closure)
    return w.detach().numpy()


PEERS = {
    "lbfgs": Peer("sklearn", _scikit_learn("lbfgs")),
    "newton-cholesky": Peer("sklearn", _scikit_learn("newton-cholesky")),
    "newton-cg": Peer("sklearn", _scikit_learn("newton-cg")),
    "intelex": Peer("sklearnex.linear_model", _intelex, sparse=False),
    "glum": Peer("glum", _glum, lambda X, y: (X, (y > 0).astype(np.float64))),
    "liblinear": Peer("liblinear.liblinearutil", _liblinear, _liblinear_problem),
    "skglm": Peer("skglm", _skglm, _by_columns),
    "torch": Peer("torch", _torch, _tensors, sparse=False),
}


class Solver(BaseSolver):
    """A whole fit for each tolerance."""

    name = "peer"
    requirements = [  # noqa: RUF012 - benchopt reads it on the class
        "scikit-learn",
        "pip::scikit-learn-intelex",
        "pip::glum",
        "pip::liblinear-official",
        "pip::skglm",
        "pip::torch",
    ]
    sampling_strategy = "tolerance"
    stopping_criterion = SufficientProgressCriterion(eps=1e-16, patience=4, strategy="tolerance")
    parameters = {"package": list(PEERS)}  # noqa: RUF012 - the same
    parameter_template = "{package}"

    def skip(self, X: Any, y: Any, lmbd: float) -> tuple[bool, str | None]:
        """Not where the package is missing, or takes no sparse table."""
        peer = PEERS[self.package]
        if issparse(X) and not peer.sparse:
            return True, f"{self.package} is run on dense tables only"
        try:
            importlib.import_module(peer.module)
        except ImportError as error:
            return True, str(error)
        return False, None

    def set_objective(self, X: Any, y: Any, lmbd: float) -> None:
        """Bring the table into the package's layout."""
        self.lmbd = lmbd
        self.table = PEERS[self.package].prepare(X, y)

    def warm_up(self) -> None:
        """Compile, off the clock."""
        self.run(1e-3)

    def run(self, tol: float) -> None:
        """Fit to the package's own tolerance."""
        self.beta = PEERS[self.package].fit(*self.table, self.lmbd, tol)

    def get_next(self, tol: float) -> float:
        """A hundredth of the tolerance before, from 0.01 on."""
        return min(1e-2, max(tol / 100, 1e-16))

    def get_result(self) -> dict[str, Any]:
        """The coefficients."""
        return {"beta": np.ravel(self.beta)}
