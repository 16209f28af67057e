"""Runs for the page and for Python alike: random tables and settings, and the evidence of verdicts as JSON."""

from __future__ import annotations

import re

import numpy as np

from steepest import make_rows
from steepest.objective.problem import Problem
from steepest.optimality.evidence import Evidence, Sense
from steepest.solve.fit import fit
from steepest.solve.settings import Limits, Settings

PAGE = {
    "task": "table", "formula": "", "data": "own", "target": "y", "loss": "squared_error", "standardize": False,
    "rules": ["plain"], "race": [], "rate": 0.01, "schedule": "constant", "batch": 0, "sampling": "shuffle", "seed": 0,
    "steps": 100, "moved": [], "cursor": 0, "view": "contour", "turn": 0, "tilt": 0, "cutoff": 0.5, "detail": "step",
    "secant": None, "lesson": "",
}  # fmt: skip
LOSSES = ("squared_error", "squared_error", "mse", "mse", "log_loss", "log_loss", "huber", "poisson", "squared_hinge")
RULES = ("plain", "plain", "plain", "momentum", "nesterov", "adam", "ada_grad", "momentum:beta=0.5")
CURVATURE = {"mse": 2.0, "log_loss": 0.25, "squared_hinge": 2.0}
LIMITS = {"plain": 2.0, "momentum": 3.8, "nesterov": 3.8 / 2.8, "momentum:beta=0.5": 3.0}


def random_case(seed):
    """A table of 1 to 3 columns and settings, as the page takes them; rates from 0.001 to 3 times the limit."""
    rng = np.random.default_rng(seed)
    n, d, loss, rule = (
        int(rng.integers(8, 60)),
        int(rng.integers(1, 4)),
        str(rng.choice(LOSSES)),
        str(rng.choice(RULES)),
    )
    X = rng.normal(size=(n, d)) * 10 ** rng.uniform(-0.5, 0.7, d) + rng.normal(size=d) * rng.choice([0, 1, 3])
    y = _target(loss, X @ rng.normal(size=d) * (0.2 if loss == "poisson" else 1.0), rng)
    A = np.column_stack((X, np.ones(n)))
    largest = CURVATURE.get(loss, 1.0) * np.linalg.eigvalsh(A.T @ A / n)[-1]
    limit = LIMITS[rule] / largest if rule in LIMITS else 0.3
    columns = [{"name": f"x{j + 1}", "values": X[:, j].tolist()} for j in range(d)]
    settings = PAGE | {
        "features": [column["name"] for column in columns],
        "loss": loss,
        "rules": [rule],
        "rate": float(limit * 10 ** rng.uniform(-3, np.log10(3))),
        "batch": int(rng.choice([0, 0, 0, 1, 3, 7])),
        "seed": int(rng.integers(5)),
        "steps": int(10 ** rng.uniform(np.log10(20), np.log10(2000))),
        "start": [0.0] * (d + 1) if rng.random() < 0.6 else rng.normal(size=d + 1).tolist(),
        "fixed": [False] * (d + 1),
    }
    return {
        "table": {"name": "t", "rows": n, "columns": [*columns, {"name": "y", "values": y.tolist()}]},
        "settings": settings,
    }


def _target(loss, z, rng):
    if loss == "poisson":
        return rng.poisson(np.exp(np.clip(z, -3, 3))).astype(float)
    if loss not in ("log_loss", "squared_hinge"):
        return z + rng.normal(size=len(z)) * rng.choice([0.3, 1.0, 2.0])
    y = (z + rng.logistic(size=len(z)) > np.median(z)).astype(float)
    y[:2] = 0.0, 1.0
    return y


def in_python(case):
    """Python's run with these settings."""
    columns, page = case["table"]["columns"], case["settings"]
    X, y = np.column_stack([c["values"] for c in columns[:-1]]), np.array(columns[-1]["values"])
    settings = Settings(page["rules"][0], page["rate"], page["batch"] or None, page["sampling"], seed=page["seed"])
    limits = Limits(page["steps"], page["steps"], None)
    names = tuple(page["features"])
    return fit(make_rows(X, y), Problem(page["loss"]), settings, limits, names=names, start=page["start"])


def random_evidence(seed):
    """An evidence that no run need have, so that every criterion is met now and then."""
    rng = np.random.default_rng(seed)
    maybe = lambda value: value if rng.random() < 0.6 else None  # noqa: E731
    m = int(rng.integers(1, 60))
    cost, step = _costs(rng, m), np.arange(m) if rng.random() < 0.5 else np.cumsum(rng.integers(1, 9, m)) - 1
    target = float(10 ** rng.uniform(-12, 0))
    sense = rng.choice(np.array(list(Sense), object))
    steps = int(step[-1])
    return Evidence(
        cost=cost,
        step=step,
        end=str(rng.choice([f"{steps} epochs", f"{steps} updates", "overflow"], p=[0.45, 0.45, 0.1])),
        gap=maybe(float(rng.choice([0.0, target / 2, 2 * target, 10 ** rng.uniform(-15, 2)]))),
        reached=float(cost[-1]),
        target=target,
        scale=float(10 ** rng.uniform(-3, 3)),
        gradient_norm=float(10 ** rng.uniform(-9, 3)),
        rate=float(10 ** rng.uniform(-3, 0)),
        limit=maybe(float(rng.choice([np.inf, 10 ** rng.uniform(-3, 0)]))),
        safe=0.1,
        condition=maybe(float(10 ** rng.uniform(0, 8))),
        quadratic=bool(rng.random() < 0.5),
        sampled=bool(rng.random() < 0.4),
        rule=str(rng.choice(["plain", "nesterov"])),
        constant=bool(rng.random() < 0.8),
        auto=False,
        separated="the classes are apart" if rng.random() < 0.05 else None,
        reversals=float(rng.choice([0.0, 0.89, 0.9, 1.0])),
        sense=sense,
        local=bool(rng.random() < 0.9),
        standard_errors=maybe(float(10 ** rng.uniform(-9, 1))),
        left=maybe(float(rng.choice([np.inf, np.ceil(10 ** rng.uniform(0, 11))]))),
        bias=maybe(float(rng.uniform(0, 0.2))),
        unproven="it is not known" if rng.random() < 0.1 else None,
        function=bool(rng.random() < 0.2),
        convex=bool(rng.random() < 0.8),
        endless="its slope is 2 everywhere" if rng.random() < 0.05 else None,
        spent=bool(rng.random() < 0.1),
        standing="a saddle, with smallest curvature -2" if rng.random() < 0.05 else None,
    )


def _costs(rng, m):
    """Costs that fall, rise, jump or stay."""
    t = np.arange(m)
    noise = rng.random(m)
    kinds = (3 * 0.9**t + 1, 1.02**t, 1 + noise, 5 * 0.99**t + 0.01 * noise, np.ones(m), 1 + 0.5 * (-1.0) ** t)
    return kinds[rng.integers(len(kinds))] * 10 ** rng.uniform(-2, 2)


def as_json(evidence):
    """An evidence as the page's types name it."""
    found = {re.sub(r"_(\w)", lambda m: m[1].upper(), name): value for name, value in evidence._asdict().items()}
    found |= {"cost": evidence.cost.tolist(), "step": evidence.step.tolist(), "sense": evidence.sense.name.lower()}
    return {name: "Infinity" if value == np.inf else value for name, value in found.items() if name != "auto"}
