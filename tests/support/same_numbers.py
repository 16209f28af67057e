"""Does a change leave every number as it was? Runs and their answers, to be compared bit for bit between two versions.

``python tests/support/same_numbers.py record FILE`` writes what the package on the path computes, ``compare FILE``
computes it again and prints what moved. Not a test, since no file of numbers holds on every machine: products of
matrices differ in their last bits from one BLAS to the next. Only public names are imported, so that an older version
can be asked too. Times, versions and sentences are left out; of a verdict the status is kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np

import steepest
from steepest import averages, losses, penalties, rules, steps

LEFT_OUT = {
    "advice",
    "created",
    "explanation",
    "message",
    "meaning",
    "note",
    "notes",
    "reason",
    "seconds",
    "time",
    "version",
    "versions",
    "steepest",
}
ARRAYS = ("coef", "intercept", "step", "epoch", "learning_rate", "cost", "gradient_norm", "cost_step")
NEEDS_ALL_ROWS = ("Backtracking", "ExactLine", "ADGD", "BarzilaiBorwein", "Polyak")  # and the rule plain
SHOWN = 4  # last numbers of an array that are kept in plain sight, to say how far it moved


def table(n=120, d=4):
    """A seeded table: targets, classes, counts, weights and offsets; columns of different sizes far from 0."""
    rng = np.random.default_rng(2026)
    X = rng.standard_normal((n, d)) * 10.0 ** rng.uniform(-1, 1, d) + rng.standard_normal(d)
    z = (X - X.mean(0)) @ (rng.standard_normal(d) / X.std(0))
    chance = rng.random(n)
    return {
        "X": X,
        "Z": (X - X.mean(0)) / X.std(0),
        "y": z + 3.0 + rng.standard_normal(n),
        "two": (chance < 1.0 / (1.0 + np.exp(-z))).astype(int),
        "three": np.digitize(z + rng.standard_normal(n), [-1.0, 1.0]),
        "counts": rng.poisson(np.exp(np.clip(z / 2.0, -3.0, 2.0))).astype(float),
        "weight": rng.random(n) * (chance < 0.9) + 0.01,
        "offset": rng.standard_normal(n) / 4.0,
    }


T = table()


def numbers(values):
    """Shape, digest and last numbers of an array; every NaN counts as the same one."""
    array = np.array(values)
    array = np.where(np.isnan(array), np.nan, array) if array.dtype.kind == "f" else array
    digest = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]
    return {"shape": list(array.shape), "digest": digest, "last": array.ravel()[-SHOWN:].tolist()}


def flat(value, name=""):
    """Nested dicts and records as one dict of dotted names, without what is left out."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if str(k) not in LEFT_OUT}
        return {k: v for key, part in kept.items() for k, v in flat(part, f"{name}.{key}".lstrip(".")).items()}
    if isinstance(value, (list, tuple)) and any(isinstance(part, (dict, list, tuple)) for part in value):
        return {k: v for i, part in enumerate(value) for k, v in flat(part, f"{name}.{i}".lstrip(".")).items()}
    if isinstance(value, np.ndarray) or (isinstance(value, list) and all(isinstance(v, int | float) for v in value)):
        return {name: numbers(value)}
    return {name: value.item() if isinstance(value, np.generic) else value}


def of_run(run):
    found = {name: numbers(getattr(run, name)) for name in ARRAYS} | flat(run.meta, "meta")
    return found | {"status": run.verdict.status if run.verdict else None}


def of_model(model):
    """Answer, every recorded step and certificate of a fitted estimator."""
    found = {"coef": numbers(model.coef_), "intercept": numbers(model.intercept_), "n_iter": int(np.max(model.n_iter_))}
    runs = model.trajectory_ if isinstance(model.trajectory_, list) else [model.trajectory_]
    found |= {f"run{i}.{name}": value for i, run in enumerate(runs) for name, value in of_run(run).items()}
    return found | flat(model.certificate_, "certificate")


def regressed(X="Z", y="y", weight=None, **settings):
    sample_weight = {} if weight is None else {"sample_weight": T[weight]}
    target = T[y] if isinstance(y, str) else y
    return lambda: of_model(
        steepest.GDRegressor(**settings).fit(T[X] if isinstance(X, str) else X, target, **sample_weight)
    )


