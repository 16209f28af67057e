"""What the pages say of scales holds: the settings of the pages meet figures of other programs to 1e-6."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np
import pytest
from conftest import DATA, X8, Y8
from sklearn.base import clone

from steepest import GDClassifier, GDRegressor, step, steps

PEERS = json.loads((DATA / "peers.json").read_text(encoding="utf-8"))
CARS = {name: np.array(column, float) for name, column in PEERS["mtcars"].items()}
X = np.column_stack([CARS["wt"], CARS["hp"], CARS["qsec"]])
MPG, AM, CARB, VS = CARS["mpg"], CARS["am"], CARS["carb"], CARS["vs"]
W = np.tile([1.0, 2, 3, 4], 8)
LABELS8 = np.array([-1, -1, -1, 1, -1, 1, 1, 1])
EXACT = {"tol": 1e-15}


def figures(program: str, name: str) -> Any:
    return pytest.approx(PEERS[program][name], rel=1e-6, abs=1e-6)


def deviation(values: Any, weight: Any = None, ddof: int = 0) -> Any:
    """Weighted standard deviation, with 1 / n or unbiased as Spark has it."""
    w = np.ones(len(values)) if weight is None else weight
    square = np.average((values - np.average(values, axis=0, weights=w)) ** 2, axis=0, weights=w)
    return np.sqrt(square / (1 - ddof * (w**2).sum() / w.sum() ** 2))


def fitted(model: Any, X: Any, y: Any, scale: Any = 1.0, **rows: Any) -> Any:
    """The intercept and the coefficients of each class, for columns that are divided by their scale for the fit."""
    model = clone(model).set_params(**EXACT).fit(X / scale, y, **rows)
    coef = np.atleast_2d(model.coef_) / scale
    return np.column_stack([np.atleast_1d(model.intercept_), coef]).ravel()


def elastic(ratio: float, weight: float, s: float = 1.0) -> dict[str, float]:
    """Our weights, where the response is divided by s before a penalty is applied."""
    alpha = weight * (ratio + (1 - ratio) / s)
    return {"alpha": alpha, "l1_ratio": weight * ratio / alpha}


def centred(values: Any) -> Any:
    """Coefficients of all classes, less their mean over the classes."""
    table = np.reshape(values, (-1, 4))
    return (table - table.mean(axis=0)).ravel()


@pytest.mark.parametrize("standardized", [True, False])
@pytest.mark.parametrize("ratio", [1, 0.5, 0])
class TestElasticNet:
    def test_glmnet(self, ratio: float, standardized: bool) -> None:
        name, scale = f" {ratio}" + standardized * " standardized", deviation(X) if standardized else 1.0
        line = GDRegressor(**elastic(ratio, 0.5, MPG.std()))
        assert fitted(line, X, MPG, scale) == figures("glmnet", "gaussian" + name)
        assert fitted(GDClassifier(**elastic(ratio, 0.05)), X, AM, scale) == figures("glmnet", "binomial" + name)
        assert fitted(GDRegressor("poisson", **elastic(ratio, 0.1)), X, CARB, scale) == figures(
            "glmnet", "poisson" + name
        )

    def test_spark(self, ratio: float, standardized: bool) -> None:
        name = f" {ratio:.1f}" + standardized * " standardized"
        for solver, ddof in (("l-bfgs", 1), ("normal", 0)):
            scale = deviation(X, ddof=ddof) if standardized else 1.0
            line = GDRegressor(**elastic(ratio, 0.5, MPG.std(ddof=ddof)))
            assert fitted(line, X, MPG, scale) == figures("spark", f"linear {solver}{name}")
        scale = X.std(axis=0, ddof=1) if standardized else 1.0
        assert fitted(GDClassifier(**elastic(ratio, 0.05)), X, AM, scale) == figures("spark", "logistic" + name)


@pytest.mark.parametrize("ratio", [1, 0.5, 0])
def test_three_classes(ratio: float) -> None:
    model = GDClassifier(**elastic(ratio, 0.05))
    glmnet = centred(PEERS["glmnet"][f"multinomial {ratio} standardized"])
    spark = centred(PEERS["spark"][f"classes {ratio:.1f} standardized"])
    for ddof, theirs in ((0, glmnet), (1, spark)):
        found = fitted(model, X, CARS["cyl"], X.std(axis=0, ddof=ddof))
        assert centred(found) == pytest.approx(theirs, rel=1e-6, abs=1e-6)


def test_factors_signs_weights_and_offsets_of_glmnet() -> None:
    factors = np.array([0.0, 1, 3])
    lasso = GDRegressor(alpha=0.5, l1_ratio=1)
    rescaled = clone(lasso).set_params(penalty_factors=factors * 3 / factors.sum())
    assert fitted(rescaled, X, MPG) == figures("glmnet", "gaussian pf")
    assert fitted(GDRegressor(alpha=0.01, l1_ratio=1, signs="+"), X, MPG) == figures("glmnet", "gaussian lower")
    assert fitted(clone(lasso).set_params(fit_intercept=False), X, MPG) == figures("glmnet", "gaussian noint")
    root = np.sqrt((MPG**2).mean())
    ridge = GDRegressor(alpha=0.5 / root, fit_intercept=False)
    assert fitted(ridge, X, MPG) == figures("glmnet", "gaussian noint ridge")
    for ratio in (1, 0):
        line = GDRegressor(**elastic(ratio, 0.5, deviation(MPG, W)))
        found = fitted(line, X, MPG, deviation(X, W), sample_weight=W)
        assert found == figures("glmnet", f"gaussian w {ratio}")
    found = fitted(GDClassifier(alpha=0.05, l1_ratio=1), X, AM, offset=VS)
    assert found == figures("glmnet", "binomial offset")


def test_weights_and_signs_of_spark() -> None:
    for name, ddof in (("linear w 0 standardized", 0), ("linear w 0 standardized lbfgs", 1)):
        line = GDRegressor(**elastic(0, 0.5, deviation(MPG, W, ddof)))
        assert fitted(line, X, MPG, deviation(X, W, ddof), sample_weight=W) == figures("spark", name)
    ridge = GDClassifier(alpha=0.05)
    assert fitted(ridge, X, AM, deviation(X, W, 1), sample_weight=W) == figures("spark", "logistic w")
    found = fitted(clone(ridge).set_params(signs="+"), X, AM, deviation(X, ddof=1))
    assert found == figures("spark", "lr bounds")


def curved(model: Any, y: Any, curvature: Any, weight: Any = None) -> Any:
    """The fit whose alpha is a tenth of the mean weight of IRLS at the answer."""
    alpha = 0.1
    for _ in range(60):
        found = fitted(model.set_params(alpha=alpha), X, y, sample_weight=weight)
        alpha = 0.1 * np.average(curvature(found[0] + X @ found[1:]), weights=weight)
    return found


def test_families_of_spark() -> None:
    for family, loss, y in (("poisson log", "poisson", CARB), ("gamma log", "gamma", MPG)):
        assert fitted(GDRegressor(loss), X, y) == figures("spark", f"glm {family} 0.0")
    assert fitted(GDRegressor("tweedie:power=1.5"), X, MPG) == figures("spark", "glm tweedie None 0.0")
    assert fitted(GDRegressor("poisson"), X, CARB, offset=VS) == figures("spark", "glm poisson off")
    line = GDRegressor(alpha=0.1 / MPG.std())
    assert fitted(line, X, MPG, X.std(axis=0)) == figures("spark", "glm gaussian identity 0.1")


def test_penalties_of_irls_in_spark() -> None:
    assert curved(GDRegressor("poisson"), CARB, np.exp) == figures("spark", "glm poisson log 0.1")
    assert curved(GDRegressor("poisson"), CARB, np.exp, W) == figures("spark", "glm poisson w")
    assert curved(GDRegressor("gamma"), MPG, np.ones_like) == figures("spark", "glm gamma log 0.1")
    slope = lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2  # noqa: E731
    assert curved(GDClassifier(), AM, slope) == figures("spark", "glm binomial logit 0.1")


def test_fit_regularized_of_statsmodels() -> None:
    for ratio in (1.0, 0.5, 0.0):
        found = fitted(GDRegressor(alpha=0.5, l1_ratio=ratio), X, MPG)
        assert found == figures("statsmodels", f"ols reg {ratio}")
        assert ratio == 0 or found == figures("statsmodels", f"glm gauss reg {ratio}")
    for ratio in (0.5, 0.0):
        found = fitted(GDRegressor("poisson", alpha=0.1, l1_ratio=ratio), X, CARB)
        assert found == figures("statsmodels", f"glm poisson reg {ratio}")
    counts = GDRegressor("poisson", alpha=1 / 32, l1_ratio=1)
    assert fitted(counts, X, CARB) == figures("statsmodels", "poisson l1")
    lasso = GDClassifier(alpha=1 / 32, l1_ratio=1)
    assert fitted(lasso, X[:, [0, 2]], AM) == figures("statsmodels", "logit l1")


def test_models_of_statsmodels() -> None:
    assert fitted(GDRegressor("gamma"), X, MPG) == figures("statsmodels", "glm gamma log")
    assert fitted(GDRegressor("tweedie:power=1.5"), X, MPG) == figures("statsmodels", "glm tweedie")
    assert fitted(GDRegressor("quantile:q=0.25"), X[:, :1], MPG) == figures("statsmodels", "quant0.25")
    delta = 1.345 * PEERS["statsmodels"]["scale rlm"][0]
    assert fitted(GDRegressor(f"huber:delta={delta}"), X, MPG) == figures("statsmodels", "rlm")


@pytest.mark.parametrize(
    ("name", "model", "X", "y", "rows", "asked"),
    [
        *((f"ols {c}", GDRegressor(), X, MPG, {}, {"cov_type": c}) for c in ("nonrobust", "HC0", "HC1", "HC2", "HC3")),
        ("ols cluster", GDRegressor(), X, MPG, {}, {"groups": CARS["gear"]}),
        ("wls", GDRegressor(), X, MPG, {"sample_weight": W}, {}),
        ("logit nonrobust", GDClassifier(), X[:, :1], AM, {}, {}),
        ("logit HC0", GDClassifier(), X[:, :1], AM, {}, {"cov_type": "HC0"}),
        ("probit", GDClassifier("probit"), X[:, :1], AM, {}, {}),
        ("poisson", GDRegressor("poisson"), X, CARB, {"offset": np.log(CARS["gear"])}, {}),
        ("glm poisson fw", GDRegressor("poisson"), X, CARB, {"sample_weight": W}, {}),
    ],
)
def test_standard_errors_of_statsmodels(name: str, model: Any, X: Any, y: Any, rows: Any, asked: Any) -> None:
    summary = clone(model).set_params(**EXACT).fit(X, y, **rows).summary(X, y, **rows, **asked)
    *slopes, intercept = (c.standard_error for c in summary.coefficients)
    assert [intercept, *slopes] == figures("statsmodels", f"errors {name}")


@step()
class VowpalWabbit(NamedTuple):
    """The rate of VW, as on its page."""

    l: float = 0.5  # noqa: E741
    power_t: float = 0.5
    initial_t: float = 1.0

    def rate(self, t: float) -> float:
        return self.l * (self.initial_t / (self.initial_t + t)) ** self.power_t


def in_order(model: Any, y: Any, rate: Any, weight: Any = None, **settings: Any) -> list[float]:
    """Three passes of steps on single rows."""
    steps_of_vw = {"batch_size": 1, "sampling": "sequential", "max_iter": 3, "tol": None}
    model = model.set_params(learning_rate=rate, **steps_of_vw, **settings).fit(X8, y, sample_weight=weight)
    return [float(np.ravel(model.intercept_)[0]), float(np.ravel(model.coef_)[0])]


W8 = np.array([1.0, 2, 1, 3, 1, 1, 2, 1])


@pytest.mark.parametrize(
    ("name", "model", "y", "rate", "settings"),
    [
        ("sgd squared", GDRegressor("mse"), Y8, 0.001, {}),
        ("sgd power 0.5", GDRegressor("mse"), Y8, VowpalWabbit(0.001), {}),
        ("sgd power 1, initial 10", GDRegressor("mse"), Y8, VowpalWabbit(0.001, 1.0, 10.0), {}),
        ("sgd power 1, initial 10", GDRegressor("mse"), Y8, steps.InverseTime(0.01 / 11, 1 / 11), {}),
        ("sgd logistic", GDClassifier(), LABELS8, 0.01, {}),
        ("sgd hinge", GDClassifier("hinge"), LABELS8, 0.01, {}),
        ("sgd quantile 0.25", GDRegressor("quantile:q=0.25"), Y8, 0.01, {}),
        ("sgd weights", GDRegressor("mse"), Y8, 0.001 * W8.mean(), {"weight": W8}),
        ("adaptive", GDRegressor("mse"), Y8, 0.5, {"rule": "ada_grad"}),
    ],
)
def test_steps_of_vw(name: str, model: Any, y: Any, rate: Any, settings: Any) -> None:
    assert in_order(clone(model), y, rate, **settings) == figures("vw", name)


def test_optima_of_vw_in_single_precision() -> None:
    def alike(name: str) -> Any:
        return pytest.approx(PEERS["vw"][f"bfgs {name}"], rel=5e-5)

    assert fitted(GDRegressor("mse", alpha=1 / 8), X8, Y8) == alike("squared l2")
    assert fitted(GDClassifier(alpha=1 / 8), X8, LABELS8) == alike("logistic l2")
    assert fitted(GDRegressor("poisson", alpha=1 / 8), X8, Y8) == alike("poisson l2")
    assert fitted(GDRegressor("mse", alpha=1 / W8.sum()), X8, Y8, sample_weight=W8) == alike("squared l2 weights")
