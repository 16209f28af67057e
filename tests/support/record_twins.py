"""Record the paths of torch.optim, optax and schedulefree that tests/methods/test_rules.py compares rules with.

Needs torch, optax and schedulefree, which the project itself does not. Where they are installed,
``python tests/support/record_twins.py`` writes tests/data/twins.json. Three problems, each in double precision:

quadratic   least squares on a fixed table, all rows in every step, 500 steps
logistic    mean log loss on a fixed table, batches of 8 in the order of the table, with an intercept, 500 steps
rosenbrock  (1 - a)^2 + 100 (b - a^2)^2 from (-1.2, 1): as many steps, up to 500, as the peer's own path from a start
            one rounding away stays within 1e-11 of this one
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

STEPS, BATCH = 500, 8
TRUSTED = 1e-11  # how far, by the size of w, a path may move when its start moves by one rounding
FILE = Path(__file__).parents[1] / "data" / "twins.json"
ROW, COLUMN = np.mgrid[0:40, 0:3]
X = ((7 * ROW * ROW + 5 * ROW + 13 * COLUMN * (ROW + 1)) % 17 - 8) / 8  # eighths: the same on every machine
Y = X @ [1.0, -2.0, 0.5] + ((11 * ROW[:, 0]) % 5 - 2) / 4
LABELS = (Y + ((3 * ROW[:, 0]) % 7 - 3) / 2 > 0).astype(float)
START = {"quadratic": [2.0, 1.0, -3.0], "logistic": [0.5, -0.25, 0.125, 1.0], "rosenbrock": [-1.2, 1.0]}

# our spelling of the rule -> whose it is, and the learning rates on the three problems
TORCH = {
    "momentum": (0.05, 0.05, 2e-4),
    "nesterov": (0.05, 0.05, 2e-4),
    "ada_grad": (0.5, 0.1, 0.1),
    "ada_delta": (1.0, 1.0, 1.0),
    "rmsprop": (0.01, 0.01, 1e-3),
    "rmsprop:centred=1": (0.01, 0.01, 1e-3),
    "adam": (0.05, 0.01, 0.01),
    "adam:beta1=0.5,beta2=0.9,eps=0.001": (0.01, 0.01, 1e-3),
    "adamw": (0.05, 0.01, 0.01),
    "adamw:decay=0.5": (0.05, 0.01, 0.01),
    "ada_max": (0.05, 0.01, 0.01),
    "nadam": (0.05, 0.01, 0.01),
    "amsgrad": (0.05, 0.01, 0.01),
}
OPTAX = {
    "nadam:textbook=1": (0.05, 0.01, 0.01),
    "lion": (0.01, 3e-3, 1e-3),
    "lion:decay=0.5": (0.01, 3e-3, 1e-3),
    "dowg:eps=0.0001": (1.0, 1.0, 1.0),
    "prodigy:corrected=1,eps=1e-30": (0.25, 1.0, 1.0),
}
SCHEDULEFREE = {"schedule_free": (0.5, 0.5, 5e-4), "schedule_free:beta=0.5": (0.5, 0.5, 5e-4)}


def rosenbrock(w):
    """Gradient of (1 - a)^2 + 100 (b - a^2)^2."""
    a, b = w
    return np.array([-2.0 * (1.0 - a) - 400.0 * a * (b - a * a), 200.0 * (b - a * a)])


def gradient(problem, w, t):
    """Gradient for the step after t, written out."""
    if problem == "rosenbrock":
        return rosenbrock(w)
    if problem == "quadratic":
        return X.T @ (X @ w - Y) / len(Y)
    rows = slice(t * BATCH % len(Y), t * BATCH % len(Y) + BATCH)
    pull = (1.0 / (1.0 + np.exp(-(X[rows] @ w[:3] + w[3]))) - LABELS[rows]) / BATCH
    return np.append(X[rows].T @ pull, pull.sum())


def fields(spec):
    """The fields of a spelling, ``"adam:beta1=0.5"`` -> {"beta1": 0.5}."""
    return {
        key: float(text) for key, _, text in (item.partition("=") for item in spec.partition(":")[2].split(",")) if key
    }


def make_torch(spec, weights, bias, eta):
    """The optimiser of torch that is ours; the bias is not decayed."""
    from torch import optim

    name, given = spec.partition(":")[0], fields(spec)
    groups = [{"params": [weights]}, {"params": [bias], "weight_decay": 0.0}]
    betas = {"betas": (given.get("beta1", 0.9), given.get("beta2", 0.999)), "eps": given.get("eps", 1e-8)}
    return {
        "momentum": lambda: optim.SGD(groups, eta, momentum=0.9),
        "nesterov": lambda: optim.SGD(groups, eta, momentum=0.9, nesterov=True),
        "ada_grad": lambda: optim.Adagrad(groups, eta),
        "ada_delta": lambda: optim.Adadelta(groups, eta),
        "rmsprop": lambda: optim.RMSprop(groups, eta, centered="centred" in given),
        "adam": lambda: optim.Adam(groups, eta, **betas),
        "adamw": lambda: optim.AdamW(groups, eta, **betas, weight_decay=given.get("decay", 0.01)),
        "ada_max": lambda: optim.Adamax(groups, eta),
        "nadam": lambda: optim.NAdam(groups, eta),
        "amsgrad": lambda: optim.Adam(groups, eta, amsgrad=True),
    }[name]()


def torch_path(spec, problem, eta, start, steps=STEPS):
    """Points after each step of torch's optimiser, (steps, parameters)."""
    import torch

    torch.set_default_dtype(torch.float64)  # NAdam keeps a product in the default precision
    d = 3 if problem == "logistic" else len(start)
    weights, bias = torch.tensor(start[:d], requires_grad=True), torch.tensor(start[d:], requires_grad=True)
    optimiser, path = make_torch(spec, weights, bias, eta), []
    for t in range(steps):
        g = gradient(problem, np.append(weights.detach().numpy(), bias.detach().numpy()), t)
        weights.grad, bias.grad = torch.tensor(g[:d]), torch.tensor(g[d:])
        optimiser.step()
        path.append(np.append(weights.detach().numpy(), bias.detach().numpy()))
    return np.array(path)