def classified(X="Z", y="two", weight=None, **settings):
    sample_weight = {} if weight is None else {"sample_weight": T[weight]}
    target = T[y] if isinstance(y, str) else y
    return lambda: of_model(
        steepest.GDClassifier(**settings).fit(T[X] if isinstance(X, str) else X, target, **sample_weight)
    )


FIXED = {"max_iter": 30, "tol": None}
SAMPLED = {"max_iter": 4, "tol": None, "batch_size": 16, "learning_rate": 0.02, "random_state": 3}


def by_rule():
    measured = ("Newton", "Whitened")
    for name in rules.__all__:
        chosen = getattr(rules, name)
        if not isinstance(chosen, type):
            continue
        rate = {"learning_rate": "auto" if name in (*measured, "Secant", "Spectral", "Anderson") else 0.05}
        yield f"rule {name}", regressed(rule=chosen(), **rate, **FIXED)
        yield f"rule {name} log loss", classified(rule=chosen(), **rate, **FIXED)
        if name not in (*measured, "Secant", "Spectral", "Anderson", "Accelerated"):
            yield f"rule {name} batches", classified(rule=chosen(), **SAMPLED)


def by_schedule():
    for name in steps.__all__:
        chosen = getattr(steps, name)
        if not isinstance(chosen, type):
            continue
        yield f"rate {name}", regressed(learning_rate=chosen(), **FIXED)
        yield f"rate {name} log loss", classified(learning_rate=chosen(), alpha=0.01, **FIXED)
        if name not in NEEDS_ALL_ROWS:
            yield f"rate {name} momentum", classified(rule="momentum", learning_rate=chosen(), alpha=0.01, **FIXED)
            yield f"rate {name} batches", regressed(**SAMPLED | {"learning_rate": chosen()})


def by_batch():
    for name in averages.__all__:
        if isinstance(getattr(averages, name), type):
            yield f"average {name}", regressed(average=getattr(averages, name)(), **SAMPLED)
            yield f"average {name} all rows", classified(average=getattr(averages, name)(), learning_rate=0.1, **FIXED)
    for estimate in ("saga", "loopless_svrg"):
        for size in (1, 8):
            yield f"{estimate} {size}", classified(alpha=0.01, estimate=estimate, **SAMPLED | {"batch_size": size})
        yield f"{estimate} momentum", regressed(alpha=0.05, rule="momentum", estimate=estimate, **SAMPLED)
    for sampling in ("shuffle", "replacement", "sequential"):
        for size in (1, 7, 500):
            yield f"{sampling} {size}", regressed(sampling=sampling, **SAMPLED | {"batch_size": size})
    yield "batches auto", regressed(X="X", batch_size=16, max_iter=6, tol=None, random_state=1)
    yield "batches auto log loss", classified(X="X", batch_size=16, max_iter=6, tol=None, random_state=1)
    yield "batches three classes", classified(y="three", **SAMPLED)
    yield "batches weight", classified(weight="weight", **SAMPLED)
    for seed in (0, 7):
        yield f"seed {seed}", classified(**SAMPLED | {"random_state": seed})


def by_task():
    slow = {"learning_rate": 0.1, **FIXED}
    both = np.column_stack((T["y"], T["counts"]))
    yield "early stopping", regressed(early_stopping=True, learning_rate=0.1, random_state=2, n_iter_no_change=3)
    yield "early stopping batches", classified(early_stopping=True, n_iter_no_change=2, **SAMPLED | {"tol": 1e-3})
    yield "early stopping auto", classified(early_stopping=True, random_state=2)
    for name, rate in (("auto", {}), ("slow", slow)):
        yield f"factors {name}", regressed(alpha=0.1, penalty_factors=[0, 1, 2, 0.5], **rate)
        yield f"factors l1 {name}", regressed(alpha=0.1, l1_ratio=0.5, penalty_factors=[0, 1, 2, 0.5], **rate)
        yield f"signs {name}", regressed(signs={0: "+", 2: "-"}, **rate)
        yield f"signs log loss {name}", classified(signs="+", **rate)
        yield f"fixed {name}", regressed(fixed=(1, "intercept"), start=[0.1, 0.2, 0.3, 0.4, 0.5], **rate)
        yield f"start {name}", classified(start=[0.1, 0.2, 0.3, 0.4, 0.5], **rate)
        yield (
            f"no intercept {name}",
            regressed(X="X", fit_intercept=False, **({} if name == "auto" else {"rule": "secant"})),
        )
        yield f"two targets {name}", regressed(y=both, **rate)
        yield f"two targets l1 {name}", regressed(y=both, alpha=0.05, l1_ratio=1.0, **rate)
        yield f"three classes {name}", classified(y="three", **rate)
        yield f"one against the rest {name}", classified(y="three", multi_class="ovr", **rate)
        yield f"weights {name}", classified(weight="weight", **rate)
        yield f"standardized {name}", regressed(X="X", standardize=True, **rate)
    for keep in (True, False, 1, 7):
        yield f"record {keep}", regressed(record=keep, **slow)
        yield f"record {keep} batches", regressed(record=keep, **SAMPLED)
    yield "class weights", classified(y="three", class_weight="balanced")
    yield "callback", regressed(callback=lambda state: state.t >= 5, **slow)
    yield "diverges", regressed(learning_rate=3.0, **FIXED)


