"""Published figures through the public estimators: every entry of the list of known answers, R glmnet, Stata, R."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import DATA, LABELS8, X8, Y8
from scipy.sparse import csr_array
from sklearn.datasets import load_diabetes

from steepest import GDClassifier, GDRegressor, SeparationWarning, read_table

near = pytest.approx
ENTRIES = {}


def entry(check):
    """One entry of the list, by its name there."""
    ENTRIES[check.__name__] = check
    return check


def textbook(eta, steps, cls=GDRegressor, **settings):
    """A descent as a tutorial writes it."""
    return cls(learning_rate=eta, max_iter=steps, tol=None, **settings)


def ends(model):
    return [*np.ravel(model.coef_), *np.ravel(model.intercept_)]


def digits(value, printed):
    """The value with as many decimals as were printed."""
    return round(float(value), len(repr(printed).partition(".")[2]))


def assert_printed(values, printed):
    for value, figure in zip(values, printed, strict=True):
        assert digits(value, figure) == figure


# ------------------------------------------------------------------ every entry of the list


def pizza(shared):
    x, y = np.loadtxt(shared("tutorials/pizza.txt"), skiprows=1).T
    return x[:, None], y


@entry
def pizza_w_only(printed, shared):
    model = textbook(0.001, 100, loss="mse", fit_intercept=False).fit(*pizza(shared))
    assert_printed([model.trajectory_.cost[int(i)] for i in printed["loss"]], printed["loss"].values())
    assert_printed(model.coef_, [printed["w_final"]])


@entry
def pizza_w_b(printed, shared):
    model = textbook(0.001, 20_000, loss="mse").fit(*pizza(shared))
    assert_printed([model.trajectory_.cost[int(i)] for i in printed["loss"]], printed["loss"].values())
    assert_printed(ends(model), [printed["w"], printed["b"]])
    assert_printed(model.predict([[20.0]]), [printed["predict_20"]])
    best = GDRegressor().fit(*pizza(shared))  # what the 20,000 steps come near to
    assert_printed(best.predict([[20.0]]), [printed["predict_20"]])
    assert 2 * best.trajectory_.cost[-1] < printed["loss"]["19999"]
    assert 2 * best.trajectory_.cost[-1] == near(printed["loss"]["19999"], rel=1e-8)


@entry
def pizza_diverges(printed, shared):
    """``coef_`` is the best point there was, the start; the last one stands in the trajectory."""
    with pytest.warns(match="Diverged"):
        model = textbook(0.005, 100, loss="mse").fit(*pizza(shared))
    path = model.trajectory_
    assert [path.cost[int(i)] for i in printed["loss"]] == near(list(printed["loss"].values()), rel=1e-12)
    assert [path.coef[-1, 0], path.intercept[-1]] == near([printed["w"], printed["b"]], rel=1e-12)
    assert_printed([20 * path.coef[-1, 0] + path.intercept[-1]], [printed["predict_20"]])
    assert ends(model) == [0, 0]


@entry
def eight_points_ols(printed, _shared):
    model = GDRegressor(tol=0).fit(X8, Y8)
    assert_printed(model.coef_, [printed["slope"]])
    assert model.intercept_ == near(printed["intercept"], rel=1e-14)


def slope_only(eta, steps, start, cls=GDRegressor):
    return textbook(eta, steps, cls, fixed=("intercept",), start=[0, start])


@entry
def eight_points_diverge(printed, _shared):
    model = slope_only(1.0, 5, 2.6)
    with pytest.warns(match="Diverged"):
        model.fit(X8, Y8)
    assert model.trajectory_.coef[1:, 0] == near(printed["m"], rel=1e-12)


@entry
def eight_points_slope(printed, _shared):
    assert slope_only(0.001, 1000, 2.6).fit(X8, Y8).coef_[0] == near(printed["m"], rel=1e-12)


@entry
def eight_points_both(printed, _shared):
    assert ends(textbook(0.01, 4000).fit(X8, Y8)) == near([printed["m"], printed["b"]], rel=1e-12)


@entry
def eight_points_logit(printed, _shared):
    model = slope_only(1.0, 1000, -67.57, GDClassifier).fit(X8, LABELS8)
    assert model.coef_[0, 0] == near(printed["m"], rel=1e-12)


def california(shared):
    table = np.genfromtxt(shared("tables/california_housing.csv"), delimiter=",", names=True)
    x, y = table["medianIncome"], table["medianHouseValue"] / 1e5
    keep = (y < 3.5) & (x < 8)
    return x[keep][:, None], y[keep]


@entry
def california_2023_ols(printed, shared):
    X, y = california(shared)
    model = GDRegressor(loss="mse").fit(X, y)
    assert len(y) == printed["n"]
    assert model.trajectory_.cost[-1] == near(printed["MSE"], rel=1e-12)


@entry
def california_2023_gd(printed, shared):
    model = textbook(0.01, 100, loss="mse", start=[0.2, 0.2]).fit(*california(shared))
    assert model.trajectory_.cost[-1] == near(printed["MSE"], rel=1e-12)


@entry
def california_T21(printed, shared):  # noqa: N802
    model = textbook(0.05, 10, loss="mse", start=[0.33, 0.48]).fit(*california(shared))
    assert [*ends(model), model.trajectory_.cost[-1]] == near([printed[k] for k in ("m", "b", "MSE")], rel=1e-12)


def advertising():
    table = np.loadtxt(DATA / "Advertising.csv", delimiter=",", skiprows=1, quotechar='"')
    return table[:, 1:4], table[:, 4]


@entry
def glossary_radio(printed, _shared):
    X, y = advertising()
    path = textbook(5e-5, 40, loss="mse").fit(X[:, 1:2], y).trajectory_
    for i, (_, *figures) in zip((1, 11, 21, 31, 40), printed["log"], strict=True):
        found = np.array([path.coef[i, 0], path.intercept[i], path.cost[i]])
        assert (np.abs(found - figures) <= [0.01, 0.0001, 0.01]).all()  # printed cut, not rounded


@entry
def advertising_ols(printed, _shared):
    X, y = advertising()
    model = GDRegressor().fit(X, y)
    assert_printed(ends(model), [printed[k] for k in ("TV", "Radio", "Newspaper", "const")])
    assert_printed([model.score(X, y)], [printed["R2"]])
    assert [model.intercept_, *model.coef_] == near(printed["mine"], rel=1e-8)


@entry
def glossary_logistic(printed, shared):
    table = np.loadtxt(shared("tutorials/data_classification.csv"), delimiter=",", skiprows=1)
    model = textbook(0.1, 3000, GDClassifier).fit(table[:, :2], table[:, 2])
    assert_printed(model.trajectory_.cost[[1, 1001, 2001, 3000]], printed["cost"].values())
    cut = np.trunc(1000 * np.array([*model.intercept_, *model.coef_[0]])) / 1000
    assert cut.tolist() == printed["weights"]


@entry
def ng_ex1(printed, shared):
    table = np.loadtxt(shared("regression/ex1data1.txt"), delimiter=",")
    model = textbook(0.01, 1500).fit(table[:, :1], table[:, 1])
    assert_printed([model.intercept_, *model.coef_], printed["theta"])
    assert_printed([model.trajectory_.cost[0]], [printed["J_zero"]])


@entry
def spector(printed, _shared):
    """Stata kept GPA as float32."""
    table = np.loadtxt(DATA / "spector.csv", skiprows=1)
    X = np.column_stack((table[:, 1].astype(np.float32).astype(float), table[:, 2:4]))
    model = GDClassifier(tol=0).fit(X, table[:, 4])
    assert ends(model) == near([printed[k] for k in ("GPA", "TUCE", "PSI", "const")], rel=2e-11)
    assert -32 * model.trajectory_.cost[-1] == near(printed["llf"], rel=1e-13)
    empty = GDClassifier(tol=0, fixed=(0, 1, 2)).fit(X, table[:, 4])
    assert -32 * empty.trajectory_.cost[-1] == near(printed["llnull"], rel=1e-13)


@entry
def glmnet_binomial(printed, _shared):
    X, y = standardised("enet_binomial.csv")
    for share, strength, *coef in printed["r"]:
        model = GDClassifier(alpha=strength, l1_ratio=share, fit_intercept=False).fit(X, y)
        assert model.coef_[0] == near(coef, abs=2e-5)


@entry
def ucla_binary(printed, shared):
    table = np.loadtxt(shared("logistic/ucla_binary.csv"), delimiter=",", skiprows=1)
    X, y = np.column_stack((table[:, 1:3], *(table[:, 3] == rank for rank in (2, 3, 4)))), table[:, 0]
    model = GDClassifier().fit(X, y)
    assert_printed(ends(model), [printed[k] for k in ("gre", "gpa", "rank2", "rank3", "rank4", "const")])
    empty = GDClassifier(fixed=tuple(range(5))).fit(X, y)
    deviances = [800 * m.trajectory_.cost[-1] for m in (model, empty)]
    assert_printed(deviances, [printed["residual_deviance"], printed["null_deviance"]])


@entry
def challenger_montgomery(printed, _shared):
    table = np.loadtxt(DATA / "challenger_montgomery24.csv", delimiter=",", skiprows=1)
    model = GDClassifier(tol=0).fit(table[:, :1], table[:, 1])  # seven digits: more than the default is for
    assert_printed(ends(model), [printed["temp"], printed["const"]])
    assert_printed([-24 * model.trajectory_.cost[-1]], [printed["llf"]])


@entry
def prostate(printed, shared):
    """The book standardises on all 97 rows, by n - 1."""
    text = shared("regression/prostate.csv").read_text(encoding="ascii").splitlines()[1:]
    table = np.array([line.split(",") for line in text])
    X, y, train = table[:, 1:9].astype(float), table[:, 9].astype(float), table[:, 10] == "T"
    X = (X - X.mean(0)) / X.std(0, ddof=1)
    model = GDRegressor().fit(X[train], y[train])
    assert train.sum() == 67
    assert [round(float(w), 3) for w in (model.intercept_, *model.coef_)] == printed["coef"]
    errors = y[~train] - [model.predict(X[~train]), np.full(30, y[train].mean())]
    assert [round(float(e), 3) for e in (errors**2).mean(1)] == [printed["test_mse"], printed["base_error"]]


@entry
def diabetes_bmi(printed, _shared):
    """Of scikit-learn before 1.7."""
    X, y = load_diabetes(return_X_y=True)
    X = X[:, 2:3]
    model = GDRegressor().fit(X[:-20], y[:-20])
    assert_printed(ends(model), [printed["coef"], printed["intercept"]])
    assert round(float(np.mean((model.predict(X[-20:]) - y[-20:]) ** 2)), 2) == printed["test_mse"]
    assert round(model.score(X[-20:], y[-20:]), 2) == printed["test_r2"]


def separated(kind, **settings):
    table = np.loadtxt(DATA / f"ucla_{kind}_separation.csv", delimiter=",", skiprows=1)
    with pytest.warns(SeparationWarning, match="no finite optimum"):
        return GDClassifier(**settings).fit(table[:, 1:], table[:, 0]), table[:, 1:], table[:, 0]


@entry
def sep_ucla_complete(printed, _shared):
    """SAS stopped where the deviance was 0.005; the infimum is 0."""
    constant, *coef = printed["sas_stopped_at"]
    model, X, y = separated("complete", start=[*coef, constant])
    assert "completely separated" in model.verdict_.message
    assert (model.predict(X) == y).all()
    assert_printed([16 * model.trajectory_.cost[0]], [printed["minus2logL"]])


@entry
def sep_ucla_quasi(printed, _shared):
    """The rows with x1 = 3 alone settle the finite part and the deviance."""
    model, X, y = separated("quasi")
    assert "quasi-separated along x0" in model.verdict_.message
    assert 20 * model.trajectory_.cost[-1] >= printed["limit_deviance"] - 1e-9
    near_limit = X[:, 0] == 3
    limit = GDClassifier(tol=0).fit(X[near_limit, 1:], y[near_limit])
    assert_printed(limit.coef_[0], [printed["limit_X2"]])
    assert_printed([2 * near_limit.sum() * limit.trajectory_.cost[-1]], [printed["limit_deviance"]])


def a9a(shared, name):
    table = read_table(shared(f"sparse/{name}"))
    X = csr_array((table.X.data, table.X.indices, table.X.indptr), shape=table.X.shape)
    return csr_array((X.data, X.indices, X.indptr), shape=(X.shape[0], 123)), np.where(table.y > 0, 1, -1)


@entry
def a9a_l2(printed, shared):
    X, y = a9a(shared, "a9a")
    model = GDClassifier(alpha=1 / len(y), fit_intercept=False).fit(X, y)
    assert len(y) * model.trajectory_.cost[-1] == near(printed["obj"], rel=1e-9)
    assert_printed([model.score(X, y)], [printed["train_acc"]])
    assert_printed([model.score(*a9a(shared, "a9a.t"))], [printed["test_acc"]])


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry(name, known, shared):
    ENTRIES[name](known[name]["expected"], shared)


def test_no_entry_is_left_out(known):
    assert set(ENTRIES) == set(known)


# ------------------------------------------------------------------ R glmnet


def standardised(name):
    """Columns by n - 1; R took the first row for a header."""
    table = np.loadtxt(DATA / name, delimiter=",")[1:]
    return (table[:, 1:] - table[:, 1:].mean(0)) / table[:, 1:].std(0, ddof=1), table[:, 0]


POISSON = [  # share of l1, strength, coefficients
    (0, 23.5349, 0.009251658, 0.003730997, 0.01266164, 0.003439135, 0.0141719),
    (0, 3.661269, 0.04842557, 0.02095708, 0.06550316, 0.02029514, 0.07300782),
    (0, 0.5695749, 0.1440462, 0.07208017, 0.182649, 0.07511376, 0.2018242),
    (0.5, 0.1577593, 0.1247603, 0.02857521, 0.185693, 0.03840622, 0.2200925),
    (0.5, 0.05669575, 0.187629, 0.08842012, 0.2348627, 0.09736964, 0.2628845),
    (0.5, 0.0185653, 0.2118078, 0.1121067, 0.2534181, 0.1204543, 0.2784761),
    (1, 0.07887965, 0.1339927, 0.0322772, 0.1969884, 0.0439019, 0.2339252),
    (1, 0.02834788, 0.1927163, 0.09160406, 0.2398164, 0.1010126, 0.2682158),
    (1, 0.0101877, 0.2126847, 0.1123439, 0.2544153, 0.1208601, 0.2796794),
]


@pytest.mark.parametrize(("share", "strength", *"abcde"), POISSON)
def test_poisson_of_r_glmnet(share, strength, a, b, c, d, e):
    """To 5e-6: R stopped where its deviance changed by less than 1e-7 of it."""
    X, y = standardised("enet_poisson.csv")
    model = GDRegressor("poisson", alpha=strength, l1_ratio=share, fit_intercept=False).fit(X, y)
    assert model.coef_ == near([a, b, c, d, e], abs=5e-6)
    assert model.certificate_.kind == "duality gap"


GAUSSIAN = [  # rows, columns, share of l1, strength, coefficients
    (100, 3, 0, 38.51677, -0.0002931891, -0.01441805, 0.01019003),
    (100, 3, 0, 0.9321552, -0.007886374, -0.3017527, 0.2167204),
    (100, 3, 0.5, 0.2143504, 0, -0.4350311, 0.2878706),
    (100, 3, 0.5, 0.02298409, -0.007207869, -0.5779581, 0.417658),
    (100, 3, 1, 0.1176247, 0, -0.4728138, 0.3103276),
    (100, 3, 1, 0.01384221, -0.004948496, -0.5824816, 0.4202673),
    (100, 5, 0, 38.51677, -0.0002957436, -0.01439344, 0.01022347, -0.001361073, 0.01156754),
    (100, 5, 0, 0.9321552, -0.008226096, -0.2921193, 0.2311589, -0.008479325, 0.2404427),
    (100, 5, 0.5, 0.2143504, 0, -0.4132961, 0.3222149, 0, 0.3262246),
    (100, 5, 0.5, 0.02094225, -0.00787628, -0.5466386, 0.4728884, 0.0106367, 0.4627422),
    (100, 5, 1, 0.1176247, 0, -0.4469856, 0.3513112, 0, 0.3519996),
    (100, 5, 1, 0.01261251, -0.00600524, -0.5501652, 0.4761259, 0.009292623, 0.4655236),
    (300, 3, 0, 34.28346, -0.000389794, -0.01441521, 0.01276503),
    (300, 3, 0, 0.8297037, 0.004333533, -0.2821765, 0.2505531),
    (300, 3, 0.5, 0.2093935, 0, -0.3745606, 0.3227598),
    (300, 3, 0.5, 0.02045795, 0.01586083, -0.5078635, 0.4505092),
    (300, 3, 1, 0.1149045, 0, -0.4043541, 0.347238),
    (300, 3, 1, 0.01232084, 0.01417268, -0.5109371, 0.4530943),
    (300, 5, 0, 34.28346, -0.0003887545, -0.01441065, 0.01279253, -0.001336729, 0.01332977),
    (300, 5, 0, 0.8297037, 0.00476926, -0.2804704, 0.2614478, -0.01761104, 0.2661808),
    (300, 5, 0.5, 0.2093935, 0, -0.3705814, 0.347887, 0, 0.351998),
    (300, 5, 0.5, 0.02045795, 0.01744528, -0.5021737, 0.4881574, -0.007930221, 0.4878982),
    (300, 5, 1, 0.1149045, 0, -0.3996701, 0.3772643, 0, 0.3807041),
    (300, 5, 1, 0.01232084, 0.01578941, -0.5051176, 0.4915133, -0.005703398, 0.4910846),
]


@pytest.mark.parametrize("figures", GAUSSIAN)
def test_least_squares_of_r_glmnet(figures):
    """R divides the target by its deviation by n, s, and the ridge part of the penalty with it: lambda / s."""
    n, d, share, strength, *coef = figures
    table = np.loadtxt(DATA / "lasso_data.csv", delimiter=",")[:n, : d + 1]
    table = (table - table.mean(0)) / table.std(0, ddof=1)
    l1, l2 = strength * share, strength * (1 - share) / table[:, 0].std()
    model = GDRegressor(alpha=l1 + l2, l1_ratio=l1 / (l1 + l2), fit_intercept=False).fit(table[:, 1:], table[:, 0])
    assert model.coef_ == near(coef, abs=3e-6)
    assert ((model.coef_ == 0) == (np.array(coef) == 0)).all()


# ------------------------------------------------------------------ several classes, weights, quantiles

STATA = [  # log(population + 0.1), left to right, age, education, income, constant: parties 1 .. 6 against party 0
    (-0.01153598, 0.29771435, -0.024945, 0.08249144, 0.00519655, -0.37340167),
    (-0.08875065, 0.39166864, -0.02289784, 0.18104276, 0.04787398, -2.2509132),
    (-0.1059667, 0.57345051, -0.01485121, -0.00715242, 0.05757516, -3.6655835),
    (-0.0915567, 1.2787718, -0.00868135, 0.19982796, 0.08449838, -7.6138431),
    (-0.0932846, 1.3469616, -0.01790407, 0.21693885, 0.08095841, -7.0604782),
    (-0.14088069, 2.0700801, -0.00943265, 0.3219257, 0.10889408, -12.105751),
]


def election():
    table = np.genfromtxt(DATA / "anes96.csv", skip_header=1)
    return np.column_stack((np.log(table[:, 0] + 0.1), table[:, [2, 6, 7, 8]])), table[:, 5].astype(int)


def against_the_first(model):
    coef = np.column_stack((model.coef_, model.intercept_))
    return coef[1:] - coef[0]


def test_seven_classes_of_stata():
    """Stata's mlogit prints eight digits, its log likelihood thirteen; it kept the logarithm as float32."""
    X, y = election()
    X[:, 0] = X[:, 0].astype(np.float32)
    model = GDClassifier().fit(X, y)
    np.testing.assert_allclose(against_the_first(model), STATA, rtol=6e-8, atol=6e-9)
    assert round(float(-944 * model.trajectory_.cost[-1]), 9) == -1461.922747312
    empty = GDClassifier(fixed=tuple(range(5))).fit(X, y)
    assert -944 * empty.trajectory_.cost[-1] == near(-1750.34670999, abs=6e-9)
    assert model.verdict_.status == "converged"