def make_optax(spec, problem, eta):
    """The optimiser of optax that is ours; the last parameter of the logistic problem is not decayed."""
    import jax.numpy as jnp
    import optax

    name, given = spec.partition(":")[0], fields(spec)
    if name == "lion":
        loose = jnp.array([1.0, 1.0, 1.0, 0.0]) if problem == "logistic" else 1.0
        decayed = optax.stateless(lambda g, w: g + given.get("decay", 0.0) * loose * w)
        return optax.chain(optax.scale_by_lion(0.9, 0.99), decayed, optax.scale_by_learning_rate(eta))
    return {
        "nadam": lambda: optax.nadam(eta),
        "dowg": lambda: optax.contrib.dowg(eta),
        "prodigy": lambda: optax.contrib.prodigy(eta, eps=given.get("eps", 1e-8)),
    }[name]()


def optax_path(spec, problem, eta, start, steps=STEPS):
    """Points after each step of optax's transformation."""
    import jax
    import jax.numpy as jnp
    import optax

    jax.config.update("jax_enable_x64", True)
    optimiser, w, path = make_optax(spec, problem, eta), jnp.array(start), []
    state, update = optimiser.init(w), jax.jit(optimiser.update)
    for t in range(steps):
        change, state = update(jnp.array(gradient(problem, np.array(w), t)), state, w)
        w = optax.apply_updates(w, change)
        path.append(np.array(w))
    return np.array(path)


def schedulefree_path(spec, problem, eta, start, steps=STEPS):
    """Answers (x) after each step of the authors' package."""
    import torch
    from schedulefree import SGDScheduleFree

    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimiser = SGDScheduleFree([w], eta, momentum=fields(spec).get("beta", 0.9), foreach=False)
    path = []
    for t in range(steps):
        optimiser.train()
        w.grad = torch.tensor(gradient(problem, w.detach().numpy(), t))
        optimiser.step()
        optimiser.eval()
        path.append(w.detach().numpy().copy())
    return np.array(path)


PEERS = {"torch": (TORCH, torch_path), "optax": (OPTAX, optax_path), "schedulefree": (SCHEDULEFREE, schedulefree_path)}


def apart(a, b):
    """Distance of two points by the size of the second, 1 at least, for each step."""
    return np.abs(a - b).max(axis=-1) / np.maximum(1.0, np.abs(b).max(axis=-1))


def trusted_steps(walk, spec, problem, eta, path):
    """Steps until one rounding in the start has become `TRUSTED`; all of them where it never does."""
    nudged = [np.nextafter(w, np.inf) for w in START[problem]]
    beyond = np.flatnonzero(apart(walk(spec, problem, eta, nudged), path) > TRUSTED)
    return int(beyond[0]) if len(beyond) else STEPS


def record():
    """Walk all paths; keep steps 1 .. 20, every 20th and the last, as numbers that read back bit for bit."""
    found = []
    for peer, (rules, walk) in PEERS.items():
        for spec, rates in rules.items():
            for problem, eta in zip(START, rates, strict=True):
                path = walk(spec, problem, eta, START[problem])
                steps = trusted_steps(walk, spec, problem, eta, path)
                kept = sorted({t for t in range(1, steps + 1) if t <= 20 or t % 20 == 0} | {steps})
                entry = {"peer": peer, "rule": spec, "problem": problem, "eta": eta, "steps": steps, "t": kept}
                found.append(entry | {"w": path[np.array(kept) - 1].tolist()})
                print(peer, spec, problem, steps, path[-1])
    return found


def versions():
    """Which releases the paths come from."""
    from importlib.metadata import version

    return {name: version(name).partition("+")[0] for name in ("torch", "optax", "jax", "schedulefree", "numpy")}


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(entry) for entry in record())
    FILE.write_text(f'{{"versions": {json.dumps(versions())}, "paths": [\n{lines}\n]}}\n', encoding="utf-8")
    print(FILE.stat().st_size, "bytes")