def by_loss():
    """Answers, gaps and passes of the automatic mode."""
    strengths = {
        "": {},
        " l2": {"alpha": 0.1},
        " l1": {"alpha": 0.05, "l1_ratio": 1.0},
        " both": {"alpha": 0.05, "l1_ratio": 0.5},
    }
    of_numbers = ("mse", "huber", "quantile", "epsilon_insensitive", "squared_epsilon_insensitive", "poisson")
    for end, strength in strengths.items():
        for loss in ("squared_error", *of_numbers):
            yield f"{loss}{end}", regressed(X="X", y="counts" if loss == "poisson" else "y", loss=loss, **strength)
        for loss in ("log_loss", "hinge", "squared_hinge", "modified_huber"):
            yield f"{loss}{end}", classified(X="X", loss=loss, **strength)
        yield f"softmax{end}", classified(X="X", y="three", **strength)
    hostile = {
        "separated": (T["Z"], (T["Z"][:, 0] > 0).astype(int)),
        "constant column": (np.column_stack((T["Z"], np.full(len(T["Z"]), 5.0))), T["two"]),
        "dependent columns": (np.column_stack((T["Z"], T["Z"][:, 0] * 2.0)), T["two"]),
        "wide": (T["Z"].T[:, :100], np.array([0, 1, 1, 0])),
    }
    for name, (X, y) in hostile.items():
        yield f"{name}", classified(X=X, y=y)
        yield f"{name} squared error", regressed(X=X, y=y.astype(float))
        yield f"{name} l2", classified(X=X, y=y, alpha=0.1)


def by_layout():
    import scipy.sparse as sp

    few = np.where(np.abs(T["Z"]) > 1.0, T["Z"], 0.0)
    layouts = {
        "fortran": np.asfortranarray(T["Z"]),
        "single": T["Z"].astype(np.float32),
        "sparse": sp.csr_matrix(few),
        "sparse single": sp.csr_matrix(few.astype(np.float32)),
    }
    for name, X in layouts.items():
        yield f"{name}", classified(X=X)
        yield f"{name} squared error", regressed(X=X)
        yield f"{name} l1", regressed(X=X, alpha=0.05, l1_ratio=1.0)
        yield f"{name} hinge", classified(X=X, loss="hinge", alpha=0.1)
        yield f"{name} three classes", classified(X=X, y="three", alpha=0.01)
        yield f"{name} batches", classified(X=X, **SAMPLED)
        yield f"{name} momentum batches l2", classified(X=X, rule="momentum", alpha=0.01, **SAMPLED)
        yield f"{name} saga", classified(X=X, estimate="saga", **SAMPLED | {"batch_size": 1})