def budworm():
    """Moths dead of 20, by dose and sex: Venables and Ripley (2002), section 7.2. As rows of a label and a count."""
    dead = np.array([1, 4, 9, 13, 18, 20, 0, 2, 6, 10, 12, 16])
    X = np.column_stack((np.repeat([1.0, 0.0], 6), np.tile(np.arange(6.0), 2)))
    return np.vstack((X, X)), np.repeat([1, 0], 12), np.append(dead, 20 - dead)


def test_counts_as_weights_of_r():
    """R's glm(cbind(numdead, 20 - numdead) ~ sex + ldose, family = binomial)."""
    X, y, count = budworm()
    model = GDClassifier(tol=0).fit(X, y, sample_weight=count)
    assert_printed(ends(model), [1.1007, 1.0642, -3.4732])
    deviance = 480 * (model.trajectory_.cost[-1] - saturated(count))
    empty = GDClassifier(fixed=(0, 1)).fit(X, y, sample_weight=count)
    assert_printed([deviance, 480 * (empty.trajectory_.cost[-1] - saturated(count))], [6.7571, 124.8756])
    assert_printed(model.standard_errors(X, y, sample_weight=count), [0.3558, 0.1311, 0.4685])


def saturated(count):
    """Mean log loss where every group has a probability of its own."""
    share = count / 20
    return -np.sum(count * np.log(np.where(share > 0, share, 1))) / 240


QUANTREG = [  # R's rq(foodexp ~ income)
    (0.05, 124.88004, 0.34336),
    (0.25, 95.48354, 0.4741),
    (0.5, 81.48225, 0.56018),
    (0.75, 62.39659, 0.64401),
    (0.95, 64.10396, 0.70907),
]


@pytest.mark.parametrize(("q", "constant", "slope"), QUANTREG)
def test_quantiles_of_r_quantreg(q, constant, slope):
    """The answer goes through two of the households exactly."""
    table = np.loadtxt(DATA / "engel.csv", delimiter=",", skiprows=1)
    model = GDRegressor(f"quantile:q={q}").fit(table[:, :1], table[:, 1])
    assert_printed([*model.coef_, model.intercept_], [slope, constant])
