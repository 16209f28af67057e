"""Tables on which others were faster: wide ones, L1 penalties, several classes, losses whose slope jumps.

Each contest is one objective, our default fit and the peers at the levels that are likely to reach 1e-8. Candidates
take turns and are judged by the best of their times; a peer counts if its relative error is at most ``REACH``.
"""

from __future__ import annotations

import importlib.util
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from benchmarks.measure import SEED, Row
from steepest import GDClassifier, GDRegressor

Fit = Callable[[], tuple[Any, Any]]
REACH, REPEATS, LONG = 1e-8, 3, 8.0  # relative error, runs of each, seconds from which one run is enough


class Contest(NamedTuple):
    """One objective: its value at an answer, our fit and those of peers by name and module."""

    what: str
    wanted: str
    objective: Callable[[Any, Any], float]
    ours: Callable[[], Any]
    peers: dict[str, tuple[str, Fit]]


def rows() -> Iterator[Row]:
    """All contests, one after the other."""
    for make in (_lasso_few, _lasso_many, _lasso_wider, _ridge, _logistic, _classes, _images, _quantile, _hinge):
        yield _judged(make())


def _judged(contest: Contest) -> Row:
    candidates: dict[str, Fit] = {"steepest": lambda: _answer(contest.ours())}
    here = {name: fit for name, (module, fit) in contest.peers.items() if importlib.util.find_spec(module)}
    times, answers = _race(candidates | here)
    costs = {name: contest.objective(*answer) for name, answer in answers.items()}
    least = min(costs.values())
    errors = {name: (cost - least) / abs(least) for name, cost in costs.items()}
    model = contest.ours()
    proof = f"{model.certificate_.kind} {model.certificate_.gap:.1e}, {model.verdict_.status}"
    mine = f"steepest {times['steepest']:.3g} s, error {errors['steepest']:.0e}, {proof}"
    near = [name for name in here if name in times and errors[name] <= REACH]
    if not near:
        tried = ", ".join(f"{name} {times[name]:.3g} s, error {errors[name]:.0e}" for name in times if name in here)
        return Row(contest.what, "no peer reached it", f"{mine}; {tried or 'no peer is installed'}", contest.wanted)
    best = min(near, key=times.__getitem__)
    figures = f"{mine}; {best} {times[best]:.3g} s, error {errors[best]:.0e}"
    return Row(contest.what, f"{times['steepest'] / times[best]:.2g}x", figures, contest.wanted)


def _race(candidates: dict[str, Fit]) -> tuple[dict[str, float], dict[str, tuple[Any, Any]]]:
    """Best time and last answer of each candidate; one that fails is left out."""
    times: dict[str, float] = {}
    answers = {}
    for turn in range(REPEATS):
        for name, fit in candidates.items():
            if turn and times.get(name, np.inf) > LONG:
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                began = time.perf_counter()
                answers[name] = fit()
                spent = time.perf_counter() - began
            times[name] = spent if turn < 2 else min(times[name], spent)  # the first run compiles
    return times, answers


def _answer(model: Any) -> tuple[Any, Any]:
    return np.array(model.coef_), np.array(model.intercept_)


def _fitted(model: Any, X: Any, y: Any) -> Fit:
    return lambda: _answer(model.fit(X, y))


def _linear(n: int, d: int, few: int, noise: float) -> tuple[Any, Any]:
    rng = np.random.default_rng(SEED)
    X = rng.standard_normal((n, d))
    w = np.zeros(d)
    w[rng.choice(d, few, replace=False)] = rng.standard_normal(few)
    return X, X @ w + noise * rng.standard_normal(n)


def _lasso(n: int, d: int, share: float) -> Contest:
    from sklearn.linear_model import Lasso

    X, y = _linear(n, d, 50, 1.0)
    alpha = share * float(np.abs((X - X.mean(0)).T @ (y - y.mean())).max()) / n
    F = np.asfortranarray(X)

    def objective(coef: Any, intercept: Any) -> float:
        r = X @ coef.ravel() + intercept - y
        return float(r @ r) / (2 * n) + alpha * float(np.abs(coef).sum())

    def skglm(tol: float) -> Fit:
        def fit() -> tuple[Any, Any]:
            from skglm import Lasso as Other

            return _answer(Other(alpha, tol=tol, max_iter=500).fit(F, y))

        return fit

    def celer(tol: float) -> Fit:
        def fit() -> tuple[Any, Any]:
            from celer import Lasso as Other

            return _answer(Other(alpha, tol=tol, max_iter=500).fit(F, y))

        return fit

    peers = {f"scikit-learn {tol:g}": ("sklearn", _fitted(Lasso(alpha, tol=tol), F, y)) for tol in (1e-8,)}
    peers |= {f"skglm {tol:g}": ("skglm", skglm(tol)) for tol in (1e-4, 1e-6, 1e-8)}
    peers |= {f"celer {tol:g}": ("celer", celer(tol)) for tol in (1e-8, 1e-10)}
    ours = lambda: GDRegressor(alpha=alpha, l1_ratio=1.0).fit(X, y)  # noqa: E731
    what = f"lasso, {n} x {d}, alpha {share:g} of the largest: time in the fastest peer's"
    return Contest(what, "<= 1.2x", objective, ours, peers)