def by_descent():
    """The loop by its own names: methods on rows and moments, compiled and plain steps, growing batches, going on."""
    rows = steepest.make_rows(T["Z"], T["y"], weight=T["weight"], offset=T["offset"])
    two = steepest.make_rows(T["Z"], T["two"])

    def run(problem, method, data, stop=None, **more):
        states = steepest.descend(problem, method, data, **more)
        return lambda: of_run(steepest.record(steepest.until(states, stop or steepest.updates(40))))

    squares, log_loss = steepest.Problem(), steepest.Problem("log_loss", penalties.L2(0.01))
    yield "rows", run(squares, steepest.Method(learning_rate=0.1), rows)
    yield "moments", run(squares, steepest.Method(learning_rate=0.1), steepest.make_moments(rows))
    yield "moments newton", run(squares, steepest.Method("whitened", 1.0), steepest.make_moments(rows))
    yield "newton", run(log_loss, steepest.Method("newton", 1.0), two)
    yield (
        "elastic net",
        run(steepest.Problem(penalty=penalties.ElasticNet(0.1, 0.5)), steepest.Method(learning_rate=0.1), rows),
    )
    yield "cost change", run(squares, steepest.Method(learning_rate=0.1), rows, steepest.cost_change_below(1e-6))
    yield "gradient", run(log_loss, steepest.Method(learning_rate=0.5), two, steepest.gradient_below(1e-3))
    for rule in ("plain", "momentum", "adam", "schedule_free", "prodigy"):
        for size in (1, 16):
            for compiled in (False, True):
                kind = "compiled" if compiled else "plain"
                method = steepest.Method(rule, 0.02, size)
                yield f"{rule} {size} {kind}", run(log_loss, method, two, steepest.epochs(3), compiled=compiled, seed=5)

    def growing():
        return of_run(
            steepest.descend_growing(log_loss, steepest.Method(learning_rate=0.1, batch_size=4), two, epochs=6)
        )

    def resumed():
        states = list(
            steepest.until(steepest.descend(log_loss, steepest.Method("adam", 0.02, 16), two), steepest.epochs(1))
        )
        again = steepest.descend(log_loss, steepest.Method("adam", 0.02, 16), two, start=states[-1])
        return of_run(steepest.record(steepest.until(again, steepest.epochs(2))))

    yield "growing batches", growing
    yield "gone on", resumed
    for loss in (losses.SquaredError(), losses.LogLoss(), losses.Poisson(), losses.Huber(1.5)):
        yield f"pass {type(loss).__name__}", lambda loss=loss: passes_of(loss, rows)
    yield "pass moments", lambda: passes_of(losses.SquaredError(), steepest.make_moments(rows))


def passes_of(loss, data):
    w = np.linspace(-1.0, 1.0, 5)[:, None]
    cost, gradient = data.value_and_gradient(loss, w)
    return {"value": data.value(loss, w), "cost": cost, "gradient": numbers(gradient)}


def by_function():
    quartic = "(x - 1)**4 + (x*y - 2)**2 + exp(-y)"

    def bowl(x):
        return float((x[0] - 1.0) ** 2 + 3.0 * (x[1] + x[0] ** 2) ** 2)

    def minimized(f, start, **settings):
        def found():
            runs = steepest.minimize(f, start, **settings)
            runs = runs if isinstance(runs, list) else [runs]
            return {
                f"{i}.{k}": v for i, run in enumerate(runs) for k, v in (of_run(run) | {"x": numbers(run.x)}).items()
            }

        return found

    for rule in ("plain", "auto", "newton", "secant", "spectral", "momentum", "adam", "anderson"):
        rate = {"learning_rate": 0.01} if rule in ("momentum", "adam", "anderson") else {}
        yield f"formula {rule}", minimized(quartic, [0.5, 1.5], rule=rule, steps=40, **rate)
        yield f"callable {rule}", minimized(bowl, [0.5, 1.5], rule=rule, steps=40, **rate)
    yield "one number", minimized("(x - 3)**2 + 2", 6, learning_rate=0.25)
    yield "several starts", minimized("x**4 - 3*x**2 + x", [[-2.0], [0.1], [2.0]], rule="auto")
    yield "saddle", minimized("x**2 - y**2 + y**4", [1.0, 0.0], rule="auto")
    yield "unbounded", minimized("x - y", [1.0, 0.0], steps=50)
    yield "kinked", minimized("abs(x - 1) + x**2", 3, steps=60)
    yield "tol", minimized(quartic, [0.5, 1.5], rule="auto", tol=1e-8)
    for rule in ("plain", "newton", "auto", "spectral"):
        yield (
            f"bounds {rule}",
            minimized(quartic, [0.7, 1.5], rule=rule, bounds={"x": (0.6, 2.0), "y": (None, 1.7)}, steps=40),
        )
        yield (
            f"bounds callable {rule}",
            minimized(bowl, [0.7, 1.5], rule=rule, bounds=[(0.6, None), (-0.2, 2.0)], steps=40),
        )
    yield (
        "derivatives",
        lambda: flat(
            {
                "derivative": steepest.derivative("sin(x)*x**2", 1.3),
                "gradient": np.array(steepest.gradient(quartic, [0.3, 0.4])),
                "partial": steepest.partial(quartic, [0.3, 0.4], "x"),
            }
        ),
    )


