"""Other packages, each as a small function from a table, a penalty and a level to an answer.

``alpha`` is the factor of the mean objective, as glum and skglm have it: ``C`` of scikit-learn and liblinear is
1 / (n alpha), Vowpal Wabbit's ``--l2`` n alpha. All have an unpenalised intercept. What a peer needs
to bring a table into its own layout is part of its fit; only Vowpal Wabbit's file is made off the clock (``prepare``).
"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

Answer = tuple[Any, float]
TINY = 1e-8  # Ridge needs a penalty; on the sum of squares, where it moves the objective by less than rounding
PAIRS = 5000
VW_CONSTANT = 11650396  # where Vowpal Wabbit keeps the intercept
VW_BITS = 18


class Level(NamedTuple):
    """How exact an answer is asked for: a peer's own tolerance, and its own count of steps at most."""

    tol: float
    steps: int

    def __str__(self) -> str:
        return f"tol {self.tol:g}, {self.steps} steps"


class Peer(NamedTuple):
    """A package's fit: levels from its default to the tightest; ``tables`` is "dense", "sparse" or "any"."""

    name: str
    module: str
    fit: Callable[[Any, Any, float, Level], Answer]
    levels: tuple[Level, ...]
    tables: str = "any"
    most_columns: float = np.inf
    prepare: Callable[[Any, Any], Any] = lambda X, y: X

    def missing(self) -> str:
        """Why the package cannot be used here; "" if it can."""
        try:
            importlib.import_module(self.module)
        except Exception as error:  # a package may fail in any way while it loads
            return f"{type(error).__name__}: {str(error).splitlines()[0]}"
        return ""

    def refuses(self, X: Any) -> str:
        """Why it is not run on this table; "" if it is."""
        if self.tables not in ("any", "sparse" if hasattr(X, "toarray") else "dense"):
            return f"run on {self.tables} tables only"
        if X.shape[1] > self.most_columns:
            return f"run up to {self.most_columns:,} columns: it holds a matrix of all pairs"
        return self.missing()


def levels(*pairs: tuple[float, int]) -> tuple[Level, ...]:
    return tuple(Level(*pair) for pair in pairs)


def _of(model: Any) -> Answer:
    return np.ravel(model.coef_).astype(np.float64), float(np.ravel(model.intercept_)[0])


def _scikit_learn(solver: str) -> Callable[..., Answer]:
    def fit(X: Any, y: Any, alpha: float, level: Level) -> Answer:
        from sklearn.linear_model import LogisticRegression

        C = 1 / (len(y) * alpha)
        return _of(LogisticRegression(C=C, solver=solver, tol=level.tol, max_iter=level.steps).fit(X, y))

    return fit


def _intelex(X: Any, y: Any, alpha: float, level: Level) -> Answer:
    from sklearnex.linear_model import LogisticRegression

    return _of(LogisticRegression(C=1 / (len(y) * alpha), tol=level.tol, max_iter=level.steps).fit(X, y))


def _liblinear(X: Any, y: Any, alpha: float, level: Level) -> Answer:
    from liblinear.liblinearutil import problem, train
    from scipy.sparse import csr_matrix

    model = train(problem(y, csr_matrix(X)), f"-s 0 -c {1 / (len(y) * alpha)!r} -e {level.tol!r} -B 1 -R -q")
    w = np.ctypeslib.as_array(model.w, (model.nr_feature + 1,)) * (1 if model.get_labels()[0] == 1 else -1)
    return w[:-1], float(w[-1])


def _glum(family: str) -> Callable[..., Answer]:
    def fit(X: Any, y: Any, alpha: float, level: Level) -> Answer:
        from glum import GeneralizedLinearRegressor

        solver = "auto" if X.shape[1] <= PAIRS else "lbfgs"  # the others hold a matrix of all pairs of columns
        options = {"alpha": alpha, "l1_ratio": 0, "gradient_tol": level.tol, "max_iter": level.steps, "solver": solver}
        return _of(GeneralizedLinearRegressor(family=family, **options).fit(X, y))

    return fit


def _skglm(X: Any, y: Any, alpha: float, level: Level) -> Answer:
    from skglm import GeneralizedLinearEstimator
    from skglm.datafits import Logistic
    from skglm.penalties import L1_plus_L2
    from skglm.solvers import ProxNewton

    X = X.tocsc() if hasattr(X, "tocsc") else np.asfortranarray(X)
    everything = X.shape[1]  # no column will be 0
    solver = ProxNewton(p0=everything, tol=level.tol, max_iter=level.steps)
    return _of(GeneralizedLinearEstimator(Logistic(), L1_plus_L2(alpha, l1_ratio=0.0), solver).fit(X, y))


