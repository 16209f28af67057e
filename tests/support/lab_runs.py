"""What the settings of the lab page give in Python: its steps, its minimum, its limit and its verdict."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from short_fit import fit

from steepest import Problem, Trajectory, gradient, make_rows, minimize, secants, stability_limit
from steepest.data.samples import sample
from steepest.objective.objective import Objective

DEFAULTS = {"batch": 0, "sampling": "shuffle", "seed": 0, "standardize": False, "moved": [], "race": []}


class LabRun(NamedTuple):
    """The run of the leading rule; ``names`` are those of the page."""

    settings: dict[str, Any]
    names: tuple[str, ...]
    path: np.ndarray  # (steps + 1, p), raw units
    trajectory: Trajectory
    problem: Problem | None
    rows: Any

    def figure(self, where: str) -> float | str:
        """What the page shows in a place: "step 5: slope of x", "step 0: gradient of x", "limit", "verdict", ..."""
        place, _, what = where.partition(": ")
        if place == "secant":
            at = self.settings["start"][0]
            return float(secants(self.settings["formula"], at, [self.settings["secant"] - at])[0, 1])
        if place == "verdict":
            return str(self.trajectory.verdict.status)
        if place == "limit":
            return self._limit()
        if place == "minimum":
            best = self._minimum()
            return self._cost(best) if what == "cost" else float(best[self.names.index(what)])
        return self._of_state(int(place.removeprefix("step ")), what)

    def _of_state(self, k: int, what: str) -> float:
        state = self.path[k]
        if what == "cost":
            return self._cost(state)
        if what.startswith("gradient of "):
            return float(self._gradient(state)[self.names.index(what.removeprefix("gradient of "))])
        return float(state[self.names.index(what)])

    def _cost(self, w: np.ndarray) -> float:
        if self.problem is None:
            return float(minimize(self.settings["formula"], w, steps=0).cost[0])
        return float(Objective(self.problem, self.rows)(w[:, None])[0])

    def _gradient(self, w: np.ndarray) -> np.ndarray:
        if self.problem is None:
            return gradient(self.settings["formula"], w)
        return Objective(Problem(self.problem.loss), self.rows)(w[:, None])[1].ravel()

    def _free(self) -> np.ndarray:
        return ~np.array(self.settings["fixed"])

    def _limit(self) -> float:
        X = self.rows.X
        if self.settings["standardize"]:
            X = (X - X.mean(0)) / X.std(0)
        rule, loss = leading(self.settings)["rule"], self.settings["loss"]
        return stability_limit(X, loss=loss, fit_intercept=bool(self._free()[-1]), rule=rule)

    def _minimum(self) -> np.ndarray:
        """The exact minimum of a squared loss over the free parameters, by least squares."""
        A, free = np.column_stack((self.rows.X, np.ones(len(self.rows.X)))), self._free()
        w = np.where(free, 0.0, self.settings["start"])
        w[free] = np.linalg.lstsq(A[:, free], np.ravel(self.rows.y) - A @ w, rcond=None)[0]
        return w


def leading(settings: dict[str, Any]) -> dict[str, Any]:
    """Rule, rate and batch size of the first run."""
    first = settings["race"][0] if settings["race"] else {}
    common = {"rule": settings["rules"][0], "rate": settings["rate"], "batch": settings["batch"]}
    return {key: first.get(key, value) for key, value in common.items()}


def lab_run(settings: dict[str, Any]) -> LabRun:
    """Run what the page runs first with these settings."""
    settings = {**DEFAULTS, **settings}
    return _on_formula(settings) if settings["task"] == "formula" else _on_table(settings)


def _on_formula(settings: dict[str, Any]) -> LabRun:
    first = leading(settings)
    run = minimize(
        settings["formula"],
        settings["start"],
        rule=first["rule"],
        learning_rate=first["rate"],
        steps=settings["steps"],
        record=True,
    )
    ended = settings["steps"] + 1 - len(run.x)  # a run that cannot move ends early
    path = np.concatenate((run.x, np.repeat(run.x[-1:], ended, axis=0)))
    return LabRun(settings, tuple(run.names), path, run, None, None)


def _on_table(settings: dict[str, Any]) -> LabRun:
    names, X, y = _columns(settings)
    rows, first = make_rows(X, y), leading(settings)
    fixed = tuple("intercept" if j == len(names) else j for j, held in enumerate(settings["fixed"]) if held)
    problem = Problem(settings["loss"], fixed=fixed)
    run = fit(
        rows,
        problem,
        start=settings["start"],
        names=names,
        rule=first["rule"],
        learning_rate=first["rate"],
        batch_size=first["batch"] or None,
        sampling=settings["sampling"],
        seed=settings["seed"],
        standardize=settings["standardize"],
        max_iter=settings["steps"],
        max_updates=settings["steps"],
        tol=None,
        keep=True,
    ).trajectory
    path = np.column_stack((run.coef.reshape(len(run.step), -1), run.intercept))
    return LabRun(settings, (*(f"slope of {name}" for name in names), "intercept"), path, run, problem, rows)


def _columns(settings: dict[str, Any]) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """The columns of a built-in table, with the rows that the reader moved."""
    lines = [line.split() for line in sample(settings["data"]).splitlines()]
    table = {name: np.array([float(row[j]) for row in lines[1:]]) for j, name in enumerate(lines[0])}
    for row, column, value in settings["moved"]:
        table[column][row] = value
    names = tuple(settings["features"])
    return names, np.column_stack([table[name] for name in names]), table[settings["target"]]
