"""Figures of statsmodels' summaries, recorded once: tests/data/summaries.json.

``python tests/support/record_summaries.py`` writes it; that needs statsmodels 0.15.0, which no test does. Tables are
rounded to three decimals and stand in the file. t and F are asked for where the target is normal (use_t), as R's
``coeftest`` and Stata's ``regress, vce(cluster)`` have them.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).parents[1] / "data" / "summaries.json"
KINDS = ("nonrobust", "HC0", "HC1", "HC2", "HC3", "cluster")


def table(n=48):
    """Columns, three kinds of targets, weights, offsets and clusters; rows of a cluster are alike."""
    rng = np.random.default_rng(15)
    groups = rng.integers(0, 9, n)
    X = rng.normal(size=(n, 3)) + 0.7 * rng.normal(size=9)[groups, None] + [0.0, 5.0, 0.0]
    X[:, 2] = 0.6 * X[:, 0] + 0.8 * X[:, 2]
    z = X @ [0.8, -0.5, 0.3] + 2.0 + 0.5 * rng.normal(size=9)[groups]
    found = {"X": X, "number": z + rng.normal(size=n) * (0.5 + np.abs(X[:, 0])), "weight": rng.uniform(0.3, 3.0, n)}
    found |= {
        "label": (z + rng.logistic(size=n) > 0),
        "count": rng.poisson(np.exp(0.5 * z)),
        "offset": 0.3 * rng.normal(size=n),
    }
    found = {name: np.round(np.asarray(value, float), 3) for name, value in found.items()}
    return found | {"groups": groups}


def figures(result):
    """Of each coefficient, the intercept last."""
    names = {"coef": result.params, "error": result.bse, "statistic": result.tvalues, "p": result.pvalues}
    found = {name: np.roll(value, -1).tolist() for name, value in names.items()}
    low, high = np.roll(result.conf_int(0.1), -1, axis=0).T
    return found | {"low": low.tolist(), "high": high.tolist()}


def normal(result):
    one = {"deviance": result.ssr, "null_deviance": result.centered_tss, "log_likelihood": result.llf}
    one |= {"r2": result.rsquared, "adjusted_r2": result.rsquared_adj, "dispersion": result.scale}
    return one | {"test": float(result.fvalue), "test_p": float(result.f_pvalue)}


def general(result):
    one = {"deviance": result.deviance, "null_deviance": result.null_deviance, "log_likelihood": result.llf}
    return one | {
        "null_log_likelihood": result.llnull,
        "aic": result.aic,
        "d2": 1 - result.deviance / result.null_deviance,
    }


def cases(t):
    """Each case: how ours is asked, and the figures."""
    import statsmodels.api as sm

    A = sm.add_constant(t["X"])
    cluster = {"groups": t["groups"]}
    tight = {"tol": 1e-15, "maxiter": 100}
    for weighted in (False, True):
        model = sm.WLS(t["number"], A, t["weight"]) if weighted else sm.OLS(t["number"], A)
        for kind in KINDS:
            more = {"cov_kwds": cluster} if kind == "cluster" else {}
            result = model.fit(cov_type=kind, use_t=True, **more)
            yield "squared_error", weighted, False, kind, figures(result) | normal(result)
    families = {"log_loss": (sm.families.Binomial(), "label"), "poisson": (sm.families.Poisson(), "count")}
    for loss, (family, y) in families.items():
        for offset in (False, True):
            model = sm.GLM(t[y], A, family, offset=t["offset"] if offset else None)
            for kind in ("nonrobust", "HC0", "cluster"):
                more = {"cov_kwds": cluster} if kind == "cluster" else {}
                result = model.fit(cov_type=kind, **tight, **more)
                yield loss, False, offset, kind, figures(result) | general(result)


def main():
    import statsmodels.api as sm
    from statsmodels.stats.outliers_influence import variance_inflation_factor

    t = table()
    A = sm.add_constant(t["X"])
    found = {"table": {name: np.asarray(value).tolist() for name, value in t.items()}}
    found["vif"] = [variance_inflation_factor(A, j) for j in (1, 2, 3)]
    names = ("loss", "weighted", "offset", "kind", "figures")
    found["cases"] = [dict(zip(names, case, strict=True)) for case in cases(t)]
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in found.items() if name != "cases"]
    each = ",\n".join(map(json.dumps, found["cases"]))
    FILE.write_text("{" + ",\n".join([*lines, f'"cases": [\n{each}]']) + "}\n")


if __name__ == "__main__":
    main()