def _lasso_few() -> Contest:
    return _lasso(2000, 20_000, 0.1)


def _lasso_many() -> Contest:
    return _lasso(2000, 20_000, 0.02)


def _lasso_wider() -> Contest:
    return _lasso(500, 50_000, 0.1)


def _ridge() -> Contest:
    from sklearn.linear_model import Ridge

    X, y = _linear(200, 20_000, 50, 1.0)
    alpha = 0.01

    def objective(coef: Any, intercept: Any) -> float:
        r = X @ coef.ravel() + intercept - y
        return float(r @ r) / (2 * len(y)) + alpha / 2 * float(np.vdot(coef, coef))

    peers = {
        f"scikit-learn {s}": ("sklearn", _fitted(Ridge(alpha * 200, solver=s), X, y)) for s in ("auto", "cholesky")
    }
    peers["scikit-learn lsqr"] = ("sklearn", _fitted(Ridge(alpha * 200, solver="lsqr", tol=1e-10), X, y))
    what = "ridge, 200 x 20000: time in the fastest peer's"
    return Contest(what, "<= 1x", objective, lambda: GDRegressor(alpha=alpha).fit(X, y), peers)


def _logistic() -> Contest:
    from sklearn.linear_model import LogisticRegression

    X, z = _linear(200, 20_000, 50, 1.0)
    y, alpha = (z > 0) * 1, 0.01
    s = 2.0 * y - 1.0

    def objective(coef: Any, intercept: Any) -> float:
        margins = s * (X @ coef.ravel() + intercept)
        return float(np.logaddexp(0, -margins).mean()) + alpha / 2 * float(np.vdot(coef, coef))

    C = 1 / (alpha * len(y))
    other = LogisticRegression(C=C, tol=1e-8, max_iter=10_000)
    what = "logistic with L2, 200 x 20000: time in the fastest peer's"
    ours = lambda: GDClassifier(alpha=alpha).fit(X, y)  # noqa: E731
    return Contest(what, "<= 1x", objective, ours, {"scikit-learn lbfgs 1e-08": ("sklearn", _fitted(other, X, y))})


def _softmax(n: int, d: int, k: int) -> Contest:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(SEED)
    X = rng.standard_normal((n, d))
    y = np.argmax(X @ rng.standard_normal((d, k)) / np.sqrt(d) * 2 + rng.gumbel(size=(n, k)), axis=1)
    alpha = 1 / n

    def objective(coef: Any, intercept: Any) -> float:
        z = X @ coef.T + intercept
        top = z.max(1)
        cost = np.log(np.exp(z - top[:, None]).sum(1)) + top - z[np.arange(n), y]
        return float(cost.mean()) + alpha / 2 * float(np.vdot(coef, coef))

    peers = {
        f"scikit-learn lbfgs {tol:g}": ("sklearn", _fitted(LogisticRegression(C=1.0, tol=tol, max_iter=5000), X, y))
        for tol in (1e-5, 1e-7)
    }
    what = f"softmax, {n} x {d}, {k} classes: time in the fastest peer's"
    return Contest(what, "<= 1x", objective, lambda: GDClassifier(alpha=alpha).fit(X, y), peers)


def _classes() -> Contest:
    return _softmax(200_000, 20, 3)


def _images() -> Contest:
    return _softmax(20_000, 64, 100)


def _quantile() -> Contest:
    X, y = _linear(50_000, 20, 20, 1.0)
    q = 0.5

    def objective(coef: Any, intercept: Any) -> float:
        r = y - X @ coef.ravel() - intercept
        return float(np.maximum(q * r, (q - 1) * r).mean())

    def statsmodels() -> tuple[Any, Any]:
        import statsmodels.api as sm

        found = sm.QuantReg(y, sm.add_constant(X)).fit(q).params
        return found[1:], found[0]

    what = "quantile regression, 50000 x 20: time in statsmodels'"
    ours = lambda: GDRegressor(f"quantile:q={q}").fit(X, y)  # noqa: E731
    return Contest(what, "<= 1.5x", objective, ours, {"statsmodels": ("statsmodels", statsmodels)})


def _hinge() -> Contest:
    from sklearn.svm import LinearSVC

    X, z = _linear(50_000, 50, 50, 3.0)
    y, alpha = (z > 0) * 1, 1e-4
    s = 2.0 * y - 1.0

    def objective(coef: Any, intercept: Any) -> float:
        margins = s * (X @ coef.ravel() + intercept)
        return float(np.maximum(1 - margins, 0).mean()) + alpha / 2 * float(np.vdot(coef, coef))

    C = 1 / (alpha * len(y))
    svm = LinearSVC(loss="hinge", C=C, tol=1e-8, max_iter=5000, intercept_scaling=10.0)
    what = "linear SVM, 50000 x 50: time in liblinear's"
    ours = lambda: GDClassifier("hinge", alpha=alpha).fit(X, y)  # noqa: E731
    return Contest(what, "<= 1.5x", objective, ours, {"liblinear 1e-08": ("sklearn", _fitted(svm, X, y))})