def by_search():
    def rate(loss, y, **settings):
        found = steepest.find_learning_rate(T["Z"], T[y], loss=loss, **settings)
        return {"suggestion": found.suggestion, "rates": numbers(found.rates), "costs": numbers(found.costs)}

    for rule in ("plain", "momentum", "adam"):
        for size in (None, 8):
            yield (
                f"rate {rule} {size}",
                lambda rule=rule, size=size: rate("squared_error", "y", rule=rule, batch_size=size),
            )
            yield (
                f"rate log {rule} {size}",
                lambda rule=rule, size=size: rate("log_loss", "two", rule=rule, batch_size=size),
            )

    def path(y, **settings):
        found = steepest.alpha_path(T["X"], T[y], n_alphas=12, **settings)
        runs = {f"{i}.{k}": v for i, run in enumerate(found.trajectories) for k, v in of_run(run).items()}
        return {name: numbers(getattr(found, name)) for name in ("alphas", "coefs", "intercepts", "gaps")} | runs

    yield "path lasso", lambda: path("y")
    yield "path elastic net", lambda: path("y", l1_ratio=0.5)
    yield "path log loss", lambda: path("two", loss="log_loss")
    yield "path ridge", lambda: path("y", l1_ratio=0.0, alphas=[1.0, 0.1, 0.01])
    yield (
        "path signs and factors",
        lambda: path("y", signs="+", penalty_factors=[0, 1, 1, 2], sample_weight=T["weight"]),
    )

    def compared():
        vary = {"rule": ["plain", "momentum"], "batch_size": [None, 16]}

        def fit(**settings):
            return steepest.GDRegressor(learning_rate=0.05, max_iter=8, tol=None, **settings).fit(T["Z"], T["y"])

        found = steepest.compare(fit, vary)
        runs = zip(found.labels, found.trajectories, strict=True)
        return {f"{label}.{k}": v for label, run in runs for k, v in of_run(run).items()}

    yield "compare", compared
    for loss in ("squared_error", "log_loss", "huber"):
        y = T["two" if loss == "log_loss" else "y"]
        yield f"limit {loss}", lambda loss=loss, y=y: {"limit": float(steepest.stability_limit(T["X"], y, loss=loss))}
    for name, weight in (("", None), (" weights", T["weight"])):
        yield f"errors{name}", lambda weight=weight: errors(steepest.GDRegressor(), T["y"], weight)
        yield f"errors log loss{name}", lambda weight=weight: errors(steepest.GDClassifier(), T["two"], weight)


def errors(model, y, weight):
    model.fit(T["Z"], y, sample_weight=weight)
    return {"errors": numbers(model.standard_errors(T["Z"], y, sample_weight=weight))}


def by_stream():
    def streamed(model, y, **more):
        found = {}
        for i, low in enumerate(range(0, len(T["X"]), 30)):
            chunk = slice(low, low + 30)
            given = {k: v if k == "classes" else v[chunk] for k, v in more.items()}
            model.partial_fit(T["X"][chunk], T[y][chunk], **given)
            found |= {f"{i}.coef": numbers(model.coef_), f"{i}.intercept": numbers(model.intercept_)}
        return found | {"predicted": numbers(model.predict(T["X"]))}

    rate = {"learning_rate": 0.01}
    for name, settings in {
        "auto": {},
        "slow": rate,
        "adam": {"rule": "adam", **rate},
        "batches": {"batch_size": 8},
    }.items():
        yield f"stream {name}", lambda settings=settings: streamed(steepest.GDRegressor(**settings), "y")
        yield (
            f"stream classes {name}",
            lambda settings=settings: streamed(steepest.GDClassifier(**settings), "two", classes=[0, 1]),
        )
    yield "stream three", lambda: streamed(steepest.GDClassifier(), "three", classes=[0, 1, 2])
    yield "stream weights", lambda: streamed(steepest.GDRegressor(), "y", sample_weight=T["weight"])
    yield "stream ridge", lambda: streamed(steepest.GDRegressor(alpha=0.05), "y")
    yield "stream average", lambda: streamed(steepest.GDRegressor(average="polyak_ruppert", batch_size=4), "y")