def _torch(X: Any, y: Any, alpha: float, level: Level) -> Answer:
    import torch

    A, labels = torch.from_numpy(X), torch.from_numpy(y)
    w = torch.zeros(X.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    options = {"max_iter": level.steps, "tolerance_grad": level.tol, "tolerance_change": level.tol * 1e-2}
    descent = torch.optim.LBFGS([w], line_search_fn="strong_wolfe", **options)

    def closure() -> Any:
        descent.zero_grad()
        z = A @ w[:-1] + w[-1]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(z, labels) + alpha / 2 * (w[:-1] @ w[:-1])
        loss.backward()
        return loss

    descent.step(closure)
    answer = w.detach().numpy()
    return answer[:-1], float(answer[-1])


class VWFile:
    """A table as Vowpal Wabbit's cache; the file goes with the object."""

    def __init__(self, X: Any, y: Any) -> None:
        self.folder, self.d = tempfile.TemporaryDirectory(), X.shape[1]
        text = Path(self.folder.name, "rows.txt")
        with text.open("w", encoding="ascii") as out:
            for i, label in enumerate(y):
                low, high = X.indptr[i], X.indptr[i + 1]
                pairs = zip(X.indices[low:high].tolist(), X.data[low:high].tolist(), strict=True)
                out.write(f"{1 if label else -1} | {' '.join(f'{j}:{v:.9g}' for j, v in pairs)}\n")
        self.run("")
        text.write_text("")

    def run(self, options: str) -> Answer:
        """Weights after a run over the cache."""
        from vowpalwabbit import Workspace

        file = f"-d {self.folder.name}/rows.txt --cache_file {self.folder.name}/cache -b {VW_BITS}"
        vw = Workspace(f"{file} {options} --loss_function logistic --holdout_off --quiet")
        w = np.array([vw.get_weight(j) for j in range(self.d)])
        intercept = vw.get_weight(VW_CONSTANT % (1 << VW_BITS))
        vw.finish()
        return w, float(intercept)


def _vowpal_wabbit(file: VWFile, y: Any, alpha: float, level: Level) -> Answer:
    penalty = f"--l2 {alpha * len(y)!r} --no_bias_regularization"
    return file.run(f"--bfgs --mem 15 --termination {level.tol!r} --passes {level.steps} {penalty}")


def _straight(module: str, name: str, **options: Any) -> Callable[..., Answer]:
    """A least-squares model without settings to tune."""

    def fit(X: Any, y: Any, _alpha: float, _level: Level) -> Answer:
        return _of(getattr(importlib.import_module(module), name)(**options).fit(X, y))

    return fit


ONCE = levels((0.0, 1))
LBFGS = levels((1e-4, 100), (1e-8, 1000))
GLUM = levels((1e-4, 100), (1e-6, 300), (1e-9, 1000))
LIBLINEAR = levels((1e-2, 1000), (1e-4, 1000), (1e-7, 1000))
NEWTON = levels((1e-4, 100), (1e-8, 100))
PEERS = {
    "logistic": (
        Peer("scikit-learn lbfgs", "sklearn", _scikit_learn("lbfgs"), LBFGS),
        Peer("scikit-learn newton-cholesky", "sklearn", _scikit_learn("newton-cholesky"), NEWTON, most_columns=PAIRS),
        Peer("scikit-learn newton-cg", "sklearn", _scikit_learn("newton-cg"), NEWTON),
        Peer("scikit-learn saga", "sklearn", _scikit_learn("saga"), levels((1e-4, 100), (1e-6, 1000)), "sparse"),
        Peer("intelex lbfgs", "sklearnex.linear_model", _intelex, LBFGS, "dense"),
        Peer("glum", "glum", _glum("binomial"), GLUM),
        Peer("liblinear", "liblinear.liblinearutil", _liblinear, LIBLINEAR),
        Peer("skglm", "skglm", _skglm, levels((1e-4, 20), (1e-8, 200))),
        Peer("torch lbfgs", "torch", _torch, levels((1e-7, 20), (1e-11, 2000)), "dense"),
        Peer(
            "Vowpal Wabbit bfgs",
            "vowpalwabbit",
            _vowpal_wabbit,
            levels((1e-3, 20), (0.0, 200)),
            "sparse",
            prepare=VWFile,
        ),
    ),
    "least squares": (
        Peer("intelex LinearRegression", "sklearnex", _straight("sklearnex.linear_model", "LinearRegression"), ONCE),
        Peer("intelex Ridge", "sklearnex", _straight("sklearnex.linear_model", "Ridge", alpha=TINY), ONCE),
        Peer("scikit-learn LinearRegression", "sklearn", _straight("sklearn.linear_model", "LinearRegression"), ONCE),
        Peer(
            "scikit-learn Ridge(cholesky)",
            "sklearn",
            _straight("sklearn.linear_model", "Ridge", alpha=TINY, solver="cholesky"),
            ONCE,
        ),
        Peer("glum", "glum", _glum("normal"), levels((1e-4, 100))),
    ),
}