COMMANDS = {
    "fit": "fit linear park.txt -t visitors -o park.json --trajectory park.npz",
    "fit textbook": "fit linear park.txt -t visitors --loss mse --learning-rate 0.001 --steps 200 --at temperature=33",
    "fit batches": "fit linear park.txt -t visitors --learning-rate 0.0001 --batch-size 4 --max-iter 5 --tol none",
    "fit logistic": "fit logistic two.csv -t label -o two.json",
    "fit logistic lasso": "fit logistic two.csv -t label --alpha 0.05 --l1-ratio 1 --fix a=0.5",
    "fit separated": "fit logistic eight.txt -t label",
    "fit diverges": "fit linear park.txt -t visitors --learning-rate 1 --steps 50",
    "predict": "predict park.json park.txt",
    "predict classes": "predict two.json two.csv --proba",
    "evaluate": "evaluate park.json park.txt",
    "evaluate classes": "evaluate two.json two.csv",
    "show model": "show two.json",
    "show run": "show park.npz",
    "limit": "limit park.txt -t visitors",
    "limit log loss": "limit two.csv -t label --loss log_loss",
    "minimize": "minimize (x-3)**2+2 --start 6 --rule plain --learning-rate 0.25",
    "minimize bounds": "minimize (1-x)**2+100*(y-x**2)**2 --start -1.2,1 --bounds x=-2:0.5",
    "compare": "compare linear park.txt -t visitors --steps 50 --vary learning-rate=1e-4,1e-3 --vary rule=plain,adam",
    "sample": "sample park",
}


def by_command():
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    for name, sample in {"park.txt": "park", "eight.txt": "eight-labels"}.items():
        Path(name).write_text(json.loads(printed(f"sample {sample} --json")[0])["text"])
    lines = [f"{a:.6g},{b:.6g},{c}" for (a, b, *_), c in zip(T["X"], T["two"], strict=True)]
    Path("two.csv").write_text("\n".join(["a,b,label", *lines]) + "\n")
    for name, line in COMMANDS.items():
        yield f"steepest {name}", lambda line=line: answered(f"{line} --json")


def printed(line):
    from click.testing import CliRunner

    from steepest.cli import main

    result = CliRunner().invoke(main, line.split())
    return result.stdout, result.exit_code


def answered(line):
    text, status = printed(line)
    return {"exit": status} | flat(json.loads(text) if text.strip() else {})


GROUPS = (
    by_rule,
    by_schedule,
    by_batch,
    by_task,
    by_loss,
    by_layout,
    by_descent,
    by_function,
    by_search,
    by_stream,
    by_command,
)


def answers():
    """What each item gives, or the kind of error that it ends in: {item: {name: value}}, all JSON."""
    found = {}
    for group in GROUPS:
        for name, ask in group():
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                try:
                    found[f"{group.__name__[3:]}: {name}"] = ask()
                except Exception as error:
                    found[f"{group.__name__[3:]}: {name}"] = {"error": type(error).__name__}
    return json.loads(json.dumps(found, default=str))


def distance(then, now):
    """How far apart two values are, in words."""
    try:
        a, b = (np.array(v["last"] if isinstance(v, dict) else v, float) for v in (then, now))
        if isinstance(then, dict) and then["shape"] != now["shape"]:
            return f"shape {then['shape']} -> {now['shape']}"
        return f"{np.max(np.abs(a - b)) / max(1e-300, np.max(np.abs(a))):.1e}"
    except (TypeError, ValueError, KeyError):
        return f"{then!r:.60} -> {now!r:.60}"


def moved(then, now):
    """What is different between two items, value by value."""
    names = [*then, *(name for name in now if name not in then)]
    return [
        f"{n} {distance(then.get(n), now.get(n))}" for n in names if json.dumps(then.get(n)) != json.dumps(now.get(n))
    ]


def compare(then, now):
    """Print what moved; the number of items that did."""
    changes = {name: moved(then[name], now.get(name, {})) for name in then}
    changed = {name: found for name, found in changes.items() if found}
    for name, found in changed.items():
        print(f"{name}: {'; '.join(found[:6])}{f' and {len(found) - 6} more' if len(found) > 6 else ''}")
    print(f"{len(then)} items, {len(then) - len(changed)} same bits, {len(changed)} moved")
    return len(changed)


if __name__ == "__main__":
    do, file = sys.argv[1], Path(sys.argv[2]).absolute()
    if do == "record":
        file.write_text(json.dumps(answers(), indent=0))
    else:
        sys.exit(compare(json.loads(file.read_text()), answers()) > 0)
